import { connect, createServer, type Socket } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createTestClock } from '../../platform/clock.ts';
import { createLogger } from '../../platform/log.ts';
import { createTemplates } from '../../templates/index.ts';
import { IngestWorld, type TestIntegration } from '../../testing/ingest-world.ts';
import { inlineRenderer } from '../../testing/inline-renderer.ts';
import { startPipeline } from '../index.ts';
import { createGroupCommit } from '../ingest/group-commit.ts';

let world: IngestWorld;
beforeAll(async () => {
  world = await IngestWorld.start({ batchLimit: 7 });
});
afterAll(() => world[Symbol.asyncDispose]());

test('three pipelines beside each other keep the order of every integration, and lose and repeat nothing', async () => {
  const others = [1, 2].map(() =>
    startPipeline({
      db: world.db,
      hub: world.hub,
      clock: world.clock,
      log: createLogger({ level: 'silent' }),
      templates: createTemplates({ clock: world.clock, pool: inlineRenderer }),
      ports: world.ports,
      manual: true,
      batchLimit: 5,
    }),
  );
  const integrations = await Promise.all(Array.from({ length: 4 }, () => world.integration('formatted_webhook')));
  const PER_INTEGRATION = 40;
  let sending = true;
  const feed = async (integration: TestIntegration) => {
    for (let n = 0; n < PER_INTEGRATION; n += 1) {
      await world.send(integration, { alert_uid: 'k', title: String(n), state: n % 4 === 3 ? 'ok' : 'alerting' });
    }
  };
  const drain = async (pipeline: { loops: readonly { runUntilIdle(): Promise<number> }[] }) => {
    while (sending) for (const loop of pipeline.loops) await loop.runUntilIdle();
  };
  const drains = [world.pipeline, ...others].map(drain);
  await Promise.all(integrations.map(feed));
  sending = false;
  await Promise.all(drains);
  await world.settle();
  for (const integration of integrations) {
    const groups = await world.groups(integration);
    expect(groups).toHaveLength(PER_INTEGRATION / 4);
    const titles: string[] = [];
    for (const group of groups) {
      expect(group).toMatchObject({ state: 'resolved', alerts_count: 4 });
      titles.push(...(await world.alerts(group.id)).map((alert) => JSON.parse(alert.payload).title));
    }
    expect(titles).toEqual(Array.from({ length: PER_INTEGRATION }, (_, n) => String(n)));
  }
  await Promise.all(others.map((pipeline) => pipeline.stop()));
}, 60_000);

test.each<[fact: string, behindMs: number, earlierMs: number]>([
  ['a moment behind: its alerts stand behind those before them', 400, 0],
  ['set back by a minute: it is believed', 60_000, 60_000],
])('a process whose clock is %s', async (_fact, behindMs, earlierMs) => {
  const clock = createTestClock(new Date(world.clock.now().getTime() - behindMs));
  const behind = startPipeline({
    db: world.db,
    hub: world.hub,
    clock,
    log: createLogger({ level: 'silent' }),
    templates: createTemplates({ clock, pool: inlineRenderer }),
    ports: world.ports,
    manual: true,
  });
  const integration = await world.integration('formatted_webhook');
  await world.send(integration, { alert_uid: 'k', title: '0', state: 'alerting' });
  await world.settle();
  await world.send(integration, { alert_uid: 'k', title: '1', state: 'ok' });
  for (const loop of behind.loops) await loop.runUntilIdle();
  await behind.stop();
  const [group] = await world.groups(integration);
  expect(group).toMatchObject({ state: 'resolved', alerts_count: 2 });
  const alerts = await world.db
    .selectFrom('alert')
    .select(['payload', 'created_at'])
    .where('alert_group_id', '=', group?.id ?? '')
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  const [first, second] = behindMs > 1_000 ? alerts.reverse() : alerts;
  expect([first, second].map((alert) => JSON.parse(alert?.payload ?? '').title)).toEqual(['0', '1']);
  expect(Number(first?.created_at) - Number(second?.created_at)).toBe(earlierMs);
});

/** A way to the database that can be cut, as when the process at this end is killed: what it had sent goes on over there. */
async function startWay() {
  const { host, port } = world.database.connection;
  const sockets: Socket[] = [];
  const way = createServer((socket) => {
    const beyond = host?.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(Number(port), host ?? '127.0.0.1');
    for (const end of [socket, beyond]) end.on('error', () => undefined);
    sockets.push(socket, beyond);
    socket.pipe(beyond);
    beyond.pipe(socket);
  });
  await new Promise<void>((resolve) => way.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
    way.close();
  };
  return { connection: { ...world.database.connection, host: '127.0.0.1', port: (way.address() as { port: number }).port }, cut };
}

test('an alert whose sender got no answer may be taken behind the one that it sent next', async () => {
  const LATE = 4_711;
  await sql`
    create function hold_late() returns trigger language plpgsql as $$
    begin
      if new.payload like '%late%' then perform pg_advisory_xact_lock(${sql.lit(LATE)}); end if;
      return new;
    end $$`.execute(world.db);
  await sql`create trigger hold_late before insert on inbound_alert for each row execute function hold_late()`.execute(world.db);
  const integration = await world.integration('formatted_webhook');
  const way = await startWay();
  const log = createLogger({ level: 'silent' });
  const killed = createGroupCommit({ connection: way.connection, clock: world.clock, log, onCommitted: () => undefined });
  const ids = { organizationId: integration.organizationId, integrationId: integration.id };
  const arrival = { ...ids, receivedAt: world.clock.now(), isSplit: false, isDemo: false, warning: null };
  let answer: Promise<string> | undefined;
  await world.db.connection().execute(async (db) => {
    await sql`select pg_advisory_lock(${LATE})`.execute(db);
    answer = killed.add({ ...arrival, texts: ['{"alert_uid":"k","title":"late","state":"alerting"}'] });
    const waits = sql`select 1 from pg_locks where locktype = 'advisory' and objid = ${LATE} and not granted`;
    await vi.waitFor(async () => expect((await waits.execute(world.db)).rows).toHaveLength(1), 60_000);
    way.cut();
    expect(await answer).toBe('unavailable');
    await world.send(integration, { alert_uid: 'k', title: 'next', state: 'ok' });
    await world.settle();
    await sql`select pg_advisory_unlock(${LATE})`.execute(db);
  });
  const waiting = sql`select 1 from inbound_alert where integration_id = ${integration.id}`;
  await vi.waitFor(async () => expect((await waiting.execute(world.db)).rows).toHaveLength(1), 60_000);
  world.clock.advance({ seconds: 1 });
  await world.settle();
  const taken = await Promise.all(
    (await world.groups(integration)).map(async ({ id, state }) => ({
      state,
      titles: (await world.alerts(id)).map(({ payload }) => JSON.parse(payload).title),
    })),
  );
  // Nobody was told that the first one had been taken, so nothing can say that it came first.
  expect(taken).toEqual([
    { state: 'resolved', titles: ['next'] },
    { state: 'firing', titles: ['late'] },
  ]);
  await killed.stop();
  await sql`drop function hold_late() cascade`.execute(world.db);
});
