import { PythonError, valueError } from '../../errors.ts';
import { strRepr } from '../str-repr.ts';
import { type CivilDate, dateOfOrdinal, isoYearStart, ordinalOf, SECOND_US, weekdayOf } from './civil.ts';
import { checkDate } from './fields.ts';
import { DAYS, MONTHS } from './strftime.ts';

export type ParsedText = {
  readonly ordinal: number;
  readonly us: number;
  /** Null for naive values. */
  readonly offsetUs: number | null;
  readonly zoneName: string | null;
};

const names = (words: readonly string[]): string => [...words].sort((a, b) => b.length - a.length).join('|');
const short = (words: readonly string[]): string[] => words.map((word) => word.slice(0, 3));

/** What each code accepts. */
const CODES: Readonly<Record<string, string>> = {
  d: '3[01]|[12]\\d|0[1-9]|[1-9]| [1-9]',
  f: '\\d{1,6}',
  H: '2[0-3]|[01]\\d|\\d',
  I: '1[0-2]|0[1-9]|[1-9]',
  G: '\\d{4}',
  j: '36[0-6]|3[0-5]\\d|[12]\\d\\d|0[1-9]\\d|00[1-9]|[1-9]\\d|0[1-9]|[1-9]',
  m: '1[0-2]|0[1-9]|[1-9]',
  M: '[0-5]\\d|\\d',
  S: '6[01]|[0-5]\\d|\\d',
  U: '5[0-3]|[0-4]\\d|\\d',
  W: '5[0-3]|[0-4]\\d|\\d',
  w: '[0-6]',
  u: '[1-7]',
  V: '5[0-3]|0[1-9]|[1-4]\\d|\\d',
  y: '\\d\\d',
  Y: '\\d{4}',
  z: '[+-]\\d\\d:?[0-5]\\d(?::?[0-5]\\d(?:\\.\\d{1,6})?)?|Z',
  A: names(DAYS),
  a: names(short(DAYS)),
  B: names(MONTHS),
  b: names(short(MONTHS)),
  p: 'am|pm',
  Z: 'utc|gmt',
};

const SHORTHANDS: Readonly<Record<string, string>> = { c: '%a %b %d %H:%M:%S %Y', x: '%m/%d/%y', X: '%H:%M:%S' };

/** Translates a format. Letters ignore case, a run of white space stands for any other. */
function patternOf(format: string, whole: string, used: Set<string>): string {
  let out = '';
  for (let at = 0; at < format.length; at++) {
    const char = format[at] as string;
    if (char === '%') {
      at++;
      out += directive(format[at], whole, used);
    } else if (/\s/.test(char)) {
      while (/\s/.test(format[at + 1] ?? '')) at++;
      out += '\\s+';
    } else {
      out += char.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
    }
  }
  return out;
}

function directive(letter: string | undefined, whole: string, used: Set<string>): string {
  if (letter === undefined) throw valueError(`stray % in format '${whole}'`);
  if (letter === '%') return '%';
  const shorthand = SHORTHANDS[letter];
  if (shorthand !== undefined) return patternOf(shorthand, whole, used);
  const pattern = Object.hasOwn(CODES, letter) ? CODES[letter] : undefined;
  if (pattern === undefined) throw valueError(`'${/\s/.test(letter) ? '%' : letter}' is a bad directive in format '${whole}'`);
  if (used.has(letter)) throw new PythonError('error', `redefinition of group name '${letter}'`);
  used.add(letter);
  return `(?<${letter}>${pattern})`;
}

type Found = Readonly<Record<string, string | undefined>>;

/** Python's strptime for datetimes. @throws PythonError ValueError when the text does not fit or the format is no format */
export function parseWithFormat(text: string, format: string): ParsedText {
  const match = new RegExp(patternOf(format, format, new Set()), 'iy').exec(text);
  // All letters but this one may be small.
  if (match === null || match.groups?.z === 'z')
    throw valueError(`time data ${strRepr(text)} does not match format ${strRepr(format)}`);
  if (match[0].length < text.length) throw valueError(`unconverted data remains: ${text.slice(match[0].length)}`);
  const found: Found = match.groups ?? {};
  const { year, month, day } = dateFrom(found);
  const second = num(found, 'S') ?? 0;
  checkDate(year, month, day);
  if (second > 59) throw valueError('second must be in 0..59');
  const us = ((hourFrom(found) * 60 + (num(found, 'M') ?? 0)) * 60 + second) * SECOND_US + Number((found.f ?? '').padEnd(6, '0'));
  const offsetUs = found.z === undefined ? null : offsetFrom(found.z);
  // A zone's name alone leaves the value naive.
  return { ordinal: ordinalOf({ year, month, day }), us, offsetUs, zoneName: found.Z?.toUpperCase() ?? null };
}

function num(found: Found, letter: string): number | undefined {
  const text = found[letter];
  return text === undefined ? undefined : Number(text);
}

function hourFrom(found: Found): number {
  const hour = num(found, 'I');
  if (hour === undefined) return num(found, 'H') ?? 0;
  return (hour % 12) + (found.p?.toLowerCase() === 'pm' ? 12 : 0);
}

function monthFrom(found: Found): number {
  const name = (found.B ?? found.b)?.slice(0, 3).toLowerCase();
  if (name === undefined) return num(found, 'm') ?? 1;
  return MONTHS.findIndex((month) => month.toLowerCase().startsWith(name)) + 1;
}

/** Monday is 0. */
function weekdayFrom(found: Found): number | undefined {
  const name = (found.A ?? found.a)?.slice(0, 3).toLowerCase();
  if (name !== undefined) return DAYS.findIndex((day) => day.toLowerCase().startsWith(name));
  const sunday0 = num(found, 'w');
  if (sunday0 !== undefined) return (sunday0 + 6) % 7;
  const monday1 = num(found, 'u');
  return monday1 === undefined ? undefined : monday1 - 1;
}

function dateFrom(found: Found): CivilDate {
  const weekday = weekdayFrom(found);
  const year = yearFrom(found);
  checkIsoCodes(found, year, weekday);
  const ofYear = num(found, 'j');
  const month = monthFrom(found);
  const day = num(found, 'd') ?? 1;
  // 29 February without a year is looked for in a leap year, and then not found in 1900.
  const assumed = year ?? 1900;
  const week = num(found, 'U') ?? num(found, 'W');
  if (ofYear !== undefined) return dateOfOrdinal(ordinalOf({ year: assumed, month: 1, day: 1 }) + ofYear - 1);
  if (weekday !== undefined && week !== undefined) return dateOfOrdinal(dayOfWeek(assumed, week, weekday, found.U === undefined));
  const isoYear = num(found, 'G');
  const isoWeek = num(found, 'V');
  if (weekday !== undefined && year === undefined && isoYear !== undefined && isoWeek !== undefined) {
    return dateOfOrdinal(isoYearStart(isoYear) + (isoWeek - 1) * 7 + weekday);
  }
  return { year: assumed, month, day };
}

function yearFrom(found: Found): number | undefined {
  const whole = num(found, 'Y');
  if (whole !== undefined) return whole;
  const short = num(found, 'y');
  return short === undefined ? undefined : short + (short <= 68 ? 2000 : 1900);
}

function checkIsoCodes(found: Found, year: number | undefined, weekday: number | undefined): void {
  const needs = "and a weekday directive ('%A', '%a', '%w', or '%u').";
  if (year === undefined && found.G !== undefined) {
    if (found.V === undefined || weekday === undefined) {
      throw valueError(`ISO year directive '%G' must be used with the ISO week directive '%V' ${needs}`);
    }
    if (found.j !== undefined) {
      throw valueError("Day of the year directive '%j' is not compatible with ISO year directive '%G'. Use '%Y' instead.");
    }
  } else if (found.U === undefined && found.W === undefined && found.V !== undefined) {
    throw valueError(
      weekday === undefined
        ? `ISO week directive '%V' must be used with the ISO year directive '%G' ${needs}`
        : "ISO week directive '%V' is incompatible with the year directive '%Y'. Use the ISO year '%G' instead.",
    );
  }
}

/** Ordinal of a weekday in week `week` of a year; week 1 begins with the first Monday, or Sunday. */
function dayOfWeek(year: number, week: number, weekday: number, fromMonday: boolean): number {
  const january1 = ordinalOf({ year, month: 1, day: 1 });
  const first = fromMonday ? weekdayOf(january1) : (weekdayOf(january1) + 1) % 7;
  const place = fromMonday ? weekday : (weekday + 1) % 7;
  const firstWeek = january1 + ((7 - first) % 7);
  return week === 0 ? january1 + place - first : firstWeek + (week - 1) * 7 + place;
}

/** `+hh:mm[:ss[.ffffff]]`, with or without colons. */
function offsetFrom(text: string): number {
  if (text === 'Z' || text === 'z') return 0;
  if (text[3] === ':' && text.length > 6 && text[6] !== ':') throw valueError(`Inconsistent use of : in ${text}`);
  const [clock = '', fraction = ''] = text.slice(1).replaceAll(':', '').split('.');
  const seconds = Number(clock.slice(0, 2)) * 3600 + Number(clock.slice(2, 4)) * 60 + Number(clock.slice(4, 6) || '0');
  const us = seconds * SECOND_US + Number(fraction.padEnd(6, '0'));
  return text.startsWith('-') && us !== 0 ? -us : us;
}
