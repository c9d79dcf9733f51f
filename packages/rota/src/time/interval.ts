import type { Instant } from './instant.ts';
import { earlierOf, laterOf } from './instant.ts';

/** Half-open: `start` belongs to it, `end` does not. */
export type Interval = { readonly start: Instant; readonly end: Instant };

/** The time asked about. `from` equal to `to` asks about that instant alone. */
export type Window = { readonly from: Instant; readonly to: Instant };

/** Whether something from start to end belongs to the window: it overlaps it, or holds its one instant. */
export const isInWindow = (item: Interval, window: Window): boolean =>
  window.from === window.to
    ? item.start <= window.from && window.from < item.end
    : item.start < window.to && item.end > window.from;

/** Overlapping and touching intervals joined, sorted by start; empty ones dropped. */
export function unionOf(intervals: readonly Interval[]): Interval[] {
  const sorted = intervals.filter((i) => i.end > i.start).sort((a, b) => a.start - b.start);
  const union: { start: Instant; end: Instant }[] = [];
  for (const { start, end } of sorted) {
    const last = union.at(-1);
    if (last !== undefined && start <= last.end) {
      last.end = laterOf(last.end, end);
    } else union.push({ start, end });
  }
  return union;
}

/** Both as `unionOf` gives them. */
export function intersectionOf(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  const common: Interval[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const left = a[i]!;
    const right = b[j]!;
    const start = laterOf(left.start, right.start);
    const end = earlierOf(left.end, right.end);
    if (start < end) common.push({ start, end });
    if (left.end < right.end) i++;
    else j++;
  }
  return common;
}

/** What of `a` is not in `b`; both as `unionOf` gives them. */
export function differenceOf(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  const rest: Interval[] = [];
  let first = 0;
  for (const { start, end } of a) {
    let at = start;
    while (first < b.length && b[first]!.end <= start) first++;
    for (let j = first; j < b.length && b[j]!.start < end; j++) {
      if (b[j]!.start > at) rest.push({ start: at, end: b[j]!.start });
      at = laterOf(at, b[j]!.end);
    }
    if (at < end) rest.push({ start: at, end });
  }
  return rest;
}

export const totalMs = (intervals: readonly Interval[]): number => intervals.reduce((sum, i) => sum + (i.end - i.start), 0);
