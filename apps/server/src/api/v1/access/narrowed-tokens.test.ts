import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiUser, type ApiWorld, startApi } from '../../../testing/api.ts';

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

test('a token that respects the visibility of teams makes only tokens that do', async () => {
  const eva = await api.user('eva', 'viewer');
  await api.admin.patch(`users/${eva.id}`, { roles: ['fixed:api-keys-editor'] });
  const careful = (await eva.post('tokens/', { name: 'careful', respect_team_visibility: true })).body.token;
  const make = (body: object) => eva.post('tokens/', body, { authorization: careful });
  expect((await make({ name: 'open', respect_team_visibility: false })).body.code).toBe('narrowed_token');
  expect((await make({ name: 'as careful' })).body.respect_team_visibility).toBe(true);
  expect((await eva.post('tokens/', { name: 'open', respect_team_visibility: false })).status).toBe(201);
});

test('nobody takes roles, or what roles carry, from people who are stronger', async () => {
  const desk = (
    await api.admin.post('roles/', { name: 'Role desk', permissions: ['roles:write', 'teams:write', 'integrations:read'] })
  ).body.id;
  const clerk = await api.user('clerk', 'viewer');
  await api.admin.put(`roles/${desk}/assignments`, { users: [clerk.id] });
  const shared = (await api.admin.post('roles/', { name: 'Watch', permissions: ['integrations:read', 'schedules:read'] })).body
    .id;
  const chief = await api.user('chief', 'admin');
  const peer = await api.user('peer', 'viewer');
  const holders = { users: [chief.id, peer.id] };
  expect((await api.admin.put(`roles/${shared}/assignments`, holders)).status).toBe(200);
  const codeOf = async (answer: ReturnType<ApiUser['put']>) => (await answer).body.code ?? (await answer).status;
  expect(await codeOf(clerk.put(`roles/${shared}/assignments`, { users: [peer.id] }))).toBe('grant_beyond_own');
  expect(await codeOf(clerk.patch(`users/${chief.id}`, { roles: [] }))).toBe('grant_beyond_own');
  expect(await codeOf(clerk.patch(`roles/${shared}`, { permissions: ['integrations:read'] }))).toBe('grant_beyond_own');
  expect(await codeOf(clerk.put(`roles/${shared}/assignments`, { users: [chief.id] }))).toBe(200); // the peer is no stronger
  expect((await api.admin.get(`roles/${shared}/assignments`)).body.users).toEqual([chief.id]);

  const team = (await api.admin.post('teams/', { name: 'rulers', members: [chief.id, peer.id] })).body.id;
  await api.admin.put('roles/fixed:admin/assignments', { teams: [team] });
  expect(await codeOf(clerk.put(`teams/${team}`, { members: [peer.id] }))).toBe('grant_beyond_own');
  expect(await codeOf(clerk.delete(`teams/${team}`))).toBe('grant_beyond_own');
  expect((await api.admin.get(`teams/${team}/members`)).body).toHaveLength(2);
  expect(await codeOf(api.admin.delete(`teams/${team}`))).toBe(204);
});

test('who adds a person to a team must have the roles of the team', async () => {
  const keeper = await api.user('keeper', 'viewer');
  const people = (await api.admin.post('roles/', { name: 'Reception', permissions: ['users:write'] })).body.id;
  await api.admin.put(`roles/${people}/assignments`, { users: [keeper.id] });
  const team = (await api.admin.post('teams/', { name: 'kings' })).body.id;
  await api.admin.put('roles/fixed:admin/assignments', { teams: [team] });
  const person = { username: 'mole', email: 'mole@harbor.example', role: 'viewer' };
  expect((await keeper.post('users', { ...person, teams: [team] })).body.code).toBe('grant_beyond_own');
  expect((await keeper.post('users', person)).status).toBe(201);
});
