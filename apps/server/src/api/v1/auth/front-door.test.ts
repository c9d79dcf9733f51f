import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOrganization, createProxyCheck, createToken, nextGrafanaUserId } from '../../../access/index.ts';
import { loadConfig } from '../../../config/index.ts';
import { inTransaction } from '../../../platform/db/create-db.ts';
import { asAnswer } from '../../../testing/answer.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { createUser } from '../../../users/index.ts';
import { safeNext } from './safe-next.ts';

const PAGE = 'https://tools.example.net';
let server: TestServer;
let token: string;

beforeAll(async () => {
  server = await startTestServer({
    env: {
      BASE_URL: 'https://tocsin.test',
      API_CORS_ORIGINS: PAGE,
      AUTH_PROXY_HEADER: 'X-Forwarded-User',
      AUTH_PROXY_EMAIL_HEADER: 'X-Forwarded-Email',
      AUTH_PROXY_ADDRESSES: '127.0.0.1 10.1.0.0/16',
      AUTH_PROXY_AUTO_PROVISION: 'true',
      AUTH_PROXY_DEFAULT_ROLE: 'editor',
      TRUSTED_PROXIES: '127.0.0.1',
    },
  });
  token = await inTransaction(server.ctx.db, async (tx) => {
    const org = (await createOrganization(tx, { name: 'Harbor' }, server.clock.now())).id;
    const grafanaId = await nextGrafanaUserId(tx, org);
    const fields = { grafanaId, username: 'ada', email: 'ada@harbor.example', role: 'admin' as const, passwordHash: null };
    const made = await createUser(tx, org, fields, server.clock.now());
    if (!made.ok) throw new Error(made.reason);
    return (await createToken(tx, org, { userId: made.user.id, name: 'test' }, server.clock.now())).text;
  });
});
afterAll(() => server[Symbol.asyncDispose]());

const ask = async (
  url: string,
  headers: Record<string, string> = {},
  method: 'GET' | 'OPTIONS' = 'GET',
  remoteAddress = '127.0.0.1',
) => asAnswer(await server.app.inject({ method, url, headers, remoteAddress }));

describe('answers of the API', () => {
  test.each(['/api/v1/auth/methods', '/api/v1/users', '/api/v1/nothing', '/api/openapi.json'])(
    'at %s run nowhere, are framed nowhere and kept by no cache on the way',
    async (url) => {
      expect((await ask(url)).headers).toMatchObject({
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'same-origin',
        'strict-transport-security': 'max-age=31536000',
        'cache-control': expect.stringMatching(/^(private, no-cache|no-store)$/),
      });
    },
  );

  test('are for pages of the origins in the settings, with a token and never with a cookie', async () => {
    const preflight = {
      origin: PAGE,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    };
    const asked = await ask('/api/v1/alert_groups/', preflight, 'OPTIONS');
    expect([asked.status, asked.headers['access-control-allow-origin']]).toEqual([204, PAGE]);
    expect(asked.headers['access-control-allow-headers']).toContain('Authorization');
    const answered = await ask('/api/v1/users/current', { origin: PAGE, authorization: token });
    expect([answered.status, answered.headers['access-control-allow-origin']]).toEqual([200, PAGE]);
    for (const { headers } of [asked, answered]) expect(headers).not.toHaveProperty('access-control-allow-credentials');
    const stranger = await ask('/api/v1/users/current', { origin: 'https://evil.example', authorization: token });
    expect(stranger.headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('a reverse proxy that signs people in', () => {
  const enter = (headers: Record<string, string>, from = '127.0.0.1', query = '?next=/schedules') =>
    ask(`/auth/proxy/start${query}`, headers, 'GET', from);

  test('is believed at its own addresses only, whatever was forwarded', async () => {
    const named = { 'x-forwarded-user': 'ada' };
    const inside = await enter(named, '10.1.2.3');
    expect([inside.status, inside.headers.location]).toEqual([302, '/schedules']);
    const cookie = String(inside.headers['set-cookie']).split(';')[0] ?? '';
    expect((await ask('/api/v1/auth/session', { cookie })).body).toMatchObject({
      user: { username: 'ada' },
      session: { method: 'proxy' },
    });
    expect((await enter(named, '192.0.2.9')).status).toBe(403);
    expect((await enter({ ...named, 'x-forwarded-for': '10.1.2.3' }, '192.0.2.9')).status).toBe(403);
    expect((await enter({})).status).toBe(403);
  });

  test('makes users where the settings say so', async () => {
    const made = await enter(
      { 'x-forwarded-user': 'ben', 'x-forwarded-email': 'ben@harbor.example' },
      '127.0.0.1',
      '?next=//evil.example',
    );
    expect([made.status, made.headers.location]).toEqual([302, '/']);
    const row = await server.ctx.db
      .selectFrom('users')
      .select(['role', 'origin', 'email'])
      .where('username', '=', 'ben')
      .executeTakeFirst();
    expect(row).toEqual({ role: 'editor', origin: 'proxy', email: 'ben@harbor.example' });
    await server.ctx.db.updateTable('users').set({ state: 'placeholder' }).where('username', '=', 'ben').execute();
    expect((await enter({ 'x-forwarded-user': 'ben' })).status).toBe(403);
  });

  test('is off unless it is set up, and refused in the settings without addresses', async () => {
    expect(loadConfig({}).proxySignIn).toBeNull();
    expect(() => loadConfig({ AUTH_PROXY_HEADER: 'X-User' })).toThrow(/AUTH_PROXY_ADDRESSES/);
    expect(() => loadConfig({ AUTH_PROXY_HEADER: 'Cookie', AUTH_PROXY_ADDRESSES: '10.0.0.1' })).toThrow(/AUTH_PROXY_HEADER/);
    expect(() => loadConfig({ AUTH_PROXY_HEADER: 'X-User', AUTH_PROXY_ADDRESSES: '10.0.0.0/99' })).toThrow(/10\.0\.0\.0\/99/);
    const isProxy = createProxyCheck(['10.0.0.0/8', '2001:db8::1']);
    expect(
      ['10.9.9.9', '::ffff:10.9.9.9', '2001:db8::1', '11.0.0.1', '2001:db8::2', '', undefined].map((peer) => isProxy(peer)),
    ).toEqual([true, true, true, false, false, false, false]);
  });
});

test.each([
  ['/schedules?x=1#top', '/schedules?x=1#top'],
  ['/', '/'],
  ['/a/../b', '/b'],
  ['https://tocsin.test/x', '/'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['/x\\y', '/'],
  ['/\tevil', '/'],
  ['/..//evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['', '/'],
  [undefined, '/'],
])('a sign-in that wants to return to %j returns to %j', (wanted, expected) => {
  expect(safeNext(wanted, 'https://tocsin.test')).toBe(expected);
});
