import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiUser, type ApiWorld, startApi } from '../../../testing/api.ts';

let api: ApiWorld;
let vera: ApiUser;
let edda: ApiUser;

beforeAll(async () => {
  api = await startApi();
  vera = await api.user('vera', 'viewer');
  edda = await api.user('edda', 'editor');
});
afterAll(() => api[Symbol.asyncDispose]());

const give = (role: string, holders: object, by = api.admin) => by.put(`roles/${role}/assignments`, holders);
const as = (token: string, user: ApiUser = api.admin) => ({
  get: (path: string, headers: Record<string, string> = {}) => user.get(path, { authorization: token, ...headers }),
  post: (path: string, body?: unknown) => user.post(path, body, { authorization: token }),
});
const INTEGRATION = { type: 'webhook' };

describe('roles', () => {
  test('fixed ones are there and stay as they are', async () => {
    const { body } = await api.admin.get('roles/?name=integrations editor');
    expect(body.results).toEqual([
      {
        id: 'fixed:integrations-editor',
        name: 'Integrations Editor',
        description: expect.any(String),
        is_fixed: true,
        permissions: ['integrations:read', 'integrations:write', 'integrations:test'].map((name) => `grafana-oncall-app.${name}`),
      },
    ]);
    expect((await api.admin.put('roles/fixed:admin', { name: 'Mine' })).status).toBe(403);
    expect((await api.admin.delete('roles/fixed:admin')).status).toBe(403);
    expect((await vera.get('roles/')).status).toBe(403);
  });

  test('custom ones take any spelling of a permission, are given, and cannot go while somebody has them', async () => {
    const made = await api.admin.post('roles/', {
      name: 'Installer',
      permissions: ['grafana-irm-app.integrations:write', 'plugins.app:access', 'integrations:write'],
    });
    expect([made.status, made.body.permissions]).toEqual([201, ['grafana-oncall-app.integrations:write']]);
    expect((await api.admin.post('roles/', { name: 'installer', permissions: [] })).body).toEqual({
      name: ['A role with this name already exists.'],
    });
    expect((await api.admin.post('roles/', { name: 'x', permissions: ['everything'] })).body).toEqual({
      permissions: ['"everything" is not a permission.'],
    });
    const refused = await edda.post('integrations/', INTEGRATION);
    expect([refused.status, refused.body]).toEqual([
      403,
      {
        detail: 'You do not have permission to perform this action.',
        code: 'permission_denied',
        required: ['integrations:write'],
        granted_by: ['Admin', 'Integrations Editor'],
        contact: [{ id: api.admin.id, name: 'ada', email: 'ada@example.net' }],
      },
    ]);
    expect((await give(made.body.id, { users: [edda.id] })).body).toEqual({ users: [edda.id], teams: [], service_accounts: [] });
    expect((await edda.post('integrations/', INTEGRATION)).status).toBe(201);
    expect((await edda.get('users/current/permissions')).body.permissions).toContainEqual({
      action: 'grafana-oncall-app.integrations:write',
      granted_by: ['Installer'],
    });
    expect((await api.admin.delete(`roles/${made.body.id}`)).body.code).toBe('role_in_use');
    await api.db.updateTable('organization').set({ rbac_enabled: false }).where('id', '=', api.admin.org).execute();
    expect((await edda.post('integrations/', INTEGRATION)).status).toBe(403);
    await api.db.updateTable('organization').set({ rbac_enabled: true }).where('id', '=', api.admin.org).execute();
    await give(made.body.id, { users: [] });
    expect((await edda.post('integrations/', INTEGRATION)).status).toBe(403);
    expect((await api.admin.delete(`roles/${made.body.id}`)).status).toBe(204);
  });

  test('nobody gives what they do not have', async () => {
    const keeper = (await api.admin.post('roles/', { name: 'Keeper', permissions: ['roles:write'] })).body.id;
    await give(keeper, { users: [edda.id] });
    expect((await edda.post('roles/', { name: 'More', permissions: ['integrations:write'] })).body.code).toBe('grant_beyond_own');
    expect((await give('fixed:admin', { users: [edda.id] }, edda)).body.code).toBe('grant_beyond_own');
    expect((await edda.post('roles/', { name: 'Same', permissions: ['alert-groups:write'] })).status).toBe(201);
    expect((await give('fixed:alert-groups-editor', { users: [vera.id] }, edda)).status).toBe(200);
    expect((await vera.get('users/current/permissions')).body.roles).toEqual([
      { id: 'fixed:alert-groups-editor', name: 'Alert Groups Editor', through_team_id: null },
    ]);
    await give('fixed:alert-groups-editor', { users: [] });
    await give(keeper, { users: [] });
  });

  test('are given to who is there only', async () => {
    for (const holders of [{ users: ['UNOBODY'] }, { teams: ['TNONE'] }, { service_accounts: ['SANONE'] }])
      expect((await give('fixed:reader', holders)).body).toEqual({ [Object.keys(holders)[0] ?? '']: ['Object does not exist'] });
    expect((await give('fixed:none', {})).status).toBe(404);
  });
});

describe('API tokens', () => {
  test('are shown once, listed to their owner, and end', async () => {
    const made = await api.admin.post('tokens/', { name: 'laptop' });
    expect(made.body).toMatchObject({
      id: expect.any(Number),
      name: 'laptop',
      user_id: api.admin.id,
      scopes: null,
      token: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const { token, id } = made.body;
    const me = as(token);
    for (const headers of [
      { authorization: token },
      { authorization: `Bearer ${token}` },
      { authorization: token, 'x-grafana-url': 'https://other.example' },
    ])
      expect((await api.admin.get('users/current', headers)).body.id).toBe(api.admin.id);
    const listed = (await api.admin.get('tokens/')).body.results.find((row: { id: number }) => row.id === id);
    expect(listed).toMatchObject({
      name: 'laptop',
      starts_with: token.slice(0, 4),
      last_used_at: '2026-03-02T09:00:00Z',
      last_used_ip: '127.0.0.1',
    });
    expect(JSON.stringify(listed)).not.toContain(token);
    expect((await api.admin.post('tokens/', { name: 'Laptop' })).body).toEqual({
      name: ['A token with this name already exists.'],
    });
    expect((await api.admin.delete(`tokens/${id}`)).status).toBe(204);
    expect((await me.get('users/current')).body).toEqual({ detail: 'Invalid token.', code: 'invalid_token' });
    expect((await api.admin.delete(`tokens/${id}`)).status).toBe(404);
    expect((await api.admin.post('tokens/', { name: 'laptop' })).status).toBe(201);
  });

  test.each([
    ['no name', { name: ' ' }, { detail: 'Invalid token name' }],
    ['a name of 51 characters', { name: 'x'.repeat(51) }, { detail: 'Invalid token name' }],
    [
      'an end in the past',
      { name: 'a', expires_at: '2026-03-02T08:59:59Z' },
      { expires_at: ['The time must be in the future.'] },
    ],
    ['an unknown scope', { name: 'a', scopes: ['all'] }, { scopes: ['"all" is not a permission.'] }],
    ['an unknown team', { name: 'a', team_ids: ['TNONE'] }, { team_ids: ['Object does not exist'] }],
    ['a weak text', { name: 'a', token: 'ab'.repeat(20) }, { token: [expect.stringContaining('hard to guess')] }],
    [
      'a service token',
      { name: 'a', token: `glsa_${'aB3dE6gH'.repeat(4)}_0011aabb` },
      { token: [expect.stringContaining('service accounts')] },
    ],
  ])('with %s are refused', async (_what, body, error) => {
    const answer = await api.admin.post('tokens/', body);
    expect([answer.status, answer.body]).toMatchObject([400, error]);
  });

  test('are limited in number, of live ones', async () => {
    await using small = await startApi({ tokensPerUser: 2 });
    const second = await small.admin.post('tokens/', { name: 'second', expires_at: '2026-03-02T10:00:00Z' });
    expect((await small.admin.post('tokens/', { name: 'third' })).body).toMatchObject({ detail: 'Max token count' });
    small.clock.advance({ seconds: 3_600 });
    expect((await as(second.body.token, small.admin).get('users/current')).status).toBe(403);
    expect((await small.admin.post('tokens/', { name: 'third' })).status).toBe(201);
  });

  test('made elsewhere are adopted: the old text works, and only its digest is kept', async () => {
    const old = '6f1e0cb2a94d4c1786c3f0b0a7d95ce1b2a8d4f65c3e1f7a9b0d2c4e6f8a1b3c';
    const adopted = await api.admin.post('tokens/', { name: 'terraform', token: old });
    expect(adopted.body).toMatchObject({ is_adopted: true, token: old });
    expect((await as(old).get('users/current')).body.id).toBe(api.admin.id);
    expect((await edda.post('tokens/', { name: 'theft', token: old })).status).toBe(403);
    expect((await api.admin.post('tokens/', { name: 'again', token: old })).body).toEqual({
      token: ['This token is in use already.'],
    });
    expect(JSON.stringify(await api.db.selectFrom('api_token').selectAll().execute())).not.toContain(old);
  });

  test('are narrowed by scopes and to reading, and make no other tokens', async () => {
    const make = async (body: object) => as((await api.admin.post('tokens/', body)).body.token);
    const scoped = await make({ name: 'scoped', scopes: ['grafana-irm-app.integrations:read', 'api-keys:write'] });
    expect((await scoped.get('integrations/')).status).toBe(200);
    expect((await scoped.get('schedules/')).status).toBe(403);
    expect((await scoped.post('integrations/', INTEGRATION)).status).toBe(403);
    expect((await scoped.post('tokens/', { name: 'wide' })).body.code).toBe('narrowed_token');
    expect((await scoped.get('users/current/permissions')).body.permissions.map((row: { action: string }) => row.action)).toEqual(
      ['grafana-oncall-app.integrations:read', 'grafana-oncall-app.api-keys:write'],
    );
    const reader = await make({ name: 'reader', read_only: true });
    expect((await reader.get('schedules/')).status).toBe(200);
    expect((await reader.post('integrations/', INTEGRATION)).status).toBe(403);
  });

  test('are narrowed to teams', async () => {
    const [mine, other] = await Promise.all(
      ['mine', 'other'].map(async (name) => (await api.admin.post('teams/', { name })).body.id),
    );
    for (const [name, team_id] of [
      ['of mine', mine],
      ['of other', other],
      ['of none', null],
    ])
      await api.admin.post('escalation_chains/', { name, team_id });
    const { token } = (await api.admin.post('tokens/', { name: 'team', team_ids: [mine] })).body;
    const names = (await as(token).get('escalation_chains/')).body.results.map((row: { name: string }) => row.name);
    expect(names.sort()).toEqual(['of mine', 'of none']);
    expect((await as(token).post('escalation_chains/', { name: 'new', team_id: other })).body).toEqual({
      team_id: ['Object does not exist'],
    });
  });

  test('of others are for administrators to see and end', async () => {
    const id = (await api.admin.get(`tokens/?user_id=${vera.id}`)).body.results[0].id;
    await give('fixed:api-keys-editor', { users: [edda.id] });
    expect((await edda.get(`tokens/?user_id=${vera.id}`)).status).toBe(403);
    expect((await edda.get(`tokens/${id}`)).status).toBe(404);
    expect((await edda.delete(`tokens/${id}`)).status).toBe(404);
    expect((await edda.get('tokens/?all=true')).status).toBe(403);
    expect((await edda.get('tokens/')).body.count).toBe(1);
    expect((await api.admin.get('tokens/?all=true')).body.count).toBeGreaterThan(3);
    const leaver = await api.user('leaver', 'viewer');
    const theirs = (await api.admin.get(`tokens/?user_id=${leaver.id}`)).body.results[0].id;
    expect((await api.admin.delete(`tokens/${theirs}`)).status).toBe(204);
    expect((await leaver.get('users/current')).status).toBe(403);
  });
});

describe('service accounts', () => {
  const account = async (body: object) => {
    const made = await api.admin.post('service_accounts/', body);
    expect(made.status, made.text).toBe(201);
    const token = await api.admin.post(`service_accounts/${made.body.id}/tokens`, { name: 'first' });
    expect(token.body.token).toMatch(/^glsa_[0-9A-Za-z]{32}_[0-9a-f]{8}$/);
    return { ...made.body, ...as(token.body.token), token: token.body };
  };

  test('have the rights of their roles, whether or not roles count for people', async () => {
    await api.db.updateTable('organization').set({ rbac_enabled: false }).where('id', '=', api.admin.org).execute();
    const bot = await account({ name: 'terraform' });
    expect((await bot.get('alert_groups/')).status).toBe(403);
    await api.admin.patch(`service_accounts/${bot.id}`, { roles: ['fixed:reader'] });
    expect((await bot.get('alert_groups/')).status).toBe(200);
    expect((await bot.post('integrations/', INTEGRATION)).status).toBe(403);
    await api.admin.patch(`service_accounts/${bot.id}`, { role: 'admin' });
    expect((await bot.post('integrations/', INTEGRATION)).status).toBe(201);
    await api.db.updateTable('organization').set({ rbac_enabled: true }).where('id', '=', api.admin.org).execute();
  });

  test('may not do what only people may, unless they are switched to act', async () => {
    const bot = await account({ name: 'bot', role: 'admin' });
    for (const action of ['acknowledge', 'unacknowledge', 'resolve', 'unresolve', 'silence', 'unsilence']) {
      const answer = await bot.post(`alert_groups/INOTHING/${action}`);
      expect([answer.status, answer.body.detail]).toEqual([403, `Service accounts are not allowed to ${action} alert groups`]);
    }
    for (const path of ['personal_notification_rules/', 'info/', 'tokens/'])
      expect([(await bot.get(path)).status, (await bot.get(path)).body.detail]).toEqual([403, 'Invalid token.']);
    expect((await bot.get('users/current')).body).toEqual({
      id: `service-account:${bot.number}`,
      grafana_id: bot.number,
      email: '',
      slack: null,
      username: 'bot',
      name: 'bot',
      role: 'admin',
      is_phone_number_verified: false,
      timezone: null,
      teams: [],
    });
    await api.admin.patch(`service_accounts/${bot.id}`, { may_act: true });
    expect((await bot.post('alert_groups/INOTHING/acknowledge')).status).toBe(404);
    const { id, default_route: route } = (await api.admin.post('integrations/', INTEGRATION)).body;
    const now = api.clock.now();
    await sql`
      insert into alert_group (organization_id, id, integration_id, route_id, number, title, grouping_key, started_at, received_at)
      values (${api.admin.org}, 'IBOT', ${id}, ${route.id}, 1, 'by a bot', 'k', ${now}, ${now})`.execute(api.db);
    expect((await bot.post('alert_groups/IBOT/acknowledge')).status).toBe(200);
    expect((await api.admin.get('alert_groups/IBOT')).body).toMatchObject({ state: 'acknowledged', acknowledged_by: null });
    expect((await api.admin.get('alert_groups/IBOT/timeline')).text).toContain(' by service-account:bot via API');
  });

  test('end when they are disabled or deleted', async () => {
    const bot = await account({ name: 'brief', role: 'viewer' });
    await api.admin.patch(`service_accounts/${bot.id}`, { is_disabled: true });
    expect((await bot.get('alert_groups/')).body.detail).toBe('Invalid token.');
    await api.admin.patch(`service_accounts/${bot.id}`, { is_disabled: false });
    expect((await bot.get('alert_groups/')).status).toBe(200);
    expect((await api.admin.delete(`service_accounts/${bot.id}`)).status).toBe(204);
    expect((await bot.get('alert_groups/')).status).toBe(403);
    expect((await api.admin.get(`service_accounts/${bot.id}`)).status).toBe(404);
  });

  test('keep an adopted token, see the teams they are restricted to, and are told from other organizations by X-Grafana-URL', async () => {
    const team = (await api.admin.post('teams/', { name: 'bots' })).body.id;
    await api.admin.post('escalation_chains/', { name: 'of bots', team_id: team });
    const bot = await account({ name: 'restricted', role: 'viewer', team_ids: [team] });
    const seen = (await bot.get('escalation_chains/')).body.results.map((row: { name: string }) => row.name);
    expect([seen.includes('of bots'), seen.includes('of mine')]).toEqual([true, false]);
    const old = 'glsa_HOruNAb7SOiCdshU7algkrq7FDsNSLAa_55e2f8be';
    expect((await api.admin.post(`service_accounts/${bot.id}/tokens`, { name: 'old', token: old })).status).toBe(201);
    expect((await as(old).get('escalation_chains/', { 'x-grafana-url': 'https://oncall.example' })).status).toBe(200);
    const second = await api.organization('Second');
    await api.db.updateTable('organization').set({ grafana_url: 'https://second.example/' }).where('id', '=', second).execute();
    expect((await as(old).get('escalation_chains/', { 'x-grafana-url': 'https://second.example' })).body.detail).toBe(
      'Organization not found.',
    );
    expect((await as(old).get('escalation_chains/', { 'x-grafana-url': 'not a url' })).status).toBe(200);
  });

  test('are for administrators only', async () => {
    for (const path of ['service_accounts/', 'roles/']) expect((await edda.get(path)).status).toBe(403);
    expect((await edda.post('service_accounts/', { name: 'mine' })).status).toBe(403);
  });
});
