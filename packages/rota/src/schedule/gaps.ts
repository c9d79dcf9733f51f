import type { ScheduleEvent } from '../events/event.ts';
import { MINUTE_MS, SECOND_MS } from '../time/civil.ts';
import { addMs } from '../time/instant.ts';
import type { Interval, Window } from '../time/interval.ts';
import { differenceOf, unionOf } from '../time/interval.ts';

/** Holes shorter than this are no gaps. */
const MIN_GAP_MS = MINUTE_MS;

/** An all-day event ends a second before midnight; for coverage its last second counts. */
const coverage = (event: ScheduleEvent): Interval =>
  event.allDay === null ? event : { start: event.start, end: addMs(event.end, SECOND_MS) };

/**
 * Time of the window that no event covers, holes of a minute and more, also before the first and after the last event.
 * Empty events among `events` count as coverage: leave them out to find time without anybody.
 */
export function gapsOf(events: readonly ScheduleEvent[], window: Window): Interval[] {
  const { from, to } = window;
  const holes = differenceOf(unionOf([{ start: from, end: to }]), unionOf(events.map(coverage)));
  return holes.filter((hole) => hole.end - hole.start >= MIN_GAP_MS);
}
