import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../testing/index.ts';
import { startTcpProxy } from '../../testing/tcp-proxy.ts';
import { createLogger } from '../log.ts';
import { createPool } from './create-db.ts';
import { isDatabaseUnavailable } from './unavailable.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ template: 'template1' });
});
afterAll(() => database[Symbol.asyncDispose]());

test('a database that falls silent fails the statement that waits for it, and the pool connects anew', async () => {
  await using way = await startTcpProxy(database.connection);
  const pool = createPool({ connection: way.connection, poolSize: 1, silentMs: 2_000 }, createLogger({ level: 'silent' }));
  expect((await pool.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
  way.fallSilent();
  const err = await pool.query('select 2').catch((reason: unknown) => reason);
  expect(err).toMatchObject({ message: 'Connection terminated: no answer within 2 s' });
  expect(isDatabaseUnavailable(err)).toBe(true);
  expect((await pool.query('select 3 as n')).rows).toEqual([{ n: 3 }]);
  await pool.end();
});
