import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../platform/db/migrate.ts';
import { installJobQueue } from '../platform/jobs/index.ts';
import { createLogger } from '../platform/log.ts';
import { openEmbedded } from '../platform/postgres/index.ts';
import { MIGRATIONS } from './migrations-folder.ts';

/** Runs share one copy of PostgreSQL's programs. */
const TEST_RUNTIME = join(tmpdir(), `tocsin-test-runtime-${process.geteuid?.() ?? 0}`);
export const TEMPLATE = 'tocsin_template';

declare module 'vitest' {
  export interface ProvidedContext {
    postgres: { host: string; port: number; user: string; password: string };
  }
}

/** One PostgreSQL for the whole run, with a migrated database that `createTestDatabase` copies. Not durable, hence fast. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const log = createLogger({ level: 'warn' });
  const dataDir = await mkdtemp(join(tmpdir(), 'tocsin-test-'));
  const postgres = await openEmbedded({
    dataDir,
    purpose: 'server',
    runtimeDir: TEST_RUNTIME,
    log,
    sync: false,
    settings: {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      max_connections: '200',
      shared_buffers: '128MB',
    },
  });
  const { connection } = postgres;
  const client = new pg.Client({ ...connection, database: 'postgres' });
  await client.connect();
  await client.query(`create database ${TEMPLATE}`);
  await client.end();
  await migrate({ ...connection, database: TEMPLATE }, MIGRATIONS, log, () => new Date());
  await installJobQueue({ ...connection, database: TEMPLATE }, log);
  project.provide('postgres', {
    host: String(connection.host),
    port: Number(connection.port),
    user: String(connection.user),
    password: String(connection.password),
  });
  return async () => {
    await postgres.close();
    await rm(dataDir, { recursive: true, force: true });
  };
}
