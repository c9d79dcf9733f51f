import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADDRESS_LIMIT, addressKey, takeAttempt } from '../../../access/index.ts';
import { asAnswer } from '../../../testing/answer.ts';
import { type ApiWorld, startApi, TEST_SETUP_CODE } from '../../../testing/api.ts';
import { hashPassword, setPasswordHash } from '../../../users/index.ts';

const PASSWORD = 'the heron waits by the weir';
let world: ApiWorld;

beforeAll(async () => {
  world = await startApi();
  await setPasswordHash(world.db, world.admin.org, world.admin.id, await hashPassword(PASSWORD));
});
afterAll(() => world[Symbol.asyncDispose]());

type Headers = Record<string, string>;
const send = async (method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown, headers: Headers = {}) =>
  asAnswer(
    await world.app.inject({
      method,
      url: `/api/v1/${path}`,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    }),
  );
const login = (fields: Record<string, unknown>, headers: Headers = {}) =>
  send('POST', 'auth/login', { login: 'ada', password: PASSWORD, ...fields }, headers);
const cookieOf = (answer: { headers: Readonly<Record<string, unknown>> }) =>
  String(answer.headers['set-cookie']).split(';')[0] ?? '';
const failures = () => world.db.deleteFrom('sign_in_attempts').execute();

describe('signing in', () => {
  test('answers a cookie that opens the API, and the session tells all a page needs', async () => {
    const answer = await login({});
    expect(answer.status).toBe(200);
    expect(answer.headers['set-cookie']).toMatch(
      /^__Host-tocsin_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=2592000$/,
    );
    const cookie = cookieOf(answer);
    const session = await send('GET', 'auth/session', undefined, { cookie });
    expect(session.status).toBe(200);
    expect(session.body).toMatchObject({
      user: { id: world.admin.id, username: 'ada', role: 'admin', teams: [] },
      organization: { name: 'Harbor', is_resolution_note_required: false },
      session: { method: 'password', second_factor: false },
    });
    expect(session.body.permissions).toContain('alert-groups:write');
    expect((await send('GET', 'users', undefined, { cookie })).status).toBe(200);
    const stored = await world.db.selectFrom('user_session').selectAll().execute();
    expect(JSON.stringify(stored)).not.toContain(cookie.split('=')[1]);
  });

  test('works by e-mail address in any case, and forgets with the browser when asked to', async () => {
    const answer = await login({ login: 'ADA@example.net', remember: false });
    expect(answer.status).toBe(200);
    expect(answer.headers['set-cookie']).not.toMatch(/max-age/i);
  });

  test.each([
    ['a wrong password', { password: 'not the heron at all' }],
    ['an unknown name', { login: 'nobody' }],
  ])('with %s is refused in the same words', async (_what, fields) => {
    const answer = await login(fields);
    expect([answer.status, answer.body]).toEqual([401, { detail: 'Name or password is wrong.', code: 'bad_credentials' }]);
    expect(answer.headers['set-cookie']).toBeUndefined();
    await failures();
  });

  test('gets slower after five failures and works again after the wait', async () => {
    for (let n = 0; n < 5; n += 1) expect((await login({ password: 'wrong' })).body.code).toBe('bad_credentials');
    const sixth = await login({});
    expect([sixth.status, sixth.body]).toMatchObject([401, { code: 'throttled', retry_after: 30 }]);
    world.clock.advance({ seconds: 30 });
    expect((await login({ password: 'wrong' })).body.code).toBe('bad_credentials');
    expect((await login({})).body).toMatchObject({ code: 'throttled', retry_after: 60 });
    world.clock.advance({ seconds: 60 });
    expect((await login({})).status).toBe(200);
    expect((await login({ password: 'wrong' })).body.code).toBe('bad_credentials');
    await failures();
  });

  test('counts attempts that come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => login({ password: 'wrong' })));
    expect(answers.filter(({ body }) => body.code === 'bad_credentials').length).toBe(5);
    expect(answers.filter(({ body }) => body.code === 'throttled').length).toBe(7);
    await failures();
  });

  test('from one address gets slower after twenty failures, whatever the names', async () => {
    for (let n = 0; n < 19; n += 1) await takeAttempt(world.db, addressKey('127.0.0.1'), ADDRESS_LIMIT, world.clock.now());
    expect((await login({ login: 'guess' })).body.code).toBe('bad_credentials');
    expect((await login({})).body.code).toBe('throttled');
    await failures();
  });

  test('from a page of another site is refused', async () => {
    const other = await login({}, { origin: 'https://evil.example', host: 'tocsin.example.net' });
    expect([other.status, other.body.code]).toEqual([403, 'csrf']);
    expect((await login({}, { origin: 'https://tocsin.example.net' })).status).toBe(200);
  });

  test('records who came in and who failed', async () => {
    const rows = await world.db.selectFrom('audit_record').select(['action_name', 'resource_id']).execute();
    expect(rows).toContainEqual({ action_name: 'login_succeeded', resource_id: world.admin.id });
    expect(rows).toContainEqual({ action_name: 'login_failed', resource_id: world.admin.id });
  });
});

describe('a session', () => {
  test('needs its CSRF token and a page of ours for what changes something', async () => {
    const browser = await world.signIn(world.admin);
    const put = (headers: Headers) => send('POST', 'teams', { name: 'Night' }, { cookie: browser.cookie, ...headers });
    const same = { 'sec-fetch-site': 'same-origin' };
    for (const headers of [
      {},
      same,
      { 'x-csrf-token': browser.csrf },
      { 'x-csrf-token': browser.csrf, 'sec-fetch-site': 'cross-site' },
      { 'x-csrf-token': browser.csrf, 'sec-fetch-site': 'same-site' },
      { 'x-csrf-token': browser.csrf, origin: 'https://evil.example' },
      { 'x-csrf-token': `${browser.csrf}x`, ...same },
    ] as Headers[]) {
      const answer = await put(headers);
      expect([answer.status, answer.body.code], JSON.stringify(headers)).toEqual([403, 'csrf']);
    }
    expect((await browser.send('GET', 'teams')).body.count).toBe(0);
    expect((await put({ 'x-csrf-token': browser.csrf, ...same })).status).toBe(201);
  });

  test('ends when it is signed out', async () => {
    const browser = await world.signIn(world.admin);
    const { cookie } = browser;
    const out = await browser.send('POST', 'auth/logout');
    expect([out.status, out.headers['set-cookie']]).toEqual([204, expect.stringContaining('Max-Age=0')]);
    const after = await send('GET', 'users', undefined, { cookie });
    expect([after.status, after.body.code]).toEqual([401, 'unauthenticated']);
  });

  test('ends after seven days without use and after thirty in any case', async () => {
    const idle = await world.signIn(world.admin);
    const busy = await world.signIn(world.admin);
    for (let day = 0; day < 6; day += 1) {
      world.clock.advance({ days: 5, minutes: 1 });
      expect((await busy.send('GET', 'auth/session')).status, `day ${day * 5}`).toBe(day < 5 ? 200 : 401);
    }
    expect((await idle.send('GET', 'auth/session')).status).toBe(401);
  });

  test('is nothing to routes without one: no header and no cookie is the answer that clients know', async () => {
    expect((await send('GET', 'users')).body).toMatchObject({ detail: 'Invalid token.' });
    const asked = await send('GET', 'auth/session');
    expect([asked.status, asked.body.code]).toEqual([401, 'unauthenticated']);
    const wrong = await send('GET', 'users', undefined, { cookie: '__Host-tocsin_session=made-up' });
    expect([wrong.status, wrong.body.code]).toEqual([401, 'unauthenticated']);
  });

  test('gives way to a token on the same request', async () => {
    const ben = await world.user('ben', 'viewer');
    const browser = await world.signIn(world.admin);
    const answer = await send('GET', 'users/current', undefined, { cookie: browser.cookie, authorization: ben.token });
    expect(answer.body.username).toBe('ben');
    expect((await send('GET', 'auth/session', undefined, { authorization: ben.token })).body.code).toBe('session_only');
  });

  test('ends when its person leaves', async () => {
    const cleo = await world.user('cleo', 'editor');
    const browser = await world.signIn(cleo);
    expect((await browser.send('GET', 'auth/session')).body.user.username).toBe('cleo');
    await world.db.updateTable('users').set({ is_active: false }).where('id', '=', cleo.id).execute();
    expect((await browser.send('GET', 'auth/session')).status).toBe(401);
  });
});

describe('the first run', () => {
  const wanted = {
    code: TEST_SETUP_CODE,
    org_name: 'Lighthouse',
    name: 'Grace',
    email: 'grace@example.net',
    username: 'grace',
    password: 'a lamp upon the rock',
    timezone: 'Europe/Lisbon',
  };
  let fresh: ApiWorld;
  const setUp = async (fields: Record<string, unknown> = {}) =>
    asAnswer(await fresh.app.inject({ method: 'POST', url: '/api/v1/auth/setup', payload: { ...wanted, ...fields } }));
  const methods = async () => asAnswer(await fresh.app.inject({ url: '/api/v1/auth/methods' })).body;

  beforeAll(async () => {
    fresh = await startApi();
    await fresh.db.updateTable('users').set({ is_active: false }).execute();
  });
  afterAll(() => fresh[Symbol.asyncDispose]());

  test('needs the code, and a password that will do', async () => {
    expect(await methods()).toMatchObject({ setup_needed: true, password: true });
    expect((await setUp({ code: 'guess-guess-guess' })).body.code).toBe('wrong_setup_code');
    for (const password of [
      'short',
      'password12345',
      'aaaaaaaaaaaaaa',
      'grace-grace-1946',
      'tocsin for ever',
      'passwordpassword',
    ])
      expect((await setUp({ password })).body, password).toHaveProperty('password');
    expect((await setUp({ email: 'nobody' })).body).toHaveProperty('email');
    expect((await setUp({ timezone: 'Mars/Olympus' })).body).toHaveProperty('timezone');
    expect((await methods()).setup_needed).toBe(true);
  });

  test('happens once, however many try at the same time', async () => {
    const answers = await Promise.all([setUp(), setUp({ username: 'other', email: 'other@example.net' })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect((await methods()).setup_needed).toBe(false);
    expect((await setUp()).status).toBe(409);
    const cookie = cookieOf(answers.find(({ status }) => status === 201) as never);
    const session = asAnswer(await fresh.app.inject({ url: '/api/v1/auth/session', headers: { cookie } }));
    expect(session.body).toMatchObject({ user: { role: 'admin' }, organization: { name: 'Lighthouse' } });
  });
});

describe('an admin who views the product as a role', () => {
  const names = async () => {
    const records = world.db
      .selectFrom('audit_record')
      .select(['action_name', 'note'])
      .where('action_name', 'like', 'role_view%');
    return (await records.orderBy('seq').execute()).map((record) => [record.action_name, record.note]);
  };

  test('reads what it lets read, changes nothing, and has the own rights back afterwards', async () => {
    const session = await world.signIn(world.admin);
    const read = () => session.send('GET', 'auth/session');
    const own = (await read()).body;
    expect(own.viewing_as).toBeNull();
    const started = await session.send('PUT', 'auth/view_as', { role: 'basic:viewer' });
    expect([started.status, started.body]).toEqual([200, { id: 'basic:viewer', name: 'Viewer' }]);
    const seen = (await read()).body;
    expect(seen.viewing_as).toEqual({ id: 'basic:viewer', name: 'Viewer' });
    expect(seen.permissions).toContain('alert-groups:read');
    expect(seen.permissions.filter((one: string) => one.endsWith(':write'))).toEqual([]);
    expect((await session.send('GET', 'escalation_chains')).status).toBe(200);
    expect((await session.send('GET', 'roles')).status).toBe(403);
    expect((await session.send('PUT', 'auth/view_as', { role: 'basic:admin' })).body.code).toBe('viewing_as_role');
    expect((await session.send('DELETE', 'auth/view_as')).status).toBe(204);
    expect((await session.send('DELETE', 'auth/view_as')).status).toBe(204);
    expect((await read()).body).toMatchObject({ viewing_as: null, permissions: own.permissions });
    expect(await names()).toEqual([
      ['role_view_started', 'Viewer'],
      ['role_view_ended', null],
    ]);
  });

  test('is refused every write, also those that the role has, by session only, and may sign out', async () => {
    const role = (await world.admin.post('roles/', { name: 'Chains', permissions: ['escalation-chains:write'] })).body;
    const session = await world.signIn(world.admin);
    expect((await session.send('PUT', 'auth/view_as', { role: role.id })).body).toEqual({ id: role.id, name: 'Chains' });
    expect((await session.send('GET', 'auth/session')).body.permissions).toEqual(['escalation-chains:write']);
    for (const [method, path] of [
      ['POST', 'escalation_chains'],
      ['PATCH', `users/${world.admin.id}`],
      ['DELETE', 'auth/sessions'],
      ['POST', 'auth/proof'],
    ] as const) {
      const { status, body } = await session.send(method, path, method === 'DELETE' ? undefined : { name: 'x' });
      expect([status, body.code], `${method} ${path}`).toEqual([403, 'viewing_as_role']);
    }
    expect((await world.admin.post('escalation_chains/', { name: 'By token' })).status).toBe(201);
    expect((await world.admin.delete(`roles/${role.id}/`)).status).toBe(204);
    const gone = (await session.send('GET', 'auth/session')).body;
    expect([gone.viewing_as.name, gone.permissions]).toEqual(['a role that is gone', []]);
    expect((await session.send('POST', 'auth/logout')).status).toBe(204);
  });

  test('must be one, and name a role that is there', async () => {
    const session = await world.signIn(world.admin);
    for (const role of ['basic:root', 'RLNOTHING', ''])
      expect((await session.send('PUT', 'auth/view_as', { role })).body, role).toHaveProperty('role');
    const editor = await world.signIn(await world.user('edda', 'editor'));
    expect((await editor.send('PUT', 'auth/view_as', { role: 'basic:viewer' })).body.required).toEqual(['admin:admin']);
    expect((await world.admin.put('auth/view_as', { role: 'basic:viewer' })).body.code).toBe('session_only');
  });
});
