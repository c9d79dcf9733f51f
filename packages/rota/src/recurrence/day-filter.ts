import type { CivilDay } from '../time/civil.ts';
import { dateOf, dayOf, daysInMonth, startOfWeek, weekdayOf } from '../time/civil.ts';
import type { Rule } from './rule.ts';

type DayTest = (day: CivilDay) => boolean;

/** Whether a day satisfies every BY part of the rule that speaks of days, with those parts completed from DTSTART. */
export function dayFilterOf(rule: Rule, startDay: CivilDay): DayTest {
  const { byMonth, byMonthDay, byDay } = withDefaults(rule, startDay);
  const tests: DayTest[] = [];
  if (byMonth.length > 0) tests.push((day) => byMonth.includes(dateOf(day).month));
  if (rule.byYearDay.length > 0) tests.push((day) => isYearDay(day, rule.byYearDay));
  if (byMonthDay.length > 0) tests.push((day) => isMonthDay(day, byMonthDay));
  if (rule.byWeekNo.length > 0) tests.push((day) => isWeekNo(day, rule.byWeekNo, rule.weekStart));
  if (byDay.length > 0) tests.push(weekdayTest(rule, byDay));
  return (day) => tests.every((test) => test(day));
}

/** RFC 5545, 3.3.10: "information missing from the rule is taken from DTSTART". */
function withDefaults(rule: Rule, startDay: CivilDay): Pick<Rule, 'byMonth' | 'byMonthDay' | 'byDay'> {
  const { byMonth, byMonthDay, byDay } = rule;
  const saysDays = rule.byWeekNo.length + rule.byYearDay.length + byMonthDay.length + byDay.length > 0;
  if (saysDays) return { byMonth, byMonthDay, byDay };
  const { month, day } = dateOf(startDay);
  switch (rule.frequency) {
    case 'YEARLY':
      return { byMonth: byMonth.length > 0 ? byMonth : [month], byMonthDay: [day], byDay };
    case 'MONTHLY':
      return { byMonth, byMonthDay: [day], byDay };
    case 'WEEKLY':
      return { byMonth, byMonthDay, byDay: [{ weekday: weekdayOf(startDay), nth: 0 }] };
    default:
      return { byMonth, byMonthDay, byDay };
  }
}

export function isMonthDay(day: CivilDay, monthDays: readonly number[]): boolean {
  const { year, month, day: dayOfMonth } = dateOf(day);
  return monthDays.includes(dayOfMonth) || monthDays.includes(dayOfMonth - daysInMonth(year, month) - 1);
}

function isYearDay(day: CivilDay, yearDays: readonly number[]): boolean {
  const { year } = dateOf(day);
  const first = dayOf(year, 1, 1);
  return yearDays.includes(day - first + 1) || yearDays.includes(day - dayOf(year + 1, 1, 1));
}

/** The first day of week 1: the week with at least four days in the year. Source: RFC 5545, BYWEEKNO. */
function firstWeekOf(year: number, weekStart: number): CivilDay {
  return startOfWeek(dayOf(year, 1, 4), weekStart);
}

function isWeekNo(day: CivilDay, weekNumbers: readonly number[], weekStart: number): boolean {
  let { year } = dateOf(day);
  if (day < firstWeekOf(year, weekStart)) year -= 1;
  else if (day >= firstWeekOf(year + 1, weekStart)) year += 1;
  const first = firstWeekOf(year, weekStart);
  const weeks = (firstWeekOf(year + 1, weekStart) - first) / 7;
  const number = Math.floor((day - first) / 7) + 1;
  return weekNumbers.includes(number) || weekNumbers.includes(number - weeks - 1);
}

/** Ordinals count within the month, or within the year for yearly rules without BYMONTH; elsewhere they mean nothing. */
function weekdayTest(rule: Rule, byDay: Rule['byDay']): DayTest {
  const counted = rule.frequency === 'MONTHLY' || (rule.frequency === 'YEARLY' && rule.byWeekNo.length === 0);
  const withinMonth = rule.frequency === 'MONTHLY' || rule.byMonth.length > 0;
  return (day) => {
    const weekday = weekdayOf(day);
    return byDay.some((entry) => {
      if (entry.weekday !== weekday) return false;
      if (entry.nth === 0 || !counted) return true;
      const { year, month } = dateOf(day);
      const first = withinMonth ? dayOf(year, month, 1) : dayOf(year, 1, 1);
      const next = withinMonth ? dayOf(year, month + 1, 1) : dayOf(year + 1, 1, 1);
      const nth = entry.nth > 0 ? Math.floor((day - first) / 7) + 1 : -(Math.floor((next - 1 - day) / 7) + 1);
      return nth === entry.nth;
    });
  };
}
