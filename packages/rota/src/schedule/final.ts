import type { ScheduleEvent } from '../events/event.ts';
import { isEmpty } from '../events/event.ts';
import type { Directory } from '../people.ts';
import type { Problem } from '../problem.ts';
import type { Instant } from '../time/instant.ts';
import { earlierOf, laterOf } from '../time/instant.ts';
import type { Interval, Window } from '../time/interval.ts';
import { isInWindow } from '../time/interval.ts';
import { gapsOf } from './gaps.ts';
import { resolvePriorities } from './resolve.ts';
import type { Schedule } from './schedule.ts';
import { rawEvents } from './schedule.ts';
import type { OpenSwaps, Swap } from './swaps.ts';
import { applySwaps } from './swaps.ts';

/** `now` decides which open swaps are past due; `openSwaps` is `mark` when left out. */
export type FinalOptions = { readonly now: Instant; readonly openSwaps?: OpenSwaps };

export type FinalSchedule = {
  /** Who is on call when, after swaps, overrides and priorities; by start, then shift id. Not cut to the window. */
  readonly events: readonly ScheduleEvent[];
  /** Shifts that have nobody who may be notified. They are not among `events` and mask nothing. */
  readonly emptyShifts: readonly ScheduleEvent[];
  /** Time of the window without any shift, not even an empty one; holes under a minute left out. */
  readonly gaps: readonly Interval[];
  readonly problems: readonly Problem[];
};

/** The final schedule of a window, [from, to). */
export function finalSchedule(schedule: Schedule, directory: Directory, window: Window, options: FinalOptions): FinalSchedule {
  const { events: raw, problems } = rawEvents(schedule, directory, window);
  const openSwaps = options.openSwaps ?? 'mark';
  const swapped = schedule.swaps.length === 0 ? raw : applySwaps(raw, schedule.swaps, directory, window, options.now, openSwaps);
  return {
    events: resolvePriorities(swapped, window),
    emptyShifts: swapped.filter((event) => isEmpty(event) && isInWindow(event, window)),
    gaps: gapsOf(swapped, window),
    problems,
  };
}

/** Cuts events to the window; those outside of it are dropped. */
export function cutToWindow<Piece extends Interval>(pieces: readonly Piece[], window: Window): Piece[] {
  return pieces
    .filter((piece) => piece.start < window.to && piece.end > window.from)
    .map((piece) => ({
      ...piece,
      start: laterOf(piece.start, window.from),
      end: earlierOf(piece.end, window.to),
    }));
}

/**
 * The resolved events between a swap's start and end in which somebody carries its mark: what the request is about.
 * Empty when the swap has no effect: past due, deleted, without shifts of the beneficiary, or hidden under higher levels.
 */
export function swapEvents(schedule: Schedule, directory: Directory, swap: Swap, now: Instant): ScheduleEvent[] {
  const { events } = finalSchedule(schedule, directory, { from: swap.start, to: swap.end }, { now });
  return events.filter((event) => event.users.some((user) => user.swap?.swapId === swap.id));
}
