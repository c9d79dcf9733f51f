import { type RawBuilder, sql } from 'kysely';
import type pg from 'pg';

const MARK = '/* prepared */';
/** Texts beyond so many are not kept: a text that differs each time must not fill the memory of every connection. */
const MOST_TEXTS = 200;

const names = new Map<string, string>();

/**
 * A statement that each connection parses and plans once, for those that loops run many times a second on a few rows, where that takes
 * longer than the work itself. Its text must always be the same, and its plan must suit all values: a kept plan takes every array for
 * a short one, so that long ones must be joined by an index and not with each other.
 */
export const prepared = <T>(statement: RawBuilder<T>): RawBuilder<T> => sql<T>`${sql.raw(MARK)}${statement}`;

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= MOST_TEXTS) return known;
  const name = `tocsin_${names.size}`;
  names.set(text, name);
  return name;
}

type Query = (text: unknown, values?: unknown, callback?: unknown) => unknown;

/** Lets a connection keep the statements that are marked by `prepared`. */
export function keepPrepared(client: pg.PoolClient): void {
  const query = client.query.bind(client) as Query;
  const keeping: Query = (text, values, callback) => {
    const name = typeof text === 'string' && text.startsWith(MARK) ? nameOf(text) : undefined;
    return name === undefined ? query(text, values, callback) : query({ name, text, values }, callback);
  };
  client.query = keeping as pg.PoolClient['query'];
}
