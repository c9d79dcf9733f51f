import { sql } from 'kysely';
import { Type } from 'typebox';
import type { Clock } from '../platform/clock.ts';
import { inTransaction } from '../platform/db/create-db.ts';
import type { Db } from '../platform/db/database.ts';
import { type CronEntry, defineJob } from '../platform/jobs/index.ts';
import { ensureDirectPaging } from './direct-integration.ts';

const BATCH = 100;

/** Gives teams that have none their direct paging integration, with a route for important pages (escalation.md 5.2). */
export async function syncDirectPaging(db: Db, now: Date): Promise<number> {
  const { rows } = await sql<{ organization_id: string; id: string; name: string }>`
    select t.organization_id, t.id, t.name from team t
    join organization o on o.id = t.organization_id and o.deleted_at is null and not o.manual_direct_paging
    where not exists (select from integration i where i.organization_id = t.organization_id and i.team_id = t.id
      and i.type = 'direct_paging' and i.deleted_at is null)
    order by t.created_at limit ${BATCH}`.execute(db);
  for (const { organization_id: org, ...team } of rows)
    await inTransaction(db, (tx) => ensureDirectPaging(tx, org, team, now, { withImportantRoute: true }));
  return rows.length;
}

export const syncPaging = defineJob({
  name: 'paging.sync',
  payload: Type.Object({}),
  run: async ({ db, clock }: { db: Db; clock: Clock }) => void (await syncDirectPaging(db, clock.now())),
});

export const PAGING_CRON: readonly CronEntry<{ db: Db; clock: Clock }>[] = [{ job: syncPaging, match: '* * * * *' }];
