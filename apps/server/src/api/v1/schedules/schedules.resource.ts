import { Type } from 'typebox';
import { visibleTo } from '../../../access/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Db, Tx } from '../../../platform/db/database.ts';
import {
  attachShifts,
  createSchedule,
  deleteSchedule,
  findSchedule,
  listSchedules,
  type OnBroken,
  onCallNow,
  SCHEDULE_TYPES,
  type ScheduleInfo,
  type ScheduleSettings,
  saveSchedule,
  shiftsById,
  shiftsOfSchedules,
  takeShifts,
} from '../../../schedules/index.ts';
import { fieldErrors, refusal } from '../conventions/api-error.ts';
import type { Caller } from '../conventions/caller.ts';
import { single } from '../conventions/pagination.ts';
import type { Resource } from '../conventions/resource.ts';
import { checkTeam, readTeamFilter } from '../conventions/team-field.ts';
import { checkVisible } from '../conventions/visibility.ts';
import { type Warn, withoutUnknown } from '../conventions/warnings.ts';
import { ScheduleSchema, scheduleFields } from './schedule-fields.ts';

/** Why an address cannot be used as a calendar, in the words that clients see; null when it can. */
export type CheckFeed = (
  url: string,
) => Promise<'Potential self-reference' | 'Ical download failed' | 'Ical parse failed' | null>;

export interface SchedulesDeps {
  readonly clock: Clock;
  readonly checkFeed: CheckFeed;
  readonly onBrokenSchedule: OnBroken;
}

/** Schedules (http-api-oncall.md 6). */
export const schedulesResource = ({
  clock,
  checkFeed,
  onBrokenSchedule,
}: SchedulesDeps): Resource<ScheduleInfo, typeof scheduleFields, never> => ({
  path: 'schedules',
  name: 'schedule',
  auditType: ({ type }) => `${String(type)}_schedule`,
  read: 'schedules:read',
  write: 'schedules:write',
  pageSize: 50,
  item: ScheduleSchema,
  filters: { name: Type.Optional(Type.String()), team_id: Type.Optional(Type.String()) },
  fields: scheduleFields,
  required: { create: [] },
  createOnly: ['type'],
  async list(db, caller, query, window) {
    const name = single(query.name);
    const teamId = await readTeamFilter(db, caller, query);
    return listSchedules(
      db,
      caller.org,
      { ...(name === undefined ? {} : { name }), ...(teamId === undefined ? {} : { teamId }), ...visibleTo(caller) },
      window,
    );
  },
  get: (db, caller, id) => findSchedule(db, caller.org, id),
  present: (db, caller, rows) => presentSchedules(db, caller, rows, clock.now(), onBrokenSchedule),
  ignored(body, stored) {
    const type = stored?.type ?? SCHEDULE_TYPES.find((known) => known === body.type);
    return type === undefined ? [] : FOREIGN_KEYS[type];
  },
  // Addresses are fetched before the transaction begins: no network call happens inside one.
  async prepare(_caller, body, stored) {
    const type = stored?.type ?? body.type;
    if (type === undefined) throw fieldErrors({ type: 'This field is required' });
    if (stored === null && body.name === undefined) throw fieldErrors({ name: ['This field is required.'] });
    if (type !== 'ical') return;
    if (stored === null && body.ical_url_primary === undefined)
      throw fieldErrors({ ical_url_primary: ['This field is required.'] });
    for (const key of ['ical_url_primary', 'ical_url_overrides'] as const) {
      const url = body[key];
      const unchanged = url === (key === 'ical_url_primary' ? stored?.icalUrlPrimary : stored?.icalUrlOverrides);
      if (typeof url !== 'string' || unchanged) continue; // a calendar host that is down holds up no other change
      const wrong = await checkFeed(url);
      if (wrong !== null) throw fieldErrors({ [key]: [wrong] });
    }
  },
  async create(tx, caller, body, warn) {
    const { type, name } = body;
    if (type === undefined || name === undefined) throw new Error('a schedule without type or name passed its checks');
    await checkTeam(tx, caller, body.team_id);
    const settings: ScheduleSettings = {
      type,
      name,
      teamId: body.team_id ?? null,
      timeZone: type === 'ical' ? 'UTC' : (body.time_zone ?? 'UTC'),
      icalUrlPrimary: type === 'ical' ? (body.ical_url_primary ?? null) : null,
      icalUrlOverrides: type === 'web' ? null : (body.ical_url_overrides ?? null),
      enableWebOverrides:
        type === 'calendar' ? (body.enable_web_overrides === undefined ? false : body.enable_web_overrides) : false,
      slackChannelId: null,
      slackUserGroupId: null,
      holidayCountry: body.holiday_country ?? null,
    };
    const schedule = await createSchedule(tx, caller.org, settings, clock.now());
    await setShifts(tx, caller, schedule, body.shifts, clock.now(), warn);
    return schedule;
  },
  async update(tx, caller, schedule, body, _method, warn) {
    await checkTeam(tx, caller, body.team_id);
    const given = <T>(value: T | undefined, kept: T, applies = true): T => (value === undefined || !applies ? kept : value);
    const changed: ScheduleInfo = {
      ...schedule,
      name: given(body.name, schedule.name),
      teamId: given(body.team_id, schedule.teamId),
      timeZone: given(body.time_zone, schedule.timeZone, schedule.type !== 'ical'),
      icalUrlPrimary: given<string | null>(body.ical_url_primary, schedule.icalUrlPrimary, schedule.type === 'ical'),
      icalUrlOverrides: given(body.ical_url_overrides, schedule.icalUrlOverrides, schedule.type !== 'web'),
      enableWebOverrides: given(body.enable_web_overrides, schedule.enableWebOverrides, schedule.type === 'calendar'),
      holidayCountry: given(body.holiday_country, schedule.holidayCountry),
    };
    await saveSchedule(tx, caller.org, changed, clock.now());
    if (schedule.type === 'calendar') await setShifts(tx, caller, changed, body.shifts, clock.now(), warn);
    return changed;
  },
  remove: (tx, caller, schedule) => deleteSchedule(tx, caller.org, schedule.id),
});

/** Keys that belong to other types. Clients send them all the same, as null. */
const FOREIGN_KEYS: Readonly<Record<ScheduleInfo['type'], readonly (keyof typeof scheduleFields)[]>> = {
  calendar: ['ical_url_primary'],
  ical: ['time_zone', 'enable_web_overrides', 'shifts'],
  web: ['ical_url_primary', 'ical_url_overrides', 'enable_web_overrides'],
};

/**
 * Null means none; ids that are not there are dropped with a warning. Overrides of a calendar schedule come along in lists of its shifts, and
 * stay as they are.
 */
async function setShifts(
  tx: Tx,
  caller: Caller,
  schedule: ScheduleInfo,
  ids: readonly string[] | null | undefined,
  now: Date,
  warn: Warn,
): Promise<void> {
  if (ids === undefined || schedule.type === 'ical') return;
  const found = await shiftsById(tx, caller.org, ids ?? []);
  await withoutUnknown(tx, caller, 'shifts', ids ?? [], (id) => found.some((shift) => shift.id === id), warn);
  const had = new Set(((await shiftsOfSchedules(tx, caller.org, [schedule.id])).get(schedule.id) ?? []).map((shift) => shift.id));
  const shifts = found.filter((shift) => !(schedule.type === 'calendar' && shift.type === 'override' && had.has(shift.id)));
  const known = shifts.map((shift) => shift.id);
  for (const id of known) if (!had.has(id)) await checkVisible(tx, caller, 'on_call_shifts', id);
  if (schedule.type === 'web') return takeShifts(tx, caller.org, schedule.id, known);
  if (shifts.some((shift) => shift.type === 'override'))
    throw refusal('Shifts of type override are not supported in this schedule', 'override_not_supported');
  await attachShifts(tx, caller.org, schedule.id, known, now);
}

async function presentSchedules(
  db: Db | Tx,
  caller: Caller,
  rows: readonly ScheduleInfo[],
  now: Date,
  onBroken: OnBroken,
): Promise<unknown[]> {
  const onCall = await onCallNow(db, caller.org, rows, now, onBroken);
  return rows.map((row) => {
    const { userIds: onCallNowIds = [], shifts: of = [] } = onCall.get(row.id) ?? {};
    // clients compare whole objects: the addition shows only where it is used
    const added = row.holidayCountry === null ? {} : { holiday_country: row.holidayCountry };
    const common = { id: row.id, team_id: row.teamId, name: row.name, type: row.type, ...added };
    const slack = { channel_id: row.slackChannelId, user_group_id: row.slackUserGroupId };
    if (row.type === 'calendar') {
      return {
        ...common,
        time_zone: row.timeZone,
        ical_url_overrides: row.icalUrlOverrides,
        enable_web_overrides: row.enableWebOverrides,
        shifts: of.filter((shift) => shift.ownedByScheduleId === null && shift.versionOf === null).map((shift) => shift.id),
        slack,
        on_call_now: onCallNowIds,
      };
    }
    if (row.type === 'ical') {
      return {
        ...common,
        ical_url_primary: row.icalUrlPrimary,
        ical_url_overrides: row.icalUrlOverrides,
        slack,
        on_call_now: onCallNowIds,
      };
    }
    return { ...common, time_zone: row.timeZone, shifts: of.map((shift) => shift.id), slack, on_call_now: onCallNowIds };
  });
}
