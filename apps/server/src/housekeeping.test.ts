import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { combineHooks, countErasable } from './alerting/index.ts';
import { escalationHooks } from './escalation/index.ts';
import { ensurePartitions, forgetOldCounters } from './housekeeping.ts';
import { createTestClock } from './platform/clock.ts';
import { applyRetention } from './retention.ts';
import { createTestDatabase, type TestDatabase } from './testing/index.ts';
import { countOldWebhookCalls, webhookHooks } from './webhooks/index.ts';

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

test('payloads, alert groups, answers and the audit log go when their organization keeps them no longer', async () => {
  const { db } = database;
  const clock = createTestClock('2026-12-31T12:00:00Z');
  const hooks = combineHooks(escalationHooks, webhookHooks);
  const ago = (days: number) => new Date(clock.now().getTime() - days * 86_400_000);
  await sql`insert into organization (id, name, created_at, retention) values
    ('Odefault', 'Harbor', now(), '{}'),
    ('Oshort', 'Lagoon', now(), '{"alert_payload_days": 7, "alert_group_days": 30, "webhook_response_days": 1}'),
    ('Oquiet', 'Night', now(), '{"alert_group_days": 30, "quiet_hours": {"start": "22:00", "end": "13:00"}}')`.execute(db);
  // For each: a group that was closed 500, 100, 40 and 3 days ago, and one that is open since 500 days.
  const closed = [500, 100, 40, 3];
  for (const org of ['Odefault', 'Oshort', 'Oquiet']) {
    for (const [index, days] of [...closed, null].entries()) {
      const [id, start, end] = [`I${days}`, ago((days ?? 500) + 1), days === null ? null : ago(days)];
      await sql`insert into alert_group (organization_id, id, number, integration_id, title, grouping_key, received_at, started_at, resolved_at, resolved_by, is_open_for_grouping)
        values (${org}, ${id}, ${index}, 'C1', 'full', ${id}, ${start}, ${start}, ${end}, ${end === null ? 2 : 1}, ${end === null})`.execute(
        db,
      );
      await sql`insert into alert (organization_id, id, alert_group_id, integration_id, created_at, received_at, payload)
        values (${org}, ${`A${days}`}, ${id}, 'C1', ${start}, ${start}, '{"title": "Tür"}')`.execute(db);
      await sql`insert into webhook_response (organization_id, webhook_id, alert_group_id, delivery_id, trigger_type, at)
        values (${org}, 'W1', ${id}, ${id}, 1, ${end ?? start})`.execute(db);
    }
  }
  const groups = async (org: string) =>
    (await sql<{ id: string }>`select id from alert_group where organization_id = ${org} order by number`.execute(db)).rows.map(
      ({ id }) => id,
    );
  const payloads = async (org: string) =>
    (
      await sql<{
        id: string;
      }>`select alert_group_id as id from alert where organization_id = ${org} and payload <> '{}' order by created_at`.execute(
        db,
      )
    ).rows.map(({ id }) => id);
  const answers = async (org: string) =>
    (
      await sql<{
        id: string;
      }>`select alert_group_id as id from webhook_response where organization_id = ${org} order by at`.execute(db)
    ).rows.map(({ id }) => id);
  // One more in each organization that nothing may touch.
  for (const [index, org] of ['Odefault', 'Oshort'].entries()) {
    await sql`insert into alert_group (organization_id, id, number, integration_id, title, grouping_key, received_at, started_at, resolved_at, resolved_by, is_open_for_grouping)
      values (${org}, 'Iheld', 9, 'C1', 'full', 'held', ${ago(601)}, ${ago(601)}, ${ago(600)}, 1, false)`.execute(db);
    await sql`insert into alert (organization_id, id, alert_group_id, integration_id, created_at, received_at, payload)
      values (${org}, 'Aheld', 'Iheld', 'C1', ${ago(601)}, ${ago(601)}, '{"held": true}')`.execute(db);
    await sql`insert into webhook_response (organization_id, webhook_id, alert_group_id, delivery_id, trigger_type, at)
      values (${org}, 'W1', 'Iheld', 'held', 1, ${ago(600 + index)})`.execute(db);
    await sql`insert into legal_hold (organization_id, alert_group_id, reason, set_at) values (${org}, 'Iheld', 'case 7', now())`.execute(
      db,
    );
  }
  const counts = (org: string, groupDays: number, payloadDays: number | null) =>
    countErasable(db, org, { groups: ago(groupDays), payloads: payloadDays === null ? null : ago(payloadDays) }, 100);
  expect(await counts('Odefault', 400, 90)).toEqual({ groups: 1, payloads: 2, held: 1 });
  expect(await counts('Oshort', 30, 7)).toEqual({ groups: 3, payloads: 3, held: 1 });
  expect(await counts('Odefault', 30, null)).toEqual({ groups: 3, payloads: 0, held: 1 });
  expect(await countErasable(db, 'Oshort', { groups: ago(30), payloads: ago(7) }, 2)).toMatchObject({ groups: 2, payloads: 2 });
  expect(await countOldWebhookCalls(db, 'Oshort', ago(1), 100)).toBe(4);
  await applyRetention({ db, clock, hooks });
  for (const org of ['Odefault', 'Oshort']) {
    expect(await groups(org)).toContain('Iheld');
    expect(await payloads(org)).toContain('Iheld');
    expect(await answers(org)).toContain('Iheld');
    await sql`delete from alert where organization_id = ${org} and id = 'Aheld'`.execute(db);
    await sql`delete from alert_group where organization_id = ${org} and id = 'Iheld'`.execute(db);
    await sql`delete from webhook_response where organization_id = ${org} and alert_group_id = 'Iheld'`.execute(db);
  }
  expect(await counts('Odefault', 400, 90)).toEqual({ groups: 0, payloads: 0, held: 0 });
  expect(await groups('Odefault')).toEqual(['I100', 'I40', 'I3', 'Inull']);
  expect(await payloads('Odefault')).toEqual(['Inull', 'I40', 'I3']);
  expect(await answers('Odefault')).toEqual(['Inull', 'I3']);
  expect(await groups('Oshort')).toEqual(['I3', 'Inull']);
  expect(await payloads('Oshort')).toEqual(['Inull', 'I3']);
  expect(await answers('Oshort')).toEqual(['Inull']);
  expect(await groups('Oquiet')).toHaveLength(5);
  const { rows } = await sql`select payload_bytes as bytes, encode(payload_sha256, 'hex') as sha from alert
    where organization_id = 'Odefault' and id = 'A100'`.execute(db);
  const sha = createHash('sha256').update('{"title": "Tür"}').digest('hex');
  expect(rows).toEqual([{ bytes: 17, sha }]);
  const notes = await sql<{
    note: string;
  }>`select note from audit_record where action_name = 'data_purged' order by organization_id`.execute(db);
  expect(notes.rows.map(({ note }) => note)).toEqual([
    'alert groups deleted: 1; payloads blanked: 1',
    'alert groups deleted: 3; payloads blanked: 0',
  ]);

  // What was open is found when it has been closed for long enough; nothing else is touched again.
  await sql`update alert_group set resolved_at = ${clock.now()}, resolved_by = 1, is_open_for_grouping = false where id = 'Inull'`.execute(
    db,
  );
  clock.advance({ seconds: 91 * 86_400 });
  await applyRetention({ db, clock, hooks });
  expect(await payloads('Odefault')).toEqual([]);
  expect(await groups('Odefault')).toEqual(['I100', 'I40', 'I3', 'Inull']);
  expect(await groups('Oshort')).toEqual([]);
  clock.advance({ seconds: 3_600 });
  await applyRetention({ db, clock, hooks });
  expect(await groups('Oquiet')).toEqual([]);
});
