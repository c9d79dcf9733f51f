import { sql } from 'kysely';
import { afterEach, expect, test, vi } from 'vitest';
import { inTransaction } from '../../platform/db/create-db.ts';
import { IngestWorld, type TestIntegration } from '../../testing/ingest-world.ts';
import { deleteIntegration } from '../index.ts';

let world: IngestWorld;
afterEach(() => world[Symbol.asyncDispose]());

const post = async (integration: { url: string }) =>
  (await fetch(integration.url, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })).status;
const remove = (integration: TestIntegration) =>
  inTransaction(world.db, (tx) => deleteIntegration(tx, integration.organizationId, integration.id, world.clock.now()));

test('a key works from the moment its integration is made, and no longer than its integration lives', async () => {
  world = await IngestWorld.start();
  const integration = await world.integration('webhook');
  expect(await post(integration)).toBe(200);
  await remove(integration);
  expect(await post(integration)).toBe(403);
});

test('a key that was asked for before it existed works when it exists', async () => {
  world = await IngestWorld.start();
  const url = `${world.origin}/integrations/v1/webhook/TakenOverFromAnotherOne/`;
  expect(await post({ url })).toBe(403);
  const integration = await world.integration('webhook');
  await world.db.updateTable('integration').set({ token: 'TakenOverFromAnotherOne' }).where('id', '=', integration.id).execute();
  await sql`select pg_notify('integration_changed', ${integration.id})`.execute(world.db);
  await world.hub.ready();
  expect(await post({ url })).toBe(200);
});

test('keys in memory need no database, others get 503 while it cannot say', async () => {
  world = await IngestWorld.start();
  const known = await world.integration('webhook');
  const unknown = await world.integration('webhook');
  expect(await post(known)).toBe(200);
  await sql`alter table integration rename to integration_away`.execute(world.db);
  expect(await post(unknown)).toBe(503);
  const found = await world.ingestion.tokens.find(known.token);
  expect(found?.integrationId).toBe(known.id);
  await sql`alter table integration_away rename to integration`.execute(world.db);
  expect(await post(unknown)).toBe(200);
});

test('all live keys are read at the start', async () => {
  world = await IngestWorld.start();
  const live = await world.integration('webhook');
  const gone = await world.integration('webhook');
  await remove(gone);
  await world.hub.ready();
  await world.ingestion.tokens.fill();
  await sql`alter table integration rename to integration_away`.execute(world.db);
  expect(await world.ingestion.tokens.find(live.token)).toMatchObject({ integrationId: live.id });
  await expect(async () => world.ingestion.tokens.find(gone.token)).rejects.toThrow();
});

test('a hidden maintenance integration has no URL', async () => {
  world = await IngestWorld.start();
  const hidden = await world.integration('webhook');
  await world.db.updateTable('integration').set({ type: 'maintenance' }).where('id', '=', hidden.id).execute();
  expect(await post(hidden)).toBe(403);
});

test('keys that are asked for at once each get their own answer', async () => {
  world = await IngestWorld.start();
  const live = await Promise.all(Array.from({ length: 8 }, () => world.integration('webhook')));
  const gone = await world.integration('webhook');
  await remove(gone);
  const { tokens } = world.ingestion;
  const asked = [...live.map(({ token }) => token), gone.token, 'NobodyHasThisKey', live[0]?.token ?? ''];
  const answers = await Promise.all(asked.map((token) => tokens.find(token)));
  const ids = [...live.map(({ id }) => id), undefined, undefined, live[0]?.id];
  expect(answers.map((owner) => owner?.integrationId)).toEqual(ids);
  await sql`alter table integration rename to integration_away`.execute(world.db);
  const failed = await Promise.allSettled(['Another', 'AndAnother'].map(async (token) => tokens.find(token)));
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await sql`alter table integration_away rename to integration`.execute(world.db);
  expect(await tokens.find('Another')).toBeNull();
});

test('after a gap in the announcements all keys are read anew, and none is unknown meanwhile', async () => {
  world = await IngestWorld.start();
  const kept = await world.integration('webhook');
  const changed = await world.integration('webhook');
  const { tokens } = world.ingestion;
  await world.hub.ready();
  await tokens.fill();
  // Without an announcement: it was missed.
  await world.db.updateTable('integration').set({ token: 'TheKeyAfterTheGap' }).where('id', '=', changed.id).execute();
  expect(tokens.find(changed.token)).toMatchObject({ integrationId: changed.id });
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'tocsin listen'`.execute(world.db);
  const readAnew = async () => {
    expect(tokens.find(kept.token)).toMatchObject({ integrationId: kept.id });
    expect(await tokens.find(changed.token)).toBeNull();
  };
  await vi.waitFor(readAnew, 60_000);
  expect(tokens.find('TheKeyAfterTheGap')).toMatchObject({ integrationId: changed.id });
});
