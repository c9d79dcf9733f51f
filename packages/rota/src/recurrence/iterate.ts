import { assertNever } from '../assert-never.ts';
import type { CivilDay, CivilTime } from '../time/civil.ts';
import {
  civilAt,
  DAY_MS,
  dateOf,
  dayOf,
  dayOfCivil,
  HOUR_MS,
  MINUTE_MS,
  SECOND_MS,
  startOfWeek,
  timeOfDayMs,
} from '../time/civil.ts';
import { dayFilterOf } from './day-filter.ts';
import type { Rule, StepBudget } from './rule.ts';

/** Both ends included. */
export type CivilRange = { readonly from: CivilTime; readonly to: CivilTime };

/**
 * The civil times of a recurrence rule within `range`, in order; those before `start` (DTSTART) do not exist.
 * DTSTART itself is only among them when it matches. Ends with the range, with COUNT, or with the budget, so a rule
 * that never matches ends too. UNTIL is the caller's: it is an instant.
 */
export function* iterateRule(rule: Rule, start: CivilTime, range: CivilRange, budget: StepBudget): Generator<CivilTime> {
  const { from, to } = range;
  if (rule.interval < 1 || to < start) return;
  // With COUNT every occurrence counts from the start; without it the periods before the window can be skipped.
  const seekTo = rule.count === null && from > start ? from : start;
  let left = rule.count ?? Number.POSITIVE_INFINITY;
  for (const times of periodsOf(rule, start, { from: seekTo, to }, budget)) {
    for (const time of pick(times, rule.bySetPos)) {
      if (time < start) continue;
      if (left-- <= 0 || time > to) return;
      if (time >= from) yield time;
    }
  }
}

/** BYSETPOS: positions within one period's sorted set, negative ones from its end. */
function pick(times: readonly CivilTime[], positions: readonly number[]): readonly CivilTime[] {
  if (positions.length === 0) return times;
  return times.filter((_, index) => positions.includes(index + 1) || positions.includes(index - times.length));
}

function periodsOf(rule: Rule, start: CivilTime, range: CivilRange, budget: StepBudget): Generator<CivilTime[]> {
  switch (rule.frequency) {
    case 'YEARLY':
    case 'MONTHLY':
    case 'WEEKLY':
    case 'DAILY':
      return dayPeriods(rule, start, range, budget);
    case 'HOURLY':
    case 'MINUTELY':
    case 'SECONDLY':
      return clockPeriods(rule, start, range, budget);
    default:
      return assertNever(rule.frequency);
  }
}

type Span = { readonly first: CivilDay; readonly next: CivilDay };

/** The days of period number `index`, counted from the one that holds the start. */
function spanOf(rule: Rule, startDay: CivilDay, index: number): Span {
  const { year, month } = dateOf(startDay);
  switch (rule.frequency) {
    case 'YEARLY':
      return { first: dayOf(year + index, 1, 1), next: dayOf(year + index + 1, 1, 1) };
    case 'MONTHLY': {
      const months = year * 12 + month - 1 + index;
      const nextMonths = months + 1;
      return {
        first: dayOf(Math.floor(months / 12), (months % 12) + 1, 1),
        next: dayOf(Math.floor(nextMonths / 12), (nextMonths % 12) + 1, 1),
      };
    }
    case 'WEEKLY': {
      const first = startOfWeek(startDay, rule.weekStart) + index * 7;
      return { first: first as CivilDay, next: (first + 7) as CivilDay };
    }
    default:
      return { first: (startDay + index) as CivilDay, next: (startDay + index + 1) as CivilDay };
  }
}

/** The number of the period that holds `day`, counted from the one that holds the start. */
function indexOf(rule: Rule, startDay: CivilDay, day: CivilDay): number {
  const from = dateOf(startDay);
  const to = dateOf(day);
  switch (rule.frequency) {
    case 'YEARLY':
      return to.year - from.year;
    case 'MONTHLY':
      return (to.year - from.year) * 12 + to.month - from.month;
    case 'WEEKLY':
      return (startOfWeek(day, rule.weekStart) - startOfWeek(startDay, rule.weekStart)) / 7;
    default:
      return day - startDay;
  }
}

function* dayPeriods(rule: Rule, start: CivilTime, range: CivilRange, budget: StepBudget): Generator<CivilTime[]> {
  const startDay = dayOfCivil(start);
  const matches = dayFilterOf(rule, startDay);
  const clock = clockTimes(rule, timeOfDayMs(start));
  let index = Math.floor(indexOf(rule, startDay, dayOfCivil(range.from)) / rule.interval) * rule.interval;
  for (; ; index += rule.interval) {
    const { first, next } = spanOf(rule, startDay, index);
    if (first * DAY_MS > range.to || !budget.take()) return;
    const times: CivilTime[] = [];
    for (let day = first; day < next; day = (day + 1) as CivilDay) {
      if (!budget.take()) return;
      if (!matches(day)) continue;
      if (!budget.take(clock.length)) return;
      for (const ms of clock) times.push(civilAt(day, ms));
    }
    yield times;
  }
}

/** Times of day of a rule that repeats by days or more, sorted. */
function clockTimes(rule: Rule, startMs: number): number[] {
  const hours = orElse(rule.byHour, Math.floor(startMs / HOUR_MS));
  const minutes = orElse(rule.byMinute, Math.floor(startMs / MINUTE_MS) % 60);
  const seconds = orElse(rule.bySecond, Math.floor(startMs / SECOND_MS) % 60);
  return hours.flatMap((h) => minutes.flatMap((m) => seconds.map((s) => h * HOUR_MS + m * MINUTE_MS + s * SECOND_MS)));
}

const orElse = (list: readonly number[], value: number): number[] =>
  list.length > 0 ? [...new Set(list)].sort((a, b) => a - b) : [value];

const UNIT_MS = { HOURLY: HOUR_MS, MINUTELY: MINUTE_MS, SECONDLY: SECOND_MS } as const;

/** Rules that repeat within a day. A day, hour or minute that the rule excludes is skipped in one step. */
function* clockPeriods(rule: Rule, start: CivilTime, range: CivilRange, budget: StepBudget): Generator<CivilTime[]> {
  const unit = UNIT_MS[rule.frequency as keyof typeof UNIT_MS];
  const matches = dayFilterOf(rule, dayOfCivil(start));
  const startUnit = Math.floor(start / unit) * unit;
  const step = rule.interval * unit;
  const firstFrom = (time: number): number => startUnit + Math.max(0, Math.ceil((time - startUnit) / step)) * step;
  const inner = innerTimes(rule, start);
  const skips: readonly { readonly lengthMs: number; readonly allows: (time: number) => boolean }[] = [
    { lengthMs: DAY_MS, allows: (time) => matches(Math.floor(time / DAY_MS) as CivilDay) },
    { lengthMs: HOUR_MS, allows: (time) => allowed(rule.byHour, partOf(time, HOUR_MS, 24)) },
    { lengthMs: MINUTE_MS, allows: (time) => unit >= HOUR_MS || allowed(rule.byMinute, partOf(time, MINUTE_MS, 60)) },
    { lengthMs: SECOND_MS, allows: (time) => unit > SECOND_MS || allowed(rule.bySecond, partOf(time, SECOND_MS, 60)) },
  ];
  let at = firstFrom(Math.floor(range.from / unit) * unit);
  while (at <= range.to) {
    if (!budget.take(1 + inner.length)) return;
    const refused = skips.find((skip) => !skip.allows(at));
    if (refused === undefined) {
      yield inner.map((ms) => (at + ms) as CivilTime);
      at += step;
    } else at = firstFrom((Math.floor(at / refused.lengthMs) + 1) * refused.lengthMs);
  }
}

const allowed = (list: readonly number[], value: number): boolean => list.length === 0 || list.includes(value);

/** What BYMINUTE and BYSECOND, or the start, add within one hour or minute. */
function innerTimes(rule: Rule, start: CivilTime): number[] {
  const ms = timeOfDayMs(start);
  const minutes = rule.frequency === 'HOURLY' ? orElse(rule.byMinute, Math.floor(ms / MINUTE_MS) % 60) : [0];
  const seconds = rule.frequency === 'SECONDLY' ? [0] : orElse(rule.bySecond, Math.floor(ms / SECOND_MS) % 60);
  return minutes.flatMap((minute) => seconds.map((second) => minute * MINUTE_MS + second * SECOND_MS));
}

/** Hour, minute or second of a civil time, also before 1970. */
const partOf = (time: number, unitMs: number, modulus: number): number =>
  ((Math.floor(time / unitMs) % modulus) + modulus) % modulus;
