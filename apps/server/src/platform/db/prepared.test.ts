import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { createTestDatabase } from '../../testing/index.ts';
import { createLogger } from '../log.ts';
import { createPool } from './create-db.ts';
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

test('a plan that a loop keeps joins by the index, though the table was empty when it was made', async () => {
  await using database = await createTestDatabase({ template: 'template1' });
  const pool = createPool({ connection: database.connection, poolSize: 1, planOnce: true }, createLogger({ level: 'silent' }));
  await pool.query('create table page (id bigint primary key, text text)');
  await pool.query(
    `prepare pages (bigint[]) as select p.text from unnest($1) as w (id) join page p using (id) join page q using (id)`,
  );
  const { rows } = await pool.query(`explain execute pages ('{1,2}')`);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toContain('page_pkey');
  expect(plan).not.toMatch(/Seq Scan|Hash Join|Merge Join/);
  expect(plan).not.toContain("'{1,2}'");
  await pool.end();
});
