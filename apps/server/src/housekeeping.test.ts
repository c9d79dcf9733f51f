import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensurePartitions } from './housekeeping.ts';
import { createTestDatabase, type TestDatabase } from './testing/index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const partitions = async (parent: string) =>
  (
    await sql<{
      name: string;
    }>`select inhrelid::regclass::text as name from pg_inherits where inhparent = ${parent}::regclass order by 1`.execute(
      database.db,
    )
  ).rows.map(({ name }) => name);

test('a month and the two after it have partitions, made once by however many processes; rows that came before move in', async () => {
  const { db } = database;
  const at = new Date('2026-12-31T23:59:59Z');
  await sql`insert into alert (organization_id, id, alert_group_id, integration_id, created_at, received_at, payload)
    values ('O1', 'A1', 'I1', 'C1', ${at}, ${at}, '{}')`.execute(db);
  await Promise.all([ensurePartitions(db, at), ensurePartitions(db, at), ensurePartitions(db, new Date('2027-01-01T00:00:00Z'))]);
  expect(await partitions('alert')).toEqual(['alert_202612', 'alert_202701', 'alert_202702', 'alert_202703', 'alert_default']);
  expect(await partitions('timeline_record')).toContain('timeline_record_202703');
  const moved = await sql<{ place: string }>`select tableoid::regclass::text as place from alert`.execute(db);
  expect(moved.rows).toEqual([{ place: 'alert_202612' }]);
});
