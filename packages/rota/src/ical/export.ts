import ICAL from 'ical.js';
import type { ScheduleEvent } from '../events/event.ts';
import type { Directory } from '../people.ts';
import { DAY_MS, SECOND_MS } from '../time/civil.ts';
import type { Instant } from '../time/instant.ts';
import { addMs, formatInstant } from '../time/instant.ts';
import type { Interval, Window } from '../time/interval.ts';
import { parseEvent, textOf } from './component.ts';
import { splitFeed } from './split.ts';
import { readTime } from './values.ts';

/** One VEVENT of an export: an event and one of its users. */
export type ExportEntry = Interval & {
  readonly uid: string;
  readonly summary: string;
  /** 1 for overrides, 0 for others. */
  readonly priority: 0 | 1;
  /** Set once the entry is gone; its last change then. */
  readonly cancelledAt: Instant | null;
};

export type ExportOptions = {
  readonly calendarName: string;
  /** PRODID, such as `-//Tocsin//On-call//EN`. */
  readonly productId: string;
  readonly generatedAt: Instant;
  /** The export as it was written last; what is gone since is kept as cancelled, so that calendar programs drop it. */
  readonly previous: string | null;
};

const DAYS_BACK = 15;
const DAYS_AHEAD = 179;

/** What an export covers: whole UTC days around the day of `now`, the last second of the last day excluded. */
export function exportWindow(now: Instant): Window {
  const today = (Math.floor(now / DAY_MS) * DAY_MS) as Instant;
  return { from: addMs(today, -DAYS_BACK * DAY_MS), to: addMs(today, (DAYS_AHEAD + 1) * DAY_MS - SECOND_MS) };
}

/**
 * Entries for final events (computed with open swaps ignored), one per event and user.
 * @param summaryOf text for a username; for the export of one user it also names the schedule
 */
export function exportEntries(
  events: readonly ScheduleEvent[],
  directory: Directory,
  summaryOf: (username: string) => string = (username) => username,
): ExportEntry[] {
  const entries = new Map<string, ExportEntry>();
  for (const event of events) {
    for (const { id } of event.users) {
      const person = directory.byId.get(id);
      if (person === undefined) continue;
      const uid = uidOf(event, id);
      const known = entries.get(uid);
      // Two turns of one shift may be cut at one instant and go on for the same user; the longer one says it all.
      if (known !== undefined && known.end >= event.end) continue;
      const priority = event.calendar === 'overrides' ? 1 : 0;
      entries.set(uid, {
        uid,
        summary: summaryOf(person.username),
        start: event.start,
        end: event.end,
        priority,
        cancelledAt: null,
      });
    }
  }
  return [...entries.values()];
}

/** `<shift id>-<YYYYMMDDHHMMSS>-<user id>`. Ids that are no plain word, of imported events, are replaced by a hash. */
function uidOf(event: ScheduleEvent, userId: string): string {
  const shift = event.shiftId ?? `${event.calendar} ${event.level} ${event.texts?.summary ?? ''}`;
  return [wordOf(shift), formatInstant(event.start).replace(/\D/g, ''), wordOf(userId)].join('-');
}

const wordOf = (text: string): string => (/^[A-Za-z0-9]+$/.test(text) ? text : hashOf(text));

/** FNV-1a, 64 bits. */
function hashOf(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}

/** The text of an export. */
export function writeCalendar(entries: readonly ExportEntry[], options: ExportOptions): string {
  const window = exportWindow(options.generatedAt);
  const current = new Set(entries.map((entry) => entry.uid));
  const gone = entriesOf(options.previous).filter((entry) => !current.has(entry.uid));
  const cancelled = gone.flatMap((entry): ExportEntry[] => {
    if (entry.cancelledAt !== null) return entry.cancelledAt >= window.from ? [entry] : [];
    return entry.end <= window.from ? [] : [{ ...entry, end: entry.start, cancelledAt: options.generatedAt }];
  });
  const properties = [
    ['prodid', {}, 'text', options.productId],
    ['version', {}, 'text', '2.0'],
    ['calscale', {}, 'text', 'GREGORIAN'],
    ['x-wr-calname', {}, 'unknown', escapeText(options.calendarName)],
    ['x-wr-timezone', {}, 'unknown', 'UTC'],
    ['refresh-interval', {}, 'duration', 'PT1H'],
  ];
  const events = [...entries, ...cancelled].map((entry) => ['vevent', eventProperties(entry, options.generatedAt), []]);
  return `${ICAL.stringify(['vcalendar', properties, events])}\r\n`;
}

/** TEXT of RFC 5545, 3.3.11, for the X- properties, whose type ical.js does not know. */
const escapeText = (text: string): string => text.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n');

function eventProperties(entry: ExportEntry, generatedAt: Instant): unknown[] {
  const time = (name: string, at: Instant): unknown => [name, {}, 'date-time', formatInstant(at)];
  const changedAt = entry.cancelledAt ?? generatedAt;
  return [
    ['uid', {}, 'text', entry.uid],
    ['summary', {}, 'text', entry.summary],
    time('dtstart', entry.start),
    time('dtend', entry.end),
    time('dtstamp', changedAt),
    time('last-modified', changedAt),
    ['priority', {}, 'integer', entry.priority],
    ...(entry.cancelledAt === null ? [] : [['status', {}, 'text', 'CANCELLED']]),
  ];
}

/** Entries of an earlier export; none when it is not readable as one. */
function entriesOf(previous: string | null): ExportEntry[] {
  const split = previous === null ? null : splitFeed(previous, Number.POSITIVE_INFINITY);
  if (split === null || !split.ok) return [];
  return split.parts.events.flatMap((lines): ExportEntry[] => {
    const { component } = parseEvent(lines);
    const at = (name: string): Instant | null => {
      const time = readTime(textOf(component, name));
      return time?.kind === 'time' ? (time.at as number as Instant) : null;
    };
    const [start, end] = [at('dtstart'), at('dtend')];
    if (start === null || end === null) return [];
    const isCancelled = textOf(component, 'status').toUpperCase() === 'CANCELLED';
    return [
      {
        uid: textOf(component, 'uid'),
        summary: textOf(component, 'summary'),
        start,
        end,
        priority: textOf(component, 'priority') === '1' ? 1 : 0,
        cancelledAt: isCancelled ? (at('last-modified') ?? start) : null,
      },
    ];
  });
}
