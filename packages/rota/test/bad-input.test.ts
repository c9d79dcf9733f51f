import { describe, expect, test } from 'vitest';
import type { Shift } from '../src/index.ts';
import { importCalendar, instantOf, parseCivil, parseDay, parseInstant, rawEvents } from '../src/index.ts';
import {
  at,
  between,
  everybody,
  feed,
  finalOf,
  override,
  rawLines,
  recurrent,
  rolling,
  scheduleOf,
  scheduleOfFeed,
  show,
  single,
  vevent,
} from './support.ts';

const week = between('2026-05-04', '2026-05-11');
const daily = { start: '2026-05-04T08:00:00', hours: 8, every: 'daily' } as const;

describe('odd shifts give no on-call time, or as much as makes sense', () => {
  test.each<[string, Shift]>([
    ['a rotation without groups', { ...rolling('ana', daily), groups: [] }],
    ['a recurrent event without users', { ...recurrent('ana', daily), users: [] } as Shift],
    ['an override for nobody', { ...override('ana', daily), groups: [], users: [] } as Shift],
    ['until before start', rolling('ana', { ...daily, until: '2026-05-01' })],
    ['until before start, in the UI', rolling('ana', { ...daily, until: '2026-05-01', source: 'web' })],
    ['until at the start, in the UI', rolling('ana', { ...daily, until: '2026-05-04T08:00:00', source: 'web' })],
    ['duration 0', rolling('ana', { ...daily, hours: 0 })],
    ['a negative duration', rolling('ana', { ...daily, hours: -5 })],
    ['a duration that is no number', { ...rolling('ana', daily), durationSeconds: Number.NaN }],
    [
      'a day that no month has',
      recurrent('ana', { ...daily, start: '2020-05-04T08:00:00', every: 'monthly', byMonth: [2], byMonthday: [30] }),
    ],
  ])('%s', (_name, shift) => {
    expect(rawEvents(scheduleOf([shift]), everybody, week)).toEqual({ events: [], problems: [] });
  });

  test('an unknown zone is reported, and the shift kept in UTC', () => {
    const { events, problems } = rawEvents(scheduleOf([single('ana', { ...daily, zone: 'Mars/Base' })]), everybody, week);
    expect(events.map(show)).toEqual(['2026-05-04 08:00 – 2026-05-04 16:00 ana']);
    expect(problems).toEqual([
      { code: 'unknown_time_zone', subject: 'shift', message: 'Shift shift: time zone "Mars/Base" is unknown, UTC was used' },
    ]);
  });

  test('an interval of 0 counts as 1', () => {
    expect(rawLines(rolling('ana', { ...daily, interval: 0 }), between('2026-05-04', '2026-05-06'))).toHaveLength(2);
  });

  test('an override without groups takes its users together', () => {
    const shift = { ...override('ana', daily), groups: [], users: ['bo', 'cy'] } as Shift;
    expect(rawLines(shift, week)).toEqual(['2026-05-04 08:00 – 2026-05-04 16:00 bo+cy']);
  });

  test('a million overlapping turns are bounded, reported, and still say who is on call', () => {
    const shift = rolling('ana|bo', { start: '1900-01-01T00:00:00', hours: 10_000_000, every: 'hourly' });
    const { events, problems } = finalOf(scheduleOf([shift]), between('2026-05-04', '2026-05-05'));
    expect(events).toHaveLength(50_000);
    expect(new Set(events.flatMap((event) => event.users.map((user) => user.id)))).toEqual(new Set(['ana', 'bo']));
    expect(problems).toMatchObject([{ code: 'too_many_occurrences', subject: 'shift' }]);
  });
});

describe('texts that are no times', () => {
  test.each([
    ['BAD_CIVIL_TIME', () => parseCivil('2026-02-30T00:00:00')],
    ['BAD_CIVIL_TIME', () => parseCivil('2026-02-03T24:00:00')],
    ['BAD_CIVIL_TIME', () => parseCivil('2026-02-03T10:00:00Z')],
    ['BAD_CIVIL_TIME', () => parseCivil('tomorrow')],
    ['BAD_DATE', () => parseDay('2026-13-01')],
    ['BAD_INSTANT', () => parseInstant('2026-02-03T10:00:00')],
    ['BAD_INSTANT', () => parseInstant('2026-02-30T99:00:00Z')],
    ['BAD_INSTANT', () => instantOf(Number.NaN)],
    ['BAD_INSTANT', () => instantOf(new Date(8.64e15))],
  ])('%s', (code, read) => {
    expect(read).toThrow(expect.objectContaining({ name: 'RotaError', code }));
  });

  test('an offset is an instant', () => {
    expect(parseInstant('2026-02-03T10:00:00.500+01:00')).toBe(at('2026-02-03T09:00:00') + 500);
    expect(instantOf(new Date(5))).toBe(5);
  });
});

describe('feeds', () => {
  const wrap = (body: string): string => `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${body}END:VCALENDAR\r\n`;
  const event = (i: number): string =>
    `BEGIN:VEVENT\r\nUID:${i}\r\nSUMMARY:ana\r\nDTSTART:20260504T080000Z\r\nDTEND:20260504T160000Z\r\nEND:VEVENT\r\n`;

  test.each([
    ['an error page', '<!DOCTYPE html><html></html>', 'not_a_calendar'],
    ['nothing', '', 'not_a_calendar'],
    ['half a download', wrap(event(1)).slice(0, -30), 'not_a_calendar'],
    ['two calendars', wrap(event(1)) + wrap(event(2)), 'not_a_calendar'],
    ['mixed-up ends', wrap('BEGIN:VEVENT\r\nEND:VTODO\r\n'), 'not_a_calendar'],
    ['another calendar system', wrap('CALSCALE:HEBREW\r\n'), 'unsupported_calendar'],
  ])('%s is refused as a whole', (_name, text, reason) => {
    expect(importCalendar(text, { floatingTimes: 'utc' })).toMatchObject({
      ok: false,
      reason,
      message: expect.stringMatching(/^Calendar: .{5,180}$/),
    });
  });

  test('a feed beyond the limits is refused', () => {
    const text = wrap([1, 2, 3].map(event).join(''));
    expect(importCalendar(text, { floatingTimes: 'utc', maxEvents: 2 })).toMatchObject({
      ok: false,
      message: 'Calendar: more than 2 events',
    });
    expect(importCalendar(text, { floatingTimes: 'utc', maxLength: 100 })).toMatchObject({ ok: false, reason: 'too_large' });
  });

  test('10,000 events are read and asked in time', () => {
    const text = wrap(Array.from({ length: 10_000 }, (_, i) => event(i)).join(''));
    const result = importCalendar(text, { floatingTimes: 'utc' });
    if (!result.ok) throw new Error(result.message);
    expect(rawEvents(scheduleOfFeed(result.calendar), everybody, week).events).toHaveLength(10_000);
    expect(finalOf(scheduleOfFeed(result.calendar), between('2026-05-05', '2026-05-06')).events).toEqual([]);
  });

  const ruled = (rule: string, start = '20260504T080000Z') =>
    feed(vevent('UID:r', 'SUMMARY:ana', `DTSTART:${start}`, 'DURATION:PT1S', `RRULE:${rule}`));

  test('a rule that never ends is answered for the window asked', () => {
    const { events, problems } = rawEvents(scheduleOfFeed(ruled('FREQ=DAILY', '19700101T080000Z')), everybody, week);
    expect([events.length, problems]).toEqual([7, []]);
  });

  test('a rule that never matches ends', () => {
    const { events, problems } = rawEvents(
      scheduleOfFeed(ruled('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', '19700101T080000Z')),
      everybody,
      week,
    );
    expect([events.length, problems]).toEqual([0, []]);
  });

  test('a rule with a million occurrences in the window is bounded, says so, and pushes nobody out', () => {
    const calendar = feed(
      vevent('UID:r', 'SUMMARY:ana', 'DTSTART:20260504T080000Z', 'DURATION:PT1S', 'RRULE:FREQ=SECONDLY') +
        vevent('UID:s', 'SUMMARY:bo', 'DTSTART:20260510T080000Z', 'DURATION:PT1H'),
    );
    const { events, problems } = rawEvents(scheduleOfFeed(calendar), everybody, between('2026-05-04', '2026-06-04'));
    expect(events).toHaveLength(20_001);
    expect(events.some((event) => event.users[0]?.id === 'bo')).toBe(true);
    expect(problems).toContainEqual(expect.objectContaining({ code: 'too_many_occurrences', subject: 'r' }));
  });

  test('a count that takes a million steps is bounded, and says so', () => {
    const { problems } = rawEvents(scheduleOfFeed(ruled('FREQ=SECONDLY;COUNT=100000000', '20000101T000000Z')), everybody, week);
    expect(problems).toMatchObject([{ code: 'rule_too_long', subject: 'r' }]);
  });

  test('a broken event costs only itself, and is listed', () => {
    const calendar = feed(
      vevent('UID:good', 'SUMMARY:ana', 'DTSTART:20260504T080000Z', 'DTEND:20260504T160000Z') +
        vevent('UID:no-start', 'SUMMARY:bo') +
        vevent('SUMMARY:cy', 'DTSTART:whenever') +
        vevent('UID:rule', 'SUMMARY:dee', 'DTSTART:20260505T080000Z', 'DTEND:20260505T160000Z', 'RRULE:FREQ=SOMETIMES') +
        vevent('UID:backwards', 'SUMMARY:eli', 'DTSTART:20260506T080000Z', 'DTEND:20260506T070000Z') +
        vevent('UID:zero', 'SUMMARY:fay', 'DTSTART:20260506T080000Z'),
    );
    expect(rawEvents(scheduleOfFeed(calendar), everybody, week).events.map(show)).toEqual([
      '2026-05-04 08:00 – 2026-05-04 16:00 ana',
      '2026-05-05 08:00 – 2026-05-05 16:00 dee',
    ]);
    expect(calendar.problems.map(({ code, subject }) => [code, subject])).toEqual([
      ['bad_event', 'no-start'],
      ['bad_event', null],
      ['bad_event', 'rule'],
    ]);
  });
});
