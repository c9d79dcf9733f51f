import { describe, expect, test } from 'vitest';
import { importCalendar, rawEvents, sameRevision } from '../src/index.ts';
import { between, everybody, feed, scheduleOfFeed, show, vevent } from './support.ts';

const march = between('2026-03-01', '2026-04-01');
const linesOf = (calendar: ReturnType<typeof feed>): string[] =>
  rawEvents(scheduleOfFeed(calendar), everybody, march).events.map(show);
const lines = (body: string): string[] => linesOf(feed(body));
const NINE_TO_FIVE = ['DTSTART:20260302T090000Z', 'DTEND:20260302T170000Z'];

describe('feeds as calendar services send them', () => {
  test('Google: X-WR headers, a CREATED of year 0, an override of one day, a cancelled one', () => {
    const text = [
      'BEGIN:VCALENDAR',
      'PRODID:-//Google Inc//Google Calendar 70.9054//EN',
      'VERSION:2.0',
      'CALSCALE:GREGORIAN',
      'METHOD:PUBLISH',
      'X-WR-CALNAME:On-call, primary',
      'X-WR-TIMEZONE:Europe/Madrid',
      'BEGIN:VTIMEZONE',
      'TZID:Europe/Madrid',
      'X-LIC-LOCATION:Europe/Madrid',
      'BEGIN:DAYLIGHT',
      'TZOFFSETFROM:+0100',
      'TZOFFSETTO:+0200',
      'DTSTART:19700329T020000',
      'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU',
      'END:DAYLIGHT',
      'END:VTIMEZONE',
      'BEGIN:VEVENT',
      'DTSTART;TZID=Europe/Madrid:20260325T220000',
      'DTEND;TZID=Europe/Madrid:20260326T060000',
      'RRULE:FREQ=DAILY;UNTIL=20260330T215959Z',
      'DTSTAMP:20260101T000000Z',
      'UID:abc@google.com',
      'CREATED:00001231T000000Z',
      'DESCRIPTION:',
      'LOCATION:',
      'SUMMARY:ana',
      'BEGIN:VALARM',
      'ACTION:DISPLAY',
      'DESCRIPTION:This is an event reminder',
      'TRIGGER:-P0DT0H30M0S',
      'END:VALARM',
      'END:VEVENT',
      'BEGIN:VEVENT',
      'DTSTART;TZID=Europe/Madrid:20260327T230000',
      'DTEND;TZID=Europe/Madrid:20260328T060000',
      'UID:abc@google.com',
      'RECURRENCE-ID;TZID=Europe/Madrid:20260327T220000',
      'SUMMARY:bo',
      'END:VEVENT',
      'BEGIN:VEVENT',
      'DTSTART;TZID=Europe/Madrid:20260326T220000',
      'DTEND;TZID=Europe/Madrid:20260327T060000',
      'UID:abc@google.com',
      'RECURRENCE-ID;TZID=Europe/Madrid:20260326T220000',
      'STATUS:CANCELLED',
      'SUMMARY:ana',
      'END:VEVENT',
      'END:VCALENDAR',
    ].join('\r\n');
    const result = importCalendar(text, { floatingTimes: 'utc' });
    if (!result.ok) throw new Error(result.message);
    expect(result.calendar.name).toBe('On-call, primary');
    expect(linesOf(result.calendar)).toEqual([
      '2026-03-25 21:00 – 2026-03-26 05:00 ana',
      '2026-03-27 22:00 – 2026-03-28 05:00 bo',
      '2026-03-28 21:00 – 2026-03-29 04:00 ana',
      '2026-03-29 20:00 – 2026-03-30 04:00 ana',
      '2026-03-30 20:00 – 2026-03-31 04:00 ana',
    ]);
    expect(result.calendar.problems).toEqual([]);
  });

  test('Outlook: Windows zones, a zone "Customized Time Zone" since 1601, language parameters, folded lines', () => {
    const text = `BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nPRODID:Microsoft Exchange Server 2010\r\nVERSION:2.0\r\nX-WR-CALNAME:Kalender\r
BEGIN:VTIMEZONE\r\nTZID:Customized Time Zone\r
BEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r
BEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\r\nEND:DAYLIGHT\r
END:VTIMEZONE\r
BEGIN:VEVENT\r\nDESCRIPTION;LANGUAGE=de-DE:\\n\r\nUID:040000008200E00074C5B7101A82E008\r\nSUMMARY;LANGUAGE=de-DE:a\r\n na\r
DTSTART;TZID=Customized Time Zone:20260327T090000\r\nDTEND;TZID=Customized Time Zone:20260327T170000\r\nRRULE:FREQ=DAILY;COUNT=4\r
EXDATE;TZID=Customized Time Zone:20260328T090000\r\nCLASS:PUBLIC\r\nX-MICROSOFT-CDO-BUSYSTATUS:BUSY\r\nEND:VEVENT\r
BEGIN:VEVENT\r\nUID:2\r\nSUMMARY:bo\r\nDTSTART;TZID=Pacific Standard Time:20260301T200000\r\nDTEND;TZID=Pacific Standard Time:20260301T230000\r\nEND:VEVENT\r
END:VCALENDAR\r\n`;
    const result = importCalendar(text, { floatingTimes: 'utc' });
    if (!result.ok) throw new Error(result.message);
    expect(linesOf(result.calendar)).toEqual([
      '2026-03-02 04:00 – 2026-03-02 07:00 bo',
      '2026-03-27 08:00 – 2026-03-27 16:00 ana',
      '2026-03-29 07:00 – 2026-03-29 15:00 ana',
      '2026-03-30 07:00 – 2026-03-30 15:00 ana',
    ]);
  });

  test('Apple: travel times, structured places, alarms with their own UIDs, quoted parameters', () => {
    expect(
      lines(
        vevent(
          'UID:A-1',
          'SUMMARY:ana',
          'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-ADDRESS="Main St\\n1: 2";X-TITLE=Office:geo:1,2',
          ...NINE_TO_FIVE,
          'BEGIN:VALARM',
          'UID:other',
          'DTSTART:20200101T000000Z',
          'TRIGGER;VALUE=DATE-TIME:19760401T005545Z',
          'END:VALARM',
        ),
      ),
    ).toEqual(['2026-03-02 09:00 – 2026-03-02 17:00 ana']);
  });

  test('a byte order mark, bare line feeds, blank lines, lower case', () => {
    const text = `\uFEFFbegin:vcalendar\nversion:2.0\n\nbegin:vevent\nuid:1\nsummary:ana\ndtstart:20260302T090000z\ndtend:20260302T170000z\nend:vevent\nend:vcalendar\n\n`;
    const result = importCalendar(text, { floatingTimes: 'utc' });
    if (!result.ok) throw new Error(result.message);
    expect(linesOf(result.calendar)).toEqual(['2026-03-02 09:00 – 2026-03-02 17:00 ana']);
  });

  test('dates without VALUE=DATE, with a time behind VALUE=DATE, equal start and end, a duration in days', () => {
    expect(lines(vevent('UID:1', 'SUMMARY:ana', 'DTSTART:20260302'))).toEqual(['2026-03-02 00:00 – 2026-03-02 23:59:59 ana']);
    expect(lines(vevent('UID:1', 'SUMMARY:ana', 'DTSTART;VALUE=DATE:20260302', 'DTEND;VALUE=DATE:20260302'))).toEqual([
      '2026-03-02 00:00 – 2026-03-02 23:59:59 ana',
    ]);
    expect(lines(vevent('UID:1', 'SUMMARY:ana', 'DTSTART;VALUE=DATE:20260302', 'DURATION:P2D'))).toEqual([
      '2026-03-02 00:00 – 2026-03-03 23:59:59 ana',
    ]);
    expect(lines(vevent('UID:1', 'SUMMARY:ana', 'DTSTART;VALUE=DATE:20260302', 'DTEND;VALUE=DATE:20260301'))).toEqual([]);
  });

  test('an end in another zone, a duration instead, a date as end', () => {
    const end = (line: string) => lines(vevent('UID:1', 'SUMMARY:ana', 'DTSTART;TZID=Europe/Madrid:20260302T090000', line));
    expect(end('DTEND;TZID=America/New_York:20260302T110000')).toEqual(['2026-03-02 08:00 – 2026-03-02 16:00 ana']);
    expect(end('DURATION:PT1H30M')).toEqual(['2026-03-02 08:00 – 2026-03-02 09:30 ana']);
    expect(end('DTEND;VALUE=DATE:20260303')).toEqual(['2026-03-02 08:00 – 2026-03-02 23:00 ana']);
  });

  test('tasks, journals and free-busy are no shifts', () => {
    expect(lines(`BEGIN:VTODO\nUID:1\nSUMMARY:ana\nDTSTART:20260302T090000Z\nDUE:20260302T170000Z\nEND:VTODO\n`)).toEqual([]);
  });
});

describe('recurrence beyond the examples', () => {
  const master = (...more: string[]) => vevent('UID:r', 'SUMMARY:ana', ...NINE_TO_FIVE, ...more);
  const days = (body: string): string[] =>
    lines(body).map((line) => `${line.slice(8, 10)} ${line.slice(11, 16)} ${line.split(' ').at(-1)}`);

  test('equal rules are one, different ones are united', () => {
    expect(days(master('RRULE:FREQ=DAILY;COUNT=2', 'RRULE:FREQ=DAILY;COUNT=2'))).toEqual(['02 09:00 ana', '03 09:00 ana']);
    expect(days(master('RRULE:FREQ=DAILY;COUNT=2', 'RRULE:FREQ=WEEKLY;COUNT=2'))).toEqual([
      '02 09:00 ana',
      '03 09:00 ana',
      '09 09:00 ana',
    ]);
  });

  test('UNTIL without Z is UTC; a date is its midnight; for all-day events the date counts', () => {
    const until = (value: string) =>
      lines(
        vevent(
          'UID:r',
          'SUMMARY:ana',
          'DTSTART;TZID=America/New_York:20260302T090000',
          'DURATION:PT1H',
          `RRULE:FREQ=DAILY;UNTIL=${value}`,
        ),
      ).length;
    expect([until('20260304T140000'), until('20260304T135959'), until('20260304'), until('20260304T140000Z')]).toEqual([
      3, 2, 2, 3,
    ]);
    expect(
      lines(vevent('UID:r', 'SUMMARY:ana', 'DTSTART;VALUE=DATE:20260302', 'RRULE:FREQ=DAILY;UNTIL=20260304T000000Z')),
    ).toHaveLength(3);
  });

  test('extra dates: days, times in other zones, periods with their own length', () => {
    const body = master(
      'RDATE;TZID=Europe/Madrid:20260305T100000,20260306T110000',
      'RDATE;VALUE=PERIOD:20260307T090000Z/PT1H,20260308T090000Z/20260308T120000Z',
    );
    expect(lines(body)).toEqual([
      '2026-03-02 09:00 – 2026-03-02 17:00 ana',
      '2026-03-05 09:00 – 2026-03-05 17:00 ana',
      '2026-03-06 10:00 – 2026-03-06 18:00 ana',
      '2026-03-07 09:00 – 2026-03-07 10:00 ana',
      '2026-03-08 09:00 – 2026-03-08 12:00 ana',
    ]);
  });

  test('EXDATE compares instants; a date excludes its day', () => {
    expect(
      days(
        master(
          'RRULE:FREQ=DAILY;COUNT=4',
          'EXDATE;TZID=Europe/Madrid:20260303T100000',
          'EXDATE:20260304T100000Z',
          'EXDATE;VALUE=DATE:20260305',
        ),
      ),
    ).toEqual(['02 09:00 ana', '04 09:00 ana']);
    expect(
      lines(vevent('UID:r', 'SUMMARY:ana', 'DTSTART;VALUE=DATE:20260302', 'RRULE:FREQ=DAILY;COUNT=3', 'EXDATE:20260303T000000Z')),
    ).toHaveLength(2);
  });

  const replacement = (id: string, who: string, ...more: string[]) => vevent('UID:r', `SUMMARY:${who}`, id, ...more);
  test('a RECURRENCE-ID in another zone, or with another time of the same date, finds its occurrence', () => {
    const at = ['DTSTART:20260303T120000Z', 'DTEND:20260303T130000Z'];
    const daily = master('RRULE:FREQ=DAILY;COUNT=3');
    for (const id of [
      'RECURRENCE-ID;TZID=Asia/Tokyo:20260303T180000',
      'RECURRENCE-ID:20260303T070000Z',
      'RECURRENCE-ID;VALUE=DATE:20260303',
    ]) {
      expect(days(daily + replacement(id, 'bo', ...at))).toEqual(['02 09:00 ana', '03 12:00 bo', '04 09:00 ana']);
    }
  });

  test('of two occurrences on a day the named one is replaced', () => {
    const twice = master('RRULE:FREQ=DAILY;COUNT=4;BYHOUR=9,21');
    expect(
      days(twice + replacement('RECURRENCE-ID:20260302T210000Z', 'bo', 'DTSTART:20260302T220000Z', 'DTEND:20260302T230000Z')),
    ).toEqual(['02 09:00 ana', '02 22:00 bo', '03 09:00 ana', '03 21:00 ana']);
  });

  test('the higher SEQUENCE wins, whatever the order', () => {
    const at = ['RECURRENCE-ID:20260303T090000Z', 'DTSTART:20260303T120000Z', 'DTEND:20260303T130000Z'];
    const one = vevent('UID:r', 'SEQUENCE:1', 'SUMMARY:bo', ...at);
    const two = vevent('UID:r', 'SEQUENCE:2', 'SUMMARY:cy', ...at);
    for (const body of [one + two, two + one])
      expect(days(master('RRULE:FREQ=DAILY;COUNT=2') + body)).toEqual(['02 09:00 ana', '03 12:00 cy']);
    const revised = vevent('UID:r', 'SEQUENCE:3', 'SUMMARY:bo', ...NINE_TO_FIVE);
    expect(days(master() + revised)).toEqual(['02 09:00 bo']);
    expect(days(master() + vevent('UID:r', 'SUMMARY:bo', ...NINE_TO_FIVE))).toEqual(['02 09:00 ana+bo']);
  });

  test('this and future: moved, handed over, ended', () => {
    const daily = master('RRULE:FREQ=DAILY;COUNT=5');
    const from = 'RECURRENCE-ID;RANGE=THISANDFUTURE:20260304T090000Z';
    expect(days(daily + replacement(from, 'bo', 'DTSTART:20260304T110000Z', 'DTEND:20260304T120000Z'))).toEqual([
      '02 09:00 ana',
      '03 09:00 ana',
      '04 11:00 bo',
      '05 11:00 bo',
      '06 11:00 bo',
    ]);
    expect(
      days(daily + replacement(from, 'bo', 'DTSTART:20260304T090000Z', 'DTEND:20260304T170000Z', 'STATUS:CANCELLED')),
    ).toEqual(['02 09:00 ana', '03 09:00 ana']);
    const again = replacement(
      'RECURRENCE-ID;RANGE=THISANDFUTURE:20260306T090000Z',
      'cy',
      'DTSTART:20260305T090000Z',
      'DTEND:20260305T100000Z',
    );
    expect(days(daily + replacement(from, 'bo', 'DTSTART:20260304T110000Z', 'DTEND:20260304T120000Z') + again)).toEqual([
      '02 09:00 ana',
      '03 09:00 ana',
      '04 11:00 bo',
      '05 09:00 cy',
      '05 11:00 bo',
    ]);
  });

  test('a replacement without its series stands for itself; a cancelled event is none', () => {
    expect(
      days(replacement('RECURRENCE-ID:20260303T090000Z', 'bo', 'DTSTART:20260303T120000Z', 'DTEND:20260303T130000Z')),
    ).toEqual(['03 12:00 bo']);
    expect(days(master('STATUS:CANCELLED', 'RRULE:FREQ=DAILY'))).toEqual([]);
  });

  test('events without UID stay apart', () => {
    const nameless = (who: string) => vevent(`SUMMARY:${who}`, ...NINE_TO_FIVE);
    expect(days(nameless('ana') + nameless('bo'))).toEqual(['02 09:00 ana', '02 09:00 bo']);
  });
});

describe('whose event it is', () => {
  const uuid = '12345678-abcd-4def-8abc-1234567890ab';
  test.each([
    [`oncall-${uuid}-PKO5XYZ-U0-E0-S1`, 'O5XYZ', 'api'],
    [`amixr-${uuid}-U0-E0-S0`, null, 'web'],
    ['OABC123-202603020900-UXYZ', 'OABC123', null],
    ['OABC123-20260302090000-UXYZ', 'OABC123', null],
    ['team-5-room', 'team-5-room', null],
    ['7kukuqrfedlm2f9t@google.com', '7kukuqrfedlm2f9t@google.com', null],
  ])('UID %s is shift %s of %s', (uid, shiftId, source) => {
    const [event] = rawEvents(
      scheduleOfFeed(feed(vevent(`UID:${uid}`, 'SUMMARY:ana', ...NINE_TO_FIVE))),
      everybody,
      march,
    ).events;
    expect([event?.shiftId, event?.source]).toEqual([shiftId, source]);
  });

  test('users of one exported shift are one event', () => {
    const of = (who: string) =>
      vevent(`UID:oncall-${uuid}-PKO5XYZ-U0-E0-S1`.replace('U0', who === 'ana' ? 'U0' : 'U1'), `SUMMARY:${who}`, ...NINE_TO_FIVE);
    expect(lines(of('ana') + of('bo') + of('stranger').replace('U1', 'U2'))).toEqual([
      '2026-03-02 09:00 – 2026-03-02 17:00 ana+bo',
    ]);
  });

  test('a feed counts as changed by UID and SEQUENCE', () => {
    const one = feed(vevent('UID:a', 'SEQUENCE:1', 'SUMMARY:ana', ...NINE_TO_FIVE));
    const edited = feed(vevent('UID:a', 'SEQUENCE:2', 'SUMMARY:bo', ...NINE_TO_FIVE));
    const more = feed(vevent('UID:a', 'SEQUENCE:1', ...NINE_TO_FIVE) + vevent('UID:b', ...NINE_TO_FIVE));
    expect([sameRevision(one, one), sameRevision(one, edited), sameRevision(one, more)]).toEqual([true, false, false]);
  });
});

describe('zones that feeds define', () => {
  const zone = (...lines: string[]): string => ['BEGIN:VTIMEZONE', 'TZID:Own', ...lines, 'END:VTIMEZONE', ''].join('\n');
  const observance = (name: string, start: string, from: string, to: string, ...more: string[]): string[] => [
    `BEGIN:${name}`,
    `DTSTART:${start}`,
    `TZOFFSETFROM:${from}`,
    `TZOFFSETTO:${to}`,
    ...more,
    `END:${name}`,
  ];
  const nine = (day: string): string => vevent(`UID:${day}`, 'SUMMARY:ana', `DTSTART;TZID=Own:${day}T090000`, 'DURATION:PT1H');
  const hours = (body: string): string[] => lines(body).map((line) => line.slice(8, 16));

  test('by a list of changes', () => {
    const own = zone(
      ...observance('STANDARD', '20200101T000000', '+0000', '-033000'),
      ...observance('DAYLIGHT', '20260310T020000', '-0330', '-0230', 'RDATE:20270310T020000'),
    );
    expect(hours(own + nine('20260309') + nine('20260311'))).toEqual(['09 12:30', '11 11:30']);
  });

  test('by rules that ended, with the offset before the first change', () => {
    const own = zone(...observance('STANDARD', '20260301T020000', '+0100', '+0200', 'RRULE:FREQ=YEARLY;UNTIL=20260301T010000Z'));
    expect(hours(own + nine('20260228') + nine('20260302'))).toEqual(['02 07:00']);
    const { events } = rawEvents(scheduleOfFeed(feed(own + nine('20260228'))), everybody, between('2026-02-01', '2026-03-01'));
    expect(events.map(show)).toEqual(['2026-02-28 08:00 – 2026-02-28 09:00 ana']);
  });

  test('by the place they name', () => {
    expect(hours(zone('X-LIC-LOCATION:Asia/Tokyo') + nine('20260302'))).toEqual(['02 00:00']);
  });

  test('broken ones are as good as none, which is reported', () => {
    for (const broken of [
      zone('NONSENSE'),
      zone(),
      zone(...observance('STANDARD', 'never', '+0100', '+0200')),
      zone(...observance('STANDARD', '20260301T020000', 'x', 'y')),
    ]) {
      const calendar = feed(broken + nine('20260302'));
      expect(linesOf(calendar)).toEqual(['2026-03-02 09:00 – 2026-03-02 10:00 ana']);
      expect(calendar.problems.map((problem) => problem.message)).toEqual([
        'Event 20260302: time zone "Own" is unknown, its times were read as floating',
      ]);
    }
  });

  test('an unknown X-WR-TIMEZONE is reported and read as UTC', () => {
    const calendar = feed(
      `X-WR-TIMEZONE:Mars/Base\n${vevent('UID:1', 'SUMMARY:ana', 'DTSTART:20260302T090000', 'DURATION:PT1H')}`,
      'calendar',
    );
    expect(linesOf(calendar)).toEqual(['2026-03-02 09:00 – 2026-03-02 10:00 ana']);
    expect(calendar.problems).toMatchObject([{ code: 'unknown_time_zone', subject: null }]);
  });

  test('unreadable dates beside a readable start are reported and left out', () => {
    const calendar = feed(
      vevent(
        'UID:1',
        'SUMMARY:ana',
        ...NINE_TO_FIVE,
        'RDATE:soon',
        'EXDATE:never',
        'RECURRENCE-ID:x',
        'RRULE:FREQ=DAILY;UNTIL=later',
      ),
    );
    expect(linesOf(calendar)).toEqual(['2026-03-02 09:00 – 2026-03-02 17:00 ana']);
    expect(calendar.problems.map(({ code }) => code)).toEqual(['bad_event', 'bad_event', 'bad_event', 'bad_event']);
  });
});
