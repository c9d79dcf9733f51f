/**
 * The examples of RFC 5545, 3.8.5.3, with the dates it lists. Where the RFC goes on with "...", the list ends there and
 * `endless` is true. Days are at 9:00 in New York unless a date is followed by times.
 */
export type RfcExample = {
  name: string;
  start: string;
  rules: readonly string[];
  exdate?: string;
  dates: readonly string[];
  endless?: true;
};

const every = (from: number, to: number, step = 1): string =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => String(from + i * step)).join(',');

const TWENTY_MINUTES = [9, 10, 11, 12, 13, 14, 15, 16].flatMap((hour) => [`${hour}:00`, `${hour}:20`, `${hour}:40`]).join(',');

export const RFC_EXAMPLES: readonly RfcExample[] = [
  { name: 'daily for 10 occurrences', start: '19970902T090000', rules: ['FREQ=DAILY;COUNT=10'], dates: ['1997 September 2-11'] },
  {
    name: 'daily until December 24, 1997',
    start: '19970902T090000',
    rules: ['FREQ=DAILY;UNTIL=19971224T000000Z'],
    dates: ['1997 September 2-30;October 1-31;November 1-30;December 1-23'],
  },
  {
    name: 'every other day, forever',
    start: '19970902T090000',
    rules: ['FREQ=DAILY;INTERVAL=2'],
    dates: [`1997 September ${every(2, 30, 2)};October ${every(2, 30, 2)};November ${every(1, 29, 2)};December 1,3`],
    endless: true,
  },
  {
    name: 'every 10 days, 5 occurrences',
    start: '19970902T090000',
    rules: ['FREQ=DAILY;INTERVAL=10;COUNT=5'],
    dates: ['1997 September 2,12,22;October 2,12'],
  },
  {
    name: 'every day in January, for 3 years',
    start: '19980101T090000',
    rules: [
      'FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA',
      'FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1',
    ],
    dates: ['1998 January 1-31', '1999 January 1-31', '2000 January 1-31'],
  },
  {
    name: 'weekly for 10 occurrences',
    start: '19970902T090000',
    rules: ['FREQ=WEEKLY;COUNT=10'],
    dates: ['1997 September 2,9,16,23,30;October 7,14,21,28;November 4'],
  },
  {
    name: 'weekly until December 24, 1997',
    start: '19970902T090000',
    rules: ['FREQ=WEEKLY;UNTIL=19971224T000000Z'],
    dates: ['1997 September 2,9,16,23,30;October 7,14,21,28;November 4,11,18,25;December 2,9,16,23'],
  },
  {
    name: 'every other week, forever',
    start: '19970902T090000',
    rules: ['FREQ=WEEKLY;INTERVAL=2;WKST=SU'],
    dates: ['1997 September 2,16,30;October 14,28;November 11,25;December 9,23', '1998 January 6,20;February 3,17'],
    endless: true,
  },
  {
    name: 'weekly on Tuesday and Thursday for five weeks',
    start: '19970902T090000',
    rules: ['FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH', 'FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH'],
    dates: ['1997 September 2,4,9,11,16,18,23,25,30;October 2'],
  },
  {
    name: 'every other week on Monday, Wednesday, and Friday until December 24, 1997',
    start: '19970901T090000',
    rules: ['FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR'],
    dates: ['1997 September 1,3,5,15,17,19,29;October 1,3,13,15,17,27,29,31;November 10,12,14,24,26,28;December 8,10,12,22'],
  },
  {
    name: 'every other week on Tuesday and Thursday, for 8 occurrences',
    start: '19970902T090000',
    rules: ['FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH'],
    dates: ['1997 September 2,4,16,18,30;October 2,14,16'],
  },
  {
    name: 'monthly on the first Friday for 10 occurrences',
    start: '19970905T090000',
    rules: ['FREQ=MONTHLY;COUNT=10;BYDAY=1FR'],
    dates: ['1997 September 5;October 3;November 7;December 5', '1998 January 2;February 6;March 6;April 3;May 1;June 5'],
  },
  {
    name: 'monthly on the first Friday until December 24, 1997',
    start: '19970905T090000',
    rules: ['FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR'],
    dates: ['1997 September 5;October 3;November 7;December 5'],
  },
  {
    name: 'every other month on the first and last Sunday of the month for 10 occurrences',
    start: '19970907T090000',
    rules: ['FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU'],
    dates: ['1997 September 7,28;November 2,30', '1998 January 4,25;March 1,29;May 3,31'],
  },
  {
    name: 'monthly on the second-to-last Monday of the month for 6 months',
    start: '19970922T090000',
    rules: ['FREQ=MONTHLY;COUNT=6;BYDAY=-2MO'],
    dates: ['1997 September 22;October 20;November 17;December 22', '1998 January 19;February 16'],
  },
  {
    name: 'monthly on the third-to-the-last day of the month, forever',
    start: '19970928T090000',
    rules: ['FREQ=MONTHLY;BYMONTHDAY=-3'],
    dates: ['1997 September 28;October 29;November 28;December 29', '1998 January 29;February 26'],
    endless: true,
  },
  {
    name: 'monthly on the 2nd and 15th of the month for 10 occurrences',
    start: '19970902T090000',
    rules: ['FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15'],
    dates: ['1997 September 2,15;October 2,15;November 2,15;December 2,15', '1998 January 2,15'],
  },
  {
    name: 'monthly on the first and last day of the month for 10 occurrences',
    start: '19970930T090000',
    rules: ['FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1'],
    dates: ['1997 September 30;October 1,31;November 1,30;December 1,31', '1998 January 1,31;February 1'],
  },
  {
    name: 'every 18 months on the 10th thru 15th of the month for 10 occurrences',
    start: '19970910T090000',
    rules: ['FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15'],
    dates: ['1997 September 10,11,12,13,14,15', '1999 March 10,11,12,13'],
  },
  {
    name: 'every Tuesday, every other month',
    start: '19970902T090000',
    rules: ['FREQ=MONTHLY;INTERVAL=2;BYDAY=TU'],
    dates: ['1997 September 2,9,16,23,30;November 4,11,18,25', '1998 January 6,13,20,27;March 3,10,17,24,31'],
    endless: true,
  },
  {
    name: 'yearly in June and July for 10 occurrences',
    start: '19970610T090000',
    rules: ['FREQ=YEARLY;COUNT=10;BYMONTH=6,7'],
    dates: [1997, 1998, 1999, 2000, 2001].map((year) => `${year} June 10;July 10`),
  },
  {
    name: 'every other year on January, February, and March for 10 occurrences',
    start: '19970310T090000',
    rules: ['FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3'],
    dates: ['1997 March 10', ...[1999, 2001, 2003].map((year) => `${year} January 10;February 10;March 10`)],
  },
  {
    name: 'every third year on the 1st, 100th, and 200th day for 10 occurrences',
    start: '19970101T090000',
    rules: ['FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200'],
    dates: [
      '1997 January 1;April 10;July 19',
      '2000 January 1;April 9;July 18',
      '2003 January 1;April 10;July 19',
      '2006 January 1',
    ],
  },
  {
    name: 'every 20th Monday of the year, forever',
    start: '19970519T090000',
    rules: ['FREQ=YEARLY;BYDAY=20MO'],
    dates: ['1997 May 19', '1998 May 18', '1999 May 17'],
    endless: true,
  },
  {
    name: 'Monday of week number 20, forever',
    start: '19970512T090000',
    rules: ['FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO'],
    dates: ['1997 May 12', '1998 May 11', '1999 May 17'],
    endless: true,
  },
  {
    name: 'every Thursday in March, forever',
    start: '19970313T090000',
    rules: ['FREQ=YEARLY;BYMONTH=3;BYDAY=TH'],
    dates: ['1997 March 13,20,27', '1998 March 5,12,19,26', '1999 March 4,11,18,25'],
    endless: true,
  },
  {
    name: 'every Thursday, but only during June, July, and August, forever',
    start: '19970605T090000',
    rules: ['FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8'],
    dates: [
      '1997 June 5,12,19,26;July 3,10,17,24,31;August 7,14,21,28',
      '1998 June 4,11,18,25;July 2,9,16,23,30;August 6,13,20,27',
      '1999 June 3,10,17,24;July 1,8,15,22,29;August 5,12,19,26',
    ],
    endless: true,
  },
  {
    name: 'every Friday the 13th, forever',
    start: '19970902T090000',
    exdate: '19970902T090000',
    rules: ['FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13'],
    dates: ['1998 February 13;March 13;November 13', '1999 August 13', '2000 October 13'],
    endless: true,
  },
  {
    name: 'the first Saturday that follows the first Sunday of the month, forever',
    start: '19970913T090000',
    rules: ['FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13'],
    dates: ['1997 September 13;October 11;November 8;December 13', '1998 January 10;February 7;March 7;April 11;May 9;June 13'],
    endless: true,
  },
  {
    name: 'every 4 years, the first Tuesday after a Monday in November, forever',
    start: '19961105T090000',
    rules: ['FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8'],
    dates: ['1996 November 5', '2000 November 7', '2004 November 2'],
    endless: true,
  },
  {
    name: 'the third instance into the month of one of Tuesday, Wednesday, or Thursday, for the next 3 months',
    start: '19970904T090000',
    rules: ['FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3'],
    dates: ['1997 September 4;October 7;November 6'],
  },
  {
    name: 'the second-to-last weekday of the month',
    start: '19970929T090000',
    rules: ['FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2'],
    dates: ['1997 September 29;October 30;November 27;December 30', '1998 January 29;February 26;March 30'],
    endless: true,
  },
  {
    // Erratum 3883: UNTIL is in UTC, so 5 PM in New York is 21:00Z; the RFC prints 17:00Z.
    name: 'every 3 hours from 9:00 AM to 5:00 PM on a specific day',
    start: '19970902T090000',
    rules: ['FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z'],
    dates: ['1997 September 2 09:00,12:00,15:00'],
  },
  {
    name: 'the same as printed in the RFC: its UNTIL is 1 PM in New York',
    start: '19970902T090000',
    rules: ['FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000Z'],
    dates: ['1997 September 2 09:00,12:00'],
  },
  {
    name: 'every 15 minutes for 6 occurrences',
    start: '19970902T090000',
    rules: ['FREQ=MINUTELY;INTERVAL=15;COUNT=6'],
    dates: ['1997 September 2 09:00,09:15,09:30,09:45,10:00,10:15'],
  },
  {
    name: 'every hour and a half for 4 occurrences',
    start: '19970902T090000',
    rules: ['FREQ=MINUTELY;INTERVAL=90;COUNT=4'],
    dates: ['1997 September 2 09:00,10:30,12:00,13:30'],
  },
  {
    name: 'every 20 minutes from 9:00 AM to 4:40 PM every day',
    start: '19970902T090000',
    rules: [
      'FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40',
      'FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16',
    ],
    dates: [`1997 September 2 ${TWENTY_MINUTES}`, `1997 September 3 ${TWENTY_MINUTES}`],
    endless: true,
  },
  {
    name: 'weeks that begin on Monday',
    start: '19970805T090000',
    rules: ['FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO'],
    dates: ['1997 August 5,10,19,24'],
  },
  {
    name: 'weeks that begin on Sunday',
    start: '19970805T090000',
    rules: ['FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU'],
    dates: ['1997 August 5,17,19,31'],
  },
  {
    name: 'an invalid date is ignored',
    start: '20070115T090000',
    rules: ['FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5'],
    dates: ['2007 January 15,30;February 15;March 15,30'],
  },
];

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** The listed dates as `1997-09-02T09:00:00`, in New York. */
export function civilTimes({ dates }: RfcExample): string[] {
  return dates.flatMap((line) => {
    const year = line.slice(0, 4);
    return line
      .slice(5)
      .split(';')
      .flatMap((part) => {
        const [month = '', days = '', times = '09:00'] = part.split(' ');
        const date = (day: number): string =>
          `${year}-${String(MONTHS.indexOf(month) + 1).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
        return daysOf(days).flatMap((day) => times.split(',').map((time) => `${date(day)}T${time.padStart(5, '0')}:00`));
      });
  });
}

const daysOf = (list: string): number[] =>
  list.split(',').flatMap((item) => {
    const [from = 0, to = from] = item.split('-').map(Number);
    return every(from, to).split(',').map(Number);
  });

/** The example as a feed of one event that lasts a minute. */
export const feedOf = (example: RfcExample, rule: string): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:test',
    'BEGIN:VEVENT',
    'UID:example',
    'SUMMARY:ana',
    `DTSTART;TZID=America/New_York:${example.start}`,
    'DURATION:PT1M',
    `RRULE:${rule}`,
    ...(example.exdate === undefined ? [] : [`EXDATE;TZID=America/New_York:${example.exdate}`]),
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');
