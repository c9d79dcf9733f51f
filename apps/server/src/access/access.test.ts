import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inTransaction } from '../platform/db/create-db.ts';
import { createTestClock, createTestDatabase, type TestDatabase } from '../testing/index.ts';
import { createUser, findUserByLogin, hashPassword, newOneTimePassword, type User, verifyPassword } from '../users/index.ts';
import { authenticate, createOrganization, createToken, nextGrafanaUserId, revokeToken, tokenFromHeader } from './index.ts';

const clock = createTestClock('2026-03-02T09:00:00Z');
let database: TestDatabase;
let org: string;
let anna: User;

const addUser = (username: string, email: string) =>
  inTransaction(database.db, async (tx) => {
    const grafanaId = await nextGrafanaUserId(tx, org);
    return createUser(tx, org, { grafanaId, username, email, role: 'editor', passwordHash: null }, clock.now());
  });

beforeAll(async () => {
  database = await createTestDatabase();
  org = (await inTransaction(database.db, (tx) => createOrganization(tx, { name: 'Harbor' }, clock.now()))).id;
  const created = await addUser('anna', 'Anna@example.com');
  if (!created.ok) throw new Error(created.reason);
  anna = created.user;
});
afterAll(() => database[Symbol.asyncDispose]());

let tokens = 0;
const newTokenFor = (expiresAt: Date | null = null) =>
  inTransaction(database.db, (tx) => createToken(tx, org, { userId: anna.id, name: `test ${++tokens}`, expiresAt }, clock.now()));
const knock = (header: string | undefined) =>
  authenticate({ db: database.db, clock, onNewAddress: async () => undefined }, { authorization: header });

describe('an Authorization header', () => {
  test.each<[string | undefined, string | null]>([
    ['abc', 'abc'],
    ['Bearer abc', 'abc'],
    ['bearer  abc ', 'abc'],
    ['Token abc', 'abc'],
    ['Basic abc', null],
    ['Bearer a b', null],
    ['', null],
    [undefined, null],
  ])('%j holds the token %j', (header, token) => expect(tokenFromHeader(header)).toBe(token));

  test('lets its user in, in all three forms', async () => {
    const { text, token } = await newTokenFor();
    const caller = { org, userId: anna.id, role: 'editor', tokenId: token.id, sessionId: null, via: 'api', visibility: 'all' };
    for (const header of [text, `Bearer ${text}`, `Token ${text}`])
      expect(await knock(header)).toMatchObject({ ok: true, caller });
  });

  test('with anything else is refused', async () => {
    const { text } = await newTokenFor();
    const changed = text.slice(0, -1) + (text.endsWith('0') ? '1' : '0');
    for (const header of [undefined, '', changed, text.slice(0, 8), `${text}0`, text.toUpperCase(), "' or true --"]) {
      expect(await knock(header), header).toEqual({ ok: false, reason: 'invalid_token' });
    }
  });

  test('of a revoked or expired token is refused from that moment', async () => {
    const { text, token } = await newTokenFor();
    expect((await knock(text)).ok).toBe(true);
    expect(await inTransaction(database.db, (tx) => revokeToken(tx, 'another', token.id, clock.now()))).toBe(false);
    expect(await inTransaction(database.db, (tx) => revokeToken(tx, org, token.id, clock.now()))).toBe(true);
    expect(await knock(text)).toEqual({ ok: false, reason: 'invalid_token' });
    const brief = await newTokenFor(new Date(clock.now().getTime() + 1_000));
    expect((await knock(brief.text)).ok).toBe(true);
    clock.advance({ seconds: 1 });
    expect(await knock(brief.text)).toEqual({ ok: false, reason: 'invalid_token' });
  });

  test('of a user who left, or of a deleted organization, says so', async () => {
    const { text } = await newTokenFor();
    await database.db.updateTable('users').set({ is_active: false }).where('id', '=', anna.id).execute();
    expect(await knock(text)).toEqual({ ok: false, reason: 'inactive_user' });
    await database.db.updateTable('users').set({ is_active: true }).where('id', '=', anna.id).execute();
    await database.db.updateTable('organization').set({ deleted_at: clock.now() }).where('id', '=', org).execute();
    expect(await knock(text)).toEqual({ ok: false, reason: 'organization_deleted' });
    await database.db.updateTable('organization').set({ deleted_at: null }).where('id', '=', org).execute();
  });

  test('notes its use once a minute, and the database holds no token', async () => {
    const { text, token } = await newTokenFor();
    const lastUsed = async () =>
      (await database.db.selectFrom('api_token').select('last_used_at').where('id', '=', token.id).executeTakeFirstOrThrow())
        .last_used_at;
    await knock(text);
    const first = clock.now();
    clock.advance({ seconds: 59 });
    await knock(text);
    expect(await lastUsed()).toEqual(first);
    clock.advance({ seconds: 1 });
    await knock(text);
    expect(await lastUsed()).toEqual(clock.now());
    expect(JSON.stringify(await database.db.selectFrom('api_token').selectAll().execute())).not.toContain(text);
  });
});

describe('users', () => {
  test.each<[string, string, string]>([
    ['ANNA', 'other@example.com', 'username_taken'],
    ['other', 'anna@EXAMPLE.com', 'email_taken'],
    ['two words', 'a@b', 'invalid_username'],
    ['', 'a@b', 'invalid_username'],
    ['other', 'no address', 'invalid_email'],
  ])('%j with %j is refused', async (username, email, reason) => {
    expect(await addUser(username, email)).toEqual({ ok: false, reason });
    expect((await database.db.selectFrom('users').select('id').execute()).length).toBe(1);
  });

  test('are found by name or address in any case', async () => {
    for (const login of ['anna', 'ANNA', 'anna@example.COM'])
      expect((await findUserByLogin(database.db, org, login))?.id).toBe(anna.id);
    expect(await findUserByLogin(database.db, org, 'ann')).toBeNull();
    expect(await findUserByLogin(database.db, 'another', 'anna')).toBeNull();
  });

  test('a password is verified against its hash, which tells nothing', async () => {
    const password = newOneTimePassword();
    expect(password).toMatch(/^[a-z2-9-]{20}$/);
    const [hash, other] = await Promise.all([hashPassword(password), hashPassword(password)]);
    expect(hash).toMatch(/^scrypt\$32768\$8\$1\$/);
    expect(hash).not.toBe(other);
    expect(await verifyPassword(password, hash)).toBe(true);
    expect(await verifyPassword(`${password}x`, hash)).toBe(false);
    expect(await verifyPassword(password, null)).toBe(false);
  });
});
