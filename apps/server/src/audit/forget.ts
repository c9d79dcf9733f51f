import { sql } from 'kysely';
import { inTransaction } from '../platform/db/create-db.ts';
import type { Db } from '../platform/db/database.ts';

/** Deletes an organization's records from before an instant, the only way the log allows. The newest one of the chain stays. */
export async function forgetAudit(db: Db, org: string, before: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    await sql`set local tocsin.audit_retention = 'on'`.execute(tx);
    await sql`delete from audit_record record using audit_head head
      where head.organization_id = record.organization_id and record.seq < head.seq
        and record.organization_id = ${org} and record.at < ${before}`.execute(tx);
  });
}

/** How many records that would delete, at most so many. */
export async function countOldAudit(db: Db, org: string, before: Date, most: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from (
      select from audit_record record join audit_head head using (organization_id)
      where organization_id = ${org} and record.seq < head.seq and record.at < ${before} limit ${most}) found`.execute(db);
  return rows[0]?.count ?? 0;
}
