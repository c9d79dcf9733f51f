import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Config } from '../config/index.ts';
import { MIGRATIONS } from '../context.ts';
import type { ConnectionConfig } from '../platform/db/create-db.ts';
import { migrate, migrationState } from '../platform/db/migrate.ts';
import { isDatabaseUnavailable } from '../platform/db/unavailable.ts';
import { installJobQueue } from '../platform/jobs/index.ts';
import type { Log } from '../platform/log.ts';
import { openEmbedded } from '../platform/postgres/index.ts';

export type OpenDatabase = { connection: ConnectionConfig; close(): Promise<void> };

const WAIT_FOR_DATABASE_MS = 60_000;
const OLDEST_VERSION = 140_000;

export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code = 'DATABASE_UNUSABLE';
}

/** Waits for an external database that is just starting, and refuses one that is too old. */
async function waitForDatabase(connection: ConnectionConfig, log: Log): Promise<void> {
  const deadlineMs = performance.now() + WAIT_FOR_DATABASE_MS;
  for (let waitMs = 250; ; waitMs = Math.min(waitMs * 2, 5_000)) {
    const client = new pg.Client({ ...connection, connectionTimeoutMillis: 10_000 });
    client.on('error', () => undefined); // the query under way reports it
    try {
      await client.connect();
      const { rows } = await client.query<{ version: string }>(`select current_setting('server_version_num') as version`);
      const version = Number(rows[0]?.version);
      if (version < OLDEST_VERSION)
        throw new DatabaseError(`PostgreSQL 14 or newer is needed, the database is ${Math.floor(version / 10_000)}`);
      return;
    } catch (err) {
      if (!isDatabaseUnavailable(err) || performance.now() > deadlineMs) {
        if (err instanceof DatabaseError) throw err;
        throw new DatabaseError(`The database cannot be used: ${err instanceof Error ? err.message : String(err)}`, {
          cause: err,
        });
      }
      log.warn({ err, retryMs: waitMs }, 'the database is not there yet');
    } finally {
      await client.end().catch(() => undefined);
    }
    await sleep(waitMs);
  }
}

/** The database that the settings name, reachable. The caller closes it last. */
export async function openDatabase(config: Config, purpose: 'server' | 'command', log: Log): Promise<OpenDatabase> {
  if (config.database.kind === 'embedded') return openEmbedded({ dataDir: config.dataDir, purpose, log });
  const { connection } = config.database;
  await waitForDatabase(connection, log);
  return { connection, close: async () => undefined };
}

/** Applies all migrations, ours and the job queue's. @returns the names of ours that were applied now */
export async function migrateAll(connection: ConnectionConfig, log: Log): Promise<string[]> {
  const applied = await migrate(connection, MIGRATIONS, log, () => new Date());
  await installJobQueue(connection, log);
  return applied;
}

/** @throws DatabaseError when migrations are missing, with the command that applies them */
export async function requireMigrated(connection: ConnectionConfig): Promise<void> {
  const { pending } = await migrationState(connection, MIGRATIONS);
  if (pending.length > 0) throw new DatabaseError(`The database lacks ${pending.join(', ')}: run "tocsin migrate" first`);
}
