import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../testing/index.ts';
import { forgetEndedRuns } from './retention.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

test('runs of groups that have long been resolved go, and chains as they were that nothing refers to any more', async () => {
  const { db } = database;
  const now = new Date('2026-12-31T12:00:00Z');
  const old = new Date('2026-06-01T00:00:00Z');
  const recent = new Date('2026-12-20T00:00:00Z');
  await sql`insert into organization (id, name, created_at) values ('O1', 'Harbor', ${old})`.execute(db);
  const group = async (id: string, number: number, resolvedAt: Date | null, runState: string, hash: string | null) => {
    await sql`insert into alert_group (organization_id, id, number, integration_id, grouping_key, is_open_for_grouping, received_at, started_at, resolved_at)
      values ('O1', ${id}, ${number}, 'C1', ${id}, false, ${old}, ${old}, ${resolvedAt})`.execute(db);
    await sql`insert into escalation_run (organization_id, alert_group_id, state, snapshot_hash, started_at, finished_at)
      values ('O1', ${id}, ${runState}, ${hash}, ${old}, ${runState === 'finished' ? (resolvedAt ?? old) : null})`.execute(db);
  };
  await group('I-old', 1, old, 'finished', 'gone');
  await group('I-recent', 2, recent, 'finished', 'used');
  await group('I-firing', 3, null, 'finished', null);
  await group('I-running', 4, null, 'running', 'running');
  for (const [hash, at] of [
    ['gone', old],
    ['used', old],
    ['running', old],
    ['new', recent],
  ] as const) {
    await sql`insert into chain_snapshot (organization_id, hash, content, created_at) values ('O1', ${hash}, '{}', ${at})`.execute(
      db,
    );
  }
  expect(await forgetEndedRuns(db, now)).toEqual({ runs: 1, snapshots: 1 });
  expect((await sql<{ id: string }>`select alert_group_id as id from escalation_run order by 1`.execute(db)).rows).toEqual([
    { id: 'I-firing' },
    { id: 'I-recent' },
    { id: 'I-running' },
  ]);
  expect((await sql<{ hash: string }>`select hash from chain_snapshot order by 1`.execute(db)).rows).toEqual([
    { hash: 'new' },
    { hash: 'running' },
    { hash: 'used' },
  ]);
});
