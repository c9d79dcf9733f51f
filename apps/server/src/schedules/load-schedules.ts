import {
  assembleSchedule,
  type CivilDay,
  createDirectory,
  type Directory,
  type ImportedCalendar,
  type Schedule,
} from '@tocsin/rota';
import { sql } from 'kysely';
import type { Db, Tx } from '../platform/db/database.ts';
import { readCopy } from './feeds/read-copy.ts';
import { holidayDays } from './holidays.ts';
import type { ScheduleInfo } from './schedule.ts';
import { schedulesById } from './schedule-store.ts';
import type { OnCallShift } from './shift.ts';
import { shiftsOfSchedules } from './shift-store.ts';
import { swapsOfSchedules } from './swap-store.ts';
import { toRotaShift, toRotaSwap } from './to-rota.ts';

/** Schedules ready to be asked who is on call, and the people that they may name. */
export interface LoadedSchedules {
  readonly schedules: ReadonlyMap<string, Schedule>;
  readonly directory: Directory;
  /** Shifts of each, in the order they were made. */
  readonly shifts: ReadonlyMap<string, readonly OnCallShift[]>;
  /** Schedules whose imported calendar has no usable copy. */
  readonly withoutCopy: ReadonlySet<string>;
}

/** Told of a schedule that cannot be computed: a bug, or a row that was not written by this server. */
export type OnBroken = (scheduleId: string, err: unknown) => void;

/**
 * Reads schedules of one organization with all that decides who is on call. Ids that are not there are passed over.
 * @param alsoUserIds people beside those in shifts and swaps whom the directory shall know
 * @param onBroken a schedule that cannot be made is told here and left out, so that the others stand; without it, it throws
 */
export async function loadSchedules(
  db: Db | Tx,
  org: string,
  ids: readonly string[],
  onBroken?: OnBroken,
  alsoUserIds: readonly string[] = [],
): Promise<LoadedSchedules> {
  return completeSchedules(db, org, await schedulesById(db, org, ids), onBroken, alsoUserIds);
}

/** The same for schedules whose rows have been read. */
export async function completeSchedules(
  db: Db | Tx,
  org: string,
  infos: readonly ScheduleInfo[],
  onBroken?: OnBroken,
  alsoUserIds: readonly string[] = [],
): Promise<LoadedSchedules> {
  const ids = infos.map((info) => info.id);
  const places = [...new Set(infos.flatMap((info) => (info.holidayCountry === null ? [] : [info.holidayCountry])))];
  const [shifts, swaps, feeds, holidays] = await Promise.all([
    shiftsOfSchedules(db, org, ids),
    swapsOfSchedules(db, org, ids),
    readFeeds(db, org, ids),
    holidayDays(db, places),
  ]);
  // Imported calendars name people in ways of their own; else only those who are in shifts and swaps matter.
  const named = [...alsoUserIds, ...swaps.flatMap((swap) => [swap.beneficiaryId, swap.benefactorId ?? '']), ...peopleIn(shifts)];
  const directory = await readDirectory(db, org, feeds.size > 0 ? null : [...new Set(named)]);
  const schedules = new Map<string, Schedule>();
  const withoutCopy = new Set<string>();
  for (const info of infos) {
    const of = shifts.get(info.id) ?? [];
    const primary = feeds.get(`${info.id} primary`) ?? null;
    const overrides = feeds.get(`${info.id} overrides`) ?? null;
    if (info.type === 'ical' && primary === null) withoutCopy.add(info.id);
    try {
      const own = swaps.filter((swap) => swap.scheduleId === info.id).map(toRotaSwap);
      const stored = storedOf(info, of, primary, overrides, holidays.get(info.holidayCountry ?? '') ?? []);
      schedules.set(info.id, assembleSchedule(stored, own));
    } catch (err) {
      if (onBroken === undefined) throw err;
      onBroken(info.id, err);
    }
  }
  return { schedules, directory, shifts, withoutCopy };
}

function storedOf(
  info: ScheduleInfo,
  shifts: Awaited<ReturnType<typeof shiftsOfSchedules>> extends Map<string, infer S> ? S : never,
  primary: ImportedCalendar | null,
  overrides: ImportedCalendar | null,
  holidays: readonly CivilDay[],
): Parameters<typeof assembleSchedule>[0] {
  switch (info.type) {
    case 'ical':
      return { type: 'ical', primary, overrides };
    case 'calendar':
      return {
        type: 'calendar',
        timeZone: info.timeZone,
        shifts: shifts.filter((shift) => shift.ownedByScheduleId === null).map((shift) => toRotaShift(shift, holidays)),
        enableWebOverrides: info.enableWebOverrides === true,
        webOverrides: shifts.filter((shift) => shift.ownedByScheduleId !== null).map((shift) => toRotaShift(shift, holidays)),
        overrides,
      };
    case 'web':
      return { type: 'web', shifts: shifts.map((shift) => toRotaShift(shift, holidays)) };
  }
}

/** Parsed copies of feeds by `<schedule id> <kind>`. */
async function readFeeds(db: Db | Tx, org: string, ids: readonly string[]): Promise<Map<string, ImportedCalendar>> {
  const { rows } = await sql<{ schedule_id: string; kind: string; content: string }>`
    select schedule_id, kind, content from schedule_feed
    where organization_id = ${org} and schedule_id = any(${[...ids]}::text[]) and content is not null`.execute(db);
  const calendars = new Map<string, ImportedCalendar>();
  for (const row of rows) {
    const read = readCopy(row.content, 'utc');
    if (read.ok) calendars.set(`${row.schedule_id} ${row.kind}`, read.calendar); // a copy is stored only when it could be read
  }
  return calendars;
}

const peopleIn = (shifts: ReadonlyMap<string, readonly OnCallShift[]>): string[] =>
  [...shifts.values()].flat().flatMap((shift) => [...shift.userIds, ...(shift.rollingUsers ?? []).flat()]);

/** @param ids of the people who matter; null: everybody */
async function readDirectory(db: Db | Tx, org: string, ids: readonly string[] | null): Promise<Directory> {
  if (ids?.length === 0) return createDirectory([]);
  const { rows } = await sql<{ id: string; username: string; email: string; may_be_notified: boolean; is_active: boolean }>`
    select id, username, email, may_be_notified, is_active from users
    where organization_id = ${org} ${ids === null ? sql`` : sql`and id = any(${[...ids]}::text[])`}`.execute(db);
  return createDirectory(
    rows.map((row) => ({
      id: row.id,
      username: row.username,
      email: row.email === '' ? null : row.email,
      active: row.is_active,
      notifiable: row.may_be_notified,
    })),
  );
}
