import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../testing/index.ts';
import { createDb } from './create-db.ts';
import { countNewTables } from './first-statistics.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  for (const table of ['delivery', 'notification_usage']) {
    await database.pool.query(`alter table ${table} set (autovacuum_enabled = off)`);
  }
});
afterAll(() => database[Symbol.asyncDispose]());

test('plans of an empty table are made anew as soon as it holds some pages, and read each page by the whole of its key', async () => {
  const { pool } = database;
  const db = createDb(pool);
  const client = await pool.connect();
  const owe = (from: number, to: number) =>
    client.query(
      `insert into delivery (organization_id, key, channel, alert_group_id, important, paged, state, deadline_at, created_at)
       select 'ONE', n, 'email', 'I' || n, false, false, 'accepted', now(), now() from generate_series($1::int, $2::int) n`,
      [from, to],
    );
  const plan = async () => {
    const { rows } = await client.query("explain execute by_key(array['ONE'], array[7])");
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  };
  await client.query(`
    set session_replication_role = replica; -- no alert groups are needed
    set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off;
    prepare by_key (text[], bigint[]) as select d.state from unnest($1, $2) as wanted (organization_id, id)
      join delivery d on d.organization_id = wanted.organization_id and d.id = wanted.id`);
  await owe(1, 1);
  expect(await plan()).not.toContain('delivery_pkey');
  expect(await countNewTables(db)).not.toContain('delivery');

  await owe(2, 1_000);
  expect(await countNewTables(db)).toContain('delivery');
  expect(await plan()).toContain('delivery_pkey');
  expect(await countNewTables(db)).toEqual([]);
  client.release();
});

test('a table that was counted while a transaction filled it is counted again', async () => {
  const { pool } = database;
  const db = createDb(pool);
  const client = await pool.connect();
  await client.query('set session_replication_role = replica'); // no people are needed
  await client.query('begin');
  await client.query(
    `insert into notification_usage (organization_id, user_id, kind, day, used) select 'ONE', 'U' || n, 'email', now(), 1 from generate_series(1, 1000) n`,
  );
  expect(await countNewTables(db)).toEqual(['notification_usage']);
  expect(await countNewTables(db)).toEqual([]);

  await client.query('select pg_stat_force_next_flush()');
  await client.query('commit');
  expect(await countNewTables(db)).toEqual(['notification_usage']);
  expect(await countNewTables(db)).toEqual([]);
  client.release();
});
