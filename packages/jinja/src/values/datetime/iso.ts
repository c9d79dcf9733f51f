import { type CivilDate, type ClockTime, dateOfOrdinal, isoYearStart, LAST_ORDINAL, usOfDay } from './civil.ts';

/** What a text says, whether or not there is such a day or time. */
export type IsoParts = {
  readonly date: CivilDate;
  readonly clock: ClockTime;
  readonly offset: { readonly sign: 1 | -1; readonly clock: ClockTime } | null;
};

const DATE = /^(?:(\d{4})-(\d{2})-(\d{2})|(\d{4})(\d{2})(\d{2})|(\d{4})-W(\d{2})(?:-(\d))?|(\d{4})W(\d{2})(\d)?)$/;
const CLOCK = /^(\d{2})(?:(:?)(\d{2})(?:\2(\d{2})(?:[.,](\d+))?)?)?$/;
/** In front of an offset CPython overlooks one character, or any number behind six places of a fraction. */
const CLOCK_BEFORE_OFFSET = /^(\d{2})(?:(:?)(\d{2})(?:\2(\d{2})(?:[.,](?:(\d{6,})\D.*|(\d+)))?)?)?.?$/su;
const MIDNIGHT: ClockTime = { hour: 0, minute: 0, second: 0, microsecond: 0 };

export function offsetUsOf(offset: { readonly sign: 1 | -1; readonly clock: ClockTime }): number {
  const us = usOfDay(offset.clock);
  return us === 0 ? 0 : us * offset.sign;
}

/** The parts of a text of ISO 8601; undefined when it has not its form. */
export function readIso(text: string): IsoParts | undefined {
  const separator = separatorPlace(text);
  const date = readDate(text.slice(0, separator));
  if (date === undefined || separator > text.length) return undefined;
  if (separator === text.length) return { date, clock: MIDNIGHT, offset: null };
  const separatorChar = String.fromCodePoint(text.codePointAt(separator) as number);
  return readTime(date, text.slice(separator + separatorChar.length));
}

/** Where the date ends. Python decides by the shape of what comes first. */
function separatorPlace(text: string): number {
  if (text.length === 7) return 7;
  if (text[4] === '-') {
    if (text[5] !== 'W') return 10;
    // A week date with a day, or without one and a separator that is a hyphen, is told apart by what follows.
    if (text.length > 8 && text[8] === '-') {
      if (text.length === 9) return 9;
      if (text.length > 10 && isDigit(text[10])) return 8;
      return 10;
    }
    return 8;
  }
  if (text[4] !== 'W') return 8;
  let at = 7;
  while (at < text.length && isDigit(text[at])) at++;
  if (at < 9) return at;
  return at % 2 === 0 ? 7 : 8;
}

const isDigit = (char: string | undefined): boolean => char !== undefined && char >= '0' && char <= '9';

function readDate(text: string): CivilDate | undefined {
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [, y1, m1, d1, y2, m2, d2, y3, w3, wd3, y4, w4, wd4] = match;
  const isoYear = y3 ?? y4;
  if (isoYear === undefined) return { year: Number(y1 ?? y2), month: Number(m1 ?? m2), day: Number(d1 ?? d2) };
  const ordinal = isoWeekDay(Number(isoYear), Number(w3 ?? w4), Number(wd3 ?? wd4 ?? 1));
  return ordinal === undefined ? undefined : dateOfOrdinal(ordinal);
}

/** Ordinal of a day of an ISO week; undefined when there is no such week or day. */
export function isoWeekDay(year: number, week: number, weekday: number): number | undefined {
  if (year < 1 || year > 9999 || week < 1 || week > 53 || weekday < 1 || weekday > 7) return undefined;
  const start = isoYearStart(year);
  if (week === 53 && start + 52 * 7 >= isoYearStart(year + 1)) return undefined;
  const ordinal = start + (week - 1) * 7 + weekday - 1;
  return ordinal < 1 || ordinal > LAST_ORDINAL ? undefined : ordinal;
}

function readTime(date: CivilDate, text: string): IsoParts | undefined {
  const at = text.search(/[+\-Z]/);
  if (at === -1) {
    const clock = readClock(CLOCK, text);
    return clock && { date, clock, offset: null };
  }
  const clock = readClock(CLOCK_BEFORE_OFFSET, text.slice(0, at));
  if (clock === undefined) return undefined;
  if (text[at] === 'Z') return at === text.length - 1 ? { date, clock, offset: { sign: 1, clock: MIDNIGHT } } : undefined;
  const offset = readClock(CLOCK, text.slice(at + 1));
  return offset && { date, clock, offset: { sign: text[at] === '-' ? -1 : 1, clock: offset } };
}

function readClock(form: RegExp, text: string): ClockTime | undefined {
  const match = form.exec(text);
  if (match === null) return undefined;
  const [, hour, , minute = '0', second = '0', fraction, shorter = ''] = match;
  return {
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    microsecond: Number((fraction ?? shorter).slice(0, 6).padEnd(6, '0')),
  };
}
