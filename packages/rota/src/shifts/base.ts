import type { CivilDay, CivilTime } from '../time/civil.ts';
import { civilAt, dateOf, dayOf, dayOfCivil, startOfWeek, timeOfDayMs, weekdayOf } from '../time/civil.ts';
import type { DayPattern } from './day-pattern.ts';
import { allowsDay, monthlyPattern, weeklyPattern } from './day-pattern.ts';
import { passesRotationStart } from './rotation-start.ts';
import type { RollingUsers, ShiftFrequency } from './shift.ts';

/**
 * The start from which the turns of a rotation are counted. It moves within the first week or month when that begins
 * before `rotationStart`, and on to a selected weekday when it falls on another day.
 */
export function baseOf(shift: RollingUsers, frequency: ShiftFrequency, pattern: DayPattern): CivilTime {
  return onSelectedWeekday(withinFirstPeriod(shift, frequency, pattern), pattern);
}

function withinFirstPeriod(shift: RollingUsers, frequency: ShiftFrequency, pattern: DayPattern): CivilTime {
  const { start } = shift;
  const moves = shift.rotationStart !== null && shift.rotationStart !== start;
  if (!moves || (frequency !== 'weekly' && frequency !== 'monthly')) return start;
  const startDay = dayOfCivil(start);
  const days = frequency === 'weekly' ? weeklyPattern(pattern, startDay) : monthlyPattern(pattern, startDay);
  const { year, month } = dateOf(startDay);
  const end = frequency === 'weekly' ? startOfWeek(startDay, pattern.weekStart) + 7 : dayOf(year, month + 1, 1);
  for (let day = startDay; day < end; day = (day + 1) as CivilDay) {
    const candidate = civilAt(day, timeOfDayMs(start));
    if ((day === startDay || allowsDay(days, day)) && passesRotationStart(shift, candidate)) return candidate;
  }
  return start;
}

/** Moves to the first selected weekday counted from the week start, which is not always the next selected day. */
function onSelectedWeekday(base: CivilTime, pattern: DayPattern): CivilTime {
  const { weekdays, weekStart } = pattern;
  const day = dayOfCivil(base);
  const weekday = weekdayOf(day);
  if (weekdays === null || weekdays.has(weekday)) return base;
  const fromWeekStart = [0, 1, 2, 3, 4, 5, 6].map((offset) => (weekStart + offset) % 7);
  const first = fromWeekStart.find((candidate) => weekdays.has(candidate)) ?? weekday;
  return civilAt((day + ((first - weekday + 7) % 7)) as CivilDay, timeOfDayMs(base));
}
