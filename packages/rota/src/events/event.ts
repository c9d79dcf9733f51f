import type { EventTexts } from '../ical/names.ts';
import type { ShiftSource, ShiftType } from '../shifts/shift.ts';
import type { CivilDay } from '../time/civil.ts';
import type { Interval } from '../time/interval.ts';

export type CalendarKind = 'primary' | 'overrides';

/** A swap request that touches a user's part of an event; `beneficiary` is set when it was taken. */
export type SwapMark = { readonly swapId: string; readonly beneficiary: string | null };

export type OnCallUser = { readonly id: string; readonly swap: SwapMark | null };

/** The dates of an all-day event, both included, in the zone that its days were read in. */
export type AllDay = { readonly first: CivilDay; readonly last: CivilDay };

/** Where an event comes from. */
export type Origin = {
  readonly calendar: CalendarKind;
  /** Shift id, or the id of an imported event; null when it has none. */
  readonly shiftId: string | null;
  readonly shiftName: string | null;
  readonly shiftType: ShiftType | null;
  readonly source: ShiftSource | null;
  /** What an imported event says of itself; null for shifts. */
  readonly texts: EventTexts | null;
};

/** An occurrence with its users resolved. One without users is an empty shift. */
export type ScheduleEvent = Interval &
  Origin & {
    readonly level: number;
    readonly allDay: AllDay | null;
    readonly users: readonly OnCallUser[];
    /** Names that matched nobody, `(missing)` for deleted users, usernames of people who may not be notified. */
    readonly missing: readonly string[];
  };

export const isEmpty = (event: ScheduleEvent): boolean => event.users.length === 0;

export const unswapped = (ids: readonly string[]): OnCallUser[] => ids.map((id) => ({ id, swap: null }));

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** By start; then primary before overrides, timed before all-day. */
export const byStart = (a: ScheduleEvent, b: ScheduleEvent): number =>
  a.start - b.start ||
  Number(a.calendar === 'overrides') - Number(b.calendar === 'overrides') ||
  Number(a.allDay !== null) - Number(b.allDay !== null);

/** By start, then shift id; the order of a final schedule. */
export const byStartAndShift = (a: ScheduleEvent, b: ScheduleEvent): number =>
  a.start - b.start || compareText(a.shiftId ?? '', b.shiftId ?? '') || a.end - b.end;
