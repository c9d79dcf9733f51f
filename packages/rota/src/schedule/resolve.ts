import type { ScheduleEvent } from '../events/event.ts';
import { byStartAndShift, isEmpty } from '../events/event.ts';
import type { Instant } from '../time/instant.ts';
import { earlierOf, laterOf } from '../time/instant.ts';
import type { Interval, Window } from '../time/interval.ts';
import { isInWindow, unionOf } from '../time/interval.ts';

/**
 * Who prevails: at every instant the highest layer that has an event then. Overrides form the layers above all primary
 * events, each by level. Events of one layer do not cut each other. Empty events neither appear nor mask anything.
 * Pieces are not cut to the window.
 */
export function resolvePriorities(events: readonly ScheduleEvent[], window: Window): ScheduleEvent[] {
  const staffed = events.filter((event) => !isEmpty(event) && event.end > event.start);
  const layers = layersOf(staffed);
  if (layers.length <= 1) return staffed.filter((event) => isInWindow(event, window)).sort(byStartAndShift);
  const rankOfLayer = new Map(layers.map((layer, rank) => [layer, rank]));
  const ranks = staffed.map((event) => rankOfLayer.get(layerOf(event)) ?? 0);
  const perLayer: ScheduleEvent[][] = layers.map(() => []);
  for (const [index, event] of staffed.entries()) perLayer[ranks[index]!]!.push(event);
  const reigns = reignsOf(perLayer.map(unionOf));
  const pieces: ScheduleEvent[] = [];
  for (const [index, event] of staffed.entries()) {
    for (const { start, end } of reignsWithin(reigns[ranks[index]!]!, event)) {
      const whole = start === event.start && end === event.end;
      const piece = whole ? event : { ...event, start, end };
      if (isInWindow(piece, window)) pieces.push(piece);
    }
  }
  return pieces.sort(byStartAndShift);
}

/** A number per layer: the level of primary events, and below zero for overrides. */
const layerOf = (event: ScheduleEvent): number => (event.calendar === 'overrides' ? -1 - event.level : event.level);

/** The layers there are, from the highest: overrides by level, then the others by level. */
function layersOf(events: readonly ScheduleEvent[]): number[] {
  const layers = new Set<number>();
  for (const event of events) layers.add(layerOf(event));
  return [...layers].sort((a, b) => (a < 0 && b < 0 ? a - b : a < 0 ? -1 : b < 0 ? 1 : b - a));
}

/**
 * For each layer the times when it is the highest that has an event, sorted, touching ones joined.
 * @param covered the time each layer's events cover, from the highest layer to the lowest
 */
function reignsOf(covered: readonly (readonly Interval[])[]): Interval[][] {
  type Border = { readonly at: Instant; readonly rank: number; readonly change: 1 | -1 };
  const layers = covered.length;
  const borders = covered.flatMap((intervals, rank) =>
    intervals.flatMap(({ start, end }): Border[] => [
      { at: start, rank, change: 1 },
      { at: end, rank, change: -1 },
    ]),
  );
  borders.sort((a, b) => a.at - b.at);
  const reigns: { start: Instant; end: Instant }[][] = Array.from({ length: layers }, () => []);
  const active = new Array<number>(layers).fill(0);
  let top = layers;
  let since: Instant | null = null;
  for (let i = 0; i < borders.length; ) {
    const { at } = borders[i]!;
    for (; i < borders.length && borders[i]!.at === at; i++) {
      const border = borders[i]!;
      active[border.rank] = active[border.rank]! + border.change;
    }
    const now = active.findIndex((count) => count > 0);
    const newTop = now === -1 ? layers : now;
    if (newTop === top) continue;
    if (since !== null && top < layers) reigns[top]!.push({ start: since, end: at });
    top = newTop;
    since = at;
  }
  return reigns;
}

/** The parts of a layer's reign that an event of it has. */
function reignsWithin(reigns: readonly Interval[], event: Interval): Interval[] {
  let low = 0;
  for (let high = reigns.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (reigns[middle]!.end <= event.start) low = middle + 1;
    else high = middle;
  }
  const parts: Interval[] = [];
  for (let i = low; i < reigns.length && reigns[i]!.start < event.end; i++) {
    const reign = reigns[i]!;
    const start = laterOf(reign.start, event.start);
    const end = earlierOf(reign.end, event.end);
    parts.push({ start, end });
  }
  return parts;
}
