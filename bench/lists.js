import { addIntegrations, addOldGroups, makeChain } from './lib/fixtures.js';
import { aboutMachine, createLoad, ms, pagesOwed, percentile, readOptions, round, settled, until } from './lib/measure.js';
import { startServer } from './lib/server.js';

const options = readOptions(
  `npm run bench:lists -- [--groups 200000] [--requests 40] [--alerts 4000]

Lists of alert groups over the API with many of them in the table (1,000,000 for the full run): the first page, the hundredth, and those
of filters; and alerts handled a second compared with an empty table.`,
  { groups: 200_000, requests: 40, alerts: 4_000 },
);

const LISTS = {
  'first page': 'page=1',
  'hundredth page': 'page=100',
  'hundredth page of 100': 'page=100&perpage=100',
  'firing, first page': 'state=new&page=1',
  'resolved, hundredth page': 'state=resolved&page=100',
};

async function readLists({ url, apiToken }) {
  const headers = { Authorization: await apiToken() };
  for (const [name, query] of Object.entries(LISTS)) {
    const took = [];
    for (let i = 0; i < options.requests; i += 1) {
      const startedMs = performance.now();
      const response = await fetch(`${url}/api/v1/alert_groups/?${query}`, { headers });
      const { results } = await response.json();
      took.push(performance.now() - startedMs);
      if (response.status !== 200 || results.length === 0)
        throw new Error(`${query}: ${response.status}, ${results?.length} groups`);
    }
    console.log(`  ${name.padEnd(26)} p50 ${ms(percentile(took, 0.5))} p99 ${ms(percentile(took, 0.99))}`);
  }
}

/** New groups up to their first notification job. @returns alerts a second, and processor seconds for each */
async function handle({ pool, processorSeconds }, load) {
  await load({ total: 1_000 });
  await settled(pool);
  const before = await pagesOwed(pool);
  const used = processorSeconds();
  const startedMs = performance.now();
  await load({ total: options.alerts });
  await until(async () => (await pagesOwed(pool)) >= before + options.alerts, 25);
  const seconds = (performance.now() - startedMs) / 1_000;
  const { server, database } = processorSeconds();
  return { rate: options.alerts / seconds, cost: (server - used.server + database - used.database) / options.alerts };
}

console.log(aboutMachine());
const server = await startServer({ env: { API_REQUESTS_PER_MINUTE: '1000000' } });
try {
  const { chainId, organizationId } = await makeChain(server.pool);
  const tokens = await addIntegrations(server.pool, organizationId, chainId, 100);
  const load = createLoad({ port: server.port, tokens, connections: 64, depth: 1 });
  const empty = await handle(server, load);
  await addOldGroups(server.pool, organizationId, options.groups);
  console.log(`${round(options.groups)} alert groups`);
  await readLists(server);
  const full = await handle(server, load);
  const ratio = (n) => n.toFixed(2);
  console.log(
    `  handled  ${round(empty.rate)}/s with an empty table, ${round(full.rate)}/s with a full one: ${ratio(full.rate / empty.rate)}; by processor time ${ratio(empty.cost / full.cost)}`,
  );
} finally {
  await server.stop();
}
