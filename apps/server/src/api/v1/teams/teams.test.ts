import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiUser, type ApiWorld, startApi } from '../../../testing/api.ts';

let api: ApiWorld;
let mia: ApiUser;
let olaf: ApiUser;
beforeAll(async () => {
  api = await startApi();
  mia = await api.user('mia', 'viewer');
  olaf = await api.user('olaf', 'viewer');
});
afterAll(() => api[Symbol.asyncDispose]());

const members = async (team: string) =>
  (await api.admin.get(`teams/${team}/members`)).body.map((one: { id: string; is_maintainer: boolean }) => [
    one.id,
    one.is_maintainer,
  ]);

describe('a team', () => {
  test('is changed in name by those with teams:write, in members and sharing by its maintainers too', async () => {
    const { id } = (await api.admin.post('teams/', { name: 'sre', members: [mia.id], maintainers: [mia.id] })).body;
    expect(await members(id)).toEqual([[mia.id, true]]);
    expect((await olaf.patch(`teams/${id}`, { members: [olaf.id] })).status).toBe(403);
    expect((await mia.patch(`teams/${id}`, { name: 'mine' })).status).toBe(403);
    expect((await mia.patch(`teams/${id}`, { maintainers: [olaf.id] })).status).toBe(403);
    expect(
      (await mia.patch(`teams/${id}`, { members: [mia.id, olaf.id], is_sharing_resources_to_all: true })).body,
    ).toMatchObject({
      name: 'sre',
      is_sharing_resources_to_all: true,
    });
    expect(await members(id)).toEqual([
      [mia.id, true],
      [olaf.id, false],
    ]);
    expect((await api.admin.patch(`teams/${id}`, { name: 'platform' })).body.name).toBe('platform');
    await api.admin.put('roles/fixed:settings-editor/assignments', { users: [olaf.id] });
    expect((await olaf.patch(`teams/${id}`, { is_sharing_resources_to_all: false })).status).toBe(200);
    expect((await olaf.patch(`teams/${id}`, { members: [] })).status).toBe(403);
    await api.admin.put('roles/fixed:settings-editor/assignments', { users: [] });
  });

  test('with roles lets nobody in but by those who have what these carry', async () => {
    const { id } = (await api.admin.post('teams/', { name: 'strong', members: [mia.id], maintainers: [mia.id] })).body;
    await api.admin.put('roles/fixed:admin/assignments', { teams: [id] });
    await api.admin.put('roles/fixed:admin/assignments', { teams: [] });
    await api.admin.put('roles/fixed:schedules-editor/assignments', { teams: [id] });
    expect((await mia.patch(`teams/${id}`, { members: [mia.id, olaf.id] })).status).toBe(200); // a member has it too
    const keeper = (await api.admin.post('roles/', { name: 'Teams', permissions: ['teams:write'] })).body.id;
    await api.admin.put(`roles/${keeper}/assignments`, { users: [olaf.id] });
    await api.admin.patch(`teams/${id}`, { members: [mia.id] });
    expect((await olaf.patch(`teams/${id}`, { members: [mia.id, olaf.id] })).body.code).toBe('grant_beyond_own');
    expect((await olaf.patch(`teams/${id}`, { members: [] })).status).toBe(200);
    await api.admin.delete(`teams/${id}`);
    expect((await api.admin.get('roles/fixed:schedules-editor/assignments')).body.teams).toEqual([]);
    await api.admin.put(`roles/${keeper}/assignments`, { users: [] });
  });

  test('tells what belongs to it', async () => {
    const { id } = (await api.admin.post('teams/', { name: 'owner' })).body;
    await api.admin.post('escalation_chains/', { name: 'of owner', team_id: id });
    expect((await api.admin.get(`teams/${id}/uses`)).body).toEqual({
      integrations: 0,
      escalation_chains: 1,
      schedules: 0,
      webhooks: 0,
      on_call_shifts: 0,
    });
    expect((await api.admin.get('teams/?search=OWN')).body.results.map((team: { name: string }) => team.name)).toEqual(['owner']);
  });
});

describe('settings of the organization', () => {
  const path = 'organizations/current/settings';

  test('are read by viewers and changed by admins, key by key', async () => {
    const before = (await mia.get(path)).body;
    expect(before).toMatchObject({
      id: api.admin.org,
      name: 'Harbor',
      rbac_enabled: true,
      acknowledge_remind_timeout: 0,
      week_start: 'mon',
      banner: null,
      rbac: { enabled: true, custom_roles: expect.any(Number) },
    });
    expect((await mia.put(path, { name: 'x' })).status).toBe(403);
    const changes = {
      acknowledge_remind_timeout: 3600,
      unacknowledge_timeout: 300,
      is_resolution_note_required: true,
      banner: { title: 'Drill', body: 'Today at ten' },
      default_timezone: 'Europe/Berlin',
      alert_group_table_columns: [{ id: 'team', name: 'Team', type: 'label' }],
      grafana_url: 'https://grafana.example',
    };
    expect((await api.admin.put(path, changes)).body).toEqual({ ...before, ...changes });
    expect((await mia.get(path)).body).toEqual({ ...before, ...changes });
    expect((await api.admin.patch(path, { banner: null, is_resolution_note_required: false })).body.banner).toBeNull();
    expect((await api.admin.get('organizations/OOTHER/settings')).status).toBe(404);
  });

  test.each<[string, object]>([
    ['a reminder after a minute', { acknowledge_remind_timeout: 60 }],
    ['a zone that is none', { default_timezone: 'Mars/Olympus' }],
    ['a week that starts on Friday', { week_start: 'fri' }],
    ['a banner without a body', { banner: { title: 'x' } }],
    ['an address that is none', { grafana_url: 'grafana' }],
    ['no name', { name: '' }],
    ['columns of an unknown type', { alert_group_table_columns: [{ id: 'a', name: 'A', type: 'x' }] }],
  ])('do not take %s', async (_what, body) => {
    const answer = await api.admin.put(path, body);
    expect([answer.status, Object.keys(answer.body)]).toEqual([400, Object.keys(body)]);
  });

  test('say how long data is kept, key by key, within bounds', async () => {
    const retention = {
      alert_payload_days: 90,
      alert_group_days: 400,
      webhook_response_days: 30,
      audit_days: 400,
      quiet_hours: null,
    };
    expect((await mia.get(path)).body.retention).toEqual(retention);
    const wanted = { alert_payload_days: null, quiet_hours: { start: '22:00', end: '06:30' } };
    expect((await api.admin.patch(path, { retention: wanted })).body.retention).toEqual({ ...retention, ...wanted });
    expect((await api.admin.patch(path, { retention: { audit_days: 90 } })).body.retention).toEqual({
      ...retention,
      ...wanted,
      audit_days: 90,
    });
    const refused = await api.admin.patch(path, {
      retention: {
        alert_payload_days: 6,
        audit_days: null,
        webhook_response_days: 366,
        quiet_hours: { start: '25:00', end: '6' },
      },
    });
    expect([refused.status, refused.body]).toEqual([
      400,
      {
        retention: {
          alert_payload_days: ['Ensure this value is greater than or equal to 7.'],
          audit_days: ['This field may not be null.'],
          webhook_response_days: ['Ensure this value is less than or equal to 365.'],
          quiet_hours: ['Expected start and end as HH:MM.'],
        },
      },
    ]);
    expect((await api.admin.patch(path, { retention: [] })).body).toEqual({
      retention: ['Expected a dictionary of items but got type "list".'],
    });
    expect((await mia.patch(path, { retention: {} })).status).toBe(403);
  });

  test('decide whether added roles count, for administrators only, and how permissions are written', async () => {
    await api.admin.put('roles/fixed:settings-editor/assignments', { users: [olaf.id] });
    expect((await olaf.patch(path, { week_start: 'sun' })).status).toBe(200);
    const refused = await olaf.patch(path, { rbac_enabled: false });
    expect([refused.status, refused.body]).toMatchObject([403, { code: 'permission_denied', contact: [{ id: api.admin.id }] }]);
    expect((await api.admin.patch(path, { rbac_enabled: false, is_grafana_irm_enabled: true })).body.rbac.enabled).toBe(false);
    expect((await olaf.patch(path, { week_start: 'mon' })).status).toBe(403);
    expect((await api.admin.get('roles/fixed:settings-reader')).body.permissions).toEqual([
      'grafana-irm-app.other-settings:read',
    ]);
    await api.admin.patch(path, { rbac_enabled: true, is_grafana_irm_enabled: false });
  });
});

describe('Grafana’s calls', () => {
  const call = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object, user = api.admin) => {
    const answer = await api.app.inject({
      method,
      url: `/api/${path}`,
      headers: { authorization: `Bearer ${user.token}`, 'x-grafana-url': 'https://tocsin.example' },
      ...(body === undefined ? {} : { payload: body }),
    });
    return [answer.statusCode, answer.json()];
  };

  test('make, find, change and delete teams, as Terraform’s grafana_team does', async () => {
    const [status, made] = await call('POST', 'teams', { name: 'harbor', email: 'harbor@example.net' });
    expect([status, made]).toEqual([
      200,
      { message: 'Team created', teamId: expect.any(Number), uid: expect.stringMatching(/^T/) },
    ]);
    const { teamId, uid } = made as { teamId: number; uid: string };
    const shown = {
      id: teamId,
      uid,
      orgId: 1,
      name: 'harbor',
      email: 'harbor@example.net',
      avatarUrl: `/avatar/${uid}`,
      memberCount: 0,
    };
    expect(await call('GET', `teams/${teamId}`)).toEqual([200, shown]);
    expect(await call('POST', 'teams', { name: 'harbor' })).toEqual([409, { message: 'Team name taken' }]);
    expect(await call('GET', 'teams/search?name=harbor')).toEqual([
      200,
      { totalCount: 1, teams: [shown], page: 1, perPage: 1000 },
    ]);
    expect(await call('GET', 'teams/search?name=nothing')).toEqual([200, { totalCount: 0, teams: [], page: 1, perPage: 1000 }]);
    expect(await call('GET', `teams/${teamId}/preferences`)).toEqual([200, {}]);
    expect(await call('PUT', `teams/${teamId}`, { name: 'harbor-sre', email: '' })).toEqual([200, { message: 'Team updated' }]);
    expect(await call('GET', `teams/${uid}`)).toEqual([200, { ...shown, name: 'harbor-sre', email: '' }]);
    expect((await api.admin.get(`teams/${uid}`)).body).toMatchObject({ name: 'harbor-sre', grafana_id: teamId });
    expect(await call('DELETE', `teams/${teamId}`)).toEqual([200, { message: 'Team deleted' }]);
    expect(await call('GET', `teams/${teamId}`)).toEqual([404, { message: 'Team not found' }]);
  });

  test('take people by their numbers', async () => {
    const [, people] = await call('GET', 'org/users');
    const { userId } = (people as { login: string; userId: number }[]).find((one) => one.login === 'mia') as { userId: number };
    expect(people).toContainEqual({ orgId: 1, userId, email: 'mia@example.net', login: 'mia', name: '', role: 'Viewer' });
    const { teamId } = (await call('POST', 'teams', { name: 'crew' }))[1] as { teamId: number };
    const list = `teams/${teamId}/members`;
    const member = { userId, email: 'mia@example.net', login: 'mia', name: '', permission: 0, labels: [] };
    expect((await call('POST', list, { userId }))[0]).toBe(200);
    expect((await call('POST', list, { userId }))[0]).toBe(400);
    expect(await call('GET', list)).toEqual([200, [member]]);
    expect((await call('PUT', `${list}/${userId}`, { permission: 4 }))[0]).toBe(200);
    expect(await call('GET', list)).toEqual([200, [{ ...member, permission: 4 }]]);
    expect((await call('DELETE', `${list}/${userId}`))[0]).toBe(200);
    expect(await call('DELETE', `${list}/${userId}`)).toEqual([404, { message: 'Team member not found.' }]);
    expect(await call('POST', list, { userId: 999 })).toEqual([404, { message: 'User not found' }]);
  });

  test('ask for teams:write and answer refusals with a message', async () => {
    const [status, body] = await call('POST', 'teams', { name: 'x' }, mia);
    expect([status, body]).toMatchObject([
      403,
      { message: 'You do not have permission to perform this action.', required: ['teams:write'] },
    ]);
    expect(await call('GET', 'org/users', undefined, { ...mia, token: 'nothing-that-anybody-has' })).toMatchObject([
      403,
      { message: 'Invalid token.' },
    ]);
    for (const wrong of [{}, { name: '' }, { name: 7 }, { name: 'a', email: 7 }])
      expect((await call('POST', 'teams', wrong))[0]).toBe(400);
  });
});
