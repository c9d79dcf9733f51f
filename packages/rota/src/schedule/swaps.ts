import type { OnCallUser, ScheduleEvent } from '../events/event.ts';
import type { Directory } from '../people.ts';
import { attendanceOfIds } from '../people.ts';
import type { Instant } from '../time/instant.ts';
import { earlierOf, laterOf } from '../time/instant.ts';
import type { Interval, Window } from '../time/interval.ts';

/** A request of the beneficiary to be replaced between two instants; `benefactor` is whoever took it. */
export type Swap = Interval & {
  readonly id: string;
  readonly beneficiary: string;
  readonly benefactor: string | null;
  readonly deleted: boolean;
};

export type SwapState = 'deleted' | 'taken' | 'past_due' | 'open';

export function swapState(swap: Swap, now: Instant): SwapState {
  if (swap.deleted) return 'deleted';
  if (swap.benefactor !== null) return 'taken';
  return now > swap.start ? 'past_due' : 'open';
}

/**
 * `mark` splits events at open swaps and marks their user; `ignore` lets only taken swaps have an effect, as exports
 * and shift-change messages want it.
 */
export type OpenSwaps = 'mark' | 'ignore';

/**
 * Events after the swaps of the window, in the order of `swaps` (by creation), so that a benefactor may swap on.
 * A benefactor who does not count (gone, or not to be notified) is missing from the event.
 */
export function applySwaps(
  events: readonly ScheduleEvent[],
  swaps: readonly Swap[],
  directory: Directory,
  window: Window,
  now: Instant,
  openSwaps: OpenSwaps,
): ScheduleEvent[] {
  let result = [...events];
  for (const swap of swaps) {
    const state = swapState(swap, now);
    const effective = state === 'taken' || (state === 'open' && openSwaps === 'mark');
    if (effective && concerns(swap, window)) result = result.flatMap((event) => swapped(event, swap, directory));
  }
  return result;
}

const concerns = (swap: Swap, { from, to }: Window): boolean =>
  (swap.start < from && swap.end >= from) || (from <= swap.start && swap.start <= to);

function swapped(event: ScheduleEvent, swap: Swap, directory: Directory): ScheduleEvent[] {
  const overlaps = event.start < swap.end && event.end > swap.start && swap.end > swap.start;
  if (!overlaps || !event.users.some((user) => user.id === swap.beneficiary)) return [event];
  const start = laterOf(event.start, swap.start);
  const end = earlierOf(event.end, swap.end);
  const pieces: ScheduleEvent[] = [];
  if (event.start < start) pieces.push({ ...event, end: start });
  pieces.push(inner({ ...event, start, end }, swap, directory));
  if (end < event.end) pieces.push({ ...event, start: end });
  return pieces;
}

function inner(event: ScheduleEvent, swap: Swap, directory: Directory): ScheduleEvent {
  const { benefactor, beneficiary } = swap;
  const mark = (user: OnCallUser): OnCallUser =>
    user.id === beneficiary ? { id: user.id, swap: { swapId: swap.id, beneficiary: null } } : user;
  if (benefactor === null) return { ...event, users: event.users.map(mark) };
  const { users: counted, missing } = attendanceOfIds(directory, [benefactor]);
  const users = event.users.flatMap((user): OnCallUser[] => {
    // Somebody who is on call already takes the place they swapped for, once.
    if (user.id === benefactor && benefactor !== beneficiary) return [];
    if (user.id !== beneficiary) return [user];
    return counted.length > 0 ? [{ id: benefactor, swap: { swapId: swap.id, beneficiary } }] : [];
  });
  return { ...event, users, missing: [...event.missing, ...missing] };
}
