import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createToken } from '../../../access/index.ts';
import { inTransaction } from '../../../platform/db/create-db.ts';
import { startWebhookWorld, type WebhookOrganization, type WebhookWorld } from '../../../testing/webhook-world.ts';
import { createUser } from '../../../users/index.ts';

let world: WebhookWorld;
let org: WebhookOrganization;
beforeAll(async () => {
  world = await startWebhookWorld();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(async () => {
  org = await world.organization();
  world.receiver.reply = () => ({ status: 200 });
});

async function tokenOf(role: 'viewer' | 'editor'): Promise<string> {
  const { ctx, clock } = world.server;
  return inTransaction(ctx.db, async (tx) => {
    const fields = {
      grafanaId: role === 'viewer' ? 2 : 3,
      username: role,
      email: `${role}@harbor.example`,
      role,
      passwordHash: null,
    };
    const user = await createUser(tx, org.id, fields, clock.now());
    if (!user.ok) throw new Error(user.reason);
    return (await createToken(tx, org.id, { userId: user.user.id, name: 'test' }, clock.now())).text;
  });
}

/** A chain on the organization's default route. */
async function chainWith(step: object): Promise<string> {
  const chain = (await org.done('POST', 'escalation_chains/', { name: 'Quay' })).id;
  const routes = (await org.done('GET', `routes/?integration_id=${org.integration.id}`)).results;
  await org.done('PUT', `routes/${routes[0].id}/`, { escalation_chain_id: chain });
  return (await org.done('POST', 'escalation_policies/', { escalation_chain_id: chain, ...step })).id;
}

test('an escalation step calls its webhook once and goes on', async () => {
  const hook = await org.webhook(0);
  await chainWith({ type: 'trigger_webhook', action_to_trigger: hook });
  const group = await org.alert();
  world.server.clock.advance({ seconds: 60 });
  await world.server.runDue();
  expect(org.calls().map(({ json }) => [json.event.type, json.user])).toEqual([['escalation', null]]);
  expect(org.calls()[0]?.json.event.time).toMatch(/\+00:00$/);
  expect(await org.timeline(group)).toContain('outgoing webhook {{webhook}} triggered by escalation');
});

test('a step whose webhook is switched off or deleted says so and goes on', async () => {
  const hook = await org.webhook(0);
  await chainWith({ type: 'trigger_webhook', action_to_trigger: hook });
  await org.done('PUT', `webhooks/${hook}/`, { is_webhook_enabled: false });
  const off = await org.timeline(await org.alert());
  expect(off.join('\n')).toContain('was passed: {{webhook}} is switched off');
  await org.done('DELETE', `webhooks/${hook}/`);
  const gone = await org.timeline(await org.alert());
  expect(gone.join('\n')).toContain('was passed: it has no webhook');
  expect(org.calls()).toEqual([]);
});

test('somebody calls a webhook for a group, and can see what became of it', async () => {
  world.receiver.reply = () => ({ status: 201, body: '{"ticket": 7}' });
  const hook = await org.webhook(0);
  const group = await org.alert();
  const { delivery_id: id } = await org.done('POST', `webhooks/${hook}/trigger_manual/`, { alert_group: group });
  expect(await org.done('GET', `webhooks/${hook}/deliveries/${id}/`)).toMatchObject({
    state: 'owed',
    attempts: 0,
    response: null,
  });
  await world.server.runDue();
  expect(org.calls().map(({ json, headers }) => [json.user.username, headers['x-tocsin-delivery']])).toEqual([['nadia', id]]);
  expect(await org.done('GET', `webhooks/${hook}/deliveries/${id}/`)).toMatchObject({
    state: 'delivered',
    attempts: 1,
    status_code: 201,
    alert_group_id: group,
    response: { content: '{"ticket": 7}', delivery_id: id, trigger_type: 'escalation' },
  });
  expect(await org.timeline(group)).toContain('outgoing webhook {{webhook}} triggered by {{author}}');
  expect(await org.done('GET', `webhooks/${hook}/`)).toMatchObject({
    health: { last_status_code: 201, last_error: null, failures_in_row: 0, is_unhealthy: false },
  });
});

test('a call by hand is refused with its reason (19)', async () => {
  const [manual, off, resolve] = [await org.webhook(0), await org.webhook(0, { isEnabled: false }), await org.webhook(3)];
  const other = await org.newIntegration();
  const elsewhere = await org.webhook(0, { integrationIds: [other.id] });
  const group = await org.alert();
  const foreign = await (await world.organization()).alert();
  const trigger = async (hook: string, body: object, token?: string) => {
    const { status, body: answer } = await org.api('POST', `webhooks/${hook}/trigger_manual/`, body, token);
    return [status, answer];
  };
  expect(await trigger(resolve, { alert_group: group })).toEqual([
    400,
    { trigger_type: 'This webhook is not manually triggerable.' },
  ]);
  expect(await trigger(manual, {})).toEqual([400, { alert_group: 'This field is required.' }]);
  expect(await trigger(off, { alert_group: group })).toMatchObject([400, { detail: 'This webhook is disabled.' }]);
  for (const [hook, id] of [
    [manual, 'INOPE'],
    [manual, foreign],
    [elsewhere, group],
    ['WHNOPE', group],
  ] as const)
    expect((await trigger(hook, { alert_group: id }))[0]).toBe(404);
  expect((await trigger(manual, { alert_group: group }, await tokenOf('viewer')))[0]).toBe(403);
  expect((await trigger(manual, { alert_group: group }, await tokenOf('editor')))[0]).toBe(200);
  await world.server.runDue();
  expect(org.calls()).toHaveLength(1);
});

test('a test calls at once, says that it is one, and leaves the timeline alone', async () => {
  world.receiver.reply = () => ({ status: 418, body: 'short and stout' });
  const hook = await org.webhook(2);
  const made = await org.done('POST', `webhooks/${hook}/test/`, {});
  expect(made).toMatchObject({ is_sent: true, response: { status_code: 418, content: 'short and stout', alert_group_id: null } });
  const group = await org.alert({ m: 'real' });
  await org.done('POST', `webhooks/${hook}/test/`, { alert_group: group });
  expect(org.calls().map(({ json }) => [json.event.type, json.event.test, json.alert_payload.m ?? null])).toEqual([
    ['acknowledge', true, null],
    ['acknowledge', true, 'real'],
  ]);
  expect((await org.timeline(group)).join()).not.toContain('webhook');
  expect(await org.responses(hook)).toHaveLength(2);
  const never = await org.webhook(2, { triggerTemplate: '{{ false }}' });
  expect(await org.done('POST', `webhooks/${never}/test/`, {})).toEqual({ is_sent: false, response: null });
  const broken = await org.webhook(2, { url: 'http://10.0.0.5/' });
  expect((await org.done('POST', `webhooks/${broken}/test/`, {})).response.url).toMatch(/^URL - This url is not supported/);
  expect((await org.api('POST', `webhooks/${hook}/test/`, { alert_group: 'INOPE' })).status).toBe(404);
  expect((await org.api('POST', `webhooks/${hook}/test/`, {}, await tokenOf('editor'))).status).toBe(403);
});

test('a call is sent again, for the same event, under an id of its own', async () => {
  let tries = 0;
  world.receiver.reply = () => {
    tries += 1;
    return { status: tries === 1 ? 400 : 200 };
  };
  const hook = await org.webhook(2);
  const group = await org.alert();
  await org.act(group, 'acknowledge');
  await org.act(group, 'resolve');
  const [first] = await org.responses(hook);
  const again = await org.done('POST', `webhooks/${hook}/deliveries/${first.delivery_id}/resend/`);
  await world.server.runDue();
  expect(again.delivery_id).not.toBe(first.delivery_id);
  const calls = org.calls();
  expect(calls.map(({ json }) => [json.event.type, json.event.time, json.alert_group.state])).toEqual([
    ['acknowledge', calls[0]?.json.event.time, 'acknowledged'],
    ['acknowledge', calls[0]?.json.event.time, 'acknowledged'],
  ]);
  expect((await org.api('POST', `webhooks/${hook}/deliveries/none/resend/`)).status).toBe(404);
  const stranger = await world.organization();
  expect((await stranger.api('POST', `webhooks/${hook}/deliveries/${first.delivery_id}/resend/`)).status).toBe(404);
  expect((await stranger.api('GET', `webhooks/${hook}/deliveries/${first.delivery_id}/`)).status).toBe(404);
});

test('what is stored of a call hides its secrets', async () => {
  const hook = await org.webhook(1, {
    url: `${org.url('secret').replace('http://', 'http://ada:hunter2@')}?token=t0psecret&x=1`,
    headers: '{"X-Api-Key": "k3y", "X-Dock": "7"}',
    authorizationHeader: 'Bearer s3same',
  });
  await org.alert();
  expect(org.calls()[0]?.headers).toMatchObject({ authorization: 'Bearer s3same', 'x-api-key': 'k3y' });
  const text = JSON.stringify(await org.responses(hook));
  expect(text).not.toMatch(/hunter2|t0psecret|k3y|s3same/);
  expect(text).toContain('X-Dock');
});

test('an answer that repeats the credentials of a request is stored without them', async () => {
  await org.done('POST', 'webhook_secrets/', { name: 'berth', value: 'quay nine' });
  world.receiver.reply = ({ headers, path, body }) => ({ status: 200, body: JSON.stringify({ headers, path, body }) });
  const hook = await org.webhook(1, {
    url: `${org.url('echo')}?token=t0psecret&x=1`,
    headers: '{"X-Api-Key": "k3y-of-pier", "X-Dock": "{{ secrets.berth }}"}',
    data: '{"berth": {{ secrets.berth | tojson }}, "plain": "seen"}',
    forwardAll: false,
    username: 'ada',
    password: 'hunter2-hunter2',
  });
  await org.alert();
  expect(org.calls()[0]?.headers).toMatchObject({ 'x-api-key': 'k3y-of-pier', 'x-dock': 'quay nine' });
  const [stored] = await org.responses(hook);
  expect(stored.content).toContain('seen');
  const basic = Buffer.from('ada:hunter2-hunter2').toString('base64');
  for (const secret of ['t0psecret', 'k3y-of-pier', 'quay nine', 'hunter2-hunter2', basic])
    expect(JSON.stringify(stored)).not.toContain(secret);
});

test('a webhook that fails for a day, fifty times in a row, is unhealthy, and stays switched on', async () => {
  const hook = await org.webhook(1, { url: 'http://10.0.0.5/' });
  await org.alert();
  const { db } = world.server.ctx;
  await sql`update webhook_health set failures_in_row = 49, failing_since = failing_since - interval '25 h' where webhook_id = ${hook}`.execute(
    db,
  );
  await org.alert();
  expect(await org.done('GET', `webhooks/${hook}/`)).toMatchObject({
    is_webhook_enabled: true,
    health: { failures_in_row: 50, is_unhealthy: true, last_status_code: null, last_error: expect.stringMatching(/^URL - /) },
  });
  const { rows } = await sql`select told_at from webhook_health where webhook_id = ${hook} and told_at is not null`.execute(db);
  expect(rows).toHaveLength(1);
});

test('a wiped alert group takes what it said out of the log, a deleted one the whole log', async () => {
  world.receiver.reply = () => ({ status: 200, body: '{"key": 1}' });
  const hook = await org.webhook(1);
  const [wiped, deleted] = [await org.alert({ m: 'confidential' }), await org.alert({ m: 'private' })];
  expect(JSON.stringify(await org.responses(hook))).toMatch(/confidential.*private|private.*confidential/);
  await org.done('DELETE', `alert_groups/${wiped}/`, { mode: 'wipe' });
  await org.done('DELETE', `alert_groups/${deleted}/`, { mode: 'delete' });
  await world.server.runDue();
  expect(await org.responses(hook)).toMatchObject([
    { alert_group_id: wiped, url: null, request_data: null, event_data: null, status_code: 200, content: '{"key": 1}' },
  ]);
});

test('labels of a webhook are shown, sent and cleared', async () => {
  const body = { name: 'labelled', url: org.url('labelled'), http_method: 'POST', trigger_type: 'alert group created' };
  const labels = [{ key: { name: 'team' }, value: { name: 'dock' } }];
  const made = await org.done('POST', 'webhooks/', { ...body, labels });
  expect(made.labels).toMatchObject(labels);
  await org.alert();
  expect(org.calls()[0]?.json.webhook).toEqual({ id: made.id, name: 'labelled', labels: { team: 'dock' } });
  expect((await org.done('PUT', `webhooks/${made.id}/`, { ...body, name: 'same labels' })).labels).toMatchObject(labels);
  expect((await org.done('PUT', `webhooks/${made.id}/`, { labels: [] })).labels).toEqual([]);
  const wrong = await org.api('PUT', `webhooks/${made.id}/`, { labels: [{ key: { name: '1' }, value: { name: 'x' } }] });
  expect([wrong.status, Object.keys(wrong.body)]).toEqual([400, ['labels']]);
});

test('a personal webhook is tested with nothing filled in', async () => {
  const hook = await org.webhook(9, { url: `${org.url('personal')}/{{ event.user.pager }}` });
  const { response } = await org.done('POST', `webhooks/${hook}/test/`, {});
  expect(response).toMatchObject({ status_code: 200, trigger_type: 'personal notification' });
  expect(org.calls()[0]?.json.event).toMatchObject({ type: 'personal notification', user: {}, test: true });
});

test('templates name secrets, which go out and are neither stored nor shown', async () => {
  const token = 'pier "7" ünder';
  const secret = await org.done('POST', 'webhook_secrets/', { name: 'tracker_token', value: token });
  expect(secret).toMatchObject({ name: 'tracker_token', value: '****************' });
  const hook = await org.webhook(0, {
    url: `${org.url('hook')}?k={{ secrets.tracker_token | urlencode }}`,
    headers: '{"X-Dock": "{{ secrets.tracker_token | urlencode }}", "X-Plain": "{{ secrets.nothing }}"}',
    triggerTemplate: '{{ secrets.tracker_token | length > 3 }}',
    data: '{"token": "{{ secrets.tracker_token }}", "names": {{ secrets | length }}}',
    forwardAll: false,
  });
  const group = await org.alert();
  const call = async () => {
    const { delivery_id: id } = await org.done('POST', `webhooks/${hook}/trigger_manual/`, { alert_group: group });
    await world.server.runDue();
    return org.done('GET', `webhooks/${hook}/deliveries/${id}/`);
  };
  const { state, response } = await call();
  expect([state, org.calls()[0]?.json]).toEqual(['delivered', { token, names: 1 }]);
  expect(decodeURIComponent(org.calls()[0]?.path ?? '')).toContain(token);
  expect(response.request_data).toBe('{"token": "****************", "names": 1}');
  expect(JSON.stringify(response)).not.toMatch(/pier|ünder|%C3%BCnder/);

  const preview = await org.done('POST', `webhooks/${hook}/preview_template/`, {
    template_name: 'data',
    template_body: '{{ secrets.tracker_token }}',
  });
  expect(preview.preview).toBe('****************');
  const kept = await org.done('PUT', `webhook_secrets/${secret.id}/`, { name: 'renamed', value: '****************' });
  expect(kept.name).toBe('renamed');
  await org.done('PUT', `webhooks/${hook}/`, {
    url: org.url('hook'),
    headers: null,
    data: '"{{ secrets.renamed }}"',
    trigger_template: null,
  });
  await call();
  expect(JSON.parse(org.calls()[1]?.body ?? '')).toBe(token);
  await org.done('PUT', `webhooks/${hook}/`, { forward_all: true });
  await call();
  expect(org.calls()[2]?.json).not.toHaveProperty('secrets');
  await org.done('DELETE', `webhook_secrets/${secret.id}/`);
});
