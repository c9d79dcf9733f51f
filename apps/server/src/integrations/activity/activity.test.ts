import { afterAll, beforeAll, expect, test } from 'vitest';
import { inTransaction } from '../../platform/db/create-db.ts';
import { IngestWorld, type TestIntegration } from '../../testing/ingest-world.ts';
import { deleteIntegration } from '../index.ts';
import { forgetRateWindows } from '../pipeline/fold.ts';
import { groupsByRoute, integrationCounters } from './counters.ts';
import { listDeletedCalls } from './deleted-calls.ts';
import { listReceived } from './received.ts';

let world: IngestWorld;
beforeAll(async () => {
  world = await IngestWorld.start();
});
afterAll(() => world[Symbol.asyncDispose]());

const firing = (uid: string, state = 'alerting') => ({ alert_uid: uid, title: uid, state });
const counters = async (of: TestIntegration) =>
  (await integrationCounters(world.db, of.organizationId, { ids: [of.id] }, world.clock.now()))[0];

test('counts stay right while windows become hours and hours become totals', async () => {
  const integration = await world.integration('formatted_webhook');
  expect(await counters(integration)).toEqual({
    integrationId: integration.id,
    alerts: 0,
    groups: 0,
    alerts24h: 0,
    groups24h: 0,
    groupsPerDay: [0, 0, 0, 0, 0, 0, 0],
    firing: 0,
    unresolved: 0,
    lastAlertAt: null,
  });
  await world.sendAll(integration, [firing('a'), firing('a'), firing('b'), firing('b', 'ok')]);
  const first = {
    alerts: 4,
    groups: 2,
    alerts24h: 4,
    groups24h: 2,
    groupsPerDay: [0, 0, 0, 0, 0, 0, 2],
    firing: 1,
    unresolved: 1,
  };
  expect(await counters(integration)).toMatchObject({ ...first, lastAlertAt: world.clock.now() });
  expect(await groupsByRoute(world.db, integration.organizationId, integration.id, world.clock.now())).toEqual(
    new Map([[integration.defaultRouteId, 2]]),
  );

  world.clock.advance({ seconds: 3_600 });
  expect(await forgetRateWindows(world.db, world.clock.now())).toBe(2);
  expect(await counters(integration)).toMatchObject(first);
  expect(await forgetRateWindows(world.db, world.clock.now())).toBe(0);

  world.clock.advance({ seconds: 2 * 86_400 });
  await world.sendAll(integration, [firing('c')]);
  const second = { alerts: 5, groups: 3, alerts24h: 1, groups24h: 1 };
  expect(await counters(integration)).toMatchObject({ ...second, groupsPerDay: [0, 0, 0, 0, 2, 0, 1] });
  expect(await groupsByRoute(world.db, integration.organizationId, integration.id, world.clock.now())).toEqual(
    new Map([[integration.defaultRouteId, 1]]),
  );

  world.clock.advance({ seconds: 20 * 86_400 });
  await forgetRateWindows(world.db, world.clock.now());
  expect(await counters(integration)).toMatchObject({ alerts: 5, groups: 3, alerts24h: 0, groupsPerDay: [0, 0, 0, 0, 0, 0, 0] });
  const rows = await world.db
    .selectFrom('integration_activity')
    .select('hour')
    .where('integration_id', '=', integration.id)
    .execute();
  expect(rows).toEqual([{ hour: new Date(0) }]);
});

test('credentials in addresses are masked where requests are shown', async () => {
  const integration = await world.integration('prtg');
  const url = 'https://prtg.example.net/api/acknowledgealarm.htm?id=7&username=oncall&passhash=99887766&x=1';
  await world.sendAll(integration, [{ ...firing('a'), ack_url_get: url }]);
  const [entry] = await listReceived(world.db, integration.organizationId, integration.id);
  expect(entry?.bodyStart).toContain('username=oncall&passhash=***&x=1');
  expect(entry?.bodyStart).not.toContain('99887766');
});

test('what came in is listed newest first: accepted, refused with the reason, read leniently', async () => {
  const integration = await world.integration('formatted_webhook');
  const post = (body: string, type: string) =>
    fetch(integration.url, { method: 'POST', headers: { 'content-type': type }, body });
  await world.sendAll(integration, [firing('a')]);
  world.clock.advance({ seconds: 1 });
  expect((await post('{"title": "x",}', 'application/json')).status).toBe(200);
  world.clock.advance({ seconds: 1 });
  expect((await post('not an alert', 'image/png')).status).toBe(415);
  await world.ingestion.ingestLog.flush();
  await world.settle();
  const entries = await listReceived(world.db, integration.organizationId, integration.id);
  expect(entries.map(({ kind, status, note }) => [kind, status, note])).toEqual([
    ['refused', 415, expect.stringContaining('image/png')],
    ['noted', 200, 'malformed JSON was mended'],
    ['accepted', 200, null],
  ]);
  const [group] = await world.groups(integration);
  expect(entries[2]).toMatchObject({
    alertGroupId: group?.id,
    alertId: group?.first_alert_id,
    bodyStart: expect.stringContaining('"a"'),
  });
});

test('calls to a deleted integration are answered like those to none, and shown to its organization', async () => {
  const integration = await world.integration('webhook');
  const call = async (url: string) => {
    const answer = await fetch(url, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
    return { status: answer.status, body: await answer.text() };
  };
  await world.sendAll(integration, [firing('x')]);
  const deletedAt = world.clock.now();
  await inTransaction(world.db, (tx) => deleteIntegration(tx, integration.organizationId, integration.id, deletedAt));
  await world.hub.ready();
  await world.ingestion.ingestLog.flush();
  expect(await listDeletedCalls(world.db, integration.organizationId)).toEqual([]);
  const unknown = await call(integration.url.replace(integration.token, 'NobodyEverHadThisKey'));
  expect(unknown.status).toBe(403);
  expect(await call(integration.url)).toEqual(unknown);
  world.clock.advance({ seconds: 30 });
  expect(await call(integration.url)).toEqual(unknown);
  await world.ingestion.ingestLog.flush();
  const seen = { integrationId: integration.id, type: 'webhook', deletedAt, calls: 2, lastAt: world.clock.now() };
  expect(await listDeletedCalls(world.db, integration.organizationId)).toMatchObject([seen]);
  expect(await listDeletedCalls(world.db, 'OANOTHER')).toEqual([]);
});
