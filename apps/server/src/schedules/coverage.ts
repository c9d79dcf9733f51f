import {
  addMs,
  cutToWindow,
  type Directory,
  fairnessReport,
  finalSchedule,
  findZone,
  formatInstant,
  instantOf,
  type QualityReport,
  qualityReport,
  qualityWindow,
  type Schedule,
  type TimeOff,
  timeOffReport,
  UTC,
} from '@tocsin/rota';
import { sql } from 'kysely';
import type { Db } from '../platform/db/database.ts';
import { eachSchedule } from './each-schedule.ts';
import { holidayDays } from './holidays.ts';
import { loadSchedules, type OnBroken } from './load-schedules.ts';
import { findSchedule } from './schedule-store.ts';
import { timeOffOfFeeds } from './time-off-feed-store.ts';
import { timeOffBetween } from './time-off-store.ts';

const DAY_MS = 86_400_000;

/** Something in the days ahead that would leave an alert with nobody, or with nobody who is there. */
export interface CoverageWarning {
  readonly type: 'gap' | 'empty_shift' | 'time_off' | 'calendar' | 'shift';
  /** `2026-05-05T08:00:00Z`; null where the warning is not about a time. */
  readonly start: string | null;
  readonly end: string | null;
  readonly userId: string | null;
  readonly text: string;
}

/** What would go wrong in a schedule within the next days; null when there is no such schedule. */
export async function coverageWarnings(
  db: Db,
  org: string,
  scheduleId: string,
  now: Date,
  days: number,
  onBroken: OnBroken,
): Promise<CoverageWarning[] | null> {
  return (await coverageWarningsOf(db, org, [scheduleId], now, days, onBroken)).get(scheduleId) ?? null;
}

const BROKEN: CoverageWarning = {
  type: 'shift',
  start: null,
  end: null,
  userId: null,
  text: 'The schedule cannot be computed, so escalation finds nobody in it. The log of the server says why.',
};

/**
 * What would go wrong in each of these schedules within the next days; those that are not there are left out. That one cannot be computed is
 * a warning of its own.
 */
export async function coverageWarningsOf(
  db: Db,
  org: string,
  ids: readonly string[],
  now: Date,
  days: number,
  onBroken: OnBroken,
): Promise<ReadonlyMap<string, CoverageWarning[]>> {
  const broken = new Set<string>();
  const noteBroken: OnBroken = (id, err) => {
    broken.add(id);
    onBroken(id, err);
  };
  const { schedules, directory, withoutCopy } = await loadSchedules(db, org, ids, noteBroken);
  const window = { from: instantOf(now), to: addMs(instantOf(now), days * DAY_MS) };
  const [noted, ofFeeds, failing] = await Promise.all([
    timeOffBetween(db, org, now, new Date(window.to)),
    timeOffOfFeeds(db, org, window),
    feedErrors(db, org, ids),
  ]);
  const away: TimeOff[] = [
    ...noted.map((row) => ({ userId: row.userId, start: instantOf(row.startsAt), end: instantOf(row.endsAt) })),
    ...ofFeeds,
  ];
  const found = await eachSchedule(schedules, ids, noteBroken, (schedule) => warningsOf(schedule, directory, away, window));
  return new Map(
    ids.flatMap((id): [string, CoverageWarning[]][] => {
      const warnings = broken.has(id) ? [BROKEN] : found.get(id);
      return warnings === undefined ? [] : [[id, [...feedWarnings(failing.get(id) ?? [], withoutCopy.has(id)), ...warnings]]];
    }),
  );
}

function warningsOf(
  schedule: Schedule,
  directory: Directory,
  away: readonly TimeOff[],
  window: Parameters<typeof finalSchedule>[2],
): CoverageWarning[] {
  const { events, gaps, emptyShifts, problems } = finalSchedule(schedule, directory, window, {
    now: window.from,
    openSwaps: 'ignore',
  });
  const span = (piece: { start: Parameters<typeof formatInstant>[0]; end: Parameters<typeof formatInstant>[0] }) => ({
    start: formatInstant(piece.start),
    end: formatInstant(piece.end),
  });
  return [
    ...problems.map(
      (problem): CoverageWarning => ({ type: 'shift', start: null, end: null, userId: null, text: problem.message }),
    ),
    ...gaps.map((gap): CoverageWarning => ({ type: 'gap', ...span(gap), userId: null, text: 'Nobody is on call' })),
    ...cutToWindow(emptyShifts, window).map(
      (shift): CoverageWarning => ({
        type: 'empty_shift',
        ...span(shift),
        userId: null,
        text:
          shift.missing.length === 0
            ? 'The shift has no people'
            : `Nobody of the shift can be notified: ${shift.missing.join(', ')}`,
      }),
    ),
    ...timeOffReport(events, away, window).away.map(
      (shift): CoverageWarning => ({
        type: 'time_off',
        ...span(shift),
        userId: shift.userId,
        text: `${directory.byId.get(shift.userId)?.username ?? shift.userId} is on call while away`,
      }),
    ),
  ];
}

type FeedError = { schedule_id: string; kind: string; error: string; error_since: Date; fetched_at: Date | null };

/** Imported calendars that cannot be fetched, by schedule. */
async function feedErrors(db: Db, org: string, ids: readonly string[]): Promise<ReadonlyMap<string, readonly FeedError[]>> {
  const { rows } = await sql<FeedError>`
    select schedule_id, kind, error, error_since, fetched_at from schedule_feed
    where organization_id = ${org} and schedule_id = any(${[...ids]}::text[]) and error is not null order by kind`.execute(db);
  const found = new Map<string, FeedError[]>();
  for (const row of rows) found.set(row.schedule_id, [...(found.get(row.schedule_id) ?? []), row]);
  return found;
}

function feedWarnings(errors: readonly FeedError[], isWithoutCopy: boolean): CoverageWarning[] {
  const about = { type: 'calendar' as const, start: null, end: null, userId: null };
  const failing = errors.map(({ kind, error, error_since, fetched_at }) => {
    const copy = fetched_at === null ? 'there is no copy' : `the copy of ${fetched_at.toISOString()} is in use`;
    return { ...about, text: `The ${kind} calendar cannot be fetched since ${error_since.toISOString()} (${error}); ${copy}` };
  });
  if (isWithoutCopy && failing.length === 0) return [{ ...about, text: 'The primary calendar has not been fetched yet' }];
  return failing;
}

/** How well a schedule covers the coming days and shares the load; null when there is no such schedule. */
export async function scheduleQuality(
  db: Db,
  org: string,
  scheduleId: string,
  now: Date,
  days: number,
): Promise<QualityReport | null> {
  const { schedules, directory } = await loadSchedules(db, org, [scheduleId]);
  const schedule = schedules.get(scheduleId);
  if (schedule === undefined) return null;
  const from = instantOf(now);
  const { events } = finalSchedule(schedule, directory, qualityWindow(from, days), { now: from, openSwaps: 'ignore' });
  return qualityReport(events, from, days);
}

/** How on-call time, and its unpleasant parts, fell on one person. Hours. */
export interface LoadShare {
  readonly userId: string;
  readonly onCallHours: number;
  readonly nightHours: number;
  readonly weekendHours: number;
  readonly holidayHours: number;
  /** 1 is a fair share for the time the person was there, 2 twice that; null when there is nothing to share. */
  readonly load: number | null;
}

/** Shares of everybody who has a shift in the range; null when there is no such schedule. */
export async function loadShares(
  db: Db,
  org: string,
  scheduleId: string,
  range: { from: Date; to: Date },
): Promise<LoadShare[] | null> {
  const info = await findSchedule(db, org, scheduleId);
  if (info === null) return null;
  const { schedules, directory } = await loadSchedules(db, org, [scheduleId]);
  const schedule = schedules.get(scheduleId);
  if (schedule === undefined) return null;
  const window = { from: instantOf(range.from), to: instantOf(range.to) };
  const { events } = finalSchedule(schedule, directory, window, { now: window.from, openSwaps: 'ignore' });
  const userIds = [...new Set(events.flatMap((event) => event.users.map((user) => user.id)))].sort();
  const zones = new Map(
    (
      await sql<{ id: string; timezone: string | null }>`
        select id, timezone from users where organization_id = ${org} and id = any(${userIds}::text[])`.execute(db)
    ).rows.map((row) => [row.id, row.timezone]),
  );
  const holidays =
    info.holidayCountry === null ? [] : ((await holidayDays(db, [info.holidayCountry])).get(info.holidayCountry) ?? []);
  const members = userIds.map((userId) => ({
    userId,
    zone: findZone(zones.get(userId) ?? info.timeZone) ?? UTC,
    holidays,
    available: null,
  }));
  const hours = (ms: number): number => Math.round(ms / 36_000) / 100;
  return fairnessReport(events, members, window).map((figure) => ({
    userId: figure.userId,
    onCallHours: hours(figure.onCallMs),
    nightHours: hours(figure.nightMs),
    weekendHours: hours(figure.weekendMs),
    holidayHours: hours(figure.holidayMs),
    load: figure.load === null ? null : Math.round(figure.load * 100) / 100,
  }));
}
