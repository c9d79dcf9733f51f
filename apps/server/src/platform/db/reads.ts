import type { Socket } from 'node:net';
import {
  type CompiledQuery,
  type DatabaseConnection,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import pg from 'pg';
import type { Log } from '../log.ts';
import { columnTypes, type DbOptions, SILENT_MS, STATEMENT_MS } from './create-db.ts';
import type { Database, Db } from './database.ts';
import { endWhenSilent } from './silence.ts';

/** Statements that a connection keeps prepared; texts beyond that are planned each time. */
const MOST_PREPARED = 500;
const CONNECT_MS = 10_000;

/** SQLSTATE of, among others, a prepared statement whose answer would have other columns since a migration. */
const NOT_SUPPORTED = '0A000';

/** A connection on which questions are sent without waiting for the answers of those before. */
interface Line {
  /** How many wait for their answers. */
  readonly waiting: number;
  ask(statement: pg.QueryConfig): Promise<pg.QueryResult>;
  /** Answers what is under way; later questions connect anew. */
  hangUp(): Promise<void>;
}

/** What `pg` keeps and does not type. */
type Inner = { connection: { stream: Socket } };

/** Holds what is written until the requests that came in together have been looked at, so that their questions go out in one piece. */
function sendTogether(stream: Socket): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
}

/** Connects when it is first asked, and again after the connection broke. */
function createLine({ connection, applicationName = 'tocsin reads', silentMs = SILENT_MS }: DbOptions, log: Log): Line {
  let current: Promise<pg.Client> | null = null;
  let waiting = 0;

  function connect(): Promise<pg.Client> {
    const client = new pg.Client({
      ...connection,
      pipeline: true,
      types: columnTypes,
      application_name: applicationName,
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
      statement_timeout: STATEMENT_MS,
    });
    const connected = client.connect().then(async () => {
      // A list of ids is taken for ten of them by a plan that serves all; else each question with fewer would be planned again.
      await client.query('set plan_cache_mode = force_generic_plan');
      return client;
    });
    const forget = () => {
      if (current === connected) current = null;
    };
    client.on('error', (err) => {
      log.debug({ err }, 'a database connection broke');
      forget();
    });
    client.on('end', forget);
    connected.catch(forget);
    endWhenSilent(client, silentMs);
    return connected;
  }

  return {
    get waiting() {
      return waiting;
    },
    async ask(statement) {
      waiting += 1;
      try {
        current ??= connect();
        const client = await current;
        sendTogether((client as unknown as Inner).connection.stream);
        return await client.query(statement);
      } finally {
        waiting -= 1;
      }
    },
    async hangUp() {
      const last = current;
      current = null;
      await (await last)?.end();
    },
  };
}

/**
 * The query builder for short reads. Questions of all requests share a few connections, as prepared statements, and none waits until
 * the one before it has been answered: the processors spend a quarter of what asking the pool takes, most of which is planning and
 * waking each other. But an answer comes after those before it on its connection, so what takes long or waits for locks belongs to
 * the pool, as does what is planned well only for its values. Transactions are refused. The caller destroys it.
 */
export function createReads(options: DbOptions, log: Log): Db {
  const lines = Array.from({ length: options.poolSize }, () => createLine(options, log));
  const names = new Map<string, string>();

  const nameOf = (text: string): string | undefined => {
    const known = names.get(text);
    if (known !== undefined || names.size >= MOST_PREPARED) return known;
    const name = `r${names.size}`;
    names.set(text, name);
    return name;
  };

  async function ask({ sql: text, parameters }: CompiledQuery): Promise<pg.QueryResult> {
    const name = nameOf(text);
    const statement: pg.QueryConfig = { text, values: [...parameters], ...(name === undefined ? {} : { name }) };
    const line = lines.reduce((best, other) => (other.waiting < best.waiting ? other : best));
    try {
      return await line.ask(statement);
    } catch (err) {
      if (!isPlanStale(err)) throw err;
      await line.hangUp();
      return line.ask(statement);
    }
  }

  const shared: DatabaseConnection = {
    async executeQuery<R>(query: CompiledQuery) {
      return { rows: (await ask(query)).rows as R[] };
    },
    streamQuery() {
      throw new Error('short reads are not streamed');
    },
  };
  const refuse = () => Promise.reject(new Error('short reads have no transactions'));
  return new Kysely<Database>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
      createDriver: () => ({
        init: async () => undefined,
        acquireConnection: async () => shared,
        releaseConnection: async () => undefined,
        beginTransaction: refuse,
        commitTransaction: refuse,
        rollbackTransaction: refuse,
        destroy: async () => void (await Promise.all(lines.map((line) => line.hangUp()))),
      }),
    },
  });
}

const isPlanStale = (err: unknown): boolean =>
  err instanceof Error && 'code' in err && err.code === NOT_SUPPORTED && err.message.includes('cached plan');
