import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../testing/index.ts';
import { createLogger } from '../log.ts';
import { migrate, migrationState, readMigrations } from './migrate.ts';

const log = createLogger({ level: 'silent' });
const now = () => new Date('2026-03-02T09:00:00Z');
let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase({ template: 'template1' });
  folder = await mkdtemp(join(tmpdir(), 'tocsin-migrations-'));
  await writeFile(
    join(folder, '0001-first.sql'),
    'create table first (id int8); insert into first values (9007199254740991), (9007199254740993)',
  );
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

describe('migrations', () => {
  test('are applied once, also when several processes start together', async () => {
    const runs = await Promise.all([1, 2, 3].map(() => migrate(database.connection, folder, log, now)));
    expect(runs.flat()).toEqual(['0001-first.sql']);
    expect(await migrationState(database.connection, folder)).toEqual({ pending: [], applied: ['0001-first.sql'], newer: [] });
    const applied = await database.db.selectFrom('tocsin_migration').select(['name', 'applied_at']).execute();
    expect(applied).toEqual([{ name: '0001-first.sql', applied_at: now() }]);
  });

  test('an int8 is a number while that is exact', async () => {
    const { rows } = await sql<{ id: number | bigint }>`select id from first order by id`.execute(database.db);
    expect(rows).toEqual([{ id: 9007199254740991 }, { id: 9007199254740993n }]);
  });

  test('one that fails leaves nothing behind and names itself', async () => {
    const path = join(folder, '0002-second.sql');
    await writeFile(path, 'create table second (id int); select nonsense');
    await expect(migrate(database.connection, folder, log, now)).rejects.toThrow(/^0002-second\.sql failed: .*nonsense/);
    expect((await sql<{ t: string | null }>`select to_regclass('second')::text as t`.execute(database.db)).rows).toEqual([
      { t: null },
    ]);
    await rm(path);
  });

  test('one that was changed after it had been applied is refused', async () => {
    const path = join(folder, '0001-first.sql');
    await writeFile(path, 'create table first (id int4)');
    await expect(migrate(database.connection, folder, log, now)).rejects.toThrow('0001-first.sql was changed');
  });

  test('a database that is newer than the program is reported, not refused', async () => {
    await rm(join(folder, '0001-first.sql'));
    expect(await migrate(database.connection, folder, log, now)).toEqual([]);
    expect((await migrationState(database.connection, folder)).newer).toEqual(['0001-first.sql']);
  });

  test('a wrong name and a number used twice are refused', async () => {
    await writeFile(join(folder, '0003-a.sql'), '');
    await writeFile(join(folder, '0003-b.sql'), '');
    await expect(readMigrations(folder)).rejects.toThrow('another migration has the number 0003');
    await writeFile(join(folder, '0003-b.sql'), '');
    await rm(join(folder, '0003-b.sql'));
    await writeFile(join(folder, 'third.sql'), '');
    await expect(readMigrations(folder)).rejects.toThrow('expected a name like');
  });
});
