import { type CompiledQuery, Kysely, PostgresDialect, sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOrganization, loadUserRights } from '../../../access/index.ts';
import { listAudit } from '../../../audit/index.ts';
import { listChains } from '../../../escalation/index.ts';
import { listIntegrations, listRoutes } from '../../../integrations/index.ts';
import { listRules } from '../../../notifications/index.ts';
import { inTransaction } from '../../../platform/db/create-db.ts';
import type { Database, Db } from '../../../platform/db/database.ts';
import { createSecretBox } from '../../../platform/secrets.ts';
import { listSchedules } from '../../../schedules/index.ts';
import { createTestDatabase, type TestDatabase } from '../../../testing/index.ts';
import { listTeams, listUsers } from '../../../users/index.ts';
import { listWebhooks } from '../../../webhooks/index.ts';

/** Most rows in a page, so that the list has to count. */
const PAGE = { kind: 'page', page: 1, size: 1 } as const;
const NOW = new Date('2026-03-02T09:00:00Z');

let database: TestDatabase;
/** Remembers what it is asked. */
let watched: Db;
let asked: CompiledQuery[] = [];
let org: string;

beforeAll(async () => {
  database = await createTestDatabase();
  const { db, pool } = database;
  watched = new Kysely<Database>({
    dialect: new PostgresDialect({ pool }),
    log: ({ query }) => void asked.push(query),
  });
  org = (await inTransaction(db, (tx) => createOrganization(tx, { name: 'Harbor' }, NOW))).id;
  const fill = (table: string, columns: string, values: string) =>
    pool.query(`insert into ${table} (organization_id, id, created_at, ${columns})
      select '${org}', n::text, now() - n * interval '1 minute', ${values} from generate_series(1, 3000) n`);
  await fill('team', 'name', `'name ' || n`);
  await fill('users', 'grafana_id, username, email, role', `n, 'name' || n, 'name' || n || '@example.net', 'editor'`);
  await fill('integration', 'type, name, token, updated_at', `'webhook', 'name ' || n, 'token ' || n, now()`);
  await fill('route', 'integration_id, is_default, position', `n::text, true, 0`);
  await fill('escalation_chain', 'name', `'name ' || n`);
  await fill('webhook', 'name', `'name ' || n`);
  await fill('schedule', 'name, type, time_zone, updated_at', `'name ' || n, 'web', 'UTC', now()`);
  await fill('notification_rule', 'user_id, important, position, type', `n::text, false, 0, 'wait'`);
  await pool.query('vacuum analyze');
});
afterAll(() => database[Symbol.asyncDispose]());

/** Names of the indexes by which the database would answer what was asked, were reading whole tables forbidden. */
async function indexesOf(run: () => Promise<unknown>): Promise<string[]> {
  asked = [];
  await run();
  const client = await database.pool.connect();
  try {
    await client.query('set enable_seqscan = off');
    const names: string[] = [];
    for (const { sql: text, parameters } of asked) {
      const { rows } = await client.query(`explain (format json) ${text}`, [...parameters]);
      names.push(...[...JSON.stringify(rows).matchAll(/"Index Name":"([^"]+)"/g)].map((match) => match[1] ?? ''));
    }
    return names;
  } finally {
    await client.query('reset enable_seqscan');
    client.release();
  }
}

const secrets = createSecretBox('the secret key of all tests');

test.each<[string, () => Promise<unknown>, readonly string[]]>([
  ['integrations', () => listIntegrations(watched, org, {}, PAGE), ['integration_listed']],
  ['integrations by name', () => listIntegrations(watched, org, { search: 'name 77' }, PAGE), ['integration_name_search']],
  ['routes', () => listRoutes(watched, org, {}, PAGE), ['integration_listed', 'integration_unlisted']],
  ['chains', () => listChains(watched, org, {}, PAGE), ['escalation_chain_list']],
  ['schedules', () => listSchedules(watched, org, {}, PAGE), ['schedule_list']],
  ['webhooks', () => listWebhooks(watched, org, { ordinary: true }, PAGE, secrets), ['webhook_listed']],
  [
    'webhooks by name',
    () => listWebhooks(watched, org, { ordinary: true, search: 'name 77' }, PAGE, secrets),
    ['webhook_name_search'],
  ],
  ['teams', () => listTeams(watched, org, {}, PAGE), ['team_list']],
  ['teams by name', () => listTeams(watched, org, { search: 'name 77' }, PAGE), ['team_name_search']],
  ['users', () => listUsers(watched, org, {}, PAGE), ['users_list']],
  [
    'users by search',
    () => listUsers(watched, org, { search: 'name77' }, PAGE),
    ['users_pkey', 'users_email_begin', 'users_username_begin', 'users_name_search', 'team_name_begin'],
  ],
  ['people to notify', () => listUsers(watched, org, { mayBeNotified: true }, PAGE), ['users_to_notify']],
  ['notification rules', () => listRules(watched, org, {}, PAGE), ['users_by_age']],
  ['audit records', () => listAudit(watched, org, {}, PAGE), ['audit_record_pkey']],
  ["a caller's rights", () => loadUserRights(watched, org, '1'), ['team_sharing']],
])('%s are found by their indexes', async (_what, run, indexes) => {
  expect(await indexesOf(run)).toEqual(expect.arrayContaining([...indexes]));
});

test('a filter that nobody gives does not make the log be counted', async () => {
  asked = [];
  await sql`insert into audit_record (organization_id, seq, at, actor_type, actor_name, via, action_type, action_name, prev_hash, hash)
    select ${org}, n, ${NOW}, 'system', '', 'system', 'test', 'test', '', '' from generate_series(5, 14) n`.execute(database.db);
  expect(await listAudit(watched, org, {}, PAGE)).toMatchObject({ count: 10 });
  expect(await listAudit(watched, org, { actionName: 'other' }, PAGE)).toMatchObject({ count: 0 });
  expect(asked.some(({ sql: text }) => text.includes('count(*)'))).toBe(false);
});
