// npm run bench:ingest -- [--integrations 1,100,10000] [--seconds 10] [--alerts 20000] [--connections 64] [--depth 1] [--groups-before 0]
//
// How many alerts a second are accepted (durable, answered 200) and how many are handled up to their first notification, with the
// server, its database and the load generator on the same machine.
import { fork } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { addIntegrations, addOldGroups, makeChain } from './fixtures.js';
import { startServer } from './server.js';

const { values: args } = parseArgs({
  options: {
    integrations: { type: 'string', default: '1,100,10000' },
    seconds: { type: 'string', default: '10' },
    alerts: { type: 'string', default: '20000' },
    connections: { type: 'string', default: '64' },
    depth: { type: 'string', default: '1' },
    'groups-before': { type: 'string', default: '0' },
  },
});
const seconds = Number(args.seconds);
const connections = Number(args.connections);
const depth = Number(args.depth);
let offset = 0;

async function load(options) {
  const child = fork(fileURLToPath(new URL('load.js', import.meta.url)), { stdio: 'inherit' });
  const answer = new Promise((resolve) => child.once('message', resolve));
  child.send({ connections, depth, seconds, rate: null, total: null, groups: 1e9, offset, ...options });
  const result = await answer;
  child.kill();
  offset += result.answered + 1_000;
  return result;
}

const count = async (pool, sql) => Number((await pool.query(sql)).rows[0].n);
const waiting = (pool) => count(pool, 'select count(*) as n from inbound_alert');
const pages = (pool) => count(pool, 'select count(*) as n from delivery');

async function until(test) {
  const started = performance.now();
  while (!(await test())) await new Promise((resolve) => setTimeout(resolve, 100));
  return (performance.now() - started) / 1000;
}

const perAlert = (from, to, alerts) =>
  `server ${Math.round(((to.server - from.server) * 1e6) / alerts)} + database ${Math.round(((to.database - from.database) * 1e6) / alerts)}`;

const round = (n) => Math.round(n).toLocaleString('en-US');
const ms = (n) => `${n.toFixed(1)} ms`;

async function scenario(integrations) {
  const server = await startServer();
  try {
    const { pool, port } = server;
    const atRest = server.memoryMb();
    const { chainId, organizationId } = await makeChain(pool);
    const tokens = await addIntegrations(pool, organizationId, chainId, integrations);
    if (Number(args['groups-before']) > 0) await addOldGroups(pool, organizationId, Number(args['groups-before']));
    const to = { port, tokens };
    await load({ ...to, seconds: 3, total: null });
    await until(async () => (await waiting(pool)) === 0);

    const before = await pages(pool);
    const usedBefore = server.processorSeconds();
    const accepted = await load(to);
    const acceptedRate = accepted.answered / accepted.seconds;
    const backlog = await waiting(pool);
    const drainSeconds = await until(async () => (await waiting(pool)) === 0);
    await until(async () => (await pages(pool)) >= before + accepted.answered);

    const perAccepted = perAlert(usedBefore, server.processorSeconds(), accepted.answered);

    const total = Number(args.alerts);
    const pagesBefore = await pages(pool);
    const usedAtHandled = server.processorSeconds();
    const started = performance.now();
    const sent = await load({ ...to, total });
    await until(async () => (await pages(pool)) >= pagesBefore + total);
    const handledRate = total / ((performance.now() - started) / 1000);

    const perHandled = perAlert(usedAtHandled, server.processorSeconds(), total);
    const half = await load({ ...to, rate: 4_000 });
    await until(async () => (await waiting(pool)) === 0);
    console.log(
      [
        `${round(integrations)} integrations`,
        `  accepted        ${round(acceptedRate)}/s  p50 ${ms(accepted.p50)} p99 ${ms(accepted.p99)}  ${JSON.stringify(accepted.statuses)}`,
        `  then drained    ${round(backlog / Math.max(drainSeconds, 0.1))}/s  (${round(backlog)} waiting)`,
        `  handled         ${round(handledRate)}/s up to the first notification, ${round(total)} new groups sent in ${sent.seconds.toFixed(1)} s`,
        `  at 4,000/s      ${round(half.answered / half.seconds)}/s  p50 ${ms(half.p50)} p99 ${ms(half.p99)} max ${ms(half.max)}  ${JSON.stringify(half.statuses)}`,
        `  processor time  µs for an alert, accepted and handled: ${perAccepted}, ${perHandled} (other processes on this machine do not count)`,
        `  memory          ${atRest} MB at rest, ${server.memoryMb()} MB after`,
      ].join('\n'),
    );
  } finally {
    await server.stop();
  }
}

console.log(`${cpus().length} processors, Node ${process.version}, ${connections} connections, ${depth} in flight on each`);
for (const integrations of args.integrations.split(',').map(Number)) await scenario(integrations);
