import { type RawBuilder, sql } from 'kysely';
import type { Db, Tx } from './database.ts';

/** Which rows of a list are wanted: a numbered page, or what follows (or precedes) a cursor. */
export type Window =
  | { readonly kind: 'page'; readonly page: number; readonly size: number }
  | { readonly kind: 'cursor'; readonly cursor: string | null; readonly size: number };

export type Page<T> =
  | {
      readonly kind: 'page';
      readonly rows: readonly T[];
      readonly count: number;
      readonly page: number;
      readonly size: number;
      readonly totalPages: number;
    }
  | {
      readonly kind: 'cursor';
      readonly rows: readonly T[];
      readonly size: number;
      readonly next: string | null;
      readonly previous: string | null;
    };

/**
 * A list as SQL: where its rows come from, which of them, and the columns that order them. The last key must make the
 * order total (an id), so that no row is skipped or repeated. All keys run in one direction, so that a cursor is one
 * row comparison that an index answers.
 */
export interface PageQuery {
  readonly from: RawBuilder<unknown>;
  /** Where the rows are counted, if what is joined for the order alone can be left out. */
  readonly countedFrom?: RawBuilder<unknown>;
  readonly where: readonly RawBuilder<unknown>[];
  readonly id: RawBuilder<unknown>;
  readonly keys: readonly {
    readonly column: RawBuilder<unknown>;
    readonly type: 'text' | 'timestamptz' | 'integer' | 'bigint' | 'boolean';
  }[];
  readonly direction: 'asc' | 'desc';
  /** Exact number of rows when something cheaper than counting them knows it. */
  readonly count?: () => Promise<number>;
}

/** Selects the ids of one page, in order. Rows are then loaded by id, so that deep pages touch only the index. */
export async function selectPage(db: Db | Tx, query: PageQuery, window: Window): Promise<Page<string>> {
  const where = query.where.length === 0 ? sql`true` : sql.join([...query.where], sql` and `);
  return window.kind === 'page' ? numberedPage(db, query, where, window) : cursorPage(db, query, where, window);
}

/** A list that one table holds, the oldest first unless `page` says otherwise. */
export interface TableList<Row, T> {
  readonly table: string;
  readonly org: string;
  readonly where: readonly RawBuilder<unknown>[];
  readonly page?: Partial<PageQuery>;
  readonly fromRow: (row: Row) => T;
}

/** A page of a table's rows. */
export async function listTable<Row, T extends { readonly id: string }>(
  db: Db,
  { table, org, where, page, fromRow }: TableList<Row, T>,
  window: Window,
): Promise<Page<T>> {
  const ids = await selectPage(db, { from: sql.table(table), where, ...OLDEST_FIRST, ...page }, window);
  return fillPage(ids, (await rowsById<Row>(db, table, org, ids.rows)).map(fromRow), (item) => item.id);
}

/** How most lists are ordered. */
export const OLDEST_FIRST: Pick<PageQuery, 'id' | 'keys' | 'direction'> = {
  id: sql`id`,
  keys: [
    { column: sql`created_at`, type: 'timestamptz' },
    { column: sql`id`, type: 'text' },
  ],
  direction: 'asc',
};

/** Rows of an organization by their ids, in no order. */
export async function rowsById<Row>(db: Db | Tx, table: string, org: string, ids: readonly string[]): Promise<Row[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<Row>`
    select * from ${sql.table(table)} where organization_id = ${org} and id = any(${[...ids]}::text[])`.execute(db);
  return rows;
}

/** A text that matches any that contains it, for `like`. */
export const containing = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

/** The page with its ids replaced by what `load` found for them; an id that has gone meanwhile is left out. */
export function fillPage<T>(page: Page<string>, rows: readonly T[], idOf: (row: T) => string): Page<T> {
  const byId = new Map(rows.map((row) => [idOf(row), row]));
  return mapPage(page, (id) => byId.get(id));
}

export function mapPage<A, B>(page: Page<A>, map: (row: A) => B | undefined): Page<B> {
  const rows = page.rows.map(map).filter((row): row is B & {} => row !== undefined);
  return { ...page, rows };
}

async function numberedPage(
  db: Db | Tx,
  query: PageQuery,
  where: RawBuilder<unknown>,
  window: { page: number; size: number },
): Promise<Page<string>> {
  const { size } = window;
  const order = orderBy(query, query.direction);
  const read = async (page: number): Promise<string[]> => {
    const { rows } = await sql<{ id: string }>`
      select ${query.id} as id from ${query.from} where ${where} order by ${order} limit ${size} offset ${(page - 1) * size}`.execute(
      db,
    );
    return rows.map((row) => row.id);
  };
  const before = (window.page - 1) * size;
  // Behind the first page there is most likely a count to be made, which a second connection makes meanwhile.
  const [ids, counted] = await Promise.all([read(window.page), before > 0 ? countRows(db, query, where) : null]);
  const isLast = ids.length < size && (ids.length > 0 || before === 0); // then the rows tell how many there are
  const count = isLast ? before + ids.length : (counted ?? (await countRows(db, query, where)));
  const totalPages = Math.max(1, Math.ceil(count / size));
  const page = Math.min(window.page, totalPages); // beyond the end: the last page, as clients expect
  return { kind: 'page', rows: page === window.page ? ids : await read(page), count, page, size, totalPages };
}

async function countRows(db: Db | Tx, query: PageQuery, where: RawBuilder<unknown>): Promise<number> {
  if (query.count !== undefined) return query.count();
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from ${query.countedFrom ?? query.from} where ${where}`.execute(db);
  return Number(rows[0]?.n ?? 0);
}

async function cursorPage(
  db: Db | Tx,
  query: PageQuery,
  where: RawBuilder<unknown>,
  window: { cursor: string | null; size: number },
): Promise<Page<string>> {
  const from = window.cursor === null ? null : decodeCursor(window.cursor, query.keys.length);
  const backwards = from?.backwards ?? false;
  const direction = backwards ? opposite(query.direction) : query.direction;
  const columns = sql.join(query.keys.map((key) => key.column));
  const after =
    from === null
      ? sql`true`
      : sql`(${columns}) ${sql.raw(direction === 'asc' ? '>' : '<')} (${sql.join(
          query.keys.map((key, i) => sql`${from.values[i] ?? null}::${sql.raw(key.type)}`),
        )})`;
  const keyTexts = sql.join(query.keys.map((key) => sql`${key.column}::text`));
  const { rows } = await sql<{ id: string; keys: string[] }>`
    select ${query.id} as id, array[${keyTexts}] as keys from ${query.from} where ${where} and ${after}
    order by ${orderBy(query, direction)} limit ${window.size + 1}`.execute(db);
  const more = rows.length > window.size;
  const shown = rows.slice(0, window.size);
  if (backwards) shown.reverse();
  const first = shown[0];
  const last = shown.at(-1);
  const hasNext = backwards ? last !== undefined : more;
  const hasPrevious = backwards ? more : from !== null && first !== undefined;
  return {
    kind: 'cursor',
    rows: shown.map((row) => row.id),
    size: window.size,
    next: hasNext && last !== undefined ? encodeCursor('>', last.keys) : null,
    previous: hasPrevious && first !== undefined ? encodeCursor('<', first.keys) : null,
  };
}

const opposite = (direction: 'asc' | 'desc'): 'asc' | 'desc' => (direction === 'asc' ? 'desc' : 'asc');

const orderBy = (query: PageQuery, direction: 'asc' | 'desc'): RawBuilder<unknown> =>
  sql.join(query.keys.map((key) => sql`${key.column} ${sql.raw(direction)}`));

const encodeCursor = (way: '>' | '<', keys: readonly string[]): string =>
  Buffer.from(JSON.stringify([way, ...keys])).toString('base64url');

/** A cursor that was not made by `encodeCursor` counts as none: the list begins again. */
function decodeCursor(cursor: string, keyCount: number): { backwards: boolean; values: string[] } | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null; // not JSON: not a cursor of ours
  }
  if (!Array.isArray(parsed) || parsed.length !== keyCount + 1 || !parsed.every((part) => typeof part === 'string')) return null;
  const [way, ...values] = parsed as string[];
  return way === '>' || way === '<' ? { backwards: way === '<', values } : null;
}
