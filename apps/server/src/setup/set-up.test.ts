import { afterEach, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import { setUp } from './set-up.ts';

let server: TestServer | null = null;
afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
  server = null;
});

/** What a start prints on an installation with these settings. */
async function start(withSetup: boolean, env: Record<string, string> = {}): Promise<string> {
  server ??= await startTestServer({ env });
  const lines: string[] = [];
  await setUp(server.ctx, { out: (text) => void lines.push(text) }, 8080, withSetup);
  return lines.join('\n');
}
const login = async (password: string) => {
  const payload = { login: 'admin', password };
  return (await server?.app.inject({ method: 'POST', url: '/api/v1/auth/login', payload }))?.statusCode;
};

describe('the first start', () => {
  test('with --setup prints a password that signs in, a token that opens the API, and a line that sends an alert', async () => {
    const printed = await start(true);
    expect(await login(/password {3}(\S{20})/.exec(printed)?.[1] ?? '')).toBe(200);
    const authorization = /API token {2}([0-9a-f]{64})/.exec(printed)?.[1] ?? '';
    expect((await server?.app.inject({ url: '/api/v1/users/current', headers: { authorization } }))?.json().username).toBe(
      'admin',
    );
    const rules = await server?.app.inject({ url: '/api/v1/personal_notification_rules', headers: { authorization } });
    expect(rules?.json().results.map(({ type, important }: { type: string; important: boolean }) => [type, important])).toEqual([
      ['notify_by_email', false],
      ['notify_by_email', true],
    ]);
    const path = /http:\/\/tocsin\.test(\/integrations\/v1\/webhook\/\w+\/)/.exec(printed)?.[1] ?? '';
    expect((await server?.app.inject({ method: 'POST', url: path, payload: { title: 'Disk full' } }))?.statusCode).toBe(200);
    expect(await start(true)).not.toMatch(/password|API token/);
  });

  test('without --setup prints a code, the same again, and no more once somebody can sign in', async () => {
    const code = /setup code {2}([A-Z2-9-]{23})/.exec(await start(false))?.[1] ?? '';
    expect(await start(false)).toContain(code);
    const payload = {
      code: code.toLowerCase().replaceAll('-', ' '),
      org_name: 'Harbor',
      username: 'ann',
      email: 'ann@harbor.example',
      password: 'the tide comes in at six',
    };
    const made = await server?.app.inject({ method: 'POST', url: '/api/v1/auth/setup', payload });
    expect(made?.statusCode).toBe(201);
    expect(await start(false)).toBe('');
    expect(await start(true)).not.toMatch(/password|API token|setup code/);
  });

  test('leaves the admin to the browser when the settings name a code', async () => {
    expect(await start(true, { TOCSIN_SETUP_CODE: 'open the harbor' })).toMatch(/as in TOCSIN_SETUP_CODE/);
    expect(await server?.ctx.firstRun.isCode('OPEN-THE-HARBOR')).toBe(true);
  });

  test('makes the admin of the settings without anybody, once', async () => {
    const env = { TOCSIN_ADMIN_EMAIL: 'ops@harbor.example', TOCSIN_ADMIN_PASSWORD: 'the crane turns at dawn' };
    expect(await start(false, env)).toContain('as admin, with TOCSIN_ADMIN_PASSWORD');
    expect(await login(env.TOCSIN_ADMIN_PASSWORD)).toBe(200);
    expect(await start(false)).toBe('');
  });

  test('refuses an admin with a password that will not do', async () => {
    const env = { TOCSIN_ADMIN_EMAIL: 'ops@harbor.example', TOCSIN_ADMIN_PASSWORD: 'password12345' };
    await expect(start(true, env)).rejects.toThrow('TOCSIN_ADMIN_PASSWORD: This password is too common.');
  });
});
