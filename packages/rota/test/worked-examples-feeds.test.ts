import { describe, expect, test } from 'vitest';
import { createDirectory, formatInstant, rawEvents } from '../src/index.ts';
import { between, everybody, feed, finalOf, person, scheduleOfFeed, show, vevent } from './support.ts';

/** The worked examples of docs on schedules, E36 to E40: imported calendars. */
const lines = (body: string, from: string, to: string, floating: 'utc' | 'calendar' = 'utc'): string[] =>
  rawEvents(scheduleOfFeed(feed(body, floating)), everybody, between(from, to)).events.map(show);

describe('E36: all-day events', () => {
  const zone = 'X-WR-TIMEZONE:Asia/Taipei\n';
  test('they last to the last second of their last day', () => {
    const body = zone + vevent('UID:1', 'SUMMARY:ana', 'DTSTART;VALUE=DATE:20260210', 'DTEND;VALUE=DATE:20260212');
    expect(lines(body, '2026-02-01', '2026-03-01')).toEqual(['2026-02-10 00:00 – 2026-02-11 23:59:59 ana']);
    const { allDay } = rawEvents(scheduleOfFeed(feed(body)), everybody, between('2026-02-01', '2026-03-01')).events[0]!;
    expect(allDay).toEqual({ first: 20_494, last: 20_495 });
  });

  test('a timed event beside them has its zone', () => {
    const body = vevent(
      'UID:2',
      'SUMMARY:bo',
      'DTSTART;TZID=Asia/Taipei:20260212T090000',
      'DTEND;TZID=Asia/Taipei:20260212T180000',
    );
    expect(lines(zone + body, '2026-02-01', '2026-03-01')).toEqual(['2026-02-12 01:00 – 2026-02-12 10:00 bo']);
  });

  test('two people take weeks in turn', () => {
    const week = (uid: string, who: string, from: string, to: string) =>
      vevent(
        `UID:${uid}`,
        `SUMMARY:${who}`,
        `DTSTART;VALUE=DATE:${from}`,
        `DTEND;VALUE=DATE:${to}`,
        'RRULE:FREQ=WEEKLY;INTERVAL=2',
      );
    expect(
      lines(
        zone + week('a', 'ana', '20260202', '20260209') + week('b', 'bo', '20260209', '20260216'),
        '2026-02-02',
        '2026-02-23',
      ),
    ).toEqual([
      '2026-02-02 00:00 – 2026-02-08 23:59:59 ana',
      '2026-02-09 00:00 – 2026-02-15 23:59:59 bo',
      '2026-02-16 00:00 – 2026-02-22 23:59:59 ana',
    ]);
  });

  test('a level splits an all-day event', () => {
    const body =
      vevent('UID:1', 'SUMMARY:ana', 'DTSTART;VALUE=DATE:20260210') +
      vevent('UID:2', 'SUMMARY:[L1] bo', 'DTSTART:20260210T090000Z', 'DTEND:20260210T120000Z');
    const { events } = finalOf(scheduleOfFeed(feed(body)), between('2026-02-10', '2026-02-11'));
    expect(events.map(show)).toEqual([
      '2026-02-10 00:00 – 2026-02-10 09:00 ana',
      '2026-02-10 09:00 – 2026-02-10 12:00 bo',
      '2026-02-10 12:00 – 2026-02-10 23:59:59 ana',
    ]);
  });

  test('their days may be those of the calendar’s zone', () => {
    const body = zone + vevent('UID:1', 'SUMMARY:ana', 'DTSTART;VALUE=DATE:20260210');
    expect(lines(body, '2026-02-01', '2026-03-01', 'calendar')).toEqual(['2026-02-09 16:00 – 2026-02-10 15:59:59 ana']);
  });
});

describe('E37: names', () => {
  test.each<[string[], string[], string[], number]>([
    [['SUMMARY:BO@EX.ORG'], ['bo'], [], 0],
    [['SUMMARY:Ana'], ['ana'], [], 0],
    [['SUMMARY:Primary', 'DESCRIPTION:bo'], ['bo'], ['Primary'], 0],
    [['SUMMARY:duty', 'ATTENDEE:cy@ex.org'], ['cy'], ['duty'], 0],
    [['SUMMARY:duty', 'ATTENDEE:mailto:cy@ex.org'], ['cy'], ['duty'], 0],
    [['SUMMARY:duty', 'ATTENDEE:cy', 'ATTENDEE:bo'], [], ['duty'], 0],
    [['SUMMARY:ana, bo'], [], ['ana, bo'], 0],
    [['SUMMARY:  [L3]   ana  ', 'DESCRIPTION:notes'], ['ana'], ['notes'], 3],
    [['SUMMARY:ana [L3]'], [], ['ana [L3]'], 0],
    [['SUMMARY:[l2] ana'], [], ['[l2] ana'], 0],
  ])('%j', (texts, users, missing, level) => {
    const body = vevent('UID:1', 'DTSTART:20260302T090000Z', 'DTEND:20260302T170000Z', ...texts);
    const [event] = rawEvents(scheduleOfFeed(feed(body)), everybody, between('2026-03-01', '2026-04-01')).events;
    expect({ users: event?.users.map((user) => user.id), missing: event?.missing, level: event?.level }).toEqual({
      users,
      missing,
      level,
    });
  });

  test('people who share an e-mail are all meant by it; nobody is meant by an empty one', () => {
    const sharing = createDirectory([
      person('ana', { email: 'ops@ex.org' }),
      person('bo', { email: 'Ops@ex.org' }),
      person('cy', { email: '' }),
      person('dee', { email: null, active: false }),
    ]);
    const body = vevent('UID:1', 'DTSTART:20260302T090000Z', 'DTEND:20260302T170000Z', 'SUMMARY:ops@ex.org', 'DESCRIPTION:dee');
    const [event] = rawEvents(scheduleOfFeed(feed(body)), sharing, between('2026-03-01', '2026-04-01')).events;
    expect([event?.users.map((user) => user.id), event?.missing]).toEqual([['ana', 'bo'], ['dee']]);
  });
});

describe('E38: levels', () => {
  const at = (uid: string, summary: string, from: string, to: string) =>
    vevent(`UID:${uid}`, `SUMMARY:${summary}`, `DTSTART:202603${from}00Z`, `DTEND:202603${to}00Z`);
  test('come from the summaries', () => {
    const body =
      at('1', '[L1] ana', '02T0000', '03T0000') +
      at('2', '[L2] bo', '02T0900', '02T1700') +
      at('3', '[L12]cy', '02T1200', '02T1300') +
      at('4', 'dee', '02T1200', '03T0600');
    const { events } = finalOf(scheduleOfFeed(feed(body)), between('2026-03-02', '2026-03-04'));
    expect(events.map(show)).toEqual([
      '2026-03-02 00:00 – 2026-03-02 09:00 ana',
      '2026-03-02 09:00 – 2026-03-02 12:00 bo',
      '2026-03-02 12:00 – 2026-03-02 13:00 cy',
      '2026-03-02 13:00 – 2026-03-02 17:00 bo',
      '2026-03-02 17:00 – 2026-03-03 00:00 ana',
      '2026-03-03 00:00 – 2026-03-03 06:00 dee',
    ]);
  });

  test('an overrides calendar needs none; one that names nobody changes nothing', () => {
    const primary = feed(at('1', '[L9] ana', '02T0000', '03T0000'));
    const shown = (summary: string): string[] =>
      finalOf(
        scheduleOfFeed(primary, feed(at('2', summary, '02T1000', '02T1200'))),
        between('2026-03-02', '2026-03-03'),
      ).events.map(show);
    expect(shown('bo')).toEqual([
      '2026-03-02 00:00 – 2026-03-02 10:00 ana',
      '2026-03-02 10:00 – 2026-03-02 12:00 bo',
      '2026-03-02 12:00 – 2026-03-03 00:00 ana',
    ]);
    expect(shown('stranger')).toEqual(['2026-03-02 00:00 – 2026-03-03 00:00 ana']);
  });
});

describe('E39: exceptions', () => {
  const withIds = (body: string): string[] =>
    rawEvents(scheduleOfFeed(feed(body)), everybody, between('2026-03-01', '2026-04-01')).events.map(
      (event) =>
        `${formatInstant(event.start).slice(5, 16)} ${formatInstant(event.end).slice(11, 16)} ${event.users[0]?.id} ${event.shiftId}`,
    );

  test('one date is left out, one replaced', () => {
    const master = vevent(
      'UID:r1',
      'SEQUENCE:1',
      'SUMMARY:ana',
      'DTSTART;TZID=Europe/Madrid:20260302T090000',
      'DTEND;TZID=Europe/Madrid:20260302T170000',
      'RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20260306T230000Z',
      'EXDATE;TZID=Europe/Madrid:20260304T090000',
    );
    const replacement = vevent(
      'UID:r1',
      'SEQUENCE:2',
      'SUMMARY:bo',
      'RECURRENCE-ID;TZID=Europe/Madrid:20260305T090000',
      'DTSTART;TZID=Europe/Madrid:20260305T120000',
      'DTEND;TZID=Europe/Madrid:20260305T200000',
    );
    expect(withIds(master + replacement)).toEqual([
      '03-02T08:00 16:00 ana r1_1',
      '03-03T08:00 16:00 ana r1_1',
      '03-05T11:00 19:00 bo r1_2_2026-03-05T09:00:00+01:00',
      '03-06T08:00 16:00 ana r1_1',
    ]);
  });

  const daily = (count: number) =>
    vevent('UID:r', 'SUMMARY:ana', 'DTSTART:20260302T090000Z', 'DTEND:20260302T170000Z', `RRULE:FREQ=DAILY;COUNT=${count}`);
  test('an occurrence is moved to another day', () => {
    const moved = vevent(
      'UID:r',
      'SUMMARY:ana',
      'RECURRENCE-ID:20260303T090000Z',
      'DTSTART:20260307T090000Z',
      'DTEND:20260307T170000Z',
    );
    expect(withIds(daily(5) + moved)).toEqual([
      '03-02T09:00 17:00 ana r',
      '03-04T09:00 17:00 ana r',
      '03-05T09:00 17:00 ana r',
      '03-06T09:00 17:00 ana r',
      '03-07T09:00 17:00 ana r_2026-03-03T09:00:00+00:00',
    ]);
  });

  test('an occurrence is cancelled', () => {
    const cancelled = vevent(
      'UID:r',
      'SUMMARY:ana',
      'RECURRENCE-ID:20260303T090000Z',
      'DTSTART:20260303T090000Z',
      'DTEND:20260303T170000Z',
      'STATUS:CANCELLED',
    );
    expect(withIds(daily(3) + cancelled).map((line) => line.slice(0, 5))).toEqual(['03-02', '03-04']);
  });
});

describe('E40: zones', () => {
  const nineToFive = (tzid: string) =>
    vevent('UID:1', 'SUMMARY:ana', `DTSTART${tzid}:20260302T090000`, `DTEND${tzid}:20260302T170000`);
  const custom = `BEGIN:VTIMEZONE
    TZID:Harbour
    BEGIN:STANDARD
    DTSTART:16010101T030000
    TZOFFSETFROM:+0200
    TZOFFSETTO:+0100
    RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
    END:STANDARD
    BEGIN:DAYLIGHT
    DTSTART:16010101T020000
    TZOFFSETFROM:+0100
    TZOFFSETTO:+0200
    RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
    END:DAYLIGHT
    END:VTIMEZONE\n`;
  test.each([
    ['floating', `X-WR-TIMEZONE:Asia/Tokyo\n${nineToFive('')}`, '09:00 – 2026-03-02 17:00'],
    ['Windows', nineToFive(';TZID=W. Europe Standard Time'), '08:00 – 2026-03-02 16:00'],
    ['Windows, quoted', nineToFive(';TZID="Tokyo Standard Time"'), '00:00 – 2026-03-02 08:00'],
    ['unknown', nineToFive(';TZID=Mars/Base'), '09:00 – 2026-03-02 17:00'],
    ['a path of libical', nineToFive(';TZID=/freeassociation.sourceforge.net/Europe/Berlin'), '08:00 – 2026-03-02 16:00'],
    ['a path of Mozilla', nineToFive(';TZID=/mozilla.org/20050126_1/America/Argentina/Buenos_Aires'), '12:00 – 2026-03-02 20:00'],
    ['defined in the feed', custom + nineToFive(';TZID=Harbour'), '08:00 – 2026-03-02 16:00'],
  ])('%s', (_name, body, expected) => {
    expect(lines(body, '2026-03-01', '2026-04-01')).toEqual([`2026-03-02 ${expected} ana`]);
  });

  test('floating times may be those of the calendar', () => {
    expect(lines(`X-WR-TIMEZONE:Asia/Tokyo\n${nineToFive('')}`, '2026-03-01', '2026-04-01', 'calendar')).toEqual([
      '2026-03-02 00:00 – 2026-03-02 08:00 ana',
    ]);
  });

  test('a zone of the feed changes its clock like the one it copies', () => {
    const nightly =
      custom +
      vevent(
        'UID:1',
        'SUMMARY:ana',
        'DTSTART;TZID=Harbour:20260326T220000',
        'DTEND;TZID=Harbour:20260327T060000',
        'RRULE:FREQ=DAILY;COUNT=5',
      );
    expect(lines(nightly, '2026-03-01', '2026-04-01')).toEqual(
      lines(nightly.replaceAll('=Harbour', '=Europe/Berlin'), '2026-03-01', '2026-04-01'),
    );
  });

  test('nights in New York over the change, and an extra date', () => {
    const body = vevent(
      'UID:1',
      'SUMMARY:ana',
      'DTSTART;TZID=America/New_York:20260306T220000',
      'DTEND;TZID=America/New_York:20260307T060000',
      'RRULE:FREQ=DAILY;COUNT=4',
      'RDATE;TZID=America/New_York:20260315T220000',
    );
    expect(lines(body, '2026-03-01', '2026-04-01')).toEqual([
      '2026-03-07 03:00 – 2026-03-07 11:00 ana',
      '2026-03-08 03:00 – 2026-03-08 10:00 ana',
      '2026-03-09 02:00 – 2026-03-09 10:00 ana',
      '2026-03-10 02:00 – 2026-03-10 10:00 ana',
      '2026-03-16 02:00 – 2026-03-16 10:00 ana',
    ]);
  });
});
