import { describe, expect, test } from 'vitest';
import type { Shift, Swap } from '../src/index.ts';
import {
  endShift,
  eventsAt,
  finalSchedule,
  gapsOf,
  handOver,
  isEmpty,
  nextOnCall,
  nextShiftPerUser,
  onCallAt,
  qualityReport,
  qualityWindow,
  rawEvents,
  reviseRotation,
  swapEvents,
  UTC,
  zoneOf,
} from '../src/index.ts';
import {
  at,
  between,
  civil,
  everybody,
  feed,
  finalLines,
  finalOf,
  override,
  recurrent,
  rolling,
  scheduleOf,
  scheduleOfFeed,
  show,
  showGaps,
  single,
  swap,
  vevent,
  withViewer,
} from './support.ts';

/** The worked examples of docs on schedules, E22 to E42: layers, swaps, gaps, versions, feeds, reports. */
const day = between('2026-05-05', '2026-05-06');
const daily = (who: string, from: string, hours: number, level = 0, id = who): Shift =>
  recurrent(who, { id, start: `2026-05-01T${from}`, hours, every: 'daily', level });
const today = (who: string, from: string, to: string, level = 0): Shift =>
  single(who, {
    id: `${who}${level}`,
    start: `2026-05-05T${from}`,
    hours: (at(`2026-05-05T${to}`) - at(`2026-05-05T${from}`)) / 3_600_000,
    level,
  });
const over = (who: string, from: string, hours: number, level = 99): Shift =>
  override(who, { id: `o-${who}`, start: `2026-05-05T${from}`, hours, level });
/** `08:00–12:00 ana`, for pieces within the day, gaps too, in order. */
const lines = (shifts: readonly Shift[], swaps: readonly Swap[] = [], now = at('2026-05-01')): string[] => {
  const final = finalOf(scheduleOf(shifts, 'UTC', swaps), day, now);
  return [...final.events.map(show), ...showGaps(final)]
    .map((line) => line.replaceAll('2026-05-05 ', '').replaceAll(' – ', '–'))
    .sort();
};

describe('layers', () => {
  test('E22: an override splits a shift', () => {
    expect(lines([daily('ana', '08:00:00', 12, 1), over('bo', '12:00:00', 3)])).toEqual([
      '00:00–08:00 gap',
      '08:00–12:00 ana',
      '12:00–15:00 bo',
      '15:00–20:00 ana',
      '20:00–2026-05-06 00:00 gap',
    ]);
    const [before, inner] = finalOf(scheduleOf([daily('ana', '08:00:00', 12, 1), over('bo', '12:00:00', 3)]), day).events;
    expect([before, inner]).toMatchObject([
      { level: 1, calendar: 'primary', shiftId: 'ana', shiftType: 'recurrent_event' },
      { level: 99, calendar: 'overrides', shiftId: 'o-bo', shiftType: 'override' },
    ]);
  });

  test('E22: a higher override splits a lower one, and any override beats any level', () => {
    const shifts = [daily('ana', '08:00:00', 12, 5), over('bo', '10:00:00', 6, 0), over('cy', '12:00:00', 1, 99)];
    expect(lines(shifts).filter((line) => !line.endsWith('gap'))).toEqual([
      '08:00–10:00 ana',
      '10:00–12:00 bo',
      '12:00–13:00 cy',
      '13:00–16:00 bo',
      '16:00–20:00 ana',
    ]);
  });

  test('E23: the higher level has its hours', () => {
    expect(finalLines([today('ana', '00:00:00', '23:59:59', 1), daily('bo', '09:00:00', 8, 2)], day)).toEqual([
      '2026-05-05 00:00 – 2026-05-05 09:00 ana',
      '2026-05-05 09:00 – 2026-05-05 17:00 bo',
      '2026-05-05 17:00 – 2026-05-05 23:59:59 ana',
    ]);
    expect(lines([daily('ana', '00:00:00', 24, 1), daily('bo', '09:00:00', 8, 2)])).toEqual([
      '00:00–09:00 ana',
      '09:00–17:00 bo',
      '17:00–2026-05-06 00:00 ana',
    ]);
  });

  test('E24: one level overlaps, a higher one cuts both', () => {
    const shifts = [
      today('ana', '08:00:00', '16:00:00', 1),
      today('bo', '12:00:00', '20:00:00', 1),
      today('cy', '15:00:00', '17:00:00', 2),
    ];
    expect(lines(shifts).filter((line) => !line.endsWith('gap'))).toEqual([
      '08:00–15:00 ana',
      '12:00–15:00 bo',
      '15:00–17:00 cy',
      '17:00–20:00 bo',
    ]);
    expect(onCallAt(scheduleOf(shifts), everybody, at('2026-05-05T13:00:00'))).toEqual(['ana', 'bo']);
  });

  test('E25: a full stack', () => {
    const shifts = [
      today('ana', '06:00:00', '18:00:00', 1),
      today('bo', '08:00:00', '10:00:00', 2),
      today('cy', '09:00:00', '15:00:00', 2),
      today('dee', '14:00:00', '16:00:00', 3),
      over('ana', '09:30:00', 0.5),
    ];
    expect(lines(shifts)).toEqual([
      '00:00–06:00 gap',
      '06:00–08:00 ana',
      '08:00–09:30 bo',
      '09:00–09:30 cy',
      '09:30–10:00 ana',
      '10:00–14:00 cy',
      '14:00–16:00 dee',
      '16:00–18:00 ana',
      '18:00–2026-05-06 00:00 gap',
    ]);
  });
});

describe('swaps', () => {
  const base = [daily('ana', '08:00:00', 12, 1), daily('cy', '20:00:00', 12, 1)];
  const within = (lines: string[]): string[] =>
    lines.filter((line) => !line.startsWith('20:00') && !line.startsWith('2026-05-04'));
  const ask = swap('S1', 'ana', '2026-05-05T10:00:00', '2026-05-05T14:00:00');
  const taken = { ...ask, benefactor: 'bo' };
  const before = at('2026-05-01');
  const during = at('2026-05-05T11:00:00');

  test('E26: an open swap splits and marks', () => {
    expect(within(lines(base, [ask], before))).toEqual(['08:00–10:00 ana', '10:00–14:00 ana', '14:00–20:00 ana']);
    const { events } = finalOf(scheduleOf(base, 'UTC', [ask]), day, before);
    expect(events.find((event) => event.start === ask.start)?.users).toEqual([
      { id: 'ana', swap: { swapId: 'S1', beneficiary: null } },
    ]);
  });

  test('E26: exports ignore open swaps', () => {
    const { events } = finalSchedule(scheduleOf(base, 'UTC', [ask]), everybody, day, { now: before, openSwaps: 'ignore' });
    expect(events.map(show)).toContain('2026-05-05 08:00 – 2026-05-05 20:00 ana');
  });

  test('E27: nobody took it in time, so it splits no longer', () => {
    expect(within(lines(base, [ask], during))).toEqual(['08:00–20:00 ana']);
  });

  test.each([[before], [during], [at('2027-01-01')]])('E28: a taken swap holds, also afterwards', (now) => {
    expect(within(lines(base, [taken], now))).toEqual(['08:00–10:00 ana', '10:00–14:00 bo', '14:00–20:00 ana']);
    const { events } = finalOf(scheduleOf(base, 'UTC', [taken]), day, now);
    expect(events.find((event) => event.start === ask.start)?.users).toEqual([
      { id: 'bo', swap: { swapId: 'S1', beneficiary: 'ana' } },
    ]);
  });

  test('E29: a higher level hides it', () => {
    const long = swap('S1', 'ana', '2026-05-05T09:00:00', '2026-05-05T15:00:00', 'bo');
    expect(within(lines([...base, today('cy', '10:00:00', '12:00:00', 2)], [long]))).toEqual([
      '08:00–09:00 ana',
      '09:00–10:00 bo',
      '10:00–12:00 cy',
      '12:00–15:00 bo',
      '15:00–20:00 ana',
    ]);
  });

  test('E30: the benefactor swaps on', () => {
    const on = swap('S2', 'bo', '2026-05-05T12:00:00', '2026-05-05T13:00:00', 'cy');
    expect(within(lines(base, [taken, on]))).toEqual([
      '08:00–10:00 ana',
      '10:00–12:00 bo',
      '12:00–13:00 cy',
      '13:00–14:00 bo',
      '14:00–20:00 ana',
    ]);
  });

  const long = (benefactor: string) => swap('S1', 'ana', '2026-05-05T09:00:00', '2026-05-05T15:00:00', benefactor);
  test('E31: others of the group stay', () => {
    expect(within(lines([daily('ana,dee', '08:00:00', 12)], [long('bo')])).filter((l) => !l.endsWith('gap'))).toEqual([
      '08:00–09:00 ana+dee',
      '09:00–15:00 bo+dee',
      '15:00–20:00 ana+dee',
    ]);
  });

  test('a benefactor who is in the group already is there once', () => {
    expect(lines([daily('ana,cy', '08:00:00', 12)], [long('cy')]).filter((l) => !l.endsWith('gap'))).toEqual([
      '08:00–09:00 ana+cy',
      '09:00–15:00 cy',
      '15:00–20:00 ana+cy',
    ]);
  });

  test('the person of an override swaps too', () => {
    const allDay = swap('S1', 'bo', '2026-05-05T00:00:00', '2026-05-06T00:00:00', 'cy');
    expect(within(lines([...base, over('bo', '12:00:00', 2)], [allDay]))).toEqual([
      '08:00–12:00 ana',
      '12:00–14:00 cy',
      '14:00–20:00 ana',
    ]);
  });

  test('a swap tells what it is about', () => {
    const higher = swap('S2', 'ana', '2026-05-05T09:00:00', '2026-05-05T15:00:00');
    const schedule = scheduleOf([...base, today('cy', '10:00:00', '12:00:00', 2)], 'UTC', [higher]);
    expect(swapEvents(schedule, everybody, higher, before).map(show)).toEqual([
      '2026-05-05 09:00 – 2026-05-05 10:00 ana',
      '2026-05-05 12:00 – 2026-05-05 15:00 ana',
    ]);
    expect(swapEvents(schedule, everybody, higher, during)).toEqual([]);
  });

  test('a deleted swap, one that only touches, and one without shifts change nothing', () => {
    const none = lines(base);
    expect(lines(base, [{ ...taken, deleted: true }])).toEqual(none);
    expect(lines(base, [swap('S1', 'ana', '2026-05-05T20:00:00', '2026-05-05T22:00:00', 'bo')])).toEqual(none);
    expect(lines(base, [swap('S1', 'dee', '2026-05-05T08:00:00', '2026-05-05T22:00:00', 'bo')])).toEqual(none);
  });

  test('a benefactor who may not be notified is missing, and the shift empty', () => {
    const final = finalSchedule(scheduleOf(base, 'UTC', [taken]), withViewer('bo'), day, { now: before });
    expect(final.emptyShifts).toMatchObject([{ start: ask.start, end: ask.end, users: [], missing: ['bo'] }]);
    expect(final.gaps).toEqual([]);
  });
});

describe('points, gaps and empty shifts', () => {
  test.each([
    ['2026-05-05T07:59:59', 'bo'],
    ['2026-05-05T08:00:00', 'ana'],
    ['2026-05-05T08:00:01', 'ana'],
  ])('E32: at %s %s is on call', (moment, who) => {
    const schedule = scheduleOf([daily('ana', '08:00:00', 12), daily('bo', '20:00:00', 12)]);
    expect(onCallAt(schedule, everybody, at(moment))).toEqual([who]);
    expect(eventsAt(schedule, everybody, at(moment))).toHaveLength(1);
  });

  test('E32: events of a window are not cut', () => {
    expect(finalLines([daily('ana', '08:00:00', 12)], between('2026-05-05T10:00:00', '2026-05-05T12:00:00'))).toEqual([
      '2026-05-05 08:00 – 2026-05-05 20:00 ana',
    ]);
  });

  test('E33: a hole of 30 seconds is no gap, one of a minute is', () => {
    const second = (start: string, hours: number) => single('bo', { id: 'bo', start: `2026-05-05T${start}`, hours });
    const gaps = (shift: Shift) =>
      showGaps(finalOf(scheduleOf([today('ana', '08:00:00', '12:00:00'), shift]), day)).map((g) =>
        g.replaceAll('2026-05-05 ', ''),
      );
    expect(gaps(second('12:00:30', 4))).toEqual(['00:00 – 08:00 gap', '16:00:30 – 2026-05-06 00:00 gap']);
    expect(gaps(second('12:01:00', 3))).toEqual(['00:00 – 08:00 gap', '12:00 – 12:01 gap', '15:01 – 2026-05-06 00:00 gap']);
  });

  test('E33: an empty shift is no gap, shows in the raw events only, and masks nothing', () => {
    const viewer = withViewer('bo');
    const late = [today('ana', '08:00:00', '12:00:00'), today('bo', '12:00:00', '16:00:00')];
    const raw = rawEvents(scheduleOf(late), viewer, day).events;
    expect(raw.map((event) => [show(event).slice(11, 16), isEmpty(event), event.missing])).toEqual([
      ['08:00', false, []],
      ['12:00', true, ['bo']],
    ]);
    const final = finalOf(scheduleOf(late), day, undefined, viewer);
    expect(final.events.map(show)).toEqual(['2026-05-05 08:00 – 2026-05-05 12:00 ana']);
    expect(showGaps(final)).toEqual(['2026-05-05 00:00 – 2026-05-05 08:00 gap', '2026-05-05 16:00 – 2026-05-06 00:00 gap']);
    const above = finalOf(
      scheduleOf([today('ana', '08:00:00', '16:00:00', 1), today('bo', '12:00:00', '16:00:00', 2)]),
      day,
      undefined,
      viewer,
    );
    expect(above.events.map(show)).toEqual(['2026-05-05 08:00 – 2026-05-05 16:00 ana']);
  });

  test('a viewer around the clock is an empty shift, not a gap; every second day, both', () => {
    const month = between('2026-05-05', '2026-06-04');
    const check = (shift: Shift) => {
      const final = finalOf(scheduleOf([shift]), month, undefined, withViewer('bo'));
      return { empty: final.emptyShifts.length > 0, gaps: final.gaps.length > 0 };
    };
    expect(check(daily('bo', '00:00:00', 24))).toEqual({ empty: true, gaps: false });
    expect(check(recurrent('bo', { start: '2026-05-01T00:00:00', hours: 24, every: 'daily', interval: 2 }))).toEqual({
      empty: true,
      gaps: true,
    });
  });

  test('a schedule without shifts is one gap', () => {
    expect(showGaps(finalOf(scheduleOf([]), day))).toEqual(['2026-05-05 00:00 – 2026-05-06 00:00 gap']);
  });

  test('an all-day event covers its days and hides no other gap', () => {
    const calendar = feed(
      vevent('UID:1', 'SUMMARY:ana', 'DTSTART;VALUE=DATE:20260505', 'DTEND;VALUE=DATE:20260507') +
        vevent('UID:2', 'SUMMARY:ana', 'DTSTART;VALUE=DATE:20260507', 'DTEND;VALUE=DATE:20260508'),
    );
    const final = finalOf(scheduleOfFeed(calendar), between('2026-05-05', '2026-05-09'));
    expect(showGaps(final)).toEqual(['2026-05-08 00:00 – 2026-05-09 00:00 gap']);
    expect(gapsOf([], between('2026-05-05', '2026-05-05'))).toEqual([]);
  });
});

describe('E35: editing a running rotation', () => {
  const base = rolling('ana|bo|cy', { id: 'old', start: '2026-05-04T09:00:00', hours: 168, every: 'weekly', source: 'web' });
  const edit = (shift: typeof base, now: string) =>
    reviseRotation(shift, UTC, at(now), { start: shift.start, rotationStart: shift.start, groupCount: 4 });

  test('the current person stays, and the new one comes last', () => {
    const revision = edit(base, '2026-05-13T12:00:00');
    expect(revision).toEqual({
      start: civil('2026-05-11T09:00:00'),
      rotationStart: civil('2026-05-13T12:00:00'),
      startIndex: 1,
      oldUntil: at('2026-05-13T12:00:00'),
    });
    const { start, rotationStart, startIndex, oldUntil } = revision;
    const groups = [...base.groups, ['dee']];
    const next: Shift = { ...base, id: 'new', start, rotationStart, startIndex, groups };
    const { events } = finalOf(scheduleOf([{ ...base, until: oldUntil }, next]), between('2026-05-01', '2026-06-08'));
    expect(events.map((event) => `${show(event)} ${event.shiftId}`)).toEqual([
      '2026-05-04 09:00 – 2026-05-11 09:00 ana old',
      '2026-05-11 09:00 – 2026-05-13 12:00 bo old',
      '2026-05-13 12:00 – 2026-05-18 09:00 bo new',
      '2026-05-18 09:00 – 2026-05-25 09:00 cy new',
      '2026-05-25 09:00 – 2026-06-01 09:00 dee new',
      '2026-06-01 09:00 – 2026-06-08 09:00 ana new',
    ]);
  });

  test.each([
    ['2026-04-06T09:00:00', '2026-05-13T12:00:00', '2026-05-11T09:00:00', 2],
    ['2026-05-04T09:00:00', '2026-05-05T12:00:00', '2026-05-04T09:00:00', 0],
    ['2026-05-04T09:00:00', '2026-05-20T08:00:00', '2026-05-18T09:00:00', 2],
    ['2026-05-04T09:00:00', '2026-05-25T12:00:00', '2026-05-25T09:00:00', 0],
  ])('a rotation from %s edited %s begins anew %s with index %i', (from, now, start, startIndex) => {
    expect(edit({ ...base, start: civil(from) }, now)).toMatchObject({ start: civil(start), startIndex });
  });

  test('an old index counts, modulo the groups, and a shorter list begins at its first', () => {
    expect(edit({ ...base, startIndex: 2 }, '2026-05-20T08:00:00').startIndex).toBe(1);
    const request = { start: base.start, rotationStart: base.start, groupCount: 1 };
    expect(reviseRotation(base, UTC, at('2026-05-13T12:00:00'), request).startIndex).toBe(0);
  });

  test('a sparse rotation is followed back to its last turn; a moved start is taken as asked', () => {
    const yearly = rolling('ana|bo', { start: '1999-01-31T09:00:00', hours: 24, every: 'monthly', interval: 300, source: 'web' });
    const request = { start: yearly.start, rotationStart: yearly.start, groupCount: 2 };
    expect(reviseRotation(yearly, UTC, at('2026-05-13'), request)).toMatchObject({
      start: civil('2024-01-31T09:00:00'),
      startIndex: 1,
    });
    const moved = { start: civil('2026-06-01T00:00:00'), rotationStart: civil('2026-06-02T00:00:00'), groupCount: 2 };
    expect(reviseRotation(yearly, zoneOf('Europe/Berlin'), at('2026-05-13'), moved)).toEqual({
      start: moved.start,
      rotationStart: moved.rotationStart,
      startIndex: 1,
      oldUntil: at('2026-06-01T22:00:00'),
    });
  });

  test('deleting it ends it now; its past stays', () => {
    const ending = endShift(base, UTC, at('2026-05-13T12:00:00'));
    if (ending.is !== 'ended') throw new Error(ending.is);
    expect(finalLines([ending.shift], between('2026-05-01', '2026-06-08'))).toEqual([
      '2026-05-04 09:00 – 2026-05-11 09:00 ana',
      '2026-05-11 09:00 – 2026-05-13 12:00 bo',
    ]);
    expect(endShift(ending.shift, UTC, at('2026-06-01'))).toEqual({ is: 'unchanged' });
    expect(endShift(base, UTC, at('2026-05-04'))).toEqual({ is: 'removed' });
  });

  test('deleting a running override cuts it', () => {
    const running = over('bo', '12:00:00', 3);
    expect(endShift(running, UTC, at('2026-05-05T13:00:00'))).toMatchObject({
      is: 'ended',
      shift: { durationSeconds: 3600, until: at('2026-05-05T13:00:00') },
    });
    expect(endShift(running, UTC, at('2026-05-05T16:00:00'))).toEqual({ is: 'unchanged' });
  });
});

describe('quality report', () => {
  const from = at('2026-05-04');
  const report = (shifts: readonly Shift[], days: number, method?: 'union') => {
    const { events } = finalOf(scheduleOf(shifts), qualityWindow(from, days));
    const { totalScore, comments, overloadedUsers } = qualityReport(events, from, days, method);
    return [
      totalScore,
      comments.map((c) => `${c.type}: ${c.text}`),
      overloadedUsers.map((u) => `${u.userId} +${u.overloadPercent}`),
    ];
  };
  const balanced = 'info: Schedule is perfectly balanced';
  const full = 'info: Schedule has no gaps';
  const issues = 'warning: Schedule has balance issues (see overloaded users)';
  const from4 = (who: string, start: string, hours: number): Shift =>
    recurrent(who, { id: who, start: `2026-05-04T${start}`, hours, every: 'daily' });
  test.each<[string, Shift[], number, unknown]>([
    ['Q1', [rolling('ana|bo', { start: '2026-05-04T00:00:00', hours: 24, every: 'daily' })], 14, [100, [full, balanced], []]],
    ['Q2', [from4('ana', '09:00:00', 8)], 7, [66, ['warning: Schedule has gaps (67% not covered)', balanced], []]],
    ['Q3', [from4('ana', '00:00:00', 18), from4('bo', '18:00:00', 6)], 7, [66, [full, issues], ['ana +50']]],
    ['Q4', [from4('ana', '00:00:00', 12), from4('bo', '00:00:00', 12)], 7, [100, [full, balanced], []]],
    [
      'Q5',
      [from4('ana', '00:00:00', 12), from4('bo', '12:00:00', 6), from4('cy', '18:00:00', 3)],
      7,
      [65, ['warning: Schedule has gaps (12% not covered)', issues], ['ana +71']],
    ],
    ['Q6', [], 7, [0, ['warning: Schedule is empty'], []]],
    ['Q7', [from4('ana', '00:00:00', 12.2), from4('bo', '12:12:00', 11.8)], 7, [100, [full, balanced], []]],
  ])('E41 %s', (_name, shifts, days, expected) => {
    expect(report(shifts, days)).toEqual(expected);
  });

  test('measured on the union, double cover hides no gap', () => {
    expect(report([from4('ana', '00:00:00', 12), from4('bo', '00:00:00', 12)], 7, 'union')).toEqual([
      75,
      ['warning: Schedule has gaps (50% not covered)', balanced],
      [],
    ]);
  });

  test.each([[0], [1.5], [Number.NaN]])('%d days are refused', (days) => {
    expect(() => qualityReport([], from, days)).toThrow(expect.objectContaining({ code: 'BAD_DAYS' }));
  });
});

describe('E42: who is next', () => {
  const schedule = scheduleOf([rolling('ana,bo|cy', { start: '2026-05-04T08:00:00', hours: 24, every: 'daily' })]);
  const now = at('2026-05-05T10:00:00');
  test('every user of a group has a next shift', () => {
    const shifts = [...nextShiftPerUser(schedule, everybody, now)].map(([id, event]) => `${id}: ${show(event)}`);
    expect(shifts).toEqual([
      'cy: 2026-05-05 08:00 – 2026-05-06 08:00 cy',
      'ana: 2026-05-06 08:00 – 2026-05-07 08:00 ana+bo',
      'bo: 2026-05-06 08:00 – 2026-05-07 08:00 ana+bo',
    ]);
  });

  test('the hand-over names current and next', () => {
    const { current, next } = handOver(schedule, everybody, now);
    expect([current.map(show), next.map(show)]).toEqual([
      ['2026-05-05 08:00 – 2026-05-06 08:00 cy'],
      ['2026-05-06 08:00 – 2026-05-07 08:00 ana+bo'],
    ]);
    expect(nextOnCall(schedule, everybody, now)).toEqual(['ana', 'bo']);
  });

  test('next on call is somebody else, also past further shifts of the same person', () => {
    const shifts = [
      recurrent('ana', { id: 'a', start: '2026-05-04T08:00:00', hours: 8, every: 'daily', byDay: 'MO,TU,WE,TH,FR' }),
      single('bo', { id: 'b', start: '2026-05-09T08:00:00', hours: 8 }),
    ];
    expect(nextOnCall(scheduleOf(shifts), everybody, now)).toEqual(['bo']);
    expect(nextOnCall(scheduleOf(shifts.slice(0, 1)), everybody, now)).toEqual([]);
    expect(handOver(scheduleOf([]), everybody, now)).toEqual({ current: [], next: [] });
  });
});
