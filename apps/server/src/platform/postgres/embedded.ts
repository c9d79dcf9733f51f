import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { ConnectionConfig } from '../db/create-db.ts';
import type { Log } from '../log.ts';
import { chooseAccount } from './account.ts';
import {
  type Access,
  configureCluster,
  type DataFolder,
  dataFolder,
  ensureAccess,
  ensureCluster,
  SUPERUSER,
  usesSocket,
} from './folder.ts';
import {
  lastLogLines,
  PostgresError,
  type Postmaster,
  removeStaleLock,
  runningPostmaster,
  sendSignal,
  spawnPostmaster,
  stopPostmaster,
} from './postmaster.ts';
import { prepareRuntime } from './runtime.ts';
import type { ServerSettings } from './settings.ts';

const DATABASE = 'tocsin';
const START_WITHIN_MS = 60_000;
/** How long a killed server's session may take to go away. */
const REFUSE_AFTER_MS = 3_000;
/** Session locks in the database `postgres`: the one server holds SERVING, everybody who uses the cluster shares USING. */
const LOCKS = 7_205_760;
const SERVING = 1;
const USING = 2;

export type EmbeddedOptions = {
  dataDir: string;
  /** A server keeps the database up and is alone; a command comes and goes beside it. */
  purpose: 'server' | 'command';
  log: Log;
  settings?: ServerSettings;
  /** Where PostgreSQL's programs are copied to; below the data folder when left out. */
  runtimeDir?: string;
  /** false leaves the new cluster's files to the operating system; for tests. */
  sync?: boolean;
};

export interface EmbeddedPostgres {
  connection: ConnectionConfig;
  /** Lets go of the database, and stops it when nobody else uses it. Close all other connections first. */
  close(): Promise<void>;
}

type Reach = { client: pg.Client } | { problem: 'absent' | 'busy'; err: unknown };

const connectionTo = (folder: DataFolder, access: Access, database: string): ConnectionConfig => ({
  host: usesSocket(folder) ? folder.cluster : '127.0.0.1',
  port: access.port,
  user: SUPERUSER,
  password: access.password,
  database,
});

async function reach(folder: DataFolder, access: Access, name: string): Promise<Reach> {
  const client = new pg.Client({
    ...connectionTo(folder, access, 'postgres'),
    application_name: name,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  client.on('error', () => undefined); // 'end' follows, which the lease watches
  try {
    await client.connect();
    return { client };
  } catch (err) {
    const code = err instanceof Error && 'code' in err ? err.code : undefined;
    await client.end().catch(() => undefined);
    if (code === '28P01')
      throw new PostgresError(`${folder.access} does not hold the password of the database beside it`, { cause: err });
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return { problem: 'absent', err };
    return { problem: 'busy', err };
  }
}

/** Starts the cluster's server; null when another process was faster or an earlier server's sessions still end. */
async function start(
  folder: DataFolder,
  access: Access,
  options: EmbeddedOptions,
): Promise<{ access: Access; postmaster: Postmaster }> {
  const account = chooseAccount(folder.cluster);
  const runtime = await prepareRuntime(options.runtimeDir ?? join(folder.path, 'runtime'), account, options.log);
  await ensureCluster(folder, access, runtime, account, options.sync ?? true);
  const chosen = await configureCluster(folder, access, account, options.settings ?? {});
  removeStaleLock(folder.cluster);
  const postmaster = spawnPostmaster(runtime, folder.cluster, account, folder.logFile);
  options.log.info({ postgresPid: postmaster.pid, user: account?.name }, 'embedded PostgreSQL starts');
  return { access: chosen, postmaster };
}

/**
 * Ends the server that this process started when that of another process was faster. It would end by itself, unless it is so slow that
 * the other one is stopped by then; nobody would stop it after that.
 */
async function endLoser(folder: DataFolder, started: Postmaster | null): Promise<void> {
  const running = runningPostmaster(folder.cluster);
  if (started === null || started.pid <= 0 || started.hasExited() || running === null || running === started.pid) return;
  sendSignal(started.pid, 'SIGTERM');
  await started.exited;
}

/** A session with the cluster's server, which is started when it does not run. */
async function ensureRunning(folder: DataFolder, options: EmbeddedOptions): Promise<{ client: pg.Client; access: Access }> {
  const deadlineMs = performance.now() + START_WITHIN_MS;
  let access = await ensureAccess(folder);
  let postmaster: Postmaster | null = null;
  let lastProblem: unknown;
  while (performance.now() < deadlineMs) {
    const reached = await reach(folder, access, `tocsin ${options.purpose} ${process.pid}`);
    if ('client' in reached) {
      await endLoser(folder, postmaster);
      return { client: reached.client, access };
    }
    lastProblem = reached.err;
    const isStarting = (postmaster !== null && !postmaster.hasExited()) || runningPostmaster(folder.cluster) !== null;
    if (reached.problem === 'absent' && !isStarting) {
      // A server that ended at once lost a race, or waits for a dead one's sessions: once more, more slowly.
      if (postmaster !== null) await sleep(250);
      ({ access, postmaster } = await start(folder, access, options));
    }
    await sleep(15);
    access = await ensureAccess(folder);
  }
  throw new PostgresError(
    `The embedded PostgreSQL did not start within a minute: ${String(lastProblem)}\n${lastLogLines(folder.logFile)}`,
  );
}

const tryLock = async (client: pg.Client, kind: 'exclusive' | 'shared', lock: number): Promise<boolean> => {
  const call = kind === 'exclusive' ? 'pg_try_advisory_lock' : 'pg_try_advisory_lock_shared';
  const answer = await client.query<{ locked: boolean }>(`select ${call}($1, $2) as locked`, [LOCKS, lock]);
  return answer.rows[0]?.locked === true;
};

async function servingProcess(client: pg.Client): Promise<string> {
  const answer = await client.query<{ name: string }>(
    `select a.application_name as name from pg_locks l join pg_stat_activity a using (pid)
     where l.locktype = 'advisory' and l.classid = $1 and l.objid = $2 and l.granted limit 1`,
    [LOCKS, SERVING],
  );
  return answer.rows[0]?.name.split(' ').at(-1) ?? 'unknown';
}

/** Takes the place that `purpose` asks for. False while the server is being stopped by whoever used it last. */
async function takePlace(client: pg.Client, folder: DataFolder, purpose: EmbeddedOptions['purpose']): Promise<boolean> {
  if (!(await tryLock(client, 'shared', USING))) return false;
  if (purpose === 'command') return true;
  for (let waitedMs = 0; !(await tryLock(client, 'exclusive', SERVING)); waitedMs += 50) {
    if (waitedMs >= REFUSE_AFTER_MS) {
      throw new PostgresError(
        `Another Tocsin server (process ${await servingProcess(client)}) uses the data folder ${folder.path}. Stop it first, or set DATA_DIR to another folder.`,
      );
    }
    await sleep(50);
  }
  return true;
}

async function openLease(folder: DataFolder, options: EmbeddedOptions): Promise<{ client: pg.Client; access: Access }> {
  for (;;) {
    const { client, access } = await ensureRunning(folder, options);
    try {
      if (await takePlace(client, folder, options.purpose)) return { client, access };
    } catch (err) {
      await client.end().catch(() => undefined);
      if (err instanceof PostgresError) throw err;
      options.log.warn({ err }, 'the embedded PostgreSQL went away while it was being opened');
    }
    await client.end().catch(() => undefined);
    await sleep(50);
  }
}

async function ensureDatabase(client: pg.Client): Promise<void> {
  const found = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
  if (found.rowCount !== 0) return;
  await client.query(`create database ${DATABASE}`).catch((err: unknown) => {
    const code = err instanceof Error && 'code' in err ? err.code : undefined;
    if (code !== '42P04' && code !== '23505') throw err; // else another process made it meanwhile
  });
}

/**
 * The PostgreSQL of a data folder: joins the one that runs, be it another process's or left by a killed one, or starts it. For a
 * server it is started again whenever it dies.
 * @throws PostgresError when another server uses the folder, or PostgreSQL cannot run
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const folder = dataFolder(resolve(options.dataDir));
  let closing = false;
  let recovery: Promise<void> = Promise.resolve();
  let lease = await openLease(folder, options);
  await ensureDatabase(lease.client);
  const first = lease.access;

  const recover = async () => {
    for (let waitMs = 50; !closing; waitMs = Math.min(waitMs * 2, 5_000)) {
      try {
        lease = await openLease(folder, options);
        if (lease.access.port !== first.port) throw new PostgresError('The embedded PostgreSQL came back on another port');
        watch(lease.client);
        options.log.info('the embedded PostgreSQL is back');
        return;
      } catch (err) {
        options.log.error({ err }, 'the embedded PostgreSQL is not back yet');
        await sleep(waitMs);
      }
    }
  };
  const watch = (client: pg.Client) =>
    client.once('end', () => {
      if (closing) return;
      options.log.error('the embedded PostgreSQL went away');
      recovery = recover();
    });
  if (options.purpose === 'server') watch(lease.client);

  return {
    connection: connectionTo(folder, first, DATABASE),
    async close() {
      closing = true;
      await recovery;
      const { client } = lease;
      try {
        await client.query('select pg_advisory_unlock_shared($1, $2)', [LOCKS, USING]);
        if (await tryLock(client, 'exclusive', USING)) await stopPostmaster(folder.cluster);
      } catch (err) {
        options.log.warn({ err }, 'the embedded PostgreSQL had gone before it was stopped');
      }
      await client.end().catch(() => undefined);
    },
  };
}
