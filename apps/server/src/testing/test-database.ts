import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { type ConnectionConfig, createDb, createPool } from '../platform/db/create-db.ts';
import type { Db } from '../platform/db/database.ts';
import { createLogger } from '../platform/log.ts';
import type {} from './global-postgres.ts'; // declares what it provides

export interface TestDatabase extends AsyncDisposable {
  db: Db;
  pool: pg.Pool;
  connection: ConnectionConfig;
  /** For what takes an address: a process under test, graphile-worker. */
  url: string;
}

/** A database of one's own, with all migrations applied; dropped when it is disposed of. */
export async function createTestDatabase(
  options: { template?: 'tocsin_template' | 'template1'; poolSize?: number } = {},
): Promise<TestDatabase> {
  const server = inject('postgres');
  const name = `test_${randomBytes(8).toString('hex')}`;
  const asAdmin = async (statement: string) => {
    const client = new pg.Client({ ...server, database: 'postgres' });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  await asAdmin(`create database ${name} template ${options.template ?? 'tocsin_template'} strategy file_copy`);
  const connection = { ...server, database: name };
  const pool = createPool({ connection, poolSize: options.poolSize ?? 10 }, createLogger({ level: 'error' }));
  const db = createDb(pool);
  return {
    db,
    pool,
    connection,
    url: `postgresql://${server.user}:${server.password}@localhost:${server.port}/${name}?host=${encodeURIComponent(server.host)}`,
    async [Symbol.asyncDispose]() {
      await db.destroy();
      await asAdmin(`drop database ${name} with (force)`);
    },
  };
}
