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
