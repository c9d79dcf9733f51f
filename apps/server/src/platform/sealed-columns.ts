import { sql } from 'kysely';
import { inTransaction } from './db/create-db.ts';
import type { Db, Tx } from './db/database.ts';
import { type SecretBox, SecretError } from './secrets.ts';

/** A bytea column (its name ends with `_encrypted`) that a secret box sealed. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** The column beside `organization_id` that makes the primary key. */
  readonly key: string;
  /** @param key the row's value of the key column */
  readonly purpose: (key: string) => string;
}

const BATCH = 200;

/**
 * Seals everything anew that is not under the first key, in batches that each commit; a run that was broken off goes on where it
 * ended. @returns how many secrets were sealed anew, and which do not open
 */
export async function resealAll(
  db: Db,
  secrets: SecretBox,
  columns: readonly SealedColumn[],
): Promise<{ resealed: number; unreadable: string[] }> {
  let resealed = 0;
  const unreadable: string[] = [];
  for (const column of columns) {
    let after: Row = { org: '', key: '', value: Buffer.alloc(0) };
    for (let more = true; more; ) {
      const batch = await inTransaction(db, (tx) => resealBatch(tx, secrets, column, after));
      resealed += batch.resealed;
      unreadable.push(...batch.unreadable);
      more = batch.last !== undefined;
      after = batch.last ?? after;
    }
  }
  return { resealed, unreadable };
}

type Row = { org: string; key: string; value: Buffer };

/** The next rows after one; `last` is absent when there were none. */
async function resealBatch(tx: Tx, secrets: SecretBox, sealed: SealedColumn, after: Row) {
  const [table, column, key] = [sealed.table, sealed.column, sealed.key].map((name) => sql.ref(name));
  const { rows } = await sql<Row>`
    select organization_id as org, ${key} as key, ${column} as value from ${table}
    where ${column} is not null and (organization_id, ${key}) > (${after.org}, ${after.key})
      and substring(${column} from 1 for ${secrets.prefix.length}) <> ${secrets.prefix}
    order by organization_id, ${key} limit ${BATCH} for update`.execute(tx);
  const unreadable: string[] = [];
  for (const row of rows) {
    const text = opened(secrets, row.value, sealed.purpose(row.key));
    if (text === null) {
      unreadable.push(`${sealed.table}.${sealed.column} of ${row.key}`);
      continue;
    }
    const value = secrets.seal(text, sealed.purpose(row.key));
    await sql`update ${table} set ${column} = ${value} where organization_id = ${row.org} and ${key} = ${row.key}`.execute(tx);
  }
  return { last: rows.at(-1), resealed: rows.length - unreadable.length, unreadable };
}

function opened(secrets: SecretBox, value: Buffer, purpose: string): string | null {
  try {
    return secrets.open(value, purpose);
  } catch (error) {
    if (error instanceof SecretError) return null; // reported by the caller, with the row's name
    throw error;
  }
}
