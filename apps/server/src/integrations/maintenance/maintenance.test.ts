import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Actor, type AlertGroupHooks, combineHooks, deleteGroup, resolve } from '../../alerting/index.ts';
import { escalationHooks } from '../../escalation/index.ts';
import { inTransaction } from '../../platform/db/create-db.ts';
import { IngestWorld, type TestIntegration } from '../../testing/ingest-world.ts';
import {
  durationInWords,
  expireMaintenance,
  maintenanceHooks,
  type StartWindow,
  startMaintenance,
  stopMaintenance,
} from './windows.ts';

let world: IngestWorld;
let hooks: AlertGroupHooks;
beforeAll(async () => {
  world = await IngestWorld.start();
  hooks = combineHooks(
    escalationHooks,
    maintenanceHooks(() => ({ clock: world.clock, hooks })),
  );
});
afterAll(() => world[Symbol.asyncDispose]());

const ada: Actor = { type: 'user', userId: 'UADA', via: 4 };
const deps = () => ({ db: world.db, clock: world.clock, hooks });
const start = (of: TestIntegration, window: Partial<StartWindow> = {}) =>
  inTransaction(world.db, (tx) =>
    startMaintenance(
      tx,
      deps(),
      of.organizationId,
      of.id,
      { mode: 'maintenance', seconds: 3_600, atEnd: 'escalate', ...window },
      ada,
    ),
  );
const stop = (of: TestIntegration) => inTransaction(world.db, (tx) => stopMaintenance(tx, deps(), of.organizationId, of.id, ada));
const firing = (uid: string) => ({ alert_uid: uid, title: uid, state: 'alerting' });
const recovered = (uid: string) => ({ ...firing(uid), state: 'ok' });

async function chained(): Promise<TestIntegration> {
  const integration = await world.integration('formatted_webhook');
  const id = `F${integration.id.slice(1)}`;
  await world.db
    .insertInto('escalation_chain')
    .values({ organization_id: integration.organizationId, id, name: id, created_at: world.clock.now() })
    .execute();
  await world.db.updateTable('route').set({ escalation_chain_id: id }).where('id', '=', integration.defaultRouteId).execute();
  return integration;
}
async function groupsByTitle(integration: TestIntegration) {
  return new Map((await world.groups(integration)).map((group) => [group.title ?? '', group]));
}
const runOf = (groupId: string | undefined) =>
  world.db
    .selectFrom('escalation_run')
    .select(['state', 'due_at'])
    .where('alert_group_id', '=', groupId ?? '')
    .executeTakeFirst();
const types = async (groupId: string | undefined) => (await world.records(groupId ?? '')).map((record) => record.type);

test('during maintenance new groups are attached to one group and do not escalate; at the end what fires is set free and escalates', async () => {
  const integration = await chained();
  expect(await start(integration)).toEqual({ ok: true });
  await world.sendAll(integration, [firing('a'), firing('b'), recovered('b')]);
  let groups = await groupsByTitle(integration);
  const name = (
    await world.db.selectFrom('integration').select('name').where('id', '=', integration.id).executeTakeFirstOrThrow()
  ).name;
  const root = groups.get(`Maintenance of ${name} for 1 hour`);
  expect(root).toMatchObject({ is_maintenance: true, state: 'firing', number: expect.any(Number) });
  expect(groups.get('a')).toMatchObject({ root_alert_group_id: root?.id, state: 'firing' });
  expect(groups.get('b')).toMatchObject({ root_alert_group_id: root?.id, state: 'resolved', resolved_by: 0 });
  expect(await runOf(groups.get('a')?.id)).toBeUndefined();

  world.clock.advance({ seconds: 3_599 });
  expect((await expireMaintenance(deps(), world.clock.now())).ran).toBe(0);
  world.clock.advance({ seconds: 1 });
  expect((await expireMaintenance(deps(), world.clock.now())).ran).toBe(1);
  groups = await groupsByTitle(integration);
  expect(groups.get(root?.title ?? '')).toMatchObject({ state: 'resolved', resolved_by: 6 });
  expect(groups.get('a')).toMatchObject({ root_alert_group_id: null, state: 'firing' });
  expect(groups.get('b')).toMatchObject({ state: 'resolved', resolved_by: 0 });
  expect(await runOf(groups.get('a')?.id)).toEqual({ state: 'running', due_at: new Date(world.clock.now().getTime() + 10_000) });
  expect(await types(groups.get('a')?.id)).toEqual([21, 22, 8, 9]);
  expect(await types(root?.id)).toEqual([21, 110, 8, 8, 110, 9, 13]);
  const after = await world.db.selectFrom('integration').selectAll().where('id', '=', integration.id).executeTakeFirstOrThrow();
  expect(after).toMatchObject({ maintenance_mode: null, maintenance_ends_at: null, maintenance_alert_group_id: null });

  await world.sendAll(integration, [firing('c')]);
  expect((await groupsByTitle(integration)).get('c')).toMatchObject({ root_alert_group_id: null });
});

test('with at_end resolve everything attached is resolved when maintenance is stopped', async () => {
  const integration = await chained();
  await start(integration, { atEnd: 'resolve' });
  await world.sendAll(integration, [firing('a')]);
  expect(await stop(integration)).toBe(true);
  expect((await world.groups(integration)).map((group) => [group.state, group.resolved_by])).toEqual([
    ['resolved', 6],
    ['resolved', 6],
  ]);
  expect(await stop(integration)).toBe(true);
});

test('a second start is refused while the window runs, and not when it is over but was not ended yet', async () => {
  const integration = await chained();
  await start(integration, { seconds: 60 });
  expect(await start(integration)).toEqual({ ok: false, reason: 'already' });
  world.clock.advance({ seconds: 60 });
  expect(await start(integration, { mode: 'debug' })).toEqual({ ok: true });
  expect((await world.groups(integration)).map((group) => group.state)).toEqual(['resolved']);
  await stop(integration);
});

test.each(['resolve', 'delete'] as const)(
  'a person who does %s to the maintenance group ends the window and frees what fires',
  async (how) => {
    const integration = await chained();
    await start(integration);
    await world.sendAll(integration, [firing('a')]);
    const [root, child] = await world.groups(integration);
    if (how === 'resolve') await resolve(deps(), integration.organizationId, root?.id ?? '', ada);
    else await deleteGroup(deps(), integration.organizationId, root?.id ?? '', ada);
    const after = (await world.groups(integration)).find((group) => group.id === child?.id);
    expect(after).toMatchObject({ state: 'firing', root_alert_group_id: null });
    expect(await runOf(child?.id)).toMatchObject({ state: 'running' });
    const row = await world.db.selectFrom('integration').selectAll().where('id', '=', integration.id).executeTakeFirstOrThrow();
    expect(row.maintenance_mode).toBeNull();
  },
);

test('debug mode: groups open, nothing escalates, and at the end the timeline says that they stay quiet', async () => {
  const integration = await chained();
  await start(integration, { mode: 'debug' });
  await world.sendAll(integration, [firing('a')]);
  const [group] = await world.groups(integration);
  expect(group).toMatchObject({ is_debug: true, root_alert_group_id: null, state: 'firing' });
  await stop(integration);
  expect(await types(group?.id)).toEqual([21, 22, 110, 110]);
  expect((await runOf(group?.id))?.due_at ?? null).toBeNull();
});

test('an end waits for the alert groups that are being attached, so that none is left behind', async () => {
  const integration = await chained();
  await start(integration);
  let ending: Promise<unknown> = Promise.resolve();
  const { applySourceSignals, startRuns } = world.ports;
  const insertsSeen = new Promise<void>((seen) => {
    // The signal of "b" is handled inside the batch's transaction, after its settings were read.
    Object.assign(world.ports, {
      applySourceSignals: async (...args: Parameters<typeof applySourceSignals>) => {
        ending = stop(integration);
        seen();
        return applySourceSignals(...args);
      },
    });
  });
  await world.send(integration, firing('a'));
  await world.send(integration, recovered('b'));
  await Promise.all([world.settle(), insertsSeen]);
  await ending;
  Object.assign(world.ports, { applySourceSignals, startRuns });
  const group = (await groupsByTitle(integration)).get('a');
  expect(group).toMatchObject({ state: 'firing', root_alert_group_id: null });
  expect(await runOf(group?.id)).toMatchObject({ state: 'running' });
});

test('durations in words', () => {
  expect([1, 60, 3_600, 5_400, 90_061].map(durationInWords)).toEqual([
    '1 second',
    '1 minute',
    '1 hour',
    '1 hour 30 minutes',
    '1 day 1 hour 1 minute 1 second',
  ]);
});
