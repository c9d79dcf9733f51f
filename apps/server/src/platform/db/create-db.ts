import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Log } from '../log.ts';
import type { Database, Db, Tx } from './database.ts';
import { keepPrepared } from './prepared.ts';
import { endWhenSilent } from './silence.ts';

/** How to reach the database; `host` may be the folder of a Unix socket. Takes what `pg` takes. */
export type ConnectionConfig = pg.ConnectionConfig;

export type DbOptions = {
  connection: ConnectionConfig;
  poolSize: number;
  applicationName?: string;
  /** How long a statement may hear nothing; beyond what it may take. */
  silentMs?: number;
};

const CONNECT_MS = 10_000;
export const STATEMENT_MS = 60_000;
export const SILENT_MS = STATEMENT_MS + 15_000;

const INT8 = 20;
const DATE = 1082;
const TIMESTAMP_WITHOUT_ZONE = 1114;

/** int8 as a number while that is exact, else as a bigint. */
function parseInt8(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

const asText = (text: string): string => text;
const ownParsers = new Map<number, (text: string) => unknown>([
  [INT8, parseInt8],
  [DATE, asText], // a calendar day has no instant
  [TIMESTAMP_WITHOUT_ZONE, asText],
]);

/** Our reading of column types, kept off the global parsers that other users of `pg` share. */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    (format === 'binary' ? undefined : ownParsers.get(oid)) ?? pg.types.getTypeParser(oid as number, format as 'text'),
};

/**
 * The pool. Waits at most ten seconds for a connection; a statement may take a minute, a transaction may idle for one.
 * The caller ends it.
 */
export function createPool(options: DbOptions, log: Log): pg.Pool {
  const { connection, poolSize, applicationName = 'tocsin', silentMs = SILENT_MS } = options;
  const pool = new pg.Pool({
    ...connection,
    max: poolSize,
    types: columnTypes,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    statement_timeout: STATEMENT_MS,
    idle_in_transaction_session_timeout: 60_000,
  });
  // Without listeners a connection that breaks would end the process.
  pool.on('error', (err) => log.warn({ err }, 'an idle database connection broke'));
  pool.on('connect', (client) => {
    client.on('error', (err) => log.debug({ err }, 'a database connection broke'));
    endWhenSilent(client, silentMs);
    keepPrepared(client);
  });
  return pool;
}

/** The typed query builder on a pool; destroying it ends the pool. */
export const createDb = (pool: pg.Pool): Db => new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';

/** Whether `inTransaction` runs the whole transaction again after such an error. */
export const isRetryable = (err: unknown): boolean =>
  err instanceof Error && 'code' in err && (err.code === SERIALIZATION_FAILURE || err.code === DEADLOCK);

/**
 * Runs in one transaction, which commits when `run` returns and rolls back when it throws. A deadlock or serialization failure runs
 * it again, up to three times in all, so `run` must have no effect outside its transaction.
 */
export async function inTransaction<T>(db: Db, run: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction().execute(run);
    } catch (err) {
      if (attempt >= 3 || !isRetryable(err)) throw err;
    }
  }
}
