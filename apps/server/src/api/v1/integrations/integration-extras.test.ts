import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiUser, type ApiWorld, startApi } from '../../../testing/api.ts';

let api: ApiWorld;
let editor: ApiUser;
let viewer: ApiUser;
beforeAll(async () => {
  api = await startApi();
  editor = await api.user('edda', 'editor');
  viewer = await api.user('vic', 'viewer');
});
afterAll(() => api[Symbol.asyncDispose]());

let counter = 0;
async function integration(body: Record<string, unknown> = {}) {
  counter += 1;
  const made = await api.admin.post('integrations/', { type: 'webhook', name: `extra ${counter}`, ...body });
  expect(made.status, made.text).toBe(201);
  return made.body;
}
const inbound = (id: string) =>
  api.db.selectFrom('inbound_alert').select(['payload', 'is_demo']).where('integration_id', '=', id).orderBy('id').execute();
const label = (key: string, value: string, match?: string) => ({
  key: { name: key },
  value: { name: value },
  ...(match === undefined ? {} : { match }),
});

test('maintenance is started and stopped by editors too, with the answers that clients know', async () => {
  const { id, name } = await integration();
  const path = `integrations/${id}/maintenance_start/`;
  expect((await viewer.post(path, { mode: 'debug', duration: 60 })).status).toBe(403);
  for (const [body, error] of [
    [{ mode: 'party', duration: 0 }, { mode: ['Unknown mode'] }],
    [{ duration: 60 }, { mode: ['Unknown mode'] }],
    [{ mode: 'debug' }, { duration: ['Invalid duration'] }],
    [{ mode: 'debug', duration: 0 }, { duration: ['Invalid duration'] }],
    [{ mode: 'debug', duration: -5 }, { duration: ['Invalid duration'] }],
    [{ mode: 'debug', duration: 2_592_001 }, { duration: ['Invalid duration'] }],
    [{ mode: 'debug', duration: 1.5 }, { duration: ['Invalid duration'] }],
    [{ mode: 'debug', duration: 'soon' }, { duration: ['Invalid duration'] }],
    [{ mode: 'debug', duration: 60, at_end: 'sleep' }, { at_end: ['"sleep" is not a valid choice.'] }],
  ] as const) {
    const answer = await editor.post(path, body);
    expect([answer.status, answer.body]).toEqual([400, error]);
  }
  const started = await editor.post(path, { mode: 'Maintenance', duration: '3600' });
  expect([started.status, started.body]).toMatchObject([
    200,
    {
      id,
      maintenance_mode: 'maintenance',
      maintenance_started_at: '2026-03-02T09:00:00Z',
      maintenance_end_at: '2026-03-02T10:00:00Z',
    },
  ]);
  expect((await editor.post(path, { mode: 'debug', duration: 60 })).body).toMatchObject({ detail: 'Already on maintenance' });
  const [group] = (await api.admin.get(`alert_groups/?integration_id=${id}`)).body.results;
  expect(group).toMatchObject({ title: `Maintenance of ${name} for 1 hour`, integration_id: id, state: 'firing' });
  const stopped = await editor.post(`integrations/${id}/maintenance_stop`);
  expect(stopped.body).toMatchObject({ id, maintenance_mode: null, maintenance_started_at: null, maintenance_end_at: null });
  expect((await editor.post(`integrations/${id}/maintenance_stop/`)).status).toBe(200);
  expect((await api.admin.get(`alert_groups/${group.id}/`)).body.state).toBe('resolved');
  expect((await editor.post('integrations/CNONE/maintenance_start/', { mode: 'debug', duration: 60 })).status).toBe(404);
  const audit = await api.db
    .selectFrom('audit_record')
    .select(['action_type', 'action_name'])
    .where('action_type', '=', 'maintenance')
    .execute();
  expect(audit.map((row) => row.action_name)).toEqual(['started', 'finished']);
});

test('deleting an integration ends its maintenance', async () => {
  const { id } = await integration();
  await api.admin.post(`integrations/${id}/maintenance_start/`, { mode: 'maintenance', duration: 60 });
  expect((await api.admin.delete(`integrations/${id}/`)).status).toBe(204);
  const groups = await api.db.selectFrom('alert_group').select('state').where('integration_id', '=', id).execute();
  expect(groups).toEqual([{ state: 'resolved' }]);
});

test('a demo alert is the example of the type, or the payload as it was sent', async () => {
  const { id } = await integration();
  const path = `integrations/${id}/send_demo_alert/`;
  expect((await viewer.post(path)).status).toBe(403);
  expect((await editor.post(path)).body).toEqual({ alerts: 1 });
  expect((await editor.post(path, { demo_alert_payload: null })).status).toBe(200);
  expect((await editor.post(path, '{"demo_alert_payload": {"b": 1.0, "a": 10000000000000000000001}}')).status).toBe(200);
  for (const payload of [[], 'x', 3])
    expect((await editor.post(path, { demo_alert_payload: payload })).body).toMatchObject({
      detail: 'Payload for demo alert must be a valid json object',
    });
  const sent = await inbound(id);
  expect(sent.every((alert) => alert.is_demo)).toBe(true);
  expect(JSON.parse(sent[0]?.payload ?? '')).toMatchObject({ host: 'web-1' });
  expect(sent[2]?.payload).toBe('{"b": 1.0, "a": 10000000000000000000001}');
});

test('demo alerts of the splitting types need alerts, and other types refuse them', async () => {
  const { id } = await integration({ type: 'grafana' });
  const path = `integrations/${id}/send_demo_alert/`;
  expect((await editor.post(path, { demo_alert_payload: { alerts: [{ a: 1 }, { b: 2 }] } })).body).toEqual({ alerts: 2 });
  expect((await inbound(id)).map((alert) => alert.payload)).toEqual(['{"a":1}', '{"b":2}']);
  for (const payload of [{}, { alerts: [] }, { alerts: {} }, { alerts: [1] }])
    expect((await editor.post(path, { demo_alert_payload: payload })).body).toMatchObject({
      detail: "Unable to send demo alert as payload has no 'alerts' key, it is not array, or it is empty.",
    });
  await api.db.updateTable('integration').set({ type: 'direct_paging' }).where('id', '=', id).execute();
  expect((await editor.post(path)).body).toMatchObject({ detail: 'Unable to send demo alert for this integration.' });
});

test('one person sends thirty demo alerts a minute', async () => {
  const { id } = await integration();
  const person = await api.user('dana', 'editor');
  const answers = [];
  for (let at = 0; at < 31; at += 1) answers.push(await person.post(`integrations/${id}/send_demo_alert/`));
  expect(answers.map((answer) => answer.status)).toEqual([...Array(30).fill(200), 429]);
  expect(Number(answers[30]?.headers['retry-after'])).toBeGreaterThan(0);
  api.clock.advance({ seconds: 60 });
  expect((await person.post(`integrations/${id}/send_demo_alert/`)).status).toBe(200);
});

test('heartbeats are listed, changed and reset', async () => {
  const made = await integration({ heartbeat: { interval_seconds: 120 } });
  expect(made.heartbeat).toEqual({ link: `${made.link}heartbeat/`, interval_seconds: 120 });
  const list = await viewer.get(`heartbeats/?integration_id=${made.id}`);
  expect(list.body.results).toEqual([
    {
      id: expect.stringMatching(/^B/),
      integration_id: made.id,
      link: made.heartbeat.link,
      timeout_seconds: 120,
      is_enabled: true,
      status: false,
      state: 'waiting',
      last_heartbeat_time: null,
      armed_since: null,
      missing_since: null,
    },
  ]);
  const { id } = list.body.results[0];
  const options = (await viewer.get('heartbeats/options/')).body;
  expect(options).toHaveLength(10);
  expect(options.slice(0, 2)).toEqual([
    { value: 60, display_name: '1 minute' },
    { value: 120, display_name: '2 minutes' },
  ]);
  expect((await viewer.patch(`heartbeats/${id}/`, { timeout_seconds: 60 })).status).toBe(403);
  expect((await api.admin.patch(`heartbeats/${id}/`, { timeout_seconds: 59 })).body).toEqual({
    timeout_seconds: ['Ensure this value is greater than or equal to 60.'],
  });
  expect((await api.admin.put(`heartbeats/${id}/`, { timeout_seconds: 3_600, is_enabled: false })).body).toMatchObject({
    timeout_seconds: 3_600,
    is_enabled: false,
    state: 'off',
  });
  expect((await api.admin.get(`integrations/${made.id}/`)).body.heartbeat.interval_seconds).toBe(3_600);
  expect((await api.admin.post(`heartbeats/${id}/reset/`)).status).toBe(204);
  expect((await api.admin.post('heartbeats/', { integration_id: made.id })).body).toMatchObject({
    detail: 'Heartbeat already exists for this integration',
  });
  const plain = await integration({ type: 'datadog' });
  expect(plain.heartbeat).toBeNull();
  const added = await api.admin.post('heartbeats/', { integration_id: plain.id, timeout_seconds: 300 });
  expect([added.status, added.body]).toMatchObject([201, { integration_id: plain.id, timeout_seconds: 300 }]);
});

test('labels of integrations are known as keys and values, which can be renamed but not deleted while in use', async () => {
  const made = await integration({ labels: [label('env', 'prod')], dynamic_labels: [label('severity', '{{ payload.s }}')] });
  const names = (await viewer.get('labels/keys/')).body.results;
  expect(names).toEqual([
    { id: 'env', name: 'env', values_count: 1, integrations_count: 1 },
    { id: 'severity', name: 'severity', values_count: 0, integrations_count: 1 },
  ]);
  expect((await viewer.post('labels/keys/', { name: 'region' })).status).toBe(403);
  expect((await editor.post('labels/keys/', { name: '1region' })).status).toBe(400);
  const region = await editor.post('labels/keys/', { name: 'region', values: ['eu-1', 'us.2'] });
  expect([region.status, region.body]).toEqual([
    201,
    {
      key: { id: 'region', name: 'region' },
      values: [
        { id: 'eu-1', name: 'eu-1' },
        { id: 'us.2', name: 'us.2' },
      ],
    },
  ]);
  expect((await editor.post('labels/keys/', { name: 'region' })).body).toEqual({ name: ['This name is taken.'] });
  expect((await editor.post('labels/keys/region/values/', { name: 'ap-3' })).status).toBe(201);
  expect((await editor.post('labels/keys/region/values/', { name: 'ap 3' })).status).toBe(400);
  expect((await editor.post('labels/keys/nothing/values/', { name: 'a' })).status).toBe(404);

  expect((await editor.patch('labels/keys/env/', { name: 'stage' })).body.key).toEqual({ id: 'stage', name: 'stage' });
  expect((await editor.put('labels/keys/stage/values/prod', { name: 'production' })).status).toBe(200);
  expect((await api.admin.get(`integrations/${made.id}/`)).body).toMatchObject({
    labels: [label('stage', 'production')],
    alert_group_labels: { inherit: { stage: true } },
  });
  expect((await editor.patch('labels/keys/stage/', { name: 'severity' })).body).toEqual({ name: ['This name is taken.'] });
  expect((await editor.delete('labels/keys/stage/')).body).toEqual({ detail: 'The label is in use.', code: 'in_use' });
  expect((await editor.delete('labels/keys/region/values/us.2/')).status).toBe(204);
  expect((await editor.delete('labels/keys/region/')).status).toBe(204);
  expect((await viewer.get('labels/keys/region/')).status).toBe(404);
  const other = await api.user('olga', 'admin', await api.organization('Elsewhere'));
  expect((await other.get('labels/keys/')).body.results).toEqual([]);
  expect((await other.get('labels/keys/stage/')).status).toBe(404);
});

test('which labels alert groups get, and the template of further ones', async () => {
  const made = await integration({
    labels: [label('team', 'web'), label('cost', 'x1')],
    alert_group_labels: { inherit: { cost: false }, template: '{{ payload.labels | tojson }}' },
  });
  expect(made.alert_group_labels).toEqual({ inherit: { team: true, cost: false }, template: '{{ payload.labels | tojson }}' });
  const changed = await api.admin.patch(`integrations/${made.id}/`, {
    alert_group_labels: { inherit: { cost: true, team: false } },
  });
  expect(changed.body.alert_group_labels).toEqual({
    inherit: { team: false, cost: true },
    template: '{{ payload.labels | tojson }}',
  });
  const cleared = await api.admin.patch(`integrations/${made.id}/`, { alert_group_labels: { template: null } });
  expect(cleared.body.alert_group_labels).toEqual({ inherit: { team: false, cost: true }, template: null });
  for (const [wrong, error] of [
    [{ template: '{{' }, { template: ['Jinja template is incorrect'] }],
    [{ inherit: { team: 'maybe' } }, { inherit: { team: ['Must be a valid boolean.'] } }],
    [[], ['Expected a dictionary of items but got type "list".']],
  ] as const)
    expect((await api.admin.patch(`integrations/${made.id}/`, { alert_group_labels: wrong })).body).toEqual({
      alert_group_labels: error,
    });
});

test('routes by labels carry comparisons; the plain one looks like a label', async () => {
  const made = await integration();
  const comparisons = [
    label('env', 'prod'),
    label('region', 'eu-.*', '=~'),
    label('team', 'qa', '!='),
    label('host', 'test\\d+', '!~'),
  ];
  const route = await api.admin.post('routes/', { integration_id: made.id, routing_type: 'labels', routing_labels: comparisons });
  expect([route.status, route.body]).toMatchObject([
    201,
    { routing_type: 'labels', routing_regex: null, routing_labels: comparisons },
  ]);
  const same = await api.admin.put(`routes/${route.body.id}/`, route.body);
  expect(same.body).toEqual(route.body);
  const explicit = await api.admin.patch(`routes/${route.body.id}/`, { routing_labels: [label('env', 'prod', '=')] });
  expect(explicit.body.routing_labels).toEqual([label('env', 'prod')]);
  const refused = async (items: unknown) => (await api.admin.patch(`routes/${route.body.id}/`, { routing_labels: items })).body;
  expect(await refused([label('env', '('), label('env', '(', '=~')])).toEqual({
    routing_labels: [{}, { value: { name: ['Regular expression is incorrect'] } }],
  });
  expect(await refused([label('env', 'a', '~')])).toEqual({ routing_labels: [{ match: ['Must be one of: =, !=, =~, !~.'] }] });
  expect(await refused([label('env', 'a'), label('env', 'a', '=')])).toEqual({
    routing_labels: ['Each comparison must be unique.'],
  });
  const keys = (await viewer.get('labels/keys/?search=hos')).body.results;
  expect(keys).toEqual([{ id: 'host', name: 'host', values_count: 0, integrations_count: 0 }]);
  expect((await editor.patch('labels/keys/env/', { name: 'environment' })).status).toBe(200);
  expect((await viewer.get(`routes/${route.body.id}/`)).body.routing_labels).toEqual([label('environment', 'prod')]);
});

test('a route by regular expression becomes a template that searches the same text', async () => {
  const made = await integration();
  const route = await api.admin.post('routes/', { integration_id: made.id, routing_regex: '"severity": "(critical|\\\\w\\d)"' });
  const path = `routes/${route.body.id}/convert_from_regex_to_jinja2/`;
  expect((await editor.post(path)).status).toBe(403);
  const converted = await api.admin.post(path);
  expect(converted.body).toEqual({
    ...route.body,
    routing_type: 'jinja2',
    routing_regex: '{{ payload | json_dumps | regex_search("\\"severity\\": \\"(critical|\\\\\\\\w\\\\d)\\"") }}',
  });
  expect((await api.admin.post(path)).body).toMatchObject({ detail: 'Only routes with a regular expression can be converted' });
  expect((await api.admin.post(`routes/${made.default_route.id}/convert_from_regex_to_jinja2/`)).status).toBe(400);
});

test('routes are put into an order unless somebody else did meanwhile', async () => {
  const made = await integration();
  const ids: string[] = [];
  for (const term of ['a', 'b', 'c'])
    ids.push((await api.admin.post('routes/', { integration_id: made.id, routing_regex: term })).body.id);
  const [a = '', b = '', c = ''] = ids;
  const path = `integrations/${made.id}/routes_order/`;
  expect((await viewer.get(path)).body).toEqual({ order: [a, b, c] });
  expect((await viewer.put(path, { order: [a, b, c] })).status).toBe(403);
  expect((await api.admin.put(path, { order: [c, a, b], was: [a, b, c] })).body).toEqual({ order: [c, a, b] });
  const late = await api.admin.put(path, { order: [b, a, c], was: [a, b, c] });
  expect([late.status, late.body]).toEqual([
    412,
    { detail: 'The object has changed since it was read.', code: 'conflict', order: [c, a, b] },
  ]);
  expect((await api.admin.put(path, { order: [b, a] })).status).toBe(412);
  expect((await api.admin.put(path, { order: [b, a, made.default_route.id] })).status).toBe(412);
  const listed = (await api.admin.get(`routes/?integration_id=${made.id}`)).body.results;
  expect(listed.map((route: { id: string; position: number }) => [route.id, route.position])).toEqual([
    [c, 0],
    [a, 1],
    [b, 2],
    [made.default_route.id, 0],
  ]);
});

test('the catalogue of types, with an example and the default templates of each', async () => {
  const types = (await viewer.get('integration_types/')).body;
  expect(types.slice(0, 3).map((type: { type: string }) => type.type)).toEqual(['alertmanager', 'grafana_alerting', 'webhook']);
  const byType = new Map(types.map((type: { type: string }) => [type.type, type]));
  expect(byType.get('direct_paging')).toMatchObject({ is_creatable: false, is_demo_alert_enabled: false });
  expect(byType.get('legacy_alertmanager')).toMatchObject({ is_creatable: false, is_legacy: true });
  const { body } = await viewer.get('integration_types/formatted_webhook');
  expect(body).toMatchObject({
    display_name: 'Formatted webhook',
    is_available_for_integration_heartbeat: true,
    demo_alert_payload: expect.objectContaining({ alert_uid: expect.any(String) }),
    default_templates: { grouping_key: expect.stringContaining('alert_uid'), web: { title: expect.any(String) } },
  });
  expect((await viewer.get('integration_types/none')).status).toBe(404);
});

test('integrations are found by part of the name, type, labels and maintenance', async () => {
  const made = await integration({ type: 'zabbix', name: 'Plant One', labels: [label('plant', '1'), label('line', 'a')] });
  api.clock.advance({ seconds: 1 }); // the list is by creation
  const other = await integration({ type: 'zabbix', name: 'Plant Two', labels: [label('plant', '2')] });
  const found = async (query: string) =>
    (await viewer.get(`integrations/?${query}`)).body.results.map((each: { id: string }) => each.id);
  expect(await found('search=plant')).toEqual([made.id, other.id]);
  expect(await found('type=zabbix&search=TWO')).toEqual([other.id]);
  expect(await found('label=plant:1&label=line:a')).toEqual([made.id]);
  expect(await found('label=plant:1&label=line:b')).toEqual([]);
  expect(await found('label=plant')).toEqual([]);
  await editor.post(`integrations/${other.id}/maintenance_start/`, { mode: 'debug', duration: 60 });
  expect(await found('search=plant&in_maintenance=true')).toEqual([other.id]);
  expect(await found('search=plant&in_maintenance=false')).toEqual([made.id]);
});

test('an integration of a legacy type becomes one of the plain type and keeps its link', async () => {
  const made = await integration({ type: 'alertmanager', templates: { grouping_key: 'x' } });
  expect((await api.admin.post(`integrations/${made.id}/migrate/`)).body).toMatchObject({ detail: 'Integration is not legacy' });
  await api.db.updateTable('integration').set({ type: 'legacy_alertmanager' }).where('id', '=', made.id).execute();
  expect((await editor.post(`integrations/${made.id}/migrate/`)).status).toBe(403);
  const migrated = await api.admin.post(`integrations/${made.id}/migrate/`);
  expect(migrated.body).toMatchObject({ type: 'alertmanager', link: made.link, templates: { grouping_key: null } });
  const row = await api.db.selectFrom('integration').select('type').where('id', '=', made.id).executeTakeFirstOrThrow();
  expect(row.type).toBe('alertmanager');
});

test('whether the source may resolve is a setting', async () => {
  const made = await integration({ allow_source_based_resolving: false });
  expect(made.allow_source_based_resolving).toBe(false);
  const changed = await api.admin.patch(`integrations/${made.id}/`, { allow_source_based_resolving: true });
  expect(changed.body.allow_source_based_resolving).toBe(true);
});
