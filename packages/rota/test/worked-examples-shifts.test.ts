import { describe, expect, test } from 'vitest';
import type { Shift } from '../src/index.ts';
import { createDirectory, rawEvents } from '../src/index.ts';
import {
  between,
  NAMES,
  person,
  rawLines,
  recurrent,
  rolling,
  scheduleOf,
  show,
  single,
  startDays,
  withViewer,
} from './support.ts';

/** The worked examples of docs on schedules, E1 to E21 and E43: what single shifts come to. */
describe('zones and length', () => {
  const start = '2026-02-03T09:00:00';
  test.each<[string, Shift, string[]]>([
    [
      'E1: a shift without a zone has the schedule’s',
      single('ana', { start, hours: 8 }),
      ['2026-02-03 08:00 – 2026-02-03 16:00 ana'],
    ],
    [
      'E1: its own zone beats the schedule’s',
      single('ana', { start, hours: 8, zone: 'America/New_York' }),
      ['2026-02-03 14:00 – 2026-02-03 22:00 ana'],
    ],
    [
      'E2: over the spring change a shift is an hour shorter',
      single('ana', { start: '2026-03-07T20:00:00', hours: 12, zone: 'America/Los_Angeles' }),
      ['2026-03-08 04:00 – 2026-03-08 15:00 ana'],
    ],
    [
      'E3: over the autumn change it is an hour longer',
      single('ana', { start: '2026-10-31T20:00:00', hours: 12, zone: 'America/Los_Angeles' }),
      ['2026-11-01 03:00 – 2026-11-01 16:00 ana'],
    ],
    [
      'E4: a start that does not exist is the instant of the change',
      single('ana', { start: '2026-03-29T02:30:00', hours: 1, zone: 'Europe/Berlin' }),
      ['2026-03-29 01:00 – 2026-03-29 01:30 ana'],
    ],
    [
      'E4: a start that exists twice is the second',
      single('ana', { start: '2026-10-25T02:30:00', hours: 1, zone: 'Europe/Berlin' }),
      ['2026-10-25 01:30 – 2026-10-25 02:30 ana'],
    ],
  ])('%s', (_fact, shift, expected) => {
    expect(rawLines(shift, between('2026-01-01', '2027-01-01'), 'Europe/Madrid')).toEqual(expected);
  });

  test.each([
    [
      '2026-03-28',
      '2026-03-31',
      [
        '2026-03-28 01:30 – 2026-03-28 02:30 ana',
        '2026-03-29 01:00 – 2026-03-29 01:30 ana',
        '2026-03-30 00:30 – 2026-03-30 01:30 ana',
      ],
    ],
    [
      '2026-10-24',
      '2026-10-27',
      [
        '2026-10-24 00:30 – 2026-10-24 01:30 ana',
        '2026-10-25 01:30 – 2026-10-25 02:30 ana',
        '2026-10-26 01:30 – 2026-10-26 02:30 ana',
      ],
    ],
  ])('E4: daily at 02:30 in Berlin from %s', (from, to, expected) => {
    const shift = recurrent('ana', { start: '2026-01-01T02:30:00', hours: 1, every: 'daily', zone: 'Europe/Berlin' });
    expect(rawLines(shift, between(from, to))).toEqual(expected);
  });

  test.each([
    ['2024-10-29', '2024-11-05', '2024-10-29 05:00 – 2024-11-05 06:00 ana'],
    ['2025-03-04T07:00:00', '2025-03-11', '2025-03-04 06:00 – 2025-03-11 05:00 ana'],
  ])('a week in Chicago ends when the next begins, %s', (from, to, expected) => {
    const shift = rolling('ana', { start: '2024-10-01T00:00:00', hours: 168, every: 'weekly', zone: 'America/Chicago' });
    expect(rawLines(shift, between(from, to))).toContain(expected);
  });
});

describe('hand-overs over daylight saving', () => {
  const london = (start: string) => rolling('ana|bo', { start, hours: 168, every: 'weekly', zone: 'Europe/London' });
  test.each([
    [
      'E5: spring',
      london('2026-03-02T09:00:00'),
      between('2026-03-16T09:00:00', '2026-04-13'),
      [
        '2026-03-16 09:00 – 2026-03-23 09:00 ana',
        '2026-03-23 09:00 – 2026-03-30 08:00 bo',
        '2026-03-30 08:00 – 2026-04-06 08:00 ana',
        '2026-04-06 08:00 – 2026-04-13 08:00 bo',
      ],
    ],
    [
      'E5: autumn',
      london('2026-10-05T09:00:00'),
      between('2026-10-12T08:00:00', '2026-11-02'),
      [
        '2026-10-12 08:00 – 2026-10-19 08:00 bo',
        '2026-10-19 08:00 – 2026-10-26 09:00 ana',
        '2026-10-26 09:00 – 2026-11-02 09:00 bo',
      ],
    ],
    [
      'E5b: a first turn over a change says nothing about later ones',
      london('2026-03-16T09:00:00'),
      between('2026-03-16', '2026-04-27'),
      [
        '2026-03-16 09:00 – 2026-03-23 09:00 ana',
        '2026-03-23 09:00 – 2026-03-30 08:00 bo',
        '2026-03-30 08:00 – 2026-04-06 08:00 ana',
        '2026-04-06 08:00 – 2026-04-13 08:00 bo',
        '2026-04-13 08:00 – 2026-04-20 08:00 ana',
        '2026-04-20 08:00 – 2026-04-27 08:00 bo',
      ],
    ],
    [
      'E6: New York',
      rolling('ana|bo', { start: '2026-03-06T09:00:00', hours: 24, every: 'daily', zone: 'America/New_York' }),
      between('2026-03-06', '2026-03-10'),
      [
        '2026-03-06 14:00 – 2026-03-07 14:00 ana',
        '2026-03-07 14:00 – 2026-03-08 13:00 bo',
        '2026-03-08 13:00 – 2026-03-09 13:00 ana',
        '2026-03-09 13:00 – 2026-03-10 13:00 bo',
      ],
    ],
    [
      'E6: Sydney',
      rolling('ana|bo', { start: '2026-04-03T09:00:00', hours: 24, every: 'daily', zone: 'Australia/Sydney' }),
      between('2026-04-02', '2026-04-06T22:00:00'),
      [
        '2026-04-02 22:00 – 2026-04-03 22:00 ana',
        '2026-04-03 22:00 – 2026-04-04 23:00 bo',
        '2026-04-04 23:00 – 2026-04-05 23:00 ana',
        '2026-04-05 23:00 – 2026-04-06 23:00 bo',
      ],
    ],
    [
      'E16: hourly',
      rolling('ana|bo|cy', { start: '2026-01-05T00:00:00', hours: 1, every: 'hourly' }),
      between('2026-01-05', '2026-01-05T06:00:00'),
      [
        '2026-01-05 00:00 – 2026-01-05 01:00 ana',
        '2026-01-05 01:00 – 2026-01-05 02:00 bo',
        '2026-01-05 02:00 – 2026-01-05 03:00 cy',
        '2026-01-05 03:00 – 2026-01-05 04:00 ana',
        '2026-01-05 04:00 – 2026-01-05 05:00 bo',
        '2026-01-05 05:00 – 2026-01-05 06:00 cy',
      ],
    ],
    [
      'E16: twelve-hourly in Berlin',
      rolling('ana|bo', { start: '2026-03-27T08:00:00', hours: 12, every: 'hourly', interval: 12, zone: 'Europe/Berlin' }),
      between('2026-03-27T19:00:00', '2026-03-29T18:00:00'),
      [
        '2026-03-27 19:00 – 2026-03-28 07:00 bo',
        '2026-03-28 07:00 – 2026-03-28 19:00 ana',
        '2026-03-28 19:00 – 2026-03-29 06:00 bo',
        '2026-03-29 06:00 – 2026-03-29 18:00 ana',
      ],
    ],
    [
      'E16: hourly over the spring change',
      rolling('ana|bo|cy', { start: '2026-03-28T00:00:00', hours: 1, every: 'hourly', zone: 'Europe/Berlin' }),
      between('2026-03-28T23:00:00', '2026-03-29T03:00:00'),
      [
        '2026-03-28 23:00 – 2026-03-29 00:00 ana',
        '2026-03-29 00:00 – 2026-03-29 01:00 bo',
        '2026-03-29 01:00 – 2026-03-29 02:00 ana',
        '2026-03-29 02:00 – 2026-03-29 03:00 bo',
      ],
    ],
    [
      'E16: hourly over the autumn change',
      rolling('ana|bo|cy', { start: '2026-10-24T00:00:00', hours: 1, every: 'hourly', zone: 'Europe/Berlin' }),
      between('2026-10-24T22:00:00', '2026-10-25T04:00:00'),
      [
        '2026-10-24 22:00 – 2026-10-24 23:00 ana',
        '2026-10-24 23:00 – 2026-10-25 01:00 bo',
        '2026-10-25 01:00 – 2026-10-25 02:00 cy',
        '2026-10-25 02:00 – 2026-10-25 03:00 ana',
        '2026-10-25 03:00 – 2026-10-25 04:00 bo',
      ],
    ],
  ])('%s', (_fact, shift, window, expected) => {
    expect(rawLines(shift, window)).toEqual(expected);
  });
});

describe('which days', () => {
  const every2 = { start: '2026-01-05T09:00:00', hours: 8, every: 'daily', interval: 2 } as const;
  const january = between('2026-01-01', '2026-02-01');
  test.each<[string, Shift, ReturnType<typeof between>, string]>([
    [
      'E7: weeks cut on Monday',
      recurrent('ana', { start: '2026-01-06T10:00:00', hours: 2, every: 'weekly', interval: 2, byDay: 'TU,SU', weekStart: 'MO' }),
      between('2026-01-01', '2026-02-10'),
      '01-06 ana, 01-11 ana, 01-20 ana, 01-25 ana, 02-03 ana, 02-08 ana',
    ],
    [
      'E7: weeks cut on Sunday',
      recurrent('ana', { start: '2026-01-06T10:00:00', hours: 2, every: 'weekly', interval: 2, byDay: 'TU,SU', weekStart: 'SU' }),
      between('2026-01-01', '2026-02-10'),
      '01-06 ana, 01-18 ana, 01-20 ana, 02-01 ana, 02-03 ana',
    ],
    ...(
      [
        ['MO', '01-03 ana, 01-04 ana, 01-05 bo, 01-10 bo, 01-11 bo, 01-12 ana, 01-17 ana, 01-18 ana, 01-19 bo'],
        ['SU', '01-03 ana, 01-04 bo, 01-05 bo, 01-10 bo, 01-11 ana, 01-12 ana, 01-17 ana, 01-18 bo, 01-19 bo'],
        ['WE', '01-03 ana, 01-04 ana, 01-05 ana, 01-10 bo, 01-11 bo, 01-12 bo, 01-17 ana, 01-18 ana, 01-19 ana'],
      ] as const
    ).map(([weekStart, expected]): [string, Shift, ReturnType<typeof between>, string] => [
      `E8: the week start ${weekStart} is the hand-over`,
      rolling('ana|bo', { start: '2026-01-03T10:00:00', hours: 2, every: 'weekly', byDay: 'SA,SU,MO', weekStart }),
      between('2026-01-01', '2026-01-20'),
      expected,
    ]),
    [
      'E8b: the first week is partial',
      rolling('ana|bo', { start: '2026-06-03T00:00:00', hours: 24, every: 'weekly', byDay: 'MO,TU,WE,TH,FR,SA,SU' }),
      between('2026-06-01', '2026-06-16'),
      `${[3, 4, 5, 6, 7].map((d) => `06-0${d} ana`).join(', ')}, 06-08 bo, 06-09 bo, 06-10 bo, 06-11 bo, 06-12 bo, 06-13 bo, 06-14 bo, 06-15 ana`,
    ],
    [
      'E9a: every second day',
      rolling('ana|bo', every2),
      between('2026-01-01', '2026-01-16'),
      '01-05 ana, 01-07 bo, 01-09 ana, 01-11 bo, 01-13 ana, 01-15 bo',
    ],
    [
      'E9b: two selected days each',
      rolling('ana|bo', { ...every2, byDay: 'MO,WE,FR' }),
      between('2026-01-01', '2026-01-27'),
      '01-05 ana, 01-07 ana, 01-09 bo, 01-12 bo, 01-14 ana, 01-16 ana, 01-19 bo, 01-21 bo, 01-23 ana, 01-26 ana',
    ],
    [
      'E9c: a recurrent event takes every second day, then filters',
      recurrent('ana', { ...every2, byDay: 'MO,WE,FR' }),
      between('2026-01-01', '2026-01-25'),
      '01-05 ana, 01-07 ana, 01-09 ana, 01-19 ana, 01-21 ana, 01-23 ana',
    ],
    [
      'E9: two weeks, cut on Monday',
      rolling('ana|bo', {
        start: '2026-01-07T09:00:00',
        hours: 8,
        every: 'weekly',
        interval: 2,
        byDay: 'MO,WE,SU',
        weekStart: 'MO',
      }),
      between('2026-01-01', '2026-02-09'),
      '01-07 ana, 01-11 ana, 01-19 bo, 01-21 bo, 01-25 bo, 02-02 ana, 02-04 ana, 02-08 ana',
    ],
    [
      'E9: two weeks, cut on Sunday',
      rolling('ana|bo', {
        start: '2026-01-07T09:00:00',
        hours: 8,
        every: 'weekly',
        interval: 2,
        byDay: 'MO,WE,SU',
        weekStart: 'SU',
      }),
      between('2026-01-01', '2026-02-16'),
      '01-07 ana, 01-18 bo, 01-19 bo, 01-21 bo, 02-01 ana, 02-02 ana, 02-04 ana, 02-15 bo',
    ],
    [
      'E10: a start on no selected day moves to the first one of a week, weekly',
      rolling('ana|bo', { start: '2026-01-08T09:00:00', hours: 8, every: 'weekly', byDay: 'MO,FR' }),
      between('2026-01-01', '2026-01-27'),
      '01-12 ana, 01-16 ana, 01-19 bo, 01-23 bo, 01-26 ana',
    ],
    [
      'E10: the same, daily',
      rolling('ana|bo', { start: '2026-01-08T09:00:00', hours: 8, every: 'daily', byDay: 'MO,FR' }),
      between('2026-01-01', '2026-01-27'),
      '01-12 ana, 01-16 bo, 01-19 ana, 01-23 bo, 01-26 ana',
    ],
    [
      'E11: a recurrent event keeps its start',
      recurrent('ana', { start: '2026-01-07T09:00:00', hours: 8, every: 'weekly', byDay: 'MO' }),
      between('2026-01-01', '2026-01-20'),
      '01-07 ana, 01-12 ana, 01-19 ana',
    ],
    [
      'E13: months without a 31st are left out',
      recurrent('ana', { start: '2026-01-31T09:00:00', hours: 24, every: 'monthly' }),
      between('2026-01-01', '2026-10-01'),
      '01-31 ana, 03-31 ana, 05-31 ana, 07-31 ana, 08-31 ana',
    ],
    [
      'E13: so with by_monthday 31',
      recurrent('ana', { start: '2026-01-31T09:00:00', hours: 24, every: 'monthly', byMonthday: [31] }),
      between('2026-01-01', '2026-10-01'),
      '01-31 ana, 03-31 ana, 05-31 ana, 07-31 ana, 08-31 ana',
    ],
    [
      'E13: -1 is the last day',
      recurrent('ana', { start: '2026-01-31T09:00:00', hours: 24, every: 'monthly', byMonthday: [-1] }),
      between('2026-01-01', '2026-06-01'),
      '01-31 ana, 02-28 ana, 03-31 ana, 04-30 ana, 05-31 ana',
    ],
    ...[undefined, [31]].map((byMonthday): [string, Shift, ReturnType<typeof between>, string] => [
      `E14: a turn without its day is lost, by_monthday ${byMonthday}`,
      rolling('ana|bo', { start: '2026-01-31T09:00:00', hours: 24, every: 'monthly', ...(byMonthday && { byMonthday }) }),
      between('2026-01-01', '2027-01-01'),
      '01-31 ana, 03-31 ana, 05-31 ana, 07-31 ana, 08-31 bo, 10-31 bo, 12-31 bo',
    ]),
    [
      'E14: the last day of every month',
      rolling('ana|bo', { start: '2026-01-31T09:00:00', hours: 24, every: 'monthly', byMonthday: [-1] }),
      between('2026-01-01', '2026-07-01'),
      '01-31 ana, 02-28 bo, 03-31 ana, 04-30 bo, 05-31 ana, 06-30 bo',
    ],
    [
      'E15: month days as a block',
      rolling('ana|bo', { start: '2026-01-01T09:00:00', hours: 24, every: 'monthly', byMonthday: [1, 2, 3] }),
      between('2026-01-01', '2026-04-02'),
      '01-01 ana, 01-02 ana, 01-03 ana, 02-01 bo, 02-02 bo, 02-03 bo, 03-01 ana, 03-02 ana, 03-03 ana, 04-01 bo',
    ],
    [
      'E15: by month and month day',
      recurrent('ana', { start: '2026-01-15T00:00:00', hours: 24, every: 'monthly', byMonth: [3, 6], byMonthday: [1, -1] }),
      between('2026-01-01', '2027-01-01'),
      '01-15 ana, 03-01 ana, 03-31 ana, 06-01 ana, 06-30 ana',
    ],
    [
      'E17: the start index says who is first',
      rolling('ana|bo|cy', { start: '2026-06-01T00:00:00', hours: 24, every: 'daily', index: 2 }),
      between('2026-06-01', '2026-06-05'),
      '06-01 cy, 06-02 ana, 06-03 bo, 06-04 cy',
    ],
    [
      'E17: an index beyond the groups is none',
      rolling('ana|bo|cy', { start: '2026-06-01T00:00:00', hours: 24, every: 'daily', index: 7 }),
      between('2026-06-01', '2026-06-04'),
      '06-01 ana, 06-02 bo, 06-03 cy',
    ],
    [
      'E17: turns before rotation_start are used up',
      rolling('ana|bo|cy', { start: '2026-06-01T08:00:00', hours: 8, every: 'daily', rotationStart: '2026-06-03T00:00:00' }),
      between('2026-06-01', '2026-06-06'),
      '06-03 cy, 06-04 ana, 06-05 bo',
    ],
    [
      'E19: no turn is invented near until',
      rolling('ana|bo|cy|dee', {
        start: '2026-06-01T00:00:00',
        hours: 24,
        every: 'daily',
        interval: 7,
        until: '2026-06-18',
        source: 'web',
      }),
      between('2026-06-01', '2026-07-01'),
      '06-01 ana, 06-08 bo, 06-15 cy',
    ],
    [
      'E34: all users of a recurrent event together',
      recurrent('ana,bo', { start: '2026-01-05T09:00:00', hours: 8, every: 'weekly', byDay: 'MO' }),
      between('2026-01-01', '2026-01-20'),
      '01-05 ana+bo, 01-12 ana+bo, 01-19 ana+bo',
    ],
    [
      'an empty group takes its turn',
      rolling('ana||bo', { start: '2026-01-05T00:00:00', hours: 24, every: 'daily' }),
      between('2026-01-05', '2026-01-09'),
      '01-05 ana, 01-06 , 01-07 bo, 01-08 ana',
    ],
    [
      'no groups, no occurrences',
      { ...rolling('ana', { start: '2026-01-05T00:00:00', hours: 24, every: 'daily' }), groups: [] } as Shift,
      january,
      '',
    ],
  ])('%s', (_fact, shift, window, expected) => {
    expect(startDays(shift, window).join(', ')).toBe(expected);
  });

  test('E12: a weekday rotation of three in Madrid', () => {
    const shift = rolling('ana|bo|cy', {
      start: '2026-06-04T09:00:00',
      hours: 8,
      every: 'daily',
      byDay: 'MO,TU,WE,TH,FR',
      zone: 'Europe/Madrid',
    });
    const days = [
      ['04', 'ana'],
      ['05', 'bo'],
      ['08', 'cy'],
      ['09', 'ana'],
      ['10', 'bo'],
      ['11', 'cy'],
      ['12', 'ana'],
    ];
    expect(rawLines(shift, between('2026-06-01', '2026-06-13'))).toEqual(
      days.map(([day, who]) => `2026-06-${day} 07:00 – 2026-06-${day} 15:00 ${who}`),
    );
  });
});

describe('rotation_start, until and groups', () => {
  const daily = { start: '2026-01-05T09:00:00', hours: 24, every: 'daily' } as const;
  const week = between('2026-01-01', '2026-01-09');
  test('E17: a rotation of the UI is clipped at rotation_start', () => {
    const shift = rolling('ana|bo', { ...daily, rotationStart: '2026-01-06T15:00:00', source: 'web' });
    expect(rawLines(shift, between('2026-01-01', '2026-01-08'))).toEqual([
      '2026-01-06 15:00 – 2026-01-07 09:00 bo',
      '2026-01-07 09:00 – 2026-01-08 09:00 ana',
    ]);
  });

  test('E17: any other waits for the first start after it', () => {
    const shift = rolling('ana|bo', { ...daily, rotationStart: '2026-01-06T15:00:00' });
    expect(rawLines(shift, between('2026-01-01', '2026-01-08'))).toEqual(['2026-01-07 09:00 – 2026-01-08 09:00 ana']);
  });

  test.each([
    ['UTC', '2026-02-05T08:00:00', '2026-02-05 08:00 – 2026-02-05 18:00 ana'],
    ['Europe/Paris', '2026-02-05T08:00:00', '2026-02-05 07:00 – 2026-02-05 17:00 ana'],
    ['America/New_York', '2026-02-05T08:00:00', '2026-02-04 13:00 – 2026-02-04 23:00 ana'],
    ['UTC', '2026-02-05T07:59:59', '2026-02-04 08:00 – 2026-02-04 18:00 ana'],
  ])('E18: until is an instant, in %s at %s', (zone, until, last) => {
    const shift = recurrent('ana', { start: '2026-02-02T08:00:00', hours: 10, every: 'daily', zone, until });
    expect(rawLines(shift, between('2026-02-01', '2026-03-01')).at(-1)).toBe(last);
  });

  test('E19: a rotation of the UI is cut at until', () => {
    expect(
      rawLines(rolling('ana|bo', { ...daily, until: '2026-01-08T15:00:00', source: 'web' }), between('2026-01-01', '2026-02-01')),
    ).toEqual([
      '2026-01-05 09:00 – 2026-01-06 09:00 ana',
      '2026-01-06 09:00 – 2026-01-07 09:00 bo',
      '2026-01-07 09:00 – 2026-01-08 09:00 ana',
      '2026-01-08 09:00 – 2026-01-08 15:00 bo',
    ]);
  });

  test('any other keeps its last turn whole', () => {
    expect(rawLines(rolling('ana|bo', { ...daily, until: '2026-01-06T15:00:00' }), week).at(-1)).toBe(
      '2026-01-06 09:00 – 2026-01-07 09:00 bo',
    );
  });

  test('a single event is cut at until, read on its wall clock', () => {
    const shift = single('ana', { start: '2026-02-03T09:00:00', hours: 8, zone: 'Europe/Madrid', until: '2026-02-03T12:00:00' });
    expect(rawLines(shift, between('2026-02-01', '2026-03-01'))).toEqual(['2026-02-03 08:00 – 2026-02-03 11:00 ana']);
  });

  test('E20: turns longer than their period overlap', () => {
    const shift = rolling('ana|bo', { start: '2026-06-01T00:00:00', hours: 36, every: 'daily' });
    expect(rawLines(shift, between('2026-06-01', '2026-06-04'))).toEqual([
      '2026-06-01 00:00 – 2026-06-02 12:00 ana',
      '2026-06-02 00:00 – 2026-06-03 12:00 bo',
      '2026-06-03 00:00 – 2026-06-04 12:00 ana',
    ]);
  });

  const groups = rolling('ana,bo|cy', { start: '2026-05-04T08:00:00', hours: 168, every: 'weekly' });
  const may = between('2026-05-04', '2026-05-25');
  test('E21: a group is one event', () => {
    expect(rawLines(groups, may)).toEqual([
      '2026-05-04 08:00 – 2026-05-11 08:00 ana+bo',
      '2026-05-11 08:00 – 2026-05-18 08:00 cy',
      '2026-05-18 08:00 – 2026-05-25 08:00 ana+bo',
    ]);
  });

  test('E21: a viewer is missing by name, a deleted user as such', () => {
    const events = (directory: ReturnType<typeof withViewer>) => rawEvents(scheduleOf([groups]), directory, may).events[0];
    expect(events(withViewer('bo'))).toMatchObject({ users: [{ id: 'ana', swap: null }], missing: ['bo'] });
    const gone = createDirectory(NAMES.map((name) => person(name, { active: name !== 'ana' })));
    expect(events(gone)).toMatchObject({ users: [{ id: 'bo', swap: null }], missing: ['(missing)'] });
  });

  test('a rotation without frequency happens once, for its first group, after rotation_start only', () => {
    const once = rolling('ana|bo', { start: '2026-01-05T09:00:00', hours: 24, index: 1 });
    expect(rawEvents(scheduleOf([once]), withViewer('cy'), week).events.map(show)).toEqual([
      '2026-01-05 09:00 – 2026-01-06 09:00 bo',
    ]);
    const late = { ...once, rotationStart: once.start + 3_600_000 } as Shift;
    expect(rawLines(late, week)).toEqual([]);
    expect(rawLines({ ...late, source: 'web' }, week)).toEqual(['2026-01-05 10:00 – 2026-01-06 09:00 bo']);
  });
});

describe('E43: turns of the reference’s own test table', () => {
  const letters = 'ana|bo|cy|dee|eli|fay|gus|hal|ivy|jo';
  const first = (count: number): string => letters.split('|').slice(0, count).join('|');
  const days = (month: string, from: number, to: number, who: string): string[] =>
    Array.from({ length: to - from + 1 }, (_, i) => `${month}-${String(from + i).padStart(2, '0')} ${who}`);
  const weekdays = 'MO,TU,WE,TH,FR';
  test.each<[string, Parameters<typeof rolling>[1], number, string[]]>([
    [
      first(3),
      { start: '2024-08-01T00:00:00', hours: 12, every: 'daily', byDay: 'FR' },
      16,
      ['08-02 ana', '08-09 bo', '08-16 cy'],
    ],
    [
      first(4),
      { start: '2024-08-05T00:00:00', hours: 12, every: 'daily', interval: 2, byDay: weekdays },
      11,
      [
        '08-05 ana',
        '08-06 ana',
        '08-07 bo',
        '08-08 bo',
        '08-09 cy',
        '08-12 cy',
        '08-13 dee',
        '08-14 dee',
        '08-15 ana',
        '08-16 ana',
      ],
    ],
    [
      first(5),
      { start: '2024-08-08T00:00:00', hours: 12, every: 'weekly', byDay: weekdays },
      13,
      [...days('08', 8, 9, 'ana'), ...days('08', 12, 16, 'bo'), ...days('08', 19, 21, 'cy')],
    ],
    [
      first(5),
      { start: '2024-08-29T00:00:00', hours: 12, every: 'monthly', byDay: weekdays },
      8,
      ['08-29 ana', '08-30 ana', '09-02 bo', '09-03 bo', '09-04 bo', '09-05 bo', '09-06 bo'],
    ],
    ['ana,bo|cy', { start: '2024-08-14T00:00:00', hours: 12, every: 'daily' }, 2, ['08-14 ana+bo', '08-15 cy', '08-16 ana+bo']],
    [
      first(3),
      { start: '2024-08-01T00:00:00', hours: 12, every: 'daily', interval: 2, byDay: 'SA,SU' },
      16,
      ['08-03 ana', '08-04 ana', '08-10 bo', '08-11 bo', '08-17 cy'],
    ],
    [
      first(3),
      { start: '2024-08-01T00:00:00', hours: 12, every: 'weekly', interval: 2, byDay: 'SA,SU' },
      17,
      ['08-03 ana', '08-04 ana', '08-17 bo', '08-18 bo'],
    ],
    [
      first(3),
      { start: '2024-08-29T00:00:00', hours: 12, every: 'monthly', byDay: 'SA,SU' },
      17,
      ['08-31 ana', '09-01 bo', '09-07 bo', '09-08 bo', '09-14 bo', '09-15 bo'],
    ],
    [
      first(10),
      { start: '2024-09-30T00:00:00', hours: 12, every: 'daily', interval: 7, byDay: 'MO,TU,WE,TH,FR,SA,SU' },
      14,
      ['09-30 ana', ...days('10', 1, 6, 'ana'), ...days('10', 7, 13, 'bo'), '10-14 cy'],
    ],
  ])('%s %j', (groups, spec, untilDays, expected) => {
    const until = new Date(Date.parse(`${spec.start}Z`) + untilDays * 86_400_000).toISOString().slice(0, 19);
    expect(startDays(rolling(groups, { ...spec, until }), between('2024-07-01', '2024-12-01'))).toEqual(expected);
  });
});
