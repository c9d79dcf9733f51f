import type { ScheduleEvent } from '../events/event.ts';
import { byStartAndShift, isEmpty } from '../events/event.ts';
import type { Instant } from '../time/instant.ts';
import { earlierOf, laterOf } from '../time/instant.ts';
import type { Interval, Window } from '../time/interval.ts';
import { isInWindow } from '../time/interval.ts';

/**
 * Who prevails: at every instant the highest layer that has an event then. Overrides form the layers above all primary
 * events, each by level. Events of one layer do not cut each other. Empty events neither appear nor mask anything.
 * Pieces are not cut to the window.
 */
export function resolvePriorities(events: readonly ScheduleEvent[], window: Window): ScheduleEvent[] {
  const staffed = events.filter((event) => !isEmpty(event) && event.end > event.start);
  const layers = layersOf(staffed);
  if (layers.length <= 1) return staffed.filter((event) => isInWindow(event, window)).sort(byStartAndShift);
  const rank = new Map(layers.map((layer, index) => [layer, index]));
  const ranks = staffed.map((event) => rank.get(layerOf(event)) ?? 0);
  const reigns = reignsOf(staffed, ranks, layers.length);
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

/** Sorts layers from the highest: overrides first, then by level. */
const layerOf = (event: ScheduleEvent): string => `${event.calendar} ${event.level}`;

function layersOf(events: readonly ScheduleEvent[]): string[] {
  const layers = new Map(events.map((event) => [layerOf(event), event]));
  const higher = (a: ScheduleEvent, b: ScheduleEvent): number =>
    Number(b.calendar === 'overrides') - Number(a.calendar === 'overrides') || b.level - a.level;
  return [...layers].sort(([, a], [, b]) => higher(a, b)).map(([layer]) => layer);
}

/** For each layer the times when it is the highest that has an event, sorted, touching ones joined. */
function reignsOf(events: readonly ScheduleEvent[], ranks: readonly number[], layers: number): Interval[][] {
  type Border = { readonly at: Instant; readonly rank: number; readonly change: 1 | -1 };
  const borders = events.flatMap((event, index): Border[] => [
    { at: event.start, rank: ranks[index]!, change: 1 },
    { at: event.end, rank: ranks[index]!, change: -1 },
  ]);
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
