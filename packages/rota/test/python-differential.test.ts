import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDirectory, importCalendar, parseInstant, rawEvents } from '../src/index.ts';
import { civilTimes, feedOf, RFC_EXAMPLES } from './rfc5545-examples.ts';
import { scheduleOfFeed } from './support.ts';

/** Debian's python3-recurring-ical-events as an independent judge; without it these tests are skipped. */
const PYTHON = '/usr/bin/python3';
const isInstalled = spawnSync(PYTHON, ['-c', 'import recurring_ical_events']).status === 0;

type Case = { readonly feed: string; readonly from: string; readonly to: string };

/** Null for a rule that the library refuses. */
const inPython = (cases: readonly Case[]): ([number, number][] | null)[] =>
  JSON.parse(
    execFileSync(PYTHON, [fileURLToPath(new URL('python-expand.py', import.meta.url))], {
      input: JSON.stringify(cases),
      maxBuffer: 1 << 28,
      encoding: 'utf8',
    }),
  );

function here({ feed, from, to }: Case): [number, number][] {
  const result = importCalendar(feed, { floatingTimes: 'utc' });
  if (!result.ok) throw new Error(result.message);
  const window = { from: parseInstant(`${from}T00:00:00Z`), to: parseInstant(`${to}T00:00:00Z`) };
  const { events, problems } = rawEvents(scheduleOfFeed(result.calendar), createDirectory([]), window);
  expect([result.calendar.problems, problems]).toEqual([[], []]);
  return events
    .map((event): [number, number] => [event.start / 1000, event.end / 1000])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

describe.skipIf(!isInstalled)('the same feeds in recurring_ical_events', () => {
  test('the examples of RFC 5545 differ in nothing', () => {
    const cases = RFC_EXAMPLES.flatMap((example) => {
      const last = civilTimes(example).at(-1)!.slice(0, 4);
      return example.rules.map((rule) => ({ feed: feedOf(example, rule), from: '1996-01-01', to: `${Number(last) + 1}-01-01` }));
    });
    const judged = inPython(cases);
    for (const [index, example] of cases.entries()) expect(here(example), example.feed).toEqual(judged[index]);
  }, 120_000);

  test('100 random rules differ in nothing', () => {
    const cases = fc.sample(anyCase, { numRuns: 100, seed: 5545 });
    const judged = inPython(cases);
    expect(judged.filter((events) => events !== null && events.length > 1).length).toBeGreaterThan(70);
    for (const [index, example] of cases.entries()) {
      if (judged[index] !== null) expect(here(example), example.feed).toEqual(judged[index]);
    }
  }, 120_000);
});

const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const some = (values: readonly (string | number)[], most = 4) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: most });
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const optional = (name: string, values: fc.Arbitrary<readonly (string | number)[]>): fc.Arbitrary<string> =>
  fc.option(values, { freq: 2 }).map((list) => (list === null ? '' : `;${name}=${list.join(',')}`));

const months = optional('BYMONTH', some(range(1, 12)));
const monthDays = optional('BYMONTHDAY', some([...range(1, 28), -1, -2, -28]));
const weekdays = optional('BYDAY', some(WEEKDAYS));
/** dateutil takes plain and counted weekdays in one list for an intersection; the RFC means their union. */
const counted = (...days: string[]) => optional('BYDAY', some(days));

/** BY parts per frequency; combinations that never match are left out, dateutil follows those to the year 9999. */
const dayParts: Record<string, fc.Arbitrary<string>> = {
  DAILY: fc.tuple(months, monthDays, weekdays).map((parts) => parts.join('')),
  WEEKLY: fc.tuple(months, weekdays).map((parts) => parts.join('')),
  MONTHLY: fc
    .tuple(
      months,
      fc.oneof(weekdays, counted('1MO', '-1FR', '2SU', '-3TU'), monthDays),
      optional('BYSETPOS', some([1, 2, -1], 2)),
    )
    .map((parts) => parts.join('')),
  YEARLY: fc.oneof(
    fc.tuple(months, fc.oneof(weekdays, counted('1MO', '-1FR', '4SU', '-2TU'), monthDays)).map((parts) => parts.join('')),
    counted('1MO', '20SU', '-10TH', '52WE'),
    optional('BYYEARDAY', some([1, 100, 200, 365, -1])),
    fc.tuple(optional('BYWEEKNO', some([1, 20, 52, -1])), weekdays).map((parts) => parts.join('')),
  ),
  HOURLY: fc.tuple(weekdays, optional('BYHOUR', some(range(0, 23)))).map((parts) => parts.join('')),
};

/** Times of day away from clock changes, where the two have different rules on purpose. */
const anyCase: fc.Arbitrary<Case> = fc
  .record({
    frequency: fc.constantFrom('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY', 'HOURLY'),
    interval: fc.integer({ min: 1, max: 5 }),
    weekStart: fc.constantFrom('MO', 'SU', 'WE'),
    end: fc.oneof(
      fc.constant(''),
      fc.integer({ min: 1, max: 60 }).map((n) => `;COUNT=${n}`),
      fc.constant(';UNTIL=20250615T123456Z'),
    ),
    day: fc.integer({ min: 0, max: 300 }),
    hour: fc.integer({ min: 5, max: 20 }),
    zone: fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Sydney'),
  })
  .chain(({ frequency, interval, weekStart, end, day, hour, zone }) => {
    const start = new Date(Date.UTC(2023, 0, 1 + day, hour)).toISOString().replace(/[-:]/g, '').slice(0, 15);
    // Hourly rules run on the wall clock here and there; UTC keeps changes of the clock out of the comparison.
    const startLine = frequency === 'HOURLY' ? `DTSTART:${start}Z` : `DTSTART;TZID=${zone}:${start}`;
    return (dayParts[frequency] ?? fc.constant('')).map((parts) => ({
      feed: [
        'BEGIN:VCALENDAR',
        'VERSION:2.0',
        'PRODID:test',
        'BEGIN:VEVENT',
        'UID:random',
        'SUMMARY:ana',
        startLine,
        'DURATION:PT45M',
        `RRULE:FREQ=${frequency};INTERVAL=${interval};WKST=${weekStart}${parts}${end}`,
        'END:VEVENT',
        'END:VCALENDAR',
        '',
      ].join('\r\n'),
      from: '2023-01-01',
      to: frequency === 'HOURLY' ? '2024-02-01' : '2026-01-01',
    }));
  });
