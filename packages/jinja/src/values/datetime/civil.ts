/** The proleptic Gregorian calendar. An ordinal counts days from 0001-01-01, which is 1. */

export type CivilDate = { readonly year: number; readonly month: number; readonly day: number };

export type ClockTime = { readonly hour: number; readonly minute: number; readonly second: number; readonly microsecond: number };

export const LAST_ORDINAL = 3652059;
export const EPOCH_ORDINAL = 719163;
export const DAY_SECONDS = 86_400;
export const SECOND_US = 1_000_000;
export const DAY_US = 86_400_000_000;

/** Microseconds since midnight. */
export const usOfDay = (t: ClockTime): number => ((t.hour * 60 + t.minute) * 60 + t.second) * SECOND_US + t.microsecond;

export const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

export const daysInMonth = (year: number, month: number): number =>
  month === 2 && isLeap(year) ? 29 : ([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] as number);

/** 1 to 366. */
export const dayOfYear = ({ year, month, day }: CivilDate): number =>
  (DAYS_BEFORE[month - 1] as number) + (month > 2 && isLeap(year) ? 1 : 0) + day;

export function ordinalOf(date: CivilDate): number {
  const past = date.year - 1;
  return past * 365 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400) + dayOfYear(date);
}

export function dateOfOrdinal(ordinal: number): CivilDate {
  // A first guess by the mean length of a year is off by one at most.
  let year = Math.max(1, Math.floor((ordinal - 1) / 365.2425) + 1);
  while (ordinalOf({ year: year + 1, month: 1, day: 1 }) <= ordinal) year++;
  while (ordinalOf({ year, month: 1, day: 1 }) > ordinal) year--;
  let rest = ordinal - ordinalOf({ year, month: 1, day: 1 }) + 1;
  let month = 1;
  while (rest > daysInMonth(year, month)) {
    rest -= daysInMonth(year, month);
    month++;
  }
  return { year, month, day: rest };
}

/** Monday is 0. */
export const weekdayOf = (ordinal: number): number => (ordinal + 6) % 7;

export type IsoDate = { readonly year: number; readonly week: number; readonly weekday: number };

/** Ordinal of the Monday of week 1 of an ISO year. */
export function isoYearStart(year: number): number {
  const january1 = ordinalOf({ year, month: 1, day: 1 });
  const weekday = weekdayOf(january1);
  return january1 - weekday + (weekday > 3 ? 7 : 0);
}

export function isoDateOf(ordinal: number): IsoDate {
  let { year } = dateOfOrdinal(ordinal);
  if (ordinal >= isoYearStart(year + 1)) year++;
  else if (ordinal < isoYearStart(year)) year--;
  const days = ordinal - isoYearStart(year);
  return { year, week: Math.floor(days / 7) + 1, weekday: weekdayOf(ordinal) + 1 };
}

export const pad2 = (n: number): string => (n < 10 ? `0${n}` : String(n));
export const pad4 = (n: number): string => String(n).padStart(4, '0');
export const pad6 = (n: number): string => String(n).padStart(6, '0');
