import { Temporal } from 'temporal-polyfill';
import type { Range } from './queries.ts';
import type { View } from './routes.ts';

/** A day as a column: its instants in milliseconds, so that days of 23 and 25 hours come out right. */
export type Day = { date: string; start: number; end: number; hours: number; isWeekend: boolean; isToday: boolean };

const DAYS: Readonly<Record<View, number>> = { day: 1, week: 7, '2weeks': 14, month: 28 };
const MONDAY_FIRST: ReadonlySet<View> = new Set(['week', '2weeks', 'month']);

export const todayIn = (zone: string): string => Temporal.Now.plainDateISO(zone).toString();

/** The days that a view shows around a date, in a zone. */
export function daysOf(view: View, date: string, zone: string): Day[] {
  const wanted = Temporal.PlainDate.from(date);
  const first = MONDAY_FIRST.has(view) ? wanted.subtract({ days: wanted.dayOfWeek - 1 }) : wanted;
  const today = todayIn(zone);
  return Array.from({ length: DAYS[view] }, (_, index) => {
    const day = first.add({ days: index });
    const start = day.toZonedDateTime(zone);
    const end = day.add({ days: 1 }).toZonedDateTime(zone);
    return {
      date: day.toString(),
      start: start.epochMilliseconds,
      end: end.epochMilliseconds,
      hours: start.hoursInDay,
      isWeekend: day.dayOfWeek > 5,
      isToday: day.toString() === today,
    };
  });
}

/** The date a view later or earlier. */
export const shiftDate = (view: View, date: string, by: -1 | 1): string =>
  Temporal.PlainDate.from(date)
    .add({ days: DAYS[view] * by })
    .toString();

/** What the API is asked for: UTC days around the view. */
export function rangeOf(days: readonly Day[]): Range {
  const text = (ms: number) => new Date(ms).toISOString().slice(0, 16);
  return { start_date: text(days[0]?.start ?? 0), end_date: text(days.at(-1)?.end ?? 0) };
}

/** The next full hour. */
export function nextHour(zone: string): string {
  const now = Temporal.Now.zonedDateTimeISO(zone).add({ hours: 1 });
  return now
    .with({ minute: 0, second: 0, millisecond: 0, microsecond: 0, nanosecond: 0 })
    .toPlainDateTime()
    .toString({ smallestUnit: 'minute' });
}
