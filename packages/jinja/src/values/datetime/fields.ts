import { typeError, valueError } from '../../errors.ts';
import { className, typeName } from '../protocol.ts';
import { indexOf } from '../sequence.ts';
import type { Value } from '../types.ts';
import { daysInMonth } from './civil.ts';
import { PyTimezone } from './timezone.ts';

/** Checks of the parts that dates and times are made of, in CPython's words. */

export function intField(v: Value): number {
  const n = indexOf(v);
  if (n === undefined) throw typeError(`'${typeName(v)}' object cannot be interpreted as an integer`);
  return n;
}

export function checkDate(year: number, month: number, day: number): void {
  if (year < 1 || year > 9999) throw valueError(`year ${year} is out of range`);
  if (month < 1 || month > 12) throw valueError('month must be in 1..12');
  if (day < 1 || day > daysInMonth(year, month)) throw valueError('day is out of range for month');
}

export function checkTime(hour: number, minute: number, second: number, microsecond: number): void {
  if (hour < 0 || hour > 23) throw valueError('hour must be in 0..23');
  if (minute < 0 || minute > 59) throw valueError('minute must be in 0..59');
  if (second < 0 || second > 59) throw valueError('second must be in 0..59');
  if (microsecond < 0 || microsecond > 999_999) throw valueError('microsecond must be in 0..999999');
}

export function zoneField(v: Value): PyTimezone | null {
  if (v === null || v instanceof PyTimezone) return v;
  throw typeError(`tzinfo argument must be None or of a tzinfo subclass, not type '${className(v)}'`);
}
