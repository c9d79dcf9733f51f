import { readFileSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionConfig } from '../../src/platform/db/create-db.ts';
import { createLogger } from '../../src/platform/log.ts';
import { openEmbedded } from '../../src/platform/postgres/index.ts';
import { freePort, killAll, type Launched, launch, processesIn, run } from '../program.ts';

type Env = Record<string, string>;

const READY_WITHIN_MS = 180_000;
const CLUSTER = 'postgres-17';

/** What a kill hits. `backend` is one session's process, after which PostgreSQL restarts its others by itself. */
export type Target = 'everything' | 'server' | 'web' | 'worker' | 'postgres' | 'backend';

/** A running installation whose processes can be killed, and which is then brought back as an operator's supervisor would. */
export interface Installation {
  readonly targets: readonly Target[];
  readonly connection: ConnectionConfig;
  /** What all processes have printed. */
  output(): string;
  /** The address of a process that takes alerts; it changes with every start of that process. */
  url(random: () => number): string;
  /** SIGKILL. Returns when the processes are gone. */
  kill(target: Target, random: () => number): Promise<void>;
  /** Starts what does not run; does not wait until it is ready. */
  restart(): void;
  /** Settles when every process is ready. */
  ready(): Promise<void>;
  /** SIGTERM. @returns exit codes */
  stop(): Promise<(number | null)[]>;
  /** Ends whatever still runs. */
  close(): Promise<void>;
}

/** One process of the program, started again under its own port as often as needed. */
class Program {
  readonly #env: Env;
  readonly #args: string[];
  readonly #port: number;
  #current: Launched | null = null;
  #past = '';

  private constructor(env: Env, args: string[], port: number) {
    this.#env = { ...env, HOST: '127.0.0.1', PORT: String(port) };
    this.#args = args;
    this.#port = port;
  }

  static async create(env: Env, args: string[]): Promise<Program> {
    return new Program(env, args, await freePort());
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  output(): string {
    return this.#past + (this.#current?.output() ?? '');
  }

  start(): void {
    if (this.#current !== null && !this.#current.hasExited()) return;
    this.#past = this.output();
    this.#current = launch(this.#env, this.#args);
  }

  async kill(): Promise<void> {
    this.#current?.child.kill('SIGKILL');
    await this.#current?.exited;
  }

  async ready(): Promise<void> {
    const deadlineMs = performance.now() + READY_WITHIN_MS;
    let last = 'no answer';
    while (performance.now() < deadlineMs) {
      if (this.#current === null || this.#current.hasExited())
        throw new Error(`a process ended by itself:\n${this.output().slice(-4_000)}`);
      const answer = await fetch(`${this.url}/ready/`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
      if (answer?.status === 200) return;
      if (answer !== null) last = `${answer.status} ${await answer.text().catch(String)}`;
      await sleep(25);
    }
    const what = `${this.#args.join(' ')} was not ready within ${READY_WITHIN_MS / 1_000} s (${last})`;
    throw new Error(`${what}:\n${this.output().slice(-4_000)}`);
  }

  async stop(): Promise<number | null> {
    this.#current?.child.kill('SIGTERM');
    return (await this.#current?.exited) ?? null;
  }
}

/** The processes of a cluster: postmaster and children, from the one that started first. */
const clusterProcesses = (cluster: string): number[] => processesIn(cluster).sort((a, b) => a - b);

/** Kills a process of one session: the youngest ones are sessions, the first are PostgreSQL's own. */
function killBackend(cluster: string, random: () => number): void {
  const sessions = clusterProcesses(cluster).filter((pid) => isSession(pid));
  const victim = sessions[Math.floor(random() * sessions.length)];
  if (victim !== undefined) killAll([victim]);
}

function isSession(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith('postgres: tocsin tocsin');
  } catch {
    return false; // it ended meanwhile
  }
}

/** `tocsin serve` with the PostgreSQL inside, as `npm start` runs it. */
export async function startEmbedded(folder: string, env: Env): Promise<Installation> {
  const program = await Program.create({ ...env, DATA_DIR: folder }, ['--setup']);
  program.start();
  await program.ready();
  const cluster = await realpath(join(folder, CLUSTER));
  const access = JSON.parse(readFileSync(join(folder, 'postgres.json'), 'utf8')) as { password: string; port: number };
  return {
    targets: ['everything', 'server', 'postgres', 'backend'],
    connection: { host: cluster, port: access.port, user: 'tocsin', password: access.password, database: 'tocsin' },
    output: () => program.output(),
    url: () => program.url,
    async kill(target, random) {
      if (target === 'backend') killBackend(cluster, random);
      if (target === 'everything' || target === 'postgres') killAll(clusterProcesses(cluster));
      if (target === 'everything' || target === 'server') await program.kill();
      // What the server started while it was being killed belongs to the same tree.
      if (target === 'everything') killAll(clusterProcesses(cluster));
    },
    restart: () => program.start(),
    ready: () => program.ready(),
    stop: async () => [await program.stop()],
    async close() {
      await program.kill();
      killAll(clusterProcesses(cluster));
    },
  };
}

/** Two web processes and two workers on one PostgreSQL, which is started again by this process when it dies. */
export async function startSplit(folder: string, env: Env): Promise<Installation> {
  const postgres = await openEmbedded({ dataDir: folder, purpose: 'server', log: createLogger({ level: 'silent' }) });
  const cluster = await realpath(join(folder, CLUSTER));
  const { connection } = postgres;
  const socket = `?host=${encodeURIComponent(String(connection.host))}`;
  const url = `postgresql://${connection.user}:${connection.password}@localhost:${connection.port}/${connection.database}${socket}`;
  const own = { ...env, DATABASE_URL: url, SECRET_KEY: 'the secret key of all tests', DATA_DIR: join(folder, 'unused') };
  const migrated = await run(['migrate'], own);
  if (migrated.code !== 0) throw new Error(migrated.err);
  const webs = [await Program.create(own, ['--setup', '--role', 'web']), await Program.create(own, ['--setup', '--role', 'web'])];
  const workers = [await Program.create(own, ['--role', 'worker']), await Program.create(own, ['--role', 'worker'])];
  const all = [...webs, ...workers];
  const one = (of: readonly Program[], random: () => number): Program => of[Math.floor(random() * of.length)] as Program;
  const ready = async () => {
    await Promise.all(all.map((program) => program.ready()));
  };
  const close = async () => {
    await Promise.all(all.map((program) => program.kill()));
    await postgres.close();
  };
  for (const program of all) program.start();
  await ready().catch(async (err) => {
    await close();
    throw err;
  });
  return {
    targets: ['everything', 'web', 'worker', 'postgres', 'backend'],
    connection,
    output: () => all.map((program) => program.output()).join('\n'),
    url: (random) => one(webs, random).url,
    async kill(target, random) {
      if (target === 'backend') killBackend(cluster, random);
      if (target === 'everything' || target === 'postgres') killAll(clusterProcesses(cluster));
      if (target === 'web') await one(webs, random).kill();
      if (target === 'worker') await one(workers, random).kill();
      if (target === 'everything') await Promise.all(all.map((program) => program.kill()));
    },
    restart: () => {
      for (const program of all) program.start();
    },
    ready,
    stop: () => Promise.all(all.map((program) => program.stop())),
    close,
  };
}
