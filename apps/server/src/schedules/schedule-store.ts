import { type Selectable, sql } from 'kysely';
import { inVisibleTeam, ofTeam, type Viewer } from '../access/index.ts';
import type { Db, Tx } from '../platform/db/database.ts';
import { listTable, type Page, rowsById, type Window } from '../platform/db/page.ts';
import { newId } from '../platform/ids.ts';
import { notify } from '../platform/notify.ts';
import { keepHolidays } from './holidays.ts';
import type { ScheduleInfo, ScheduleSettings } from './schedule.ts';
import type { ScheduleTable } from './tables.ts';

/** Announces that who is on call may have changed. */
const CHANNEL = 'schedule_changed';

export interface ScheduleFilter {
  readonly name?: string;
  /** null: schedules without a team. */
  readonly teamId?: string | null;
  /** Leaves out what this person does not see; all is listed without it. */
  readonly visibleTo?: Viewer;
}

/** Schedules of the organization, oldest first. */
export async function listSchedules(db: Db, org: string, filter: ScheduleFilter, window: Window): Promise<Page<ScheduleInfo>> {
  const where = [sql`organization_id = ${org}`];
  if (filter.name !== undefined) where.push(sql`name = ${filter.name}`);
  if (filter.teamId !== undefined) where.push(ofTeam(filter.teamId, sql`team_id`));
  if (filter.visibleTo !== undefined) where.push(inVisibleTeam(filter.visibleTo, sql`team_id`));
  return listTable(db, { table: 'schedule', org, where, fromRow }, window);
}

/** Ids of all schedules that somebody sees, by name. */
export async function scheduleIds(db: Db, org: string, visibleTo: Viewer | undefined): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from schedule where organization_id = ${org}
      ${visibleTo === undefined ? sql`` : sql`and ${inVisibleTeam(visibleTo, sql`team_id`)}`}
    order by name, id`.execute(db);
  return rows.map(({ id }) => id);
}

export async function schedulesById(db: Db | Tx, org: string, ids: readonly string[]): Promise<ScheduleInfo[]> {
  return (await rowsById<Selectable<ScheduleTable>>(db, 'schedule', org, ids)).map(fromRow);
}

export async function findSchedule(db: Db | Tx, org: string, id: string): Promise<ScheduleInfo | null> {
  return (await schedulesById(db, org, [id]))[0] ?? null;
}

export async function createSchedule(tx: Tx, org: string, settings: ScheduleSettings, now: Date): Promise<ScheduleInfo> {
  const schedule = { ...settings, id: newId('S') };
  await tx
    .insertInto('schedule')
    .values({ organization_id: org, id: schedule.id, ...toColumns(schedule), created_at: now, updated_at: now })
    .execute();
  await keepSurroundings(tx, org, schedule, now);
  return schedule;
}

export async function saveSchedule(tx: Tx, org: string, schedule: ScheduleInfo, now: Date): Promise<void> {
  await tx
    .updateTable('schedule')
    .set({ ...toColumns(schedule), updated_at: now })
    .where('organization_id', '=', org)
    .where('id', '=', schedule.id)
    .execute();
  await keepSurroundings(tx, org, schedule, now);
  await scheduleChanged(tx, schedule.id);
}

/** Removes a schedule with the rotations and overrides that it owns, its swaps and links; steps that named it name none. */
export async function deleteSchedule(tx: Tx, org: string, id: string): Promise<void> {
  await sql`update escalation_step set schedule_id = null where organization_id = ${org} and schedule_id = ${id}`.execute(tx);
  await tx.deleteFrom('schedule').where('organization_id', '=', org).where('id', '=', id).execute();
  await scheduleChanged(tx, id);
}

/** Attaches exactly these shifts to a calendar schedule; ids that are not there are passed over. */
export async function attachShifts(
  tx: Tx,
  org: string,
  scheduleId: string,
  shiftIds: readonly string[],
  now: Date,
): Promise<void> {
  const wanted = [...new Set(shiftIds)];
  await sql`delete from schedule_shift where organization_id = ${org} and schedule_id = ${scheduleId} and shift_id <> all(${wanted}::text[])`.execute(
    tx,
  );
  await sql`
    insert into schedule_shift (organization_id, schedule_id, shift_id, attached_at)
    select ${org}, ${scheduleId}, id, ${now} from on_call_shift where organization_id = ${org} and id = any(${wanted}::text[])
    on conflict do nothing`.execute(tx);
  await scheduleChanged(tx, scheduleId);
}

/** Makes shifts the rotations of a web schedule. */
export async function takeShifts(tx: Tx, org: string, scheduleId: string, shiftIds: readonly string[]): Promise<void> {
  await sql`update on_call_shift set schedule_id = ${scheduleId} where organization_id = ${org} and id = any(${[...shiftIds]}::text[])`.execute(
    tx,
  );
  await scheduleChanged(tx, scheduleId);
}

export const scheduleChanged = (tx: Tx, id: string): Promise<void> => notify(tx, CHANNEL, id);

/** What a schedule needs beside its row: its country's holidays, and one row for each calendar that is imported. A new address is fetched at once; until then there is no copy of it. */
async function keepSurroundings(tx: Tx, org: string, schedule: ScheduleInfo, now: Date): Promise<void> {
  if (schedule.holidayCountry !== null) await keepHolidays(tx, schedule.holidayCountry, now);
  for (const [kind, url] of [
    ['primary', schedule.icalUrlPrimary],
    ['overrides', schedule.icalUrlOverrides],
  ] as const) {
    if (url === null) {
      await tx
        .deleteFrom('schedule_feed')
        .where('organization_id', '=', org)
        .where('schedule_id', '=', schedule.id)
        .where('kind', '=', kind)
        .execute();
      continue;
    }
    await sql`
      insert into schedule_feed as f (organization_id, schedule_id, kind, url, due_at) values (${org}, ${schedule.id}, ${kind}, ${url}, ${now})
      on conflict (organization_id, schedule_id, kind) do update
      set url = excluded.url, due_at = excluded.due_at, content = null, etag = null, last_modified = null, fetched_at = null, error = null, error_since = null
      where f.url <> excluded.url`.execute(tx);
  }
}

const toColumns = (schedule: ScheduleSettings) => ({
  type: schedule.type,
  name: schedule.name,
  team_id: schedule.teamId,
  time_zone: schedule.timeZone,
  ical_url_primary: schedule.icalUrlPrimary,
  ical_url_overrides: schedule.icalUrlOverrides,
  enable_web_overrides: schedule.enableWebOverrides,
  slack_channel_id: schedule.slackChannelId,
  slack_user_group_id: schedule.slackUserGroupId,
  holiday_country: schedule.holidayCountry,
});

const fromRow = (row: Selectable<ScheduleTable>): ScheduleInfo => ({
  id: row.id,
  type: row.type,
  name: row.name,
  teamId: row.team_id,
  timeZone: row.time_zone,
  icalUrlPrimary: row.ical_url_primary,
  icalUrlOverrides: row.ical_url_overrides,
  enableWebOverrides: row.enable_web_overrides,
  slackChannelId: row.slack_channel_id,
  slackUserGroupId: row.slack_user_group_id,
  holidayCountry: row.holiday_country,
});
