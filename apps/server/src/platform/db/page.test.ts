import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../testing/index.ts';
import { OLDEST_FIRST, selectPage } from './page.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ template: 'template1' });
  await database.pool.query(`
    create table thing (id text, created_at timestamptz);
    insert into thing select chr(96 + n), '2026-03-02'::timestamptz + n * interval '1 day' from generate_series(1, 6) n`);
});
afterAll(() => database[Symbol.asyncDispose]());

test.each<[page: number, size: number, below: string, rows: string, count: number, shown: number, pages: number]>([
  [1, 10, 'z', 'abcdef', 6, 1, 1],
  [1, 6, 'z', 'abcdef', 6, 1, 1],
  [1, 4, 'z', 'abcd', 6, 1, 2],
  [2, 4, 'z', 'ef', 6, 2, 2],
  [2, 3, 'z', 'def', 6, 2, 2],
  [9, 4, 'z', 'ef', 6, 2, 2],
  [3, 3, 'z', 'def', 6, 2, 2],
  [1, 4, 'a', '', 0, 1, 1],
  [7, 4, 'a', '', 0, 1, 1],
])(
  'page %i of %i rows, of those below %s: %s of %i, as page %i of %i',
  async (page, size, below, rows, count, shown, totalPages) => {
    const query = { from: sql`thing`, where: [sql`id < ${below}`], ...OLDEST_FIRST };
    expect(await selectPage(database.db, query, { kind: 'page', page, size })).toEqual({
      kind: 'page',
      rows: [...rows],
      count,
      page: shown,
      size,
      totalPages,
    });
  },
);
