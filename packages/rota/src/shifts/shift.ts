import type { CivilDay, CivilTime, Weekday } from '../time/civil.ts';
import type { Instant } from '../time/instant.ts';

export type ShiftType = 'single_event' | 'recurrent_event' | 'rolling_users' | 'override';
export type ShiftSource = 'web' | 'api' | 'slack' | 'terraform';
export type ShiftFrequency = 'hourly' | 'daily' | 'weekly' | 'monthly';

/** How a shift repeats. A null list restricts nothing; month days count from the end when negative. */
export type Recurrence = {
  readonly frequency: ShiftFrequency;
  readonly interval: number;
  readonly weekStart: Weekday;
  readonly byDay: readonly Weekday[] | null;
  readonly byMonth: readonly number[] | null;
  readonly byMonthday: readonly number[] | null;
};

/** When a user belongs to a rotation, by dates in the shift's zone: from `joins` on, and no longer on `leaves`. */
export type Membership = { readonly userId: string; readonly joins: CivilDay | null; readonly leaves: CivilDay | null };

/** What happens to the time of a group none of whose members belongs to the rotation (yet, or any more). */
export type AbsentTurn = 'next-group' | 'nobody';

/** Skip the occurrences that begin on a holiday, or keep only those. Skipped turns are used up. */
export type HolidayRule = { readonly on: 'skip' | 'only'; readonly dates: readonly CivilDay[] };

type ShiftBase = {
  readonly id: string;
  readonly name: string | null;
  /** Priority; higher wins. Negative counts as 0. Overrides made in the UI carry 99. */
  readonly level: number;
  /** Start of the first occurrence, on the wall clock of `timeZone`. */
  readonly start: CivilTime;
  /** Length on the wall clock. 0 or less gives no on-call time. */
  readonly durationSeconds: number;
  /** Nothing happens before it; null means `start`. */
  readonly rotationStart: CivilTime | null;
  /** IANA name; null means the zone of the schedule's calendar. */
  readonly timeZone: string | null;
  readonly source: ShiftSource;
  /** The last permitted start. */
  readonly until: Instant | null;
  readonly members?: readonly Membership[];
  readonly absentTurn?: AbsentTurn;
  readonly holidays?: HolidayRule;
};

export type SingleEvent = ShiftBase & { readonly type: 'single_event'; readonly users: readonly string[] };

/** All users together, every time. */
export type RecurrentEvent = ShiftBase & {
  readonly type: 'recurrent_event';
  readonly users: readonly string[];
  readonly recurrence: Recurrence | null;
};

/** One group per turn; an empty group is an unassigned turn. */
export type RollingUsers = ShiftBase & {
  readonly type: 'rolling_users';
  readonly groups: readonly (readonly string[])[];
  /** First group to take a turn; an index beyond the list counts as 0. */
  readonly startIndex: number | null;
  readonly recurrence: Recurrence | null;
};

/** Once, for the first of `groups` (rotated by `startIndex`), or for `users` when there are no groups. */
export type Override = ShiftBase & {
  readonly type: 'override';
  readonly groups: readonly (readonly string[])[];
  readonly startIndex: number | null;
  readonly users: readonly string[];
};

export type Shift = SingleEvent | RecurrentEvent | RollingUsers | Override;

/** Groups in the order of their turns: turn t belongs to group t modulo their number. No groups, no occurrences. */
export function turnGroups(shift: Shift): readonly (readonly string[])[] {
  switch (shift.type) {
    case 'single_event':
    case 'recurrent_event':
      return shift.users.length > 0 ? [shift.users] : [];
    case 'rolling_users':
      return rotated(shift.groups, shift.startIndex);
    case 'override': {
      const first = rotated(shift.groups, shift.startIndex)[0];
      if (first !== undefined) return [first];
      return shift.users.length > 0 ? [shift.users] : [];
    }
  }
}

function rotated(groups: readonly (readonly string[])[], startIndex: number | null): readonly (readonly string[])[] {
  const index = startIndex ?? 0;
  if (index <= 0 || index >= groups.length) return groups;
  return [...groups.slice(index), ...groups.slice(0, index)];
}

export const recurrenceOf = (shift: Shift): Recurrence | null =>
  shift.type === 'recurrent_event' || shift.type === 'rolling_users' ? shift.recurrence : null;
