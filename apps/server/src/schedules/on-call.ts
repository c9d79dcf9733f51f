import {
  cutToWindow,
  finalSchedule,
  formatInstant,
  gapsOf,
  instantOf,
  onCallAt,
  rawEvents,
  type ScheduleEvent,
} from '@tocsin/rota';
import { sql } from 'kysely';
import type { Db, Tx } from '../platform/db/database.ts';
import { eachSchedule } from './each-schedule.ts';
import { completeSchedules, type LoadedSchedules, loadSchedules, type OnBroken } from './load-schedules.ts';
import type { ScheduleInfo } from './schedule.ts';
import { schedulesById } from './schedule-store.ts';
import type { OnCallShift } from './shift.ts';

/**
 * Who is on call now, and the shifts in the order they were made, for many schedules of one organization at once. One that cannot be computed
 * has nobody on call.
 */
export async function onCallNow(
  db: Db | Tx,
  org: string,
  infos: readonly ScheduleInfo[],
  at: Date,
  onBroken: OnBroken,
): Promise<Map<string, { readonly userIds: readonly string[]; readonly shifts: readonly OnCallShift[] }>> {
  if (infos.length === 0) return new Map();
  const { schedules, directory, shifts } = await completeSchedules(db, org, infos, onBroken);
  const ids = infos.map(({ id }) => id);
  const onCall = await eachSchedule(schedules, ids, onBroken, (schedule) => onCallAt(schedule, directory, instantOf(at)));
  return new Map(ids.map((id) => [id, { userIds: onCall.get(id) ?? [], shifts: shifts.get(id) ?? [] }]));
}

/**
 * Who is on call now in each schedule of an organization.
 * @param teams whose schedules are wanted, null for those of no team; all when left out
 */
export async function onCallEverywhere(
  db: Db,
  org: string,
  at: Date,
  onBroken: OnBroken,
  teams?: ReadonlySet<string | null>,
): Promise<readonly { id: string; name: string; teamId: string | null; userIds: readonly string[] }[]> {
  const rows = await db
    .selectFrom('schedule')
    .select('id')
    .where('organization_id', '=', org)
    .$if(teams !== undefined, (query) => query.where(inTeams(teams ?? new Set())))
    .orderBy('name')
    .orderBy('id')
    .execute();
  const byId = new Map(
    (
      await schedulesById(
        db,
        org,
        rows.map(({ id }) => id),
      )
    ).map((schedule) => [schedule.id, schedule]),
  );
  const onCall = await onCallNow(db, org, [...byId.values()], at, onBroken);
  return rows.flatMap(({ id }) => {
    const schedule = byId.get(id);
    if (schedule === undefined) return [];
    return [{ id, name: schedule.name, teamId: schedule.teamId, userIds: onCall.get(id)?.userIds ?? [] }];
  });
}

const inTeams = (teams: ReadonlySet<string | null>) =>
  sql<boolean>`(team_id = any(${[...teams].filter((team) => team !== null)}::text[]) ${teams.has(null) ? sql`or team_id is null` : sql``})`;

/** Whom each schedule of an organization has on call in a range, a row per person and event, cut to the range. One that cannot be computed has nobody. */
export async function onCallBetween(
  db: Db,
  org: string,
  range: { from: Date; to: Date },
  now: Date,
  onBroken: OnBroken,
): Promise<readonly { id: string; name: string; shifts: readonly FinalShift[] }[]> {
  const rows = await db.selectFrom('schedule').select('id').where('organization_id', '=', org).orderBy('name').execute();
  const infos = await schedulesById(
    db,
    org,
    rows.map(({ id }) => id),
  );
  if (infos.length === 0) return [];
  const ids = infos.map(({ id }) => id);
  const shifts = await shiftsIn(await completeSchedules(db, org, infos, onBroken), ids, range, now, onBroken);
  return infos.map(({ id, name }) => ({ id, name, shifts: shifts.get(id) ?? [] }));
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

/** The same for many schedules, by id; those that are not there, or cannot be computed, are left out. */
export async function finalShiftsOf(
  db: Db,
  org: string,
  ids: readonly string[],
  range: { from: Date; to: Date },
  now: Date,
  onBroken: OnBroken,
): Promise<ReadonlyMap<string, readonly FinalShift[]>> {
  return shiftsIn(await loadSchedules(db, org, ids, onBroken), ids, range, now, onBroken);
}

function shiftsIn(
  { schedules, directory }: LoadedSchedules,
  ids: readonly string[],
  range: { from: Date; to: Date },
  now: Date,
  onBroken: OnBroken,
): Promise<ReadonlyMap<string, readonly FinalShift[]>> {
  const window = { from: instantOf(range.from), to: instantOf(range.to) };
  return eachSchedule(schedules, ids, onBroken, (schedule) => {
    const { events } = finalSchedule(schedule, directory, window, { now: instantOf(now) });
    return cutToWindow(events, window).flatMap(rowsOf);
  });
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

/** A piece of a schedule: who is, or would be, on call. */
export interface TimelinePiece {
  readonly start: string;
  readonly end: string;
  readonly userIds: readonly string[];
  readonly shiftId: string | null;
  readonly shiftName: string | null;
  readonly level: number;
  readonly isOverride: boolean;
  /** Swap requests that touch the piece; `beneficiary` is who gave the turn away. */
  readonly swaps: readonly { readonly swapId: string; readonly userId: string; readonly beneficiary: string | null }[];
  /** Names in an imported calendar that match nobody. */
  readonly missing: readonly string[];
}

export interface ScheduleTimeline {
  /** After priorities, overrides and swaps. */
  readonly final: readonly TimelinePiece[];
  /** Every occurrence of every shift, as it stands by itself. */
  readonly shifts: readonly TimelinePiece[];
  /** Times when nobody is on call. */
  readonly gaps: readonly { readonly start: string; readonly end: string }[];
}

/** What a calendar of a schedule shows in a range, cut to it; null when there is no such schedule. */
export async function scheduleTimeline(
  db: Db | Tx,
  org: string,
  scheduleId: string,
  range: { from: Date; to: Date },
  now: Date,
): Promise<ScheduleTimeline | null> {
  const { schedules, directory } = await loadSchedules(db, org, [scheduleId]);
  const schedule = schedules.get(scheduleId);
  if (schedule === undefined) return null;
  const window = { from: instantOf(range.from), to: instantOf(range.to) };
  const { events } = finalSchedule(schedule, directory, window, { now: instantOf(now) });
  const raw = rawEvents(schedule, directory, window);
  return {
    final: cutToWindow(events, window).map(pieceOf),
    shifts: cutToWindow(raw.events, window).map(pieceOf),
    gaps: gapsOf(events, window).map(({ start, end }) => ({ start: formatInstant(start), end: formatInstant(end) })),
  };
}

const pieceOf = (event: ScheduleEvent): TimelinePiece => ({
  start: formatInstant(event.start),
  end: formatInstant(event.end),
  userIds: [...new Set(event.users.map((user) => user.id))],
  shiftId: event.shiftId,
  shiftName: event.shiftName,
  level: event.level,
  isOverride: event.calendar === 'overrides' || event.shiftType === 'override',
  swaps: event.users.flatMap(({ id, swap }) => (swap === null ? [] : [{ ...swap, userId: id }])),
  missing: event.missing,
});
