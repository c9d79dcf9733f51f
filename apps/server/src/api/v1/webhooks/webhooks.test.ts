import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiWorld, startApi } from '../../../testing/api.ts';

let api: ApiWorld;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

let counter = 0;
const body = (change: Record<string, unknown> = {}) => {
  counter += 1;
  return {
    name: `hook ${counter}`,
    url: 'https://tickets.example.net/{{ event.type }}',
    http_method: 'POST',
    trigger_type: 'escalation',
    ...change,
  };
};

test('what Terraform sends comes back without drift, and its secrets do not', async () => {
  const integration = (await api.admin.post('integrations/', { type: 'webhook' })).body.id;
  const sent = body({
    team: '',
    data: '{"title": "{{ alert_group.title }}"}',
    headers: '{"X-Dock": "7"}',
    trigger_template: '',
    username: 'ada',
    password: ' pass ',
    authorization_header: 'Bearer x',
    forward_all: false,
    is_webhook_enabled: true,
    integration_filter: [integration],
    preset: '',
    trigger_type: 'alert group created',
  });
  const made = await api.admin.post('webhooks/', sent);
  expect([made.status, made.body]).toEqual([
    201,
    {
      ...sent,
      id: expect.stringMatching(/^WH[A-Z1-9]{12}$/),
      team: null,
      trigger_template: null,
      password: '****************',
      authorization_header: '****************',
      preset: null,
      schedule_filter: null,
    },
  ]);
  expect(made.headers.location).toBeUndefined();
  const again = await api.admin.put(`webhooks/${made.body.id}/`, made.body);
  expect(again.body).toEqual(made.body);
  const stored = async () =>
    (await sql<{ p: Buffer | null }>`select password_encrypted as p from webhook where id = ${made.body.id}`.execute(api.db))
      .rows[0]?.p;
  const sealed = await stored();
  expect(sealed?.toString('latin1')).not.toContain('pass');
  const cleared = await api.admin.patch(`webhooks/${made.body.id}/`, { integration_filter: null, password: null });
  expect(cleared.body).toMatchObject({ integration_filter: null, password: null, authorization_header: '****************' });
  expect(await stored()).toBeNull();
});

test.each([
  ['no name', { name: undefined }, { name: ['This field is required.'] }],
  ['a blank URL', { url: '' }, { url: ['This field may not be blank.'] }],
  [
    'a method that is none',
    { http_method: 'BREW' },
    { http_method: ["Must be one of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']"] },
  ],
  [
    'a trigger that is none',
    { trigger_type: 'x' },
    {
      detail: expect.stringMatching(
        /^trigger_type must one of \['escalation', 'alert group created', .*'personal notification'\]$/,
      ),
    },
  ],
  ['a filter that is none', { data: '{{ x | to_json }}' }, { data: ["Template Error: No filter named 'to_json'."] }],
  ['an unknown integration', { integration_filter: ['CNOPE'] }, { integration_filter: ['Integration does not exist'] }],
  ['a placeholder', { password: '****************' }, { password: ['This field may not be a placeholder.'] }],
  ['an unknown preset', { preset: 'x' }, { preset: ['Unknown preset'] }],
  ['a preset of elsewhere', { preset: 'grafana_sift' }, { preset: ['Preset is not available on this server'] }],
])('a webhook with %s is refused', async (_what, change, errors) => {
  const answer = await api.admin.post('webhooks/', body(change));
  expect([answer.status, answer.body]).toEqual([400, errors]);
});

test('a name is taken once, and free after deletion; steps let go of the webhook', async () => {
  const made = (await api.admin.post('webhooks/', body({ name: 'once' }))).body;
  const twice = await api.admin.post('webhooks/', body({ name: 'once' }));
  expect(twice.body).toEqual({ non_field_errors: ['The fields name, organization must make a unique set.'] });
  const chain = (await api.admin.post('escalation_chains/', { name: 'calls' })).body.id;
  const step = await api.admin.post('escalation_policies/', {
    escalation_chain_id: chain,
    type: 'trigger_webhook',
    action_to_trigger: made.id,
  });
  expect(step.body.action_to_trigger).toBe(made.id);
  expect((await api.admin.delete(`webhooks/${made.id}/`)).status).toBe(204);
  expect((await api.admin.get(`escalation_policies/${step.body.id}`)).body.action_to_trigger).toBeNull();
  expect((await api.admin.post('webhooks/', body({ name: 'once' }))).status).toBe(201);
});

test('a person links a webhook with values that only they see', async () => {
  const editor = await api.user('edda', 'editor');
  const personal = (await api.admin.post('webhooks/', body({ trigger_type: 'personal notification' }))).body.id;
  const other = (await api.admin.post('webhooks/', body())).body.id;
  expect((await editor.get('webhooks/current_personal_notification')).body).toEqual({ webhook: null, context: null });
  expect((await editor.post('webhooks/set_personal_notification', {})).body).toEqual({ webhook: 'This field is required.' });
  expect((await editor.post('webhooks/set_personal_notification', { webhook: other })).body).toEqual({
    webhook: 'Webhook not found.',
  });
  expect((await editor.post('webhooks/set_personal_notification', { webhook: personal, context: [1] })).body).toEqual({
    context: 'Invalid context.',
  });
  expect((await editor.post('webhooks/set_personal_notification', { webhook: personal, context: { pager: 'p-7' } })).status).toBe(
    200,
  );
  expect((await editor.get('webhooks/current_personal_notification')).body).toEqual({
    webhook: personal,
    context: { pager: 'p-7' },
  });
  expect((await api.admin.get('webhooks/current_personal_notification')).body).toEqual({ webhook: null, context: null });
  expect((await api.admin.get(`webhooks/${personal}/responses/`)).body).toMatchObject({ count: 0, results: [] });
});

test('a template is previewed on a pasted payload', async () => {
  const { id } = (await api.admin.post('integrations/', { type: 'webhook' })).body;
  const preview = async (template_name: string, template_body: string, payload: unknown = { host: 'db-1' }) =>
    (await api.admin.post(`integrations/${id}/preview_template/`, { template_name, template_body, payload })).body;
  expect(await preview('web_title', 'Disk of {{ payload.host }}')).toMatchObject({ preview: 'Disk of db-1' });
  expect(await preview('resolve_condition', '{{ payload.host == "db-1" }}')).toMatchObject({ preview: 'True', is_truthy: true });
  expect((await preview('web_title', '{{ payload.a.b }}')).preview).toMatch(/^Template Warning: /);
  const asSent = '{"template_name": "web_title", "template_body": "{{ payload }}", "payload": {"b": 1.0, "10": 2}}';
  expect((await api.admin.post(`integrations/${id}/preview_template/`, asSent)).body).toMatchObject({
    preview: "{'b': 1.0, '10': 2}",
  });
  expect(await preview('nonsense', 'x')).toMatchObject({ template_name: expect.any(String) });
  expect(await preview('web_title', 'x', [1])).toEqual({ detail: 'Payload must be a valid json object' });
});

test('strangers find no webhook', async () => {
  const made = (await api.admin.post('webhooks/', body())).body;
  const stranger = await api.user('stranger', 'admin', await api.organization('Stranger'));
  for (const path of [`webhooks/${made.id}`, `webhooks/${made.id}/responses`])
    expect((await stranger.get(path)).status).toBe(404);
  expect((await stranger.put(`webhooks/${made.id}/`, { name: 'x' })).status).toBe(404);
  expect((await stranger.get('webhooks/')).body.count).toBe(0);
});
