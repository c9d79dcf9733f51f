import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db } from '../platform/db/database.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';
import { forgetWebhookCalls } from './retention.ts';

let database: TestDatabase;
let db: Db;
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
  await sql`insert into organization (id, name, created_at) values ('O', 'Harbor', now())`.execute(db);
});
afterAll(() => database[Symbol.asyncDispose]());

const now = new Date('2026-03-02T09:00:00Z');

test('the last hundred of a webhook and thirty days stay, and what open groups may still need', async () => {
  await sql`insert into alert_group (organization_id, id, number, integration_id, grouping_key, received_at, started_at, resolved_at)
    values ('O', 'Iopen', 1, 'C', 'a', ${now}, ${now}, null), ('O', 'Idone', 2, 'C', 'b', ${now}, ${now}, ${now})`.execute(db);
  // W1: 150 answers for a resolved group; W2: two old ones for an open and two for a resolved group; W3: a recent one of a group that is gone.
  await sql`insert into webhook_response (organization_id, webhook_id, alert_group_id, delivery_id, trigger_type, at)
    select 'O', 'W1', 'Idone', 'd' || n, 1, ${now}::timestamptz - n * interval '1 minute' from generate_series(1, 150) n
    union all select 'O', 'W2', 'Iopen', 'o' || n, 1, ${now}::timestamptz - (40 + n) * interval '1 day' from generate_series(1, 2) n
    union all select 'O', 'W2', 'Idone', 'r' || n, 1, ${now}::timestamptz - (40 + n) * interval '1 day' from generate_series(1, 2) n
    union all select 'O', 'W3', 'Igone', 'g1', 1, ${now}::timestamptz - interval '1 day'`.execute(db);
  await sql`insert into webhook_call (organization_id, delivery_id, webhook_id, alert_group_id, trigger_type, cause, event, state, deadline_at, created_at, finished_at)
    select 'O', d, 'W', 'Idone', 1, 'event', '{}', state, ${now}, ${now}, finished
    from (values ('o1', 'delivered', ${now}::timestamptz - interval '41 days'), ('r1', 'delivered', ${now}::timestamptz - interval '41 days'),
                 ('skipped', 'skipped', ${now}::timestamptz - interval '2 days'), ('new', 'skipped', ${now}::timestamptz - interval '1 hour'),
                 ('waits', 'owed', null)) v (d, state, finished)`.execute(db);
  await forgetWebhookCalls(db, 'O', new Date(now.getTime() - 30 * 86_400_000), now);
  const { rows } = await sql<{ webhook_id: string; n: number; first: string }>`
    select webhook_id, count(*)::int as n, min(delivery_id) as first from webhook_response group by 1 order by 1`.execute(db);
  expect(rows).toEqual([
    { webhook_id: 'W1', n: 100, first: 'd1' },
    { webhook_id: 'W2', n: 1, first: 'o1' },
    { webhook_id: 'W3', n: 1, first: 'g1' },
  ]);
  const calls = await sql<{ delivery_id: string }>`select delivery_id from webhook_call order by 1`.execute(db);
  expect(calls.rows.map((row) => row.delivery_id)).toEqual(['new', 'o1', 'waits']);
});
