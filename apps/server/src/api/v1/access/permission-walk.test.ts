import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Caller, PERMISSIONS, type Permission } from '../../../access/index.ts';
import { type ApiWorld, startApi } from '../../../testing/api.ts';
import { type Endpoint, endpointsOf, permissionsPage } from '../../../testing/permissions-page.ts';
import { expectedOf } from './expected-permissions.ts';

const PAGE = fileURLToPath(new URL('../../../../../../docs/permissions.md', import.meta.url));

let api: ApiWorld;
let endpoints: Endpoint[];
let caller: Caller;

beforeAll(async () => {
  api = await startApi({
    authenticate: async () => ({
      ok: true,
      caller,
      session: {
        org: caller.org,
        id: 'SENOTHING',
        userId: 'UNOBODY',
        csrfToken: 'x',
        createdAt: api.clock.now(),
        lastSeenAt: api.clock.now(),
        provedAt: api.clock.now(),
        method: 'password',
        secondFactor: true,
        ip: null,
        userAgent: null,
        viewedRole: null,
      },
    }),
  });
  endpoints = endpointsOf((await api.app.inject({ url: '/api/openapi.json' })).json());
});
afterAll(() => api[Symbol.asyncDispose]());

/** Somebody with exactly these permissions, who is nobody, so that what they are let do finds nothing. */
const withPermissions = (permissions: readonly Permission[], actor: Caller['actor']): Caller => ({
  org: api.admin.org,
  actor,
  userId: actor.type === 'user' ? actor.userId : null,
  role: 'none',
  permissions: new Set(permissions),
  via: 'api',
  tokenId: 'KWALK',
  sessionId: null,
  isNarrowed: false,
  availableTeams: 'all',
  visibility: 'all',
});
const nobody = { type: 'user', userId: 'UNOBODY' } as const;
const account = { type: 'service_account', id: 'SAWALK', number: 1, name: 'walk', mayAct: false } as const;

async function ask(endpoint: Endpoint, permissions: readonly Permission[], actor: Caller['actor'] = nobody) {
  caller = withPermissions(permissions, actor);
  const answer = await api.app.inject({
    method: endpoint.method as 'GET',
    url: endpoint.path.replaceAll(/\{\w+\}/g, 'NOTHING'),
    headers: { authorization: 'whoever' },
    ...(endpoint.method === 'GET' ? {} : { payload: {} }),
  });
  expect(answer.statusCode, `${endpoint.method} ${endpoint.path}`).toBeLessThan(500);
  const body = String(answer.headers['content-type'] ?? '').startsWith('application/json') ? answer.json() : {};
  return { status: answer.statusCode, refused: answer.statusCode === 403 && Array.isArray(body?.required), detail: body?.detail };
}

test('the table knows every endpoint, and each asks for what the table says', () => {
  const wrong = endpoints
    .map((endpoint) => [
      `${endpoint.method} ${endpoint.path}`,
      endpoint.requirement ?? 'public',
      expectedOf(endpoint.method, endpoint.path),
    ])
    .filter(([, asks, expected]) => JSON.stringify(asks) !== JSON.stringify(expected));
  expect(wrong).toEqual([]);
});

test('each endpoint is refused to every permission but its own, and open to each of its own', { timeout: 240_000 }, async () => {
  const wrong: string[] = [];
  for (const endpoint of endpoints) {
    const expected = expectedOf(endpoint.method, endpoint.path);
    if (expected === null || expected === 'public') continue;
    const accepted: readonly Permission[] =
      expected === 'signed-in' ? [] : typeof expected === 'string' ? [expected] : expected.anyOf;
    const others = PERMISSIONS.filter((permission) => !accepted.includes(permission));
    const name = `${endpoint.method} ${endpoint.path}`;
    if (expected !== 'signed-in') {
      for (const permission of others)
        if (!(await ask(endpoint, [permission])).refused) wrong.push(`${name} lets ${permission} in`);
      if (!(await ask(endpoint, others)).refused) wrong.push(`${name} lets all others together in`);
    }
    if (endpoint.streams) continue; // an answer that goes on
    for (const one of expected === 'signed-in' ? [[]] : accepted.map((permission) => [permission])) {
      if ((await ask(endpoint, one)).refused) wrong.push(`${name} refuses ${one.join()}`);
    }
  }
  expect(wrong).toEqual([]);
});

describe('service accounts', () => {
  test('are refused where only people may act, with everything allowed', async () => {
    for (const endpoint of endpoints.filter(({ usersOnly }) => usersOnly !== null)) {
      const answer = await ask(endpoint, PERMISSIONS, account);
      expect([answer.status, answer.detail], endpoint.path).toEqual([
        403,
        expect.stringMatching(
          /^(Invalid token\.|Service accounts are not allowed to \w+ alert groups|This is for people who are signed in; tokens cannot do it\.)$/,
        ),
      ]);
    }
  });
});

test('docs/permissions.md tells what holds', async () => {
  const page = permissionsPage(endpoints);
  expect(page).toContain('| POST | `/api/v1/integrations` | `integrations:write` | ● |  |  |  | yes |');
  await expect(page).toMatchFileSnapshot(PAGE);
});
