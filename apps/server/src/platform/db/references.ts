import { sql } from 'kysely';
import type { Tx } from './database.ts';

/**
 * Waits for every transaction that has just written a reference to this row, and holds off those to come, which then find it gone. Called
 * first by a delete that takes the references away itself: one that committed between that and the delete would break it.
 */
export async function waitForReferences(tx: Tx, table: 'escalation_chain' | 'team', org: string, id: string): Promise<void> {
  await sql`select 1 from ${sql.table(table)} where organization_id = ${org} and id = ${id} for update`.execute(tx);
}
