import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../src/testing/index.ts';
import { build, eventually, run, type Server, serve } from './program.ts';

let database: TestDatabase;
let env: Record<string, string>;
const started: Server[] = [];

beforeAll(async () => {
  build();
  database = await createTestDatabase({ template: 'template1' });
  env = { DATABASE_URL: database.url, SECRET_KEY: 'the secret key of all tests', LOG_LEVEL: 'warn', DATA_DIR: '/nowhere/unused' };
}, 180_000);
afterAll(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  await Promise.all(started.map(({ exited }) => exited));
  await database[Symbol.asyncDispose]();
});

const start = async (...args: Parameters<typeof serve>): Promise<Server> => {
  const server = await serve(...args);
  started.push(server);
  return server;
};

describe.sequential('a server with a database of its own', () => {
  test('is refused as long as the database is not migrated, and told how', async () => {
    const refused = await run(['serve'], { ...env, PORT: '0' });
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/^tocsin: The database lacks 0001-foundation\.sql.*: run "tocsin migrate" first\n$/);
    expect((await run(['migrate'], env)).err).toContain('Applied 0001-foundation.sql');
  }, 180_000);

  test('runs as any number of web and worker processes; the first start happens once', async () => {
    const servers = await Promise.all([
      start(env, ['--setup', '--role', 'web']),
      start(env, ['--setup', '--role', 'web']),
      start(env, ['--role', 'worker']),
      start(env, ['--role', 'worker']),
    ]);
    await eventually(
      async () => servers.slice(0, 2).filter((server) => server.output().includes('Send an alert:')).length,
      (count) => count === 2,
    );
    const greeted = servers.filter((server) => server.output().includes('This is the first start.'));
    expect(greeted.length).toBe(1);
    const token = /API token {2}([0-9a-f]{64})/.exec(greeted[0]?.output() ?? '')?.[1] ?? '';
    const ask = (server: Server | undefined) =>
      fetch(`${server?.url}/api/v1/integrations/`, { headers: { authorization: token } });
    expect((await ask(servers[0])).status).toBe(200);
    expect((await ask(servers[1])).status).toBe(200);
    expect((await ask(servers[2])).status).toBe(404);
    const rows = await database.db.selectFrom('server_process').select('role').execute();
    expect(rows.map(({ role }) => role)).toEqual(['worker', 'worker']);
  }, 180_000);

  test('is not ready while the database is away, and ready again afterwards', async () => {
    const server = started[0] as Server;
    const { database: name, ...host } = database.connection;
    const admin = new pg.Client({ ...host, database: 'postgres' });
    await admin.connect();
    await admin.query(`alter database ${name} allow_connections false`);
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    const away = await eventually(
      () => server.get('/ready/'),
      ({ status }) => status === 503,
    );
    expect(away).toEqual({ status: 503, text: expect.stringMatching(/^Not ready: database/) });
    expect((await server.get('/health/')).status).toBe(200);
    await admin.query(`alter database ${name} allow_connections true`);
    await admin.end();
    expect(
      (
        await eventually(
          () => server.get('/ready/'),
          ({ status }) => status === 200,
        )
      ).text,
    ).toBe('Ok');
  }, 180_000);

  test('shows its metrics only to who knows the secret', async () => {
    expect((await (started[0] as Server).get('/metrics/')).status).toBe(404);
    const server = await start({ ...env, PROMETHEUS_EXPORTER_SECRET: 'scrape me' }, ['--role', 'worker']);
    expect((await server.get('/metrics/')).status).toBe(401);
    const answer = await fetch(`${server.url}/metrics`, { headers: { authorization: 'Bearer scrape me' } });
    expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    const text = await answer.text();
    for (const name of [
      'tocsin_build_info{version="',
      'tocsin_clock_skew_seconds ',
      'tocsin_db_pool_in_use ',
      'nodejs_eventloop_lag_seconds ',
    ]) {
      expect(text).toContain(name);
    }
  }, 180_000);

  test('SIGTERM ends every process and leaves none written down', async () => {
    for (const { child } of started) child.kill('SIGTERM');
    expect(await Promise.all(started.map(({ exited }) => exited))).toEqual(started.map(() => 0));
    expect(await database.db.selectFrom('server_process').select('id').execute()).toEqual([]);
  }, 180_000);
});
