import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../src/testing/index.ts';
import { startTcpProxy, type TcpProxy } from '../src/testing/tcp-proxy.ts';
import { type Load, startLoad } from './durability/load.ts';
import { type Api, createApi } from './durability/operator.ts';
import { checkAlerts } from './durability/verify.ts';
import { build, eventually, type Server, serve } from './program.ts';

/** 30 shows what is promised; a run among all other tests takes less. */
const AWAY_SECONDS = Number(process.env.TOCSIN_OUTAGE_SECONDS ?? '4');
const isLong = process.env.TOCSIN_OUTAGE_SECONDS !== undefined;
const ACKNOWLEDGE_URL = 'http://127.0.0.1:9';
/** A request whose commit is under way when the database goes waits for ten seconds at most. */

let database: TestDatabase;
let proxy: TcpProxy;
let server: Server;
let api: Api;

beforeAll(async () => {
  build();
  database = await createTestDatabase();
  proxy = await startTcpProxy(database.connection);
  const { user, password, database: name } = database.connection;
  server = await serve({
    DATABASE_URL: `postgresql://${user}:${password}@127.0.0.1:${proxy.connection.port}/${name}`,
    SECRET_KEY: 'the secret key of all tests',
    DATA_DIR: '/nowhere/unused',
    LOG_LEVEL: 'fatal',
    API_REQUESTS_PER_MINUTE: '1000000',
  });
  const greeting = await eventually(
    async () => server.output(),
    (text) => text.includes('Send an alert:'),
  );
  api = createApi(() => server.url, /API token {2}([0-9a-f]{64})/.exec(greeting)?.[1] ?? '');
}, 300_000);
afterAll(async () => {
  server?.child.kill('SIGKILL');
  await server?.exited;
  await proxy[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

let made = 0;
async function integrations(count: number): Promise<{ id: string; path: string }[]> {
  const all = [];
  for (let n = 0; n < count; n += 1) {
    made += 1;
    const { status, body } = await api('POST', 'integrations/', { type: 'prtg', name: `probe ${made}` });
    if (status !== 201) throw new Error(JSON.stringify(body));
    all.push({ id: String(body.id), path: new URL(String(body.link)).pathname });
  }
  return all;
}

const startSenders = async (count: number): Promise<Load> =>
  startLoad({
    integrations: await integrations(count),
    seed: 1,
    url: () => server.url,
    acknowledgeUrl: ACKNOWLEDGE_URL,
    paceMs: 20,
  });

/** Statements may take a minute, so that connections on which nothing comes are given up only after that. */
const WITHIN_MS = 150_000;

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + WITHIN_MS;
  while (!(await isSo())) {
    if (performance.now() > deadlineMs) throw new Error(`not within ${WITHIN_MS / 1_000} s: ${what}`);
    await sleep(20);
  }
}

const more = (load: Load, count: number): Promise<void> => {
  const enough = load.accepted() + count;
  return until(`${count} more alerts accepted`, async () => load.accepted() >= enough);
};

const fates = (load: Load) => load.senders.flatMap(({ alerts }) => alerts.map(({ fate }) => fate));

/** What is wrong with what became of the senders' alerts, once all of them are in their groups. */
async function wrongs(load: Load): Promise<string[]> {
  await until('all alerts in their groups', async () => {
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from inbound_alert`.execute(database.db);
    return rows[0]?.n === 0;
  });
  const { rows } = await sql<{ integration_id: string; alert_group_id: string; n: number; taken: number }>`
    select integration_id, alert_group_id, (payload::jsonb ->> 'n')::int as n, xmin::text::bigint::int as taken from alert order by integration_id, created_at, id`.execute(
    database.db,
  );
  const parked = await database.db.selectFrom('parked_alert').selectAll().execute();
  expect(parked).toEqual([]);
  return load.senders.flatMap((sender) => [
    ...sender.refusals,
    ...checkAlerts(
      sender,
      rows.filter((row) => row.integration_id === sender.integrationId),
    ),
  ]);
}

test('while the database is away senders get 503 at once, and nothing that was accepted is lost', async () => {
  const [byHand] = await integrations(1);
  const load = await startSenders(4);
  await more(load, 50);
  proxy.goAway();
  const refused = await fetch(`${server.url}${byHand?.path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ alert_uid: 'by hand', n: 0 }),
  });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  expect((await fetch(`${server.url}/health/`)).status).toBe(200);
  expect((await api('GET', 'alert_groups/')).status).toBe(503);
  await sleep(AWAY_SECONDS * 1_000);
  proxy.comeBack();
  await more(load, 50);
  await load.stop();
  expect(fates(load)).toContain('unknown');
  expect(await wrongs(load)).toEqual([]);
}, 400_000);

// Takes more than a minute, for that is how long a statement may take. What ends such connections has quick tests of its own.
test.runIf(isLong)(
  'connections on which the database falls silent are given up, and nothing that was accepted is lost',
  async () => {
    const load = await startSenders(4);
    await more(load, 50);
    proxy.fallSilent();
    await more(load, 50);
    await load.stop();
    expect(fates(load)).toContain('unknown');
    expect(await wrongs(load)).toEqual([]);
  },
  400_000,
);
