import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { advanceRuns } from '../../../escalation/index.ts';
import { startRuns } from '../../../escalation/run/start-runs.ts';
import { inTransaction } from '../../../platform/db/create-db.ts';
import { newTimeId } from '../../../platform/ids.ts';
import { type ApiUser, type ApiWorld, startApi } from '../../../testing/api.ts';

let api: ApiWorld;
let admin: ApiUser;
let ben: ApiUser;
let integrationId: string;
let chainId: string;
beforeAll(async () => {
  api = await startApi();
  admin = api.admin;
  ben = await api.user('ben', 'editor');
  for (const [type, duration] of [['notify_by_email'], ['wait', 300], ['notify_by_sms']] as const)
    await admin.post('personal_notification_rules/', { user_id: ben.id, type, ...(duration === undefined ? {} : { duration }) });
  chainId = (await admin.post('escalation_chains/', { name: 'Crane' })).body.id;
  const step = (body: object) => admin.post('escalation_policies/', { escalation_chain_id: chainId, ...body });
  await step({ type: 'notify_persons', persons_to_notify: [ben.id] });
  await step({ type: 'wait', duration: 600 });
  await step({ type: 'notify_if_time_from_to', notify_if_time_from: '12:00:00Z', notify_if_time_to: '14:00:00Z' });
  await step({ type: 'notify_persons', persons_to_notify: [admin.id], important: true });
  await step({ type: 'notify_if_num_alerts_in_window', num_alerts_in_window: 9, num_minutes_in_window: 5 });
  await step({ type: 'resolve' });
  const made = await admin.post('integrations/', { type: 'webhook', name: 'dock' });
  integrationId = made.body.id;
  await admin.put(`routes/${made.body.default_route.id}`, { escalation_chain_id: chainId });
});
afterAll(() => api[Symbol.asyncDispose]());

let number = 0;
async function open(): Promise<string> {
  number += 1;
  const now = api.clock.now();
  const id = newTimeId('I', now);
  await inTransaction(api.db, async (tx) => {
    await sql`insert into alert_group (organization_id, id, number, integration_id, route_id, grouping_key, title, received_at, started_at, last_alert_at)
      select ${admin.org}, ${id}, ${number}, ${integrationId}, r.id, ${id}, 'Crane stuck', ${now}, ${now}, ${now}
      from route r where r.integration_id = ${integrationId} and r.is_default`.execute(tx);
    await startRuns(tx, [{ organizationId: admin.org, alertGroupId: id }], { now, delaySeconds: 0 });
  });
  return id;
}
const plan = async (id: string, user = admin) => (await user.get(`alert_groups/${id}/escalation_plan`)).body;
// biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely
const inShort = (body: any) => body.steps.map(({ status, eta }: { status: string; eta: string | null }) => `${status} ${eta}`);

test('a dry run tells who is notified when and on what, where it holds and where it waits', async () => {
  const { status, body } = await admin.post(`escalation_chains/${chainId}/simulate`, {});
  expect(status).toBe(200);
  expect(inShort(body)).toEqual([
    'next 2026-03-02T09:00:00Z',
    'future 2026-03-02T09:00:05Z',
    'future 2026-03-02T09:10:05Z',
    'future 2026-03-02T12:00:00Z',
    'future 2026-03-02T12:00:05Z',
    'future null',
  ]);
  expect(body).toMatchObject({
    state: 'running',
    chain: { id: chainId, name: 'Crane' },
    next: { at: '2026-03-02T09:00:00Z', user: { id: ben.id, username: 'ben' }, channel: 'email' },
    truncated: false,
  });
  expect(body.steps[0].visits[0].recipients).toEqual([
    {
      user: { id: ben.id, username: 'ben' },
      important: false,
      rules: [
        { at: '2026-03-02T09:00:00Z', do: 'notify', channel: 'email', wait_seconds: null, problem: null },
        { at: '2026-03-02T09:00:05Z', do: 'wait', channel: null, wait_seconds: 300, problem: null },
        { at: '2026-03-02T09:05:10Z', do: 'notify', channel: 'sms', wait_seconds: null, problem: null },
      ],
    },
  ]);
  expect(body.steps[2].visits[0].held_until).toBe('2026-03-02T12:00:00Z');
  expect(body.steps[4].visits[0].waits_for).toEqual({ more_than: 9, minutes: 5 });
});

test('a dry run begins at any instant, of a chain or of a route', async () => {
  const routes = (await admin.get(`routes?integration_id=${integrationId}`)).body.results;
  const { body } = await admin.post(`routes/${routes[0].id}/simulate`, { at: '2026-03-07T13:00:00Z' });
  expect(inShort(body).slice(0, 4)).toEqual([
    'next 2026-03-07T13:00:00Z',
    'future 2026-03-07T13:00:05Z',
    'future 2026-03-07T13:10:05Z',
    'future 2026-03-07T13:10:10Z',
  ]);
  expect(body.route_id).toBe(routes[0].id);
  expect((await admin.post('routes/RNOBODY/simulate', {})).status).toBe(404);
  expect((await admin.post('escalation_chains/FNOBODY/simulate', {})).status).toBe(404);
  expect((await admin.post(`escalation_chains/${chainId}/simulate`, { at: 'soon' })).status).toBe(400);
  const other = (await admin.post('integrations/', { type: 'webhook', name: 'quay' })).body;
  expect((await admin.post(`routes/${other.default_route.id}/simulate`, {})).body).toMatchObject({
    state: 'none',
    reason: 'no_chain',
    steps: [],
    next: null,
  });
});

test('the plan of a group shows what is done, what is next, and whose rules are under way', async () => {
  const id = await open();
  const engine = { ...api.ctx.plan, hooks: api.ctx.hooks, log: null, metrics: { executed: () => undefined } };
  await advanceRuns(engine as never, api.clock.now());
  api.clock.advance({ seconds: 3 });
  const body = await plan(id);
  expect(inShort(body).slice(0, 3)).toEqual(['done null', 'next 2026-03-02T09:00:05Z', 'future 2026-03-02T09:10:05Z']);
  expect(body.steps[0].at).toBe('2026-03-02T09:00:00Z');
  expect(body.notifying).toMatchObject([
    { user: { username: 'ben' }, paged: false, since: '2026-03-02T09:00:00Z', rules: [{ do: 'wait' }, { channel: 'sms' }] },
  ]);
  expect(body.next).toMatchObject({ at: '2026-03-02T09:05:10Z', channel: 'sms' });
  expect(body.outdated).toBe(false);
  const { id: added } = (await admin.post('escalation_policies/', { escalation_chain_id: chainId, type: 'wait', duration: 60 }))
    .body;
  expect(await plan(id)).toMatchObject({ outdated: true, steps: { length: 6 } });
  await admin.delete(`escalation_policies/${added}`);
});

test('an acknowledged group is paused, with times as if it went on now; a silenced one goes on at its end', async () => {
  const id = await open();
  await admin.post(`alert_groups/${id}/acknowledge`);
  expect(await plan(id)).toMatchObject({
    state: 'paused',
    reason: 'acknowledged',
    is_hypothetical: true,
    next: null,
    until: null,
  });
  const silenced = await open();
  await admin.post(`alert_groups/${silenced}/silence`, { delay: 3600 });
  const body = await plan(silenced);
  const until = new Date(api.clock.now().getTime() + 3_600_000).toISOString().replace('.000', '');
  expect(body).toMatchObject({ state: 'paused', reason: 'silenced', is_hypothetical: false, until, resumes_at: until });
  expect(body.steps[0].eta).toBe(new Date(api.clock.now().getTime() + 3_610_000).toISOString().replace('.000', ''));
  await admin.post(`alert_groups/${silenced}/resolve`);
  expect(await plan(silenced)).toMatchObject({ state: 'finished', reason: 'resolved', next: null, notifying: [] });
  const root = await open();
  await admin.post(`alert_groups/${await open()}/attach`, { root_alert_group_id: root });
});

test('plans are told within the organization only', async () => {
  const id = await open();
  const eve = await api.user('eve', 'admin', await api.organization('Elsewhere'));
  expect((await eve.get(`alert_groups/${id}/escalation_plan`)).status).toBe(404);
  expect((await eve.post(`escalation_chains/${chainId}/simulate`, {})).status).toBe(404);
});
