import type { OnCallShift, ShiftSettings, ShiftSource, ShiftType } from '../../../schedules/index.ts';
import { forcedByType } from '../../../schedules/index.ts';
import { refusal } from '../conventions/api-error.ts';
import type { BodyOf } from '../conventions/fields.ts';
import type { shiftFields } from './shift-fields.ts';

type ShiftBody = BodyOf<typeof shiftFields>;

const recurs = (type: ShiftType): boolean => type === 'recurrent_event' || type === 'rolling_users';

/** Sources that a body may name by number; any other value means the API (http-api-oncall.md 7.2). */
const sourceOf = (source: number | undefined, stored: ShiftSource): ShiftSource => {
  if (source === undefined) return stored;
  if (source === 0) return 'web';
  return source === 3 ? 'terraform' : 'api';
};

/** A new shift as its body makes it, checked across its fields in the order that clients see. */
export function newShift(body: BodyOf<typeof shiftFields, 'type' | 'start' | 'duration'>): ShiftSettings {
  const { type } = body;
  if (recurs(type)) {
    checkFrequency(body.frequency ?? null, body.week_start !== undefined, body.interval === null ? null : 1);
  }
  if (type === 'rolling_users' && (body.start_rotation_from_user_index ?? null) === null) throw indexRequired();
  const source = sourceOf(body.source, 'api');
  const settings: ShiftSettings = {
    name: body.name ?? null,
    type,
    teamId: body.team_id ?? null,
    timeZone: body.time_zone ?? null,
    level: body.level ?? 0,
    start: body.start,
    durationSeconds: body.duration,
    rotationStart: body.rotation_start ?? body.start,
    frequency: body.frequency ?? null,
    interval: body.interval ?? ((body.frequency ?? null) === null ? null : 1),
    until: body.until ?? null,
    weekStart: body.week_start ?? 'SU',
    showsWeekStart: body.week_start !== undefined,
    byDay: body.by_day ?? null,
    byMonth: body.by_month ?? null,
    byMonthday: body.by_monthday ?? null,
    userIds: body.users ?? [],
    rollingUsers: body.rolling_users ?? null,
    startRotationFromUserIndex: body.start_rotation_from_user_index ?? null,
    source,
    holidays: body.holidays ?? null,
    members: body.members ?? [],
  };
  checkDailyTurns(settings);
  return forcedByType(settings);
}

/** A stored shift with what the body changes. */
export function changedShift(stored: OnCallShift, body: ShiftBody, method: 'PUT' | 'PATCH'): OnCallShift {
  const given = <T>(value: T | undefined, kept: T): T => (value === undefined ? kept : value);
  const type = given(body.type, stored.type);
  const frequency = given(body.frequency, stored.frequency);
  const index = given(body.start_rotation_from_user_index, stored.startRotationFromUserIndex);
  if (recurs(type) && frequency !== stored.frequency) {
    checkFrequency(frequency, body.week_start !== undefined, given(body.interval, stored.interval ?? 1));
  } else if (recurs(type) && body.interval === null) {
    throw refusal("Field 'interval' must be a positive integer", 'invalid_interval');
  }
  if (type === 'rolling_users' && index !== stored.startRotationFromUserIndex && index === null) throw indexRequired();
  const changed: OnCallShift = {
    ...stored,
    name: given(body.name, stored.name),
    type,
    teamId: given(body.team_id, stored.teamId),
    timeZone: given(body.time_zone, stored.timeZone),
    level: given(body.level, stored.level),
    start: given(body.start, stored.start),
    durationSeconds: given(body.duration, stored.durationSeconds),
    rotationStart: given(body.rotation_start, stored.rotationStart),
    frequency,
    interval: given(body.interval, stored.interval) ?? (frequency === null ? null : 1),
    until: given(body.until, stored.until),
    weekStart: given(body.week_start, stored.weekStart),
    showsWeekStart: body.week_start !== undefined || (method === 'PATCH' && stored.showsWeekStart),
    byDay: given(body.by_day, stored.byDay),
    byMonth: given(body.by_month, stored.byMonth),
    byMonthday: given(body.by_monthday, stored.byMonthday),
    userIds: body.users === undefined ? stored.userIds : (body.users ?? []),
    rollingUsers: given(body.rolling_users, stored.rollingUsers),
    startRotationFromUserIndex: index,
    source: sourceOf(body.source, stored.source),
    holidays: given(body.holidays, stored.holidays),
    members: given(body.members, stored.members),
  };
  checkDailyTurns(changed);
  return { ...changed, ...forcedByType(changed) };
}

function checkFrequency(frequency: string | null, hasWeekStart: boolean, interval: number | null): void {
  if (frequency === null) throw refusal("Field 'frequency' is required for this on-call shift type", 'frequency_required');
  if (frequency === 'weekly' && !hasWeekStart)
    throw refusal("Field 'week_start' is required for frequency type 'weekly'", 'week_start_required');
  if (interval === null) throw refusal("Field 'interval' must be a positive integer", 'invalid_interval');
}

const indexRequired = () =>
  refusal("Field 'start_rotation_from_user_index' is required for this on-call shift type", 'start_index_required');

function checkDailyTurns(shift: ShiftSettings): void {
  if (shift.type !== 'rolling_users' || shift.frequency !== 'daily') return;
  if (shift.byMonthday !== null) {
    throw refusal(
      "Day limits are temporarily disabled for on-call shifts with type 'rolling_users' and frequency 'daily'",
      'day_limits_disabled',
    );
  }
  if (shift.byDay !== null && (shift.interval ?? 1) > shift.byDay.length) {
    throw refusal('Interval must be less than or equal to the number of selected days', 'invalid_interval');
  }
}
