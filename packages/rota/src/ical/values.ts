import type { CivilDay, CivilTime } from '../time/civil.ts';
import { civilAt, civilOf, DAY_MS, dayOf, HOUR_MS, isDate, MINUTE_MS, SECOND_MS } from '../time/civil.ts';

/** A date or date-time as written: `utc` when it ended in Z, else on the wall clock its property says. */
export type WrittenTime =
  | { readonly kind: 'date'; readonly day: CivilDay }
  | { readonly kind: 'time'; readonly at: CivilTime; readonly utc: boolean };

/** Reads a date or date-time whatever its VALUE says: feeds also send `DTSTART:20260210`. Null when it is neither. */
export function readTime(value: unknown): WrittenTime | null {
  const text = String(value);
  const digits = text.replace(/\D/g, '');
  const part = (from: number, to: number): number => Number(digits.slice(from, to));
  const [year, month, day] = [part(0, 4), part(4, 6), part(6, 8)];
  if ((digits.length !== 8 && digits.length !== 12 && digits.length !== 14) || !isDate(year, month, day)) return null;
  if (digits.length === 8) return { kind: 'date', day: dayOf(year, month, day) };
  const [hour, minute, second] = [part(8, 10), part(10, 12), Math.min(59, part(12, 14))];
  if (hour > 24 || minute > 59) return null;
  return { kind: 'time', at: civilOf(year, month, day, hour, minute, second), utc: /z$/i.test(text.trim()) };
}

export const civilOfWritten = (time: WrittenTime): CivilTime => (time.kind === 'date' ? civilAt(time.day, 0) : time.at);

const DURATION = /^([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i;

/** Milliseconds of an RFC 5545 duration, on the wall clock; null when it is none. */
export function readDurationMs(value: unknown): number | null {
  const match = DURATION.exec(String(value).trim());
  if (match === null || match.slice(2).every((part) => part === undefined)) return null;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(2).map((part) => Number(part ?? 0));
  const ms = (weeks * 7 + days) * DAY_MS + hours * HOUR_MS + minutes * MINUTE_MS + seconds * SECOND_MS;
  return match[1] === '-' ? -ms : ms;
}
