import { addMs, type Directory, finalSchedule, instantOf, type Schedule } from '@tocsin/rota';
import { sql } from 'kysely';
import { inTransaction } from '../../platform/db/create-db.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import { rowSet } from '../../platform/db/row-set.ts';
import { keepHolidays } from '../holidays.ts';
import { loadSchedules, type OnBroken } from '../load-schedules.ts';
import { type Transition, transitionsBetween } from './transitions.ts';

const AT_ONCE = 50;
/** A schedule that was changed is looked at within this time; what it missed is recorded with its own time. */
const LOOK_EVERY_MS = 10 * 60_000;
/** What happened longer ago, while no server ran, is left out. */
const LOOK_BACK_MS = 7 * 86_400_000;

export interface WatchDeps {
  readonly db: Db;
  readonly onBroken: OnBroken;
}

interface DueWatch {
  readonly organization_id: string;
  readonly schedule_id: string;
  readonly watched_until: Date;
}

/** Records shifts that began, hand-overs, gaps and empty shifts as they happen. Run by a due loop. */
export async function watchSchedules({ db, onBroken }: WatchDeps, now: Date): Promise<{ ran: number; nextDueAt: Date | null }> {
  await sql`
    insert into schedule_watch (organization_id, schedule_id, watched_until, due_at)
    select s.organization_id, s.id, ${now}, ${now} from schedule s
    where not exists (select from schedule_watch w where w.organization_id = s.organization_id and w.schedule_id = s.id)
    on conflict do nothing`.execute(db);
  const ran = await inTransaction(db, async (tx) => {
    const { rows } = await sql<DueWatch>`
      select organization_id, schedule_id, watched_until from schedule_watch
      where due_at <= ${now} order by due_at limit ${AT_ONCE} for update skip locked`.execute(tx);
    for (const org of new Set(rows.map((row) => row.organization_id))) {
      await watchOrganization(
        tx,
        org,
        rows.filter((row) => row.organization_id === org),
        { onBroken },
        now,
      );
    }
    return rows.length;
  });
  const next = await sql<{ due_at: Date | null }>`select min(due_at) as due_at from schedule_watch`.execute(db);
  return { ran, nextDueAt: next.rows[0]?.due_at ?? null };
}

async function watchOrganization(
  tx: Tx,
  org: string,
  watches: readonly DueWatch[],
  { onBroken }: Omit<WatchDeps, 'db'>,
  now: Date,
): Promise<void> {
  const ids = watches.map((watch) => watch.schedule_id);
  const { schedules, directory } = await loadSchedules(tx, org, ids, onBroken);
  const events: Record<string, unknown>[] = [];
  const progress: Record<string, unknown>[] = [];
  const { rows: places } = await sql<{ place: string }>`
    select distinct holiday_country as place from schedule
    where organization_id = ${org} and id = any(${ids}::text[]) and holiday_country is not null`.execute(tx);
  for (const { place } of places) await keepHolidays(tx, place, now); // the years move on
  for (const watch of watches) {
    const look = lookAt(schedules.get(watch.schedule_id), directory, watch, now, onBroken);
    for (const transition of look.transitions) {
      events.push({
        schedule_id: watch.schedule_id,
        at: new Date(transition.at),
        type: transition.type,
        user_ids: transition.userIds,
        former_user_ids: transition.formerUserIds,
      });
    }
    progress.push({ schedule_id: watch.schedule_id, watched_until: look.watchedUntil, due_at: look.dueAt });
  }
  if (events.length > 0) {
    const columns = {
      schedule_id: 'text',
      at: 'timestamptz',
      type: 'text',
      user_ids: 'text[]',
      former_user_ids: 'text[]',
    } as const;
    await sql`
      insert into schedule_event (organization_id, schedule_id, at, type, user_ids, former_user_ids)
      select ${org}, e.schedule_id, e.at, e.type, e.user_ids, e.former_user_ids
      from ${rowSet('e', columns, events)} order by e.at`.execute(tx);
  }
  if (progress.length > 0) {
    await sql`
      update schedule_watch w set watched_until = p.watched_until, due_at = p.due_at
      from ${rowSet('p', { schedule_id: 'text', watched_until: 'timestamptz', due_at: 'timestamptz' }, progress)}
      where w.organization_id = ${org} and w.schedule_id = p.schedule_id`.execute(tx);
  }
}

/** What happened on a schedule since it was last looked at, and when to look again. One that cannot be computed is tried again later. */
function lookAt(
  schedule: Schedule | undefined,
  directory: Directory,
  watch: DueWatch,
  now: Date,
  onBroken: OnBroken,
): { transitions: readonly Transition[]; watchedUntil: Date; dueAt: Date } {
  const at = instantOf(now);
  const later = { transitions: [], watchedUntil: watch.watched_until, dueAt: new Date(at + LOOK_EVERY_MS) };
  if (schedule === undefined) return later;
  try {
    const from = instantOf(Math.max(watch.watched_until.getTime(), now.getTime() - LOOK_BACK_MS));
    const window = { from: addMs(from, -1), to: addMs(at, LOOK_EVERY_MS) };
    const { events, emptyShifts } = finalSchedule(schedule, directory, window, { now: at, openSwaps: 'ignore' });
    const coming = [...events, ...emptyShifts].flatMap(({ start, end }) => [start, end]).filter((moment) => moment > at);
    const dueAt = new Date(Math.min(at + LOOK_EVERY_MS, ...coming));
    return { transitions: transitionsBetween(events, emptyShifts, from, at), watchedUntil: now, dueAt };
  } catch (err) {
    onBroken(watch.schedule_id, err);
    return later;
  }
}
