import { randomInt } from 'node:crypto';
import { sql } from 'kysely';
import pg from 'pg';
import type { Clock } from '../clock.ts';
import type { ConnectionConfig } from '../db/create-db.ts';
import type { Db } from '../db/database.ts';
import { newId } from '../ids.ts';
import type { Log } from '../log.ts';

export interface ServerProcessTable {
  id: string;
  role: string;
  /** A live process holds the session advisory lock (LOCK_CLASS, lock_key). */
  lock_key: number;
  started_at: Date;
  beat_at: Date;
  details: { pid: number; host: string; workers: string[] };
}

declare module '../db/database.ts' {
  interface Database {
    server_process: ServerProcessTable;
  }
}

const LOCK_CLASS = 7_205_761;
const BEAT_EVERY_MS = 5_000;
/** A worker writes its name down within moments; a lock older than this under an unknown name has no owner. */
const UNKNOWN_WORKER_MS = 60_000;

/** This process as the others see it. */
export interface Presence {
  readonly id: string;
  /** Names under which this process locks jobs. */
  addWorker(name: string): void;
  /** Workers of this process that have ended; the next sweep gives back the jobs that they could not let go. */
  retireWorkers(names: readonly string[]): void;
  /** Gives back the jobs of processes that are gone. @returns the workers that were unlocked */
  sweep(): Promise<string[]>;
  close(): Promise<void>;
}

export type PresenceOptions = { connection: ConnectionConfig; db: Db; clock: Clock; log: Log; role: string; host: string };

async function connectLocked(connection: ConnectionConfig, lockKey: number, onEnd: () => void): Promise<pg.Client> {
  const client = new pg.Client({
    ...connection,
    application_name: 'tocsin presence',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  client.on('error', () => undefined); // 'end' follows
  await client.connect();
  await client.query('select pg_advisory_lock($1, $2)', [LOCK_CLASS, lockKey]);
  client.once('end', onEnd);
  return client;
}

/** Forgets processes whose lock is free, and names the workers they had. */
async function removeDead(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('server_process').select(['id', 'lock_key', 'details']).execute();
  const workers: string[] = [];
  for (const { id, lock_key, details } of rows) {
    await db.transaction().execute(async (tx) => {
      const lock = await sql<{
        free: boolean;
      }>`select pg_try_advisory_xact_lock(${LOCK_CLASS}::int, ${lock_key}::int) as free`.execute(tx);
      if (lock.rows[0]?.free !== true) return;
      await tx.deleteFrom('server_process').where('id', '=', id).execute();
      workers.push(...details.workers);
    });
  }
  return workers;
}

/**
 * Writes this process down and holds a session lock that ends with it. A job queue's row locks outlive a killed process by hours;
 * this lock does not, and `sweep` gives such jobs back.
 */
export async function joinProcesses(options: PresenceOptions): Promise<Presence> {
  const { connection, db, clock, log } = options;
  const id = newId('P');
  const lockKey = randomInt(2 ** 31);
  const startedAt = clock.now();
  let workers: string[] = [];
  let retired: string[] = [];
  let closed = false;
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;

  const ensureLock = async () => {
    client ??= await connectLocked(connection, lockKey, () => {
      client = null;
    });
  };
  const beat = async () => {
    await ensureLock();
    const row = { beat_at: clock.now(), details: JSON.stringify({ pid: process.pid, host: options.host, workers }) };
    await sql`insert into server_process (id, role, lock_key, started_at, beat_at, details)
      values (${id}, ${options.role}, ${lockKey}, ${startedAt}, ${row.beat_at}, ${row.details}::jsonb)
      on conflict (id) do update set beat_at = excluded.beat_at, details = excluded.details`.execute(db);
  };
  const beatOn = () => {
    timer = setTimeout(async () => {
      await beat().catch((err) => log.warn({ err }, 'this process could not write down that it lives'));
      if (!closed) beatOn();
    }, BEAT_EVERY_MS);
  };

  await beat();
  beatOn();
  return {
    id,
    addWorker: (name) => void workers.push(name),
    retireWorkers(names) {
      workers = workers.filter((name) => !names.includes(name));
      retired = [...retired, ...names];
    },
    async sweep() {
      const ended = retired;
      await beat(); // first, so that no process takes itself for dead
      const gone = await removeDead(db);
      const live = await db.selectFrom('server_process').select('details').execute();
      const known = new Set(live.flatMap(({ details }) => details.workers));
      const before = new Date(clock.now().getTime() - UNKNOWN_WORKER_MS);
      const locked = await sql<{ name: string }>`
        select distinct locked_by as name from graphile_worker._private_jobs
        where locked_by is not null and (locked_at < ${before} or locked_by = any(${ended}::text[]))
        union select distinct locked_by from graphile_worker._private_job_queues
        where locked_by is not null and (locked_at < ${before} or locked_by = any(${ended}::text[]))`.execute(db);
      const orphans = locked.rows.map(({ name }) => name).filter((name) => !known.has(name));
      const names = [...new Set([...gone, ...orphans])];
      if (names.length > 0) {
        await sql`select graphile_worker.force_unlock_workers(${names}::text[])`.execute(db);
        log.warn({ workers: names.length }, 'jobs of dead workers were given back');
      }
      retired = retired.filter((name) => !ended.includes(name));
      return names;
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await db
        .deleteFrom('server_process')
        .where('id', '=', id)
        .execute()
        .catch((err) => log.warn({ err }, 'this process stays written down'));
      await client?.end();
    },
  };
}
