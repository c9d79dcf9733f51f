import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { Log } from '../log.ts';
import type { ConnectionConfig } from './create-db.ts';

/** Any number: all processes of all versions must agree on it. */
const MIGRATION_LOCK = 7_205_759_403;
const FILE_NAME = /^\d{4}-[a-z0-9-]+\.sql$/;

export class MigrationError extends Error {
  override readonly name = 'MigrationError';
  readonly code = 'MIGRATION_FAILED';
}

export type Migration = { name: string; sql: string; checksum: string };
export type MigrationState = { pending: string[]; applied: string[]; newer: string[] };

/** The migrations in a folder in their order; refuses a name that has no number of four digits, and a number used twice. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  const numbers = new Set<string>();
  const migrations: Migration[] = [];
  for (const name of names) {
    if (!FILE_NAME.test(name)) throw new MigrationError(`${name}: expected a name like 0007-silenced-until.sql`);
    const number = name.slice(0, 4);
    if (numbers.has(number)) throw new MigrationError(`${name}: another migration has the number ${number}`);
    numbers.add(number);
    const sql = await readFile(join(folder, name), 'utf8');
    migrations.push({ name, sql, checksum: createHash('sha256').update(sql).digest('hex') });
  }
  return migrations;
}

async function readApplied(client: pg.Client): Promise<Map<string, string>> {
  const exists = await client.query<{ found: boolean }>(`select to_regclass('tocsin_migration') is not null as found`);
  if (exists.rows[0]?.found !== true) return new Map();
  const rows = await client.query<{ name: string; checksum: string }>(
    'select name, checksum from tocsin_migration order by name',
  );
  return new Map(rows.rows.map((row) => [row.name, row.checksum]));
}

function compare(migrations: readonly Migration[], applied: ReadonlyMap<string, string>): MigrationState {
  const known = new Set(migrations.map((migration) => migration.name));
  for (const { name, checksum } of migrations) {
    const before = applied.get(name);
    if (before !== undefined && before !== checksum) {
      throw new MigrationError(`${name} was changed after it had been applied; add a new migration instead`);
    }
  }
  return {
    pending: migrations.filter(({ name }) => !applied.has(name)).map(({ name }) => name),
    applied: [...applied.keys()].filter((name) => known.has(name)),
    newer: [...applied.keys()].filter((name) => !known.has(name)),
  };
}

async function withClient<T>(connection: ConnectionConfig, run: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...connection, application_name: 'tocsin migrate', connectionTimeoutMillis: 10_000 });
  // A broken connection also fails the query under way, which reports it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}

/** What a database has seen of the migrations in `folder`. Changes nothing. */
export async function migrationState(connection: ConnectionConfig, folder: string): Promise<MigrationState> {
  const migrations = await readMigrations(folder);
  return withClient(connection, async (client) => compare(migrations, await readApplied(client)));
}

async function applyOne(client: pg.Client, migration: Migration, now: Date): Promise<void> {
  try {
    await client.query('begin');
    await client.query(migration.sql);
    await client.query('insert into tocsin_migration (name, checksum, applied_at) values ($1, $2, $3)', [
      migration.name,
      migration.checksum,
      now,
    ]);
    await client.query('commit');
  } catch (err) {
    await client.query('rollback').catch(() => undefined);
    throw new MigrationError(`${migration.name} failed: ${err instanceof Error ? err.message : String(err)}`, { cause: err });
  }
}

/**
 * Applies what is missing, each file in a transaction of its own, one process at a time.
 * @returns the names applied now
 * @throws MigrationError when a file fails or was changed after it had been applied
 */
export async function migrate(connection: ConnectionConfig, folder: string, log: Log, now: () => Date): Promise<string[]> {
  const migrations = await readMigrations(folder);
  return withClient(connection, async (client) => {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const state = compare(migrations, await readApplied(client));
    if (state.newer.length > 0) log.warn({ migrations: state.newer }, 'the database is newer than this program');
    if (state.pending.length === 0) return [];
    await client.query(
      'create table if not exists tocsin_migration (name text primary key, checksum text not null, applied_at timestamptz not null)',
    );
    for (const migration of migrations) {
      if (!state.pending.includes(migration.name)) continue;
      await applyOne(client, migration, now());
      log.info({ migration: migration.name }, 'migration applied');
    }
    return state.pending;
  });
}
