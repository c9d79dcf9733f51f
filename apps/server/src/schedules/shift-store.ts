import { type Selectable, sql } from 'kysely';
import { inVisibleTeam, ofTeam, type Viewer } from '../access/index.ts';
import type { Db, Tx } from '../platform/db/database.ts';
import { fillPage, type Page, selectPage, type Window } from '../platform/db/page.ts';
import { newId } from '../platform/ids.ts';
import type { OnCallShift, ShiftSettings, ShiftType, Weekday } from './shift.ts';
import type { OnCallShiftTable } from './tables.ts';

export interface ShiftFilter {
  readonly name?: string;
  /** Attached to, or owned by, this schedule. */
  readonly scheduleId?: string;
  /** Names this person, in whichever way. */
  readonly userId?: string;
  readonly type?: ShiftType;
  /** null: shifts without a team. */
  readonly teamId?: string | null;
  /** Leaves out what this person does not see; all is listed without it. */
  readonly visibleTo?: Viewer;
}

type ShiftRow = Selectable<OnCallShiftTable> & { attached_to: string | null };

/** Shifts of the organization as they are now, oldest first, each once. */
export async function listShifts(db: Db, org: string, filter: ShiftFilter, window: Window): Promise<Page<OnCallShift>> {
  const where = [sql`s.organization_id = ${org}`, sql`s.version_of is null`];
  if (filter.name !== undefined) where.push(sql`s.name = ${filter.name}`);
  if (filter.type !== undefined) where.push(sql`s.type = ${filter.type}`);
  if (filter.userId !== undefined)
    where.push(sql`(${filter.userId} = any(s.user_ids) or exists (
      select from jsonb_array_elements(s.rolling_users) turn where jsonb_exists(turn, ${filter.userId})))`);
  if (filter.teamId !== undefined) where.push(ofTeam(filter.teamId, sql`s.team_id`));
  if (filter.visibleTo !== undefined) {
    // What belongs to a schedule and to no team of its own is part of the schedule.
    const owner = sql`coalesce(s.team_id, (
      select p.team_id from schedule p where p.organization_id = s.organization_id and p.id = s.schedule_id))`;
    where.push(inVisibleTeam(filter.visibleTo, owner));
  }
  if (filter.scheduleId !== undefined) {
    where.push(sql`(s.schedule_id = ${filter.scheduleId} or exists (
      select from schedule_shift a where a.organization_id = s.organization_id and a.shift_id = s.id and a.schedule_id = ${filter.scheduleId}))`);
  }
  const page = await selectPage(
    db,
    {
      from: sql`on_call_shift s`,
      where,
      id: sql`s.id`,
      keys: [
        { column: sql`s.created_at`, type: 'timestamptz' },
        { column: sql`s.id`, type: 'text' },
      ],
      direction: 'asc',
    },
    window,
  );
  return fillPage(page, await shiftsById(db, org, page.rows), (shift) => shift.id);
}

/** Shifts by their ids, in no order. */
export async function shiftsById(db: Db | Tx, org: string, ids: readonly string[]): Promise<OnCallShift[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<ShiftRow>`
    select s.*, (select a.schedule_id from schedule_shift a
      where a.organization_id = s.organization_id and a.shift_id = s.id order by a.attached_at, a.schedule_id limit 1) as attached_to
    from on_call_shift s where s.organization_id = ${org} and s.id = any(${[...ids]}::text[])`.execute(db);
  return rows.map(fromRow);
}

export async function findShift(db: Db | Tx, org: string, id: string): Promise<OnCallShift | null> {
  return (await shiftsById(db, org, [id]))[0] ?? null;
}

/** Shifts that make the on-call time of each schedule: attached ones with what they were before, and owned ones, in the order they were made. */
export async function shiftsOfSchedules(
  db: Db | Tx,
  org: string,
  scheduleIds: readonly string[],
): Promise<Map<string, OnCallShift[]>> {
  const { rows } = await sql<ShiftRow & { of_schedule: string }>`
    select s.*, null as attached_to, l.schedule_id as of_schedule
    from (
      select schedule_id, shift_id from schedule_shift where organization_id = ${org} and schedule_id = any(${[...scheduleIds]}::text[])
      union
      select a.schedule_id, v.id from schedule_shift a
      join on_call_shift v on v.organization_id = a.organization_id and v.version_of = a.shift_id
      where a.organization_id = ${org} and a.schedule_id = any(${[...scheduleIds]}::text[])
      union
      select schedule_id, id from on_call_shift where organization_id = ${org} and schedule_id = any(${[...scheduleIds]}::text[])
    ) l join on_call_shift s on s.organization_id = ${org} and s.id = l.shift_id
    order by s.created_at, s.id`.execute(db);
  const shifts = new Map<string, OnCallShift[]>(scheduleIds.map((id) => [id, []]));
  for (const row of rows) shifts.get(row.of_schedule)?.push(fromRow(row));
  return shifts;
}

/** Schedules that a shift belongs to or is attached to. */
export async function schedulesOfShift(db: Db | Tx, org: string, shiftId: string): Promise<string[]> {
  const { rows } = await sql<{ schedule_id: string }>`
    select schedule_id from schedule_shift where organization_id = ${org} and shift_id = ${shiftId}
    union select schedule_id from on_call_shift where organization_id = ${org} and id = ${shiftId} and schedule_id is not null`.execute(
    db,
  );
  return rows.map((row) => row.schedule_id);
}

export async function createShift(
  tx: Tx,
  org: string,
  settings: ShiftSettings,
  ownedByScheduleId: string | null,
  now: Date,
): Promise<OnCallShift> {
  const id = newId('O');
  await tx
    .insertInto('on_call_shift')
    .values({
      organization_id: org,
      id,
      schedule_id: ownedByScheduleId,
      ...toColumns(settings),
      created_at: now,
      updated_at: now,
    })
    .execute();
  return { ...settings, id, scheduleId: ownedByScheduleId, ownedByScheduleId, versionOf: null };
}

/** Former versions of a rotation, the newest first. */
export async function versionsOfShift(db: Db | Tx, org: string, id: string): Promise<OnCallShift[]> {
  const { rows } = await sql<ShiftRow>`
    select *, null as attached_to from on_call_shift where organization_id = ${org} and version_of = ${id}
    order by until desc, id`.execute(db);
  return rows.map(fromRow);
}

/** Keeps a rotation as it was, beside what becomes of it under its own id. */
export async function addVersion(tx: Tx, org: string, shift: OnCallShift, now: Date): Promise<void> {
  await tx
    .insertInto('on_call_shift')
    .values({
      organization_id: org,
      id: newId('O'),
      version_of: shift.id,
      schedule_id: shift.ownedByScheduleId,
      ...toColumns(shift),
      created_at: now,
      updated_at: now,
    })
    .execute();
}

/** What a rotation was goes with it, or stands by itself from then on. */
export async function partVersions(tx: Tx, org: string, id: string, become: 'removed' | 'shifts'): Promise<void> {
  await (become === 'removed'
    ? sql`delete from on_call_shift where organization_id = ${org} and version_of = ${id}`
    : sql`update on_call_shift set version_of = null where organization_id = ${org} and version_of = ${id}`
  ).execute(tx);
}

export async function saveShift(tx: Tx, org: string, shift: OnCallShift, now: Date): Promise<void> {
  await tx
    .updateTable('on_call_shift')
    .set({ schedule_id: shift.ownedByScheduleId, ...toColumns(shift), updated_at: now })
    .where('organization_id', '=', org)
    .where('id', '=', shift.id)
    .execute();
}

export async function removeShift(tx: Tx, org: string, id: string): Promise<void> {
  await tx.deleteFrom('on_call_shift').where('organization_id', '=', org).where('id', '=', id).execute();
}

const toColumns = (shift: ShiftSettings) => ({
  name: shift.name,
  type: shift.type,
  team_id: shift.teamId,
  time_zone: shift.timeZone,
  level: shift.level,
  start: shift.start,
  duration_seconds: shift.durationSeconds,
  rotation_start: shift.rotationStart,
  frequency: shift.frequency,
  interval: shift.interval,
  until: shift.until,
  week_start: shift.weekStart,
  shows_week_start: shift.showsWeekStart,
  by_day: shift.byDay === null ? null : [...shift.byDay],
  by_month: shift.byMonth === null ? null : [...shift.byMonth],
  by_monthday: shift.byMonthday === null ? null : [...shift.byMonthday],
  user_ids: [...shift.userIds],
  rolling_users: shift.rollingUsers === null ? null : JSON.stringify(shift.rollingUsers),
  start_rotation_from_user_index: shift.startRotationFromUserIndex,
  source: shift.source,
  holidays: shift.holidays,
  members: JSON.stringify(
    shift.members.map((member) => ({ user_id: member.userId, joins: member.joins, leaves: member.leaves })),
  ),
});

const fromRow = (row: ShiftRow): OnCallShift => ({
  id: row.id,
  scheduleId: row.schedule_id ?? row.attached_to,
  ownedByScheduleId: row.schedule_id,
  versionOf: row.version_of,
  name: row.name,
  type: row.type,
  teamId: row.team_id,
  timeZone: row.time_zone,
  level: row.level,
  start: row.start,
  durationSeconds: row.duration_seconds,
  rotationStart: row.rotation_start,
  frequency: row.frequency,
  interval: row.interval,
  until: row.until,
  weekStart: row.week_start as Weekday,
  showsWeekStart: row.shows_week_start,
  byDay: row.by_day as Weekday[] | null,
  byMonth: row.by_month,
  byMonthday: row.by_monthday,
  userIds: row.user_ids,
  rollingUsers: row.rolling_users,
  startRotationFromUserIndex: row.start_rotation_from_user_index,
  source: row.source,
  holidays: row.holidays,
  members: row.members.map((member) => ({ userId: member.user_id, joins: member.joins, leaves: member.leaves })),
});
