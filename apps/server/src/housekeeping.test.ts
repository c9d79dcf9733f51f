import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensurePartitions, forgetOldCounters } from './housekeeping.ts';
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

test('counters of windows and days that are over go, those that count stay', async () => {
  const { db } = database;
  const now = new Date('2026-12-31T12:02:00Z');
  await sql`insert into ingest_window (organization_id, integration_id, window_start, alerts) values
    ('O1', 'C1', '2026-12-31T12:00:00Z', 1), ('O1', 'C1', '2026-12-31T11:55:00Z', 2), ('O2', '', '2026-12-31T11:45:00Z', 3)`.execute(
    db,
  );
  await sql`insert into notification_usage (organization_id, user_id, kind, day, used) values
    ('O1', 'U1', 'email', '2026-12-31', 1), ('O1', 'U1', 'email', '2026-12-30', 2), ('O1', 'U1', 'email', '2026-12-28', 3)`.execute(
    db,
  );
  await forgetOldCounters(db, now);
  expect(await db.selectFrom('ingest_window').select('alerts').orderBy('alerts').execute()).toEqual([
    { alerts: 1 },
    { alerts: 2 },
  ]);
  expect(await db.selectFrom('notification_usage').select('used').orderBy('used').execute()).toEqual([{ used: 1 }, { used: 2 }]);
});
