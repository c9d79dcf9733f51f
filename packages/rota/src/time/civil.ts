import { RotaError } from '../errors.ts';

/**
 * A wall-clock date and time without a zone, in milliseconds since 1970-01-01T00:00:00 on that same wall clock.
 * It is not an instant: only `toInstant` of a zone makes one, and names what happens in gaps and overlaps.
 */
export type CivilTime = number & { readonly brand: 'CivilTime' };

/** A date on the wall clock, in days since 1970-01-01. */
export type CivilDay = number & { readonly brand: 'CivilDay' };

export const SECOND_MS = 1000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

export type Weekday = 'MO' | 'TU' | 'WE' | 'TH' | 'FR' | 'SA' | 'SU';
/** Weekdays in ISO order; their place here is the weekday number used inside the engine (Monday is 0). */
export const WEEKDAYS: readonly Weekday[] = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

export type DateFields = { readonly year: number; readonly month: number; readonly day: number };

/** Days since 1970-01-01 of a proleptic Gregorian date; month 1 to 12. Days outside the month carry over. */
export function dayOf(year: number, month: number, day: number): CivilDay {
  // Counting years from March puts the leap day last. Source: H. Hinnant, chrono-compatible low-level date algorithms.
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return (era * 146_097 + dayOfEra - 719_468) as CivilDay;
}

/** Year, month (1 to 12) and day of month. */
export function dateOf(day: CivilDay): DateFields {
  const z = day + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1 };
}

export const daysInMonth = (year: number, month: number): number =>
  (month === 12 ? dayOf(year + 1, 1, 1) : dayOf(year, month + 1, 1)) - dayOf(year, month, 1);

/** Weekday number, Monday 0 to Sunday 6. */
export const weekdayOf = (day: CivilDay): number => (((day + 3) % 7) + 7) % 7;

/** First day of the week that holds `day`, when weeks begin on weekday number `weekStart`. */
export const startOfWeek = (day: CivilDay, weekStart: number): CivilDay =>
  (day - ((weekdayOf(day) - weekStart + 7) % 7)) as CivilDay;

export const dayOfCivil = (time: CivilTime): CivilDay => Math.floor(time / DAY_MS) as CivilDay;
export const timeOfDayMs = (time: CivilTime): number => time - dayOfCivil(time) * DAY_MS;
export const civilAt = (day: CivilDay, timeMs: number): CivilTime => (day * DAY_MS + timeMs) as CivilTime;
export const addCivil = (time: CivilTime, ms: number): CivilTime => (time + ms) as CivilTime;

export function civilOf(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): CivilTime {
  return civilAt(dayOf(year, month, day), hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS);
}

const CIVIL_TEXT = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?)?$/;

/** Reads `2026-05-04`, `2026-05-04T09:00` or `2026-05-04T09:00:00`. Throws RotaError BAD_CIVIL_TIME. */
export function parseCivil(text: string): CivilTime {
  const match = CIVIL_TEXT.exec(text);
  const [year, month, day, hour, minute, second] = match === null ? [] : match.slice(1).map((part) => Number(part ?? 0));
  const known = year !== undefined && month !== undefined && day !== undefined && hour !== undefined;
  if (!known || !isDate(year, month, day) || hour > 23 || (minute ?? 0) > 59 || (second ?? 0) > 59) {
    throw new RotaError('BAD_CIVIL_TIME', `Civil time: expected yyyy-mm-ddThh:mm:ss, got ${JSON.stringify(text)}`);
  }
  return civilOf(year, month, day, hour, minute, second);
}

export const isDate = (year: number, month: number, day: number): boolean =>
  month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);

/** Reads `2026-05-04`. Throws RotaError BAD_DATE. */
export function parseDay(text: string): CivilDay {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  const [year = 0, month = 0, day = 0] = match === null ? [] : match.slice(1).map(Number);
  if (!isDate(year, month, day)) throw new RotaError('BAD_DATE', `Date: expected yyyy-mm-dd, got ${JSON.stringify(text)}`);
  return dayOf(year, month, day);
}

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

/** `2026-05-04`. */
export function formatDay(day: CivilDay): string {
  const { year, month, day: dayOfMonth } = dateOf(day);
  return `${pad(year, 4)}-${pad(month)}-${pad(dayOfMonth)}`;
}

/** `2026-05-04T09:00:00`; a fraction of a second is dropped. */
export function formatCivil(time: CivilTime): string {
  const ms = timeOfDayMs(time);
  const clock = [Math.floor(ms / HOUR_MS), Math.floor(ms / MINUTE_MS) % 60, Math.floor(ms / SECOND_MS) % 60];
  return `${formatDay(dayOfCivil(time))}T${clock.map((part) => pad(part)).join(':')}`;
}
