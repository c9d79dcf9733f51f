/** Calls the API of a server with a token. */
export function createApi(url, token) {
  return async (method, path, body) => {
    const response = await fetch(`${url}/api/v1/${path}`, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: token }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
    return text === '' ? null : JSON.parse(text);
  };
}

const PASSWORD = 'correct horse battery staple';
const PEOPLE = [
  ['ida', 'Ida Berg', 'Europe/Oslo'],
  ['jonas', 'Jonas Lindqvist', 'Europe/Stockholm'],
  ['mira', 'Mira Patel', 'Asia/Kolkata'],
  ['tomas', 'Tomás Vega', 'America/New_York'],
];
const ALERTS = [
  [
    'Checkout latency above 2 s',
    'critical',
    'eu-north-1',
    'p95 of `checkout-api` is **2.4 s**, above 2 s for 10 minutes.\n\n- Dashboard: https://grafana.example.net/d/checkout\n- Runbook: https://wiki.example.net/checkout-latency',
  ],
  ['Payment provider answers 502', 'critical', 'eu-north-1', 'One in five calls to the provider fails.'],
  ['Disk of db-3 is 91 % full', 'warning', 'eu-west-1', 'At this rate it is full in **5 hours**.'],
  ['Certificate of api.harbor.example ends in 6 days', 'warning', 'global', 'Renewal failed twice: `DNS challenge timed out`.'],
  ['Queue "invoices" is 40 minutes behind', 'warning', 'eu-west-1', '12 480 messages wait.'],
  ['Crane 7 controller unreachable', 'critical', 'quay-2', 'No answer for 3 minutes.'],
  ['Backup of ledger took 5 h', 'info', 'eu-west-1', 'It usually takes one.'],
  ['Node worker-14 is not ready', 'warning', 'eu-north-1', 'kubelet stopped posting status.'],
];

const monday = () => {
  const now = new Date();
  now.setUTCHours(7, 0, 0, 0);
  now.setUTCDate(now.getUTCDate() - ((now.getUTCDay() + 6) % 7) - 7);
  return now.toISOString().slice(0, 19);
};

/**
 * People, teams, schedules, chains, integrations, webhooks and alert groups in all states: what pictures show.
 * @param receiver address that webhooks call
 */
export async function createDemoData(url, token, receiver) {
  const admin = createApi(url, token);
  const anybody = createApi(url, null);
  const teams = {};
  for (const name of ['Payments', 'Platform']) teams[name] = (await admin('POST', 'teams/', { name })).id;
  const users = {};
  for (const [username, name, timezone] of PEOPLE) {
    const { results } = await admin('POST', 'invitations', {
      emails: [`${username}@harbor.example`],
      role: 'editor',
      team_ids: Object.values(teams),
      send: false,
    });
    const invited = new URL(results[0].url).pathname.split('/').at(-1);
    const accepted = await anybody('POST', 'invitations/accept', {
      token: invited,
      name,
      username,
      password: PASSWORD,
      timezone,
    });
    users[username] = accepted.user_id;
    for (const [type, duration] of [['notify_by_email'], ['wait', 300], ['notify_by_sms']]) {
      await admin('POST', 'personal_notification_rules/', {
        user_id: users[username],
        type,
        ...(duration === undefined ? {} : { duration }),
      });
    }
  }
  const rotation = async (schedule, name, people, level) => {
    await admin('POST', 'on_call_shifts/', {
      name,
      schedule: schedule.id,
      source: 0,
      type: 'rolling_users',
      start: monday(),
      rotation_start: monday(),
      duration: 7 * 86_400,
      frequency: 'weekly',
      interval: 1,
      level,
      week_start: 'MO',
      rolling_users: people.map((person) => [users[person]]),
      start_rotation_from_user_index: 0,
      time_zone: 'Europe/Oslo',
    });
  };
  const primary = await admin('POST', 'schedules/', {
    type: 'web',
    name: 'Payments primary',
    time_zone: 'Europe/Oslo',
    team_id: teams.Payments,
  });
  await rotation(primary, 'Week by week', ['ida', 'jonas', 'mira'], 0);
  const secondary = await admin('POST', 'schedules/', {
    type: 'web',
    name: 'Platform primary',
    time_zone: 'Europe/Oslo',
    team_id: teams.Platform,
  });
  await rotation(secondary, 'Platform weeks', ['tomas', 'mira'], 0);

  const chain = await admin('POST', 'escalation_chains/', { name: 'Payments: wake somebody', team_id: teams.Payments });
  for (const step of [
    { type: 'notify_on_call_from_schedule', notify_on_call_from_schedule: primary.id },
    { type: 'wait', duration: 300 },
    { type: 'notify_on_call_from_schedule', notify_on_call_from_schedule: primary.id, important: true },
    { type: 'wait', duration: 900 },
    { type: 'notify_persons', persons_to_notify: [users.tomas, users.jonas], important: true },
    { type: 'repeat_escalation' },
  ]) {
    await admin('POST', 'escalation_policies/', { escalation_chain_id: chain.id, ...step });
  }
  const calm = await admin('POST', 'escalation_chains/', { name: 'Platform: office hours', team_id: teams.Platform });
  for (const step of [
    { type: 'notify_if_time_from_to', notify_if_time_from: '08:00:00Z', notify_if_time_to: '16:00:00Z' },
    { type: 'notify_on_call_from_schedule', notify_on_call_from_schedule: secondary.id },
  ]) {
    await admin('POST', 'escalation_policies/', { escalation_chain_id: calm.id, ...step });
  }
  const templates = {
    grouping_key: '{{ payload.title }}',
    source_link: 'https://grafana.example.net/alerting/list',
    web: { title: '{{ payload.title }}', message: '{{ payload.message }}' },
  };
  const integrations = [];
  for (const [name, type, chainId, team] of [
    ['Checkout probes', 'webhook', chain.id, teams.Payments],
    ['Grafana production', 'webhook', calm.id, teams.Platform],
  ]) {
    const made = await admin('POST', 'integrations/', { type, name, team_id: team, templates });
    await admin('PUT', `routes/${made.default_route.id}/`, { escalation_chain_id: chainId });
    integrations.push(made);
  }
  for (const [at, [title, severity, region, message]] of ALERTS.entries()) {
    const integration = integrations[at === 0 || at === 1 || at === 4 ? 0 : 1];
    await sendAlert(url, integration.link, {
      title,
      message,
      severity,
      region,
      host: `host-${at + 1}.harbor.example`,
      value: 2.4 + at,
    });
  }
  await sendAlert(url, integrations[0].link, {
    title: ALERTS[0][0],
    message: ALERTS[0][3],
    severity: 'critical',
    region: 'eu-north-1',
    value: 2.9,
  });
  const groups = await waitFor(async () => {
    const { results } = await admin('GET', 'alert_groups/?perpage=50');
    return results.length >= ALERTS.length ? results : null;
  });
  const label = (key, value) => ({ key: { name: key }, value: { name: value } });
  const webhook = await admin('POST', 'webhooks/', {
    name: 'Incident board',
    url: `${receiver}/board/incidents`,
    http_method: 'POST',
    trigger_type: 'status change',
    team: teams.Payments,
    headers: '{"X-Queue": "{{ integration.name }}"}',
    data: '{"summary": "{{ alert_group.title }}", "state": "{{ alert_group.state }}"}',
    forward_all: false,
    labels: [label('service', 'checkout')],
  });
  await admin('POST', 'webhooks/', {
    name: 'Open a ticket',
    url: 'https://tracker.example.net/api/tickets',
    preset: 'simple_webhook',
    trigger_type: 'escalation',
    http_method: 'POST',
    team: teams.Platform,
  });
  const find = (part) => groups.find(({ title }) => title?.includes(part));
  await admin('POST', `alert_groups/${find('Certificate').id}/acknowledge/`);
  await admin('POST', `alert_groups/${find('Node worker').id}/acknowledge/`);
  await admin('POST', `alert_groups/${find('Disk of').id}/silence/`, { delay: 7_200 });
  await admin('POST', `alert_groups/${find('Backup').id}/resolve/`);
  await admin('POST', 'resolution_notes/', {
    alert_group_id: find('Certificate').id,
    text: 'Asked the DNS team; they fix the zone today.',
  });
  await admin('POST', 'time_off/', {
    user_id: (await admin('GET', 'users/current')).id,
    starts_at: `${new Date().getUTCFullYear() + 1}-07-05T22:00:00Z`,
    ends_at: `${new Date().getUTCFullYear() + 1}-07-19T22:00:00Z`,
    note: 'Sailing',
  });
  await waitFor(async () => (await admin('GET', `webhooks/${webhook.id}/responses`)).results.length >= 3);
  return { group: find('Checkout'), webhook, integration: integrations[0], chain, schedule: primary, users, teams, admin };
}

/** Sends an alert to an integration, by whatever name it is reached here. */
export async function sendAlert(url, link, payload) {
  const { pathname } = new URL(link);
  const response = await fetch(`${url}${pathname}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(payload),
  });
  if (!response.ok) throw new Error(`alert: ${response.status} ${await response.text()}`);
}

/** Asks again until there is an answer. */
export async function waitFor(ask, { everyMs = 200, withinMs = 60_000 } = {}) {
  const end = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error('It did not come within a minute');
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
