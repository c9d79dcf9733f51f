import { addIntegrations, addOldGroups, makeChain } from './lib/fixtures.js';
import { aboutMachine, ms, percentile, readOptions, round } from './lib/measure.js';
import { startServer } from './lib/server.js';

const options = readOptions(
  `npm run bench:api-lists -- [--rows 100000] [--requests 20]

Every list of the API with many rows of its resource: the first page, the hundredth, by cursor, and by its usual filters: median and
99th percentile, and in brackets the processor time of one request, of the server and its database together. Wanted: under 50 ms.
\`--only alert\` measures the lists whose names hold the word.`,
  { rows: 100_000, requests: 20, only: '' },
);

/** One row of each resource, made over the API, from which the others are copied. */
async function makeTemplates(api) {
  const team = await api('teams/', { name: 'bench' });
  const chain = await api('escalation_chains/', { name: 'bench 0', team_id: team.id });
  await api('escalation_policies/', { escalation_chain_id: chain.id, type: 'wait', duration: 60 });
  const integration = await api('integrations/', { type: 'webhook', name: 'bench 0', team_id: team.id });
  await api('schedules/', { name: 'bench 0', type: 'calendar', time_zone: 'UTC', team_id: team.id });
  const at = { start: '2026-01-01T00:00:00', duration: 3_600, time_zone: 'UTC' };
  await api('on_call_shifts/', { name: 'bench 0', type: 'single_event', users: [], team_id: team.id, ...at });
  await api('webhooks/', {
    name: 'bench 0',
    url: 'https://example.net/',
    http_method: 'POST',
    trigger_type: 'escalation',
    team: team.id,
  });
  const { id: user } = await api('users/current');
  await api('personal_notification_rules/', { user_id: user, type: 'wait', duration: 60 });
  return { team: team.id, chain: chain.id, integration: integration.id };
}

/** Copies the newest row of a table, each with an id, a name and a time of its own. `own` gives more values by SQL over `i`. */
async function multiply(pool, table, prefix, own = {}, only = 'true') {
  const values = {
    id: `'${prefix}' || lpad(i::text, 12, '0')`,
    created_at: `x.created_at - make_interval(secs => i)`,
    ...own,
  };
  const pairs = Object.entries(values).map(([key, value]) => `'${key}', ${value}`);
  await pool.query(
    `insert into ${table} select r.* from (select * from ${table} where ${only} order by created_at desc limit 1) x,
       generate_series(1, $1::int) i, lateral jsonb_populate_record(null::${table}, to_jsonb(x) || jsonb_build_object(${pairs.join(', ')})) r`,
    [options.rows],
  );
}

const noteGroups = (pool) =>
  pool.query(
    `insert into resolution_note (organization_id, id, alert_group_id, source, origin, text, created_at)
     select organization_id, 'M' || id, id, 'Web', 'web', 'restarted it', started_at from alert_group`,
  );

/** As many records of changes as rows, of which the chain of hashes says nothing true. */
const fillAudit = (pool, organizationId) =>
  pool.query(
    `insert into audit_record select a.organization_id, a.seq - i, a.at - make_interval(secs => i), a.actor_type, a.actor_id, a.actor_name,
       a.via, a.ip, a.user_agent, a.request_id, a.action_type, a.action_name, a.resource_type, a.resource_id, a.resource_name, a.team_id,
       a.before_json, a.after_json, a.note, a.prev_hash, a.hash
     from (select * from audit_record where organization_id = $1 order by seq limit 1) a, generate_series(1, $2::int) i`,
    [organizationId, options.rows],
  );

async function fill(server, api) {
  const made = await makeTemplates(api);
  const direct = await server.pool.connect();
  await direct.query('set session_replication_role = replica'); // without triggers: the rows are whole
  const name = { name: `'bench ' || i` };
  await multiply(direct, 'team', 'T', { ...name, grafana_id: `1000 + i` });
  await multiply(direct, 'users', 'U', {
    username: `'bench' || i`,
    email: `'bench' || i || '@example.net'`,
    grafana_id: `1000 + i`,
  });
  await multiply(direct, 'escalation_chain', 'F', name);
  await multiply(direct, 'escalation_step', 'E', { escalation_chain_id: `'F' || lpad(i::text, 12, '0')` });
  await multiply(direct, 'integration', 'C', { ...name, token: `'bench' || i` }, `type = 'webhook'`);
  await multiply(direct, 'route', 'R', { integration_id: `'C' || lpad(i::text, 12, '0')` });
  await multiply(direct, 'schedule', 'S', name);
  await multiply(direct, 'on_call_shift', 'O', name);
  await multiply(direct, 'webhook', 'WH', name);
  await multiply(direct, 'notification_rule', 'N', { user_id: `'U' || lpad(i::text, 12, '0')` });
  direct.release(true);
  const { chainId, organizationId } = await makeChain(server.pool);
  await fillAudit(server.pool, organizationId);
  await addIntegrations(server.pool, organizationId, chainId, 100);
  await addOldGroups(server.pool, organizationId, options.rows);
  await noteGroups(server.pool);
  await server.pool.query('vacuum analyze');
  return made;
}

/** Times of a list, and the processor time of one request, which says more where other programs run beside it. */
async function measure({ url, processorSeconds }, token, path) {
  const took = [];
  const before = processorSeconds();
  for (let i = 0; i < options.requests; i += 1) {
    const startedMs = performance.now();
    const response = await fetch(`${url}/api/v1/${path}`, { headers: { Authorization: token } });
    const body = await response.json();
    took.push(performance.now() - startedMs);
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${JSON.stringify(body)}`);
  }
  const after = processorSeconds();
  const used = after.server - before.server + after.database - before.database;
  return { p50: percentile(took, 0.5), p99: percentile(took, 0.99), processor: (used * 1_000) / options.requests };
}

console.log(aboutMachine());
const server = await startServer({ env: { API_REQUESTS_PER_MINUTE: '1000000' } });
try {
  const token = await server.apiToken();
  const api = async (path, body) => {
    const response = await fetch(`${server.url}/api/v1/${path}`, {
      headers: { Authorization: token, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const { team, chain, integration } = await fill(server, api);
  console.log(`${round(options.rows)} rows of each`);
  const named = ['name=bench%2050', `team_id=${team}`];
  const lists = {
    alert_groups: ['state=resolved', `integration_id=${integration}`],
    alerts: [`integration_id=${integration}`],
    integrations: named,
    routes: [`integration_id=${integration}`],
    escalation_chains: named,
    escalation_policies: [`escalation_chain_id=${chain}`],
    schedules: named,
    on_call_shifts: named,
    webhooks: named,
    users: ['username=bench50', 'search=bench50', 'permission=notifications:read'],
    teams: ['name=bench%2050', 'search=bench%2050'],
    personal_notification_rules: ['important=false'],
    resolution_notes: [],
    'alert_groups/stats': [`integration_id=${integration}`],
    audit: ['action_type=team'],
  };
  for (const [resource, filters] of Object.entries(lists)) {
    if (!resource.includes(options.only)) continue;
    const cases = [...(resource.includes('stats') ? [''] : ['page=1', 'page=100', 'cursor=']), ...filters];
    const cells = [];
    for (const query of cases) {
      const { p50, p99, processor } = await measure(server, token, `${resource}/?${query}`);
      cells.push(`${query} ${ms(p50)}/${ms(p99)} (${ms(processor)})`);
    }
    console.log(`${resource.padEnd(28)} ${cells.join('; ')}`);
  }
} finally {
  await server.stop();
}
