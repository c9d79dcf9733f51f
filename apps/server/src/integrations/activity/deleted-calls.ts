import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

/** A deleted integration whose URL is still called. */
export interface DeletedCalls {
  readonly integrationId: string;
  readonly name: string;
  readonly type: string;
  readonly deletedAt: Date;
  /** Calls since then, as far as the ingest log keeps them: a hundred at most. */
  readonly calls: number;
  readonly lastAt: Date;
}

const MOST = 100;

/** Deleted integrations that senders still call, the latest call first (ingest.md B-27). */
export async function listDeletedCalls(db: Db, org: string): Promise<DeletedCalls[]> {
  const { rows } = await sql<DeletedCalls>`
    select i.id as "integrationId", i.name, i.type, i.deleted_at as "deletedAt", l.calls, l.last_at as "lastAt"
    from integration i
    cross join lateral (
      select count(*) as calls, max(at) as last_at from ingest_log
      where organization_id = i.organization_id and integration_id = i.id and at >= i.deleted_at
    ) l
    where i.organization_id = ${org} and i.deleted_at is not null and l.calls > 0
    order by l.last_at desc, i.id limit ${MOST}`.execute(db);
  return rows;
}
