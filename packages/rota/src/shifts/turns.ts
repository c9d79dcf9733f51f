import { assertNever } from '../assert-never.ts';
import type { CivilDay, CivilTime } from '../time/civil.ts';
import { civilAt, DAY_MS, dateOf, dayOf, dayOfCivil, HOUR_MS, startOfWeek, timeOfDayMs } from '../time/civil.ts';
import type { DayPattern } from './day-pattern.ts';
import { allowsDay, isUnrestricted, monthlyPattern, weeklyPattern, weeksBetween } from './day-pattern.ts';
import type { ShiftFrequency } from './shift.ts';

/** A start on the wall clock and the number of the turn it belongs to, the first turn being 0. */
export type TurnStart = { readonly at: CivilTime; readonly turn: number };

/** Starts wanted: from `from` to `to`, both included. */
export type StartRange = { readonly from: CivilTime; readonly to: CivilTime };

/** How a rule counts: `rolling` gives turn numbers, `recurrent` follows RFC 5545 and has one turn only. */
export type Counting = 'rolling' | 'recurrent';

/** Called for each start in order; returning false ends the iteration. */
type Emit = (at: CivilTime, turn: number) => boolean;

/** The starts of a repeating shift in the range. The base itself is always one, also when the pattern excludes it. */
export function turnStarts(
  frequency: ShiftFrequency,
  pattern: DayPattern,
  base: CivilTime,
  counting: Counting,
  range: StartRange,
  limit: number,
): { readonly starts: TurnStart[]; readonly truncated: boolean } {
  const starts: TurnStart[] = [];
  let truncated = false;
  const emit: Emit = (at, turn) => {
    if (at > range.to) return false;
    if (at < range.from) return true;
    if (starts.length >= limit) {
      truncated = true;
      return false;
    }
    starts.push({ at, turn: counting === 'rolling' ? turn : 0 });
    return true;
  };
  switch (frequency) {
    case 'hourly':
      hourly(pattern, base, counting, range, emit);
      break;
    case 'daily':
      if (counting === 'rolling' && pattern.weekdays !== null) selectedDays(pattern, base, range, emit);
      else daily(pattern, base, counting, range, emit);
      break;
    case 'weekly':
      weekly(weeklyPattern(pattern, dayOfCivil(base)), base, range, emit);
      break;
    case 'monthly':
      monthly(monthlyPattern(pattern, dayOfCivil(base)), base, range, emit);
      break;
    default:
      assertNever(frequency);
  }
  return { starts, truncated };
}

/** Every I-th hour that matches; the k-th kept start is turn k. */
function hourly(pattern: DayPattern, base: CivilTime, counting: Counting, range: StartRange, emit: Emit): void {
  const step = pattern.interval * HOUR_MS;
  const indexAt = (time: number): number => Math.max(0, Math.ceil((time - base) / step));
  if (isUnrestricted(pattern)) {
    for (let k = indexAt(range.from); emit((base + k * step) as CivilTime, k); k++);
    return;
  }
  let turn = 0;
  const baseDay = dayOfCivil(base);
  let day = counting === 'rolling' ? baseDay : (Math.max(baseDay, dayOfCivil(range.from)) as CivilDay);
  while (day * DAY_MS <= range.to) {
    const first = indexAt(day * DAY_MS);
    const next = indexAt((day + 1) * DAY_MS);
    if (allowsDay(pattern, day)) {
      if ((day + 1) * DAY_MS <= range.from) turn += next - first;
      else for (let k = first; k < next; k++) if (!emit((base + k * step) as CivilTime, turn++)) return;
    } else if (day === baseDay && !emit(base, turn++)) return;
    // A step longer than a day leaves days without any start.
    day = Math.max(day + 1, dayOfCivil((base + next * step) as CivilTime)) as CivilDay;
  }
}

/** Every I-th day that matches; the k-th kept start is turn k. */
function daily(pattern: DayPattern, base: CivilTime, counting: Counting, range: StartRange, emit: Emit): void {
  const baseDay = dayOfCivil(base);
  const clock = timeOfDayMs(base);
  const toRange = Math.max(0, Math.floor((dayOfCivil(range.from) - baseDay) / pattern.interval));
  if (isUnrestricted(pattern)) {
    for (let k = toRange; emit(civilAt((baseDay + k * pattern.interval) as CivilDay, clock), k); k++);
    return;
  }
  if (!emit(base, 0)) return;
  let turn = 1;
  const last = dayOfCivil(range.to);
  for (let k = counting === 'rolling' ? 1 : Math.max(1, toRange); baseDay + k * pattern.interval <= last; k++) {
    const day = (baseDay + k * pattern.interval) as CivilDay;
    if (allowsDay(pattern, day) && !emit(civilAt(day, clock), turn++)) return;
  }
}

/** Every selected day; each turn lasts I of them. */
function selectedDays(pattern: DayPattern, base: CivilTime, range: StartRange, emit: Emit): void {
  const baseDay = dayOfCivil(base);
  const clock = timeOfDayMs(base);
  if (!emit(base, 0)) return;
  let kept = 1;
  let day = (baseDay + 1) as CivilDay;
  if (pattern.months === null && pattern.monthDays === null) {
    // Whole weeks before the range hold the same number of selected days each.
    const weeks = Math.max(0, Math.floor((dayOfCivil(range.from) - day) / 7));
    day = (day + weeks * 7) as CivilDay;
    kept += weeks * (pattern.weekdays?.size ?? 7);
  }
  for (const last = dayOfCivil(range.to); day <= last; day = (day + 1) as CivilDay) {
    if (allowsDay(pattern, day) && !emit(civilAt(day, clock), Math.floor(kept++ / pattern.interval))) return;
  }
}

/** Matching days of every I-th week, counted from the week of the base; each such week is a turn. */
function weekly(pattern: DayPattern, base: CivilTime, range: StartRange, emit: Emit): void {
  const baseDay = dayOfCivil(base);
  const firstWeek = startOfWeek(baseDay, pattern.weekStart);
  const weeks = Math.max(0, weeksBetween(pattern, baseDay, dayOfCivil(range.from)));
  const last = dayOfCivil(range.to);
  for (let turn = Math.floor(weeks / pattern.interval); ; turn++) {
    const week = firstWeek + turn * pattern.interval * 7;
    if (week > last) return;
    if (!emitDays(pattern, base, week, week + 7, turn, emit)) return;
  }
}

/** Matching days of every I-th month, counted from the month of the base; each such month is a turn. */
function monthly(pattern: DayPattern, base: CivilTime, range: StartRange, emit: Emit): void {
  const baseDate = dateOf(dayOfCivil(base));
  const from = dateOf(dayOfCivil(range.from));
  const months = Math.max(0, (from.year - baseDate.year) * 12 + from.month - baseDate.month);
  const last = dayOfCivil(range.to);
  for (let turn = Math.floor(months / pattern.interval); ; turn++) {
    const month = baseDate.year * 12 + baseDate.month - 1 + turn * pattern.interval;
    const first = firstOfMonth(month);
    if (first > last) return;
    if (!emitDays(pattern, base, first, firstOfMonth(month + 1), turn, emit)) return;
  }
}

const firstOfMonth = (month: number): CivilDay => dayOf(Math.floor(month / 12), (month % 12) + 1, 1);

function emitDays(pattern: DayPattern, base: CivilTime, first: number, next: number, turn: number, emit: Emit): boolean {
  const baseDay = dayOfCivil(base);
  for (let day = Math.max(first, baseDay) as CivilDay; day < next; day = (day + 1) as CivilDay) {
    if (day === baseDay || allowsDay(pattern, day)) {
      if (!emit(civilAt(day, timeOfDayMs(base)), turn)) return false;
    }
  }
  return true;
}
