import { sql } from 'kysely';
import type { Db } from './database.ts';

/** One page says too little: of a single row nobody can tell how many organizations there are. */
const FEWEST_PAGES = 2;

/**
 * Lets the database count what is in tables that it knows nothing about. As long as it takes a table for empty, every index serves it
 * equally well, and a join by a key of two columns may read all rows of an organization for each row that it is looking for; plans that
 * are kept stay so while the table grows. Its own look at new tables (autovacuum) comes up to a minute later, which is late in a storm
 * on a new installation. A table that was counted while a transaction filled it counts as empty, and is counted again.
 * @returns the tables that were counted
 */
export async function countNewTables(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_class c
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
      and (c.reltuples < 0 or (c.reltuples = 0 and pg_stat_get_live_tuples(c.oid) > 0))
      and pg_relation_size(c.oid) >= ${FEWEST_PAGES} * current_setting('block_size')::int
    order by 1`.execute(db);
  for (const { name } of rows) await sql`analyze ${sql.table(name)}`.execute(db);
  return rows.map(({ name }) => name);
}
