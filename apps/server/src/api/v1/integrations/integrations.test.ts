import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiWorld, startApi } from '../../../testing/api.ts';

let api: ApiWorld;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const three = { title: null, message: null, image_url: null };
const unset = {
  grouping_key: null,
  resolve_signal: null,
  acknowledge_signal: null,
  source_link: null,
  slack: three,
  web: three,
  telegram: three,
  msteams: three,
  mattermost: three,
  webhook: three,
  sms: { title: null },
  phone_call: { title: null },
  mobile_app: { title: null, message: null },
  email: { title: null, message: null },
};

let counter = 0;
async function integration(body: Record<string, unknown> = {}) {
  counter += 1;
  const made = await api.admin.post('integrations/', { type: 'alertmanager', name: `integration ${counter}`, ...body });
  expect(made.status, made.text).toBe(201);
  return made.body;
}

test('an integration shows everything that clients read', async () => {
  const made = await integration({ name: 'Payments', description_short: 'EU cluster' });
  const off = { id: null, enabled: false };
  expect(made).toEqual({
    id: expect.stringMatching(/^C[A-Z1-9]{12}$/),
    name: 'Payments',
    description_short: 'EU cluster',
    team_id: null,
    link: expect.stringMatching(/^https:\/\/tocsin\.example\.net\/integrations\/v1\/alertmanager\/[A-Za-z0-9]{25}\/$/),
    inbound_email: null,
    type: 'alertmanager',
    default_route: {
      id: expect.stringMatching(/^R/),
      escalation_chain_id: null,
      slack: { channel_id: null, enabled: true },
      telegram: off,
      msteams: off,
      mobile_app: off,
      mobile_app_critical: off,
      email: off,
      webhook: off,
      mattermost: off,
    },
    templates: unset,
    heartbeat: { link: `${made.link}heartbeat/`, interval_seconds: 600 },
    maintenance_mode: null,
    maintenance_started_at: null,
    maintenance_end_at: null,
    labels: [],
    dynamic_labels: [],
    allow_source_based_resolving: true,
    alert_group_labels: { inherit: {}, template: null },
  });
  expect((await api.admin.get(`integrations/${made.id}`)).body).toEqual(made);
});

test('what Terraform sends comes back without drift, changed and removed again', async () => {
  const chain = (await api.admin.post('escalation_chains/', { name: 'terraform' })).body.id;
  const blocks = {
    slack: { channel_id: null, enabled: false },
    telegram: { id: null, enabled: false },
    msteams: { id: null, enabled: false },
  };
  const made = await integration({
    team_id: '',
    templates: {
      ...unset,
      grouping_key: '{{ payload.groupKey }}',
      web: { ...three, title: '{{ payload.commonLabels.alertname }}' },
      sms: null,
    },
    default_route: { id: '', escalation_chain_id: chain, ...blocks },
    labels: [{ key: { name: 'env', id: 'x' }, value: { name: 'production' } }],
    dynamic_labels: [{ key: { name: 'severity' }, value: { name: '{{ payload.commonLabels.severity }}' } }],
  });
  expect(made.templates).toEqual({
    ...unset,
    grouping_key: '{{ payload.groupKey }}',
    web: { ...three, title: '{{ payload.commonLabels.alertname }}' },
  });
  expect(made.default_route).toMatchObject({ escalation_chain_id: chain, ...blocks });
  expect(made.labels).toEqual([{ key: { name: 'env' }, value: { name: 'production' } }]);
  const again = await api.admin.put(`integrations/${made.id}/`, {
    name: made.name,
    templates: made.templates,
    default_route: made.default_route,
  });
  expect(again.body).toEqual(made);
  const cleared = await api.admin.put(`integrations/${made.id}/`, {
    templates: { grouping_key: null, web: { title: null } },
    default_route: { id: made.default_route.id, escalation_chain_id: null },
    labels: [],
    dynamic_labels: null,
  });
  expect(cleared.body).toMatchObject({
    templates: unset,
    default_route: { escalation_chain_id: null },
    labels: [],
    dynamic_labels: made.dynamic_labels,
  });
});

test.each([
  ['an unknown type', { type: 'nope' }, { detail: 'Invalid integration type' }],
  ['a legacy type', { type: 'legacy_alertmanager' }, { detail: 'This integration type is deprecated' }],
  ['direct paging', { type: 'direct_paging' }, { detail: "Direct paging integrations can't be created" }],
  ['maintenance', { type: 'maintenance' }, { detail: 'Invalid integration type' }],
  ['no type', { type: undefined }, { type: ['This field is required.'] }],
  ['a name of 151 characters', { name: 'x'.repeat(151) }, { name: ['Ensure this field has no more than 150 characters.'] }],
  ['null templates', { templates: null }, { templates: ['This field may not be null.'] }],
  ['a text as templates', { templates: 'x' }, { templates: ['Expected a dictionary of items but got type "str".'] }],
  ['a broken grouping key', { templates: { grouping_key: '{{ payload.' } }, { detail: 'Invalid grouping_key template data' }],
  ['an unknown filter', { templates: { web: { title: '{{ payload | nosuch }}' } } }, { detail: 'invalid web title template' }],
  ['a number as template', { templates: { slack: { title: 7 } } }, { detail: 'invalid slack title template' }],
  ['an unknown leaf', { templates: { sms: { message: 'x' } } }, { detail: 'Invalid template data' }],
  ['a text as channel', { templates: { web: 'x' } }, { detail: 'Invalid web template data' }],
  ['a Slack channel', { default_route: { slack: { channel_id: 'C1' } } }, { detail: "Slack isn't connected to this workspace" }],
  ['a Telegram channel', { default_route: { telegram: { id: 'Z1' } } }, { detail: 'Telegram channel does not exist' }],
  ['an unknown chain', { default_route: { escalation_chain_id: 'FNOPE' } }, { escalation_chain_id: ['Object does not exist'] }],
  [
    'a key that ends in a digit',
    {
      labels: [
        { key: { name: 'a' }, value: { name: 'b' } },
        { key: { name: 'a1' }, value: { name: 'b' } },
      ],
    },
    { labels: [{}, { key: { name: [expect.any(String)] } }] },
  ],
  [
    'a key twice',
    { labels: [1, 2].map(() => ({ key: { name: 'a' }, value: { name: 'b' } })) },
    { labels: ['Each label key must be unique.'] },
  ],
])('%s is refused and creates nothing', async (_what, body, errors) => {
  const before = (await api.admin.get('integrations/')).body.count;
  const answer = await api.admin.post('integrations/', { type: 'webhook', name: 'refused', ...body });
  expect([answer.status, answer.body]).toMatchObject([400, errors]);
  expect((await api.admin.get('integrations/')).body.count).toBe(before);
});

test('a change does not look at what is set once', async () => {
  const made = await integration();
  const note = async (path: string, keys: readonly string[]) => {
    const before = (await api.admin.get(path)).body;
    for (const key of keys)
      for (const value of [null, '', [], 'NOPE']) {
        const answer = await api.admin.put(path, { [key]: value });
        expect([answer.status, answer.body], `${path} ${key} ${JSON.stringify(value)}`).toEqual([200, before]);
      }
  };
  await note(`integrations/${made.id}/`, ['type', 'id', 'link', 'heartbeat_link', 'maintenance_mode']);
  await note(`routes/${made.default_route.id}/`, ['integration_id', 'is_the_last_route', 'id']);
  const rule = await api.admin.post('personal_notification_rules/', { user_id: api.admin.id, type: 'notify_by_sms' });
  await note(`personal_notification_rules/${rule.body.id}/`, ['user_id', 'important', 'id']);
  const schedule = await api.admin.post('schedules/', { name: 'harbor', type: 'calendar' });
  await note(`schedules/${schedule.body.id}/`, ['type', 'on_call_now', 'id']);
});

test('an unknown type is all that is told, whatever else is wrong', async () => {
  const answer = await api.admin.post('integrations/', { type: 'nope', name: '' });
  expect(answer.body).toEqual({ detail: 'Invalid integration type', code: 'invalid_integration_type' });
});

test.each<[Record<string, unknown>, number, unknown]>([
  [{ slack: { enabled: 'false' } }, 200, { slack: { channel_id: null, enabled: false } }],
  [{ slack: { enabled: 'on' } }, 200, { slack: { channel_id: null, enabled: true } }],
  [{ slack: { enabled: null } }, 200, { slack: { channel_id: null, enabled: false } }],
  [{ slack: { enabled: 'maybe' } }, 400, { slack: { enabled: ['Must be a valid boolean.'] } }],
  [{ slack: 'x' }, 400, { slack: { non_field_errors: ['Invalid data. Expected a dictionary, but got str.'] } }],
  [{ telegram: { enabled: 'false' } }, 200, { telegram: { id: null, enabled: true } }],
  [{ telegram: { enabled: [] } }, 200, { telegram: { id: null, enabled: false } }],
  [{ telegram: 'x' }, 400, { telegram: ['Expected a dictionary of items but got type "str".'] }],
  [{ msteams: [] }, 400, { msteams: ['Expected a dictionary of items but got type "list".'] }],
  [{ msteams: { id: 'm' } }, 200, { msteams: { id: 'm', enabled: false } }],
])('a route with the messengers %j answers %i', async (body, status, shown) => {
  const { default_route: route } = await integration();
  const answer = await api.admin.put(`routes/${route.id}/`, body);
  expect([answer.status, answer.body]).toMatchObject([status, shown]);
});

test('direct paging is made and deleted by hand where the organization wants so, one for a team', async () => {
  const org = await api.organization('By hand');
  const admin = await api.user('hanna', 'admin', org);
  const refused = await admin.post('integrations/', { type: 'direct_paging' });
  expect(refused.body).toMatchObject({ detail: "Direct paging integrations can't be created" });
  await admin.patch('organizations/current/settings', { manual_direct_paging: true });
  const team = (await admin.post('teams/', { name: 'dock', members: [] })).body.id;
  const made = await admin.post('integrations/', { type: 'direct_paging', name: 'Page the dock', team_id: team });
  expect([made.status, made.body.type, made.body.team_id], made.text).toEqual([201, 'direct_paging', team]);
  const twice = await admin.post('integrations/', { type: 'direct_paging', name: 'another', team_id: team });
  expect([twice.status, twice.body.detail]).toEqual([400, 'Direct paging integration already exists for this team']);
  const ofNone = await admin.post('integrations/', { type: 'direct_paging' });
  expect([ofNone.status, ofNone.body.team_id]).toEqual([201, null]);
  expect((await admin.put(`integrations/${ofNone.body.id}/`, { team_id: team })).body.detail).toBe(twice.body.detail);
  expect((await admin.delete(`integrations/${made.body.id}/`)).status).toBe(204);
  expect((await admin.post('integrations/', { type: 'direct_paging', name: 'again', team_id: team })).status).toBe(201);
  await admin.patch('organizations/current/settings', { manual_direct_paging: false });
  const kept = await admin.delete(`integrations/${ofNone.body.id}/`);
  expect([kept.status, kept.body.detail]).toEqual([400, "Direct paging integrations can't be deleted"]);
});

test('names are unique within a team, and free again after deletion', async () => {
  const first = await integration({ name: 'same' });
  const second = await api.admin.post('integrations/', { type: 'webhook', name: 'same' });
  expect(second.body).toMatchObject({ detail: 'An integration with this name already exists for this team' });
  expect((await api.admin.put(`integrations/${first.id}/`, { name: 'same' })).status).toBe(200);
  expect((await api.admin.delete(`integrations/${first.id}/`)).status).toBe(204);
  expect((await api.admin.get(`integrations/${first.id}/`)).status).toBe(404);
  await integration({ name: 'same' });
});

test('default names count in emoji and differ', async () => {
  const names = await Promise.all(
    [0, 1, 2].map(async () => (await api.admin.post('integrations/', { type: 'webhook' })).body.name),
  );
  expect(new Set(names).size).toBe(3);
  for (const name of names) expect(name).toMatch(/^Webhook (:[a-z_]+:)+$/);
});

test('lists filter by exact name and by team', async () => {
  const team = (await api.admin.post('teams/', { name: 'dock' })).body.id;
  const made = await integration({ name: 'of the dock', team_id: team });
  expect(made.team_id).toBe(team);
  expect((await api.admin.get(`integrations/?team_id=${team}`)).body.results.map((row: { id: string }) => row.id)).toEqual([
    made.id,
  ]);
  expect((await api.admin.get('integrations/?name=of%20the')).body.count).toBe(0);
  expect((await api.admin.get('integrations/?name=of%20the%20dock')).body.count).toBe(1);
});

test('pages by number clamp to the last, pages by cursor visit every row once', async () => {
  for (let i = 0; i < 5; i += 1) await integration();
  const count = (await api.admin.get('integrations/')).body.count;
  const last = await api.admin.get('integrations/?perpage=2&page=999');
  expect(last.body).toMatchObject({ current_page_number: Math.ceil(count / 2), next: null, page_size: 2 });
  expect((await api.admin.get('integrations/?perpage=2&page=2')).body.previous).toBe(
    'https://tocsin.example.net/api/v1/integrations/?perpage=2',
  );
  const seen: string[] = [];
  let path: string | null = 'integrations/?cursor=&perpage=3';
  while (path !== null) {
    const page: { results: { id: string }[]; next: string | null; count?: number } = (await api.admin.get(path)).body;
    expect(page.count).toBeUndefined();
    seen.push(...page.results.map((row) => row.id));
    path = page.next === null ? null : page.next.slice('https://tocsin.example.net/api/v1/'.length);
  }
  expect(seen).toHaveLength(count);
  expect(new Set(seen).size).toBe(count);
});

test('a route keeps its term byte for byte and its place among its neighbours', async () => {
  const { id, default_route } = await integration();
  const term = '{{ payload.commonLabels.severity == "critical" }}';
  const made = await api.admin.post('routes/', {
    integration_id: id,
    routing_type: 'jinja2',
    routing_regex: ` ${term} `,
    position: 0,
    manual_order: true,
  });
  expect(made.status, made.text).toBe(201);
  expect(made.body).toMatchObject({
    integration_id: id,
    escalation_chain_id: null,
    routing_type: 'jinja2',
    routing_regex: term,
    position: 0,
    is_the_last_route: false,
  });
  const second = (await api.admin.post('routes/', { integration_id: id, routing_regex: '"severity": "(?P<s>warning)"' })).body;
  expect(second).toMatchObject({ routing_type: 'regex', position: 1 });
  const listed = (await api.admin.get(`routes?integration_id=${id}`)).body.results;
  expect(listed.map((route: { id: string }) => route.id)).toEqual([made.body.id, second.id, default_route.id]);
  expect(listed[2]).toMatchObject({ routing_regex: null, routing_type: 'regex', is_the_last_route: true, position: 0 });
  const moved = await api.admin.put(`routes/${second.id}/`, { position: 0 });
  expect(moved.body.position).toBe(0);
  expect((await api.admin.get(`routes/${made.body.id}/`)).body.position).toBe(1);
  expect((await api.admin.delete(`routes/${default_route.id}/`)).body).toMatchObject({
    detail: 'Unable to delete default filter',
  });
  expect((await api.admin.delete(`routes/${second.id}/`)).status).toBe(204);
});

test.each([
  [
    'a template that does not parse',
    { routing_type: 'jinja2', routing_regex: '{{ x' },
    { non_field_errors: ['Jinja template is incorrect'] },
  ],
  ['a pattern that does not compile', { routing_regex: '(' }, { non_field_errors: ['Regular expression is incorrect'] }],
  [
    'a long term',
    { routing_regex: 'x'.repeat(1025) },
    { non_field_errors: ['Expression is too long. Maximum length: 1024 characters, current length: 1025'] },
  ],
  ['no term', {}, { routing_regex: ['This field is required.'] }],
  [
    'nothing',
    { integration_id: undefined },
    { integration_id: ['This field is required.'], routing_regex: ['This field is required.'] },
  ],
  ['null', { routing_regex: null }, { routing_regex: ['This field may not be null.'] }],
  ['an unknown type', { routing_type: 'x', routing_regex: 'x' }, { detail: 'Invalid route type' }],
  ['labels without labels', { routing_type: 'labels' }, { non_field_errors: [expect.stringContaining('routing_labels')] }],
])('a route with %s is refused', async (_what, body, errors) => {
  const { id } = await integration();
  const answer = await api.admin.post('routes/', { integration_id: id, ...body });
  expect([answer.status, answer.body]).toMatchObject([400, errors]);
  expect((await api.admin.get(`routes/?integration_id=${id}`)).body.count).toBe(1);
});

test('a template route changed without its type stays a template route', async () => {
  const { id } = await integration();
  const route = (await api.admin.post('routes/', { integration_id: id, routing_type: 'jinja2', routing_regex: '{{ true }}' }))
    .body;
  const changed = await api.admin.put(`routes/${route.id}/`, { routing_regex: '{{ (1) }}' });
  expect([changed.status, changed.body.routing_type]).toEqual([200, 'jinja2']);
});

test('a route by labels shows its labels', async () => {
  const { id } = await integration();
  const routing_labels = [{ key: { name: 'team' }, value: { name: 'db' } }];
  const made = await api.admin.post('routes/', { integration_id: id, routing_type: 'labels', routing_labels });
  expect(made.body).toMatchObject({ routing_type: 'labels', routing_regex: null, routing_labels });
});

test('nothing of one organization is seen or touched by another', async () => {
  const mine = await integration();
  const stranger = await api.user('stranger', 'admin', await api.organization('Stranger'));
  for (const path of [`integrations/${mine.id}`, `routes/${mine.default_route.id}`]) {
    for (const answer of [await stranger.get(path), await stranger.put(path, { name: 'x' }), await stranger.delete(path)]) {
      expect([answer.status, answer.body]).toEqual([404, { detail: 'Not found.' }]);
    }
  }
  expect((await stranger.get('integrations/')).body.count).toBe(0);
  expect((await stranger.get(`routes/?integration_id=${mine.id}`)).body.count).toBe(0);
  expect((await stranger.post('routes/', { integration_id: mine.id, routing_regex: 'x' })).body).toEqual({
    integration_id: ['Object does not exist'],
  });
});

test('alerts that were put aside are shown and tried again', async () => {
  const { id } = (await api.admin.post('integrations/', { type: 'webhook' })).body;
  const at = new Date('2026-03-01T10:00:00Z');
  for (const name of ['XONE', 'XTWO'])
    await api.db
      .insertInto('parked_alert')
      .values({
        organization_id: api.admin.org,
        id: name,
        integration_id: id,
        received_at: at,
        payload: '{"n": 1.0}',
        error: 'poison',
        parked_at: at,
      })
      .execute();
  const listed = (await api.admin.get(`integrations/${id}/parked_alerts/`)).body;
  expect(listed).toMatchObject({ count: 2, results: [{ id: 'XTWO' }, { id: 'XONE', error: 'poison', payload: '{"n": 1.0}' }] });
  const stranger = await api.user('parked-stranger', 'admin', await api.organization('Parked'));
  expect((await stranger.get(`integrations/${id}/parked_alerts/`)).status).toBe(404);
  expect((await stranger.post(`integrations/${id}/parked_alerts/XONE/retry/`)).status).toBe(404);
  expect((await api.admin.post(`integrations/${id}/parked_alerts/XONE/retry/`)).status).toBe(200);
  expect((await api.admin.post(`integrations/${id}/parked_alerts/XONE/retry/`)).status).toBe(404);
  const { results } = (await api.admin.get('audit/?action=parked_alert_retried')).body;
  expect(results).toMatchObject([{ resource: { type: 'integration', id }, note: 'XONE', actor: { id: api.admin.id } }]);
  expect((await api.admin.get(`integrations/${id}/parked_alerts/`)).body).toMatchObject({ results: [{ id: 'XTWO' }] });
  expect(await api.db.selectFrom('inbound_alert').selectAll().where('integration_id', '=', id).execute()).toMatchObject([
    { payload: '{"n": 1.0}', received_at: at },
  ]);
});
