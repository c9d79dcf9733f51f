import { iterateRule } from '../recurrence/iterate.ts';
import { StepBudget } from '../recurrence/rule.ts';
import type { CivilTime } from '../time/civil.ts';
import { civilOf, DAY_MS, dayOf, SECOND_MS } from '../time/civil.ts';
import { findZone } from '../time/iana-zone.ts';
import type { Instant } from '../time/instant.ts';
import { ianaFromWindows } from '../time/windows-zone.ts';
import type { OffsetSegment, Zone } from '../time/zone.ts';
import { createZone } from '../time/zone.ts';
import type { Component } from './component.ts';
import { propertiesOf, readComponent, textOf } from './component.ts';
import { readRule } from './rule-from-ical.ts';
import { civilOfWritten, readTime } from './values.ts';

/** Clock changes of a VTIMEZONE are computed for these years; outside of them the nearest offset holds. */
const FIRST_YEAR = 1970;
const LAST_YEAR = 2100;

/** Finds the zone that a TZID means, or null: then the time is floating. */
export type ZoneFinder = (tzid: string) => Zone | null;

/**
 * A TZID is looked up as IANA name, as Windows name, as a path that ends in an IANA name (libical and Mozilla write
 * those), by its VTIMEZONE's X-LIC-LOCATION, and last by the rules of its VTIMEZONE.
 * @param timezones texts of the VTIMEZONE components; one that cannot be read is as good as none
 */
export function createZoneFinder(timezones: readonly string[]): ZoneFinder {
  const defined = new Map<string, Component>();
  for (const text of timezones) {
    // A broken definition only matters to events that need it; they are then reported as having an unknown zone.
    const component = readComponent(text);
    if (component !== null) defined.set(textOf(component, 'tzid'), component);
  }
  const found = new Map<string, Zone | null>();
  return (tzid) => {
    let zone = found.get(tzid);
    if (zone === undefined) {
      zone = namedZone(tzid) ?? definedZone(tzid, defined.get(tzid));
      found.set(tzid, zone);
    }
    return zone;
  };
}

/** A zone by its name alone. */
export function namedZone(name: string): Zone | null {
  const plain = name.trim().replace(/^"|"$/g, '');
  const tail = /([A-Za-z_]+\/(?:[A-Za-z_]+\/)?[A-Za-z0-9_+-]+)$/.exec(plain)?.[1];
  const windows = ianaFromWindows(plain) ?? (/^tzone:\/\/microsoft\/utc$/i.test(plain) ? 'UTC' : null);
  for (const candidate of [plain, windows, tail, tail?.slice(tail.indexOf('/') + 1)]) {
    const zone = candidate === null || candidate === undefined ? null : findZone(candidate);
    if (zone !== null) return zone;
  }
  return null;
}

function definedZone(tzid: string, component: Component | undefined): Zone | null {
  if (component === undefined) return null;
  const location = textOf(component, 'x-lic-location');
  const named = location === '' ? null : findZone(location);
  if (named !== null) return named;
  const changes = component.children.flatMap(changesOf).sort((a, b) => a.from - b.from);
  const first = changes[0];
  if (first === undefined) return null;
  return createZone(tzid, (year) => segmentsOfYear(changes, year));
}

type Change = OffsetSegment & { readonly offsetBeforeMs: number };

/** When the clock changes to the offset of one STANDARD or DAYLIGHT component. */
function changesOf(observance: Component): Change[] {
  const offsetMs = readOffset(textOf(observance, 'tzoffsetto'));
  const offsetBeforeMs = readOffset(textOf(observance, 'tzoffsetfrom'));
  const written = readTime(textOf(observance, 'dtstart'));
  if (offsetMs === null || offsetBeforeMs === null || written === null) return [];
  const start = civilOfWritten(written);
  const starts = new Set<CivilTime>([start]);
  for (const value of propertiesOf(observance, 'rdate').flatMap((property) => property.values)) {
    const rdate = readTime(value);
    if (rdate !== null) starts.add(civilOfWritten(rdate));
  }
  for (const value of propertiesOf(observance, 'rrule').flatMap((property) => property.values)) {
    const read = readRule(value);
    if (read === null) continue;
    const range = { from: civilOf(FIRST_YEAR, 1, 1), to: civilOf(LAST_YEAR, 12, 31) };
    const until = read.until === null ? Number.POSITIVE_INFINITY : civilOfWritten(read.until) + offsetBeforeMs;
    for (const time of iterateRule(read.rule, start, range, new StepBudget())) {
      if (time <= until) starts.add(time);
    }
  }
  return [...starts].map((time) => ({ from: (time - offsetBeforeMs) as Instant, offsetMs, offsetBeforeMs }));
}

function segmentsOfYear(changes: readonly Change[], year: number): OffsetSegment[] {
  const from = (dayOf(year, 1, 1) * DAY_MS) as Instant;
  const to = dayOf(year + 1, 1, 1) * DAY_MS;
  const before = changes.filter((change) => change.from <= from).at(-1);
  const offsetMs = before?.offsetMs ?? changes[0]?.offsetBeforeMs ?? 0;
  return [{ from, offsetMs }, ...changes.filter((change) => change.from > from && change.from < to)];
}

/** Milliseconds of `+0100`, `+01:00` or `-033000`; null when it is none. */
function readOffset(text: string): number | null {
  const [, sign, hours, minutes, seconds] = /^([+-])(\d\d):?(\d\d)(?::?(\d\d))?$/.exec(text) ?? [];
  if (sign === undefined) return null;
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds ?? 0);
  return (sign === '-' ? -total : total) * SECOND_MS;
}
