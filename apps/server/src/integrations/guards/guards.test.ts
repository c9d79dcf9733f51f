import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inTransaction } from '../../platform/db/create-db.ts';
import { createSecretBox } from '../../platform/secrets.ts';
import { IngestWorld, type TestIntegration } from '../../testing/ingest-world.ts';
import { endPreviousToken, rotateToken } from '../settings/rotate-token.ts';
import { parseNetwork } from './guard.ts';
import { addSecret, type GuardValues, removeSecret, type SecretKind, saveGuard } from './guard-store.ts';

let world: IngestWorld;
let address = '127.0.0.1';
beforeAll(async () => {
  world = await IngestWorld.start({ clientIp: () => address });
});
afterAll(() => world[Symbol.asyncDispose]());

const nothing: GuardValues = { hmac: null, authorization: null, allowedAddresses: [], allowedTopics: [] };
const plainHmac: NonNullable<GuardValues['hmac']> = {
  header: 'X-Signature',
  algorithm: 'sha256',
  encoding: 'hex',
  prefix: 'sha256=',
  signedText: '{body}',
  timestampHeader: null,
  toleranceSeconds: 300,
};

async function guarded(values: Partial<GuardValues>, secrets: [SecretKind, string][] = []) {
  const integration = await world.integration('webhook');
  const { id: integrationId, organizationId: org } = integration;
  const ids: string[] = [];
  await inTransaction(world.db, async (tx) => {
    await saveGuard(tx, org, integrationId, { ...nothing, ...values }, world.clock.now());
    for (const [kind, text] of secrets)
      ids.push((await addSecret(tx, org, world.secrets, { integrationId, kind, text }, world.clock.now()))?.id ?? '');
  });
  await world.hub.ready();
  return { ...integration, secretIds: ids };
}
const post = async (to: { url: string }, headers: Record<string, string> = {}, body = '{"a": 1}') =>
  (await fetch(to.url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })).status;
const signed = (secret: string, text: string, digest = 'sha256') => createHmac(digest, secret).update(text).digest('hex');
const basic = (name: string, password: string) => `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
const waiting = async (of: TestIntegration) =>
  (await world.db.selectFrom('inbound_alert').select('id').where('integration_id', '=', of.id).execute()).length;
async function log(of: TestIntegration) {
  await world.ingestion.ingestLog.flush();
  return world.db
    .selectFrom('ingest_log')
    .select(['status', 'note', 'body_start'])
    .where('integration_id', '=', of.id)
    .orderBy('id')
    .execute();
}

test('a bearer token: two live ones are taken, anything else is refused, leaves nothing and is logged with the reason', async () => {
  const integration = await guarded({ authorization: { kind: 'bearer', username: '' } }, [
    ['authorization', 'first-secret'],
    ['authorization', 'second-secret'],
  ]);
  const answer = await fetch(integration.url, { method: 'POST', body: '{"a": 1}' });
  expect([answer.status, await answer.json()]).toEqual([
    403,
    { detail: 'The request was refused by the guard of this integration.' },
  ]);
  expect(await post(integration, { authorization: 'Bearer third-secret' })).toBe(403);
  expect(await post(integration, { authorization: basic('x', 'first-secret') })).toBe(403);
  expect(await waiting(integration)).toBe(0);
  expect(await post(integration, { authorization: 'Bearer first-secret' })).toBe(200);
  expect(await post(integration, { authorization: 'bearer second-secret' })).toBe(200);
  expect(await waiting(integration)).toBe(2);
  expect(await log(integration)).toEqual([
    { status: 403, note: 'the Authorization header is missing', body_start: '' },
    { status: 403, note: 'the credentials do not fit', body_start: '' },
    { status: 403, note: 'the Authorization header is not of the bearer scheme', body_start: '' },
  ]);
  await world.ingestion.usage.flush();
  const used = await world.db
    .selectFrom('integration_secret')
    .select('last_used_at')
    .where('integration_id', '=', integration.id)
    .execute();
  expect(used).toEqual([{ last_used_at: world.clock.now() }, { last_used_at: world.clock.now() }]);
  await inTransaction(world.db, (tx) =>
    removeSecret(tx, integration.organizationId, integration.id, integration.secretIds[0] ?? ''),
  );
  await world.hub.ready();
  expect(await post(integration, { authorization: 'Bearer first-secret' })).toBe(403);
  expect(await post(integration, { authorization: 'Bearer second-secret' })).toBe(200);
});

test('basic credentials', async () => {
  const integration = await guarded({ authorization: { kind: 'basic', username: 'sender' } }, [['authorization', 'pass:word!']]);
  expect(await post(integration, { authorization: basic('sender', 'pass:word!') })).toBe(200);
  expect(await post(integration, { authorization: basic('sender', 'pass:word') })).toBe(403);
  expect(await post(integration, { authorization: basic('other', 'pass:word!') })).toBe(403);
});

test('signed bodies', async () => {
  const integration = await guarded({ hmac: plainHmac }, [['hmac', 'signing-secret']]);
  const body = '{"a":  1, "ü": "\\n"}';
  const good = signed('signing-secret', body);
  expect(await post(integration, { 'x-signature': `sha256=${good}` }, body)).toBe(200);
  expect(await post(integration, { 'x-signature': `sha256=${signed('another', body)}, sha256=${good}` }, body)).toBe(200);
  expect(await post(integration, { 'x-signature': good }, body)).toBe(403);
  expect(await post(integration, { 'x-signature': `sha256=${good}` }, `${body} `)).toBe(403);
  expect(await post(integration, { 'x-signature': `sha256=${signed('other-secret', body)}` }, body)).toBe(403);
  expect(await post(integration, {}, body)).toBe(403);
  expect(await waiting(integration)).toBe(2);
  expect((await log(integration)).map((entry) => entry.note)).toEqual([
    'the signature does not fit',
    'the signature does not fit',
    'the signature does not fit',
    'the X-Signature header is missing',
  ]);
});

test('signatures over a time hold for a while', async () => {
  const hmac = {
    ...plainHmac,
    prefix: 'v0=',
    signedText: 'v0:{timestamp}:{body}',
    timestampHeader: 'X-Timestamp',
    algorithm: 'sha512' as const,
  };
  const integration = await guarded({ hmac }, [['hmac', 'signing-secret']]);
  const now = world.clock.now().getTime() / 1_000;
  const send = (time: number | string, signedTime: number | string = time) =>
    post(integration, {
      'x-timestamp': String(time),
      'x-signature': `v0=${signed('signing-secret', `v0:${signedTime}:{"a": 1}`, 'sha512')}`,
    });
  expect(await send(now)).toBe(200);
  expect(await send(now - 300)).toBe(200);
  expect(await send(now + 300)).toBe(200);
  expect(await send(now - 301)).toBe(403);
  expect(await send(now + 301)).toBe(403);
  expect(await send(now, now - 1)).toBe(403);
  expect(await send('now')).toBe(403);
  expect(await send('')).toBe(403);
});

test('addresses and networks, IPv4 in IPv6 form too', async () => {
  const integration = await guarded({ allowedAddresses: ['10.1.0.0/16', '198.51.100.7', '2001:db8::/32'] });
  for (const [from, status] of [
    ['10.1.255.3', 200],
    ['::ffff:10.1.2.3', 200],
    ['198.51.100.7', 200],
    ['2001:db8:1::1', 200],
    ['10.2.0.1', 403],
    ['198.51.100.8', 403],
    ['2001:db9::1', 403],
    ['unknown', 403],
  ] as const) {
    address = from;
    expect([from, await post(integration)]).toEqual([from, status]);
  }
  address = '127.0.0.1';
  expect((await log(integration))[0]?.note).toBe('address 10.2.0.1 is not allowed');
});

test('all demands must be met, heartbeats included', async () => {
  const integration = await guarded({ hmac: plainHmac, authorization: { kind: 'bearer', username: '' } }, [
    ['hmac', 'signing-secret'],
    ['authorization', 'bearer-secret'],
  ]);
  const bearer = { authorization: 'Bearer bearer-secret' };
  const signature = (body: string) => ({ 'x-signature': `sha256=${signed('signing-secret', body)}` });
  expect(await post(integration, bearer)).toBe(403);
  expect(await post(integration, signature('{"a": 1}'))).toBe(403);
  expect(await post(integration, { ...bearer, ...signature('{"a": 1}') })).toBe(200);
  const heart = { url: `${integration.url}heartbeat/` };
  expect(await post(heart, bearer)).toBe(403);
  expect(await post(heart, { ...bearer, ...signature('{"a": 1}') })).toBe(200);
  expect((await fetch(heart.url)).status).toBe(403);
  expect((await fetch(heart.url, { headers: { ...bearer, ...signature('') } })).status).toBe(200);
});

test('while the server cannot open the secrets, senders are told to come again', async () => {
  const integration = await world.integration('webhook');
  const { id: integrationId, organizationId: org } = integration;
  const other = createSecretBox('a secret key that is not there any more');
  await inTransaction(world.db, async (tx) => {
    await saveGuard(tx, org, integrationId, { ...nothing, hmac: plainHmac }, world.clock.now());
    await addSecret(tx, org, other, { integrationId, kind: 'hmac', text: 'signing-secret' }, world.clock.now());
  });
  await world.hub.ready();
  expect(await post(integration, { 'x-signature': `sha256=${signed('signing-secret', '{"a": 1}')}` })).toBe(503);
});

test('a replaced key works until its time is over or it is ended, and its use is seen', async () => {
  const integration = await world.integration('webhook');
  const { id, organizationId: org } = integration;
  const rotate = async (overlap: number) => {
    await inTransaction(world.db, (tx) => rotateToken(tx, org, id, overlap, world.clock.now()));
    await world.hub.ready();
    const row = await world.db.selectFrom('integration').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    return { url: `${world.origin}/integrations/v1/webhook/${row.token}/` };
  };
  expect(await post(integration)).toBe(200);
  const second = await rotate(3_600);
  expect(await post(second)).toBe(200);
  expect(await post(integration)).toBe(200);
  await world.ingestion.usage.flush();
  const row = await world.db.selectFrom('integration').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  expect(row.previous_token_used_at).toEqual(world.clock.now());
  world.clock.advance({ seconds: 3_600 });
  expect(await post(integration)).toBe(403);
  expect(await post(second)).toBe(200);

  const third = await rotate(3_600);
  expect(await post(second)).toBe(200);
  await inTransaction(world.db, (tx) => endPreviousToken(tx, org, id));
  await world.hub.ready();
  expect(await post(second)).toBe(403);
  const fourth = await rotate(0);
  expect(await post(third)).toBe(403);
  expect(await post(fourth)).toBe(200);
});

test.each<[string, ReturnType<typeof parseNetwork>]>([
  ['10.0.0.0/8', { address: '10.0.0.0', bits: 8, family: 'ipv4' }],
  ['198.51.100.7', { address: '198.51.100.7', bits: 32, family: 'ipv4' }],
  ['2001:db8::/32', { address: '2001:db8::', bits: 32, family: 'ipv6' }],
  ['::1', { address: '::1', bits: 128, family: 'ipv6' }],
  ['10.0.0.0/33', null],
  ['10.0.0/8', null],
  ['10.0.0.0/8/8', null],
  ['10.0.0.0/-1', null],
  ['fe80::1%eth0', null],
  ['example.net', null],
  ['', null],
])('network %s', (text, expected) => {
  expect(parseNetwork(text)).toEqual(expected);
});
