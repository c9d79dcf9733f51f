import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { createTestDatabase } from '../../testing/index.ts';
import { prepared } from './prepared.ts';

test('a marked statement is kept by its connection, and takes other values each time; others are not kept', async () => {
  await using database = await createTestDatabase({ template: 'template1' });
  const answers = await database.db.connection().execute(async (db) => {
    const twice = (n: number) => prepared(sql<{ n: number }>`select ${n}::int * 2 as n`).execute(db);
    const doubled = [(await twice(1)).rows[0]?.n, (await twice(21)).rows[0]?.n];
    await sql`select ${3}::int * 3`.execute(db);
    const kept = await sql<{
      n: number;
    }>`select count(*)::int as n from pg_prepared_statements where statement like '%::int * %'`.execute(db);
    return { doubled, kept: kept.rows[0]?.n };
  });
  expect(answers).toEqual({ doubled: [2, 42], kept: 1 });
});
