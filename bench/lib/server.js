// Runs the program as users run it, on a folder of its own, and measures what it and its database use.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const root = new URL('../../', import.meta.url);
const bin = fileURLToPath(new URL('apps/server/bin/tocsin.js', root));
const SECONDS_TO_START = 60;

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const readOrEmpty = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // the process has ended meanwhile
  }
};

/** Fields of /proc/PID/stat from the state on: [1] is the parent, [11] and [12] its ticks, [13] and [14] those of ended children. */
const statOf = (pid) =>
  readOrEmpty(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ');

/** Ids of a process and all below it. */
function family(pid) {
  const children = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(statOf(name)[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const all = [];
  const add = (id) => {
    all.push(id);
    for (const child of children.get(id) ?? []) add(child);
  };
  add(pid);
  return all;
}

/** Resident kilobytes of processes, shared memory counted once. */
const proportionalKb = (pids) =>
  pids.reduce((kb, id) => kb + Number(/^Pss:\s+(\d+)/m.exec(readOrEmpty(`/proc/${id}/smaps_rollup`))?.[1] ?? 0), 0);

const ticksOf = (pid, withEndedChildren) => {
  const fields = statOf(pid);
  if (fields.length < 16) return 0;
  return Number(fields[11]) + Number(fields[12]) + (withEndedChildren ? Number(fields[13]) + Number(fields[14]) : 0);
};

/** A database of its own for a server of which only the web role runs: nothing takes the accepted alerts up. */
async function startDatabase(dataDir) {
  const { openEmbedded } = await import(new URL('apps/server/dist/platform/postgres/index.js', root).href);
  const { createLogger } = await import(new URL('apps/server/dist/platform/log.js', root).href);
  const database = await openEmbedded({ dataDir, purpose: 'server', log: createLogger({ level: 'warn' }, process.stderr) });
  const { user, password, host, port, database: name } = database.connection;
  const settings = {
    DATABASE_HOST: host,
    DATABASE_PORT: String(port),
    DATABASE_USER: user,
    DATABASE_PASSWORD: password,
    DATABASE_NAME: name,
    SECRET_KEY: 'only for this benchmark',
  };
  return { settings, close: () => database.close() };
}

async function untilReady(url, child) {
  for (const endMs = performance.now() + SECONDS_TO_START * 1_000; performance.now() < endMs && child.exitCode === null; ) {
    const isReady = await fetch(`${url}/ready/`).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) return;
    await sleep(20);
  }
  throw new Error('the server did not start');
}

/**
 * @param options.role `all`, or `web`: alerts are accepted and wait
 * @param options.env more settings of the server
 * @param options.dataDir a folder that stays; one of its own, removed at the end, when left out
 */
export async function startServer({ role = 'all', env = {}, dataDir } = {}) {
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), 'tocsin-bench-'));
  const port = await freePort();
  const database = role === 'web' ? await startDatabase(folder) : null;
  const child = spawn(
    process.execPath,
    [
      ...(process.env.BENCH_NODE_OPTIONS ?? '').split(' ').filter(Boolean),
      bin,
      'serve',
      '--setup',
      ...(role === 'all' ? [] : ['--role', role]),
    ],
    {
      env: {
        ...process.env,
        DATA_DIR: folder,
        PORT: String(port),
        HOST: '127.0.0.1',
        LOG_LEVEL: 'warn',
        ESCALATION_START_DELAY_SECONDS: '0',
        ...database?.settings,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const url = `http://127.0.0.1:${port}`;
  const greeting = new Promise((resolve) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const token = /API token +(\S+)/.exec(text)?.[1];
      if (token !== undefined) resolve(token);
    });
  });
  try {
    await untilReady(url, child);
  } catch (err) {
    await database?.close();
    throw err;
  }
  const access = JSON.parse(readFileSync(join(folder, 'postgres.json'), 'utf8'));
  const postmaster = Number(readFileSync(join(folder, 'postgres-17', 'postmaster.pid'), 'utf8').split('\n')[0]);
  const pool = new pg.Pool({
    host: join(folder, 'postgres-17'),
    port: access.port,
    user: 'tocsin',
    password: access.password,
    database: 'tocsin',
    max: 2,
  });
  pool.on('error', () => undefined);
  return {
    url,
    port,
    pool,
    folder,
    /** Of the first user; said at the first start on a folder. */
    apiToken: () => greeting,
    /** Processor time so far; backends that have ended count in their parent's. */
    processorSeconds: () => ({
      server: ticksOf(child.pid, false) / 100,
      database: family(postmaster).reduce((ticks, id) => ticks + ticksOf(id, true), 0) / 100,
    }),
    memoryMb: () => ({
      server: Math.round(proportionalKb([child.pid]) / 1024),
      database: Math.round(proportionalKb(family(postmaster)) / 1024),
    }),
    async stop() {
      await pool.end();
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
      await database?.close();
      if (dataDir === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
