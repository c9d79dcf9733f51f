import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiWorld, startApi } from '../../../testing/api.ts';

let api: ApiWorld;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const narrowed = async (body: object) => {
  const { token } = (await api.admin.post('tokens/', body)).body;
  return (path: string, sent: object) => api.admin.post(path, sent, { authorization: token });
};

test('a narrowed token opens no way in with more rights than it has', async () => {
  const eve = await api.user('eve', 'viewer');
  const team = (await api.admin.post('teams/', { name: 'sre' })).body.id;
  for (const post of [
    await narrowed({ name: 'scoped', scopes: ['admin:admin'] }),
    await narrowed({ name: 'team', team_ids: [team] }),
  ]) {
    const invitation = { emails: ['mallory@example.net'], role: 'admin', send: false };
    for (const [path, body] of [
      ['invitations/', invitation],
      [`users/${api.admin.id}/password_reset`, {}],
      ['tokens/', { name: 'wide' }],
    ] as const)
      expect((await post(path, body)).body.detail, path).toMatch(/^(A token with narrowed rights|You do not have permission)/);
    expect((await api.admin.get('invitations/')).body.count).toBe(0);
  }
  const scoped = await narrowed({ name: 'scoped too', scopes: ['admin:admin'] });
  const role = { name: 'Everything', permissions: ['integrations:write'] };
  expect((await scoped('roles/', role)).body.code).toBe('grant_beyond_own');
  expect((await scoped('service_accounts/', { name: 'robot', role: 'admin' })).body.code).toBe('grant_beyond_own');
  expect((await scoped('roles/', { name: 'Keepers', permissions: ['users:write'] })).status).toBe(201);
  expect((await api.admin.post(`users/${eve.id}/password_reset`)).status).toBe(201);
});
