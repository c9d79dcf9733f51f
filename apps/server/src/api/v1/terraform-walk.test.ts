import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiUser, type ApiWorld, startApi } from '../../testing/api.ts';

/**
 * The calls that Terraform's provider for Grafana makes for `grafana_oncall_*`, in its order: create, read, a plan that must be
 * empty, each field changed, import, destroy (http-api-alerting.md 3.2 and 4.1, http-api-oncall.md 13).
 */
type Body = Record<string, unknown>;
type Walk = {
  path: string;
  create: () => Body;
  /** Changes of single fields, each sent with all the others. */
  changes: () => Body[];
  /** Keys that are sent on creation only. */
  createOnly?: string[];
  /** Keys that are not read back: write-only ones, secrets. */
  unread?: string[];
};

let api: ApiWorld;
let admin: ApiUser;
const ids: Record<string, string> = {};
beforeAll(async () => {
  api = await startApi();
  admin = api.admin;
  ids.user = (await api.user('noor', 'editor')).id;
  const made = async (path: string, body: Body): Promise<string> => {
    const answer = await admin.post(`${path}/`, body);
    expect(answer.status, answer.text).toBe(201);
    return answer.body.id;
  };
  ids.team = await made('teams', { name: 'payments', members: [admin.id] });
  ids.chain = await made('escalation_chains', { name: 'shared', team_id: '' });
  ids.otherChain = await made('escalation_chains', { name: 'other', team_id: '' });
  ids.integration = await made('integrations', { name: 'shared', type: 'alertmanager', team_id: '' });
  ids.otherUser = (await api.user('mira', 'editor')).id;
  ids.otherTeam = await made('teams', { name: 'storage', members: [] });
  ids.otherSchedule = await made('schedules', { name: 'other', type: 'web', team_id: '' });
  ids.otherWebhook = await made('webhooks', {
    name: 'other',
    url: 'https://example.net/',
    http_method: 'POST',
    trigger_type: 'escalation',
  });
  ids.webhook = await made('webhooks', {
    name: 'shared',
    url: 'https://example.net/',
    http_method: 'POST',
    trigger_type: 'escalation',
    preset: '',
    team: '',
  });
  ids.shift = await made('on_call_shifts', {
    name: 'shared',
    type: 'single_event',
    start: '2026-03-02T08:00:00',
    duration: 3600,
    users: [admin.id],
    team_id: '',
  });
  ids.schedule = await made('schedules', {
    name: 'shared',
    type: 'web',
    team_id: '',
    slack: { channel_id: null, user_group_id: null },
  });
});
afterAll(() => api[Symbol.asyncDispose]());

/** What the provider takes for one: it decodes null into empty values. */
const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  value === false ||
  value === 0 ||
  (Array.isArray(value) && value.length === 0);

/** Where what is read differs from what was sent, as a plan would show it. */
function drift(sent: unknown, read: unknown, at = ''): string[] {
  if (isEmpty(sent) && isEmpty(read)) return [];
  if (sent !== null && typeof sent === 'object' && !Array.isArray(sent)) {
    const found = (read ?? {}) as Body;
    return Object.entries(sent).flatMap(([key, value]) =>
      at === '.default_route' && key === 'id' ? [] : drift(value, found[key], `${at}.${key}`),
    );
  }
  return JSON.stringify(sent) === JSON.stringify(read) ? [] : [`${at}: ${JSON.stringify(sent)} → ${JSON.stringify(read)}`];
}

const routeMessengers = {
  slack: { channel_id: null, enabled: false },
  telegram: { id: null, enabled: false },
  msteams: { id: null, enabled: false },
};
const texts = (name: string) => ({
  title: `${name} title`,
  message: `{{ payload.${name} }}`,
  image_url: 'https://example.net/{{ 1 }}.png',
});
const unset = { title: null, message: null, image_url: null };
const noTemplates = {
  grouping_key: null,
  resolve_signal: null,
  acknowledge_signal: null,
  source_link: null,
  slack: unset,
  web: unset,
  msteams: unset,
  telegram: unset,
  phone_call: { title: null },
  sms: { title: null },
  email: { title: null, message: null },
  mobile_app: { title: null, message: null },
};
const allTemplates = {
  grouping_key: '{{ payload.id }}',
  resolve_signal: '{{ payload.ok }}',
  acknowledge_signal: '{{ payload.ack }}',
  source_link: '{{ payload.url }}',
  slack: texts('slack'),
  web: texts('web'),
  msteams: texts('msteams'),
  telegram: texts('telegram'),
  phone_call: { title: ' kept as it is ' },
  sms: { title: 'sms' },
  email: { title: 'email', message: 'two\nlines' },
  mobile_app: { title: 'app', message: 'app' },
};
const label = (name: string, value: string) => ({ key: { name }, value: { name: value } });
const defaultRoute = () => ({ id: '', escalation_chain_id: ids.chain, ...routeMessengers });
const webhook = {
  name: 'terraform',
  team: '',
  preset: '',
  url: 'https://example.net/{{ alert_group_id }}',
  http_method: 'POST',
  trigger_type: 'escalation',
  data: null,
  headers: null,
  username: null,
  password: null,
  authorization_header: null,
  trigger_template: null,
  forward_all: false,
  integration_filter: null,
  is_webhook_enabled: true,
};
const shift = {
  name: 'terraform',
  team_id: '',
  level: 0,
  start: '2026-03-02T08:00:00',
  duration: 3600,
  until: null,
  frequency: null,
  users: null,
  interval: null,
  by_day: null,
  by_month: null,
  by_monthday: null,
  source: 3,
  rolling_users: null,
  time_zone: null,
  start_rotation_from_user_index: null,
};
const schedule = {
  name: 'terraform',
  team_id: '',
  ical_url_primary: null,
  ical_url_overrides: null,
  enable_web_overrides: false,
  slack: { channel_id: null, user_group_id: null },
  shifts: null,
};
/** @param altered each field of the type once more, with another value */
const step = (type: string, body: Body = {}, altered: Body = {}): Walk => ({
  path: 'escalation_policies',
  create: () => ({ escalation_chain_id: ids.chain, type, position: 0, manual_order: true, important: false, ...resolved(body) }),
  changes: () => [
    { position: 3 },
    { position: 0 },
    ...(IMPORTANT.has(type) ? [{ important: true }, { important: false }] : []),
    ...Object.entries(resolved(altered)).map(([key, value]) => ({ [key]: value })),
  ],
  createOnly: ['escalation_chain_id'],
  unread: ['manual_order', ...(type === 'notify_person_next_each_time' ? ['persons_to_notify'] : [])],
});
const IMPORTANT: ReadonlySet<string> = new Set([
  'notify_persons',
  'notify_person_next_each_time',
  'notify_on_call_from_schedule',
  'notify_next_on_call_from_schedule',
  'notify_team_members',
]);

/** Names in braces are ids that exist only once the test has begun. */
const resolved = (body: Body): Body =>
  JSON.parse(JSON.stringify(body).replaceAll(/\{(\w+)\}/g, (_match, name: string) => ids[name] ?? name));

const WALKS: [string, Walk][] = [
  [
    'escalation_chain',
    {
      path: 'escalation_chains',
      create: () => ({ name: 'terraform', team_id: '' }),
      changes: () => [{ name: 'renamed' }, { team_id: ids.team }, { team_id: '' }],
    },
  ],
  [
    'integration',
    {
      path: 'integrations',
      create: () => ({
        name: 'terraform',
        type: 'alertmanager',
        team_id: '',
        templates: noTemplates,
        default_route: defaultRoute(),
      }),
      changes: () => [
        { name: 'renamed' },
        { team_id: ids.team },
        { team_id: '' },
        { templates: allTemplates },
        {
          labels: [label('service', 'shop'), label('env', 'prod')],
          dynamic_labels: [label('severity', '{{ payload.severity }}')],
        },
        { labels: [], dynamic_labels: [] },
        { default_route: { ...defaultRoute(), escalation_chain_id: ids.otherChain } },
        {
          default_route: { ...defaultRoute(), slack: { channel_id: null, enabled: true }, telegram: { id: null, enabled: true } },
        },
        { default_route: { ...defaultRoute(), msteams: { id: '19:general', enabled: true } } },
        { default_route: { id: '', escalation_chain_id: null } },
        { templates: noTemplates },
      ],
      createOnly: ['type'],
      // Beside the names a label has other keys, which the provider does not read.
      unread: ['labels', 'dynamic_labels'],
    },
  ],
  [
    'route',
    {
      path: 'routes',
      create: () => ({
        integration_id: ids.integration,
        routing_type: 'regex',
        routing_regex: 'us-(east|west)',
        position: 0,
        manual_order: true,
        ...routeMessengers,
      }),
      changes: () => [
        { escalation_chain_id: ids.chain },
        { routing_regex: '"severity": "critical"' },
        { routing_type: 'jinja2', routing_regex: "{{ payload.severity == 'critical' }}" },
        { position: 4 },
        { escalation_chain_id: ids.otherChain },
        { slack: { channel_id: null, enabled: true } },
        { msteams: { id: '19:general', enabled: true } },
      ],
      createOnly: ['integration_id'],
      unread: ['manual_order'],
    },
  ],
  ['escalation: wait', step('wait', { duration: 300 }, { duration: 900 })],
  [
    'escalation: notify_persons',
    step('notify_persons', { persons_to_notify: ['{user}'] }, { persons_to_notify: ['{otherUser}'] }),
  ],
  [
    'escalation: notify_person_next_each_time',
    step('notify_person_next_each_time', { persons_to_notify: ['{user}'] }, { persons_to_notify: ['{user}', '{otherUser}'] }),
  ],
  [
    'escalation: notify_team_members',
    step('notify_team_members', { team_to_notify: '{team}' }, { team_to_notify: '{otherTeam}' }),
  ],
  [
    'escalation: notify_on_call_from_schedule',
    step(
      'notify_on_call_from_schedule',
      { notify_on_call_from_schedule: '{schedule}' },
      { notify_on_call_from_schedule: '{otherSchedule}' },
    ),
  ],
  [
    'escalation: notify_next_on_call_from_schedule',
    step(
      'notify_next_on_call_from_schedule',
      { notify_on_call_from_schedule: '{schedule}' },
      { notify_on_call_from_schedule: '{otherSchedule}' },
    ),
  ],
  [
    'escalation: trigger_webhook',
    step('trigger_webhook', { action_to_trigger: '{webhook}' }, { action_to_trigger: '{otherWebhook}' }),
  ],
  [
    'escalation: notify_if_time_from_to',
    step(
      'notify_if_time_from_to',
      { notify_if_time_from: '09:15:00Z', notify_if_time_to: '18:00:00Z' },
      { notify_if_time_from: '22:00:00Z', notify_if_time_to: '06:30:59Z' },
    ),
  ],
  [
    'escalation: notify_if_num_alerts_in_window',
    step(
      'notify_if_num_alerts_in_window',
      { num_alerts_in_window: 3, num_minutes_in_window: 10 },
      { num_alerts_in_window: 30, num_minutes_in_window: 60 },
    ),
  ],
  ['escalation: repeat_escalation', step('repeat_escalation')],
  ['escalation: resolve', step('resolve')],
  ['escalation: declare_incident', step('declare_incident', { severity: 'critical' }, { severity: 'set-from-label' })],
  [
    'outgoing_webhook',
    {
      path: 'webhooks',
      create: () => webhook,
      changes: () => [
        { name: 'renamed' },
        { url: 'https://example.net/other' },
        { http_method: 'PUT' },
        ...[
          'alert group created',
          'acknowledge',
          'resolve',
          'silence',
          'unsilence',
          'unresolve',
          'unacknowledge',
          'status change',
          'personal notification',
          'resolution note added',
          'incident declared',
          'incident changed',
          'incident resolved',
        ].map((trigger_type) => ({ trigger_type })),
        { data: '{"a": "{{ payload }}"}', forward_all: false },
        { forward_all: true },
        { headers: '{"X-Team": "payments"}' },
        { username: 'u', password: 'p', authorization_header: 'Bearer x' },
        { trigger_template: '{{ true }}' },
        { integration_filter: [ids.integration] },
        { integration_filter: null },
        { team: ids.team },
        { team: '' },
        ...['GET', 'DELETE', 'OPTIONS', 'PATCH', 'POST'].map((http_method) => ({ http_method })),
        { is_webhook_enabled: false },
        { preset: 'advanced_webhook' },
      ],
      unread: ['password', 'authorization_header'],
    },
  ],
  [
    'outgoing_webhook: simple preset',
    {
      path: 'webhooks',
      create: () => ({ ...webhook, preset: 'simple_webhook', forward_all: true }),
      changes: () => [
        { name: 'renamed' },
        { url: 'https://example.net/other' },
        { team: ids.team },
        { is_webhook_enabled: false },
      ],
    },
  ],
  [
    'integration: inbound_email',
    {
      path: 'integrations',
      create: () => ({
        name: 'mail',
        type: 'inbound_email',
        team_id: ids.team,
        templates: allTemplates,
        default_route: defaultRoute(),
      }),
      changes: () => [{ name: 'post' }, { team_id: '' }],
      createOnly: ['type'],
    },
  ],
  [
    'on_call_shift',
    {
      path: 'on_call_shifts',
      create: () => ({
        ...shift,
        type: 'recurrent_event',
        frequency: 'weekly',
        interval: 2,
        week_start: 'SU',
        by_day: ['MO', 'FR'],
        users: [ids.user],
        time_zone: 'Europe/Berlin',
      }),
      changes: () => [
        { name: 'renamed' },
        { until: '2027-01-01T00:00:00' },
        { level: 2 },
        { team_id: ids.team },
        { start: '2026-03-09T09:30:00', duration: 7200 },
        { users: [] },
        {
          type: 'rolling_users',
          frequency: 'daily',
          interval: 1,
          week_start: undefined,
          by_day: null,
          users: null,
          rolling_users: [[ids.user], [admin.id]],
          start_rotation_from_user_index: 1,
        },
        {
          type: 'single_event',
          frequency: null,
          interval: null,
          until: null,
          rolling_users: null,
          start_rotation_from_user_index: null,
          users: [ids.user],
        },
        { type: 'recurrent_event', frequency: 'monthly', interval: 1, by_month: [1, 6], by_monthday: [1, -1] },
        { frequency: 'hourly', interval: 12, by_month: null, by_monthday: null },
      ],
      unread: ['source'],
    },
  ],
  [
    'schedule: calendar',
    {
      path: 'schedules',
      create: () => ({ ...schedule, type: 'calendar', time_zone: 'America/New_York', shifts: [ids.shift] }),
      changes: () => [
        { name: 'renamed' },
        { time_zone: 'Europe/Paris' },
        { enable_web_overrides: true },
        { ical_url_overrides: 'https://example.net/overrides.ics' },
        { ical_url_overrides: null },
        { shifts: null },
        { team_id: ids.team },
      ],
      createOnly: ['type'],
    },
  ],
  [
    'schedule: ical',
    {
      path: 'schedules',
      create: () => ({ ...schedule, type: 'ical', ical_url_primary: 'https://example.net/a.ics' }),
      changes: () => [
        { ical_url_primary: 'https://example.net/b.ics' },
        { ical_url_overrides: 'https://example.net/c.ics' },
        { name: 'renamed' },
      ],
      createOnly: ['type'],
    },
  ],
  [
    'schedule: web',
    {
      path: 'schedules',
      create: () => ({ ...schedule, type: 'web' }),
      changes: () => [{ name: 'renamed' }, { time_zone: 'Europe/Paris' }, { team_id: ids.team }],
      createOnly: ['type'],
    },
  ],
  [
    'user_notification_rule',
    {
      path: 'personal_notification_rules',
      create: () => ({ user_id: ids.user, type: 'wait', duration: 900, position: 0, manual_order: true }),
      changes: () => [
        { duration: 300 },
        ...[
          'notify_by_slack',
          'notify_by_sms',
          'notify_by_phone_call',
          'notify_by_telegram',
          'notify_by_mobile_app',
          'notify_by_mobile_app_critical',
          'notify_by_email',
          'notify_by_msteams',
        ].map((type) => ({ type, duration: undefined })),
        { position: 2 },
        { type: 'wait', duration: 3600 },
      ],
      createOnly: ['user_id'],
      unread: ['manual_order'],
    },
  ],
  [
    'user_notification_rule: important',
    {
      path: 'personal_notification_rules',
      create: () => ({ user_id: ids.user, type: 'notify_by_sms', important: true, position: 0, manual_order: true }),
      changes: () => [{ type: 'notify_by_phone_call' }, { position: 1 }],
      createOnly: ['user_id', 'important'],
      unread: ['manual_order'],
    },
  ],
];

describe('terraform walks', () => {
  test.each(WALKS)('%s', async (_name, walk) => {
    const { path, createOnly = [], unread = [] } = walk;
    const without = (body: Body, keys: readonly string[]): Body =>
      Object.fromEntries(Object.entries(body).filter(([key]) => !keys.includes(key)));
    const sent = walk.create();
    const created = await admin.post(`${path}/`, sent, {
      'x-grafana-url': 'https://grafana.example.net/',
      'user-agent': 'Terraform/1.11 terraform-provider-grafana/4',
    });
    expect(created.status, created.text).toBe(201);
    const url = `${path}/${created.body.id}/`;
    const read = async (): Promise<Body> => {
      const answer = await admin.get(url);
      expect(answer.status, answer.text).toBe(200);
      return answer.body;
    };
    expect(drift(without(sent, unread), await read())).toEqual([]);
    let configured = without(sent, createOnly);
    for (const change of walk.changes()) {
      configured = JSON.parse(JSON.stringify({ ...configured, ...change })); // what is undefined is not sent
      const changed = await admin.put(url, configured);
      expect(changed.status, `${JSON.stringify(configured)} ${changed.text}`).toBe(200);
      const first = await read();
      expect(drift(without(configured, unread), first), JSON.stringify(change)).toEqual([]);
      expect((await admin.put(url, configured)).status).toBe(200);
      expect(await read()).toEqual(first);
    }
    for (const key of Object.keys(walk.create())) {
      if (unread.includes(key) || isEmpty(configured[key])) continue;
      expect(Object.keys(await read()), 'import reads every configured key').toContain(key);
    }
    expect((await admin.delete(url)).status).toBe(204);
    expect((await admin.get(url)).status).toBe(404);
    expect((await admin.delete(url)).body).toEqual({ detail: 'Not found.' });
  });

  test('round robin people come back under their own name only', async () => {
    const made = await admin.post('escalation_policies/', {
      escalation_chain_id: ids.otherChain,
      type: 'notify_person_next_each_time',
      persons_to_notify: [ids.user],
      important: true,
      manual_order: true,
      position: 0,
    });
    expect(made.body).toEqual({
      id: expect.any(String),
      escalation_chain_id: ids.otherChain,
      position: 0,
      type: 'notify_person_next_each_time',
      important: true,
      persons_to_notify_next_each_time: [ids.user],
    });
  });

  test('labels come back as the same pairs, and absent ones stay', async () => {
    const labels = [label('service', 'shop'), label('env', 'us-east-1')];
    const dynamic_labels = [label('severity', '{{ payload.severity }}')];
    const made = await admin.post('integrations/', {
      name: 'labelled',
      type: 'grafana_alerting',
      team_id: '',
      labels,
      dynamic_labels,
    });
    const { body } = await admin.put(`integrations/${made.body.id}/`, { name: 'labelled still', team_id: '' });
    expect(body.labels).toMatchObject(labels);
    expect(body.dynamic_labels).toMatchObject(dynamic_labels);
    expect(body).toMatchObject({ default_route: { slack: {}, telegram: {} }, templates: { slack: { title: null } } });
    expect(body.link).toBe(made.body.link);
  });

  test('each type that the provider knows is made, and read back under its own name and address', async () => {
    const types =
      'grafana grafana_alerting webhook alertmanager kapacitor fabric newrelic datadog pagerduty pingdom elastalert amazon_sns curler sentry formatted_webhook stackdriver uptimerobot zabbix prtg inbound_email jira zendesk';
    for (const type of types.split(' ')) {
      const made = await admin.post('integrations/', { name: `of ${type}`, type, team_id: '', templates: noTemplates });
      expect([made.status, made.body.type], made.text).toEqual([201, type]);
      if (type === 'inbound_email')
        expect(made.body).toMatchObject({ link: null, inbound_email: expect.stringMatching(/^\w{25}@/) });
      else expect(made.body.link).toMatch(new RegExp(`/integrations/v1/${type}/[A-Za-z0-9]{25}/$`));
      const { body } = await admin.put(`integrations/${made.body.id}/`, { name: `still ${type}`, team_id: '' });
      expect(body).toEqual({ ...made.body, name: `still ${type}` });
      expect((await admin.delete(`integrations/${made.body.id}/`)).status).toBe(204);
    }
  });

  test('listers of what can be imported find each object once, page by page', async () => {
    for (const path of ['on_call_shifts/', 'schedules/', 'personal_notification_rules', 'integrations/', 'users/']) {
      const all = (await admin.get(`${path}?perpage=1000`)).body.results.map(({ id }: { id: string }) => id);
      const found: string[] = [];
      for (let page = 1, next: unknown = ''; next !== null; page += 1) {
        const { body } = await admin.get(`${path}?page=${page}&perpage=2`);
        found.push(...body.results.map(({ id }: { id: string }) => id));
        next = body.next;
      }
      expect(found, path).toEqual(all);
    }
  });

  test('data sources find exactly one by its name', async () => {
    for (const [path, name] of [
      ['escalation_chains/?name=shared', 'shared'],
      ['webhooks?name=shared', 'shared'],
      ['schedules/?name=shared', 'shared'],
      ['teams?name=payments', 'payments'],
      ['on_call_shifts/?name=shared', 'shared'],
      ['integrations/?name=shared', 'shared'],
    ] as const) {
      const { body } = await admin.get(path);
      expect(body, path).toMatchObject({ count: 1, next: null, results: [{ name }] });
    }
    expect((await admin.get('users/?username=noor')).body.results).toMatchObject([{ id: ids.user, role: 'editor' }]);
    for (const path of [
      'slack_channels?channel_name=x',
      'user_groups?slack_handle=x',
      'escalation_chains/?name=share',
      'webhooks?name=Shared',
    ])
      expect((await admin.get(path)).body, path).toMatchObject({ count: 0, results: [], next: null });
  });

  test('twenty steps made at once, in any order, each end where they were asked to', async () => {
    const chain = (await admin.post('escalation_chains/', { name: 'twenty', team_id: '' })).body.id;
    const positions = Array.from({ length: 20 }, (_unused, index) => (index * 7) % 20);
    const made = await Promise.all(
      positions.map((position) =>
        admin.post('escalation_policies/', {
          escalation_chain_id: chain,
          type: 'wait',
          duration: 60 + position,
          position,
          manual_order: true,
          important: false,
        }),
      ),
    );
    expect(made.map(({ status }) => status)).toEqual(positions.map(() => 201));
    const { results } = (await admin.get(`escalation_policies?escalation_chain_id=${chain}`)).body;
    expect(results.map((each: Body) => [each.position, each.duration])).toEqual(
      positions.map((_unused, index) => [index, 60 + index]),
    );
  });
});

test('a client that is given the address of Grafana finds the API there', async () => {
  const headers = { authorization: `Bearer ${admin.token}` };
  const answer = await api.app.inject({ url: '/api/plugins/grafana-irm-app/settings', headers });
  expect(answer.json()).toEqual({ enabled: true, jsonData: { onCallApiUrl: 'https://tocsin.example.net' } });
});
