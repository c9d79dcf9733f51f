import { assertNever } from '../assert-never.ts';
import type { CivilTime } from './civil.ts';
import { DAY_MS, dateOf, dayOf, dayOfCivil, HOUR_MS } from './civil.ts';
import type { Instant } from './instant.ts';

/** From `from` on, up to the next segment, local time is UTC plus `offsetMs`. */
export type OffsetSegment = { readonly from: Instant; readonly offsetMs: number };

/**
 * What a wall-clock time means that a change of the clock makes double or leaves out.
 * - `second-or-change`: the second of two; the instant of the change when it does not exist. All hand-overs use it, so
 *   that a start and an end at the same wall-clock time are the same instant and no hole opens between two shifts.
 * - `first-or-change`: the first of two; the instant of the change when it does not exist. Days begin like this.
 */
export type Disambiguation = 'second-or-change' | 'first-or-change';

export type Zone = {
  readonly name: string;
  toInstant(time: CivilTime, disambiguation: Disambiguation): Instant;
  toCivil(instant: Instant): CivilTime;
};

/** No clock on Earth is further than this from UTC; segments beyond it cannot matter to a civil time. */
const REACH_MS = 26 * HOUR_MS;

export const UTC: Zone = {
  name: 'UTC',
  toInstant: (time) => time as number as Instant,
  toCivil: (instant) => instant as number as CivilTime,
};

const startOfYear = (year: number): Instant => (dayOf(year, 1, 1) * DAY_MS) as Instant;

/**
 * A zone from its offsets, which are loaded year by year when first needed.
 * @param loadYear segments of one UTC year, sorted; the first begins with the year
 */
export function createZone(name: string, loadYear: (year: number) => readonly OffsetSegment[]): Zone {
  const years = new Map<number, readonly OffsetSegment[]>();
  const segmentsOf = (year: number): readonly OffsetSegment[] => {
    let segments = years.get(year);
    if (segments === undefined) {
      segments = loadYear(year);
      years.set(year, segments);
    }
    return segments;
  };
  /** Every segment that may hold the civil time, in order. */
  const around = (time: CivilTime): readonly OffsetSegment[] => {
    const { year } = dateOf(dayOfCivil(time));
    if (time - startOfYear(year) < REACH_MS) return [...segmentsOf(year - 1), ...segmentsOf(year)];
    if (startOfYear(year + 1) - time <= REACH_MS) return [...segmentsOf(year), ...segmentsOf(year + 1)];
    return segmentsOf(year);
  };
  return {
    name,
    toInstant(time, disambiguation) {
      return resolve(around(time), time, disambiguation);
    },
    toCivil(instant) {
      const { year } = dateOf(Math.floor(instant / DAY_MS) as ReturnType<typeof dayOf>);
      let offsetMs = 0;
      for (const segment of segmentsOf(year)) {
        if (segment.from > instant) break;
        offsetMs = segment.offsetMs;
      }
      return (instant + offsetMs) as CivilTime;
    },
  };
}

function resolve(segments: readonly OffsetSegment[], time: CivilTime, disambiguation: Disambiguation): Instant {
  let first: Instant | null = null;
  let second: Instant | null = null;
  let change: Instant | null = null;
  for (let i = 0; i < segments.length; i++) {
    const { from, offsetMs } = segments[i]!;
    const candidate = (time - offsetMs) as Instant;
    const next = segments[i + 1]?.from;
    if ((i === 0 || candidate >= from) && (next === undefined || candidate < next)) {
      first ??= candidate;
      second = candidate;
    }
    const before = segments[i - 1];
    if (before !== undefined && time - before.offsetMs >= from && candidate < from) change = from;
  }
  switch (disambiguation) {
    case 'second-or-change':
      return second ?? change ?? UTC.toInstant(time, disambiguation);
    case 'first-or-change':
      return first ?? change ?? UTC.toInstant(time, disambiguation);
    default:
      return assertNever(disambiguation);
  }
}

/** The instant at which the local day of `instant` begins. */
export function startOfDay(zone: Zone, instant: Instant): Instant {
  const day = dayOfCivil(zone.toCivil(instant));
  return zone.toInstant((day * DAY_MS) as CivilTime, 'first-or-change');
}
