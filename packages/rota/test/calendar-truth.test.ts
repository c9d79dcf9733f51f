import { describe, expect, test } from 'vitest';
import type { FairnessMember, Membership, Shift } from '../src/index.ts';
import {
  assembleSchedule,
  fairnessReport,
  finalSchedule,
  parseDay,
  rawEvents,
  timeOffFromCalendar,
  timeOffOnDays,
  timeOffReport,
  UTC,
  zoneOf,
} from '../src/index.ts';
import {
  at,
  between,
  everybody,
  feed,
  finalOf,
  NOW,
  override,
  recurrent,
  rolling,
  scheduleOf,
  show,
  single,
  vevent,
} from './support.ts';

const week = between('2026-05-04', '2026-05-11');
const daily = { start: '2026-05-04T00:00:00', hours: 24, every: 'daily' } as const;
const member = (userId: string, joins: string | null, leaves: string | null): Membership => ({
  userId,
  joins: joins === null ? null : parseDay(joins),
  leaves: leaves === null ? null : parseDay(leaves),
});
const whoOf = (shift: Shift): string =>
  rawEvents(scheduleOf([shift]), everybody, week)
    .events.map((event) => event.users.map((user) => user.id).join('+') || '-')
    .join(' ');

describe('members of a rotation who join and leave', () => {
  test('take their turns while they belong to it; the next group stands in, and nobody’s turn moves', () => {
    const shift = {
      ...rolling('ana|bo|cy', daily),
      members: [member('bo', '2026-05-07', null), member('cy', null, '2026-05-08')],
    };
    expect(whoOf(rolling('ana|bo|cy', daily))).toBe('ana bo cy ana bo cy ana');
    expect(whoOf(shift)).toBe('ana cy cy ana bo ana ana');
  });

  test('or leave their turns to nobody, where it shows', () => {
    const shift = { ...rolling('ana|bo', daily), members: [member('bo', null, '2026-05-07')], absentTurn: 'nobody' as const };
    expect(whoOf(shift)).toBe('ana bo ana - ana - ana');
    const { emptyShifts, gaps } = finalOf(scheduleOf([shift]), week);
    expect([emptyShifts.length, gaps]).toEqual([2, []]);
  });

  test('others of their group go on without them', () => {
    expect(whoOf({ ...rolling('ana,bo', daily), members: [member('bo', null, '2026-05-06')] })).toBe(
      'ana+bo ana+bo ana ana ana ana ana',
    );
  });

  test('a turn is cut at midnight of the rotation’s zone', () => {
    const shift = {
      ...rolling('ana|bo', { start: '2026-05-04T09:00:00', hours: 168, every: 'weekly', zone: 'Europe/Berlin' }),
      members: [member('ana', null, '2026-05-06')],
    };
    expect(rawEvents(scheduleOf([shift]), everybody, week).events.map(show)).toEqual([
      '2026-05-04 07:00 – 2026-05-05 22:00 ana',
      '2026-05-05 22:00 – 2026-05-11 07:00 bo',
    ]);
  });

  test('when everybody has left, nobody is on call; dates inside a turn that change nobody do not cut it', () => {
    const gone = { ...rolling('ana|bo', daily), members: [member('ana', null, '2026-01-01'), member('bo', null, '2026-01-01')] };
    expect(whoOf(gone)).toBe('- - - - - - -');
    const other = {
      ...rolling('ana|bo', { ...daily, hours: 168, every: 'weekly' }),
      members: [member('bo', '2026-05-06', '2026-05-08')],
    };
    expect(rawEvents(scheduleOf([other]), everybody, week).events.map(show)).toEqual(['2026-05-04 00:00 – 2026-05-11 00:00 ana']);
  });
});

describe('public holidays', () => {
  const dates = [parseDay('2026-05-05'), parseDay('2026-05-07')];
  test('are skipped, their turns used up', () => {
    const shift: Shift = { ...rolling('ana|bo', daily), holidays: { on: 'skip', dates } };
    expect(
      rawEvents(scheduleOf([shift]), everybody, week).events.map((e) => `${show(e).slice(8, 10)} ${show(e).split(' ').at(-1)}`),
    ).toEqual(['04 ana', '06 ana', '08 ana', '09 bo', '10 ana']);
    expect(finalOf(scheduleOf([shift]), week).gaps).toHaveLength(2);
  });

  test('or are the only days', () => {
    const shift: Shift = { ...recurrent('ana', daily), holidays: { on: 'only', dates } };
    expect(rawEvents(scheduleOf([shift]), everybody, week).events.map((e) => show(e).slice(8, 10))).toEqual(['05', '07']);
  });
});

describe('time off', () => {
  const { events } = finalOf(scheduleOf([rolling('ana,bo|cy', { ...daily, start: '2026-05-04T08:00:00' })]), week);
  const spans = (items: readonly { start: number; end: number }[]) =>
    items.map(({ start, end }) => `${new Date(start).toISOString().slice(5, 13)}/${new Date(end).toISOString().slice(5, 13)}`);

  test('marks shifts before they happen, and what nobody covers', () => {
    const off = [
      timeOffOnDays('cy', zoneOf('Europe/Berlin'), parseDay('2026-05-05'), parseDay('2026-05-05')),
      timeOffOnDays('ana', UTC, parseDay('2026-05-06'), parseDay('2026-05-07')),
    ];
    const report = timeOffReport(events, off, week);
    expect(report.away.map((away) => `${away.userId} ${spans([away])[0]}`)).toEqual([
      'cy 05-05T08/05-05T22',
      'ana 05-06T08/05-07T08',
    ]);
    expect(spans(report.uncovered)).toEqual(['05-05T08/05-05T22']);
    expect(report.away[0]?.event.users).toEqual([{ id: 'cy', swap: null }]);
  });

  test('is uncovered when all of a group are away at once', () => {
    const off = ['ana', 'bo'].map((id) => ({ userId: id, start: at('2026-05-04T12:00:00'), end: at('2026-05-04T18:00:00') }));
    expect(spans(timeOffReport(events, [...off, ...off], week).uncovered)).toEqual(['05-04T12/05-04T18']);
    expect(timeOffReport(events, [], week)).toEqual({ away: [], uncovered: [] });
  });

  test('comes from a feed as well', () => {
    const calendar = feed(
      vevent('UID:1', 'SUMMARY:Holiday', 'DTSTART;VALUE=DATE:20260505', 'DTEND;VALUE=DATE:20260507') +
        vevent('UID:2', 'SUMMARY:Dentist', 'DTSTART:20260508T100000Z', 'DTEND:20260508T110000Z'),
    );
    const off = timeOffFromCalendar('cy', calendar, week, []);
    expect([off.map((o) => o.userId), spans(off)]).toEqual([
      ['cy', 'cy'],
      ['05-05T00/05-07T00', '05-08T10/05-08T11'],
    ]);
  });
});

describe('fairness', () => {
  const of = (userId: string, over: Partial<FairnessMember> = {}): FairnessMember => ({
    userId,
    zone: UTC,
    holidays: [],
    available: null,
    ...over,
  });
  const hours = (ms: number): number => ms / 3_600_000;
  const figures = (members: FairnessMember[], shifts: Shift[]) =>
    fairnessReport(finalOf(scheduleOf(shifts), week).events, members, week).map((f) => ({
      ...f,
      onCallMs: hours(f.onCallMs),
      nightMs: hours(f.nightMs),
      weekendMs: hours(f.weekendMs),
      holidayMs: hours(f.holidayMs),
      availableMs: hours(f.availableMs),
    }));

  test('counts hours, nights, weekends and holidays, each in the person’s zone', () => {
    const shifts = [rolling('ana|bo', { ...daily, hours: 12, interval: 12, every: 'hourly' })];
    expect(figures([of('ana', { holidays: [parseDay('2026-05-05')] }), of('bo'), of('dee')], shifts)).toEqual([
      { userId: 'ana', onCallMs: 84, nightMs: 42, weekendMs: 24, holidayMs: 12, availableMs: 168, load: 1.5 },
      { userId: 'bo', onCallMs: 84, nightMs: 14, weekendMs: 24, holidayMs: 0, availableMs: 168, load: 1.5 },
      { userId: 'dee', onCallMs: 0, nightMs: 0, weekendMs: 0, holidayMs: 0, availableMs: 168, load: 0 },
    ]);
    expect(figures([of('ana', { zone: zoneOf('Asia/Tokyo') })], shifts)[0]).toMatchObject({ onCallMs: 84, nightMs: 0 });
  });

  test('a share is fair for the time one was available', () => {
    const half = [{ start: week.from, end: at('2026-05-07T12:00:00') }];
    const shifts = [
      single('ana', { start: '2026-05-04T00:00:00', hours: 20 }),
      single('bo', { id: 'b', start: '2026-05-08T00:00:00', hours: 40 }),
    ];
    expect(figures([of('ana', { available: half }), of('bo')], shifts).map((f) => [f.availableMs, f.load])).toEqual([
      [84, 1],
      [168, 1],
    ]);
  });

  test('has no load to speak of when nobody is on call', () => {
    expect(figures([of('ana')], []).map((f) => f.load)).toEqual([null]);
  });
});

describe('where the calendars of a schedule come from', () => {
  const rotation = recurrent('ana', { id: 'S', start: '2026-05-04T08:00:00', hours: 8, every: 'daily' });
  const over = override('bo', { id: 'O', start: '2026-05-05T08:00:00', hours: 8 });
  const calendar = feed(vevent('UID:1', 'SUMMARY:cy', 'DTSTART:20260505T100000Z', 'DTEND:20260505T110000Z'));
  const day = between('2026-05-05T06:00:00', '2026-05-05T20:00:00');
  const linesOf = (stored: Parameters<typeof assembleSchedule>[0]) =>
    finalSchedule(assembleSchedule(stored, []), everybody, day, { now: NOW }).events.map((event) =>
      show(event).replaceAll('2026-05-05 ', ''),
    );

  test('web: rotations and overrides, in UTC', () => {
    expect(linesOf({ type: 'web', shifts: [rotation, over] })).toEqual(['08:00 – 16:00 bo']);
  });

  test('calendar: shifts in the schedule’s zone, overrides of the UI in UTC or a downloaded calendar', () => {
    const stored = {
      type: 'calendar',
      timeZone: 'Europe/Madrid',
      shifts: [rotation],
      webOverrides: [over],
      overrides: calendar,
    } as const;
    expect(linesOf({ ...stored, enableWebOverrides: true })).toEqual(['06:00 – 08:00 ana', '08:00 – 16:00 bo']);
    expect(linesOf({ ...stored, enableWebOverrides: false })).toEqual([
      '06:00 – 10:00 ana',
      '10:00 – 11:00 cy',
      '11:00 – 14:00 ana',
    ]);
  });

  test('ical: two downloaded calendars, either of which may be missing', () => {
    expect(linesOf({ type: 'ical', primary: calendar, overrides: null })).toEqual(['10:00 – 11:00 cy']);
    expect(linesOf({ type: 'ical', primary: null, overrides: null })).toEqual([]);
  });
});
