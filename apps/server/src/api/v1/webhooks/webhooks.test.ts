import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiWorld, startApi } from '../../../testing/api.ts';
import { findWebhook, sealPlainHeaders, type Webhook } from '../../../webhooks/index.ts';

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
      signing_secret: null,
      implicit_events: false,
      include_emails: true,
      labels: [],
      health: null,
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
  ['a number as integration', { integration_filter: [5] }, { integration_filter: ['Integration does not exist'] }],
  ['a text as filter', { integration_filter: 'C1' }, { integration_filter: ['Expected a list of items but got type "str".'] }],
  ['an unknown integration', { integration_filter: ['CNOPE'] }, { integration_filter: ['Integration does not exist'] }],
  ['a placeholder', { password: '****************' }, { password: ['This field may not be a placeholder.'] }],
  ['an unknown preset', { preset: 'x' }, { preset: ['Unknown preset'] }],
  ['a preset of elsewhere', { preset: 'grafana_sift' }, { preset: ['Preset is not available on this server'] }],
])('a webhook with %s is refused', async (_what, change, errors) => {
  const answer = await api.admin.post('webhooks/', body(change));
  expect([answer.status, answer.body]).toMatchObject([400, errors]);
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
  expect(await preview('web_title', 'x', [1])).toMatchObject({ detail: 'Payload must be a valid json object' });
});

test('strangers find no webhook', async () => {
  const made = (await api.admin.post('webhooks/', body())).body;
  const stranger = await api.user('stranger', 'admin', await api.organization('Stranger'));
  for (const path of [`webhooks/${made.id}`, `webhooks/${made.id}/responses`])
    expect((await stranger.get(path)).status).toBe(404);
  expect((await stranger.put(`webhooks/${made.id}/`, { name: 'x' })).status).toBe(404);
  expect((await stranger.get('webhooks/')).body.count).toBe(0);
});

test('a PUT without the filter keeps it (21), null clears it; a blank preset is none (22)', async () => {
  const integration = (await api.admin.post('integrations/', { type: 'webhook' })).body.id;
  const made = await api.admin.post('webhooks/', body({ integration_filter: [integration], preset: '' }));
  expect([made.status, made.body.preset]).toEqual([201, null]);
  const others = body();
  expect((await api.admin.put(`webhooks/${made.body.id}/`, others)).body.integration_filter).toEqual([integration]);
  expect(
    (await api.admin.put(`webhooks/${made.body.id}/`, { ...others, integration_filter: null })).body.integration_filter,
  ).toBeNull();
});

test('a preset stays what it was, and sets its fields', async () => {
  const made = await api.admin.post(
    'webhooks/',
    body({ preset: 'simple_webhook', http_method: 'GET', data: 'x', trigger_type: 'resolve' }),
  );
  expect(made.body).toMatchObject({
    preset: 'simple_webhook',
    http_method: 'POST',
    data: null,
    trigger_type: 'escalation',
    forward_all: true,
  });
  const renamed = await api.admin.put(`webhooks/${made.body.id}/`, { name: 'renamed', preset: '', data: 'y' });
  expect([renamed.status, renamed.body.name, renamed.body.preset, renamed.body.data]).toEqual([
    200,
    'renamed',
    'simple_webhook',
    null,
  ]);
  const other = await api.admin.put(`webhooks/${made.body.id}/`, { preset: 'advanced_webhook' });
  expect([other.status, other.body]).toEqual([400, { preset: ['This field once set cannot be modified.'] }]);
  const options = (await api.admin.get('webhooks/preset_options')).body;
  expect(options.map(({ id }: { id: string }) => id)).toEqual(['simple_webhook', 'advanced_webhook']);
});

test('the simple preset needs a name and a URL, and does not even look at what it sets itself', async () => {
  const { name, url } = body();
  const nonsense = {
    trigger_type: 'x',
    http_method: 7,
    data: '{{',
    headers: 5,
    integration_filter: ['CNOPE'],
    forward_all: 'x',
    password: [],
  };
  const made = await api.admin.post('webhooks/', { name, url, preset: 'simple_webhook', ...nonsense });
  const set = { trigger_type: 'escalation', http_method: 'POST', forward_all: true, data: null, headers: null, password: null };
  expect([made.status, made.body]).toMatchObject([201, { ...set, integration_filter: null, preset: 'simple_webhook' }]);
  expect((await api.admin.patch(`webhooks/${made.body.id}/`, nonsense)).body).toEqual(made.body);
  expect((await api.admin.put(`actions/${made.body.id}/`, { ...nonsense, user: [] })).status).toBe(200);
  expect((await api.admin.post('webhooks/', { preset: 'simple_webhook' })).body).toEqual({
    name: ['This field is required.'],
    url: ['This field is required.'],
  });
  expect((await api.admin.post('webhooks/', {})).body).toEqual(
    Object.fromEntries(['name', 'url', 'http_method', 'trigger_type'].map((key) => [key, ['This field is required.']])),
  );
});

test.each(['resolution note added', 'incident declared', 'incident changed', 'incident resolved'])(
  'a webhook for "%s" is kept as it was sent',
  async (trigger_type) => {
    const made = await api.admin.post('webhooks/', body({ trigger_type }));
    expect([made.status, made.body.trigger_type]).toEqual([201, trigger_type]);
    expect((await api.admin.get(`webhooks/${made.body.id}/`)).body.trigger_type).toBe(trigger_type);
  },
);

test('a copy takes the secrets of the webhook that it names', async () => {
  const secret = { username: 'u', password: 'p-7', authorization_header: 'Bearer x', signing_secret: 'key-9' };
  const first = (await api.admin.post('webhooks/', body(secret))).body;
  expect(first).toMatchObject({ password: '****************', signing_secret: '****************' });
  const copy = await api.admin.post('webhooks/', { ...first, name: 'copy' });
  expect(copy.status).toBe(201);
  const foreign = await api.user('copier', 'admin', await api.organization('Copiers'));
  expect((await foreign.post('webhooks/', { ...first, name: 'copy' })).status).toBe(400);
  const stored = async (id: string) => (await findWebhook(api.db, api.admin.org, id, api.ctx.secrets)) as Webhook;
  const [a, b] = [await stored(first.id), await stored(copy.body.id)];
  expect([b.password, b.authorizationHeader, b.signingSecret]).toEqual([a.password, a.authorizationHeader, a.signingSecret]);
  expect(b.signingSecret).toBe('key-9');
});

test('the list is narrowed by words, trigger, integration and team', async () => {
  const editor = await api.user('lister', 'viewer', await api.organization('Lists'));
  const admin = await api.user('listadmin', 'admin', editor.org);
  const integration = (await admin.post('integrations/', { type: 'webhook' })).body.id;
  const other = (await admin.post('integrations/', { type: 'webhook' })).body.id;
  await admin.post('webhooks/', body({ name: 'Dock tickets', trigger_type: 'resolve' }));
  await admin.post('webhooks/', body({ name: 'Belt', trigger_type: 'acknowledge', integration_filter: [integration] }));
  await admin.post('webhooks/', body({ name: 'Crane', integration_filter: [other] }));
  const names = async (query: string) =>
    (await editor.get(`webhooks/?${query}`)).body.results.map(({ name }: { name: string }) => name).sort();
  expect(await names('')).toEqual(['Belt', 'Crane', 'Dock tickets']);
  expect(await names('search=dock')).toEqual(['Dock tickets']);
  expect(await names('trigger_type=resolve&trigger_type=2')).toEqual(['Belt', 'Dock tickets']);
  expect(await names(`integration=${integration}`)).toEqual(['Belt', 'Dock tickets']);
  expect(await names('name=Belt')).toEqual(['Belt']);
  expect(await names('team_id=null')).toEqual(['Belt', 'Crane', 'Dock tickets']);
  const team = (await admin.post('teams/', { name: 'cranes' })).body.id;
  await admin.post('webhooks/', body({ name: 'Team', team, labels: [{ key: { name: 'site' }, value: { name: 'quay' } }] }));
  expect(await names(`team=${team}`)).toEqual(['Team']);
  expect(await names(`team=${team}&team=null&search=e`)).toEqual(['Belt', 'Crane', 'Dock tickets', 'Team']);
  expect(await names('label=site:quay&label=site:dock')).toEqual(['Team']);
  expect(await names('label=site:quay&label=kind:a')).toEqual([]);
  const filters = (await editor.get('webhooks/filters/')).body;
  expect(filters.map(({ name }: { name: string }) => name)).toEqual(['search', 'team', 'trigger_type', 'integration', 'label']);
  expect(filters[2].options[2]).toEqual({ value: 'acknowledge', display_name: 'Acknowledged' });
});

test('actions are webhooks with older names', async () => {
  const integration = (await api.admin.post('integrations/', { type: 'webhook' })).body.id;
  const sent = {
    name: 'Legacy bridge',
    url: 'https://bridge.example.net/in',
    user: 'bridge',
    password: 'p',
    forward_whole_payload: false,
  };
  const made = await api.admin.post('actions/', { ...sent, team_id: null, integration_filter: [integration], data: '{"a": 1}' });
  expect([made.status, made.body]).toEqual([
    201,
    expect.objectContaining({
      ...sent,
      id: expect.stringMatching(/^WH/),
      team_id: null,
      password: '****************',
      http_method: 'POST',
      trigger_type: 'escalation',
      is_webhook_enabled: true,
    }),
  ]);
  for (const key of ['team', 'username', 'forward_all', 'preset']) expect(made.body).not.toHaveProperty(key);
  expect((await api.admin.get(`webhooks/${made.body.id}/`)).body).toMatchObject({ username: 'bridge', forward_all: false });
  const changed = await api.admin.put(`actions/${made.body.id}/`, { ...made.body, user: 'other', preset: 'nonsense' });
  expect(changed.body).toMatchObject({ user: 'other', integration_filter: [integration], data: '{"a": 1}' });
  expect((await api.admin.get('actions/?name=Legacy%20bridge')).body.results).toHaveLength(1);
  expect((await api.admin.post('actions/', { name: 'x' })).body).toEqual({ url: ['This field is required.'] });
  expect((await api.admin.post('actions/', { ...sent, team_id: 'TNOPE' })).body).toHaveProperty('team_id');
  const viewer = await api.user('actionviewer', 'viewer');
  expect([(await viewer.get('actions/')).status, (await viewer.post('actions/', sent)).status]).toEqual([200, 403]);
  expect((await api.admin.delete(`actions/${made.body.id}/`)).status).toBe(204);
  expect((await api.admin.get(`webhooks/${made.body.id}/`)).status).toBe(404);
});

test('webhooks of a two-way integration are hidden among webhooks, and there among actions', async () => {
  const made = (await api.admin.post('webhooks/', body({ name: 'synced' }))).body;
  await sql`update webhook set source_integration_id = 'CSOURCE' where id = ${made.id}`.execute(api.db);
  expect((await api.admin.get('webhooks/?name=synced')).body.count).toBe(0);
  expect((await api.admin.get(`webhooks/${made.id}/`)).status).toBe(404);
  expect((await api.admin.get(`webhooks/${made.id}/responses/`)).status).toBe(404);
  expect((await api.admin.get('actions/?name=synced')).body.count).toBe(1);
});

test('a step takes only webhooks that steps may trigger', async () => {
  const chain = (await api.admin.post('escalation_chains/', { name: 'only escalation' })).body.id;
  const resolve = (await api.admin.post('webhooks/', body({ trigger_type: 'resolve' }))).body.id;
  const step = { escalation_chain_id: chain, type: 'trigger_webhook', action_to_trigger: resolve };
  const refused = await api.admin.post('escalation_policies/', step);
  expect([refused.status, refused.body]).toEqual([
    400,
    { action_to_trigger: ['Only webhooks with the trigger type "escalation" can be used here.'] },
  ]);
});

test('a template of a webhook is previewed in the way that it is sent', async () => {
  const preview = async (template_name: string, template_body: string, more: object = { payload: { m: 'a"b', n: 1.0 } }) =>
    (await api.admin.post('webhooks/new/preview_template', { template_name, template_body, ...more })).body;
  expect(await preview('data', '{"m": "{{ m }}"}')).toEqual({ preview: '{"m": "a\\"b"}' });
  expect(await preview('url', 'https://x.example/{{ m }}')).toEqual({ preview: 'https://x.example/a"b' });
  expect(await preview('url', 'https://x.example/a b')).toMatchObject({ warnings: [expect.stringContaining('urlencode')] });
  expect(await preview('data', '{"all": {{ o }}}', { payload: { o: { a: null } } })).toMatchObject({
    preview: '{"all": {\'a\': None}}',
    warnings: [expect.stringContaining('tojson'), expect.any(String)],
  });
  expect(await preview('trigger_template', '{{ n == 1 }}')).toEqual({ preview: 'True', is_truthy: true });
  expect((await preview('url', '{{ a.b.c }}')).preview).toMatch(/^Template Warning: /);
  expect((await preview('url', '{{ x | nope }}')).preview).toMatch(/^Template Error: /);
  expect(await preview('data', '{{ n }}', { payload: '{"n": 1.0}' })).toEqual({ preview: '1.0' });
  expect(await preview('data', '{{ n }}', { payload: '{"n"' })).toEqual({ payload: 'Could not parse json' });
  expect(await preview('data', '{{ n }}', { payload: {} })).toEqual({ preview: '{{ n }}' });
  expect(await preview('data', '')).toEqual({ preview: null });
  expect(await preview('nonsense', 'x')).toEqual({ template_name: 'Unknown template name' });
  expect(await preview('data', '{{ alert_payload }}', {})).toEqual({ preview: '{{ alert_payload }}' });
  const editor = await api.user('previewer', 'editor');
  expect((await editor.post('webhooks/new/preview_template', { template_name: 'url', template_body: 'x' })).status).toBe(403);
});

test('headers are sealed where they are stored, and those from before with the next round', async () => {
  const headers = '{"X-Api-Key": "pier-7"}';
  const made = await api.admin.post('webhooks/', body({ headers }));
  expect(made.body.headers).toBe(headers);
  const stored = async () =>
    (
      await sql<{ plain: string | null; sealed: Buffer | null }>`
        select headers as plain, headers_encrypted as sealed from webhook where id = ${made.body.id}`.execute(api.db)
    ).rows[0];
  const first = await stored();
  expect([first?.plain, first?.sealed?.includes('pier-7')]).toEqual([null, false]);
  await sql`update webhook set headers = ${headers}, headers_encrypted = null where id = ${made.body.id}`.execute(api.db);
  expect((await api.admin.get(`webhooks/${made.body.id}/`)).body.headers).toBe(headers);
  expect(await sealPlainHeaders(api.db, api.ctx.secrets)).toBe(1);
  expect(await sealPlainHeaders(api.db, api.ctx.secrets)).toBe(0);
  const second = await stored();
  expect([second?.plain, second?.sealed?.includes('pier-7')]).toEqual([null, false]);
  expect((await api.admin.get(`webhooks/${made.body.id}/`)).body.headers).toBe(headers);
  // A process of the release before, which goes on beside this one, writes into the old column alone.
  const later = '{"X-Api-Key": "pier-8"}';
  await sql`update webhook set headers = ${later} where id = ${made.body.id}`.execute(api.db);
  expect((await api.admin.get(`webhooks/${made.body.id}/`)).body.headers).toBe(later);
  expect(await sealPlainHeaders(api.db, api.ctx.secrets)).toBe(1);
  expect((await api.admin.get(`webhooks/${made.body.id}/`)).body.headers).toBe(later);
});

test('a secret is made, renamed, listed and deleted, and its value comes back from nowhere', async () => {
  const made = await api.admin.post('webhook_secrets/', { name: 'dock_key', value: 'pier-7' });
  expect([made.status, made.body]).toEqual([
    201,
    {
      id: expect.stringMatching(/^WS[A-Z1-9]{12}$/),
      name: 'dock_key',
      value: '****************',
      created_at: expect.any(String),
      updated_at: expect.any(String),
    },
  ]);
  expect((await api.admin.get('webhook_secrets/')).body).toMatchObject({ count: 1, results: [made.body] });
  for (const [sent, errors] of [
    [{ name: 'dock_key', value: 'other' }, { name: ['A secret with this name already exists.'] }],
    [{ name: '7up', value: 'other' }, { name: [expect.stringContaining('letters, digits and underscores')] }],
    [{ name: 'short', value: 'abc' }, { value: ['Ensure this field has at least 4 characters.'] }],
    [{ name: 'masked', value: '****************' }, { value: ['This field may not be a placeholder.'] }],
    [{}, { name: ['This field is required.'], value: ['This field is required.'] }],
  ]) {
    const answer = await api.admin.post('webhook_secrets/', sent);
    expect([answer.status, answer.body]).toEqual([400, errors]);
  }
  const { rows } = await sql<{ sealed: Buffer }>`select value_encrypted as sealed from webhook_secret`.execute(api.db);
  expect(rows.map(({ sealed }) => sealed.includes('pier-7'))).toEqual([false]);
  const { rows: told } = await sql<{ text: string }>`select audit::text as text from audit_record audit`.execute(api.db);
  expect(told.some(({ text }) => text.includes('dock_key'))).toBe(true);
  expect(told.some(({ text }) => text.includes('pier-7'))).toBe(false);
  expect((await api.admin.delete(`webhook_secrets/${made.body.id}/`)).status).toBe(204);
  expect((await api.admin.get(`webhook_secrets/${made.body.id}/`)).status).toBe(404);
});
