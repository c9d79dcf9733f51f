import { Type } from 'typebox';
import { can } from '../../../access/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import {
  deleteTimeOffFeed,
  findTimeOffFeed,
  listTimeOffFeeds,
  saveTimeOffFeed,
  type TimeOffFeed,
} from '../../../schedules/index.ts';
import { findUser } from '../../../users/index.ts';
import { fieldErrors } from '../conventions/api-error.ts';
import { missingReference, reference, text } from '../conventions/fields.ts';
import type { Resource } from '../conventions/resource.ts';
import { apiTimeOrNull } from '../conventions/times.ts';
import type { CheckFeed } from './schedules.resource.ts';

const fields = { user_id: reference({ nullable: false }), ical_url: text({ max: 500 }) };
const HIDDEN = '*'.repeat(16);
const TextOrNull = Type.Union([Type.String(), Type.Null()]);

const FeedSchema = Type.Object({
  user_id: Type.String(),
  ical_url: Type.String({ description: 'Asterisks for those who may not change it: who has the address reads the calendar.' }),
  fetched_at: TextOrNull,
  error: TextOrNull,
  error_since: TextOrNull,
});

/** Calendars that say when people are away, one for each person and named by the person's id. An addition of Tocsin's. */
export const timeOffFeedsResource = ({
  clock,
  checkFeed,
}: {
  clock: Clock;
  checkFeed: CheckFeed;
}): Resource<TimeOffFeed, typeof fields, 'user_id' | 'ical_url'> => ({
  path: 'time_off_feeds',
  name: 'time off feed',
  read: 'schedules:read',
  write: 'schedules:write',
  pageSize: 50,
  item: FeedSchema,
  fields,
  required: { create: ['user_id', 'ical_url'] },
  list: (db, caller, _query, window) => listTimeOffFeeds(db, caller.org, window),
  get: (db, caller, id) => findTimeOffFeed(db, caller.org, id),
  present: (_db, caller, rows) =>
    rows.map((feed) => ({
      user_id: feed.userId,
      ical_url: feed.userId === caller.userId || can(caller, 'schedules:write') ? feed.url : HIDDEN,
      fetched_at: apiTimeOrNull(feed.fetchedAt),
      error: feed.error,
      error_since: apiTimeOrNull(feed.errorSince),
    })),
  async prepare(_caller, body) {
    if (body.ical_url === undefined) return;
    const wrong = await checkFeed(body.ical_url);
    if (wrong !== null) throw fieldErrors({ ical_url: [wrong] });
  },
  async create(tx, caller, body) {
    const user = body.user_id === null ? null : await findUser(tx, caller.org, body.user_id);
    if (user?.isActive !== true) throw missingReference('user_id');
    return saveTimeOffFeed(tx, caller.org, user.id, body.ical_url, clock.now());
  },
  async update(tx, caller, feed, body) {
    return body.ical_url === undefined ? feed : saveTimeOffFeed(tx, caller.org, feed.userId, body.ical_url, clock.now());
  },
  remove: (tx, caller, feed) => deleteTimeOffFeed(tx, caller.org, feed.userId),
});
