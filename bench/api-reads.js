import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { addIntegrations, addOldGroups, makeChain } from './lib/fixtures.js';
import { aboutMachine, ms, readOptions, round } from './lib/measure.js';
import { startServer } from './lib/server.js';

const options = readOptions(
  `npm run bench:api-reads -- [--seconds 10] [--connections 32]

Authenticated reads a second over the API, and the processor time of each: of the server and of its database.`,
  { seconds: 10, connections: 32 },
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

console.log(aboutMachine());
const server = await startServer({ env: { API_REQUESTS_PER_MINUTE: '1000000' } });
try {
  const { chainId, organizationId } = await makeChain(server.pool);
  await addIntegrations(server.pool, organizationId, chainId, 100);
  await addOldGroups(server.pool, organizationId, 1_000);
  const one = async (table) =>
    (await server.pool.query(`select id from ${table} where organization_id = $1 limit 1`, [organizationId])).rows[0].id;
  const [integration, group] = [await one('integration'), await one('alert_group')];
  const sets = {
    'single objects': ['users/current', `escalation_chains/${chainId}`, `integrations/${integration}`, `alert_groups/${group}`],
    'who am I': ['users/current'],
    'lists of ten': [
      'escalation_chains/?perpage=10',
      'integrations/?perpage=10',
      'alert_groups/?perpage=10',
      'users/?perpage=10',
    ],
  };
  const token = await server.apiToken();
  for (const [name, paths] of Object.entries(sets)) {
    const message = { port: server.port, token, paths: paths.map((path) => `/api/v1/${path}`), connections: options.connections };
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
      `${name.padEnd(16)} ${round(seen.answered / seen.seconds)} reads/s, p50 ${ms(seen.p50)}, p99 ${ms(seen.p99)}; ` +
        `each takes ${ms(cost.server * 1_000)} of a processor in the server, ${ms(cost.database * 1_000)} in the database`,
    );
  }
} finally {
  await server.stop();
}
