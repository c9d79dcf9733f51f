import type { Problem } from '../problem.ts';
import type { Zone } from '../time/zone.ts';
import { UTC } from '../time/zone.ts';
import type { ImportedCalendar } from './imported.ts';
import type { ReadEvent } from './read-event.ts';
import { readEvent } from './read-event.ts';
import { buildSeries } from './series.ts';
import { headerValue, splitFeed } from './split.ts';
import { createZoneFinder } from './zone-from-ical.ts';

export type ImportOptions = {
  /**
   * What floating and all-day times mean: `utc`, as the reference has it, or the `calendar`'s own zone (X-WR-TIMEZONE;
   * UTC when it names none).
   */
  readonly floatingTimes: 'utc' | 'calendar';
  /** Characters; default 10 Mi. */
  readonly maxLength?: number;
  /** VEVENTs; default 50,000. */
  readonly maxEvents?: number;
};

export type ImportResult =
  | { readonly ok: true; readonly calendar: ImportedCalendar }
  | { readonly ok: false; readonly reason: 'too_large' | 'not_a_calendar' | 'unsupported_calendar'; readonly message: string };

const DEFAULT_MAX_LENGTH = 10 * 1024 * 1024;
const DEFAULT_MAX_EVENTS = 50_000;
/** So that a feed full of nonsense does not fill the memory with complaints. */
const MAX_PROBLEMS = 100;

/**
 * Reads an iCalendar feed (RFC 5545). A feed that is not one complete calendar is refused as a whole; a broken event or
 * line costs only itself and is listed in the calendar's problems. Never throws for what the text holds.
 */
export function importCalendar(text: string, options: ImportOptions): ImportResult {
  const maxLength = options.maxLength ?? DEFAULT_MAX_LENGTH;
  if (text.length > maxLength) {
    return { ok: false, reason: 'too_large', message: `Calendar: at most ${maxLength} characters, got ${text.length}` };
  }
  const split = splitFeed(text, options.maxEvents ?? DEFAULT_MAX_EVENTS);
  if (!split.ok) return { ok: false, reason: 'not_a_calendar', message: `Calendar: ${split.message}` };
  const { header, events, timezones } = split.parts;
  const scale = headerValue(header, 'CALSCALE');
  if (scale !== null && scale.toUpperCase() !== 'GREGORIAN') {
    return {
      ok: false,
      reason: 'unsupported_calendar',
      message: `Calendar: expected CALSCALE GREGORIAN, got ${scale.slice(0, 50)}`,
    };
  }
  const find = createZoneFinder(timezones);
  const problems: Problem[] = [];
  const floating = floatingZone(options, headerValue(header, 'X-WR-TIMEZONE'), find, problems);
  const read: ReadEvent[] = [];
  for (const lines of events) {
    const event = readEvent(lines, { find, floating }, problems);
    if (event !== null) read.push(event);
  }
  const sequences = new Map<string, number>();
  for (const { event } of read) sequences.set(event.uid, Math.max(event.sequence, sequences.get(event.uid) ?? 0));
  const series = buildSeries(read);
  return {
    ok: true,
    calendar: { name: headerValue(header, 'X-WR-CALNAME'), series, sequences, problems: problems.slice(0, MAX_PROBLEMS) },
  };
}

function floatingZone(
  options: ImportOptions,
  name: string | null,
  find: (tzid: string) => Zone | null,
  problems: Problem[],
): Zone {
  if (options.floatingTimes === 'utc' || name === null) return UTC;
  const zone = find(name);
  if (zone === null) {
    const message = `Calendar: X-WR-TIMEZONE ${JSON.stringify(name)} is unknown, UTC was used`;
    problems.push({ code: 'unknown_time_zone', subject: null, message });
  }
  return zone ?? UTC;
}

/** Whether a newly downloaded feed counts as changed: by UID and SEQUENCE, as calendars are supposed to count edits. */
export function sameRevision(a: ImportedCalendar, b: ImportedCalendar): boolean {
  if (a.sequences.size !== b.sequences.size) return false;
  return [...a.sequences].every(([uid, sequence]) => b.sequences.get(uid) === sequence);
}
