import { type RawBuilder, sql } from 'kysely';
import type { Tx } from './database.ts';

/** Highest position a row may be given (PostgreSQL's integer). */
export const MAX_POSITION = 2_147_483_647;

/** Rows that carry an integer `position`, unique within a scope. The numbers may have gaps. */
export interface OrderedScope {
  readonly table: string;
  /** Selects the rows of the scope, for example `organization_id = … and escalation_chain_id = …`. */
  readonly where: RawBuilder<unknown>;
}

/** How a row is put at a position: the others make way, or the row that is there takes the old place. */
export type Placement = { readonly position: number; readonly swap: boolean };

/** Position behind the last row of the scope; 0 when it is empty. */
export async function endPosition(tx: Tx, scope: OrderedScope): Promise<number> {
  const { rows } = await sql<{ last: number | null }>`
    select max(position) as last from ${sql.table(scope.table)} where ${scope.where}`.execute(tx);
  return (rows[0]?.last ?? -1) + 1;
}

/**
 * Moves a row to a position (http-api-alerting.md 1.12). The caller holds a lock on the scope's owner, so that
 * concurrent moves run one after the other; the unique constraint is checked at commit.
 */
export async function placeRow(tx: Tx, scope: OrderedScope, id: string, current: number, to: Placement): Promise<void> {
  const table = sql.table(scope.table);
  if (to.position === current) return;
  if (to.position === -1) {
    const last = (await endPosition(tx, scope)) - 1;
    if (last !== current) await placeRow(tx, scope, id, current, { position: last, swap: false });
    return;
  }
  if (to.swap) {
    await sql`update ${table} set position = ${current} where ${scope.where} and position = ${to.position} and id <> ${id}`.execute(
      tx,
    );
  } else if (to.position < current) {
    await sql`update ${table} set position = position + 1
      where ${scope.where} and position >= ${to.position} and position < ${current}`.execute(tx);
  } else {
    await sql`update ${table} set position = position - 1
      where ${scope.where} and position > ${current} and position <= ${to.position}`.execute(tx);
  }
  await sql`update ${table} set position = ${to.position} where ${scope.where} and id = ${id}`.execute(tx);
}
