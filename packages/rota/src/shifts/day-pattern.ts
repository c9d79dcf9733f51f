import { isMonthDay } from '../recurrence/day-filter.ts';
import type { CivilDay } from '../time/civil.ts';
import { dateOf, startOfWeek, WEEKDAYS, weekdayOf } from '../time/civil.ts';
import type { Recurrence } from './shift.ts';

/** The restrictions of a recurrence in the form the engine tests them; null restricts nothing. */
export type DayPattern = {
  readonly interval: number;
  /** Weekday number on which weeks are cut. */
  readonly weekStart: number;
  readonly weekdays: ReadonlySet<number> | null;
  readonly months: ReadonlySet<number> | null;
  readonly monthDays: readonly number[] | null;
};

export function dayPatternOf(recurrence: Recurrence): DayPattern {
  const { byDay, byMonth, byMonthday } = recurrence;
  return {
    interval: Math.max(1, Math.floor(recurrence.interval) || 1),
    weekStart: Math.max(0, WEEKDAYS.indexOf(recurrence.weekStart)),
    weekdays: byDay === null || byDay.length === 0 ? null : new Set(byDay.map((day) => WEEKDAYS.indexOf(day))),
    months: byMonth === null || byMonth.length === 0 ? null : new Set(byMonth),
    monthDays: byMonthday === null || byMonthday.length === 0 ? null : byMonthday,
  };
}

export const isUnrestricted = (pattern: DayPattern): boolean =>
  pattern.weekdays === null && pattern.months === null && pattern.monthDays === null;

/** Whether the day satisfies by_day, by_month and by_monthday. */
export function allowsDay(pattern: DayPattern, day: CivilDay): boolean {
  if (pattern.weekdays !== null && !pattern.weekdays.has(weekdayOf(day))) return false;
  if (pattern.months !== null && !pattern.months.has(dateOf(day).month)) return false;
  return pattern.monthDays === null || isMonthDay(day, pattern.monthDays);
}

/** The pattern of a weekly rule: without by_day it keeps the weekday of its base. */
export const weeklyPattern = (pattern: DayPattern, base: CivilDay): DayPattern =>
  pattern.weekdays === null ? { ...pattern, weekdays: new Set([weekdayOf(base)]) } : pattern;

/** The pattern of a monthly rule: without by_day and by_monthday it keeps the day of month of its base. */
export const monthlyPattern = (pattern: DayPattern, base: CivilDay): DayPattern =>
  pattern.weekdays === null && pattern.monthDays === null ? { ...pattern, monthDays: [dateOf(base).day] } : pattern;

/** Number of whole weeks from the week of `base` to that of `day`. */
export const weeksBetween = (pattern: DayPattern, base: CivilDay, day: CivilDay): number =>
  (startOfWeek(day, pattern.weekStart) - startOfWeek(base, pattern.weekStart)) / 7;
