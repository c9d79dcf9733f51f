import { RotaError } from '../errors.ts';
import { DAY_MS, dayOf, SECOND_MS } from './civil.ts';
import type { Instant } from './instant.ts';
import type { OffsetSegment, Zone } from './zone.ts';
import { createZone, UTC } from './zone.ts';

/** Shorter than the shortest time between two changes that undo each other (Morocco's Ramadan, about 30 days). */
const SAMPLE_DAYS = 13;
/**
 * Years whose changes are looked up; outside of them the offset of the nearest New Year holds. Nobody knows the rules of
 * those times, and a shift of a thousand years must not cost a look-up for each of them.
 */
const FIRST_YEAR = 1850;
const LAST_YEAR = 2200;
const UTC_NAMES = new Set([
  'utc',
  'etc/utc',
  'gmt',
  'etc/gmt',
  'etc/uct',
  'uct',
  'zulu',
  'etc/zulu',
  'universal',
  'etc/universal',
]);

/** The time zone rules do not change while the program runs, so each zone is built once. */
const zones = new Map<string, Zone>();

/**
 * The zone of an IANA name, in any letter case, or null when this runtime does not know it.
 * Offsets come from the runtime's own time zone data (Intl), so an updated Node brings updated rules.
 */
export function findZone(name: string): Zone | null {
  const key = name.toLowerCase();
  if (UTC_NAMES.has(key)) return UTC;
  const known = zones.get(key);
  if (known !== undefined) return known;
  const offsetAt = offsetReader(name);
  if (offsetAt === null) return null;
  const zone = createZone(name, (year) => segmentsOfYear(year, offsetAt));
  zones.set(key, zone);
  return zone;
}

/** As `findZone`, but throws RotaError UNKNOWN_ZONE. */
export function zoneOf(name: string): Zone {
  const zone = findZone(name);
  if (zone === null) throw new RotaError('UNKNOWN_ZONE', `Time zone: expected an IANA name, got ${JSON.stringify(name)}`);
  return zone;
}

export const isTimeZone = (name: string): boolean => findZone(name) !== null;

function offsetReader(name: string): ((instant: Instant) => number) | null {
  // Intl also takes offsets ("+05:30") on some versions; those are no zone names.
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(name)) return null;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset', year: 'numeric' });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  return (instant) => parseOffset(format.format(instant));
}

/** Reads the tail of `2026, GMT+02:00`; plain `GMT` is UTC, old local mean times have seconds. */
function parseOffset(text: string): number {
  const [, sign, hours, minutes, seconds] = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text) ?? [];
  if (sign === undefined) return 0;
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds ?? 0);
  return (sign === '-' ? -total : total) * SECOND_MS;
}

function segmentsOfYear(year: number, offsetAt: (instant: Instant) => number): OffsetSegment[] {
  if (year < FIRST_YEAR || year > LAST_YEAR) {
    const nearest = dayOf(Math.min(Math.max(year, FIRST_YEAR), LAST_YEAR + 1), 1, 1) * DAY_MS;
    return [{ from: (dayOf(year, 1, 1) * DAY_MS) as Instant, offsetMs: offsetAt(nearest as Instant) }];
  }
  const yearEnd = dayOf(year + 1, 1, 1) * DAY_MS;
  let at = (dayOf(year, 1, 1) * DAY_MS) as Instant;
  let offsetMs = offsetAt(at);
  const segments: OffsetSegment[] = [{ from: at, offsetMs }];
  while (at < yearEnd) {
    const next = Math.min(at + SAMPLE_DAYS * DAY_MS, yearEnd - SECOND_MS) as Instant;
    if (next <= at) break;
    const nextOffset = offsetAt(next);
    if (nextOffset !== offsetMs) {
      const change = firstOther(at, next, offsetMs, offsetAt);
      offsetMs = offsetAt(change);
      segments.push({ from: change, offsetMs });
      at = change;
    } else at = next;
  }
  return segments;
}

/** The first second in (from, to] whose offset is not `offsetMs`. */
function firstOther(from: Instant, to: Instant, offsetMs: number, offsetAt: (instant: Instant) => number): Instant {
  let same = from / SECOND_MS;
  let other = to / SECOND_MS;
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (offsetAt((middle * SECOND_MS) as Instant) === offsetMs) same = middle;
    else other = middle;
  }
  return (other * SECOND_MS) as Instant;
}
