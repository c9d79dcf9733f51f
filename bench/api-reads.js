import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { addIntegrations, addOldGroups, makeChain } from './lib/fixtures.js';
import { aboutMachine, ms, readOptions, round } from './lib/measure.js';
import { startServer } from './lib/server.js';

const options = readOptions(
  `npm run bench:api-reads -- [--seconds 8] [--connections 32]

Authenticated reads a second over the API, of one path after the other, and the processor time of each: of the server and of its
database.`,
  { seconds: 8, connections: 32 },
);

/** @returns what the load generator saw */
async function load(message) {
  const child = fork(fileURLToPath(new URL('lib/read-load.js', import.meta.url)), { stdio: 'inherit' });
  const answer = new Promise((resolve) => child.once('message', resolve));
  child.send(message);
  const result = await answer;
  child.kill();
  return result;
}

/** A schedule with one rotation of one person, who is on call. @returns its id */
async function makeSchedule({ url }, token) {
  const api = async (path, body) => {
    const headers = { Authorization: token, 'Content-Type': 'application/json' };
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(`${url}/api/v1/${path}`, { headers, ...sent });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const { id: user } = await api('users/current');
  const rotation = {
    frequency: 'daily',
    start: '2026-01-01T00:00:00',
    duration: 86_400,
    rolling_users: [[user]],
    start_rotation_from_user_index: 0,
  };
  const shift = await api('on_call_shifts/', { name: 'bench', type: 'rolling_users', time_zone: 'UTC', ...rotation });
  return (await api('schedules/', { name: 'bench', type: 'calendar', time_zone: 'UTC', shifts: [shift.id] })).id;
}

console.log(aboutMachine());
const server = await startServer({ env: { API_REQUESTS_PER_MINUTE: '1000000' } });
try {
  const { chainId, organizationId } = await makeChain(server.pool);
  await addIntegrations(server.pool, organizationId, chainId, 100);
  await addOldGroups(server.pool, organizationId, 1_000);
  const one = async (table) =>
    (await server.pool.query(`select id from ${table} where organization_id = $1 limit 1`, [organizationId])).rows[0].id;
  const [integration, group] = [await one('integration'), await one('alert_group')];
  const token = await server.apiToken();
  const schedule = await makeSchedule(server, token);
  const paths = [
    'users/current',
    `alert_groups/${group}`,
    'alert_groups/?perpage=10',
    `schedules/${schedule}`,
    `integrations/${integration}`,
    `escalation_chains/${chainId}`,
  ];
  for (const path of paths) {
    const message = { port: server.port, token, paths: [`/api/v1/${path}`], connections: options.connections };
    await load({ ...message, seconds: 2 });
    const before = server.processorSeconds();
    const seen = await load({ ...message, seconds: options.seconds });
    const after = server.processorSeconds();
    const cost = {
      server: (after.server - before.server) / seen.answered,
      database: (after.database - before.database) / seen.answered,
    };
    if (Object.keys(seen.statuses).join() !== '200') throw new Error(`answers: ${JSON.stringify(seen.statuses)}`);
    console.log(
      `${path.replace(/[A-Z0-9]{8,}/, '{id}').padEnd(26)} ${round(seen.answered / seen.seconds)} reads/s, p50 ${ms(seen.p50)}, p99 ${ms(seen.p99)}; ` +
        `each takes ${ms(cost.server * 1_000)} of a processor in the server, ${ms(cost.database * 1_000)} in the database`,
    );
  }
} finally {
  await server.stop();
}
