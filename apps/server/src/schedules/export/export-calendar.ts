import { exportEntries, exportWindow, finalSchedule, instantOf, type ScheduleEvent, writeCalendar } from '@tocsin/rota';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { loadSchedules } from '../load-schedules.ts';
import { schedulesById } from '../schedule-store.ts';

const PRODUCT_ID = '-//Tocsin//On-call//EN';

/** The final shifts of a schedule as iCalendar text; null when there is no such schedule. */
export async function exportSchedule(db: Db, org: string, scheduleId: string, now: Date): Promise<string | null> {
  const [info] = await schedulesById(db, org, [scheduleId]);
  if (info === undefined) return null;
  const { schedules, directory } = await loadSchedules(db, org, [scheduleId]);
  const schedule = schedules.get(scheduleId);
  const at = instantOf(now);
  const events =
    schedule === undefined ? [] : finalSchedule(schedule, directory, exportWindow(at), { now: at, openSwaps: 'ignore' }).events;
  return writeCalendar(exportEntries(events, directory), {
    calendarName: `On-call: ${info.name}`,
    productId: PRODUCT_ID,
    generatedAt: at,
    previous: null,
  });
}

/** All final shifts of one person, over all schedules of the organization, as iCalendar text. */
export async function exportPerson(db: Db, org: string, userId: string, now: Date): Promise<string> {
  const { rows } = await sql<{ id: string; name: string }>`
    select id, name from schedule where organization_id = ${org} order by created_at, id`.execute(db);
  const { schedules, directory } = await loadSchedules(
    db,
    org,
    rows.map((row) => row.id),
    undefined,
    [userId],
  );
  const at = instantOf(now);
  const own = (event: ScheduleEvent): ScheduleEvent => ({ ...event, users: event.users.filter((user) => user.id === userId) });
  const entries = rows.flatMap(({ id, name }) => {
    const schedule = schedules.get(id);
    if (schedule === undefined) return [];
    const { events } = finalSchedule(schedule, directory, exportWindow(at), { now: at, openSwaps: 'ignore' });
    return exportEntries(events.map(own), directory, (username) => `${username}: ${name}`);
  });
  const username = directory.byId.get(userId)?.username ?? '';
  return writeCalendar(entries, {
    calendarName: `On-call of ${username}`,
    productId: PRODUCT_ID,
    generatedAt: at,
    previous: null,
  });
}
