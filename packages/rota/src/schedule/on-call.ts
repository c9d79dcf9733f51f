import type { ScheduleEvent } from '../events/event.ts';
import type { Directory } from '../people.ts';
import { DAY_MS } from '../time/civil.ts';
import type { Instant } from '../time/instant.ts';
import { addMs } from '../time/instant.ts';
import type { Window } from '../time/interval.ts';
import { finalSchedule } from './final.ts';
import type { Schedule } from './schedule.ts';

/** How far ahead the next turn is looked for unless the caller says otherwise. */
const LOOK_AHEAD_DAYS = 30;
/** The least look-ahead, so that an override to come shortens what is shown of a current event. */
const MIN_LOOK_AHEAD_DAYS = 3;

/** Final events that cover the instant: from their start on, up to but not at their end. Open swaps change nobody. */
export function eventsAt(schedule: Schedule, directory: Directory, at: Instant): readonly ScheduleEvent[] {
  return finalSchedule(schedule, directory, { from: at, to: at }, { now: at, openSwaps: 'ignore' }).events;
}

/** Ids of everybody on call at the instant, each once; empty when nobody is. */
export function onCallAt(schedule: Schedule, directory: Directory, at: Instant): string[] {
  return idsOf(eventsAt(schedule, directory, at));
}

const idsOf = (events: readonly ScheduleEvent[]): string[] => [
  ...new Set(events.flatMap((event) => event.users.map((user) => user.id))),
];

export type HandOver = {
  /** Events at the instant, with the ends they have after overrides. */
  readonly current: readonly ScheduleEvent[];
  /** The earliest later events, all of one start; empty when none begins within the look-ahead. */
  readonly next: readonly ScheduleEvent[];
};

/** Who is on call and who follows. Taken swaps count, open ones do not. */
export function handOver(schedule: Schedule, directory: Directory, at: Instant, lookAheadDays = LOOK_AHEAD_DAYS): HandOver {
  const { current, later } = around(schedule, directory, at, lookAheadDays);
  return { current, next: later.filter((event) => event.start === later[0]?.start) };
}

/**
 * Users of the earliest later events that bring somebody who is not on call at the instant: whom to reach when those on
 * call do not answer. Empty when nobody else has a turn within the look-ahead.
 */
export function nextOnCall(schedule: Schedule, directory: Directory, at: Instant, lookAheadDays = LOOK_AHEAD_DAYS): string[] {
  const { current, later } = around(schedule, directory, at, lookAheadDays);
  const now = new Set(idsOf(current));
  const first = later.find((event) => event.users.some((user) => !now.has(user.id)));
  return idsOf(later.filter((event) => event.start === first?.start)).filter((id) => !now.has(id));
}

function around(schedule: Schedule, directory: Directory, at: Instant, lookAheadDays: number) {
  const window: Window = { from: at, to: addMs(at, Math.max(lookAheadDays, MIN_LOOK_AHEAD_DAYS) * DAY_MS) };
  const { events } = finalSchedule(schedule, directory, window, { now: at, openSwaps: 'ignore' });
  return { current: events.filter((event) => event.start <= at), later: events.filter((event) => event.start > at) };
}

/**
 * For each user the first final event, in which they are on call, that ends after the instant; users without one are
 * absent.
 */
export function nextShiftPerUser(
  schedule: Schedule,
  directory: Directory,
  at: Instant,
  lookAheadDays = LOOK_AHEAD_DAYS,
): Map<string, ScheduleEvent> {
  const window = { from: at, to: addMs(at, lookAheadDays * DAY_MS) };
  const shifts = new Map<string, ScheduleEvent>();
  for (const event of finalSchedule(schedule, directory, window, { now: at }).events) {
    for (const { id } of event.users) if (event.end > at && !shifts.has(id)) shifts.set(id, event);
  }
  return shifts;
}
