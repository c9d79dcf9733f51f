import { addIntegrations, addOldGroups, makeChain } from './lib/fixtures.js';
import {
  aboutMachine,
  count,
  createLoad,
  mb,
  ms,
  pagesOwed,
  perAlert,
  readOptions,
  round,
  settled,
  until,
} from './lib/measure.js';
import { startServer } from './lib/server.js';

const options = readOptions(
  `npm run bench:ingest -- [--integrations 1,100,10000] [--mixed 100] [--seconds 3] [--alerts 10000] [--rate 4000] [--connections 64]
                        [--depth 1] [--groups-before 0] [--only accept|handle]

How many alerts a second are accepted (stored durably, answered 200), first while they only wait, as at a process with the web role, then,
with the numbers of integrations that --mixed names, while the same process handles them; and how many are handled up to their first
notification job, each alert a new alert group. Server, database and load generator share the machine. Figures of
processor time hold also where other processes are at work.`,
  {
    integrations: [1, 100, 10_000],
    mixed: [100],
    seconds: 3,
    alerts: 10_000,
    rate: 4_000,
    connections: 64,
    depth: 1,
    'groups-before': 0,
    only: '',
  },
);
const { seconds, connections, depth } = options;

const latency = ({ p50, p99, max, statuses }) => `p50 ${ms(p50)} p99 ${ms(p99)} max ${ms(max)}  ${JSON.stringify(statuses)}`;
const rateOf = (result) => `${round(result.answered / result.seconds)}/s`.padEnd(9);

async function prepare(server, integrations) {
  const { chainId, organizationId } = await makeChain(server.pool);
  const tokens = await addIntegrations(server.pool, organizationId, chainId, integrations);
  if (options['groups-before'] > 0) await addOldGroups(server.pool, organizationId, options['groups-before']);
  return createLoad({ port: server.port, tokens, connections, depth });
}

/** What waits is never taken up: a database that another process handles, and this one only accepts. */
async function accept(integrations) {
  const server = await startServer({ role: 'web' });
  try {
    const load = await prepare(server, integrations);
    await load({ seconds: 2 });
    const before = server.processorSeconds();
    const accepted = await load({ seconds });
    console.log(`  accept only     ${rateOf(accepted)} ${latency(accepted)}`);
    console.log(`                  ${perAlert(before, server.processorSeconds(), accepted.answered)} of processor time each`);
    const half = await load({ seconds, rate: options.rate });
    console.log(`    at ${round(options.rate)}/s    ${rateOf(half)} ${latency(half)}`);
  } finally {
    await server.stop();
  }
}

async function handle(integrations) {
  const server = await startServer();
  try {
    const { pool } = server;
    const atRest = server.memoryMb();
    const load = await prepare(server, integrations);
    await load({ total: 2_000 });
    await settled(pool);

    const jobsBefore = await pagesOwed(pool);
    const usedBefore = server.processorSeconds();
    const startedMs = performance.now();
    const sent = await load({ total: options.alerts });
    await until(async () => (await pagesOwed(pool)) >= jobsBefore + options.alerts, 25);
    const handledRate = options.alerts / ((performance.now() - startedMs) / 1_000);
    const used = perAlert(usedBefore, server.processorSeconds(), options.alerts);
    console.log(
      `  handled         ${round(handledRate)}/s up to the first notification job, ${round(options.alerts)} new groups sent in ${sent.seconds.toFixed(1)} s`,
    );
    console.log(`                  ${used} of processor time each`);
    await settled(pool);

    if (!options.mixed.includes(integrations)) return;
    const both = await load({ seconds });
    const backlog = await count(pool, 'inbound_alert');
    console.log(`  accept + handle ${rateOf(both)} ${latency(both)}`);
    const drainSeconds = await until(async () => (await count(pool, 'inbound_alert')) === 0);
    console.log(`    then drained  ${round(backlog / Math.max(drainSeconds, 0.1))}/s (${round(backlog)} waited)`);
    await settled(pool);

    const half = await load({ seconds, rate: options.rate });
    console.log(`    at ${round(options.rate)}/s    ${rateOf(half)} ${latency(half)}`);
    await settled(pool);
    console.log(`  memory          ${mb(atRest)} at rest, ${mb(server.memoryMb())} after`);
  } finally {
    await server.stop();
  }
}

console.log(`${aboutMachine()}, ${connections} connections, ${depth} in flight on each`);
for (const integrations of options.integrations) {
  console.log(`${round(integrations)} integrations`);
  if (options.only !== 'handle') await accept(integrations);
  if (options.only !== 'accept') await handle(integrations);
}
