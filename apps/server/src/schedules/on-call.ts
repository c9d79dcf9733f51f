import { cutToWindow, finalSchedule, formatInstant, instantOf, onCallAt, type ScheduleEvent } from '@tocsin/rota';
import type { Db, Tx } from '../platform/db/database.ts';
import { loadSchedules } from './load-schedules.ts';

/** Who is on call now, for many schedules of one organization at once. */
export async function onCallNow(
  db: Db | Tx,
  org: string,
  scheduleIds: readonly string[],
  at: Date,
): Promise<Map<string, string[]>> {
  if (scheduleIds.length === 0) return new Map();
  const { schedules, directory } = await loadSchedules(db, org, scheduleIds);
  return new Map([...schedules].map(([id, schedule]) => [id, onCallAt(schedule, directory, instantOf(at))]));
}

export interface FinalShift {
  readonly userId: string;
  /** `2026-05-05T08:00:00Z` */
  readonly start: string;
  readonly end: string;
}

/** Who was or will be on call in a range, a row per person and event, cut to the range. */
export async function finalShifts(
  db: Db,
  org: string,
  scheduleId: string,
  range: { from: Date; to: Date },
  now: Date,
): Promise<FinalShift[]> {
  const { schedules, directory } = await loadSchedules(db, org, [scheduleId]);
  const schedule = schedules.get(scheduleId);
  if (schedule === undefined) return [];
  const window = { from: instantOf(range.from), to: instantOf(range.to) };
  const { events } = finalSchedule(schedule, directory, window, { now: instantOf(now) });
  return cutToWindow(events, window).flatMap(rowsOf);
}

const rowsOf = (event: ScheduleEvent): FinalShift[] =>
  [...new Set(event.users.map((user) => user.id))].map((userId) => ({
    userId,
    start: formatInstant(event.start),
    end: formatInstant(event.end),
  }));

/** Events of a schedule in which a swap's mark stands, between its start and its end. */
export async function eventsOfSwap(
  db: Db | Tx,
  org: string,
  swap: { readonly id: string; readonly scheduleId: string; readonly swapStart: Date; readonly swapEnd: Date },
  now: Date,
): Promise<ScheduleEvent[]> {
  const { schedules, directory } = await loadSchedules(db, org, [swap.scheduleId]);
  const schedule = schedules.get(swap.scheduleId);
  if (schedule === undefined) return [];
  const window = { from: instantOf(swap.swapStart), to: instantOf(swap.swapEnd) };
  const { events } = finalSchedule(schedule, directory, window, { now: instantOf(now) });
  return cutToWindow(events, window).filter((event) => event.users.some((user) => user.swap?.swapId === swap.id));
}
