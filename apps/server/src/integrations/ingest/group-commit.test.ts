import { sql } from 'kysely';
import pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { createTestClock } from '../../platform/clock.ts';
import { createLogger } from '../../platform/log.ts';
import { IngestWorld, type TestIntegration } from '../../testing/ingest-world.ts';
import { startTcpProxy } from '../../testing/tcp-proxy.ts';
import { type Arrival, createGroupCommit, type GroupCommitOptions } from './group-commit.ts';

let world: IngestWorld;
afterEach(() => world[Symbol.asyncDispose]());

const arrival = (integration: TestIntegration, text = '{}'): Arrival => ({
  organizationId: integration.organizationId,
  integrationId: integration.id,
  receivedAt: world.clock.now(),
  texts: [text],
  isSplit: false,
  isDemo: false,
  warning: null,
});

const create = (options: Partial<GroupCommitOptions> = {}) =>
  createGroupCommit({
    connection: world.database.connection,
    clock: createTestClock(world.clock.now()),
    log: createLogger({ level: 'silent' }),
    onCommitted: () => undefined,
    ...options,
  });

const stored = async () =>
  (await world.db.selectFrom('inbound_alert').select('payload').orderBy('id').execute()).map((row) => row.payload);

/** Keeps every insert waiting until it is released. */
async function blockInserts(): Promise<() => Promise<void>> {
  const client = new pg.Client(world.database.connection);
  await client.connect();
  await client.query('begin');
  await client.query('lock table inbound_alert in exclusive mode');
  return async () => {
    await client.query('rollback');
    await client.end();
  };
}

const insertsThatWait = async () =>
  (
    await sql<{ n: number }>`select count(*)::int as n from pg_stat_activity
      where datname = current_database() and application_name = 'tocsin ingest' and wait_event_type = 'Lock'`.execute(world.db)
  ).rows[0]?.n;

test('requests that arrive while a write is under way share the next one, in their order', async () => {
  world = await IngestWorld.start();
  const integration = await world.integration('webhook');
  const flushes: number[] = [];
  const commit = create({ onFlush: ({ alerts }) => flushes.push(alerts) });
  const release = await blockInserts();
  const first = commit.add(arrival(integration, '"first"'));
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  const rest = Array.from({ length: 500 }, (_, n) => commit.add(arrival(integration, String(n))));
  await release();
  expect(await Promise.all([first, ...rest])).toEqual(Array(501).fill('committed'));
  expect(flushes).toEqual([1, 500]);
  expect(await stored()).toEqual(['"first"', ...Array.from({ length: 500 }, (_, n) => String(n))]);
  await commit.stop();
});

test('a deleted integration takes nothing, others of the same write do', async () => {
  world = await IngestWorld.start();
  const live = await world.integration('webhook');
  const deleted = await world.integration('webhook');
  await world.db.updateTable('integration').set({ deleted_at: world.clock.now() }).where('id', '=', deleted.id).execute();
  const commit = create();
  expect(await Promise.all([commit.add(arrival(live)), commit.add(arrival(deleted))])).toEqual(['committed', 'gone']);
  expect(await stored()).toEqual(['{}']);
  await commit.stop();
});

test('too many requests or bytes waiting are told to come again, and nothing of them is kept', async () => {
  world = await IngestWorld.start();
  const integration = await world.integration('webhook');
  const release = await blockInserts();
  const few = create({ limits: { requests: 2 } });
  const outcomes = [few.add(arrival(integration)), few.add(arrival(integration)), few.add(arrival(integration))];
  expect(await outcomes[2]).toBe('unavailable');
  const small = create({ limits: { bytes: 10 } });
  const fits = small.add(arrival(integration, '"1234567"'));
  expect(await small.add(arrival(integration, '"12"'))).toBe('unavailable');
  expect(small.hasRoom(1)).toBe(true);
  expect(small.hasRoom(2)).toBe(false);
  await release();
  expect(await Promise.all([outcomes[0], outcomes[1], fits])).toEqual(Array(3).fill('committed'));
  expect(await stored()).toHaveLength(3);
  await Promise.all([few.stop(), small.stop()]);
});

test('what cannot be committed in time is refused, and is not stored later', async () => {
  world = await IngestWorld.start();
  const integration = await world.integration('webhook');
  const commit = create({ limits: { waitMs: 300 } });
  const release = await blockInserts();
  expect(await commit.add(arrival(integration))).toBe('unavailable');
  await release();
  expect(await stored()).toEqual([]);
  expect(await commit.add(arrival(integration))).toBe('committed');
  await commit.stop();
});

test('stopping answers what was taken and takes nothing more', async () => {
  world = await IngestWorld.start();
  const integration = await world.integration('webhook');
  const commit = create();
  const release = await blockInserts();
  const taken = commit.add(arrival(integration));
  const stopped = commit.stop();
  expect(await commit.add(arrival(integration))).toBe('unavailable');
  await release();
  await stopped;
  expect(await taken).toBe('committed');
});

test.each([
  ['at the statement', 'trigger refuse before insert on inbound_alert for each row'],
  ['at the commit', 'constraint trigger refuse after insert on inbound_alert deferrable initially deferred for each row'],
])(
  'while the disk is full %s senders get 503 with Retry-After, and 200 again as soon as there is room',
  async (_fact, trigger) => {
    world = await IngestWorld.start();
    const integration = await world.integration('webhook');
    await sql`create function refuse() returns trigger language plpgsql as $$ begin raise exception 'disk full' using errcode = '53100'; end $$`.execute(
      world.db,
    );
    await sql.raw(`create ${trigger} execute function refuse()`).execute(world.db);
    const post = () => fetch(integration.url, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
    const refused = await post();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await refused.json()).toEqual({ detail: 'The alert could not be stored. Please send it again.' });
    expect(await stored()).toEqual([]);
    await sql`drop trigger refuse on inbound_alert`.execute(world.db);
    expect((await post()).status).toBe(200);
    expect(await stored()).toEqual(['{}']);
  },
);

test('a connection that breaks is made anew', async () => {
  world = await IngestWorld.start();
  const integration = await world.integration('webhook');
  const commit = create();
  expect(await commit.add(arrival(integration))).toBe('committed');
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tocsin ingest' and datname = current_database()`.execute(
    world.db,
  );
  const outcomes = [await commit.add(arrival(integration)), await commit.add(arrival(integration))];
  expect(outcomes.at(-1)).toBe('committed');
  await commit.stop();
});

test('a connection that breaks in the middle of a write costs that write and nothing else', async () => {
  world = await IngestWorld.start();
  const integration = await world.integration('webhook');
  await using proxy = await startTcpProxy(world.database.connection);
  const commit = create({ connection: proxy.connection });
  expect(await commit.add(arrival(integration))).toBe('committed');
  const release = await blockInserts();
  const cut = commit.add(arrival(integration));
  await expect.poll(insertsThatWait).toBe(1);
  proxy.breakAll();
  expect(await cut).toBe('unavailable');
  await release();
  expect(await commit.add(arrival(integration))).toBe('committed');
  await commit.stop();
});
