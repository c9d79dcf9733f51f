import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../testing/index.ts';
import { inOneTransaction } from './resource.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

test('a write that meets another in a deadlock is tried again, and nothing of the first try stays', async () => {
  const { db } = database;
  let tries = 0;
  await inOneTransaction(db, {}, async (tx) => {
    tries += 1;
    await sql`insert into organization (id, name, created_at) values (${`O${tries}`}, 'Harbor', '2026-03-02T09:00:00Z')`.execute(
      tx,
    );
    if (tries === 1) await sql`do $$ begin raise exception 'deadlock detected' using errcode = '40P01'; end $$`.execute(tx);
  });
  expect(await db.selectFrom('organization').select('id').execute()).toEqual([{ id: 'O2' }]);
});
