import { type TSchema, Type } from 'typebox';
import {
  FREQUENCIES,
  type Frequency,
  isTimeZone,
  SHIFT_TYPES,
  type ShiftType,
  WEEKDAYS,
  type Weekday,
} from '../../../schedules/index.ts';
import { refusal } from '../conventions/api-error.ts';
import {
  custom,
  type Field,
  Invalid,
  idList,
  integer,
  invalidChoice,
  isObject,
  nullable,
  pythonType,
  text,
} from '../conventions/fields.ts';
import { teamField } from '../conventions/team-field.ts';

const NOT_NULL = new Invalid(['This field may not be null.']);
const INT_MAX = 2_147_483_647;

/** IANA names of zones; aliases and UTC are among them. */
export const timeZone: Field<string> = custom(Type.String({ description: 'IANA name.' }), (raw) => {
  const name = text({ max: 100 }).read(raw);
  if (!isTimeZone(name)) throw new Invalid(['Invalid timezone']);
  return name;
});

/** A time on a wall clock: `YYYY-MM-DDThh:mm:ss`, with no zone. */
const CivilTime = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}$', examples: ['2026-03-02T08:00:00'] });
const civilTime: Field<string> = custom(CivilTime, (raw) => {
  if (raw === null) throw NOT_NULL;
  const match = typeof raw === 'string' ? /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)$/.exec(raw) : null;
  // A date that does not exist (30 February) comes back as another one.
  if (match === null || !isReal(match[0]))
    throw refusal('Invalid datetime format, should be "yyyy-mm-dd\'T\'hh:mm:ss"', 'invalid_datetime');
  return match[0];
});

function isReal(civil: string): boolean {
  const at = new Date(`${civil}Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(civil);
}

const DURATION = 'Duration has wrong format. Use one of these formats instead: [DD] [HH:[MM:]]ss[.uuuuuu].';
const MAX_DURATION_SECONDS = 999_999_999 * 86_400;

/** Seconds, as a number or a text: `[D ][HH:[MM:]]ss`, or ISO 8601 such as `PT8H`. */
const duration: Field<number> = custom(Type.Union([Type.Number(), Type.String()]), (raw) => {
  if (raw === null) throw NOT_NULL;
  const seconds = typeof raw === 'number' ? raw : typeof raw === 'string' ? durationFromText(raw.trim()) : Number.NaN;
  if (!Number.isFinite(seconds) || Math.abs(seconds) > MAX_DURATION_SECONDS) throw new Invalid([DURATION]);
  return Math.trunc(seconds);
});

function durationFromText(value: string): number {
  const clock = /^(?:(-?\d+) (?:days?, )?)?(?:(?:(-?\d+):)?(\d+):)?(-?\d+)(?:[.,]\d{1,6})?$/.exec(value);
  if (clock !== null) {
    const [, days, hours, minutes, seconds] = clock.map((part) => (part === undefined ? 0 : Number(part)));
    return (days ?? 0) * 86_400 + (hours ?? 0) * 3_600 + (minutes ?? 0) * 60 + (seconds ?? 0);
  }
  const iso = /^([-+]?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d{1,6})?S)?)?$/.exec(value);
  if (iso === null || /^[-+]?PT?$/.test(value)) return Number.NaN;
  const [days, hours, minutes, seconds] = iso.slice(2).map((part) => Number(part ?? 0));
  const total = (days ?? 0) * 86_400 + (hours ?? 0) * 3_600 + (minutes ?? 0) * 60 + (seconds ?? 0);
  return iso[1] === '-' ? -total : total;
}

/** A list whose every element is one of those allowed; an empty one counts as none. */
const listOfAllowed = <T extends string | number>(
  isAllowed: (item: unknown) => item is T,
  message: string,
  schema: TSchema,
): Field<readonly T[] | null> =>
  custom(Type.Union([Type.Array(schema), Type.Null()]), (raw) => {
    if (raw === null) return null;
    if (!Array.isArray(raw)) throw new Invalid([`Expected a list of items but got type "${pythonType(raw)}".`]);
    const allowed = raw.filter(isAllowed);
    if (allowed.length < raw.length) throw refusal(message, 'invalid_days');
    return allowed.length === 0 ? null : allowed;
  });

const isWeekday = (item: unknown): item is Weekday => WEEKDAYS.includes(item as Weekday);
const isIntegerIn =
  (allowed: (value: number) => boolean) =>
  (item: unknown): item is number =>
    typeof item === 'number' && Number.isInteger(item) && allowed(item);

const weekStart: Field<Weekday> = custom(Type.Union(WEEKDAYS.map((day) => Type.Literal(day))), (raw) => {
  if (raw === null) throw NOT_NULL;
  if (!isWeekday(raw)) {
    throw refusal(
      "Invalid day format for week start field. Should be one of the following: 'MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'",
      'invalid_week_start',
    );
  }
  return raw;
});

const shiftType: Field<ShiftType> = custom(Type.Union(SHIFT_TYPES.map((type) => Type.Literal(type))), (raw) => {
  const type = SHIFT_TYPES.find((known) => known === raw);
  if (type === undefined) throw refusal('Invalid shift type', 'invalid_shift_type');
  return type;
});

const frequency: Field<Frequency | null> = custom(
  Type.Union([...FREQUENCIES.map((known) => Type.Literal(known)), Type.Null()]),
  (raw) => {
    if (raw === null) return null;
    const found = FREQUENCIES.find((known) => known === raw);
    if (found === undefined) throw refusal('Invalid frequency type', 'invalid_frequency');
    return found;
  },
);

const interval: Field<number | null> = custom(
  Type.Union([Type.Integer({ minimum: 1, maximum: INT_MAX }), Type.Null()]),
  (raw) => {
    if (raw === null) return null;
    const value = integer({ max: INT_MAX }).read(raw);
    if (value <= 0) throw refusal('Invalid value for interval', 'invalid_interval');
    return value;
  },
);

const rollingUsers: Field<readonly (readonly string[])[] | null> = custom(
  Type.Union([Type.Array(Type.Array(Type.String())), Type.Null()]),
  (raw) => {
    if (raw === null) return null;
    if (!Array.isArray(raw)) throw new Invalid([`Expected a list of items but got type "${pythonType(raw)}".`]);
    const groups = raw.map((group: unknown) => {
      if (!Array.isArray(group)) throw new Invalid([`Expected a list of items but got type "${pythonType(group)}".`]);
      return [...new Set(group.filter((id): id is string => typeof id === 'string'))];
    });
    return groups.length === 0 ? null : groups;
  },
);

export type MemberDates = { readonly userId: string; readonly joins: string | null; readonly leaves: string | null };
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** When people join and leave the rotation; an addition of Tocsin's. */
const members: Field<readonly MemberDates[]> = custom(
  Type.Array(
    Type.Object({
      user_id: Type.String(),
      joins: Type.Optional(Type.Union([Type.String({ description: 'First day, YYYY-MM-DD.' }), Type.Null()])),
      leaves: Type.Optional(Type.Union([Type.String({ description: 'First day without them, YYYY-MM-DD.' }), Type.Null()])),
    }),
  ),
  (raw) => {
    if (raw === null) return [];
    if (!Array.isArray(raw)) throw new Invalid([`Expected a list of items but got type "${pythonType(raw)}".`]);
    return raw.map((item: unknown): MemberDates => {
      const date = (value: unknown): string | null => {
        if (value === undefined || value === null) return null;
        if (typeof value !== 'string' || !DATE.test(value) || !isReal(`${value}T00:00:00`)) {
          throw new Invalid(['Date has wrong format. Use one of these formats instead: YYYY-MM-DD.']);
        }
        return value;
      };
      if (!isObject(item) || typeof item.user_id !== 'string') throw new Invalid(['Each item needs a user_id.']);
      const joins = date(item.joins);
      const leaves = date(item.leaves);
      if (joins !== null && leaves !== null && leaves <= joins) throw new Invalid(['leaves must be after joins.']);
      return { userId: item.user_id, joins, leaves };
    });
  },
);

/** Fields of `on_call_shifts` (http-api-oncall.md 7.2). */
export const shiftFields = {
  name: nullable(text({ max: 200 })),
  type: shiftType,
  team_id: teamField,
  time_zone: nullable(timeZone),
  level: integer({ min: -INT_MAX - 1, max: INT_MAX }),
  start: civilTime,
  duration,
  rotation_start: civilTime,
  frequency,
  interval,
  until: nullable(civilTime),
  week_start: weekStart,
  by_day: listOfAllowed(
    isWeekday,
    "Invalid day value in by_day field. Valid values: 'MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'",
    Type.Union(WEEKDAYS.map((day) => Type.Literal(day))),
  ),
  by_month: listOfAllowed(
    isIntegerIn((value) => value >= 1 && value <= 12),
    'Invalid month value in by_month field. Valid values: from 1 to 12',
    Type.Integer({ minimum: 1, maximum: 12 }),
  ),
  by_monthday: listOfAllowed(
    isIntegerIn((value) => value !== 0 && Math.abs(value) <= 31),
    'Invalid monthday value in by_monthday field. Valid values: from 1 to 31 and from -31 to -1',
    Type.Integer({ minimum: -31, maximum: 31 }),
  ),
  users: nullable(idList()),
  rolling_users: rollingUsers,
  start_rotation_from_user_index: nullable(integer({ min: 0 })),
  source: integer(),
  schedule: custom<string | null>(Type.Union([Type.String(), Type.Null()]), (raw) =>
    typeof raw === 'string' && raw !== '' ? raw : null,
  ),
  members,
  holidays: nullable(
    custom<'skip' | 'only'>(Type.Union([Type.Literal('skip'), Type.Literal('only')]), (raw) => {
      if (raw !== 'skip' && raw !== 'only') throw invalidChoice(raw);
      return raw;
    }),
  ),
};
