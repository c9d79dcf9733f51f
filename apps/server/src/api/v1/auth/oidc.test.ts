import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createOrganization, nextGrafanaUserId } from '../../../access/index.ts';
import { inTransaction } from '../../../platform/db/create-db.ts';
import { type ProviderAccount, startOidcProvider, TestBrowser, type TestOidcProvider } from '../../../testing/oidc-provider.ts';
import { signIn } from '../../../testing/sign-in.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { createUser, type Role, type User } from '../../../users/index.ts';

let idp: TestOidcProvider;
let server: TestServer;
let base: string;
let org: string;
let admin: User;

const freePort = async (): Promise<number> => {
  const socket = createServer();
  await new Promise<void>((resolve) => socket.listen(0, '127.0.0.1', resolve));
  const { port } = socket.address() as AddressInfo;
  await new Promise((resolve) => socket.close(resolve));
  return port;
};
const provider = (prefix: string, more: Record<string, string> = {}) => ({
  [`OIDC_${prefix}ISSUER`]: idp.issuer,
  [`OIDC_${prefix}CLIENT_ID`]: idp.client.id,
  [`OIDC_${prefix}CLIENT_SECRET`]: idp.client.secret,
  [`OIDC_${prefix}SCOPES`]: 'openid profile email groups',
  ...Object.fromEntries(Object.entries(more).map(([key, value]) => [`OIDC_${prefix}${key}`, value])),
});
const makeUser = (username: string, role: Role = 'editor') =>
  inTransaction(server.ctx.db, async (tx) => {
    const grafanaId = await nextGrafanaUserId(tx, org);
    const fields = { grafanaId, username, email: `${username}@harbor.example`, role, passwordHash: null };
    const made = await createUser(tx, org, fields, server.clock.now());
    if (!made.ok) throw new Error(made.reason);
    return made.user;
  });
const person = (username: string, more: object = {}): ProviderAccount => ({
  sub: `sub-${username}`,
  email: `${username}@harbor.example`,
  email_verified: true,
  preferred_username: username,
  name: username.toUpperCase(),
  groups: [],
  ...more,
});
interface ShownSession {
  user: { id: string; username: string; role: string; teams: string[] };
  permissions: string[];
  csrf_token: string;
}
const asSession = (body: unknown): ShownSession => body as ShownSession;
/** Signs somebody in at a provider, in a browser of their own, and tells how that ended. */
async function enter(account: ProviderAccount | null, name = 'default', query = '?next=/schedules') {
  idp.account = account;
  const browser = new TestBrowser();
  const { answer, at, trail } = await browser.open(`${base}/auth/oidc/${name}/start${query}`);
  const text = await answer.text();
  const token = browser.cookie(base, 'tocsin_session');
  const headers = { accept: 'application/json' };
  const session =
    token === undefined ? null : asSession(await (await browser.visit(`${base}/api/v1/auth/session`, headers)).json());
  return {
    browser,
    at: at.replace(base, ''),
    status: answer.status,
    text,
    trail,
    session,
  };
}
const problem = (text: string) => /Reference: [\w.:-]+ \((\w+)\)/.exec(text)?.[1];
const audited = async (name: string) =>
  (
    await server.ctx.db
      .selectFrom('audit_record')
      .select(['resource_name', 'note', 'after_json'])
      .where('action_name', '=', name)
      .execute()
  ).map((row) => ({ ...row, after: row.after_json === null ? null : JSON.parse(row.after_json) }));

beforeAll(async () => {
  const port = await freePort();
  base = `http://localhost:${port}`;
  const names = ['default', 'strict', 'open', 'teams'];
  idp = await startOidcProvider(
    names.map((name) => `${base}/auth/oidc/${name}/callback`),
    [`${base}/login`],
  );
  const { host } = new URL(idp.issuer);
  server = await startTestServer({
    at: new Date().toISOString(), // the provider's tokens are of now
    env: {
      BASE_URL: base,
      OUTBOUND_ALLOWED_HOSTS: host.split(':')[0] ?? '',
      ...provider('', { ROLE_MAP: '/ops/admins=Admin, responders=editor, keys=API Keys Editor', LABEL: 'Harbor ID' }),
      ...provider('STRICT_', {
        DEFAULT_ROLE: 'deny',
        ALLOWED_DOMAINS: 'harbor.example',
        AUTO_PROVISION: 'false',
        ROLE_MAP: 'staff=viewer',
      }),
      ...provider('OPEN_', { LINK_BY_EMAIL: 'always' }),
      ...provider('TEAMS_', { TEAM_MAP: '*' }),
    },
  });
  await server.app.listen({ host: 'localhost', port });
  org = (await inTransaction(server.ctx.db, (tx) => createOrganization(tx, { name: 'Harbor' }, server.clock.now()))).id;
  admin = await makeUser('root', 'admin');
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await idp?.[Symbol.asyncDispose]();
});
beforeEach(() => server.ctx.db.deleteFrom('sign_in_attempts').execute());

describe('signing in at a provider', () => {
  test('makes a user with the role of their groups, and comes back to the page that was wanted', async () => {
    const ada = await enter(person('ada', { groups: ['/ops/admins', 'keys'], amr: ['pwd', 'otp'] }));
    expect([ada.status, ada.at]).toEqual([200, '/schedules']);
    expect(ada.session).toMatchObject({
      user: { username: 'ada', email: 'ada@harbor.example', name: 'ADA', role: 'admin' },
      session: { method: 'oidc', second_factor: true },
    });
    const asked = new URL(ada.trail.find((url) => url.includes('/auth?')) ?? '');
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      code_challenge_method: 'S256',
      response_type: 'code',
      state: expect.stringMatching(/.{43}/),
      nonce: expect.any(String),
    });
    const row = await server.ctx.db
      .selectFrom('users')
      .select(['origin', 'password_hash'])
      .where('username', '=', 'ada')
      .executeTakeFirst();
    expect(row).toEqual({ origin: 'oidc', password_hash: null });
    expect(await audited('user_created')).toMatchObject([{ resource_name: 'ada', note: 'by Harbor ID' }]);
    const methods = (await (await fetch(`${base}/api/v1/auth/methods`)).json()) as { oidc: unknown[] };
    expect(methods.oidc[0]).toEqual({ name: 'default', label: 'Harbor ID', url: '/auth/oidc/default/start' });
  });

  test('follows the groups at each sign-in, and records what that changed', async () => {
    await enter(person('ben', { groups: ['responders', 'keys'] }));
    const again = await enter(person('ben', { groups: ['others'] }));
    expect(again.session).toMatchObject({ user: { username: 'ben', role: 'viewer' } });
    expect(again.session?.permissions).not.toContain('api-keys:write');
    expect(await audited('role_changed')).toContainEqual(
      expect.objectContaining({ resource_name: 'ben', after: { role: 'viewer' } }),
    );
  });

  test('knows people by issuer and subject, whatever their address or name becomes', async () => {
    const before = await enter(person('cleo'));
    const after = await enter({ ...person('renamed'), sub: 'sub-cleo' });
    expect(after.session?.user.id).toBe(before.session?.user.id);
  });

  test('leaves the only admin one', async () => {
    const others = await server.ctx.db
      .updateTable('users')
      .set({ role: 'viewer' })
      .where('role', '=', 'admin')
      .where('username', '<>', 'ada')
      .executeTakeFirst();
    expect(others.numUpdatedRows).toBe(1n);
    const ada = await enter(person('ada', { groups: [] }));
    expect(ada.session).toMatchObject({ user: { role: 'admin' } });
    await server.ctx.db.updateTable('users').set({ role: 'admin' }).where('id', '=', admin.id).execute();
    expect((await enter(person('ada', { groups: [] }))).session).toMatchObject({ user: { role: 'viewer' } });
  });

  test('makes teams of groups where the map says so, and takes people out of those they left', async () => {
    await enter(person('dora', { groups: ['Pilots', 'Keepers'] }), 'teams');
    const later = await enter(person('dora', { groups: ['Keepers', 'Divers'] }), 'teams');
    const ids = later.session?.user.teams ?? [];
    const teams = await server.ctx.db.selectFrom('team').select(['id', 'name']).execute();
    expect(ids.map((id) => teams.find((team) => team.id === id)?.name).sort()).toEqual(['Divers', 'Keepers']);
  });

  test.each<[string, () => ProviderAccount | null, string, string]>([
    ['an address that is not verified', () => person('eve', { email_verified: false }), 'default', 'email_not_verified'],
    [
      'an address nobody has said to be verified',
      () => person('eve', { email_verified: undefined }),
      'default',
      'email_not_verified',
    ],
    ['no address', () => person('eve', { email: undefined }), 'default', 'email_missing'],
    ['a domain that is not allowed', () => person('eve', { email: 'eve@elsewhere.example' }), 'strict', 'domain_not_allowed'],
    ['no account where none are made', () => person('eve'), 'strict', 'not_provisioned'],
    [
      'the address of an account that is in use',
      () => person('root2', { email: 'ROOT@harbor.example' }),
      'default',
      'account_exists',
    ],
    ['a no at the provider', () => null, 'default', 'provider_refused'],
  ])('with %s is refused on a page with a reference', async (_what, account, name, reason) => {
    const refused = await enter(account(), name);
    expect([problem(refused.text), refused.session]).toEqual([reason, null]);
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(refused.text).not.toContain('<script');
  });

  test('is refused to people without a matching role or who were deactivated, and that is recorded', async () => {
    const fay = await makeUser('fay');
    await server.ctx.db.updateTable('users').set({ state: 'placeholder' }).where('id', '=', fay.id).execute();
    expect(problem((await enter(person('fay', { groups: ['strangers'] }), 'strict')).text)).toBe('no_matching_role');
    const state = await server.ctx.db.selectFrom('users').select('state').where('id', '=', fay.id).executeTakeFirst();
    expect(state).toEqual({ state: 'placeholder' });
    const claimed = await enter(person('fay', { groups: ['staff'] }), 'strict');
    expect(claimed.session).toMatchObject({ user: { id: fay.id, role: 'viewer' } });
    expect(await audited('claimed')).toMatchObject([{ resource_name: 'fay' }]);
    await server.ctx.db.updateTable('users').set({ is_active: false }).where('id', '=', fay.id).execute();
    expect(problem((await enter(person('fay', { groups: ['staff'] }), 'strict')).text)).toBe('user_deactivated');
    expect((await audited('oidc_denied')).map(({ note }) => note)).toContain('strict: user_deactivated');
  });

  test('links an account in use by its address only where the settings say so', async () => {
    const gus = await makeUser('gus');
    expect(problem((await enter(person('gus'))).text)).toBe('account_exists');
    expect((await enter(person('gus'), 'open')).session).toMatchObject({ user: { id: gus.id } });
  });

  test('accepts an invitation, by its link or by its address', async () => {
    const browser = await signIn({ ...server.ctx, app: server.app, baseUrl: base }, admin);
    const invite = async (email: string) =>
      (await browser.send('POST', 'invitations', { emails: [email], role: 'editor' })).body.results[0].url.split('/').at(-1);
    const token = await invite('someone@harbor.example');
    const hanna = await enter(person('hanna'), 'strict', `?invitation=${token}`);
    expect(problem(hanna.text)).toBe('no_matching_role');
    const again = await enter(person('hanna', { groups: ['staff'] }), 'strict', `?invitation=${token}`);
    expect(again.session).toMatchObject({ user: { username: 'hanna', email: 'someone@harbor.example', role: 'editor' } });
    expect(problem((await enter(person('ida', { groups: ['staff'] }), 'strict', `?invitation=${token}`)).text)).toBe('used_link');
    await invite('jon@harbor.example');
    expect((await enter(person('jon', { groups: ['staff'] }), 'strict')).session).toMatchObject({
      user: { username: 'jon', role: 'viewer' },
    });
  });
});

describe('a sign-in at a provider', () => {
  const halfway = async () => {
    idp.account = person('kim');
    const browser = new TestBrowser();
    let at = `${base}/auth/oidc/default/start`;
    while (!at.startsWith(`${base}/auth/oidc/default/callback`)) {
      const answer = await browser.visit(at);
      at = new URL(answer.headers.get('location') ?? '', at).href;
    }
    return { browser, callback: at };
  };

  test('is finished once, by the browser that began it, within ten minutes', async () => {
    const { browser, callback } = await halfway();
    expect(problem(await (await new TestBrowser().visit(callback)).text())).toBe('state_expired');
    expect(problem(await (await browser.visit(callback)).text())).toBe('state_expired'); // spent by the stranger
    const second = await halfway();
    expect((await second.browser.visit(second.callback)).status).toBe(302);
    expect(problem(await (await second.browser.visit(second.callback)).text())).toBe('state_expired');
    const third = await halfway();
    server.clock.advance({ minutes: 10 });
    expect(problem(await (await third.browser.visit(third.callback)).text())).toBe('state_expired');
    server.clock.set(new Date());
  });

  test('with another state, provider or code than was given is refused', async () => {
    const { browser, callback } = await halfway();
    const changed = (change: (url: URL) => void) => {
      const url = new URL(callback);
      change(url);
      return url.href;
    };
    const visit = async (url: string) => problem(await (await browser.visit(url)).text());
    expect(await visit(changed((url) => url.searchParams.set('state', 'x'.repeat(43))))).toBe('state_expired');
    expect(await visit(changed((url) => url.searchParams.delete('state')))).toBe('state_expired');
    expect(await visit(changed((url) => url.searchParams.set('code', 'guessed')))).toBe('provider_failed');
    const other = await halfway();
    const elsewhere = other.callback.replace('/default/', '/open/');
    expect(problem(await (await other.browser.visit(elsewhere)).text())).toBe('state_expired');
    expect((await browser.visit(`${base}/auth/oidc/nobody/start`)).status).toBe(404);
  });

  test.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/a\nb', '/%5Cevil'])(
    'returns to no page of others: %s',
    async (next) => {
      const { at } = await enter(person('lou'), 'default', `?next=${encodeURIComponent(next)}`);
      expect(at.startsWith('/') && !at.startsWith('//')).toBe(true);
    },
  );
});

describe('somebody who is signed in', () => {
  const browse = async (user: User) => {
    const session = await signIn({ ...server.ctx, app: server.app, baseUrl: base }, user);
    const browser = new TestBrowser();
    browser.setCookie(base, session.cookieName, session.token);
    // The browser has the newest cookie: pages renew it, too.
    const send: typeof session.send = (method, path, body) =>
      session.send(method, path, body, { cookie: `${session.cookieName}=${browser.cookie(base, session.cookieName)}` });
    const begin = async (path: string) => {
      const answer = await send('POST', path, { next: '/users/me' });
      expect(answer.status).toBe(201);
      const cookie = String(answer.headers['set-cookie']).split(';')[0]?.split('=') ?? [];
      browser.setCookie(base, cookie[0] ?? '', cookie[1] ?? '');
      return browser.open(answer.body.url);
    };
    return { session, send, browser, begin };
  };

  test('adds a provider, proves who they are there, and removes it', async () => {
    const mia = await makeUser('mia');
    idp.account = person('mia');
    const { session, send, begin, browser } = await browse(mia);
    expect((await begin('auth/oidc/default/link')).at).toBe(`${base}/users/me`);
    expect((await send('GET', 'auth/oidc')).body.results).toMatchObject([{ provider: 'default', label: 'Harbor ID' }]);
    expect((await enter(person('mia'))).session).toMatchObject({ user: { id: mia.id, role: 'viewer' } });

    const logins = idp.logins;
    expect((await begin('auth/oidc/default/proof')).at).toBe(`${base}/users/me`);
    expect(idp.logins).toBe(logins + 1); // asked again, though the provider knew the browser
    idp.account = person('somebody-else');
    browser.forget(idp.issuer);
    expect(problem(await (await begin('auth/oidc/default/proof')).answer.text())).toBe('other_identity');
    expect(browser.cookie(base, session.cookieName)).toBeDefined();
    const refused = await send('DELETE', 'auth/oidc/default');
    expect([refused.status, refused.body.code]).toEqual([409, 'no_other_way_in']);
  });

  test('does not take over what belongs to another account', async () => {
    await enter(person('nils'));
    const { begin } = await browse(await makeUser('olga'));
    idp.account = person('nils');
    expect(problem(await (await begin('auth/oidc/default/link')).answer.text())).toBe('identity_taken');
  });

  test('signs out at the provider, too', async () => {
    const { browser, session } = await enter(person('pia'));
    const answer = await fetch(`${base}/api/v1/auth/logout`, {
      method: 'POST',
      headers: {
        cookie: `tocsin_session=${browser.cookie(base, 'tocsin_session')}`,
        'x-csrf-token': session?.csrf_token ?? '',
        'sec-fetch-site': 'same-origin',
      },
    });
    const { end_session_url: url } = (await answer.json()) as { end_session_url: string };
    expect(new URL(url).origin).toBe(idp.issuer);
    expect(new URL(url).searchParams.get('post_logout_redirect_uri')).toBe(`${base}/login`);
    expect((await browser.visit(url)).status).toBe(200);
  });
});

test('password sign-in can be switched off once an admin has come by a provider', async () => {
  await enter(person('quinn', { groups: ['/ops/admins'] }));
  const browser = await signIn({ ...server.ctx, app: server.app, baseUrl: base }, admin);
  expect((await browser.send('PUT', 'auth/policy', { password: false })).status).toBe(200);
  const login = await browser.send('POST', 'auth/login', { login: 'root', password: 'whatever it was' });
  expect([login.status, login.body.code]).toEqual([403, 'password_sign_in_disabled']);
});

test('a provider that is not there is a page, not an error of ours', async () => {
  await idp[Symbol.asyncDispose]();
  server.clock.advance({ hours: 2 });
  const answer = await fetch(`${base}/auth/oidc/default/start`, { redirect: 'manual' });
  expect([answer.status, problem(await answer.text())]).toEqual([502, 'provider_unreachable']);
});
