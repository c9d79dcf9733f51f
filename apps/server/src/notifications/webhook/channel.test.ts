import { sql } from 'kysely';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { inTransaction } from '../../platform/db/create-db.ts';
import { createAddressPolicy, createOutbound } from '../../platform/outbound/index.ts';
import { createSecretBox } from '../../platform/secrets.ts';
import { type HttpReceiver, startHttpReceiver } from '../../testing/http-receiver.ts';
import { type NotificationWorld, ORG, startNotificationWorld } from '../../testing/notifications.ts';
import {
  createWebhook,
  createWebhookPool,
  createWebhookRenderer,
  findPersonalWebhook,
  linkPersonalWebhook,
  type NewWebhook,
  PERSONAL_NOTIFICATION,
  unlinkPersonalWebhook,
} from '../../webhooks/index.ts';
import { type DeliveryLoop, startDeliveryLoop } from '../delivery/loop.ts';
import { createWebhookChannel, type WebhookChannelDeps } from './channel.ts';

const secrets = createSecretBox('a secret key of this test');
let world: NotificationWorld;
let receiver: HttpReceiver;
const pool = createWebhookPool();
let anna: string;
beforeEach(async () => {
  [world, receiver] = await Promise.all([startNotificationWorld(), startHttpReceiver()]);
  anna = await world.user({ username: 'anna', email: 'anna@harbor.example' });
});
afterEach(async () => {
  await receiver[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});
afterAll(() => pool.close());

function startChannel(deps: Partial<WebhookChannelDeps> = {}, allowed: string[] = ['127.0.0.1']): DeliveryLoop {
  const channel = createWebhookChannel({
    db: world.db,
    clock: world.clock,
    outbound: createOutbound({ policy: createAddressPolicy(allowed), userAgent: 'Tocsin/test' }),
    secrets,
    render: createWebhookRenderer(pool, world.clock),
    baseUrl: 'https://tocsin.harbor.example',
    timeoutMs: 30_000,
    allow: [],
    proxy: null,
    usersToBeNotified: async () => new Map(),
    groupLink: (id) => `https://tocsin.harbor.example/alert-groups/${id}`,
    ...deps,
  });
  return startDeliveryLoop(world.deps, channel);
}

async function webhook(fields: Partial<NewWebhook> = {}): Promise<string> {
  const result = await inTransaction(world.db, (tx) =>
    createWebhook(
      tx,
      { secrets, syntaxError: () => null },
      ORG,
      { name: `hook ${Math.random()}`, url: `${receiver.url}/page`, trigger: PERSONAL_NOTIFICATION, ...fields },
      world.clock.now(),
    ),
  );
  if (!result.ok) throw new Error(result.reason);
  return result.webhook.id;
}

async function link(webhookId: string, context?: unknown, userId = anna): Promise<void> {
  const result = await inTransaction(world.db, (tx) =>
    linkPersonalWebhook(tx, ORG, userId, { webhookId, ...(context === undefined ? {} : { context }) }, secrets),
  );
  if (!result.ok) throw new Error(result.reason);
}

const responses = async () =>
  (
    await sql<{
      status_code: number | null;
      content: string | null;
      request_url: string;
      request_headers: string;
      request_data: string | null;
      event_data: string;
      attempts: { status_code: number | null }[];
    }>`
      select * from webhook_response order by id`.execute(world.db)
  ).rows;

async function runFor(loop: DeliveryLoop, seconds: number): Promise<void> {
  for (let second = 0; second <= seconds; second += 5) {
    await loop.runUntilIdle();
    world.clock.advance({ seconds: 5 });
  }
}

test('the whole context goes out, with what the user gave to the webhook, and success is an answer 2xx', async () => {
  const group = await world.group({ title: 'Crane 7', payload: { probe: 'crane-7', rtt: 1.0, '10': 'a', '9': 'b' } });
  await sql`update alert set payload = '{"probe": "crane-7", "rtt": 1.0, "10": "a", "9": "b"}'`.execute(world.db);
  await link(await webhook(), { pager: '+49 30 1' });
  await world.owe({ channel: 'webhook', userId: anna, alertGroupId: group, key: 'page-1' });
  await startChannel().runUntilIdle();
  const [request] = receiver.requests;
  expect(request).toMatchObject({ method: 'POST', path: '/page' });
  expect(request?.body).toContain('"alert_payload": {"probe": "crane-7", "rtt": 1.0, "10": "a", "9": "b"}');
  const body = JSON.parse(request?.body ?? '');
  expect(body).toMatchObject({
    event: { type: 'personal notification', time: '2026-03-02T09:00:00+00:00', user: { pager: '+49 30 1' } },
    user: { id: anna, username: 'anna', email: 'anna@harbor.example' },
    alert_group: {
      id: group,
      state: 'firing',
      title: 'Crane 7',
      alerts_count: 1,
      created_at: '2026-03-02T09:00:00Z',
      resolved_at: null,
      labels: {},
      permalinks: { slack: null, slack_app: null, telegram: null, web: `https://tocsin.harbor.example/alert-groups/${group}` },
      last_alert: { alert_group_id: group, payload: { probe: 'crane-7' } },
    },
    alert_group_id: group,
    integration: { type: 'webhook', name: 'Dock probes', team: null },
    notified_users: [],
    users_to_be_notified: [],
    alert_group_acknowledged_by: null,
    alert_group_resolved_by: null,
  });
  expect(body.responses).toBeUndefined();
  expect(request?.headers).toMatchObject({
    'content-type': 'application/json',
    'user-agent': 'Tocsin/test',
    'x-tocsin-event': 'personal notification',
    'x-tocsin-attempt': '1',
    'x-tocsin-hop': '1',
  });
  expect(request?.headers['idempotency-key']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(request?.headers['x-tocsin-delivery']).toBe(request?.headers['idempotency-key']);
  expect(await world.records()).toMatchObject([{ type: 2, channel: 'webhook' }]);
});

test('what is stored of a call hides what the user gave and every secret', async () => {
  receiver.reply = () => ({ status: 201, body: '{"ok": true}' });
  const url = `${receiver.url.replace('http://', 'http://nadia:hunter2@')}/page?token=t0psecret&x=1`;
  const headers = '{"X-Api-Key": "k3y", "X-Dock": "7"}';
  await link(await webhook({ url, headers, authorizationHeader: 'Bearer s3same' }), { pager: 'priv4te' });
  await world.owe({ channel: 'webhook', userId: anna });
  await startChannel().runUntilIdle();
  expect(receiver.requests[0]?.headers).toMatchObject({ authorization: 'Bearer s3same', 'x-api-key': 'k3y' });
  const [stored] = await responses();
  expect(stored).toMatchObject({ status_code: 201, content: '{"ok": true}', request_data: '****************' });
  expect(JSON.parse(stored?.request_headers ?? '')).toEqual({
    'X-Api-Key': '****************',
    'X-Dock': '7',
    Authorization: '****************',
    'Content-Type': 'application/json',
  });
  expect(stored?.attempts).toMatchObject([{ status_code: 201 }]);
  expect(JSON.stringify(stored)).not.toMatch(/hunter2|t0psecret|k3y|s3same|priv4te/);
});

test('secrets and the user’s own values are not readable in the database', async () => {
  await link(await webhook({ username: 'nadia', password: 'hunter2', authorizationHeader: 'Bearer s3same' }), {
    pager: 'priv4te',
  });
  const { rows } = await sql<{ text: string }>`
    select (select string_agg(webhook::text, '') from webhook) || (select string_agg(l::text, '') from personal_webhook_link l) as text`.execute(
    world.db,
  );
  expect(rows[0]?.text).not.toMatch(/hunter2|s3same|priv4te/);
  const plain = Buffer.from('hunter2').toString('hex');
  expect(rows[0]?.text).not.toContain(plain);
  expect(await findPersonalWebhook(world.db, ORG, anna, secrets)).toMatchObject({ context: { pager: 'priv4te' } });
});

test('templates make URL, headers and body; printed text is escaped for JSON and comes back as it was', async () => {
  const text = 'say "hi"\nand \\ back';
  const group = await world.group({ payload: { text, n: 1 } });
  const hook = await webhook({
    url: `${receiver.url}/to/{{ event.user.pager | urlencode }}`,
    method: 'PUT',
    forwardAll: false,
    headers: '{"X-Who": "{{ user.username }}"}',
    data: '{"t": "{{ alert_payload.text }}", "all": {{ alert_payload | tojson }}, "same": "{{ alert_payload.text == event.user.text }}"}',
  });
  await link(hook, { pager: '+49 30', text });
  receiver.reply = ({ path, headers }) => ({ status: 200, body: JSON.stringify({ path, who: headers['x-who'] }) });
  await world.owe({ channel: 'webhook', userId: anna, alertGroupId: group });
  await startChannel().runUntilIdle();
  const [request] = receiver.requests;
  expect(request).toMatchObject({ method: 'PUT', path: '/to/%2B49%2030' });
  expect(request?.headers['x-who']).toBe('anna');
  expect(JSON.parse(request?.body ?? '')).toEqual({ t: text, all: { text, n: 1 }, same: 'True' });
  const [stored] = await responses();
  expect(stored).toMatchObject({
    request_url: `${receiver.url}/to/****************`,
    content: JSON.stringify({ path: '/to/****************', who: 'anna' }),
  });
});

test('a body that is no JSON goes out as text, and GET has none', async () => {
  const hook = await webhook({ forwardAll: false, data: 'Alert {{ alert_payload.probe }} ü' });
  await link(hook);
  await world.owe({ channel: 'webhook', userId: anna });
  const ben = await world.user();
  await link(await webhook({ method: 'GET' }), undefined, ben);
  await world.owe({ channel: 'webhook', userId: ben });
  await startChannel().runUntilIdle();
  const put = receiver.requests.find(({ method }) => method === 'POST');
  expect(put?.body).toBe('Alert crane-7 ü');
  expect(put?.headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(receiver.requests.find(({ method }) => method === 'GET')?.body).toBe('');
});

test('basic authentication counts more than the other ways', async () => {
  const headers = '{"authorization": "from template"}';
  await link(await webhook({ headers, authorizationHeader: 'Bearer x', username: 'u', password: 'p' }));
  await world.owe({ channel: 'webhook', userId: anna });
  await startChannel().runUntilIdle();
  expect(receiver.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('u:p').toString('base64')}`);
});

test('an answer 500 is a failure, and is tried again with the same id', async () => {
  let tries = 0;
  receiver.reply = () => {
    tries += 1;
    return { status: tries < 3 ? 500 : 204 };
  };
  await link(await webhook());
  await world.owe({ channel: 'webhook', userId: anna });
  await runFor(startChannel(), 60);
  expect(receiver.requests.map(({ headers }) => headers['x-tocsin-attempt'])).toEqual(['1', '2', '3']);
  expect(new Set(receiver.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  expect(await responses()).toMatchObject([
    { status_code: 204, attempts: [{ status_code: 500 }, { status_code: 500 }, { status_code: 204 }] },
  ]);
  expect(await world.records()).toMatchObject([{ type: 2 }]);
});

test('503 for 20 minutes: tried until the deadline of five minutes, then failed once', async () => {
  receiver.reply = () => ({ status: 503 });
  await link(await webhook());
  await world.owe({ channel: 'webhook', userId: anna });
  await runFor(startChannel(), 1_200);
  expect(receiver.requests).toHaveLength(4);
  expect(await world.records()).toMatchObject([{ type: 3, error_code: 24, reason: 'the receiver answered 503' }]);
});

test('a receiver that asks for time gets it', async () => {
  let tries = 0;
  receiver.reply = () => {
    tries += 1;
    return tries === 1 ? { status: 429, headers: { 'Retry-After': '40' } } : { status: 200 };
  };
  await link(await webhook());
  await world.owe({ channel: 'webhook', userId: anna });
  const loop = startChannel();
  await loop.runUntilIdle();
  expect((await world.deliveries())[0]?.due_at).toEqual(new Date('2026-03-02T09:00:40Z'));
  world.clock.advance({ seconds: 40 });
  await loop.runUntilIdle();
  expect(await world.records()).toMatchObject([{ type: 2 }]);
});

test.each([404, 400, 302])('an answer %i is final', async (status) => {
  receiver.reply = () => ({ status, body: 'nope' });
  await link(await webhook());
  await world.owe({ channel: 'webhook', userId: anna });
  await runFor(startChannel(), 60);
  expect(receiver.requests).toHaveLength(1);
  expect(await world.records()).toMatchObject([{ type: 3, error_code: 24, reason: `the receiver answered ${status}` }]);
});

test.each(['hang', 'drop'] as const)(
  'a receiver that takes the request and does %s is asked again with the same id',
  async (how) => {
    let tries = 0;
    receiver.reply = () => {
      tries += 1;
      return tries === 1 ? how : { status: 200 };
    };
    await link(await webhook());
    await world.owe({ channel: 'webhook', userId: anna });
    const hasty = startChannel({ timeoutMs: 300 });
    await hasty.runUntilIdle();
    await hasty.stop();
    world.clock.advance({ seconds: 5 });
    await startChannel().runUntilIdle();
    expect(new Set(receiver.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(receiver.requests).toHaveLength(2);
    expect(await world.records()).toMatchObject([{ type: 2 }]);
  },
);

test.each<[string, Partial<NewWebhook>, string, string]>([
  ['headers that are no JSON', { headers: 'X: 1' }, 'request_headers', 'Headers - Template did not result in json/dict'],
  ['headers that are no text', { headers: '{"X": 1}' }, 'request_headers', 'Headers - Template did not result in json/dict'],
  [
    'a template that fails',
    { forwardAll: false, data: '{{ alert_payload.nothing.here }}' },
    'request_data',
    'Data - Template Warning: ',
  ],
  ['a URL that is none', { url: 'dock 7' }, 'request_url', 'URL - Malformed url'],
  [
    'a URL of this server',
    { url: 'https://tocsin.harbor.example/integrations/v1/webhook/x/' },
    'request_url',
    'URL - Potential self-reference',
  ],
  ['a trigger template that fails', { triggerTemplate: '{{ 1 / 0 }}' }, 'request_trigger', 'Trigger - Template Error: '],
])('%s: nothing is sent, and what is stored says why', async (_fact, fields, column, message) => {
  await link(await webhook(fields));
  await world.owe({ channel: 'webhook', userId: anna });
  await runFor(startChannel(), 60);
  expect(receiver.requests).toHaveLength(0);
  const [stored] = await responses();
  expect(stored).toMatchObject({ status_code: null, content: null, [column]: expect.stringContaining(message) });
  expect(await world.records()).toMatchObject([{ type: 3, error_code: 24, reason: expect.stringContaining(message) }]);
});

test('an address that is not public is not called, whatever leads there', async () => {
  await link(await webhook());
  await world.owe({ channel: 'webhook', userId: anna });
  await startChannel({}, []).runUntilIdle();
  expect(receiver.requests).toHaveLength(0);
  expect(await responses()).toMatchObject([
    { content: null, request_url: 'URL - This url is not supported for outgoing webhooks' },
  ]);
  expect(await world.records()).toMatchObject([{ type: 3, error_code: 24 }]);
});

test('a redirect to an address that is not allowed is not followed', async () => {
  receiver.reply = () => ({ status: 307, headers: { Location: 'http://10.0.0.5/x' } });
  await link(await webhook());
  await world.owe({ channel: 'webhook', userId: anna });
  await startChannel().runUntilIdle();
  expect(await responses()).toMatchObject([
    { content: null, request_url: 'URL - This url is not supported for outgoing webhooks' },
  ]);
});

test('a long answer is not kept', async () => {
  receiver.reply = () => ({ status: 200, body: 'x'.repeat(60_000), headers: { 'Content-Length': '60000' } });
  await link(await webhook());
  await world.owe({ channel: 'webhook', userId: anna });
  await startChannel().runUntilIdle();
  expect(await responses()).toMatchObject([{ content: 'Response content 60000 exceeds 50000 character limit' }]);
});

test.each<[string, () => Promise<void>, string]>([
  ['no webhook is linked', async () => undefined, 'the user has linked no webhook'],
  ['the webhook is switched off', async () => link(await webhook({ isEnabled: false })), 'the webhook is switched off'],
  [
    'the webhook was deleted',
    async () => {
      await link(await webhook());
      await sql`update webhook set deleted_at = ${world.clock.now()}`.execute(world.db);
    },
    'the user has linked no webhook',
  ],
  [
    'the link was removed',
    async () => {
      await link(await webhook());
      await inTransaction(world.db, (tx) => unlinkPersonalWebhook(tx, ORG, anna));
    },
    'the user has linked no webhook',
  ],
  [
    'the webhook is for other integrations',
    async () => link(await webhook({ integrationIds: ['COTHER'] })),
    'the alert group is not from an integration that the webhook is for',
  ],
  [
    'the trigger template says no',
    async () => link(await webhook({ triggerTemplate: '{{ 1 == 2 }}' })),
    'the trigger template of the webhook did not say true',
  ],
])('when %s the page fails with code 24 and the reason', async (_fact, arrange, reason) => {
  await arrange();
  await world.owe({ channel: 'webhook', userId: anna });
  await startChannel().runUntilIdle();
  expect(receiver.requests).toHaveLength(0);
  expect(await world.records()).toMatchObject([{ type: 3, error_code: 24, reason }]);
});

test('answers of other webhooks for the group are there to build on', async () => {
  const group = await world.group();
  const [first, second] = [await webhook(), await webhook()];
  receiver.reply = () => ({ status: 200, body: '{"key": "DOCK-4411", "n": 1.0}' });
  const ben = await world.user();
  await link(first);
  await link(second, undefined, ben);
  await world.owe({ channel: 'webhook', userId: anna, alertGroupId: group });
  const loop = startChannel();
  await loop.runUntilIdle();
  world.clock.advance({ seconds: 1 });
  await world.owe({ channel: 'webhook', userId: ben, alertGroupId: group });
  await loop.runUntilIdle();
  const body = JSON.parse(receiver.requests[1]?.body ?? '');
  expect(body.responses).toEqual({ [first]: { key: 'DOCK-4411', n: 1 } });
  expect(body.responses_meta[first]).toMatchObject({ status_code: 200 });
  expect(body.notified_users).toEqual([{ id: anna, username: 'anna', email: 'anna@harbor.example' }]);
});

test.each([
  ['an unknown webhook', { webhookId: 'WHNONE' }, 'webhook_not_found'],
  ['a context that is no object', { context: [1] }, 'invalid_context'],
])('linking %s is refused', async (_fact, fields, reason) => {
  const webhookId = await webhook();
  const result = await inTransaction(world.db, (tx) => linkPersonalWebhook(tx, ORG, anna, { webhookId, ...fields }, secrets));
  expect(result).toEqual({ ok: false, reason });
});

test('a webhook of another organization or another type cannot be linked', async () => {
  const webhookId = await webhook();
  const otherType = await webhook({ trigger: 1 });
  const results = [
    await inTransaction(world.db, (tx) => linkPersonalWebhook(tx, 'OTHER', anna, { webhookId }, secrets)),
    await inTransaction(world.db, (tx) => linkPersonalWebhook(tx, ORG, anna, { webhookId: otherType }, secrets)),
  ];
  expect(results).toEqual([
    { ok: false, reason: 'webhook_not_found' },
    { ok: false, reason: 'webhook_not_found' },
  ]);
});
