import { Type } from 'typebox';
import { visibleTo } from '../../../access/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Tx } from '../../../platform/db/database.ts';
import {
  createShift,
  endShift,
  findSchedule,
  findShift,
  listShifts,
  type OnCallShift,
  reviseShift,
  SHIFT_TYPES,
  type ShiftSettings,
  saveShift,
} from '../../../schedules/index.ts';
import { findUsers } from '../../../users/index.ts';
import { fieldErrors, refusal } from '../conventions/api-error.ts';
import type { Caller } from '../conventions/caller.ts';
import { INSTANT_FORMAT, readInstant } from '../conventions/instant-field.ts';
import { single } from '../conventions/pagination.ts';
import type { Resource } from '../conventions/resource.ts';
import { checkTeam, readTeamFilter } from '../conventions/team-field.ts';
import { checkVisible } from '../conventions/visibility.ts';
import { type Warn, withoutUnknown } from '../conventions/warnings.ts';
import { changedShift, newShift } from './read-shift.ts';
import { shiftFields } from './shift-fields.ts';

const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const IntegerOrNull = Type.Union([Type.Integer(), Type.Null()]);
const listOrNull = (item: Parameters<typeof Type.Array>[0]) => Type.Union([Type.Array(item), Type.Null()]);

export const ShiftSchema = Type.Object(
  {
    id: Type.String(),
    team_id: TextOrNull,
    schedule: TextOrNull,
    name: TextOrNull,
    type: Type.String(),
    time_zone: TextOrNull,
    level: Type.Optional(Type.Integer()),
    start: Type.String(),
    duration: Type.Integer(),
    rotation_start: Type.String(),
    frequency: Type.Optional(TextOrNull),
    interval: Type.Optional(IntegerOrNull),
    week_start: Type.Optional(Type.String()),
    until: Type.Optional(TextOrNull),
    by_day: Type.Optional(listOrNull(Type.String())),
    by_month: Type.Optional(listOrNull(Type.Integer())),
    by_monthday: Type.Optional(listOrNull(Type.Integer())),
    users: Type.Optional(Type.Array(Type.String())),
    rolling_users: Type.Optional(listOrNull(Type.Array(Type.String()))),
    start_rotation_from_user_index: Type.Optional(IntegerOrNull),
    holidays: Type.Optional(Type.String({ description: '`skip` or `only`: turns on public holidays.' })),
    members: Type.Optional(Type.Array(Type.Object({ user_id: Type.String(), joins: TextOrNull, leaves: TextOrNull }))),
  },
  { description: 'Keys that do not belong to the type are left out.' },
);

/** On-call shifts and rotations (http-api-oncall.md 7). */
export const shiftsResource = ({
  clock,
}: {
  clock: Clock;
}): Resource<OnCallShift, typeof shiftFields, 'type' | 'start' | 'duration'> => ({
  path: 'on_call_shifts',
  name: 'on-call shift',
  auditType: 'oncall_shift',
  read: 'schedules:read',
  write: 'schedules:write',
  pageSize: 50,
  item: ShiftSchema,
  filters: {
    name: Type.Optional(Type.String()),
    schedule_id: Type.Optional(Type.String()),
    team_id: Type.Optional(Type.String()),
    user_id: Type.Optional(Type.String({ description: 'Shifts that name this person.' })),
    type: Type.Optional(Type.Union(SHIFT_TYPES.map((type) => Type.Literal(type)))),
  },
  fields: shiftFields,
  required: { create: ['type', 'start', 'duration'] },
  async list(db, caller, query, window) {
    const name = single(query.name) || undefined;
    const scheduleId = single(query.schedule_id) || undefined;
    const teamId = await readTeamFilter(db, caller, query);
    const userId = single(query.user_id) || undefined;
    const wanted = single(query.type) || undefined;
    const type = SHIFT_TYPES.find((known) => known === wanted);
    if (wanted !== undefined && type === undefined) throw refusal('Invalid shift type', 'invalid_shift_type');
    return listShifts(
      db,
      caller.org,
      {
        ...(name === undefined ? {} : { name }),
        ...(scheduleId === undefined ? {} : { scheduleId }),
        ...(teamId === undefined ? {} : { teamId }),
        ...(userId === undefined ? {} : { userId }),
        ...(type === undefined ? {} : { type }),
        ...visibleTo(caller),
      },
      window,
    );
  },
  get: (db, caller, id) => findShift(db, caller.org, id),
  async present(db, caller, rows) {
    const users = await findUsers(db, caller.org, [...new Set(rows.flatMap((row) => row.userIds))]);
    return rows.map((row) => presentShift(row, (id) => users.get(id)?.isActive === true));
  },
  async create(tx, caller, body, warn) {
    const settings = await withKnownPeople(tx, caller, newShift(body), body.users ?? null, warn);
    await checkTeam(tx, caller, body.team_id);
    return createShift(tx, caller.org, settings, await ownerOf(tx, caller, settings, body.schedule ?? null), clock.now());
  },
  changeParameters: {
    effective_from: Type.Optional(
      Type.String({ description: '`now`, or an instant to come: a rotation is changed from then on, and what it was stays.' }),
    ),
  },
  async update(tx, caller, shift, body, method, warn, query) {
    if (body.name === null) throw fieldErrors({ name: ['This field may not be null.'] });
    const effective = readEffective(query, clock.now());
    await checkTeam(tx, caller, body.team_id);
    const changed = changedShift(shift, body, method);
    const settings = {
      ...changed,
      ...(await withKnownPeople(tx, caller, changed, body.users ?? null, warn, body.rolling_users === undefined)),
    };
    if (effective === null) {
      await saveShift(tx, caller.org, settings, clock.now());
      return settings;
    }
    const revised = await reviseShift(tx, caller.org, shift, settings, effective, clock.now());
    if (!revised.ok) throw fieldErrors({ effective_from: ['Only rotations are changed from some time on.'] });
    return revised.shift;
  },
  remove: (tx, caller, shift) => endShift(tx, caller.org, shift, clock.now()),
});

/** From when a change holds; null: as if it always had. */
function readEffective(query: Readonly<Record<string, unknown>>, now: Date): Date | null {
  const given = single(query.effective_from) || undefined;
  if (given === undefined) return null;
  const at = given === 'now' ? now : readInstant(given);
  if (at === null) throw fieldErrors({ effective_from: [INSTANT_FORMAT] });
  return at;
}

/**
 * An override may name the schedule that it belongs to, and a rotation of the web UI (`source: 0`) its web schedule; other shifts are attached
 * from the schedule's side.
 */
async function ownerOf(tx: Tx, caller: Caller, shift: ShiftSettings, scheduleId: string | null): Promise<string | null> {
  const isOverride = shift.type === 'override';
  if (scheduleId === null || !(isOverride || shift.source === 'web')) return null;
  const schedule = await findSchedule(tx, caller.org, scheduleId);
  if (schedule === null) throw fieldErrors({ schedule: ['Object does not exist'] });
  await checkVisible(tx, caller, 'schedules', schedule.id);
  if (isOverride ? schedule.type === 'ical' : schedule.type !== 'web')
    throw refusal(`Shifts of type ${shift.type} are not supported in this schedule`, 'type_not_supported');
  return schedule.id;
}

/** People of `users` who are not there are dropped; those of `rolling_users` and `members` must exist. */
async function withKnownPeople(
  tx: Tx,
  caller: Caller,
  shift: ShiftSettings,
  sent: readonly string[] | null,
  warn: Warn,
  turnsUnchanged = false,
): Promise<ShiftSettings> {
  const groups = shift.rollingUsers ?? [];
  const known = await findUsers(tx, caller.org, [
    ...new Set([...shift.userIds, ...groups.flat(), ...shift.members.map((member) => member.userId)]),
  ]);
  const isActive = (id: string): boolean => known.get(id)?.isActive === true;
  if (!turnsUnchanged) {
    const errors = groups.flatMap((group, index) => {
      const unknown = group.filter((id) => !isActive(id));
      return unknown.length === 0
        ? []
        : [[String(index), [`User does not exist {${unknown.map((id) => `'${id}'`).join(', ')}}`]] as const];
    });
    if (errors.length > 0) throw fieldErrors({ rolling_users: Object.fromEntries(errors) });
  }
  if (shift.members.some((member) => !known.has(member.userId))) throw fieldErrors({ members: ['Object does not exist'] });
  if (sent !== null) await withoutUnknown(tx, caller, 'users', sent, isActive, warn);
  return { ...shift, userIds: shift.userIds.filter(isActive) };
}

export function presentShift(shift: OnCallShift, isActive: (userId: string) => boolean): Record<string, unknown> {
  const recurs = shift.type === 'recurrent_event' || shift.type === 'rolling_users';
  return {
    id: shift.id,
    team_id: shift.teamId,
    schedule: shift.scheduleId,
    name: shift.name,
    type: shift.type,
    time_zone: shift.timeZone,
    ...(shift.type === 'override' ? {} : { level: shift.level }),
    start: shift.start,
    duration: shift.durationSeconds,
    rotation_start: shift.rotationStart,
    ...(recurs
      ? {
          frequency: shift.frequency,
          interval: shift.interval,
          until: shift.until,
          by_day: shift.byDay,
          by_month: shift.byMonth,
          by_monthday: shift.byMonthday,
        }
      : {}),
    ...(shift.showsWeekStart || (recurs && shift.frequency === 'weekly') ? { week_start: shift.weekStart } : {}),
    ...(shift.type === 'rolling_users'
      ? { rolling_users: shift.rollingUsers, start_rotation_from_user_index: shift.startRotationFromUserIndex }
      : { users: shift.userIds.filter(isActive) }),
    ...(shift.holidays === null ? {} : { holidays: shift.holidays }),
    // clients compare whole objects: the additions show only where they are used
    ...(shift.members.length === 0
      ? {}
      : { members: shift.members.map((member) => ({ user_id: member.userId, joins: member.joins, leaves: member.leaves })) }),
  };
}
