// Runs the program as users run it, with its embedded PostgreSQL, on a folder of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const bin = fileURLToPath(new URL('../../apps/server/bin/tocsin.js', import.meta.url));

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Ids of a process and all below it. */
function family(pid) {
  const children = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const parent = Number(
        readFileSync(`/proc/${name}/stat`, 'utf8')
          .replace(/^.*\) \S /s, '')
          .split(' ')[0],
      );
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch {
      // The process has ended meanwhile.
    }
  }
  const all = [];
  const add = (id) => {
    all.push(id);
    for (const child of children.get(id) ?? []) add(child);
  };
  add(pid);
  return all;
}

const readOrEmpty = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // the process has ended meanwhile
  }
};

/** Resident kilobytes of a process and all below it, shared memory counted once. */
const proportionalKb = (pid) =>
  family(pid).reduce((kb, id) => kb + Number(/^Pss:\s+(\d+)/m.exec(readOrEmpty(`/proc/${id}/smaps_rollup`))?.[1] ?? 0), 0);

/** Seconds of processor time that a process and all below it have used; those of ended children of PostgreSQL are in its own. */
function processorSeconds(pid) {
  const used = { server: 0, database: 0 };
  for (const id of family(pid)) {
    const fields = readOrEmpty(`/proc/${id}/stat`)
      .replace(/^.*\) /s, '')
      .split(' ');
    if (fields.length < 16) continue;
    const ticks = Number(fields[11]) + Number(fields[12]) + (id === pid ? 0 : Number(fields[13]) + Number(fields[14]));
    used[id === pid ? 'server' : 'database'] += ticks / 100;
  }
  return used;
}

/** @param options more arguments of `tocsin serve` */
export async function startServer(options = []) {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-bench-'));
  const port = await freePort();
  const env = {
    ...process.env,
    DATA_DIR: folder,
    PORT: String(port),
    HOST: '127.0.0.1',
    LOG_LEVEL: 'warn',
    ESCALATION_START_DELAY_SECONDS: '0',
  };
  const child = spawn(
    process.execPath,
    [...(process.env.BENCH_NODE_OPTIONS ?? '').split(' ').filter(Boolean), bin, 'serve', '--setup', ...options],
    { env, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries += 1) {
    const isReady = await fetch(`${url}/ready/`).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) break;
    if (tries > 600 || child.exitCode !== null) throw new Error('the server did not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const access = JSON.parse(readFileSync(join(folder, 'postgres.json'), 'utf8'));
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
    processorSeconds: () => processorSeconds(child.pid),
    memoryMb: () => Math.round(proportionalKb(child.pid) / 1024),
    async stop() {
      await pool.end();
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
