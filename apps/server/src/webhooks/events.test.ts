import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { acknowledge, actOnGroup, attach, bySystem } from '../alerting/index.ts';
import { startWebhookWorld, type WebhookOrganization, type WebhookWorld } from '../testing/webhook-world.ts';

let world: WebhookWorld;
let org: WebhookOrganization;
beforeAll(async () => {
  world = await startWebhookWorld();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(async () => {
  org = await world.organization();
});

test('a new group is told of once, whatever joins it', async () => {
  await org.webhook(1);
  const group = await org.alert({ key: 'crane', m: 'first' });
  await org.alert({ key: 'crane', m: 'second' });
  expect(org.calls()).toHaveLength(1);
  const call = org.calls()[0];
  expect(call?.json).toMatchObject({
    event: { type: 'alert group created', time: expect.stringMatching(/^2026-03-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+00:00$/) },
    user: null,
    alert_group: { id: group, state: 'firing', alerts_count: expect.any(Number), resolved_at: null },
    alert_group_id: group,
    alert_payload: { key: 'crane', m: 'first' },
    webhook: { name: 'hook 1', labels: {} },
  });
  expect(call?.json.responses).toBeUndefined();
  expect(call?.headers).toMatchObject({ 'x-tocsin-event': 'alert group created', 'x-tocsin-attempt': '1', 'x-tocsin-hop': '1' });
  expect(call?.headers['x-tocsin-delivery']).toMatch(/^[0-9a-f-]{36}$/);
  expect(await org.timeline(group)).toContain('outgoing webhook {{webhook}} triggered by alert group created');
});

test('every change has its trigger, and "status change" hears of all but the creation', async () => {
  for (const trigger of [1, 2, 3, 4, 5, 6, 7, 8] as const) await org.webhook(trigger, { name: `type ${trigger}` });
  const group = await org.alert();
  for (const [action, body] of [
    ['acknowledge'],
    ['unacknowledge'],
    ['silence', { delay: 3_600 }],
    ['unsilence'],
    ['resolve'],
    ['unresolve'],
  ] as const)
    await org.act(group, action, body);
  const names = ['acknowledge', 'unacknowledge', 'silence', 'unsilence', 'resolve', 'unresolve'];
  const of = (name: string) => org.calls().filter(({ webhook }) => webhook === name);
  expect(of('type 8').map(({ json }) => json.event.type)).toEqual(names);
  for (const [trigger, type] of [
    [1, 'alert group created'],
    [2, 'acknowledge'],
    [3, 'resolve'],
    [4, 'silence'],
    [5, 'unsilence'],
    [6, 'unresolve'],
    [7, 'unacknowledge'],
  ] as const)
    expect(of(`type ${trigger}`).map(({ json }) => json.event.type)).toEqual([type]);
  const acknowledged = of('type 2')[0]?.json;
  expect(acknowledged).toMatchObject({
    user: { id: org.userId, username: 'nadia', email: 'nadia@harbor.example' },
    alert_group: { state: 'acknowledged', acknowledged_by: org.userId, acknowledged_at: expect.stringMatching(/Z$/) },
    alert_group_acknowledged_by: { id: org.userId },
  });
  expect(of('type 5')[0]?.json.event.time).toBeDefined();
});

test('what an action undoes on its way is not told (1, 2), unless a webhook asks for it', async () => {
  await org.webhook(8, { name: 'plain' });
  await org.webhook(5, { name: 'unsilence' });
  await org.webhook(8, { name: 'all', implicitEvents: true });
  const group = await org.alert();
  await org.act(group, 'silence', { delay: 3_600 });
  await org.act(group, 'acknowledge');
  const told = (name: string) =>
    org.calls().flatMap(({ webhook, json }) => (webhook === name ? [[json.event.type, json.event.implicit ?? false]] : []));
  expect(told('plain')).toEqual([
    ['silence', false],
    ['acknowledge', false],
  ]);
  expect(told('unsilence')).toEqual([]);
  expect(told('all')).toEqual([
    ['silence', false],
    ['unsilence', true],
    ['acknowledge', false],
  ]);
});

test('a silence says when it ends; one without end says null (16)', async () => {
  await org.webhook(4);
  const group = await org.alert();
  await org.act(group, 'silence', { delay: 600 });
  await org.act(group, 'silence', { delay: -1 });
  expect(org.calls().map(({ json }) => json.event)).toEqual([
    { type: 'silence', time: expect.any(String), until: expect.stringMatching(/\+00:00$/) },
    { type: 'silence', time: expect.any(String), until: null },
  ]);
});

test('a timer ends a silence: nobody did it', async () => {
  await org.webhook(5);
  const group = await org.alert();
  await org.act(group, 'silence', { delay: 600 });
  world.server.clock.advance({ seconds: 601 });
  await world.server.runDue();
  expect(org.calls().map(({ json }) => [json.event.type, json.user])).toEqual([['unsilence', null]]);
});

test('a source that resolves tells nobody in `user`', async () => {
  await org.webhook(3);
  await org.alert({ key: 'belt' });
  await org.alert({ key: 'belt', state: 'ok' });
  expect(org.calls().map(({ json }) => [json.event.type, json.user, json.alert_group.resolved_by])).toEqual([
    ['resolve', null, null],
  ]);
});

test('a resolved root tells of itself and of each attached group (20)', async () => {
  const root = await org.alert();
  const children = [await org.alert(), await org.alert()];
  for (const child of children) expect(await attach(org.deps, org.id, child, root, bySystem)).toMatchObject({ ok: true });
  await org.webhook(3);
  await org.act(root, 'resolve');
  expect(
    org
      .calls()
      .map(({ json }) => json.alert_group_id)
      .sort(),
  ).toEqual([root, ...children].sort());
});

test('an escalation that begins anew is no change of state: no webhook tells of one', async () => {
  for (const trigger of [2, 7, 8] as const) await org.webhook(trigger);
  const group = await org.alert();
  await org.done('POST', `alert_groups/${group}/apply_current_chain/`);
  await world.server.runDue();
  expect(org.types()).toEqual([]);
});

test('a webhook for other integrations is not called and leaves no trace (18)', async () => {
  const other = await org.newIntegration();
  const hook = await org.webhook(1, { integrationIds: [other.id] });
  const group = await org.alert();
  expect(org.calls()).toEqual([]);
  expect(await org.responses(hook)).toEqual([]);
  expect((await org.timeline(group)).join()).not.toContain('webhook');
  await org.alert({}, other);
  expect(org.types()).toEqual(['alert group created']);
});

test('a webhook that was given another integration before its call is not called, and its delivery says why', async () => {
  const hook = await org.webhook(2);
  const group = await org.alert();
  await org.done('POST', `alert_groups/${group}/acknowledge/`);
  await org.done('PATCH', `webhooks/${hook}/`, { integration_filter: [(await org.newIntegration()).id] });
  await world.server.runDue();
  expect(org.calls()).toEqual([]);
  const { rows } = await sql<{ id: string }>`select delivery_id as id from webhook_call where webhook_id = ${hook}`.execute(
    world.server.ctx.db,
  );
  expect(await org.done('GET', `webhooks/${hook}/deliveries/${rows[0]?.id}`)).toMatchObject({
    state: 'skipped',
    reason: 'Alert group was not from a selected integration',
    response: null,
  });
});

test('switched off, of another organization, or deleted before its call (25): no call', async () => {
  const off = await org.webhook(1, { isEnabled: false });
  const deleted = await org.webhook(2);
  const foreign = await world.organization();
  await foreign.webhook(1);
  const group = await org.alert();
  await org.done('POST', `alert_groups/${group}/acknowledge/`);
  await org.done('DELETE', `webhooks/${deleted}/`);
  await world.server.runDue();
  expect([org.calls(), foreign.calls()]).toEqual([[], []]);
  expect(await org.responses(off)).toEqual([]);
});

test('a resolution note is told of with its text and author', async () => {
  await org.webhook(10);
  const group = await org.alert();
  await org.done('POST', 'resolution_notes/', { alert_group_id: group, text: 'Restarted the controller' });
  await world.server.runDue();
  expect(org.calls().map(({ json }) => json)).toMatchObject([
    { event: { type: 'resolution note added', text: 'Restarted the controller' }, alert_group_id: group },
  ]);
  await org.done('POST', 'resolution_notes/', { alert_group_id: group, text: 'Replaced it' });
  await world.server.runDue();
  const { resolution_notes: notes } = org.calls().at(-1)?.json ?? {};
  const note = { id: expect.stringMatching(/^M/), author: org.userId, source: 'Web', created_at: expect.stringMatching(/Z$/) };
  // Both are of the same instant of the test's clock.
  expect(notes).toHaveLength(2);
  expect(notes).toEqual(
    expect.arrayContaining([
      { ...note, text: 'Restarted the controller' },
      { ...note, text: 'Replaced it' },
    ]),
  );
});

test('two-way sync: webhooks of the ticket system that acted stay silent, all others are called (23)', async () => {
  await org.webhook(8, { name: 'ordinary' });
  await org.webhook(8, { name: 'origin', sourceIntegrationId: org.integration.id });
  await org.webhook(8, { name: 'other system', sourceIntegrationId: 'CANOTHER' });
  const group = await org.alert();
  const actor = { type: 'backsync', integrationId: org.integration.id } as const;
  await acknowledge(org.deps, org.id, group, actor);
  await world.server.runDue();
  expect(
    org
      .calls()
      .map(({ webhook }) => webhook)
      .sort(),
  ).toEqual(['ordinary', 'other system']);
});

test('an acknowledge that times out and a wipe are told only to those who asked (3)', async () => {
  await org.webhook(7, { name: 'unacknowledge' });
  await org.webhook(8, { name: 'plain' });
  await org.webhook(8, { name: 'all', implicitEvents: true });
  const group = await org.alert();
  const { deps } = org;
  await org.act(group, 'acknowledge');
  await actOnGroup(deps, org.id, group, { do: 'auto_unacknowledge' }, bySystem, { guards: 'none' });
  await actOnGroup(deps, org.id, group, { do: 'wipe' }, bySystem, { guards: 'none' });
  await world.server.runDue();
  const told = (name: string) =>
    org.calls().flatMap(({ webhook, json }) => (webhook === name ? [[json.event.type, json.user?.username ?? null]] : []));
  expect(told('unacknowledge')).toEqual([]);
  expect(told('plain')).toEqual([['acknowledge', 'nadia']]);
  expect(told('all')).toEqual([
    ['acknowledge', 'nadia'],
    ['unacknowledge', null],
    ['resolve', null],
  ]);
});

test('what went through five servers is taken, calls nothing, and the timeline says so', async () => {
  await org.webhook(8, { name: 'status' });
  await org.webhook(1, { name: 'created' });
  const once = await org.alert({}, org.integration, { 'x-tocsin-hop': '4' });
  expect(org.calls().map(({ headers }) => headers['x-tocsin-hop'])).toEqual(['5']);
  const round = await org.alert({}, org.integration, { 'x-tocsin-hop': '5' });
  await org.act(round, 'acknowledge');
  expect(round).not.toBe(once);
  expect(org.calls()).toHaveLength(1);
  expect(await org.timeline(round)).toContain('passed on by 5 servers before this one: no outgoing webhook is called for it');
});
