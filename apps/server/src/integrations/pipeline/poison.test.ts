import { sql } from 'kysely';
import { afterEach, expect, test, vi } from 'vitest';
import { IngestWorld, type IngestWorldOptions } from '../../testing/ingest-world.ts';
import { homeShard } from '../shards.ts';
import { retryParkedAlert } from './park.ts';

let world: IngestWorld;
const start = async (options: IngestWorldOptions = {}) => {
  world = await IngestWorld.start(options);
  return world;
};
afterEach(() => world[Symbol.asyncDispose]());

const alert = (uid: string, n = 0) => ({ alert_uid: uid, title: `${uid} ${n}`, state: 'alerting' });

/** Makes storing an alert with this text fail, as a value that the database refuses would. */
const poison = (text: string) =>
  sql`alter table alert add constraint no_poison check (payload not like ${sql.lit(`%${text}%`)})`.execute(world.db);

test('one alert that cannot be stored is put aside after five tries, and no other waits for it longer than that', async () => {
  await start();
  await poison('POISON');
  const sick = await world.integration('formatted_webhook');
  const healthy = await world.integration('formatted_webhook');
  // Both on one shard, whatever their ids: the shard is what the rows say.
  for (let n = 0; n < 20; n += 1) {
    await world.send(sick, n === 10 ? alert('POISON') : alert(`s${n}`, n));
    await world.send(healthy, alert(`h${n}`, n));
  }
  await world.db
    .updateTable('inbound_alert')
    .set({ shard: homeShard(healthy.id) })
    .execute();
  await world.settle();
  expect(await world.groups(healthy)).toHaveLength(20);
  expect((await world.groups(sick)).map((group) => group.title)).toEqual(Array.from({ length: 10 }, (_, n) => `s${n} ${n}`));
  expect(world.parked).toEqual([]);
  for (let tries = 2; tries <= 5; tries += 1) {
    world.clock.advance({ seconds: 10 });
    await world.settle();
  }
  expect(world.parked).toEqual([
    { organizationId: world.organizationId, integrationId: sick.id, error: expect.stringContaining('no_poison') },
  ]);
  expect(world.notices).toMatchObject([{ organizationId: world.organizationId, kind: 'alert_parked' }]);
  expect(await world.groups(sick)).toHaveLength(19);
  const parked = await world.db.selectFrom('parked_alert').selectAll().execute();
  expect(parked).toMatchObject([{ integration_id: sick.id, payload: JSON.stringify(alert('POISON')) }]);

  await sql`alter table alert drop constraint no_poison`.execute(world.db);
  expect(await retryParkedAlert(world.db, world.organizationId, sick.id, parked[0]?.id ?? '')).toBe(true);
  await world.settle();
  expect(await world.groups(sick)).toHaveLength(20);
});

test('shards of which all alerts wait for another try take no turn from the others', async () => {
  await start({ batchLimit: 1 });
  await poison('POISON');
  const sick = [await world.integration('formatted_webhook'), await world.integration('formatted_webhook')];
  const healthy = await world.integration('formatted_webhook');
  for (const integration of sick) await world.send(integration, alert('POISON'));
  for (let n = 0; n < 9; n += 1) await world.send(healthy, alert(`h${n}`, n));
  for (const [shard, { id }] of [...sick, healthy].entries())
    await world.db.updateTable('inbound_alert').set({ shard }).where('integration_id', '=', id).execute();
  await world.pipeline.loops[0]?.runUntilIdle();
  expect(await world.groups(healthy)).toHaveLength(9);
});

test('a batch that fails leaves nothing half-done', async () => {
  let failures = 3;
  await start({
    ports: (ports) => ({
      ...ports,
      async startRuns(tx, groups, now) {
        await ports.startRuns(tx, groups, now);
        failures -= 1;
        if (failures >= 0) throw new Error('the world is broken');
      },
    }),
  });
  const integration = await world.integration('formatted_webhook');
  for (let n = 0; n < 5; n += 1) await world.send(integration, alert('a', n));
  await world.pipeline.loops[0]?.runUntilIdle();
  for (let tries = 0; tries < 5; tries += 1) {
    world.clock.advance({ seconds: 10 });
    await world.settle();
  }
  const groups = await world.groups(integration);
  expect(groups).toMatchObject([{ number: 1, alerts_count: 5 }]);
  expect(await world.alerts(groups[0]?.id)).toHaveLength(5);
  expect(await world.records(groups[0]?.id ?? '')).toHaveLength(2);
  expect(world.parked).toEqual([]);
});

test('no alert is blamed when the database goes away in the middle', async () => {
  await start();
  const integration = await world.integration('formatted_webhook');
  for (let n = 0; n < 3; n += 1) await world.send(integration, alert('a', n));
  const killed = sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
  let kills = 0;
  const ports = world.ports;
  const before = ports.startRuns;
  ports.startRuns = async (tx, groups, now) => {
    kills += 1;
    if (kills <= 3) await killed.execute(tx).then(() => sql`select pg_terminate_backend(pg_backend_pid())`.execute(tx));
    return before(tx, groups, now);
  };
  for (let tries = 0; tries < 3; tries += 1) await expect(world.settle()).rejects.toThrow();
  await vi.waitFor(() => world.settle(), 30_000); // the pool may still hold a connection that was killed
  expect(await world.groups(integration)).toMatchObject([{ alerts_count: 3 }]);
  const attempts = await sql<{ n: number }>`select count(*)::int as n from parked_alert`.execute(world.db);
  expect(attempts.rows[0]?.n).toBe(0);
});

test.each([
  ['at a statement', 'trigger no_room before insert on alert for each row'],
  ['at the commit', 'constraint trigger no_room after insert on alert deferrable initially deferred for each row'],
])(
  'while the disk is full %s alerts wait, none is blamed, and all are handled when there is room again',
  async (_fact, trigger) => {
    await start();
    const integration = await world.integration('formatted_webhook');
    for (let n = 0; n < 3; n += 1) await world.send(integration, alert('a', n));
    await sql`create function no_room() returns trigger language plpgsql as
    $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$`.execute(world.db);
    await sql.raw(`create ${trigger} execute function no_room()`).execute(world.db);
    for (let tries = 0; tries < 7; tries += 1) await expect(world.settle()).rejects.toThrow('a batch of alerts failed');
    expect(await world.groups(integration)).toEqual([]);
    await sql`drop trigger no_room on alert`.execute(world.db);
    await world.settle();
    expect(await world.groups(integration)).toMatchObject([{ alerts_count: 3 }]);
    expect(world.parked).toEqual([]);
  },
);

test('an alert of an integration that was deleted after it was taken is still handled', async () => {
  await start();
  const integration = await world.integration('formatted_webhook');
  await world.send(integration, alert('a'));
  await world.db.updateTable('integration').set({ deleted_at: world.clock.now() }).where('id', '=', integration.id).execute();
  await world.settle();
  expect(await world.groups(integration)).toHaveLength(1);
});

test('an error that seems to pass but comes back with one alert holds up the others for a minute, and is put aside in the end', async () => {
  const cause = Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' });
  let sickId = '';
  await start({
    ports: (ports) => ({
      ...ports,
      async startRuns(tx, groups, now) {
        const { rows } = await sql<{ n: number }>`
          select count(*) as n from alert_group where integration_id = ${sickId} and id = any(${groups.map((group) => group.alertGroupId)}::text[])`.execute(
          tx,
        );
        if ((rows[0]?.n ?? 0) > 0) throw cause;
        await ports.startRuns(tx, groups, now);
      },
    }),
  });
  const sick = await world.integration('formatted_webhook');
  const healthy = await world.integration('formatted_webhook');
  sickId = sick.id;
  await world.send(sick, alert('s'));
  for (let n = 0; n < 3; n += 1) await world.send(healthy, alert(`h${n}`));
  await world.db
    .updateTable('inbound_alert')
    .set({ shard: homeShard(healthy.id) })
    .execute();
  const [fast] = world.pipeline.loops;
  await expect(fast?.runUntilIdle()).rejects.toThrow('a batch of alerts failed');
  world.clock.advance({ seconds: 59 });
  await expect(fast?.runUntilIdle()).rejects.toThrow('a batch of alerts failed');
  expect(await world.groups(healthy)).toHaveLength(0);

  world.clock.advance({ seconds: 1 });
  await world.settle();
  expect(await world.groups(healthy)).toHaveLength(3);
  world.clock.advance({ seconds: 300 });
  await world.settle();
  expect(world.parked).toEqual([]);
  for (let tries = 0; tries < 8; tries += 1) {
    world.clock.advance({ seconds: 100 });
    await world.settle();
  }
  expect(world.parked).toMatchObject([{ integrationId: sick.id, error: cause.message }]);
});
