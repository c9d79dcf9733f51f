import {
  addMs,
  type Directory,
  finalSchedule,
  formatInstant,
  type Instant,
  instantOf,
  nextShiftPerUser,
  onCallAt,
  type Schedule,
  type ScheduleEvent,
} from '@tocsin/rota';
import { sql } from 'kysely';
import { inVisibleTeam, type Viewer } from '../access/index.ts';
import type { Db } from '../platform/db/database.ts';
import { eachSchedule } from './each-schedule.ts';
import { completeSchedules, loadSchedules, type OnBroken } from './load-schedules.ts';
import { schedulesById } from './schedule-store.ts';
import { timeOffOfFeeds } from './time-off-feed-store.ts';
import { timeOffBetween } from './time-off-store.ts';

const DAY_MS = 86_400_000;
/** The stretch of a calendar export, which is what counts as taking part in a schedule (schedules.md 18). */
const PAST_DAYS = 15;
const AHEAD_DAYS = 179;

/** A turn of somebody; times as `2026-05-05T08:00:00Z`. */
export interface Turn {
  readonly start: string;
  readonly end: string;
  readonly shiftId: string | null;
  /** Whether it has begun. */
  readonly isNow: boolean;
}

const turnOf = (event: ScheduleEvent, now: Instant): Turn => ({
  start: formatInstant(event.start),
  end: formatInstant(event.end),
  shiftId: event.shiftId,
  isNow: event.start <= now,
});

/** For each person the turn that ends next, within some days; null when there is no such schedule. */
export async function nextTurns(
  db: Db,
  org: string,
  scheduleId: string,
  now: Date,
  days: number,
): Promise<(Turn & { readonly userId: string })[] | null> {
  const { schedules, directory } = await loadSchedules(db, org, [scheduleId]);
  const schedule = schedules.get(scheduleId);
  if (schedule === undefined) return null;
  const at = instantOf(now);
  return [...nextShiftPerUser(schedule, directory, at, days)].map(([userId, event]) => ({ userId, ...turnOf(event, at) }));
}

/** Ids of those who had or have a turn in a schedule around now; null when there is no such schedule. */
export async function peopleOfSchedule(db: Db, org: string, scheduleId: string, now: Date): Promise<string[] | null> {
  const { schedules, directory } = await loadSchedules(db, org, [scheduleId]);
  const schedule = schedules.get(scheduleId);
  if (schedule === undefined) return null;
  const at = instantOf(now);
  const window = { from: addMs(at, -PAST_DAYS * DAY_MS), to: addMs(at, AHEAD_DAYS * DAY_MS) };
  const { events } = finalSchedule(schedule, directory, window, { now: at, openSwaps: 'ignore' });
  return [...new Set(events.flatMap((event) => event.users.map((user) => user.id)))];
}

export interface TurnsInSchedule {
  readonly scheduleId: string;
  readonly scheduleName: string;
  readonly current: Turn | null;
  readonly next: Turn | null;
}

/**
 * The turns of a person that are under way or come next, by schedule, as far as a viewer sees these; only schedules with one. Those that cannot
 * be computed are left out.
 */
export async function turnsOfPerson(
  db: Db,
  org: string,
  userId: string,
  now: Date,
  days: number,
  viewer: Viewer | undefined,
  onBroken: OnBroken,
): Promise<TurnsInSchedule[]> {
  const at = instantOf(now);
  const window = { from: at, to: addMs(at, days * DAY_MS) };
  const turns = await inSchedulesOf(db, org, userId, viewer, onBroken, (schedule, directory) => {
    const { events } = finalSchedule(schedule, directory, window, { now: at, openSwaps: 'ignore' });
    const own = events.filter((event) => event.end > at && event.users.some((user) => user.id === userId));
    const [current, next] = [own.find((event) => event.start <= at), own.find((event) => event.start > at)];
    return { current: current === undefined ? null : turnOf(current, at), next: next === undefined ? null : turnOf(next, at) };
  });
  return turns
    .filter(({ found: { current, next } }) => current !== null || next !== null)
    .map(({ found, ...schedule }) => ({ ...schedule, ...found }));
}

const LONGEST_TURN_DAYS = 31;

/** Until when a person is on call on the schedules that have them on call now. Turns that follow one another without a gap are one. */
export async function onCallUntil(
  db: Db,
  org: string,
  userId: string,
  now: Date,
  viewer: Viewer | undefined,
  onBroken: OnBroken,
): Promise<{ readonly scheduleId: string; readonly scheduleName: string; readonly until: string }[]> {
  const at = instantOf(now);
  const window = { from: at, to: addMs(at, LONGEST_TURN_DAYS * DAY_MS) };
  const ends = await inSchedulesOf(db, org, userId, viewer, onBroken, (schedule, directory) => {
    if (!onCallAt(schedule, directory, at).includes(userId)) return at;
    const { events } = finalSchedule(schedule, directory, window, { now: at });
    return events
      .filter((event) => event.end > at && event.users.some((user) => user.id === userId))
      .toSorted((a, b) => a.start - b.start)
      .reduce((end, event) => (event.start <= end && event.end > end ? event.end : end), at);
  });
  return ends.filter(({ found }) => found > at).map(({ found, ...schedule }) => ({ ...schedule, until: formatInstant(found) }));
}

/** What is worked out of each schedule that may have a person on call, in the order of names. */
async function inSchedulesOf<T>(
  db: Db,
  org: string,
  userId: string,
  viewer: Viewer | undefined,
  onBroken: OnBroken,
  work: (schedule: Schedule, directory: Directory) => T,
): Promise<{ readonly scheduleId: string; readonly scheduleName: string; readonly found: T }[]> {
  const infos = await schedulesById(db, org, await schedulesThatMayName(db, org, userId, viewer));
  if (infos.length === 0) return [];
  const names = new Map(
    infos.toSorted((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1)).map(({ id, name }) => [id, name]),
  );
  const { schedules, directory } = await completeSchedules(db, org, infos, onBroken);
  const results = await eachSchedule(schedules, [...names.keys()], onBroken, (schedule) => work(schedule, directory));
  return [...results].map(([id, found]) => ({ scheduleId: id, scheduleName: names.get(id) ?? '', found }));
}

/** Schedules that name a person by id, through a swap that they took, or maybe in an imported calendar. */
async function schedulesThatMayName(db: Db, org: string, userId: string, viewer: Viewer | undefined): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with named as (
      select id, version_of, schedule_id from on_call_shift where organization_id = ${org}
        and (${userId} = any(user_ids) or exists (select from jsonb_array_elements(rolling_users) turn where jsonb_exists(turn, ${userId})))
    )
    select s.id from schedule s where s.organization_id = ${org} and s.id in (
      select schedule_id from named where schedule_id is not null
      union select a.schedule_id from named n
        join schedule_shift a on a.organization_id = ${org} and a.shift_id = coalesce(n.version_of, n.id)
      union select schedule_id from shift_swap where organization_id = ${org} and benefactor_id = ${userId} and deleted_at is null
      union select schedule_id from schedule_feed where organization_id = ${org} and content is not null)
    ${viewer === undefined ? sql`` : sql`and ${inVisibleTeam(viewer, sql`s.team_id`)}`}`.execute(db);
  return rows.map((row) => row.id);
}

/** Until when a person is away, by what they noted and by their own calendar; null when they are not. */
export async function awayUntil(db: Db, org: string, userId: string, now: Date): Promise<Date | null> {
  const window = { from: instantOf(now), to: addMs(instantOf(now), 1) };
  const noted = (await timeOffBetween(db, org, now, new Date(window.to))).map((row) => ({
    userId: row.userId,
    end: row.endsAt.getTime(),
  }));
  const ends = [...noted, ...(await timeOffOfFeeds(db, org, window))]
    .filter((off) => off.userId === userId)
    .map(({ end }) => end);
  return ends.length === 0 ? null : new Date(Math.max(...ends));
}
