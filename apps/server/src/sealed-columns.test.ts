import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { resealAll } from './platform/sealed-columns.ts';
import { createSecretBox } from './platform/secrets.ts';
import { SEALED_COLUMNS } from './sealed-columns.ts';
import { type ApiWorld, startApi } from './testing/api.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await startApi();
});
afterAll(() => world[Symbol.asyncDispose]());

it('knows every column that holds a sealed secret', async () => {
  const { rows } = await sql<{ name: string }>`
    select table_name || '.' || column_name as name from information_schema.columns
    where table_schema = 'public' and column_name like '%\\_encrypted'`.execute(world.db);
  expect(SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`).sort()).toEqual(rows.map(({ name }) => name).sort());
});

it('seals everything anew under the first key, so that the old one can go', async () => {
  const old = createSecretBox('the secret key of all tests');
  const names = Array.from({ length: 450 }, (_, i) => `hook ${i}`);
  const created = await world.admin.post('webhooks/', {
    name: 'kept',
    http_method: 'POST',
    url: 'https://hooks.example.com/x',
    trigger_type: 'escalation',
    password: 'hunter2',
  });
  expect(created.body).toMatchObject({ name: 'kept' });
  await sql`insert into webhook (organization_id, id, name, url, http_method, trigger_type, integration_filter, forward_all, is_legacy, is_enabled, created_at)
    select organization_id, 'WHX' || n, 'hook ' || n, url, http_method, trigger_type, integration_filter, forward_all, is_legacy, is_enabled, created_at
    from webhook, generate_series(1, ${names.length}) as n where name = 'kept'`.execute(world.db);
  for (let n = 1; n <= names.length; n += 1) {
    const sealed = n === 7 ? Buffer.from('damaged') : old.seal(`secret ${n}`, `webhook.password:WHX${n}`);
    await sql`update webhook set password_encrypted = ${sealed} where id = ${`WHX${n}`}`.execute(world.db);
  }
  const key = { id: '2026', key: randomBytes(32) };
  const ring = createSecretBox('the secret key of all tests', [key]);
  expect(await resealAll(world.db, ring, SEALED_COLUMNS)).toEqual({
    resealed: names.length, // 449 and the one that was made over the API
    unreadable: ['webhook.password_encrypted of WHX7'],
  });
  expect(await resealAll(world.db, ring, SEALED_COLUMNS)).toMatchObject({ resealed: 0 });
  const alone = createSecretBox('another secret key', [key]);
  const { rows } = await sql<{ id: string; sealed: Buffer }>`
    select id, password_encrypted as sealed from webhook where password_encrypted is not null and id <> 'WHX7'`.execute(world.db);
  const texts = rows.map(({ id, sealed }) => alone.open(sealed, `webhook.password:${id}`));
  expect(texts).toContain('hunter2');
  expect(texts).toContain('secret 450');
  expect(texts).toHaveLength(names.length);
});
