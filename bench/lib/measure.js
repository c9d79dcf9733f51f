// What the benchmarks share: the load generator as a call, waiting, and words for figures.
import { fork } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { sleep } from './server.js';

/**
 * Options of a benchmark from its command line, numbers where the default is one. `--help` prints `usage` and ends.
 * @param defaults by name; a list is given and taken as numbers separated by commas
 */
export function readOptions(usage, defaults) {
  const options = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [
      name,
      typeof value === 'boolean' ? { type: 'boolean', default: value } : { type: 'string', default: String(value) },
    ]),
  );
  const { values } = parseArgs({ options: { ...options, help: { type: 'boolean', default: false } } });
  if (values.help) {
    console.log(usage);
    process.exit(0);
  }
  return Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => {
      const given = values[name];
      if (Array.isArray(value)) return [name, given.split(',').map(Number)];
      return [name, typeof value === 'number' ? Number(given) : given];
    }),
  );
}

export const aboutMachine = () => `${cpus().length} processors, Node ${process.version}`;

/** Makes the load on a server, each call a generator of its own; alerts of one call never repeat those of another. */
export function createLoad({ port, tokens, connections, depth }) {
  let offset = 0;
  return async (options) => {
    const child = fork(fileURLToPath(new URL('load.js', import.meta.url)), { stdio: 'inherit' });
    const answer = new Promise((resolve) => child.once('message', resolve));
    child.send({ port, tokens, connections, depth, seconds: 10, rate: null, total: null, groups: null, offset, ...options });
    const result = await answer;
    child.kill();
    offset += result.answered + 1_000;
    return result;
  };
}

export const count = async (pool, table) => Number((await pool.query(`select count(*) as n from ${table}`)).rows[0].n);

/** First notification jobs so far, read off their numbers: to count the rows takes the database longer than to write them. */
export const pagesOwed = async (pool) => Number((await pool.query('select last_value from delivery_id_seq')).rows[0].last_value);

/** @returns seconds until `test` holds */
export async function until(test, everyMs = 100) {
  const started = performance.now();
  while (!(await test())) await sleep(everyMs);
  return (performance.now() - started) / 1000;
}

/** Alerts that were accepted have all been handled, and what they caused at once has been done. */
export const settled = (pool) =>
  until(async () => {
    const { rows } = await pool.query(
      `select exists (select from inbound_alert) or exists (select from delivery where state in ('owed', 'sending') and due_at <= now()) as busy`,
    );
    return !rows[0].busy;
  });

export const perAlert = (from, to, alerts) =>
  `server ${Math.round(((to.server - from.server) * 1e6) / alerts)} + database ${Math.round(((to.database - from.database) * 1e6) / alerts)} µs`;

export const percentile = (values, p) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN;
};

export const round = (n) => Math.round(n).toLocaleString('en-US');
export const ms = (n) => `${n.toFixed(1)} ms`;
export const mb = ({ server, database }) => `${server + database} MB (server ${server}, database ${database})`;
