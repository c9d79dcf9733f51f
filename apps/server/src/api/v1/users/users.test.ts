import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiUser, type ApiWorld, startApi } from '../../../testing/api.ts';

let api: ApiWorld;
let noor: ApiUser;
beforeAll(async () => {
  api = await startApi();
  noor = await api.user('Noor', 'editor');
});
afterAll(() => api[Symbol.asyncDispose]());

test('people are listed, filtered, shown short and as oneself', async () => {
  const list = await api.admin.get('users/');
  expect(list.body).toMatchObject({ count: 2, page_size: 100 });
  const full = {
    id: noor.id,
    grafana_id: 2,
    email: 'Noor@example.net',
    slack: null,
    username: 'Noor',
    role: 'editor',
    is_phone_number_verified: false,
    name: '',
    timezone: null,
    teams: [],
  };
  expect((await api.admin.get(`users/${noor.id}`)).body).toEqual(full);
  expect((await noor.get('users/current/')).body).toEqual(full);
  expect((await api.admin.get('users/?username=noor')).body.results).toEqual([full]);
  const { name: _name, slack: _slack, timezone: _timezone, teams: _teams, ...short } = full;
  expect((await api.admin.get('users/?roles=1&short=true')).body.results).toEqual([short]);
  expect((await api.admin.get('users/?roles=7')).body).toEqual({
    roles: ['Select a valid choice. 7 is not one of the available choices.'],
  });
  expect((await api.admin.get('users/UNOBODY')).status).toBe(404);
});

test('the organization is one’s own, whatever page is asked for', async () => {
  expect((await api.admin.get('organizations/')).body).toMatchObject({
    count: 1,
    results: [{ id: api.admin.org }],
    page_size: 25,
  });
  expect((await api.admin.get('organizations/current')).body).toEqual({ id: api.admin.org });
  expect((await api.admin.get('organizations/OOTHER')).status).toBe(404);
  expect((await api.admin.get('info/')).body).toEqual({ url: expect.stringMatching(/^http/) });
});

test('teams take members, keep their names apart and let go of what they owned', async () => {
  const made = await api.admin.post('teams/', { name: 'sre', email: 'sre@example.net', members: [noor.id, 'UNOBODY'] });
  expect(made.body).toEqual({
    id: expect.stringMatching(/^T/),
    grafana_id: 1,
    name: 'sre',
    email: 'sre@example.net',
    avatar_url: expect.any(String),
    is_sharing_resources_to_all: false,
  });
  expect((await api.admin.get(`users/${noor.id}`)).body.teams).toEqual([made.body.id]);
  expect((await api.admin.post('teams/', { name: 'sre' })).body).toEqual({ name: ['A team with this name already exists.'] });
  const chain = (await api.admin.post('escalation_chains/', { name: 'of sre', team_id: made.body.id })).body;
  expect((await api.admin.delete(`teams/${made.body.id}/`)).status).toBe(204);
  expect((await api.admin.get(`escalation_chains/${chain.id}`)).body.team_id).toBeNull();
  expect((await noor.post('teams/', { name: 'mine' })).status).toBe(403);
});

const rule = (body: Record<string, unknown>) => api.admin.post('personal_notification_rules/', { user_id: noor.id, ...body });

test('rules keep their lists and places, as Terraform sends them', async () => {
  const wait = await rule({ type: 'wait', duration: 900, position: 1, manual_order: true });
  expect(wait.body).toEqual({
    id: expect.stringMatching(/^N/),
    user_id: noor.id,
    position: 1,
    type: 'wait',
    duration: 900,
    important: false,
  });
  const mail = await rule({ type: 'notify_by_email', position: 0, manual_order: true });
  expect(mail.body).toEqual({ id: expect.any(String), user_id: noor.id, position: 0, type: 'notify_by_email', important: false });
  const important = await rule({ type: 'notify_by_msteams', important: true });
  expect(important.body).toMatchObject({ position: 0, important: true });
  const listed = (await api.admin.get(`personal_notification_rules/?user_id=${noor.id}`)).body.results;
  expect(listed.map((row: { id: string }) => row.id)).toEqual([mail.body.id, wait.body.id, important.body.id]);
  expect((await api.admin.get('personal_notification_rules/?important=true')).body.count).toBe(1);
  const kept = await api.admin.put(`personal_notification_rules/${wait.body.id}/`, { type: 'wait' });
  expect(kept.body.duration).toBe(900);
  const turned = await api.admin.put(`personal_notification_rules/${mail.body.id}/`, { type: 'wait' });
  expect(turned.body).toMatchObject({ type: 'wait', duration: 300 });
  expect((await api.admin.delete(`personal_notification_rules/${wait.body.id}/`)).status).toBe(204);
});

test.each([
  ['no type', {}, { type: 'Type is required' }],
  ['an unknown type', { type: 'notify_by_pigeon' }, { type: 'Invalid type' }],
  ['a duration on a notification', { type: 'notify_by_sms', duration: 60 }, { duration: "Duration can't be set" }],
  ['a wait of 20 seconds', { type: 'wait', duration: 20 }, { duration: ['"0:00:20" is not a valid choice.'] }],
  ['a text as duration', { type: 'wait', duration: '300' }, { detail: 'Invalid duration format' }],
  ['nobody', { user_id: 'UNOBODY', type: 'wait' }, { detail: 'User does not exist' }],
  ['null as importance', { type: 'wait', important: null }, { important: ['This field may not be null.'] }],
])('a rule with %s is refused', async (_what, body, errors) => {
  const answer = await rule(body);
  expect([answer.status, answer.body]).toMatchObject([400, errors]);
});

test('Slack’s lists are empty and well-formed', async () => {
  for (const path of ['user_groups', 'slack_channels?channel_name=x'])
    expect((await api.admin.get(path)).body).toMatchObject({ count: 0, results: [], total_pages: 1 });
});

test('unknown paths, methods and bodies are answered in JSON', async () => {
  expect((await api.admin.get('nothing/')).body).toEqual({ detail: 'Not found.' });
  const wrong = await api.app.inject({ method: 'PUT', url: '/api/v1/users/', headers: { authorization: api.admin.token } });
  expect([wrong.statusCode, wrong.json()]).toEqual([405, { detail: 'Method "PUT" not allowed.' }]);
  const broken = await api.app.inject({
    method: 'POST',
    url: '/api/v1/teams/',
    headers: { authorization: api.admin.token, 'content-type': 'application/json' },
    payload: '{"name":',
  });
  expect([broken.statusCode, broken.json().detail]).toEqual([400, expect.stringMatching(/^JSON parse error - /)]);
  const text = await api.app.inject({
    method: 'POST',
    url: '/api/v1/teams/',
    headers: { authorization: api.admin.token, 'content-type': 'text/plain' },
    payload: 'x',
  });
  expect([text.statusCode, text.json()]).toEqual([415, { detail: 'Unsupported media type "text/plain" in request.' }]);
  const form = await api.app.inject({
    method: 'POST',
    url: '/api/v1/teams/',
    headers: { authorization: api.admin.token, 'content-type': 'application/x-www-form-urlencoded' },
    payload: 'name=form',
  });
  expect(form.statusCode).toBe(201);
});

test('a body that is too large or nested too deeply is refused before it is worked on', async () => {
  const nested = (depth: number) => `{"name": ${'['.repeat(depth)}"]]\\"]"${']'.repeat(depth)}}`;
  expect((await api.admin.post('teams/', nested(999))).body).toEqual({ name: ['Not a valid string.'] });
  const deep = await api.admin.post('teams/', nested(1_000));
  expect([deep.status, deep.body]).toMatchObject([400, { detail: 'JSON parse error - nested more than 1000 deep' }]);
  const large = await api.admin.post('teams/', { name: 'x'.repeat(5_000_000) });
  expect([large.status, large.body]).toEqual([413, { detail: 'Request body is too large' }]);
});

test('a token is held to its requests per minute and told when to come back', async () => {
  let wide = '';
  await using limited = await startApi({ requestsPerMinute: 3, requestsPerMinuteOf: (org) => (org === wide ? 5 : undefined) });
  const answers = [];
  for (let i = 0; i < 4; i += 1) answers.push(await limited.admin.get('users/current'));
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 429]);
  expect(answers[0]?.headers).toMatchObject({ 'ratelimit-limit': '3', 'ratelimit-remaining': '2', 'ratelimit-reset': '60' });
  expect(answers[3]?.headers['retry-after']).toBe('60');
  expect(answers[3]?.body).toEqual({ detail: 'Request was throttled. Expected available in 60 seconds.' });
  limited.clock.advance({ seconds: 60 });
  expect((await limited.admin.get('users/current')).status).toBe(200);
  wide = await limited.organization('Wide');
  const other = await limited.user('wanda', 'viewer', wide);
  const more = [];
  for (let i = 0; i < 6; i += 1) more.push(await other.get('users/current'));
  expect(more.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200, 429]);
  expect(more[0]?.headers).toMatchObject({ 'ratelimit-limit': '5', 'ratelimit-remaining': '4' });
});

test('every route of the API is in its document', async () => {
  const { paths } = (await api.app.inject({ url: '/api/openapi.json' })).json();
  for (const path of [
    'users/{id}',
    'integrations',
    'alert_groups/{id}/acknowledge',
    'schedules/{id}/final_shifts',
    'shift_swaps/{id}/take',
  ]) {
    expect(paths[`/api/v1/${path}`] ?? paths[`/api/v1/${path}/`], path).toBeDefined();
  }
});

test('features and checks of the set-up are told to whoever is signed in, and who may read settings', async () => {
  const nobody = await api.user('nobody', 'none');
  expect((await nobody.get('features')).body).toEqual(['labels', 'personal_webhook']);
  const checks = { is_chatops_connected: false, is_integration_chatops_connected: false, is_email_configured: false };
  expect((await noor.get('organizations/current/config-checks')).body).toEqual(checks);
  expect((await noor.get('organizations/OOTHER/config-checks')).status).toBe(404);
  expect((await nobody.get('organizations/current/config-checks')).status).toBe(403);
  expect((await noor.get('organizations/current/settings')).body.env_status).toMatchObject({ telegram_configured: false });
  expect((await noor.get('organizations/current/settings')).body.slack_channel).toBeNull();
});

test('lists tell who is on call, and where, as far as the caller sees it', async () => {
  const ivo = await api.user('ivo', 'editor');
  const team = (await api.admin.post('teams/', { name: 'harbor', members: [ivo.id] })).body.id;
  const shift = { name: 'always', type: 'recurrent_event', start: '2026-03-01T00:00:00', duration: 86_400, frequency: 'daily' };
  const { id: shiftId } = (await api.admin.post('on_call_shifts/', { ...shift, users: [noor.id], time_zone: 'UTC' })).body;
  const schedule = { type: 'calendar', time_zone: 'UTC', shifts: [shiftId] };
  const open = (await api.admin.post('schedules/', { ...schedule, name: 'open' })).body.id;
  const closed = (await api.admin.post('schedules/', { ...schedule, name: 'closed', team_id: team })).body.id;
  const found = async (query: string, by = api.admin) =>
    (await by.get(`users/?short=true&${query}`)).body.results.map((row: { username: string }) => row.username);
  expect(await found('is_currently_oncall=true')).toEqual(['Noor']);
  expect(await found('is_currently_oncall=true&permission=admin:admin')).toEqual([]);
  expect(await found('is_currently_oncall=false')).toEqual(expect.arrayContaining(['ada', 'ivo']));
  expect(await found('is_currently_oncall=false')).not.toContain('Noor');
  const all = (await api.admin.get('users/?is_currently_oncall=all')).body.results;
  expect(all).toHaveLength((await api.admin.get('users/')).body.count);
  expect(all.find((row: { id: string }) => row.id === noor.id)).toMatchObject({
    is_currently_oncall: true,
    oncall_schedules: [
      { id: closed, name: 'closed' },
      { id: open, name: 'open' },
    ],
  });
  expect(all.find((row: { id: string }) => row.id === ivo.id)).toMatchObject({
    is_currently_oncall: false,
    oncall_schedules: [],
  });
  const careful = (await api.admin.post('tokens/', { name: 'narrow', team_ids: [] })).body.token;
  const narrow = await api.admin.get('users/?is_currently_oncall=true', { authorization: careful });
  expect(narrow.body.results).toMatchObject([{ oncall_schedules: [{ id: open }] }]);
  expect((await api.admin.get('users/?is_currently_oncall=maybe')).body).toEqual({
    is_currently_oncall: ['Select a valid choice. maybe is not one of the available choices.'],
  });

  const rows = (await api.admin.get('teams/?short=false&include_no_team=true')).body.results;
  expect(rows[0]).toMatchObject({ id: 'null', name: 'No team', number_of_users_currently_oncall: 1 });
  const harbor = rows.find((row: { id: string }) => row.id === team);
  expect(harbor).toMatchObject({ name: 'harbor', number_of_users_currently_oncall: 1 });
  expect((await api.admin.get('teams/')).body.results[0]).not.toHaveProperty('number_of_users_currently_oncall');
  expect((await ivo.get('teams/?available=true')).body.count).toBe(1);
  expect((await noor.get('teams/?available=true')).body.count).toBe(0);
  expect((await api.admin.get('teams/?only_include_notifiable_teams=true')).body.count).toBe(0);
});

test('what is edited carries a tag, and is not overwritten by those who have not seen it', async () => {
  const settings = await api.admin.get('organizations/current/settings');
  const profile = await api.admin.get(`users/${noor.id}/profile`);
  const write = (path: string, body: object, tag: unknown) => api.admin.patch(path, body, { 'if-match': String(tag) });
  expect((await write('organizations/current/settings', { week_start: 'sun' }, settings.headers.etag)).status).toBe(200);
  const stale = await write('organizations/current/settings', { week_start: 'sat' }, settings.headers.etag);
  expect([stale.status, stale.body.code]).toEqual([412, 'conflict']);
  const named = await write(`users/${noor.id}`, { name: 'Noor' }, profile.headers.etag);
  expect([named.status, named.headers.etag === profile.headers.etag]).toEqual([200, false]);
  expect((await write(`users/${noor.id}`, { name: 'N.' }, profile.headers.etag)).status).toBe(412);
  expect((await write(`users/${noor.id}`, { name: 'N.' }, named.headers.etag)).body.name).toBe('N.');
});

test('filters count for single rules and teams, too', async () => {
  const [ana, bo] = [await api.user('ana-f', 'editor'), await api.user('bo-f', 'editor')];
  const rule = await api.admin.post('personal_notification_rules/', { user_id: ana.id, type: 'notify_by_sms', important: true });
  const path = `personal_notification_rules/${rule.body.id}/`;
  expect((await api.admin.get(`${path}?user_id=${ana.id}&important=true`)).body).toEqual(rule.body);
  expect((await api.admin.get(`${path}?user_id=${bo.id}`)).status).toBe(404);
  expect((await api.admin.delete(`${path}?important=false`)).status).toBe(404);
  expect((await api.admin.get(`${path}?user_id=UNOBODY`)).body).toMatchObject({ detail: 'User not found.' });
  expect((await api.admin.get(`${path}?important=maybe`)).body).toMatchObject({ detail: 'Important is not bool' });
  const team = (await api.admin.post('teams/', { name: 'filtered', members: [] })).body;
  expect((await api.admin.get(`teams/${team.id}/?name=filtered`)).body).toEqual(team);
  expect((await api.admin.get(`teams/${team.id}/?name=`)).body).toEqual(team);
  expect((await api.admin.get(`teams/${team.id}/?name=Filtered`)).status).toBe(404);
});

test('a call finds a person by an address in any case', async () => {
  const { id } = await api.user('cy-f', 'editor');
  const call = async (email: string) => {
    const { status, body } = await api.admin.post('make_call/', { email, message: 'Disk full' });
    return [status, body];
  };
  expect(await call('CY-F@Example.net')).toEqual([400, { error: 'number-not-verified' }]);
  expect(await call('cy-g@example.net')).toEqual([404, { error: 'user-not-found' }]);
  await api.db.updateTable('users').set({ is_active: false }).where('id', '=', id).execute();
  expect(await call('cy-f@example.net')).toEqual([404, { error: 'user-not-found' }]);
});
