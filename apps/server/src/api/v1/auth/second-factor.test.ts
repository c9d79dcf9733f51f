import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { asAnswer } from '../../../testing/answer.ts';
import { type ApiUser, type ApiWorld, startApi, TEST_BASE_URL } from '../../../testing/api.ts';
import { createTestPasskey, type TestPasskey } from '../../../testing/passkey.ts';
import type { SignedIn } from '../../../testing/sign-in.ts';
import { hashPassword, setPasswordHash } from '../../../users/index.ts';

const WRONG = { code: 'totp_required', detail: 'This is wrong or was used already.' };
const PASSWORD = 'nine grey herons wading';
let world: ApiWorld;
let hash: string;
let count = 0;

beforeAll(async () => {
  world = await startApi();
  hash = await hashPassword(PASSWORD);
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.db.deleteFrom('sign_in_attempts').execute());

const newPerson = async (): Promise<{ user: ApiUser; name: string; browser: SignedIn }> => {
  count += 1;
  const name = `person${count}`;
  const user = await world.user(name, 'editor');
  await setPasswordHash(world.db, user.org, user.id, hash);
  return { user, name, browser: await world.signIn(user) };
};
const post = async (path: string, body: unknown) =>
  asAnswer(await world.app.inject({ method: 'POST', url: `/api/v1/${path}`, payload: body as object }));
const login = (name: string, more: object = {}) => post('auth/login', { login: name, password: PASSWORD, ...more });
const codeOf = (secret: string) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: world.clock.now().getTime() });

async function withTotp(): Promise<{ name: string; browser: SignedIn; secret: string; codes: string[]; user: ApiUser }> {
  const { name, browser, user } = await newPerson();
  const begun = await browser.send('POST', 'auth/totp');
  expect(begun.status).toBe(201);
  const { secret } = begun.body;
  const confirmed = await browser.send('POST', 'auth/totp/confirm', { code: codeOf(secret) });
  expect(confirmed.status).toBe(200);
  world.clock.advance({ seconds: 30 });
  return { name, browser, secret, codes: confirmed.body.recovery_codes, user };
}

async function withPasskey(): Promise<{ name: string; browser: SignedIn; passkey: TestPasskey; user: ApiUser; id: string }> {
  const { name, browser, user } = await newPerson();
  const passkey = createTestPasskey(TEST_BASE_URL);
  const asked = await browser.send('POST', 'auth/passkeys/registration');
  expect(asked.status).toBe(201);
  const { challenge_id, options } = asked.body;
  const added = await browser.send('POST', 'auth/passkeys', { challenge_id, response: passkey.register(options), name: 'Phone' });
  expect([added.status, added.body.name, added.body.recovery_codes?.length]).toEqual([201, 'Phone', 10]);
  return { name, browser, passkey, user, id: added.body.id };
}

describe('one-time codes', () => {
  test('count once a code has confirmed them, and each code once', async () => {
    const { name, browser } = await newPerson();
    const begun = await browser.send('POST', 'auth/totp');
    expect(begun.body.uri).toMatch(/^otpauth:\/\/totp\/Tocsin:person\d+\?issuer=Tocsin&secret=/);
    expect((await login(name)).status).toBe(200); // not confirmed
    expect((await browser.send('POST', 'auth/totp/confirm', { code: '000000' })).status).toBe(400);
    const code = codeOf(begun.body.secret);
    expect((await browser.send('POST', 'auth/totp/confirm', { code })).status).toBe(200);
    const asked = await login(name);
    expect([asked.status, asked.body.code, asked.body.factors]).toEqual([401, 'totp_required', ['totp', 'recovery_code']]);
    expect((await login(name, { totp: code })).body).toMatchObject(WRONG); // used
    world.clock.advance({ seconds: 30 });
    const next = codeOf(begun.body.secret);
    expect((await login(name, { totp: next })).status).toBe(200);
    expect((await login(name, { totp: next })).body).toMatchObject(WRONG);
    expect(JSON.stringify(await world.db.selectFrom('user_totp').selectAll().execute())).not.toContain(begun.body.secret);
  });

  test('are guarded against guessing like passwords, and asking for one costs nothing', async () => {
    const { name, secret } = await withTotp();
    for (let n = 0; n < 6; n += 1) expect((await login(name)).body.code).toBe('totp_required');
    for (let n = 0; n < 5; n += 1) expect((await login(name, { totp: '000000' })).body).toMatchObject(WRONG);
    expect((await login(name, { totp: codeOf(secret) })).body.code).toBe('throttled');
  });

  test('give way to recovery codes, each of which works once', async () => {
    const { name, codes, browser } = await withTotp();
    expect(new Set(codes).size).toBe(10);
    const [first = '', second = ''] = codes;
    expect((await login(name, { totp: first.toUpperCase().replaceAll('-', ' ') })).status).toBe(200);
    expect((await login(name, { totp: first })).body).toMatchObject(WRONG);
    const renewed = await browser.send('POST', 'auth/recovery_codes');
    expect(renewed.status).toBe(201);
    expect((await login(name, { totp: second })).body).toMatchObject(WRONG);
    expect((await browser.send('GET', 'auth/second_factors')).body).toMatchObject({ totp: true, recovery_codes_left: 10 });
  });

  test('are removed after a fresh proof, which a code can give', async () => {
    const { name, browser, secret } = await withTotp();
    world.clock.advance({ minutes: 15 });
    expect((await browser.send('DELETE', 'auth/totp')).body.code).toBe('proof_required');
    const proved = await browser.send('POST', 'auth/proof', { totp: codeOf(secret) });
    expect(proved.status).toBe(204);
    expect((await browser.send('DELETE', 'auth/totp')).status).toBe(204);
    expect((await login(name)).status).toBe(200);
  });

  test('are removed by admins for who has lost them', async () => {
    const { name, user, browser } = await withTotp();
    const admin = await world.signIn(world.admin);
    expect((await browser.send('DELETE', `users/${world.admin.id}/second_factors`)).status).toBe(403);
    expect((await admin.send('DELETE', `users/${user.id}/second_factors`)).status).toBe(204);
    expect((await login(name)).status).toBe(200);
  });
});

describe('a passkey', () => {
  const signInWith = async (passkey: TestPasskey, isUnlocked = true) => {
    const asked = await post('auth/passkeys/options', {});
    const { challenge_id, options } = asked.body;
    const answer = { challenge_id, response: passkey.use(options, isUnlocked) };
    return { result: await post('auth/passkeys/login', answer), answer };
  };

  test('signs its person in by itself, once for each question, and only when unlocked', async () => {
    const { passkey, user } = await withPasskey();
    const { result, answer } = await signInWith(passkey);
    expect([result.status, result.body.user_id]).toEqual([200, user.id]);
    const cookie = String(result.headers['set-cookie']).split(';')[0] ?? '';
    const session = asAnswer(await world.app.inject({ url: '/api/v1/auth/session', headers: { cookie } }));
    expect(session.body.session).toMatchObject({ method: 'passkey', second_factor: true });
    expect((await post('auth/passkeys/login', answer)).status).toBe(401);
    expect((await signInWith(passkey, false)).result.status).toBe(401);
  });

  test('of another device, site or person opens nothing', async () => {
    const { passkey, user } = await withPasskey();
    expect((await signInWith(createTestPasskey(TEST_BASE_URL))).result.status).toBe(401);
    const elsewhere = createTestPasskey('https://evil.example');
    const other = await newPerson();
    const asked = await other.browser.send('POST', 'auth/passkeys/registration');
    const { challenge_id, options } = asked.body;
    const response = elsewhere.register(options);
    expect((await other.browser.send('POST', 'auth/passkeys', { challenge_id, response, name: 'x' })).status).toBe(400);
    await world.db.updateTable('users').set({ is_active: false }).where('id', '=', user.id).execute();
    expect((await signInWith(passkey)).result.status).toBe(401);
  });

  test('is a second factor beside the password', async () => {
    const { name, passkey } = await withPasskey();
    const asked = await login(name);
    expect([asked.status, asked.body.code, asked.body.factors]).toEqual([401, 'totp_required', ['passkey', 'recovery_code']]);
    const { challenge_id, options } = asked.body.passkey;
    const done = await login(name, { passkey: { challenge_id, response: passkey.use(options, false) } });
    expect(done.status).toBe(200);
  });

  test('is renamed and removed by its person alone', async () => {
    const { name, browser, id } = await withPasskey();
    const other = await newPerson();
    expect((await other.browser.send('PATCH', `auth/passkeys/${id}`, { name: 'mine' })).status).toBe(404);
    expect((await other.browser.send('DELETE', `auth/passkeys/${id}`)).status).toBe(404);
    expect((await browser.send('PATCH', `auth/passkeys/${id}`, { name: 'Old phone' })).status).toBe(204);
    expect((await browser.send('GET', 'auth/second_factors')).body.passkeys).toMatchObject([{ id, name: 'Old phone' }]);
    expect((await browser.send('DELETE', `auth/passkeys/${id}`)).status).toBe(204);
    expect((await login(name)).status).toBe(200);
  });
});

describe('an organization that asks for a second factor', () => {
  test('lets people do nothing else until they have one', async () => {
    const admin = await world.signIn(world.admin, { method: 'passkey', secondFactor: true });
    expect((await admin.send('PUT', 'auth/policy', { second_factor: 'password_users' })).status).toBe(200);
    const { browser, name } = await newPerson();
    expect((await browser.send('GET', 'users')).body.code).toBe('second_factor_required');
    expect((await browser.send('GET', 'auth/session')).body.second_factor_required).toBe(true);
    const begun = await browser.send('POST', 'auth/totp');
    expect((await browser.send('POST', 'auth/totp/confirm', { code: codeOf(begun.body.secret) })).status).toBe(200);
    expect((await browser.send('GET', 'users')).status).toBe(200);
    expect((await login(name)).body.code).toBe('totp_required');
    expect((await admin.send('PUT', 'auth/policy', { second_factor: 'admins' })).status).toBe(200);
    const editor = await newPerson();
    expect((await editor.browser.send('GET', 'users')).status).toBe(200);
    const other = await world.signIn(world.admin);
    expect((await other.send('GET', 'users')).body.code).toBe('second_factor_required');
    expect((await admin.send('PUT', 'auth/policy', { second_factor: 'optional' })).status).toBe(200);
  });
});
