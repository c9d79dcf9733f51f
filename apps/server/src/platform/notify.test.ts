import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';
import { createLogger } from './log.ts';
import { createHub, notify } from './notify.ts';

const log = createLogger({ level: 'silent' });
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

/** Messages, and a way to await the next one. */
function inbox() {
  const messages: string[] = [];
  let wake: (() => void) | undefined;
  return {
    messages,
    handler: (message: string) => {
      messages.push(message);
      wake?.();
    },
    next: (count: number) =>
      new Promise<void>((resolve) => {
        wake = () => messages.length >= count && resolve();
        wake();
      }),
  };
}

test('a message arrives when its transaction commits, and not when it rolls back', async () => {
  const hub = createHub(database.connection, log);
  const [early, late] = [inbox(), inbox()];
  hub.listen('early', early.handler);
  await hub.ready();
  hub.listen('Late channel', late.handler);
  await hub.ready();
  await expect(
    database.db.transaction().execute(async (tx) => {
      await notify(tx, 'early', 'lost');
      throw new Error('rolled back');
    }),
  ).rejects.toThrow('rolled back');
  await database.db.transaction().execute(async (tx) => {
    await notify(tx, 'early', 'one');
    await notify(tx, 'Late channel');
  });
  await Promise.all([early.next(1), late.next(1)]);
  expect(early.messages).toEqual(['one']);
  expect(late.messages).toEqual(['']);
  await hub.close();
});

test('comes back after its connection was cut, and says that it may have missed something', async () => {
  const hub = createHub(database.connection, log);
  const box = inbox();
  const gap = new Promise<void>((resolve) => hub.listen('channel', box.handler, { onGap: resolve }));
  await hub.ready();
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tocsin listen' and datname = current_database()`.execute(
    database.db,
  );
  await gap;
  await notify(database.db, 'channel', 'again');
  await box.next(1);
  expect(box.messages).toEqual(['again']);
  await hub.close();
});

test('a handler that throws keeps no other from hearing', async () => {
  const hub = createHub(database.connection, log);
  const box = inbox();
  hub.listen('channel', () => {
    throw new Error('mine');
  });
  hub.listen('channel', box.handler);
  await hub.ready();
  await notify(database.db, 'channel', 'x');
  await box.next(1);
  await hub.close();
});

test('closing ends a hub that cannot connect', async () => {
  const hub = createHub({ ...database.connection, port: 1, host: '127.0.0.1' }, log);
  await hub.close();
});
