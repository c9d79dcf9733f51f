import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ApiUser, type ApiWorld, startApi } from '../../../testing/api.ts';

let world: ApiWorld;
let admin: ApiUser;
beforeAll(async () => {
  world = await startApi();
  admin = world.admin;
});
afterAll(() => world[Symbol.asyncDispose]());

it('tells who created, changed and deleted an object', async () => {
  const { id } = (await admin.post('escalation_chains/', { name: '=cmd()' })).body;
  await admin.put(`escalation_chains/${id}/`, { name: 'Secondary', team_id: null });
  await admin.put(`escalation_chains/${id}/`, { name: 'Secondary', team_id: null }); // changes nothing
  await admin.delete(`escalation_chains/${id}/`);
  const { body } = await admin.get(`audit/?resource_type=escalation_chain&resource_id=${id}`);
  expect(body.count).toBe(3);
  expect(body.results).toMatchObject([
    { action_name: 'deleted', resource: { name: 'Secondary' }, diff: { before: { name: 'Secondary' }, after: null } },
    { action_name: 'updated', diff: { before: { name: '=cmd()' }, after: { name: 'Secondary' } } },
    { action_name: 'created', actor: { type: 'user', id: admin.id }, via: 'api', diff: { before: null } },
  ]);
  expect(body.results[0].request_id).toBeTruthy();
});

it('hides secrets', async () => {
  await admin.post('webhooks/', {
    name: 'kept',
    url: 'https://x.example.com',
    http_method: 'POST',
    trigger_type: 'escalation',
    password: 'hunter2',
  });
  const integration = (await admin.post('integrations/', { type: 'webhook', name: 'Billing' })).body;
  const { text } = await admin.get('audit/export/');
  expect(text).toContain('Billing');
  expect(text).not.toContain('hunter2');
  expect(text).not.toContain(integration.link.split('/').at(-2));
});

it('shows of addresses that are a key in themselves the host alone', async () => {
  const webhook = { name: 'chat', http_method: 'POST', trigger_type: 'escalation' };
  const made = (await admin.post('webhooks/', { ...webhook, url: 'https://hooks.example.com/services/T0/B0/hookkey' })).body;
  await admin.patch(`webhooks/${made.id}`, { url: 'https://user:hookpass@{{ payload.host }}/x?api=hookquery' });
  const calendar = { name: 'cal', type: 'ical', time_zone: 'UTC' };
  await admin.post('schedules/', { ...calendar, ical_url_primary: 'https://calendar.example.com/ical/private-calkey/basic.ics' });
  const { text } = await admin.get('audit/export/?format=ndjson');
  expect(text).toContain('"url":"https://hooks.example.com/******"');
  expect(text).toContain('https://calendar.example.com/******');
  expect(text).not.toMatch(/hookkey|hookpass|hookquery|calkey/);
});

it('records nothing of a write that failed', async () => {
  await admin.post('escalation_chains/', { name: 'Taken' });
  expect((await admin.post('escalation_chains/', { name: 'Taken' })).status).toBe(400);
  const { body } = await admin.get('audit/?resource_type=escalation_chain&action=created&perpage=100');
  expect(body.results.filter((record: { resource: { name: string } }) => record.resource.name === 'Taken')).toHaveLength(1);
});

it('exports CSV that a spreadsheet does not run, and verifies the chain', async () => {
  const { text, headers } = await admin.get('audit/export/?format=csv&resource_type=escalation_chain');
  expect(headers['content-type']).toContain('text/csv');
  expect(text.split('\r\n')[0]).toMatch(/^id,at,actor_type/);
  expect(text).toContain("'=cmd()");
  expect((await admin.get('audit/verify/')).body).toMatchObject({ ok: true, first_broken: null });
});

it('names the parameter that it cannot read', async () => {
  expect((await admin.get('audit/?from=yesterday')).body).toEqual({
    from: ['Must be a date and time such as 2026-05-04T10:00:00Z.'],
  });
  expect((await admin.get('audit/export/?format=xml')).body).toEqual({ format: ['"xml" is not a valid choice.'] });
});

it('tells once in a minute what a caller was refused, of writes only', async () => {
  const viewer = await world.user('vic', 'viewer');
  const refused = async () => (await admin.get(`audit/?action_type=refused&actor=${viewer.id}`)).body.results;
  for (let i = 0; i < 3; i += 1) expect((await viewer.post('integrations/', { type: 'webhook' })).status).toBe(403);
  expect((await viewer.delete('integrations/CNOBODY/')).status).toBe(403);
  expect((await viewer.get('tokens/')).status).toBe(403);
  expect(await refused()).toMatchObject([
    { action_name: 'permission_denied', note: 'DELETE /api/v1/integrations/CNOBODY/' },
    { action_name: 'permission_denied', note: 'POST /api/v1/integrations/', actor: { name: 'vic' } },
  ]);
  world.clock.advance({ seconds: 60 });
  await viewer.post('integrations/', { type: 'webhook' });
  expect(await refused()).toHaveLength(3);
});

it('tells what tokens do with alert groups, and what anybody does to many at once', async () => {
  const group = async () =>
    (await admin.post('escalation/', { users: [{ id: admin.id, important: false }], title: 'Crane' })).body.id;
  const [a, b] = [await group(), await group()];
  const told = async (actor = admin.id) =>
    (await admin.get(`audit/?action_type=alert_group&actor=${actor}`)).body.results.map(
      (record: { action_name: string; note: string | null; resource: { id: string } | null }) =>
        record.note === null ? `${record.action_name} ${record.resource?.id}` : `${record.action_name} ${record.note}`,
    );
  await admin.post(`alert_groups/${a}/acknowledge/`);
  await admin.post(`alert_groups/${a}/acknowledge/`); // refused: it is already
  await admin.post(`alert_groups/${a}/resolve/`, { resolution_note: 'The rope is new.' });
  await admin.post(`alert_groups/${a}/resolve/`, { resolution_note: 'Again.' });
  expect(await told()).toEqual([`resolve ${a}`, `acknowledge ${a}`]);
  expect((await admin.get(`resolution_notes?alert_group_id=${a}`)).body.count).toBe(1);
  await admin.post('alert_groups/bulk/', { action: 'resolve', ids: [a, b, 'INOBODY'] });
  await admin.post('alert_groups/bulk/', { action: 'resolve', ids: [a, b] }); // changes nothing
  expect(await told()).toEqual([`bulk_resolve 1: ${b}`, `resolve ${a}`, `acknowledge ${a}`]);
  const editor = await world.user('edda', 'editor');
  const session = await world.signIn(editor);
  expect((await session.send('POST', `alert_groups/${a}/unresolve/`)).status).toBe(200);
  expect(await told(editor.id)).toEqual([]);
});
