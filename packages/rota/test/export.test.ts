import { describe, expect, test } from 'vitest';
import type { Shift } from '../src/index.ts';
import { addMs, exportEntries, exportWindow, finalSchedule, formatInstant, importCalendar, writeCalendar } from '../src/index.ts';
import {
  at,
  everybody,
  feed,
  override,
  recurrent,
  rolling,
  scheduleOf,
  scheduleOfFeed,
  show,
  single,
  swap,
  vevent,
} from './support.ts';

const NOW = at('2026-05-05T10:00:00');
const options = { calendarName: 'Harbour, primary', productId: '-//Tocsin//On-call//EN', generatedAt: NOW, previous: null };

const entriesOf = (shifts: readonly Shift[], swaps: Parameters<typeof scheduleOf>[2] = []) => {
  const { events } = finalSchedule(scheduleOf(shifts, 'UTC', swaps), everybody, exportWindow(NOW), {
    now: NOW,
    openSwaps: 'ignore',
  });
  return exportEntries(events, everybody);
};
const export_ = (shifts: readonly Shift[], previous: string | null = null, generatedAt = NOW): string =>
  writeCalendar(entriesOf(shifts), { ...options, generatedAt, previous });

const shift = single('ana,bo', { id: 'OABC', start: '2026-05-06T08:30:00', hours: 8 });
const linesOf = (text: string): string[] => text.trimEnd().split('\r\n');

test('an export covers 15 days back and 179 ahead, whole days of UTC', () => {
  const { from, to } = exportWindow(NOW);
  expect([formatInstant(from), formatInstant(to)]).toEqual(['2026-04-20T00:00:00Z', '2026-10-31T23:59:59Z']);
});

test('one event per shift and user, with the headers calendar programs look for', () => {
  const lines = linesOf(export_([shift]));
  expect(lines).toEqual([
    'BEGIN:VCALENDAR',
    'PRODID:-//Tocsin//On-call//EN',
    'VERSION:2.0',
    'CALSCALE:GREGORIAN',
    'X-WR-CALNAME:Harbour\\, primary',
    'X-WR-TIMEZONE:UTC',
    'REFRESH-INTERVAL;VALUE=DURATION:PT1H',
    ...['ana', 'bo'].flatMap((who) => [
      'BEGIN:VEVENT',
      `UID:OABC-20260506083000-${who}`,
      `SUMMARY:${who}`,
      'DTSTART:20260506T083000Z',
      'DTEND:20260506T163000Z',
      'DTSTAMP:20260505T100000Z',
      'LAST-MODIFIED:20260505T100000Z',
      'PRIORITY:0',
      'END:VEVENT',
    ]),
    'END:VCALENDAR',
  ]);
});

test('overrides have priority 1, swaps name who took over, open ones are not seen', () => {
  const daily = recurrent('ana', {
    id: 'S',
    start: '2026-05-06T08:00:00',
    hours: 8,
    every: 'daily',
    until: '2026-05-06T08:00:00',
  });
  const over = override('cy', { id: 'O', start: '2026-05-06T10:00:00', hours: 1 });
  const taken = swap('W', 'ana', '2026-05-06T12:00:00', '2026-05-06T13:00:00', 'bo');
  const open = swap('X', 'ana', '2026-05-06T14:00:00', '2026-05-06T15:00:00');
  expect(
    entriesOf([daily, over], [taken, open]).map(
      (e) => `${formatInstant(e.start).slice(11, 16)} ${formatInstant(e.end).slice(11, 16)} ${e.summary} ${e.priority}`,
    ),
  ).toEqual(['08:00 10:00 ana 0', '10:00 11:00 cy 1', '11:00 12:00 ana 0', '12:00 13:00 bo 0', '13:00 16:00 ana 0']);
});

test('the export of one user names the schedule', () => {
  const { events } = finalSchedule(scheduleOf([shift]), everybody, exportWindow(NOW), { now: NOW });
  expect(exportEntries(events, everybody, (username) => `Harbour: ${username}`)[0]?.summary).toBe('Harbour: ana');
});

test('pieces that begin in one hour have UIDs of their own, and so have those of foreign events', () => {
  const first = recurrent('ana', {
    id: 'S',
    start: '2026-05-06T08:00:00',
    hours: 0.25,
    every: 'daily',
    until: '2026-05-06T09:00:00',
  });
  const second = { ...first, start: first.start + 1_800_000 } as Shift;
  expect(new Set(entriesOf([first, { ...second, id: 'T' }]).map((entry) => entry.uid)).size).toBe(2);
  const foreign = feed(
    vevent('UID:a-b@google.com', 'SUMMARY:ana', 'DTSTART:20260506T080000Z', 'DTEND:20260506T090000Z') +
      vevent('SUMMARY:ana', 'DTSTART:20260506T080000Z', 'DTEND:20260506T090000Z'),
  );
  const { events } = finalSchedule(scheduleOfFeed(foreign), everybody, exportWindow(NOW), { now: NOW });
  const uids = exportEntries(events, everybody).map((entry) => entry.uid);
  expect(new Set(uids).size).toBe(2);
  for (const uid of uids) expect(uid).toMatch(/^[0-9a-f]{16}-20260506080000-ana$/);
});

test('a user twice in one shift from one instant on is one event, the longer', () => {
  const overlapping = rolling('ana|ana', {
    id: 'S',
    start: '2026-05-06T00:00:00',
    hours: 36,
    every: 'daily',
    until: '2026-05-07T00:00:00',
  });
  const over = override('bo', { id: 'O', start: '2026-05-07T00:00:00', hours: 6 });
  const mine = entriesOf([overlapping, over]).filter((entry) => entry.summary === 'ana');
  expect(mine.map((entry) => formatInstant(entry.end))).toEqual(['2026-05-07T00:00:00Z', '2026-05-08T12:00:00Z']);
});

describe('what is gone since the last export', () => {
  const later = addMs(NOW, 3_600_000);
  const cancelledOf = (text: string): string[][] =>
    text
      .split('BEGIN:VEVENT')
      .slice(1)
      .map(linesOf)
      .filter((lines) => lines.includes('STATUS:CANCELLED'));

  test('is kept as cancelled, without length, and then left alone', () => {
    const once = export_([], export_([shift]), later);
    expect(cancelledOf(once).map((lines) => lines.filter((line) => /^(DTSTART|DTEND|LAST)/.test(line)))).toEqual([
      ['DTSTART:20260506T083000Z', 'DTEND:20260506T083000Z', 'LAST-MODIFIED:20260505T110000Z'],
      ['DTSTART:20260506T083000Z', 'DTEND:20260506T083000Z', 'LAST-MODIFIED:20260505T110000Z'],
    ]);
    expect(cancelledOf(export_([], once, addMs(later, 86_400_000)))).toEqual(cancelledOf(once));
    const read = importCalendar(once, { floatingTimes: 'utc' });
    expect(read.ok && read.calendar.series).toEqual([]);
  });

  test('is dropped when it ended before the window, or was cancelled that long ago', () => {
    const month = 30 * 86_400_000;
    expect(cancelledOf(export_([], export_([shift]), addMs(NOW, month)))).toEqual([]);
    const once = export_([], export_([shift]), later);
    expect(cancelledOf(export_([], once, addMs(later, 16 * 86_400_000)))).toEqual([]);
  });

  test('comes back when the shift comes back; an unreadable export counts as none', () => {
    expect(cancelledOf(export_([shift], export_([], export_([shift]), later), later))).toEqual([]);
    expect(export_([shift], 'not a calendar')).toBe(export_([shift]));
  });
});

test('import, export and import of a simple calendar keep users and times', () => {
  const first = feed(
    vevent(
      'UID:1',
      'SUMMARY:ana',
      'DTSTART;TZID=Europe/Madrid:20260504T090000',
      'DTEND;TZID=Europe/Madrid:20260504T170000',
      'RRULE:FREQ=WEEKLY;BYDAY=MO,TU',
    ) + vevent('UID:2', 'SUMMARY:[L2] bo', 'DTSTART:20260505T100000Z', 'DTEND:20260505T110000Z'),
  );
  const final = (calendar: typeof first) =>
    finalSchedule(scheduleOfFeed(calendar), everybody, exportWindow(NOW), { now: NOW }).events;
  const text = writeCalendar(exportEntries(final(first), everybody), options);
  const again = importCalendar(text, { floatingTimes: 'utc' });
  if (!again.ok) throw new Error(again.message);
  expect(again.calendar.name).toBe('Harbour, primary');
  expect(final(again.calendar).map(show)).toEqual(final(first).map(show));
});
