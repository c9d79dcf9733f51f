import { Writable } from 'node:stream';
import { sql } from 'kysely';
import { Type } from 'typebox';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestClock, createTestDatabase, type TestDatabase } from '../../testing/index.ts';
import { startTcpProxy } from '../../testing/tcp-proxy.ts';
import { createSystemClock } from '../clock.ts';
import { createDb, createPool, inTransaction } from '../db/create-db.ts';
import { createLogger } from '../log.ts';
import { createJobQueue, defineJob, type JobEvent, joinProcesses, runJobsOnce, startWorker } from './index.ts';

type Ctx = { ran: string[]; onRan?: () => void };
const log = createLogger({ level: 'silent' });
const note = defineJob({
  name: 'test.note',
  payload: Type.Object({ text: Type.String() }),
  key: ({ text }) => text.slice(0, 1),
  run: async (ctx: Ctx, { text }) => {
    ctx.ran.push(text);
    ctx.onRan?.();
    if (text === 'fails') throw new Error('failed');
  },
});

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database[Symbol.asyncDispose]());

const waiting = async () =>
  (
    await sql<{
      name: string;
      locked: string | null;
    }>`select task_identifier as name, locked_by as locked from graphile_worker.jobs`.execute(database.db)
  ).rows;

describe('jobs on a clock that stands still', () => {
  const clock = createTestClock('2026-03-02T09:00:00Z');

  test('run when they are due, replace others with their key, and vanish with their transaction', async () => {
    const { db } = database;
    const jobs = createJobQueue(clock);
    const ctx: Ctx = { ran: [] };
    await expect(
      inTransaction(db, async (tx) => {
        await jobs.add(tx, note, { text: 'never' });
        throw new Error('rolled back');
      }),
    ).rejects.toThrow();
    await inTransaction(db, async (tx) => {
      await jobs.add(tx, note, { text: 'a first' });
      await jobs.add(tx, note, { text: 'a second' });
      await jobs.add(tx, note, { text: 'later' }, { runAt: new Date('2026-03-02T09:00:10Z') });
      await jobs.add(tx, note, { text: 'apart' }, { key: 'other' });
    });
    expect(await runJobsOnce(db, [note], ctx, clock.now())).toEqual(['test.note', 'test.note']);
    expect(ctx.ran).toEqual(['a second', 'apart']);
    await runJobsOnce(db, [note], ctx, new Date('2026-03-02T09:00:10Z'));
    expect(ctx.ran.at(-1)).toBe('later');
    expect(await waiting()).toEqual([]);
  });

  test('a payload that does not fit its schema is an error that names the place', async () => {
    await expect(note.handle({ ran: [] }, { text: 5 }, 1)).rejects.toThrow(/test\.note: \/text must be string/);
  });
});

describe('the worker', () => {
  const clock = createSystemClock();
  const join = (role: string) =>
    joinProcesses({ connection: database.connection, db: database.db, clock, log, role, host: 'here' });

  test('runs jobs and counts how they went', async () => {
    const { db, pool } = database;
    const presence = await join('worker');
    const events: JobEvent[] = [];
    const ctx: Ctx = { ran: [] };
    let seen: (() => void) | undefined;
    const both = new Promise<void>((resolve) => {
      seen = () => events.length === 2 && resolve();
    });
    const worker = startWorker({
      pool,
      ctx,
      clock,
      log,
      jobs: [note],
      presence,
      concurrency: 2,
      onJob: (event) => {
        events.push(event);
        seen?.();
      },
    });
    const jobs = createJobQueue(clock);
    await inTransaction(db, async (tx) => {
      await jobs.add(tx, note, { text: 'works' });
      await jobs.add(tx, note, { text: 'fails' });
    });
    await both;
    await worker.stop();
    await presence.close();
    expect(events.map(({ result }) => result).sort()).toEqual(['ok', 'retried']);
    expect(await waiting()).toEqual([{ name: 'test.note', locked: null }]);
    expect(await db.selectFrom('server_process').select('id').execute()).toEqual([]);
  });

  test('jobs of a process that died are given back by the next sweep, those of a live one are not', async () => {
    const { db } = database;
    const jobs = createJobQueue(clock);
    const [dead, live] = [await join('worker'), await join('worker')];
    dead.addWorker('worker-dead');
    live.addWorker('worker-live');
    await Promise.all([dead.sweep(), live.sweep()]); // writes the names down
    await inTransaction(db, async (tx) => {
      for (const text of ['d', 'l', 'unknown']) await jobs.add(tx, note, { text });
    });
    const lock = (name: string, key: string, ago: string) =>
      sql`update graphile_worker._private_jobs set locked_by = ${name}, locked_at = now() - ${ago}::interval where key = ${key}`.execute(
        db,
      );
    await lock('worker-dead', 'test.note:d', '1 second');
    await lock('worker-live', 'test.note:l', '10 minutes');
    await lock('worker-never-seen', 'test.note:u', '10 minutes');
    expect(await live.sweep()).toEqual(['worker-never-seen']);
    // As a kill does: the session ends, the row stays.
    await sql`select pg_terminate_backend(l.pid, 10000) from pg_locks l join server_process p on p.lock_key::bigint = l.objid::bigint
      where l.locktype = 'advisory' and p.id = ${dead.id}`.execute(db);
    expect(await live.sweep()).toEqual(['worker-dead']);
    expect((await waiting()).map(({ locked }) => locked).sort()).toEqual([null, null, 'worker-live'].sort());
    await Promise.all([dead.close(), live.close()]);
  });

  test.each<[string, Error | null]>([
    ['worked', null],
    ['failed', new Error('failed')],
  ])('a job that %s while the database was away costs the process nothing, and runs again', async (_fact, error) => {
    await using proxy = await startTcpProxy(database.connection);
    const { connection } = proxy;
    const pool = createPool({ connection, poolSize: 4 }, log);
    const db = createDb(pool);
    const presence = await joinProcesses({ connection, db, clock, log, role: 'worker', host: 'here' });
    let runs = 0;
    let logged = '';
    const heard = new Writable({
      write(chunk, _encoding, done) {
        logged += chunk;
        done();
      },
    });
    const outage = defineJob({
      name: 'test.outage',
      payload: Type.Object({}),
      async run() {
        runs += 1;
        if (runs === 2) return;
        proxy.goAway();
        if (error !== null) throw error;
      },
    });
    const worker = startWorker({
      pool,
      ctx: {},
      clock,
      log: createLogger({ level: 'warn' }, heard),
      jobs: [outage],
      presence,
      concurrency: 1,
    });
    const jobs = createJobQueue(clock);
    await inTransaction(database.db, (tx) => jobs.add(tx, outage, {}));
    await expect.poll(() => logged).toContain('the job worker ended and will start again');
    expect(runs).toBe(1);
    proxy.comeBack();
    await expect.poll(() => runs).toBe(2);
    await expect.poll(waiting).toEqual([]);
    await worker.stop();
    await presence.close();
    await db.destroy();
  });
});
