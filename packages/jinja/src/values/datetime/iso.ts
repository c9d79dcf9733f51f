import { DAY_US, daysInMonth, isoYearStart, LAST_ORDINAL, ordinalOf, SECOND_US } from './civil.ts';

export type ParsedMoment = {
  readonly ordinal: number;
  /** Microseconds since midnight. */
  readonly us: number;
  /** Null for naive values. */
  readonly offsetUs: number | null;
};

const DATE = /^(?:(\d{4})-(\d{2})-(\d{2})|(\d{4})(\d{2})(\d{2})|(\d{4})-W(\d{2})(?:-(\d))?|(\d{4})W(\d{2})(\d)?)$/;
const CLOCK = /^(\d{2})(?:(:?)(\d{2})(?:\2(\d{2})(?:[.,](\d+))?)?)?$/;

/**
 * Text as Python 3.11 and later read it with `datetime.fromisoformat`: date, or date, any one character, time; basic and extended forms,
 * week dates, fractions cut to six digits, an offset or `Z`. Undefined for anything else.
 */
export function parseIsoDateTime(text: string): ParsedMoment | undefined {
  const separator = separatorPlace(text);
  const ordinal = parseDate(text.slice(0, separator));
  if (ordinal === undefined || separator > text.length) return undefined;
  if (separator === text.length) return { ordinal, us: 0, offsetUs: null };
  const separatorChar = Array.from(text.slice(separator))[0] as string;
  const rest = text.slice(separator + separatorChar.length);
  const time = parseTime(rest);
  return time && { ordinal, ...time };
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

function parseDate(text: string): number | undefined {
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [, y1, m1, d1, y2, m2, d2, y3, w3, wd3, y4, w4, wd4] = match;
  const isoYear = y3 ?? y4;
  if (isoYear !== undefined) return isoWeekDay(Number(isoYear), Number(w3 ?? w4), Number(wd3 ?? wd4 ?? 1));
  const year = Number(y1 ?? y2);
  const month = Number(m1 ?? m2);
  const day = Number(d1 ?? d2);
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  return ordinalOf({ year, month, day });
}

/** Ordinal of a day of an ISO week; undefined when there is no such week or day. */
export function isoWeekDay(year: number, week: number, weekday: number): number | undefined {
  if (year < 1 || year > 9999 || week < 1 || week > 53 || weekday < 1 || weekday > 7) return undefined;
  const start = isoYearStart(year);
  if (week === 53 && start + 52 * 7 >= isoYearStart(year + 1)) return undefined;
  const ordinal = start + (week - 1) * 7 + weekday - 1;
  return ordinal < 1 || ordinal > LAST_ORDINAL ? undefined : ordinal;
}

/** A time of day with an optional offset. */
function parseTime(text: string): { us: number; offsetUs: number | null } | undefined {
  const at = text.search(/[+\-Z]/);
  const us = parseClock(at === -1 ? text : text.slice(0, at));
  if (us === undefined || us >= DAY_US) return undefined;
  if (at === -1) return { us, offsetUs: null };
  const zone = text.slice(at);
  if (zone === 'Z') return { us, offsetUs: 0 };
  if (zone.startsWith('Z')) return undefined;
  const offset = parseClock(zone.slice(1));
  if (offset === undefined || offset >= DAY_US) return undefined;
  return { us, offsetUs: zone.startsWith('-') && offset !== 0 ? -offset : offset };
}

function parseClock(text: string): number | undefined {
  const match = CLOCK.exec(text);
  if (match === null) return undefined;
  const [, hour, , minute = '0', second = '0', fraction = ''] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const micros = Number(fraction.slice(0, 6).padEnd(6, '0'));
  return ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * SECOND_US + micros;
}
