import { type RawBuilder, sql } from 'kysely';

/** PostgreSQL types that a set of rows may have. */
type ColumnType = 'text' | 'integer' | 'bigint' | 'smallint' | 'boolean' | 'timestamptz' | 'jsonb' | 'text[]';
type Row = Readonly<Record<string, unknown>>;

/**
 * Rows as a table expression, for statements that write many at once: `insert into t select … from ${rowSet(…)}`. Dates keep their
 * milliseconds. A column travels as one array, or as one value where all rows have the same, which costs the database half of what
 * rows of JSON do.
 * @param alias name of the table expression
 * @param columns its columns with their types; a property that is missing from a row reads as null
 */
export function rowSet(alias: string, columns: Readonly<Record<string, ColumnType>>, rows: readonly Row[]): RawBuilder<unknown> {
  const arrays: RawBuilder<unknown>[] = [];
  const names: RawBuilder<unknown>[] = [];
  const selected = Object.entries(columns).map(([name, type]) => {
    const as = sql`as ${sql.ref(name)}`;
    const text = textOf(type);
    if (isConstant(name, rows)) return sql`${text(rows[0]?.[name])}::${sql.raw(type)} ${as}`;
    // An array of arrays would be taken apart as a whole.
    const element = type === 'text[]' ? 'text' : type;
    arrays.push(sql`${arrayText(rows, (row) => text(row[name]))}::${sql.raw(element)}[]`);
    names.push(sql.ref(name));
    return sql`u.${sql.ref(name)}::${sql.raw(type)} ${as}`;
  });
  if (arrays.length === 0) {
    arrays.push(sql`${arrayText(rows, () => '')}::text[]`);
    names.push(sql.ref('row'));
  }
  return sql`(select ${sql.join(selected)} from unnest(${sql.join(arrays)}) as u (${sql.join(names)})) as ${sql.ref(alias)}`;
}

/** Whether all rows have the same plain value, or none has one. */
function isConstant(name: string, rows: readonly Row[]): boolean {
  const first = rows[0]?.[name] ?? null;
  if (first instanceof Date)
    return rows.every((row) => row[name] === first || (row[name] instanceof Date && +(row[name] as Date) === +first));
  return (first === null || typeof first !== 'object') && rows.every((row) => (row[name] ?? null) === first);
}

/** How a value of a type is written as text; null stays. */
function textOf(type: ColumnType): (value: unknown) => string | null {
  const orNull = (write: (value: NonNullable<unknown>) => string) => (value: unknown) => (value == null ? null : write(value));
  if (type === 'jsonb') return orNull((value) => JSON.stringify(value));
  if (type === 'timestamptz') return orNull((value) => (value instanceof Date ? value.toISOString() : String(value)));
  if (type === 'text[]')
    return orNull((value) => arrayText(value as readonly unknown[], (item) => (item == null ? null : String(item))));
  return orNull(String);
}

const SPECIAL = /["\\]/g;

/** PostgreSQL's text of an array. */
function arrayText<T>(items: readonly T[], write: (item: T) => string | null): string {
  let text = '';
  for (const item of items) {
    const value = write(item);
    text += value === null ? ',NULL' : `,"${value.replace(SPECIAL, '\\$&')}"`;
  }
  return `{${text.slice(1)}}`;
}
