import { runMigrations } from 'graphile-worker';
import pg from 'pg';
import type { ConnectionConfig } from '../db/create-db.ts';
import type { Log } from '../log.ts';
import { workerLogger } from './worker-logger.ts';

/** Any number; see the one in migrate.ts. */
const INSTALL_LOCK = 7_205_759_404;

/** Brings the queue's own schema, `graphile_worker`, up to date; one process at a time. */
export async function installJobQueue(connection: ConnectionConfig, log: Log): Promise<void> {
  const pool = new pg.Pool({ ...connection, max: 2, application_name: 'tocsin migrate' });
  // The query under way reports it.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  try {
    const client = await pool.connect();
    try {
      await client.query('select pg_advisory_lock($1)', [INSTALL_LOCK]);
      await runMigrations({ pgPool: pool, logger: workerLogger(log) });
      await client.query('select pg_advisory_unlock($1)', [INSTALL_LOCK]);
    } finally {
      client.release();
    }
  } finally {
    await pool.end();
  }
}
