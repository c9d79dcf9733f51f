import type { CivilDate } from './civil.ts';
import { DAY_SECONDS, dayOfYear, EPOCH_ORDINAL, isoDateOf, ordinalOf, pad6, weekdayOf } from './civil.ts';
import { offsetText } from './timezone.ts';

/** What strftime shows; a date alone has midnight, a time alone 1900-01-01. */
export type Moment = CivilDate & {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
  /** Null for naive values. */
  readonly offsetUs: number | null;
  readonly zoneName: string;
};

export const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
export const MONTHS = [
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

type Shown = { readonly text: string; readonly width: number; readonly pad: '0' | ' ' };

const number = (n: number, width: number, pad: '0' | ' ' = '0'): Shown => ({ text: String(n), width, pad });
const word = (text: string): Shown => ({ text, width: 0, pad: ' ' });

const hour12 = (m: Moment): number => m.hour % 12 || 12;
const dayName = (m: Moment): string => DAYS[weekdayOf(ordinalOf(m))] as string;
const monthName = (m: Moment): string => MONTHS[m.month - 1] as string;
const noon = (m: Moment): string => (m.hour < 12 ? 'AM' : 'PM');

/** The codes of C's strftime in the C locale, as glibc has them; undefined for unknown ones. */
function code(letter: string, m: Moment): Shown | undefined {
  const weekday = weekdayOf(ordinalOf(m));
  switch (letter) {
    case 'a':
      return word(dayName(m).slice(0, 3));
    case 'A':
      return word(dayName(m));
    case 'b':
    case 'h':
      return word(monthName(m).slice(0, 3));
    case 'B':
      return word(monthName(m));
    case 'c':
      return word(strftime(m, '%a %b %e %H:%M:%S %Y'));
    case 'C':
      return number(Math.floor(m.year / 100), 0);
    case 'd':
      return number(m.day, 2);
    case 'D':
    case 'x':
      return word(strftime(m, '%m/%d/%y'));
    case 'e':
      return number(m.day, 2, ' ');
    case 'F':
      return word(strftime(m, '%Y-%m-%d'));
    case 'g':
      return number(isoDateOf(ordinalOf(m)).year % 100, 2);
    case 'G':
      return number(isoDateOf(ordinalOf(m)).year, 0);
    case 'H':
      return number(m.hour, 2);
    case 'I':
      return number(hour12(m), 2);
    case 'j':
      return number(dayOfYear(m), 3);
    case 'k':
      return number(m.hour, 2, ' ');
    case 'l':
      return number(hour12(m), 2, ' ');
    case 'm':
      return number(m.month, 2);
    case 'M':
      return number(m.minute, 2);
    case 'n':
      return word('\n');
    case 'p':
      return word(noon(m));
    case 'P':
      return word(noon(m).toLowerCase());
    case 'r':
      return word(strftime(m, '%I:%M:%S %p'));
    case 'R':
      return word(strftime(m, '%H:%M'));
    case 's':
      return number((ordinalOf(m) - EPOCH_ORDINAL) * DAY_SECONDS + m.hour * 3600 + m.minute * 60 + m.second, 0);
    case 'S':
      return number(m.second, 2);
    case 't':
      return word('\t');
    case 'T':
    case 'X':
      return word(strftime(m, '%H:%M:%S'));
    case 'u':
      return number(weekday + 1, 0);
    case 'U':
      return number(Math.floor((dayOfYear(m) + 6 - ((weekday + 1) % 7)) / 7), 2);
    case 'V':
      return number(isoDateOf(ordinalOf(m)).week, 2);
    case 'w':
      return number((weekday + 1) % 7, 0);
    case 'W':
      return number(Math.floor((dayOfYear(m) + 6 - weekday) / 7), 2);
    case 'y':
      return number(m.year % 100, 2);
    case 'Y':
      return number(m.year, 0);
    case '%':
      return word('%');
    default:
      return undefined;
  }
}

const DIRECTIVE = /%([-_0^#]*)(\d{0,4})([EO]?)([a-zA-Z%])/gu;

/** Python's strftime. Python itself shows `%f`, `%z` and `%Z`, the C library the rest; unknown codes stay as written. */
export function strftime(m: Moment, format: string): string {
  return format.replace(DIRECTIVE, (all: string, flags: string, width: string, modifier: string, letter: string) => {
    if (flags === '' && width === '' && modifier === '') {
      if (letter === 'f') return pad6(m.microsecond);
      if (letter === 'z') return m.offsetUs === null ? '' : offsetText(m.offsetUs, '');
      if (letter === 'Z') return m.zoneName;
    }
    if (modifier === 'E' && !'cCxXyY'.includes(letter)) return all;
    if (modifier === 'O' && !'deHImMSuUVwWy'.includes(letter)) return all;
    const shown = code(letter, m);
    return shown === undefined ? all : adjust(shown, flags, width, letter);
  });
}

/** Applies glibc's flags: `-` no padding, `_` blanks, `0` zeros, `^` capitals, `#` the other case. */
function adjust({ text, width, pad }: Shown, flags: string, givenWidth: string, letter: string): string {
  let fill: string = pad;
  let least = width;
  let shown = text;
  for (const flag of flags) {
    if (flag === '-') least = 0;
    else if (flag === '_') fill = ' ';
    else if (flag === '0') fill = '0';
    else if (flag === '^') shown = shown.toUpperCase();
    else shown = letter === 'p' || letter === 'Z' ? shown.toLowerCase() : shown.toUpperCase();
  }
  if (givenWidth !== '') least = Number(givenWidth);
  return shown.padStart(least, fill);
}
