import type { Rule, RuleFrequency, WeekdayRule } from '../recurrence/rule.ts';
import { WEEKDAYS, type Weekday } from '../time/civil.ts';
import type { WrittenTime } from './values.ts';
import { readTime } from './values.ts';

export type IcalRule = { readonly rule: Rule; readonly until: WrittenTime | null };

const FREQUENCIES: readonly RuleFrequency[] = ['SECONDLY', 'MINUTELY', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'];

/** Reads a recurrence rule as ical.js parses it; null when a part makes no sense. */
export function readRule(value: unknown): IcalRule | null {
  if (typeof value !== 'object' || value === null) return null;
  const parts = new Map(Object.entries(value));
  const frequency = FREQUENCIES.find((name) => name === parts.get('freq'));
  const until = parts.has('until') ? readTime(parts.get('until')) : null;
  const byDay = listOf(parts.get('byday')).map(readWeekday);
  const count = parts.has('count') ? Number(parts.get('count')) : null;
  const weekStart = parts.has('wkst') ? Number(parts.get('wkst')) : 2;
  const badUntil = parts.has('until') && until === null;
  if (frequency === undefined || badUntil || byDay.includes(null) || (count !== null && !(count >= 0))) return null;
  const rule: Rule = {
    frequency,
    interval: Math.max(1, Math.floor(Number(parts.get('interval') ?? 1)) || 1),
    count,
    // ical.js numbers weekdays from Sunday 1.
    weekStart: (weekStart + 5) % 7,
    byMonth: numbersOf(parts.get('bymonth')),
    byWeekNo: numbersOf(parts.get('byweekno')),
    byYearDay: numbersOf(parts.get('byyearday')),
    byMonthDay: numbersOf(parts.get('bymonthday')),
    byDay: byDay.filter((day) => day !== null),
    byHour: numbersOf(parts.get('byhour')),
    byMinute: numbersOf(parts.get('byminute')),
    bySecond: numbersOf(parts.get('bysecond')),
    bySetPos: numbersOf(parts.get('bysetpos')),
  };
  return { rule, until };
}

const listOf = (value: unknown): readonly unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
const numbersOf = (value: unknown): number[] => listOf(value).map(Number).filter(Number.isInteger);

function readWeekday(value: unknown): WeekdayRule | null {
  const [, nth, name] = /^([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)$/i.exec(String(value)) ?? [];
  if (name === undefined) return null;
  return { weekday: WEEKDAYS.indexOf(name.toUpperCase() as Weekday), nth: Number(nth ?? 0) };
}
