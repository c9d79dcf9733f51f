import { Type } from 'typebox';
import type { Clock } from '../../../platform/clock.ts';
import { createTimeOff, deleteTimeOff, findTimeOff, listTimeOff, type TimeOff, updateTimeOff } from '../../../schedules/index.ts';
import { findUser } from '../../../users/index.ts';
import { conflictOfFields } from '../conventions/api-error.ts';
import { missingReference, nullable, reference, text } from '../conventions/fields.ts';
import { instantField } from '../conventions/instant-field.ts';
import { single } from '../conventions/pagination.ts';
import type { Resource } from '../conventions/resource.ts';
import { apiTime } from '../conventions/times.ts';

const fields = {
  user_id: reference({ nullable: false }),
  starts_at: instantField,
  ends_at: instantField,
  note: nullable(text({ max: 200, blank: true })),
};

const TimeOffSchema = Type.Object({
  id: Type.String(),
  user_id: Type.String(),
  starts_at: Type.String(),
  ends_at: Type.String(),
  note: Type.Union([Type.String(), Type.Null()]),
});

/** When people are away. Nobody is taken off call by it: it shows what would be uncovered. An addition of Tocsin's. */
export const timeOffResource = ({
  clock,
}: {
  clock: Clock;
}): Resource<TimeOff, typeof fields, 'user_id' | 'starts_at' | 'ends_at'> => ({
  path: 'time_off',
  name: 'time off',
  plural: 'TimeOff',
  read: 'schedules:read',
  write: 'schedules:write',
  pageSize: 50,
  item: TimeOffSchema,
  filters: {
    user_id: Type.Optional(Type.String()),
    past: Type.Optional(Type.String({ description: '`true`: also what is over.' })),
  },
  fields,
  required: { create: ['user_id', 'starts_at', 'ends_at'] },
  list(db, caller, query, window) {
    const userId = single(query.user_id) || undefined;
    const all = single(query.past)?.toLowerCase() === 'true';
    return listTimeOff(
      db,
      caller.org,
      { ...(userId === undefined ? {} : { userId }), ...(all ? {} : { endsAfter: clock.now() }) },
      window,
    );
  },
  get: (db, caller, id) => findTimeOff(db, caller.org, id),
  present: (_db, _caller, rows) =>
    rows.map((row) => ({
      id: row.id,
      user_id: row.userId,
      starts_at: apiTime(row.startsAt),
      ends_at: apiTime(row.endsAt),
      note: row.note,
    })),
  async create(tx, caller, body) {
    const user = body.user_id === null ? null : await findUser(tx, caller.org, body.user_id);
    if (user?.isActive !== true) throw missingReference('user_id');
    checkOrder(body.starts_at, body.ends_at);
    const values = { userId: user.id, startsAt: body.starts_at, endsAt: body.ends_at, note: body.note || null };
    return createTimeOff(tx, caller.org, values, clock.now());
  },
  async update(tx, caller, timeOff, body) {
    const changed = {
      ...timeOff,
      startsAt: body.starts_at ?? timeOff.startsAt,
      endsAt: body.ends_at ?? timeOff.endsAt,
      note: body.note === undefined ? timeOff.note : body.note || null,
    };
    checkOrder(changed.startsAt, changed.endsAt);
    return updateTimeOff(tx, caller.org, changed);
  },
  remove: (tx, caller, timeOff) => deleteTimeOff(tx, caller.org, timeOff.id),
});

function checkOrder(start: Date, end: Date): void {
  if (end <= start) throw conflictOfFields('ends_at must be after starts_at');
}
