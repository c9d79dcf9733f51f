import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Recurrence, RollingUsers } from '../src/index.ts';
import { formatCivil, type Instant, occurrencesOf, parseInstant, UTC } from '../src/index.ts';
import { anyRecurrence, DAY, HOUR } from './arbitraries.ts';
import { rolling } from './support.ts';

/**
 * The rules of rotations once more, slowly: every hour or day from the base on is looked at and counted. Only UTC, only
 * JavaScript dates, nothing shared with the engine.
 */
const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
const weekdayOf = (time: number): string => WEEKDAYS[new Date(time).getUTCDay()]!;
const dayStart = (time: number): number => Math.floor(time / DAY) * DAY;
const monthOf = (time: number): number => new Date(time).getUTCFullYear() * 12 + new Date(time).getUTCMonth();
const lastDayOfMonth = (time: number): number =>
  new Date(Date.UTC(new Date(time).getUTCFullYear(), new Date(time).getUTCMonth() + 1, 0)).getUTCDate();

function weekStartOf(time: number, weekStart: string): number {
  let day = dayStart(time);
  while (weekdayOf(day) !== weekStart) day -= DAY;
  return day;
}

const inMonths = (r: Recurrence, time: number): boolean =>
  r.byMonth === null || r.byMonth.includes(new Date(time).getUTCMonth() + 1);
const inMonthDays = (days: readonly number[] | null, time: number): boolean => {
  const day = new Date(time).getUTCDate();
  return days === null || days.includes(day) || days.includes(day - lastDayOfMonth(time) - 1);
};
const inDays = (days: readonly string[] | null, time: number): boolean => days === null || days.includes(weekdayOf(time));

/** Whether `time` is a day of the rule, where weekly and monthly rules without days keep those of `base`. */
function isRuleDay(r: Recurrence, base: number, time: number): boolean {
  const byDay = r.frequency === 'weekly' && r.byDay === null ? [weekdayOf(base)] : r.byDay;
  const monthDays =
    r.frequency === 'monthly' && r.byDay === null && r.byMonthday === null ? [new Date(base).getUTCDate()] : r.byMonthday;
  return inDays(byDay, time) && inMonths(r, time) && inMonthDays(monthDays, time);
}

function baseOf(shift: RollingUsers, r: Recurrence): number {
  let base: number = shift.start;
  const rotationStart = shift.rotationStart ?? shift.start;
  const passes = (time: number): boolean =>
    shift.source === 'web' ? time + shift.durationSeconds * 1000 > rotationStart : time >= rotationStart;
  if ((r.frequency === 'weekly' || r.frequency === 'monthly') && rotationStart !== shift.start) {
    const samePeriod = (time: number): boolean =>
      r.frequency === 'weekly'
        ? weekStartOf(time, r.weekStart) === weekStartOf(shift.start, r.weekStart)
        : monthOf(time) === monthOf(shift.start);
    for (let time: number = shift.start; samePeriod(time); time += DAY) {
      if ((time === shift.start || isRuleDay(r, shift.start, time)) && passes(time)) {
        base = time;
        break;
      }
    }
  }
  if (r.byDay !== null && !r.byDay.includes(weekdayOf(base) as never)) {
    const order = Array.from({ length: 7 }, (_, i) => WEEKDAYS[(WEEKDAYS.indexOf(r.weekStart) + i) % 7]!);
    const first = order.find((day) => r.byDay?.includes(day as never));
    while (weekdayOf(base) !== first) base += DAY;
  }
  return base;
}

/** Starts and turns up to `to`, by the table of turns. */
function turnsOf(shift: RollingUsers, r: Recurrence, to: number): [number, number][] {
  const base = baseOf(shift, r);
  const turns: [number, number][] = [];
  const step =
    r.frequency === 'hourly' ? r.interval * HOUR : r.frequency === 'daily' && r.byDay === null ? r.interval * DAY : DAY;
  let kept = 0;
  for (let time = base; time <= to; time += step) {
    if (time !== base && !isRuleDay(r, base, time)) continue;
    if (r.frequency === 'weekly' || r.frequency === 'monthly') {
      const period =
        r.frequency === 'weekly'
          ? (weekStartOf(time, r.weekStart) - weekStartOf(base, r.weekStart)) / (7 * DAY)
          : monthOf(time) - monthOf(base);
      if (period % r.interval === 0) turns.push([time, period / r.interval]);
    } else {
      turns.push([time, r.frequency === 'daily' && r.byDay !== null ? Math.floor(kept / r.interval) : kept]);
      kept++;
    }
  }
  return turns;
}

function expectedOf(shift: RollingUsers, r: Recurrence, window: { from: number; to: number }): unknown[] {
  const rotationStart = shift.rotationStart ?? shift.start;
  return turnsOf(shift, r, window.to).flatMap(([start, turn]) => {
    let end = start + shift.durationSeconds * 1000;
    const isWeb = shift.source === 'web';
    if (isWeb ? end <= rotationStart : start < rotationStart) return [];
    if (shift.until !== null && start > shift.until) return [];
    if (isWeb && shift.until !== null) end = Math.min(end, shift.until);
    const clipped = isWeb ? Math.max(start, rotationStart) : start;
    return clipped < end && clipped < window.to && end > window.from ? [[clipped, end, turn]] : [];
  });
}

test('rotations follow the table of turns, whatever the rule', () => {
  const scene = fc.record({
    recurrence: anyRecurrence,
    startHours: fc.integer({ min: 0, max: 24 * 60 }),
    lateHours: fc.option(fc.integer({ min: 0, max: 24 * 40 }), { freq: 2, nil: null }),
    untilHours: fc.option(fc.integer({ min: 0, max: 24 * 150 }), { freq: 2, nil: null }),
    hours: fc.constantFrom(1, 8, 24, 168),
    source: fc.constantFrom('web', 'api'),
    fromDays: fc.oneof(fc.integer({ min: -10, max: 120 }), fc.integer({ min: 120, max: 500 })),
    days: fc.integer({ min: 1, max: 90 }),
  });
  const origin = parseInstant('2026-01-01T00:00:00Z');
  fc.assert(
    fc.property(scene, ({ recurrence, startHours, lateHours, untilHours, hours, source, fromDays, days }) => {
      const start = formatCivil((origin + startHours * HOUR) as RollingUsers['start']);
      const late =
        lateHours === null
          ? {}
          : { rotationStart: formatCivil((origin + (startHours + lateHours) * HOUR) as RollingUsers['start']) };
      const until = untilHours === null ? null : ((origin + untilHours * HOUR) as Instant);
      const shift: RollingUsers = {
        ...rolling('ana|bo|cy', { start, hours, source: source as 'web', ...late }),
        recurrence,
        until,
      };
      const window = { from: (origin + fromDays * DAY) as Instant, to: (origin + (fromDays + days) * DAY) as Instant };
      const { occurrences } = occurrencesOf(shift, UTC, window);
      expect(occurrences.map((o) => [o.start, o.end, o.turn])).toEqual(expectedOf(shift, recurrence, window));
    }),
    { numRuns: 1500 },
  );
});
