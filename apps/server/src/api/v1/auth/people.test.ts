import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createOrganization, nextGrafanaUserId } from '../../../access/index.ts';
import { inTransaction } from '../../../platform/db/create-db.ts';
import { type Answer, asAnswer } from '../../../testing/answer.ts';
import { type SignedIn, signIn } from '../../../testing/sign-in.ts';
import { startSmtpServer, type TestSmtpServer } from '../../../testing/smtp.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { createUser, hashPassword, type User } from '../../../users/index.ts';

const OLD = 'seven quiet lanterns';
const NEW = 'eight louder lanterns';
let server: TestServer;
let smtp: TestSmtpServer;
let org: string;
let oldHash: string;

const makeUser = async (username: string, role: 'admin' | 'editor' = 'editor'): Promise<User> =>
  inTransaction(server.ctx.db, async (tx) => {
    const grafanaId = await nextGrafanaUserId(tx, org);
    const fields = { grafanaId, username, email: `${username}@harbor.example`, role, passwordHash: oldHash };
    const made = await createUser(tx, org, fields, server.clock.now());
    if (!made.ok) throw new Error(made.reason);
    return made.user;
  });
const browse = (user: User): Promise<SignedIn> => signIn({ ...server.ctx, app: server.app, baseUrl: 'http://tocsin.test' }, user);
const post = async (path: string, body: unknown): Promise<Answer> =>
  asAnswer(await server.app.inject({ method: 'POST', url: `/api/v1/${path}`, payload: body as object }));
const login = (username: string, password: string) => post('auth/login', { login: username, password });
const lastMail = () => smtp.mails.at(-1);
const tokenIn = (text: string | undefined, path: string): string =>
  new RegExp(`http://tocsin\\.test/${path}/([\\w-]{43})`).exec(text ?? '')?.[1] ?? '';

let ada: User;
let admin: SignedIn;
beforeAll(async () => {
  smtp = await startSmtpServer();
  const mail = {
    EMAIL_HOST: '127.0.0.1',
    EMAIL_PORT: String(smtp.port),
    EMAIL_USE_TLS: 'false',
    EMAIL_FROM_ADDRESS: 'tocsin@harbor.example',
  };
  server = await startTestServer({ env: mail });
  org = (await inTransaction(server.ctx.db, (tx) => createOrganization(tx, { name: 'Harbor' }, server.clock.now()))).id;
  oldHash = await hashPassword(OLD);
  ada = await makeUser('ada', 'admin');
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await smtp[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await server.ctx.db.deleteFrom('sign_in_attempts').execute();
  admin = await browse(ada);
});

describe('a forgotten password', () => {
  test('is reset once by a link that is mailed, which ends every session', async () => {
    const ben = await makeUser('ben');
    const session = await browse(ben);
    expect((await post('auth/password/forgot', { login: 'BEN@harbor.example' })).status).toBe(202);
    expect(JSON.stringify(await server.ctx.db.selectFrom('password_reset').selectAll().execute())).toBe('[]');
    await server.runDue();
    expect(lastMail()?.to).toMatchObject({ value: [{ address: 'ben@harbor.example', name: 'ben' }] });
    const token = tokenIn(lastMail()?.text, 'reset');
    expect((await post('auth/password/reset', { token, password: 'lanterns' })).body).toHaveProperty('password');
    expect((await post('auth/password/reset', { token, password: NEW })).status).toBe(204);
    expect((await session.send('GET', 'auth/session')).status).toBe(401);
    const again = await post('auth/password/reset', { token, password: OLD });
    expect([again.status, again.body.code]).toEqual([410, 'used_link']);
    expect((await login('ben', OLD)).status).toBe(401);
    expect((await login('ben', NEW)).status).toBe(200);
    await server.runDue();
    expect(lastMail()?.subject).toBe('Your Tocsin password was changed');
  });

  test('says nothing about who there is, and can be asked for five times an hour', async () => {
    const mails = smtp.mails.length;
    const known = await post('auth/password/forgot', { login: 'ada' });
    const unknown = await post('auth/password/forgot', { login: 'nobody' });
    expect([unknown.status, unknown.text]).toEqual([known.status, known.text]);
    for (let n = 0; n < 3; n += 1) await post('auth/password/forgot', { login: 'ada' });
    expect((await post('auth/password/forgot', { login: 'ada' })).status).toBe(429);
    await server.runDue();
    expect(smtp.mails.length).toBe(mails + 4);
  });

  test('can be reset by a link from an admin, which works for half an hour', async () => {
    const cleo = await makeUser('cleo');
    const made = await admin.send('POST', `users/${cleo.id}/password_reset`);
    expect(made.status).toBe(201);
    const token = tokenIn(made.body.url, 'reset');
    server.clock.advance({ minutes: 30 });
    const late = await post('auth/password/reset', { token, password: NEW });
    expect([late.status, late.body.code]).toEqual([410, 'expired_link']);
    expect((await post('auth/password/reset', { token: 'x'.repeat(43), password: NEW })).status).toBe(404);
    const editor = await browse(cleo);
    expect((await editor.send('POST', `users/${ada.id}/password_reset`)).status).toBe(403);
  });
});

describe('a password', () => {
  test('is changed with the old one, which ends all other sessions and gives this one a new cookie', async () => {
    const dora = await makeUser('dora');
    const [here, there] = [await browse(dora), await browse(dora)];
    const wrong = await here.send('POST', 'auth/password', { current_password: 'no', password: NEW });
    expect([wrong.status, wrong.body]).toEqual([400, { current_password: ['The password is wrong.'] }]);
    const old = { cookie: here.cookie };
    const changed = await here.send('POST', 'auth/password', { current_password: OLD, password: NEW });
    expect(changed.status).toBe(204);
    expect((await there.send('GET', 'auth/session')).status).toBe(401);
    expect(here.cookie).not.toBe(old.cookie);
    expect((await here.send('GET', 'auth/session', undefined, old)).status).toBe(200); // requests under way
    server.clock.advance({ seconds: 31 });
    expect((await here.send('GET', 'auth/session', undefined, old)).status).toBe(401);
    expect((await here.send('GET', 'auth/session')).body.user.username).toBe('dora');
    expect((await login('dora', NEW)).status).toBe(200);
  });
});

describe('a changed e-mail address', () => {
  test('counts once its owner has followed the link, of which the former address is told', async () => {
    const mia = await makeUser('mia');
    const session = await browse(mia);
    const asked = await session.send('PATCH', 'users/current', { email: 'mia@new.example' });
    expect(asked.body).toMatchObject({ email: 'mia@harbor.example', unverified_email: 'mia@new.example' });
    await server.runDue();
    const [link, warning] = smtp.mails.slice(-2).sort((one, other) => String(one.subject).localeCompare(String(other.subject)));
    expect(link?.to).toMatchObject({ value: [{ address: 'mia@new.example' }] });
    expect([warning?.subject, warning?.to]).toMatchObject([
      'Your Tocsin address is about to change',
      { value: [{ address: 'mia@harbor.example' }] },
    ]);
    const token = tokenIn(link?.text, 'confirm-email');
    expect((await post('auth/email/confirm', { token: 'x'.repeat(43) })).status).toBe(404);
    const done = await post('auth/email/confirm', { token });
    expect([done.status, done.body]).toEqual([200, { email: 'mia@new.example' }]);
    expect((await post('auth/email/confirm', { token })).status).toBe(404);
    expect((await session.send('GET', 'users/current/profile')).body).toMatchObject({
      email: 'mia@new.example',
      unverified_email: null,
    });
    const { results } = (await admin.send('GET', 'audit/?action=email_confirmed')).body;
    expect(results).toMatchObject([
      { resource: { id: mia.id }, diff: { before: { email: 'mia@harbor.example' }, after: { email: 'mia@new.example' } } },
    ]);
  });

  test('is given up by asking for the old one, by a newer one, and after a day; nobody gets the address of another', async () => {
    const nils = await makeUser('nils');
    const session = await browse(nils);
    const change = async (email: string) => {
      const answer = await session.send('PATCH', 'users/current', { email });
      await server.runDue();
      const mail = smtp.mails.findLast((each) => each.subject === 'Confirm your address for Tocsin');
      return { answer, token: tokenIn(mail?.text, 'confirm-email') };
    };
    expect((await change('ada@harbor.example')).answer.body).toEqual({ email: ['A user with this email already exists.'] });
    const first = await change('one@new.example');
    const second = await change('two@new.example');
    expect((await post('auth/email/confirm', { token: first.token })).status).toBe(404);
    expect((await change('nils@harbor.example')).answer.body).toMatchObject({
      email: 'nils@harbor.example',
      unverified_email: null,
    });
    expect((await post('auth/email/confirm', { token: second.token })).status).toBe(404);
    const late = await change('late@new.example');
    const race = await change('race@new.example');
    expect(late.token).not.toBe(race.token);
    await makeUser('racer');
    await server.ctx.db.updateTable('users').set({ email: 'race@new.example' }).where('username', '=', 'racer').execute();
    const beaten = await post('auth/email/confirm', { token: race.token });
    expect([beaten.status, beaten.body.code]).toEqual([409, 'email_taken']);
    const { token } = await change('day@new.example');
    server.clock.advance({ hours: 24 });
    const expired = await post('auth/email/confirm', { token });
    expect([expired.status, expired.body.code]).toEqual([410, 'expired_link']);
  });
});

describe('sessions', () => {
  test('are listed and ended by their person, one or all others', async () => {
    const emil = await makeUser('emil');
    const [one, two, three] = [await browse(emil), await browse(emil), await browse(emil)];
    const listed = await one.send('GET', 'auth/sessions');
    expect(listed.body.results.map((row: { id: string; is_current: boolean }) => [row.id, row.is_current]).sort()).toEqual(
      [
        [one.sessionId, true],
        [two.sessionId, false],
        [three.sessionId, false],
      ].sort(),
    );
    expect((await one.send('DELETE', `auth/sessions/${two.sessionId}`)).status).toBe(204);
    expect((await two.send('GET', 'auth/session')).status).toBe(401);
    expect((await one.send('DELETE', `auth/sessions/${admin.sessionId}`)).status).toBe(404);
    expect((await one.send('DELETE', 'auth/sessions')).status).toBe(204);
    expect((await three.send('GET', 'auth/session')).status).toBe(401);
    expect((await one.send('GET', 'auth/session')).status).toBe(200);
  });

  test('of others are ended by admins only', async () => {
    const fay = await makeUser('fay');
    const browser = await browse(fay);
    expect((await browser.send('GET', `users/${ada.id}/sessions`)).status).toBe(403);
    expect((await browser.send('DELETE', `users/${ada.id}/sessions`)).status).toBe(403);
    expect((await admin.send('GET', `users/${fay.id}/sessions`)).body.results.length).toBe(1);
    expect((await admin.send('DELETE', `users/${fay.id}/sessions`)).status).toBe(204);
    expect((await browser.send('GET', 'auth/session')).status).toBe(401);
  });

  test('ask for a fresh proof before what is sensitive', async () => {
    server.clock.advance({ minutes: 15 });
    const asked = await admin.send('POST', 'invitations', { emails: ['x@harbor.example'], role: 'viewer' });
    expect([asked.status, asked.body.code]).toEqual([403, 'proof_required']);
    expect((await admin.send('POST', 'auth/proof', { password: 'no' })).status).toBe(400);
    const former = { cookie: admin.cookie };
    const proved = await admin.send('POST', 'auth/proof', { password: OLD });
    expect(proved.status).toBe(204);
    expect((await admin.send('GET', 'invitations', undefined, former)).status).toBe(200);
    const stolen = await admin.send('POST', 'invitations', { emails: ['x@harbor.example'], role: 'viewer' }, former);
    expect([stolen.status, stolen.body.code]).toEqual([403, 'proof_required']);
    const done = await admin.send('POST', 'invitations', { emails: ['x@harbor.example'], role: 'viewer' });
    expect(done.status).toBe(201);
  });
});

describe('an invitation', () => {
  const accept = (token: string, fields: object = {}) =>
    post('invitations/accept', { token, username: 'gita', password: NEW, name: 'Gita', timezone: 'Asia/Kolkata', ...fields });

  test('is mailed, makes a user with what it grants, and works once', async () => {
    const team = await admin.send('POST', 'teams', { name: 'Pilots' });
    const made = await admin.send('POST', 'invitations', {
      emails: ['gita@harbor.example'],
      role: 'editor',
      team_ids: [team.body.id],
      role_ids: ['fixed:api-keys-editor'],
      note: 'Welcome aboard.',
    });
    expect(made.body.results[0]).toMatchObject({ state: 'pending', url: null, invited_by: ada.id });
    await server.runDue();
    expect(lastMail()?.text).toContain('Welcome aboard.');
    const token = tokenIn(lastMail()?.text, 'invite');
    expect((await post('invitations/lookup', { token })).body).toMatchObject({
      email: 'gita@harbor.example',
      organization: 'Harbor',
      role: 'editor',
    });
    expect((await accept(token, { username: 'ada' })).body).toHaveProperty('username');
    expect((await accept(token, { password: 'gita@harbor' })).body).toHaveProperty('password');
    const done = await accept(token);
    expect(done.status).toBe(201);
    const cookie = String(done.headers['set-cookie']).split(';')[0] ?? '';
    const session = asAnswer(await server.app.inject({ url: '/api/v1/auth/session', headers: { cookie } }));
    expect(session.body.user).toMatchObject({
      username: 'gita',
      role: 'editor',
      timezone: 'Asia/Kolkata',
      teams: [team.body.id],
    });
    expect(session.body.permissions).toContain('api-keys:write');
    const second = await accept(token);
    expect([second.status, second.body.code]).toEqual([410, 'used_link']);
    const again = await admin.send('POST', 'invitations', { emails: ['GITA@harbor.example'], role: 'editor' });
    expect([again.status, again.body.code]).toEqual([409, 'already_active']);
  });

  test('is sent again with a new link, and revoked', async () => {
    const made = await admin.send('POST', 'invitations', { emails: ['hugo@harbor.example'], role: 'viewer', send: false });
    const [{ id, url }] = made.body.results;
    const resent = await admin.send('POST', `invitations/${id}/resend`, { send: false });
    expect((await post('invitations/lookup', { token: tokenIn(url, 'invite') })).status).toBe(404);
    const token = tokenIn(resent.body.url, 'invite');
    expect((await post('invitations/lookup', { token })).status).toBe(200);
    expect((await admin.send('GET', 'invitations')).body.results.map((row: { email: string }) => row.email)).toContain(
      'hugo@harbor.example',
    );
    expect((await admin.send('DELETE', `invitations/${id}`)).status).toBe(204);
    expect((await post('invitations/lookup', { token })).status).toBe(410);
    expect((await admin.send('DELETE', `invitations/${id}`)).status).toBe(409);
  });

  test('ends after seven days', async () => {
    const made = await admin.send('POST', 'invitations', { emails: ['ines@harbor.example'], role: 'viewer', send: false });
    server.clock.advance({ days: 7 });
    expect((await accept(tokenIn(made.body.results[0].url, 'invite'))).body.code).toBe('expired_link');
  });

  test('to the address of an imported person claims them: id and rules stay', async () => {
    const jana = await makeUser('jana');
    await server.ctx.db
      .updateTable('users')
      .set({ state: 'placeholder', password_hash: null })
      .where('id', '=', jana.id)
      .execute();
    expect((await login('jana', OLD)).body.code).toBe('bad_credentials');
    const made = await admin.send('POST', 'invitations', { emails: ['jana@harbor.example'], role: 'editor', send: false });
    expect(made.body.results[0].user_id).toBe(jana.id);
    const done = await accept(tokenIn(made.body.results[0].url, 'invite'), { username: 'jana' });
    expect([done.status, done.body.user_id]).toEqual([201, jana.id]);
    expect((await login('jana', NEW)).status).toBe(200);
  });

  test('refuses roles and teams that are not there, and people who are no admins', async () => {
    const unknown = await admin.send('POST', 'invitations', {
      emails: ['k@harbor.example'],
      role: 'viewer',
      role_ids: ['RLNONE'],
      team_ids: ['TNONE'],
    });
    expect([unknown.status, Object.keys(unknown.body).sort()]).toEqual([400, ['role_ids', 'team_ids']]);
    const lea = await browse(await makeUser('lea'));
    expect((await lea.send('POST', 'invitations', { emails: ['k@harbor.example'], role: 'admin' })).status).toBe(403);
    expect((await lea.send('GET', 'invitations')).status).toBe(403);
  });
});

test('a person is added before they sign in, is refused twice, and is invited to what they are', async () => {
  const team = (await admin.send('POST', 'teams', { name: 'Keepers' })).body.id;
  const wanted = {
    username: 'nora',
    email: 'nora@harbor.example',
    role: 'editor',
    teams: [team],
    roles: ['fixed:api-keys-editor'],
  };
  const made = await admin.send('POST', 'users', wanted);
  expect([made.status, made.body]).toEqual([201, expect.objectContaining({ ...wanted, state: 'placeholder', timezone: null })]);
  expect((await admin.send('GET', `users/${made.body.id}`)).body).toMatchObject({ username: 'nora', teams: [team] });
  expect((await admin.send('POST', 'users', { ...wanted, username: 'nora2' })).body).toHaveProperty('email');
  expect((await admin.send('POST', 'users', { ...wanted, email: 'n@x', teams: ['TNONE'] })).status).toBe(400);
  const invited = await admin.send('POST', 'invitations', { emails: [wanted.email], role: 'editor', send: false });
  expect(invited.body.results[0].user_id).toBe(made.body.id);
  const editor = await browse(await makeUser('otto'));
  expect((await editor.send('POST', 'users', { ...wanted, username: 'p', email: 'p@x' })).status).toBe(403);
});

describe('the policy of signing in', () => {
  test('sets how long sessions live, and keeps passwords while there is no other way in', async () => {
    expect((await admin.send('GET', 'auth/policy')).body).toEqual({
      password: true,
      second_factor: 'optional',
      session_days: 30,
      session_idle_days: 7,
    });
    expect((await admin.send('PUT', 'auth/policy', { password: false })).body.code).toBe('no_other_way_in');
    expect((await admin.send('PUT', 'auth/policy', { session_idle_days: 0 })).status).toBe(400);
    expect((await admin.send('PUT', 'auth/policy', { session_idle_days: 1 })).body.session_idle_days).toBe(1);
    server.clock.advance({ days: 1 });
    expect((await admin.send('GET', 'auth/session')).status).toBe(401);
  });
});
