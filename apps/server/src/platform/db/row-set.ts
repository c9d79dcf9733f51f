import { type RawBuilder, sql } from 'kysely';

/** PostgreSQL types that a set of rows may have. */
type ColumnType = 'text' | 'integer' | 'bigint' | 'smallint' | 'boolean' | 'timestamptz' | 'jsonb' | 'text[]';

/**
 * Rows as a table expression, for statements that write many at once: `insert into t select … from ${rowSet(…)}`. One parameter
 * whatever the number of rows. Dates keep their milliseconds.
 * @param alias name of the table expression
 * @param columns its columns with their types; a property that is missing from a row reads as null
 */
export function rowSet(
  alias: string,
  columns: Readonly<Record<string, ColumnType>>,
  rows: readonly Readonly<Record<string, unknown>>[],
): RawBuilder<unknown> {
  const list = Object.entries(columns).map(([name, type]) => sql`${sql.ref(name)} ${sql.raw(type)}`);
  return sql`json_to_recordset(${JSON.stringify(rows)}::json) as ${sql.ref(alias)} (${sql.join(list)})`;
}
