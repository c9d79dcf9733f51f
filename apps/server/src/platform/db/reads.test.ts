import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../testing/index.ts';
import { startTcpProxy } from '../../testing/tcp-proxy.ts';
import { createLogger } from '../log.ts';
import type { ConnectionConfig } from './create-db.ts';
import { createReads } from './reads.ts';
import { isDatabaseUnavailable } from './unavailable.ts';

const log = createLogger({ level: 'silent' });
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ template: 'template1' });
  await database.pool.query('create table thing (n integer); insert into thing values (1)');
});
afterAll(() => database[Symbol.asyncDispose]());

async function withReads<T>(
  run: (reads: ReturnType<typeof createReads>) => Promise<T>,
  connection: ConnectionConfig = database.connection,
): Promise<T> {
  const reads = createReads({ connection, poolSize: 1, silentMs: 300 }, log);
  try {
    return await run(reads);
  } finally {
    await reads.destroy();
  }
}

test('questions asked at once are each answered, and one that fails hurts no other', async () => {
  await withReads(async (reads) => {
    const asked = Array.from({ length: 50 }, (_, i) => sql<{ n: number }>`select 10 / ${i}::integer as n`.execute(reads));
    const answers = await Promise.allSettled(asked);
    expect(answers[0]).toMatchObject({ status: 'rejected', reason: { code: '22012' } });
    expect(answers.slice(1).map((answer) => answer.status === 'fulfilled' && answer.value.rows[0]?.n)).toEqual(
      Array.from({ length: 49 }, (_, i) => Math.trunc(10 / (i + 1))),
    );
  });
});

test('a statement that a migration gave another column is planned anew', async () => {
  await withReads(async (reads) => {
    const read = async () => (await sql`select * from thing`.execute(reads)).rows;
    expect(await read()).toEqual([{ n: 1 }]);
    await database.pool.query('alter table thing add column word text');
    expect(await read()).toEqual([{ n: 1, word: null }]);
  });
});

test('a connection that the database ended, or that fell silent, is replaced', async () => {
  await using way = await startTcpProxy(database.connection);
  await withReads(async (reads) => {
    const pid = async () => (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(reads)).rows[0]?.pid;
    const first = await pid();
    await database.pool.query('select pg_terminate_backend($1, 5000)', [first]);
    const second = await pid().catch(() => pid());
    expect(second).not.toBe(first);
    way.fallSilent();
    const err = await pid().catch((reason: unknown) => reason);
    expect(isDatabaseUnavailable(err)).toBe(true);
    expect([first, second]).not.toContain(await pid());
  }, way.connection);
});

test('transactions are refused', async () => {
  await withReads(async (reads) => {
    await expect(reads.transaction().execute((tx) => sql`select 1`.execute(tx))).rejects.toThrow('no transactions');
  });
});
