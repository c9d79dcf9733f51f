import { createHmac } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { domainsOf } from '../domains.ts';
import { startWebhookWorld, type WebhookOrganization, type WebhookWorld } from '../testing/webhook-world.ts';
import { startWebhookCalls } from './call-loop.ts';
import type { NewWebhook } from './create-webhook.ts';

let world: WebhookWorld;
let org: WebhookOrganization;
beforeAll(async () => {
  world = await startWebhookWorld({ BASE_URL: 'https://tocsin.harbor.example', OUTGOING_WEBHOOK_TIMEOUT: '0.3' });
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(async () => {
  org = await world.organization();
  world.receiver.reply = () => ({ status: 200 });
});

/** Lets time go by, from one due call to the next. */
async function pass(seconds: number): Promise<void> {
  const { clock, ctx, runDue } = world.server;
  const end = new Date(clock.now().getTime() + seconds * 1_000);
  for (;;) {
    await runDue();
    const { rows } = await sql<{ next: Date | null }>`
      select min(coalesce(due_at, lease_until)) as next from webhook_call where coalesce(due_at, lease_until) > ${clock.now()}`.execute(
      ctx.db,
    );
    const next = rows[0]?.next ?? end;
    if (next >= end) break;
    clock.set(next);
  }
  clock.set(end);
  await runDue();
}

test.each<[string, string | null, number]>([
  ['no template', null, 1],
  ['a Python bool (4)', '{{ 1 == 1 }}', 1],
  ['a number', '{{ 1 }}', 1],
  ['white space around it', '  {{ "true" }}\n', 1],
  ['nothing (5)', '{% if false %}x{% endif %}', 0],
  ['another word', 'yes', 0],
  ['the payload', '{{ alert_payload.severity == "high" }}', 1],
])('a trigger template that gives %s', async (_what, triggerTemplate, calls) => {
  const hook = await org.webhook(1, { triggerTemplate });
  const group = await org.alert({ severity: 'high' });
  expect(org.calls()).toHaveLength(calls);
  expect(await org.responses(hook)).toHaveLength(calls);
  if (calls === 0) expect((await org.timeline(group)).join()).not.toContain('webhook');
});

test('text of the payload stands inside a JSON string, and comes back as it was (6)', async () => {
  const m = 'a"b\nc \\ ü';
  await org.webhook(1, { forwardAll: false, data: '{"t":"{{ alert_payload.m }}", "all": {{ alert_payload | tojson }}}' });
  await org.alert({ m });
  expect(org.calls()[0]?.json).toMatchObject({ t: m, all: { m } });
});

test('a body that is no JSON goes out as text (7), and GET has none (8)', async () => {
  await org.webhook(1, { name: 'text', forwardAll: false, data: 'Alert: {{ alert_payload.m }} ü' });
  await org.webhook(1, { name: 'get', method: 'GET', forwardAll: true });
  await org.alert({ m: 'x' });
  const of = (name: string) => org.calls().find(({ webhook }) => webhook === name);
  expect([of('text')?.body, of('text')?.headers['content-type']]).toEqual(['Alert: x ü', 'text/plain; charset=utf-8']);
  expect([of('get')?.method, of('get')?.body]).toEqual(['GET', '']);
});

test.each<[string, Partial<NewWebhook>, Record<string, unknown>, string]>([
  [
    'headers that are no JSON (9)',
    { headers: 'X: 1' },
    {
      request_headers: 'Headers - Template did not result in json/dict',
      url: expect.stringContaining('http://'),
      request_data: null,
    },
    'Headers - Template did not result in json/dict',
  ],
  [
    'data with a missing value',
    { forwardAll: false, data: '{{ alert_payload.no.thing }}' },
    { request_data: expect.stringMatching(/^Data - Template Warning: /), request_headers: null },
    'Data - Template Warning: ',
  ],
  [
    'a trigger that fails',
    { triggerTemplate: '{{ 1 / 0 }}' },
    { request_trigger: expect.stringMatching(/^Trigger - Template Error: /), url: null },
    'Trigger - Template Error: ',
  ],
  [
    'a private address (10)',
    { url: 'http://10.0.0.5/x' },
    { url: 'URL - This url is not supported for outgoing webhooks' },
    'URL - This url is not supported for outgoing webhooks',
  ],
  [
    'the address of this server (12)',
    { url: 'https://tocsin.harbor.example/integrations/v1/webhook/x/' },
    { url: 'URL - Potential self-reference' },
    'URL - Potential self-reference',
  ],
  [
    'the address of this server in a query (12)',
    { url: 'https://x.example/?next=https://tocsin.harbor.example/a' },
    { url: 'URL - Potential self-reference' },
    'URL - Potential self-reference',
  ],
  ['an address that is none', { url: '{{ alert_payload.m }}' }, { url: 'URL - Malformed url' }, 'URL - Malformed url'],
])('%s: nothing is sent, the answer and the timeline say why', async (_what, fields, stored, reason) => {
  const hook = await org.webhook(1, fields);
  const group = await org.alert({ m: 'crane' });
  await pass(60);
  expect(org.calls()).toEqual([]);
  expect(await org.responses(hook)).toMatchObject([{ ...stored, status_code: null, content: null }]);
  expect((await org.timeline(group)).join('\n')).toContain(`skipped alert group created outgoing webhook {{webhook}}: ${reason}`);
});

test('a redirect to an address that is not allowed is not followed (11)', async () => {
  world.receiver.reply = () => ({ status: 302, headers: { location: 'http://127.0.0.2:1/x' } });
  const hook = await org.webhook(1);
  await org.alert();
  expect(org.calls()).toHaveLength(1);
  expect(await org.responses(hook)).toMatchObject([
    { url: 'URL - This url is not supported for outgoing webhooks', status_code: null },
  ]);
});

test('redirects are followed five times: 302 as GET without body, 307 as it was; never to this server', async () => {
  let to = '';
  world.receiver.reply = ({ path }) => {
    if (path.endsWith('/end')) return { status: 200 };
    if (path.endsWith('/loop')) return { status: 302, headers: { location: to } };
    return { status: path.includes('keep') ? 307 : 302, headers: { location: to } };
  };
  await org.webhook(1, { name: 'keep', method: 'PUT' });
  to = `/${org.id}/end`;
  await org.alert();
  await org.done('DELETE', `webhooks/${(await org.done('GET', 'webhooks/')).results[0].id}/`);
  await org.webhook(1, { name: 'drop', method: 'PUT' });
  await org.alert();
  const ends = org.calls().filter(({ webhook }) => webhook === 'end');
  expect(ends.map(({ method, body }) => [method, body === ''])).toEqual([
    ['PUT', false],
    ['GET', true],
  ]);
  await org.done('DELETE', `webhooks/${(await org.done('GET', 'webhooks/')).results[0].id}/`);
  const looping = await org.webhook(1, { name: 'loop' });
  to = `/${org.id}/loop`;
  await org.alert();
  expect(org.calls().filter(({ webhook }) => webhook === 'loop')).toHaveLength(6);
  expect(await org.responses(looping)).toMatchObject([{ status_code: 302 }]);
  to = 'https://tocsin.harbor.example/integrations/';
  await org.alert();
  expect((await org.responses(looping))[0]).toMatchObject({ url: 'URL - Potential self-reference', status_code: null });
});

test('an answer that is too long is not kept (13)', async () => {
  world.receiver.reply = () => ({ status: 200, body: 'x'.repeat(60_000) });
  const hook = await org.webhook(1);
  await org.alert();
  expect(await org.responses(hook)).toMatchObject([
    { status_code: 200, content: 'Response content over 50000 exceeds 50000 character limit' },
  ]);
});

test('an answer that is no UTF-8 is a success, called once', async () => {
  world.receiver.reply = () => ({ status: 200, body: Buffer.from([0xff, 0xfe, 0x41]) as unknown as string });
  const hook = await org.webhook(1);
  await org.alert();
  await pass(30);
  expect(org.calls()).toHaveLength(1);
  expect(await org.responses(hook)).toMatchObject([{ status_code: 200, content: '\ufffd\ufffdA' }]);
});

test('a receiver that does not answer is tried five times within fifteen minutes, with one id (14)', async () => {
  world.receiver.reply = () => 'hang';
  const hook = await org.webhook(1);
  const group = await org.alert();
  expect((await org.timeline(group)).join('\n')).toMatch(
    /skipped alert group created outgoing webhook .* did not answer within 0\.3 s; will be/,
  );
  await pass(1_000);
  const calls = org.calls();
  expect(calls.map(({ headers }) => headers['x-tocsin-attempt'])).toEqual(['1', '2', '3', '4', '5']);
  expect(new Set(calls.map(({ headers }) => headers['x-tocsin-delivery'])).size).toBe(1);
  expect(await org.responses(hook)).toMatchObject([
    { status_code: null, content: expect.stringContaining('did not answer within') },
  ]);
  const lines = (await org.timeline(group)).filter((line) => line.includes('webhook'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/after 5 attempts$/);
});

test('a receiver in trouble is called again until it takes it; one line tells of it', async () => {
  let tries = 0;
  world.receiver.reply = () => {
    tries += 1;
    return { status: tries < 3 ? 503 : 204 };
  };
  const hook = await org.webhook(1);
  const group = await org.alert();
  expect((await org.timeline(group)).join('\n')).toContain(', responded 503; will be tried again');
  await pass(60);
  const [response, ...more] = await org.responses(hook);
  expect(more).toEqual([]);
  expect(response).toMatchObject({
    status_code: 204,
    attempts: [{ status_code: 503 }, { status_code: 503 }, { status_code: 204 }],
  });
  expect((await org.timeline(group)).filter((line) => line.includes('webhook'))).toEqual([
    'outgoing webhook {{webhook}} triggered by alert group created after 3 attempts',
  ]);
});

test('Retry-After is heeded, and 4xx is final', async () => {
  let tries = 0;
  world.receiver.reply = ({ path }) => {
    if (path.endsWith('/refusing')) return { status: 404 };
    tries += 1;
    return tries === 1 ? { status: 429, headers: { 'Retry-After': '60' } } : { status: 200 };
  };
  await org.webhook(1, { name: 'busy' });
  await org.webhook(1, { name: 'refusing' });
  const group = await org.alert();
  const count = (name: string) => org.calls().filter(({ webhook }) => webhook === name).length;
  await pass(55);
  expect(count('busy')).toBe(1);
  await pass(10);
  expect([count('busy'), count('refusing')]).toEqual([2, 1]);
  expect((await org.timeline(group)).join('\n')).toContain('triggered by alert group created, responded 404');
});

test('basic authentication wins over the header field and the template (15)', async () => {
  await org.webhook(1, { headers: '{"Authorization": "template"}', authorizationHeader: 'field', username: 'u', password: 'p' });
  await org.webhook(1, { name: 'field', headers: '{"authorization": "template"}', authorizationHeader: 'field' });
  await org.alert();
  expect(
    org
      .calls()
      .map(({ headers }) => headers.authorization)
      .sort(),
  ).toEqual([`Basic ${Buffer.from('u:p').toString('base64')}`, 'field']);
});

test('a signing secret signs the body with the time', async () => {
  await org.webhook(1, { signingSecret: 'harbor key' });
  await org.alert({ m: 'ü' });
  const [call] = org.calls();
  const [, seconds = '', hex] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(call?.headers['x-tocsin-signature'])) ?? [];
  expect(Number(seconds)).toBe(Math.floor(world.server.clock.now().getTime() / 1_000));
  expect(hex).toBe(createHmac('sha256', 'harbor key').update(`${seconds}.${call?.body}`).digest('hex'));
  const { rows } = await sql<{ text: string }>`select webhook::text as text from webhook`.execute(world.server.ctx.db);
  expect(JSON.stringify(rows)).not.toContain('harbor key');
});

test('later calls see the newest good answers of other webhooks (17)', async () => {
  world.receiver.reply = ({ path }) => ({ status: 200, body: path.endsWith('/ticket') ? '{"key": "DOCK-4411"}' : 'fine' });
  const ticket = await org.webhook(1, { name: 'ticket' });
  await org.webhook(3, { name: 'close', url: `${org.url('close')}/{{ responses.${ticket}.key }}` });
  const group = await org.alert();
  await org.act(group, 'resolve');
  const close = org.calls().find(({ webhook }) => webhook === 'close');
  expect(close?.path).toMatch(/\/DOCK-4411$/);
  expect(close?.json).toMatchObject({
    responses: { [ticket]: { key: 'DOCK-4411' } },
    responses_meta: { [ticket]: { status_code: 200 } },
  });
});

test('calls of one webhook for one group keep their order, and a state that was left is not told late', async () => {
  let tries = 0;
  world.receiver.reply = () => {
    tries += 1;
    return { status: tries === 1 ? 503 : 200 };
  };
  const hook = await org.webhook(8);
  const group = await org.alert();
  await org.done('POST', `alert_groups/${group}/acknowledge/`);
  await world.server.runDue();
  await org.done('POST', `alert_groups/${group}/resolve/`);
  await world.server.runDue();
  expect(org.types()).toEqual(['acknowledge', 'resolve']);
  expect((await org.timeline(group)).join('\n')).toContain(
    'the alert group has changed since; last attempt: the receiver answered 503',
  );
  expect(await org.responses(hook)).toHaveLength(2);
});

test('a late call tells how the group stood when it happened', async () => {
  let tries = 0;
  world.receiver.reply = () => {
    tries += 1;
    return { status: tries === 1 ? 503 : 200 };
  };
  await org.webhook(1);
  const group = await org.alert();
  await org.act(group, 'acknowledge');
  await pass(30);
  expect(org.calls().map(({ json }) => [json.alert_group.state, json.alert_group.acknowledged_by])).toEqual([
    ['firing', null],
    ['firing', null],
  ]);
});

test('no more than five requests of a webhook are under way at a time', async () => {
  await org.webhook(2);
  const groups = [];
  for (let n = 0; n < 12; n += 1) groups.push(await org.alert());
  for (const group of groups) await org.done('POST', `alert_groups/${group}/acknowledge/`);
  let open = 0;
  let most = 0;
  world.receiver.reply = () => {
    open += 1;
    most = Math.max(most, open);
    setImmediate(() => {
      open -= 1;
    });
    return { status: 200 };
  };
  await world.server.runDue();
  expect(org.calls()).toHaveLength(12);
  expect(most).toBeLessThanOrEqual(5);
});

test('a template that never ends holds up nothing else', async () => {
  const endless =
    '{% for a in alert_payload.l %}{% for b in alert_payload.l %}{% for c in alert_payload.l %}{{ a * b * c }}{% endfor %}{% endfor %}{% endfor %}';
  const slow = await org.webhook(1, { name: 'slow', forwardAll: false, data: endless });
  await org.webhook(1, { name: 'quick' });
  let whenQuickCame: Promise<unknown[]> | undefined;
  world.receiver.reply = () => {
    whenQuickCame = org.responses(slow);
    return { status: 200 };
  };
  let turns = 0;
  const beat = setInterval(() => {
    turns += 1;
  }, 5);
  await org.alert({ l: Array.from({ length: 400 }, (_, n) => n) });
  clearInterval(beat);
  expect(org.calls().map(({ webhook }) => webhook)).toEqual(['quick']);
  expect(await whenQuickCame).toEqual([]); // the slow one has a second on its thread
  expect(await org.responses(slow)).toMatchObject([{ request_data: expect.stringMatching(/^Data - Template Error: /) }]);
  expect(turns).toBeGreaterThan(3);
});

test('whom the escalation notifies is told, in order and once; e-mail addresses only where wanted', async () => {
  const chain = (await org.done('POST', 'escalation_chains/', { name: 'Quay' })).id;
  const routes = (await org.done('GET', `routes/?integration_id=${org.integration.id}`)).results;
  await org.done('PUT', `routes/${routes[0].id}/`, { escalation_chain_id: chain });
  await org.done('POST', 'escalation_policies/', {
    escalation_chain_id: chain,
    type: 'notify_persons',
    persons_to_notify: [org.userId],
  });
  await org.done('POST', 'escalation_policies/', {
    escalation_chain_id: chain,
    type: 'notify_person_next_each_time',
    persons_to_notify_next_each_time: [org.userId],
  });
  await org.webhook(1, { name: 'with' });
  await org.webhook(1, { name: 'without', includeEmails: false });
  await org.alert();
  const of = (name: string) => org.calls().find(({ webhook }) => webhook === name)?.json;
  const user = { id: org.userId, username: 'nadia', email: 'nadia@harbor.example' };
  expect(of('with')).toMatchObject({ users_to_be_notified: [user], users_to_notify: [user] });
  expect(of('without').users_to_be_notified).toEqual([{ id: org.userId, username: 'nadia' }]);
});

test('what a process had in hand when it died is called again by another, with the same id', async () => {
  await org.webhook(2);
  const group = await org.alert();
  await org.done('POST', `alert_groups/${group}/acknowledge/`);
  const { db } = world.server.ctx;
  await sql`update webhook_call set state = 'sending', due_at = null, attempts = 1, lease_until = ${world.server.clock.now()}::timestamptz + interval '30 s'
            where organization_id = ${org.id}`.execute(db);
  await world.server.runDue();
  expect(org.calls()).toEqual([]);
  await pass(35);
  expect(org.calls().map(({ headers }) => headers['x-tocsin-attempt'])).toEqual(['2']);
});

test('a webhook whose secrets cannot be read fails in the end, and holds up no other', async () => {
  const broken = await org.webhook(1, { name: 'broken', password: 'x', username: 'u' });
  await org.webhook(1, { name: 'whole' });
  await sql`update webhook set password_encrypted = '\\x00' where id = ${broken}`.execute(world.server.ctx.db);
  await org.alert();
  expect(org.calls().map(({ webhook }) => webhook)).toEqual(['whole']);
  await pass(930);
  const { rows } = await sql<{ state: string }>`select state from webhook_call where webhook_id = ${broken}`.execute(
    world.server.ctx.db,
  );
  expect(rows).toEqual([{ state: 'failed' }]);
});

test('two processes make each call once', async () => {
  await org.webhook(2, { name: 'shared' });
  const groups: string[] = [];
  for (let n = 0; n < 15; n += 1) groups.push(await org.alert());
  for (const group of groups) await org.done('POST', `alert_groups/${group}/acknowledge/`);
  const { ctx } = world.server;
  const deps = {
    ...domainsOf(ctx).webhooks,
    log: ctx.log,
    maxAttempts: 5,
    tellOwner: async () => undefined,
    manual: true,
  };
  const loops = [startWebhookCalls(deps), startWebhookCalls(deps)];
  await Promise.all(loops.map((loop) => loop.runUntilIdle()));
  expect(
    org
      .calls()
      .map(({ json }) => json.alert_group_id)
      .sort(),
  ).toEqual([...groups].sort());
  await Promise.all(loops.map((loop) => loop.stop()));
});
