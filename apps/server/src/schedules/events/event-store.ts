import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { fillPage, type Page, selectPage, type Window } from '../../platform/db/page.ts';
import type { TransitionType } from './transitions.ts';

export interface RecordedTransition {
  readonly id: string;
  readonly at: Date;
  readonly type: TransitionType;
  readonly userIds: readonly string[];
  readonly formerUserIds: readonly string[];
}

/** What happened on a schedule, newest first. */
export async function listScheduleEvents(
  db: Db,
  org: string,
  scheduleId: string,
  window: Window,
): Promise<Page<RecordedTransition>> {
  const page = await selectPage(
    db,
    {
      from: sql`schedule_event`,
      where: [sql`organization_id = ${org}`, sql`schedule_id = ${scheduleId}`],
      id: sql`id::text`,
      keys: [
        { column: sql`at`, type: 'timestamptz' },
        { column: sql`id`, type: 'bigint' },
      ],
      direction: 'desc',
    },
    window,
  );
  const { rows } = await sql<{ id: string; at: Date; type: TransitionType; user_ids: string[]; former_user_ids: string[] }>`
    select id::text as id, at, type, user_ids, former_user_ids from schedule_event
    where organization_id = ${org} and id = any(${page.rows.map(Number)}::bigint[])`.execute(db);
  return fillPage(
    page,
    rows.map((row) => ({ id: row.id, at: row.at, type: row.type, userIds: row.user_ids, formerUserIds: row.former_user_ids })),
    (row) => row.id,
  );
}

/** Days that events are kept: a year, and what a yearly report looks back at. */
const KEEP_DAYS = 400;

/** Removes events that nobody looks back at any more, of all organizations. @returns how many */
export async function forgetScheduleEvents(db: Db, now: Date): Promise<number> {
  const before = new Date(now.getTime() - KEEP_DAYS * 86_400_000);
  const result = await sql`
    delete from schedule_event where ctid = any(array(select ctid from schedule_event where at < ${before} limit 50000))`.execute(
    db,
  );
  return Number(result.numAffectedRows ?? 0n);
}
