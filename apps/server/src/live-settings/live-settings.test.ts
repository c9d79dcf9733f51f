import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOrganization, createToken, nextGrafanaUserId } from '../access/index.ts';
import { loadConfig } from '../config/index.ts';
import { domainsOf, emailSettings } from '../domains.ts';
import { inTransaction } from '../platform/db/create-db.ts';
import { type Answer, asAnswer } from '../testing/answer.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import { createUser } from '../users/index.ts';
import { LIVE_SETTING_NAMES } from './index.ts';

const MASK = '******cret';
let server: TestServer;
let admin: Ask;
let viewer: Ask;
let foreign: Ask;

type Ask = (method: 'GET' | 'PUT' | 'DELETE', path: string, value?: unknown, tag?: string) => Promise<Answer>;

async function person(name: string, role: 'admin' | 'viewer', org: string): Promise<Ask> {
  const token = await inTransaction(server.ctx.db, async (tx) => {
    const grafanaId = await nextGrafanaUserId(tx, org);
    const fields = { grafanaId, username: name, email: `${name}@example.net`, role, passwordHash: null };
    const made = await createUser(tx, org, fields, server.clock.now());
    if (!made.ok) throw new Error(made.reason);
    return (await createToken(tx, org, { userId: made.user.id, name: 'test' }, server.clock.now())).text;
  });
  return async (method, path, value, tag) =>
    asAnswer(
      await server.app.inject({
        method,
        url: `/api/v1/live_settings${path}`,
        headers: { authorization: token, ...(tag === undefined ? {} : { 'if-match': tag }) },
        ...(value === undefined ? {} : { payload: { value } }),
      }),
    );
}

beforeAll(async () => {
  server = await startTestServer({
    env: { EMAIL_HOST: 'mail.harbor.example', EMAIL_HOST_USER: 'tocsin@harbor.example', EMAIL_HOST_PASSWORD: 'the env secret' },
  });
  const { db } = server.ctx;
  const organization = async (name: string) =>
    (await inTransaction(db, (tx) => createOrganization(tx, { name }, server.clock.now()))).id;
  const first = await organization('Harbor');
  server.clock.advance({ seconds: 1 });
  const second = await organization('Lagoon');
  [admin, viewer, foreign] = [
    await person('ada', 'admin', first),
    await person('vera', 'viewer', first),
    await person('otto', 'admin', second),
  ];
});
afterAll(() => server[Symbol.asyncDispose]());

test('what the environment is asked for is what can be changed', () => {
  expect(Object.keys(loadConfig({}).secrets.live).sort()).toEqual([...LIVE_SETTING_NAMES].sort());
});

describe('live settings', () => {
  test('show the environment until they are set; secrets only their end', async () => {
    const { body } = await viewer('GET', '');
    expect(body.map(({ name }: { name: string }) => name)).toEqual(LIVE_SETTING_NAMES);
    expect(body[0]).toEqual({
      id: 'EMAIL_HOST',
      name: 'EMAIL_HOST',
      description: 'The SMTP server that mails leave by.',
      default_value: 'mail.harbor.example',
      value: 'mail.harbor.example',
      is_stored: false,
      error: null,
      is_secret: false,
    });
    expect((await viewer('GET', '/EMAIL_HOST_PASSWORD')).body).toMatchObject({ value: MASK, is_secret: true });
    expect((await viewer('GET', '/EMAIL_PORT')).body).toMatchObject({ default_value: 587, value: 587 });
  });

  test('count from the next mail on, and no more once they are reset', async () => {
    expect(emailSettings(server.ctx)?.host).toBe('mail.harbor.example');
    const set = await admin('PUT', '/EMAIL_HOST', 'relay.harbor.example');
    expect([set.status, set.body]).toMatchObject([200, { value: 'relay.harbor.example', is_stored: true, error: null }]);
    await admin('PUT', '/EMAIL_PORT', '2525');
    expect((await admin('PUT', '/EMAIL_HOST_PASSWORD', 'another secret')).body.value).toBe(MASK);
    expect((await admin('PUT', '/EMAIL_HOST_PASSWORD', MASK)).body.value).toBe(MASK); // sent back, it changes nothing
    expect(emailSettings(server.ctx)).toEqual({
      host: 'relay.harbor.example',
      port: 2525,
      user: 'tocsin@harbor.example',
      password: 'another secret',
      security: 'starttls',
      from: 'tocsin@harbor.example',
      fromName: 'Tocsin',
    });
    const stored = await server.ctx.db.selectFrom('live_setting').selectAll().where('name', '=', 'EMAIL_HOST_PASSWORD').execute();
    expect([stored[0]?.value, String(stored[0]?.value_encrypted).includes('another')]).toEqual([null, false]);
    for (const name of ['EMAIL_HOST', 'EMAIL_PORT', 'EMAIL_HOST_PASSWORD'])
      expect((await admin('DELETE', `/${name}`)).status).toBe(204);
    expect(emailSettings(server.ctx)).toMatchObject({ host: 'mail.harbor.example', password: 'the env secret', port: 587 });
  });

  test('that are wrong are kept with their error, and do not count', async () => {
    expect((await admin('PUT', '/EMAIL_PORT', 'many')).body).toMatchObject({
      value: 'many',
      error: 'It must be a whole number from 1 to 65535.',
    });
    expect((await admin('PUT', '/EMAIL_HOST', '')).body.error).toBe('Empty');
    expect(emailSettings(server.ctx)).toMatchObject({ host: 'mail.harbor.example', port: 587 });
    for (const name of ['EMAIL_HOST', 'EMAIL_PORT']) await admin('DELETE', `/${name}`);
  });

  test('let outgoing requests go to private addresses while they say so', async () => {
    const { outbound } = server.ctx;
    const ask = async () => {
      const answer = await outbound.request({
        method: 'GET',
        url: 'http://127.0.0.1:9/',
        timeoutMs: 1_000,
        maxBytes: 1,
      } as never);
      return answer.ok ? 'answered' : answer.reason;
    };
    expect(await ask()).toBe('blocked');
    await admin('PUT', '/DANGEROUS_WEBHOOKS_ENABLED', 'true');
    expect(await ask()).toBe('refused');
    await admin('DELETE', '/DANGEROUS_WEBHOOKS_ENABLED');
    expect(await ask()).toBe('blocked');
  });

  test('are changed by those who may, in the first organization, and leave a record without the value', async () => {
    expect((await viewer('PUT', '/EMAIL_HOST', 'x.example')).status).toBe(403);
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/EMAIL_HOST'],
      ['PUT', '/EMAIL_HOST'],
      ['DELETE', '/EMAIL_HOST'],
    ] as const)
      expect((await foreign(method, path, method === 'PUT' ? 'x' : undefined)).status, path).toBe(404);
    expect((await admin('GET', '/SECRET_KEY')).status).toBe(404);
    expect((await admin('PUT', '/EMAIL_HOST', { a: 1 })).body).toEqual({ value: ['Expected a text, a number or a boolean.'] });
    const { etag } = (await admin('GET', '/EMAIL_FROM_NAME')).headers as { etag: string };
    expect((await admin('PUT', '/EMAIL_FROM_NAME', 'Harbor', etag)).status).toBe(200);
    expect((await admin('PUT', '/EMAIL_FROM_NAME', 'Docks', etag)).status).toBe(412);
    const records = await server.ctx.db
      .selectFrom('audit_record')
      .select(['action_name', 'resource_id', 'before_json', 'after_json'])
      .where('resource_type', '=', 'live_setting')
      .orderBy('seq', 'desc')
      .limit(1)
      .execute();
    expect(records).toEqual([
      { action_name: 'live_setting_updated', resource_id: 'EMAIL_FROM_NAME', before_json: null, after_json: null },
    ]);
    expect(domainsOf(server.ctx).authMail.isOn()).toBe(true);
  });
});
