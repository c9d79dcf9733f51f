import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PROGRAM = join(ROOT, 'apps/server/bin/tocsin.js');

/** Builds the program from the sources as they are; whether their types fit is another check's question. */
export function build(): void {
  spawnSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-b'], { cwd: ROOT, stdio: 'ignore' });
  spawnSync(process.execPath, [join(ROOT, 'scripts/bundle.js')], { cwd: ROOT, stdio: 'ignore' });
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export type Finished = { code: number | null; out: string; err: string };
type Env = Record<string, string>;

/** Only what the program needs, so that the machine's own variables do not reach it. */
const environment = (env: Env): Env => ({ PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env });

/** Runs a command to its end. */
export function run(args: string[], env: Env, stdin = ''): Promise<Finished> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { env: environment(env), stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(stdin);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}

export type Launched = {
  child: ChildProcess;
  output: () => string;
  hasExited: () => boolean;
  exited: Promise<number | null>;
};

/** Starts a server and does not wait for it. */
export function launch(env: Env, args: string[]): Launched {
  const child = spawn(process.execPath, [PROGRAM, 'serve', ...args], {
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  let ended = false;
  const exited = new Promise<number | null>((resolve) =>
    child.on('close', (code) => {
      ended = true;
      resolve(code);
    }),
  );
  return { child, output: () => output, hasExited: () => ended, exited };
}

export type Server = {
  url: string;
  child: ChildProcess;
  output: () => string;
  exited: Promise<number | null>;
  get(path: string): Promise<{ status: number; text: string }>;
};

/** Starts a server, on the port of `env` or any free one, and waits until it is ready; throws with its output when it ends instead. */
export async function serve(env: Env, args: string[] = ['--setup']): Promise<Server> {
  const port = env.PORT ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const { child, output, hasExited, exited } = launch({ HOST: '127.0.0.1', PORT: String(port), ...env }, args);
  const get = async (path: string) => {
    const answer = await fetch(url + path);
    return { status: answer.status, text: await answer.text() };
  };
  while (!hasExited()) {
    const ready = await get('/ready/').catch(() => null);
    if (ready?.status === 200) return { url, child, output, exited, get };
    await sleep(20);
  }
  throw new Error(`the server ended: ${output()}`);
}

/** Asks again until the answer satisfies, for at most a minute; what is waited for is another process's doing. */
export async function eventually<T>(ask: () => Promise<T>, satisfies: (answer: T) => boolean): Promise<T> {
  const deadlineMs = performance.now() + 60_000;
  for (;;) {
    const answer = await ask();
    if (satisfies(answer) || performance.now() > deadlineMs) return answer;
    await sleep(20);
  }
}

/** Numbers of the live processes that stand in a folder; a PostgreSQL stands in its cluster's. */
export function processesIn(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && standsIn(name, folder))
    .map(Number);
}

/** Kills processes, of which some may have ended meanwhile: children of the first ones do. */
export function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (err) {
      if ((err as NodeJS.ErrnoException).code !== 'ESRCH') throw err; // it ended meanwhile
    }
  }
}

function standsIn(pid: string, folder: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === folder;
  } catch {
    return false; // it ended meanwhile
  }
}
