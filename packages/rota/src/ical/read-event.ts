import type { Problem } from '../problem.ts';
import type { CivilDay, CivilTime } from '../time/civil.ts';
import { civilAt, DAY_MS, dayOfCivil, formatCivil, formatDay, MINUTE_MS } from '../time/civil.ts';
import type { Instant } from '../time/instant.ts';
import type { Zone } from '../time/zone.ts';
import { UTC } from '../time/zone.ts';
import type { Component, Property } from './component.ts';
import { parseEvent, propertiesOf, textOf } from './component.ts';
import { identityOf } from './identity.ts';
import type { BoundedRule, ExtraDate, ImportedEvent } from './imported.ts';
import { namesAndLevel, textsOf } from './names.ts';
import { readRule } from './rule-from-ical.ts';
import type { WrittenTime } from './values.ts';
import { civilOfWritten, readDurationMs, readTime } from './values.ts';
import type { ZoneFinder } from './zone-from-ical.ts';

/** Where the zone of a time comes from: its TZID, or else the zone of floating times. */
export type ZoneContext = { readonly find: ZoneFinder; readonly floating: Zone };

/** The occurrence that a VEVENT replaces, in the zone of its RECURRENCE-ID. */
export type Replaces = { readonly instant: Instant | null; readonly day: CivilDay; readonly andFuture: boolean };

/** A VEVENT with what makes it recur. */
export type ReadEvent = {
  readonly event: ImportedEvent;
  readonly replaces: Replaces | null;
  readonly rules: readonly BoundedRule[];
  readonly extraDates: readonly ExtraDate[];
  readonly excludedInstants: readonly Instant[];
  readonly excludedDays: readonly CivilDay[];
};

/** Reads the lines of one VEVENT; null when it has no usable time. What could not be read is added to `problems`. */
export function readEvent(lines: readonly string[], zones: ZoneContext, problems: Problem[]): ReadEvent | null {
  const { component, badLines } = parseEvent(lines);
  const uid = textOf(component, 'uid');
  const report = (message: string): void => {
    const where = uid === '' ? 'Event without UID' : `Event ${uid}`;
    problems.push({ code: 'bad_event', subject: uid === '' ? null : uid, message: `${where}: ${message}`.slice(0, 300) });
  };
  for (const line of badLines) report(`cannot read ${JSON.stringify(line.slice(0, 100))}`);
  const startProperty = propertiesOf(component, 'dtstart')[0];
  const written = startProperty === undefined ? null : readTime(startProperty.values[0]);
  if (startProperty === undefined || written === null) {
    report('no readable DTSTART, left out');
    return null;
  }
  const allDay = written.kind === 'date';
  const zone = allDay ? zones.floating : zoneOfTime(written, startProperty, zones, report);
  const start = civilOfWritten(written);
  const sequence = Math.floor(Number(textOf(component, 'sequence'))) || 0;
  const recurrenceProperty = propertiesOf(component, 'recurrence-id')[0];
  const recurrence = recurrenceProperty === undefined ? null : readTime(recurrenceProperty.values[0]);
  if (recurrenceProperty !== undefined && recurrence === null) report('no readable RECURRENCE-ID, taken as an event of its own');
  const recurrenceZone =
    recurrence === null || recurrenceProperty === undefined ? zone : zoneOfTime(recurrence, recurrenceProperty, zones, report);
  const texts = textsOf(component);
  const isFloating = recurrence?.kind === 'time' && !recurrence.utc && recurrenceProperty?.parameters.get('tzid') === undefined;
  const identity = identityOf(uid, sequence, recurrence === null ? null : isoOf(recurrence, recurrenceZone, isFloating));
  const toZone = (time: WrittenTime, property: Property): CivilTime =>
    time.kind === 'date' ? civilOfWritten(time) : civilIn(zone, time, zoneOfTime(time, property, zones, report));
  return {
    event: {
      uid,
      sequence,
      ...identity,
      texts,
      ...namesAndLevel(texts),
      cancelled: textOf(component, 'status').toUpperCase() === 'CANCELLED',
      zone,
      start,
      lengthMs: lengthOf(component, start, allDay, toZone),
      allDay,
    },
    replaces: recurrence === null ? null : replacesOf(recurrence, recurrenceZone, recurrenceProperty),
    rules: rulesOf(component, allDay, report),
    extraDates: extraDatesOf(component, allDay, toZone, report),
    ...excludedBy(component, allDay, zones, report),
  };
}

function zoneOfTime(time: WrittenTime, property: Property, zones: ZoneContext, report: (message: string) => void): Zone {
  if (time.kind === 'date') return zones.floating;
  if (time.utc) return UTC;
  const tzid = property.parameters.get('tzid');
  if (tzid === undefined) return zones.floating;
  const zone = zones.find(tzid);
  if (zone === null) report(`time zone ${JSON.stringify(tzid)} is unknown, its times were read as floating`);
  return zone ?? zones.floating;
}

const instantIn = (zone: Zone, time: WrittenTime): Instant => zone.toInstant(civilOfWritten(time), 'second-or-change');

const civilIn = (zone: Zone, time: WrittenTime, writtenIn: Zone): CivilTime =>
  zone === writtenIn ? civilOfWritten(time) : zone.toCivil(instantIn(writtenIn, time));

/** Wall-clock length from DTEND or DURATION. An all-day event lasts at least a day; a timed one without either, nothing. */
function lengthOf(
  component: Component,
  start: CivilTime,
  allDay: boolean,
  toZone: (time: WrittenTime, property: Property) => CivilTime,
): number {
  const endProperty = propertiesOf(component, 'dtend')[0];
  const end = endProperty === undefined ? null : readTime(endProperty.values[0]);
  const duration = propertiesOf(component, 'duration')[0];
  let length = duration === undefined ? 0 : (readDurationMs(duration.values[0]) ?? 0);
  if (endProperty !== undefined && end !== null) length = toZone(end, endProperty) - start;
  if (!allDay) return length;
  return length < 0 ? length : Math.max(1, Math.ceil(length / DAY_MS)) * DAY_MS;
}

function replacesOf(time: WrittenTime, zone: Zone, property: Property | undefined): Replaces {
  return {
    instant: time.kind === 'date' ? null : instantIn(zone, time),
    day: dayOfCivil(civilOfWritten(time)),
    andFuture: property?.parameters.get('range')?.toUpperCase() === 'THISANDFUTURE',
  };
}

/** `2026-03-05T09:00:00+01:00`; a date stays a date, a floating time has no offset. */
function isoOf(time: WrittenTime, zone: Zone, isFloating: boolean): string {
  if (time.kind === 'date') return formatDay(time.day);
  if (isFloating) return formatCivil(time.at);
  const offsetMinutes = Math.round((time.at - instantIn(zone, time)) / MINUTE_MS);
  const two = (value: number): string => String(Math.floor(Math.abs(value))).padStart(2, '0');
  return `${formatCivil(time.at)}${offsetMinutes < 0 ? '-' : '+'}${two(offsetMinutes / 60)}:${two(offsetMinutes % 60)}`;
}

/** UNTIL without Z is read as UTC; for all-day events only its date counts. Equal rules are one. */
function rulesOf(component: Component, allDay: boolean, report: (message: string) => void): BoundedRule[] {
  const rules = new Map<string, BoundedRule>();
  for (const value of propertiesOf(component, 'rrule').flatMap((property) => property.values)) {
    const read = readRule(value);
    if (read === null) {
      report(`recurrence rule ${JSON.stringify(value).slice(0, 150)} makes no sense, left out`);
      continue;
    }
    const until = read.until === null ? null : civilOfWritten(read.until);
    rules.set(JSON.stringify(value), {
      rule: read.rule,
      untilInstant: until === null || allDay ? null : UTC.toInstant(until, 'second-or-change'),
      untilDay: until === null || !allDay ? null : dayOfCivil(until),
    });
  }
  return [...rules.values()];
}

function extraDatesOf(
  component: Component,
  allDay: boolean,
  toZone: (time: WrittenTime, property: Property) => CivilTime,
  report: (message: string) => void,
): ExtraDate[] {
  const dates: ExtraDate[] = [];
  for (const property of propertiesOf(component, 'rdate')) {
    for (const value of property.values) {
      const [first, second] = Array.isArray(value) ? value : [value, undefined];
      const written = readTime(first);
      if (written === null) {
        report(`cannot read RDATE ${JSON.stringify(value)}`);
        continue;
      }
      const start = toZone(written, property);
      const end = second === undefined ? null : readTime(second);
      const lengthMs = end === null ? (second === undefined ? null : readDurationMs(second)) : toZone(end, property) - start;
      dates.push({ start: allDay ? civilAt(dayOfCivil(start), 0) : start, lengthMs });
    }
  }
  return dates;
}

/** EXDATE excludes an instant. A date, or any EXDATE of an all-day event, excludes that date. */
function excludedBy(component: Component, allDay: boolean, zones: ZoneContext, report: (message: string) => void) {
  const excludedInstants: Instant[] = [];
  const excludedDays: CivilDay[] = [];
  for (const property of propertiesOf(component, 'exdate')) {
    for (const value of property.values) {
      const written = readTime(value);
      if (written === null) report(`cannot read EXDATE ${JSON.stringify(value)}`);
      else if (allDay || written.kind === 'date') excludedDays.push(dayOfCivil(civilOfWritten(written)));
      else excludedInstants.push(instantIn(zoneOfTime(written, property, zones, report), written));
    }
  }
  return { excludedInstants, excludedDays };
}
