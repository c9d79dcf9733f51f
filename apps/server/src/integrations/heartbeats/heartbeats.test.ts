import { afterAll, beforeAll, expect, test } from 'vitest';
import { inTransaction } from '../../platform/db/create-db.ts';
import { IngestWorld, type TestIntegration } from '../../testing/ingest-world.ts';
import { deleteIntegration } from '../index.ts';
import { findHeartbeat, heartbeatState, resetHeartbeat, updateHeartbeat } from './heartbeat-store.ts';
import { watchHeartbeats } from './watch-heartbeats.ts';

let world: IngestWorld;
beforeAll(async () => {
  world = await IngestWorld.start();
});
afterAll(() => world[Symbol.asyncDispose]());

const beat = async (of: TestIntegration, method = 'GET') => {
  const answer = await fetch(`${of.url}heartbeat/`, { method });
  expect(answer.status).toBe(200);
};
/** Moves the clock and does what is due. @returns how many heartbeats were looked at */
async function pass(seconds: number): Promise<number> {
  world.clock.advance({ seconds });
  const { ran } = await watchHeartbeats(world, world.clock.now());
  await world.settle();
  return ran;
}
const row = (of: TestIntegration) =>
  world.db.selectFrom('integration_heartbeat').selectAll().where('integration_id', '=', of.id).executeTakeFirstOrThrow();
const stateOf = async (of: TestIntegration) => {
  const heartbeat = await findHeartbeat(world.db, of.organizationId, (await row(of)).id);
  return heartbeat === null ? null : heartbeatState(heartbeat, world.clock.now());
};

test.each(['webhook', 'alertmanager', 'formatted_webhook', 'grafana', 'legacy_alertmanager', 'zabbix', 'datadog'])(
  'a missing heartbeat of %s opens one alert group, and its return resolves it',
  async (type) => {
    const integration = await world.integration(type);
    expect(await stateOf(integration)).toBe('waiting');
    await pass(10_000);
    expect(await world.groups(integration)).toEqual([]);
    await beat(integration);
    expect(await stateOf(integration)).toBe('alive');
    await pass(599);
    expect(await world.groups(integration)).toEqual([]);
    await pass(1);
    expect(await stateOf(integration)).toBe('missing');
    const [group] = await world.groups(integration);
    expect(group).toMatchObject({ state: 'firing', alerts_count: 1 });
    expect(await pass(5_000)).toBe(0);
    await beat(integration, 'POST');
    await pass(0);
    expect(await world.groups(integration)).toMatchObject([
      { id: group?.id, state: 'resolved', resolved_by: 0, alerts_count: 2 },
    ]);
    await pass(600);
    expect((await world.groups(integration)).map((each) => each.state)).toEqual(['resolved', 'firing']);
    await world.db
      .updateTable('integration_heartbeat')
      .set({ due_at: null })
      .where('integration_id', '=', integration.id)
      .execute();
  },
);

test('templates and routes of the integration cannot break heartbeats', async () => {
  const templates = { grouping_key: '{{ 1 / 0 }}', resolve_signal: '{{ false }}' };
  const integration = await world.integration('webhook', { templates });
  await world.db
    .insertInto('route')
    .values({
      organization_id: integration.organizationId,
      id: 'RMISSING',
      integration_id: integration.id,
      position: 0,
      routing_type: 'regex',
      routing_regex: 'is missing',
      messengers: '{}',
      created_at: world.clock.now(),
    })
    .execute();
  await world.db
    .updateTable('integration')
    .set({ allow_source_based_resolving: false })
    .where('id', '=', integration.id)
    .execute();
  await beat(integration);
  await pass(600);
  expect(await world.groups(integration)).toMatchObject([{ route_id: 'RMISSING', state: 'firing' }]);
  await beat(integration);
  await pass(0);
  expect(await world.groups(integration)).toMatchObject([{ route_id: 'RMISSING', state: 'resolved' }]);
});

test('a sign that came and went overdue before anybody looked restores and misses again', async () => {
  const integration = await world.integration('webhook');
  await beat(integration);
  await pass(600);
  await beat(integration);
  await pass(900);
  expect((await world.groups(integration)).map((group) => group.state)).toEqual(['resolved', 'firing']);
});

test('a reset heartbeat waits for a first sign, whose coming resolves what stood', async () => {
  const integration = await world.integration('webhook');
  const { organizationId, id } = integration;
  await beat(integration);
  await pass(600);
  await inTransaction(world.db, (tx) => resetHeartbeat(tx, organizationId, id));
  expect(await stateOf(integration)).toBe('waiting');
  expect(await pass(5_000)).toBe(0);
  expect(await world.groups(integration)).toMatchObject([{ state: 'firing' }]);
  await beat(integration);
  await pass(0);
  expect(await world.groups(integration)).toMatchObject([{ state: 'resolved' }]);
  expect((await row(integration)).armed_at).toEqual(world.clock.now());
});

test('one that is switched off is never missing; a longer time-out counts from the last sign', async () => {
  const integration = await world.integration('webhook');
  const { organizationId, id } = integration;
  const change = (changes: Parameters<typeof updateHeartbeat>[3]) =>
    inTransaction(world.db, (tx) => updateHeartbeat(tx, organizationId, id, changes));
  await beat(integration);
  await change({ isEnabled: false });
  await pass(700);
  await beat(integration);
  await pass(700);
  expect(await world.groups(integration)).toEqual([]);
  expect(await stateOf(integration)).toBe('off');
  await beat(integration);
  await change({ isEnabled: true, timeoutSeconds: 3_600 });
  await pass(3_599);
  expect(await world.groups(integration)).toEqual([]);
  await pass(1);
  expect(await world.groups(integration)).toHaveLength(1);
});

test('heartbeats of deleted integrations are not looked at', async () => {
  const integration = await world.integration('webhook');
  await beat(integration);
  await inTransaction(world.db, (tx) => deleteIntegration(tx, integration.organizationId, integration.id, world.clock.now()));
  expect(await pass(700)).toBe(0);
});

test('the next look is when the earliest sign is overdue', async () => {
  const integration = await world.integration('webhook');
  await world.db.updateTable('integration_heartbeat').set({ due_at: null }).execute();
  await beat(integration);
  const { nextDueAt } = await watchHeartbeats(world, world.clock.now());
  expect(nextDueAt).toEqual(new Date(world.clock.now().getTime() + 600_000));
});
