import type { CivilTime } from '../time/civil.ts';
import { addCivil, DAY_MS, dayOfCivil, SECOND_MS } from '../time/civil.ts';
import type { Instant } from '../time/instant.ts';
import type { Interval, Window } from '../time/interval.ts';
import { isInWindow } from '../time/interval.ts';
import type { Zone } from '../time/zone.ts';
import { baseOf } from './base.ts';
import { dayPatternOf } from './day-pattern.ts';
import { passesRotationStart } from './rotation-start.ts';
import type { Shift } from './shift.ts';
import { recurrenceOf, turnGroups } from './shift.ts';
import type { TurnStart } from './turns.ts';
import { turnStarts } from './turns.ts';

/** One concrete time span of a shift. */
export type Occurrence = Interval & {
  readonly turn: number;
  /** The start on the wall clock, before clipping by `rotationStart`. */
  readonly startsAt: CivilTime;
};

/** The most occurrences of one shift in one answer: more than five years of an hourly rotation. */
export const MAX_OCCURRENCES = 50_000;

/** More than any zone's offset, and than the largest step a zone ever made (a whole day, at the date line). */
const SLACK_MS = 3 * DAY_MS;

export type Occurrences = { readonly occurrences: readonly Occurrence[]; readonly truncated: boolean };

const NONE: Occurrences = { occurrences: [], truncated: false };

/**
 * The occurrences of a shift that belong to the window, in order, not cut to it. Any stored shift gives an answer: one
 * without groups, with no length, or with `until` before its start gives none.
 * @param zone the zone of the shift's wall clock
 */
export function occurrencesOf(shift: Shift, zone: Zone, window: Window, limit = MAX_OCCURRENCES): Occurrences {
  if (!(shift.durationSeconds > 0) || turnGroups(shift).length === 0) return NONE;
  const lengthMs = shift.durationSeconds * SECOND_MS;
  const range = {
    from: (zone.toCivil(window.from) - lengthMs - SLACK_MS) as CivilTime,
    // No shift is followed beyond its own end.
    to: (Math.min(zone.toCivil(window.to), shift.until ?? Number.POSITIVE_INFINITY) + SLACK_MS) as CivilTime,
  };
  const { starts, truncated } = startsOf(shift, range, limit);
  const occurrences: Occurrence[] = [];
  for (const start of starts) {
    const occurrence = concrete(shift, zone, start, lengthMs);
    if (occurrence !== null && isInWindow(occurrence, window)) occurrences.push(occurrence);
  }
  return { occurrences, truncated };
}

/** The wall-clock starts of a shift, before `rotationStart`, `until` and zones. */
export function startsOf(
  shift: Shift,
  range: { readonly from: CivilTime; readonly to: CivilTime },
  limit: number,
): { readonly starts: readonly TurnStart[]; readonly truncated: boolean } {
  const recurrence = recurrenceOf(shift);
  if (recurrence === null) return { starts: [{ at: shift.start, turn: 0 }], truncated: false };
  const pattern = dayPatternOf(recurrence);
  if (shift.type !== 'rolling_users') return turnStarts(recurrence.frequency, pattern, shift.start, 'recurrent', range, limit);
  const base = baseOf(shift, recurrence.frequency, pattern);
  return turnStarts(recurrence.frequency, pattern, base, 'rolling', range, limit);
}

/** Applies `rotationStart`, holidays, zone and `until`; null when nothing is left. */
function concrete(shift: Shift, zone: Zone, { at, turn }: TurnStart, lengthMs: number): Occurrence | null {
  if (!passesRotationStart(shift, at) || !holidayAllows(shift, at)) return null;
  const rotationStart = shift.rotationStart ?? shift.start;
  const clippedStart = shift.source === 'web' && rotationStart > at ? rotationStart : at;
  const start = zone.toInstant(clippedStart, 'second-or-change');
  let end = zone.toInstant(addCivil(at, lengthMs), 'second-or-change');
  const until = untilOf(shift, zone);
  if (until !== null) {
    if (zone.toInstant(at, 'second-or-change') > until) return null;
    if ((shift.source === 'web' || shift.type === 'single_event') && end > until) end = until;
  }
  return end > start ? { start, end, turn, startsAt: at } : null;
}

/** `until` is a UTC instant, save for single events, which read its digits on the wall clock. */
function untilOf(shift: Shift, zone: Zone): Instant | null {
  if (shift.until === null || shift.type !== 'single_event') return shift.until;
  return zone.toInstant(shift.until as number as CivilTime, 'second-or-change');
}

function holidayAllows(shift: Shift, at: CivilTime): boolean {
  if (shift.holidays === undefined) return true;
  return shift.holidays.dates.includes(dayOfCivil(at)) === (shift.holidays.on === 'only');
}
