import type { Problem } from '../problem.ts';
import type { Rule } from '../recurrence/rule.ts';
import type { ShiftSource } from '../shifts/shift.ts';
import type { CivilDay, CivilTime } from '../time/civil.ts';
import type { Instant } from '../time/instant.ts';
import type { Zone } from '../time/zone.ts';
import type { EventTexts } from './names.ts';

/** One VEVENT, read. Times are on the wall clock of `zone`. */
export type ImportedEvent = {
  /** Empty when the feed gives none. */
  readonly uid: string;
  readonly sequence: number;
  readonly shiftId: string | null;
  readonly source: ShiftSource | null;
  readonly texts: EventTexts;
  readonly names: readonly string[];
  readonly level: number;
  readonly cancelled: boolean;
  readonly zone: Zone;
  readonly start: CivilTime;
  /** Wall-clock length; whole days for all-day events. */
  readonly lengthMs: number;
  readonly allDay: boolean;
};

/** A rule with its UNTIL: an instant for timed events, a date for all-day ones. */
export type BoundedRule = { readonly rule: Rule; readonly untilInstant: Instant | null; readonly untilDay: CivilDay | null };

/** An RDATE; a period brings its own length. */
export type ExtraDate = { readonly start: CivilTime; readonly lengthMs: number | null };

/** Occurrences that are not there: at an instant, or on a date of the event's zone. */
export type Exclusions = { readonly instants: ReadonlySet<Instant>; readonly days: ReadonlySet<CivilDay> };

/** From `from` on, occurrences follow `event`, moved by `shiftMs` on the wall clock (RANGE=THISANDFUTURE). */
export type FutureChange = { readonly from: Instant; readonly event: ImportedEvent; readonly shiftMs: number };

/** An event with all its occurrences; one without rules and dates occurs once. */
export type Series = {
  readonly event: ImportedEvent;
  readonly rules: readonly BoundedRule[];
  readonly extraDates: readonly ExtraDate[];
  readonly excluded: Exclusions;
  /** Sorted by `from`. */
  readonly futureChanges: readonly FutureChange[];
};

/** A calendar as imported, ready to be asked about any window. */
export type ImportedCalendar = {
  readonly name: string | null;
  readonly series: readonly Series[];
  /** SEQUENCE per UID: two feeds with the same map count as unchanged. */
  readonly sequences: ReadonlyMap<string, number>;
  readonly problems: readonly Problem[];
};
