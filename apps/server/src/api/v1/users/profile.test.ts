import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiUser, type ApiWorld, startApi } from '../../../testing/api.ts';

let api: ApiWorld;
let noor: ApiUser;
let vera: ApiUser;
beforeAll(async () => {
  api = await startApi();
  noor = await api.user('noor', 'editor');
  vera = await api.user('vera', 'viewer');
});
afterAll(() => api[Symbol.asyncDispose]());

const patch = (user: ApiUser, id: string, body: object, by = user) => by.patch(`users/${id}`, body);

describe('a profile', () => {
  test('is edited by its owner', async () => {
    const hours = {
      monday: [{ start: '08:00:00', end: '12:00:00' }],
      tuesday: [],
      wednesday: [],
      thursday: [],
      friday: [],
      saturday: [],
      sunday: [],
    };
    const body = {
      name: 'Noor van Dijk',
      timezone: 'Europe/Madrid',
      working_hours: hours,
      unverified_phone_number: '+34911234567',
      hide_phone_number: true,
      email: 'noor@harbor.example',
    };
    const answer = await patch(noor, 'current', body);
    expect([answer.status, answer.body]).toMatchObject([
      200,
      { id: noor.id, ...body, role: 'editor', may_be_notified: true, state: 'active' },
    ]);
    expect((await noor.get('users/current')).body).toMatchObject({ email: 'noor@harbor.example', timezone: 'Europe/Madrid' });
    expect((await vera.get(`users/${noor.id}/profile`)).body.unverified_phone_number).toBe('+*******4567');
    expect((await api.admin.get(`users/${noor.id}/profile`)).body.unverified_phone_number).toBe('+34911234567');
  });

  test.each<[string, object, object]>([
    ['a zone that is none', { timezone: 'Mars/Olympus' }, { timezone: ['Invalid timezone'] }],
    [
      'a phone number without +',
      { unverified_phone_number: '0911234567' },
      { unverified_phone_number: ['Use + and 8 to 15 digits.'] },
    ],
    ['an address that is none', { email: 'noor' }, { email: ['Enter a valid email address.'] }],
    ['the address of another', { email: 'VERA@example.net' }, { email: ['A user with this email already exists.'] }],
    [
      'hours that run backwards',
      { working_hours: { monday: [{ start: '12:00:00', end: '08:00:00' }] } },
      { working_hours: [expect.stringContaining('monday')] },
    ],
    ['a team that is none', { current_team_id: 'TNONE' }, { current_team_id: ['Object does not exist'] }],
    ['a script as picture', { avatar_url: 'javascript:alert(1)' }, { avatar_url: ['Enter a valid URL.'] }],
  ])('does not take %s', async (_what, body, error) => {
    const answer = await patch(noor, noor.id, body);
    expect([answer.status, answer.body]).toEqual([400, error]);
  });

  test('is not edited by others, nor beyond what one may', async () => {
    expect((await patch(noor, vera.id, { name: 'x' })).status).toBe(403);
    expect((await patch(vera, vera.id, { name: 'x' })).status).toBe(403); // a viewer
    expect((await patch(noor, noor.id, { role: 'admin' })).status).toBe(403);
    expect((await patch(noor, noor.id, { username: 'root' })).status).toBe(403);
    expect((await patch(noor, noor.id, { roles: ['fixed:admin'] })).status).toBe(403);
    expect((await patch(api.admin, noor.id, { hide_phone_number: false })).status).toBe(403);
    expect((await patch(api.admin, noor.id, { name: 'Noor D.' })).body.name).toBe('Noor D.');
    expect((await patch(api.admin, 'UNOBODY', {})).status).toBe(404);
  });

  test('gets roles from administrators, and nobody makes others stronger than themselves', async () => {
    expect((await patch(api.admin, vera.id, { roles: ['fixed:oncaller'] })).body).toMatchObject({
      roles: ['fixed:oncaller'],
      may_be_notified: true,
    });
    expect(
      (await api.admin.get('users/?permission=grafana-irm-app.notifications:read')).body.results.map(
        (row: { id: string }) => row.id,
      ),
    ).toContain(vera.id);
    expect(
      (await api.admin.get('users/?permission=schedules:write&short=true')).body.results
        .map((row: { username: string }) => row.username)
        .sort(),
    ).toEqual(['ada', 'noor', 'vera']);
    expect((await patch(api.admin, vera.id, { roles: [] })).body.may_be_notified).toBe(false);
    const manager = (await api.admin.post('roles/', { name: 'People', permissions: ['users:write'] })).body.id;
    const mona = await api.user('mona', 'viewer');
    await patch(api.admin, mona.id, { roles: [manager] });
    expect((await patch(mona, vera.id, { role: 'editor' })).body.code).toBe('grant_beyond_own');
    expect((await patch(mona, api.admin.id, { email: 'mona@example.net' })).body.code).toBe('grant_beyond_own');
    expect((await patch(mona, vera.id, { role: 'none' })).body.role).toBe('none');
    expect((await patch(api.admin, vera.id, { role: 'viewer' })).status).toBe(200);
  });
});

test('people are found by the begin of their names, parts of full names in any accents, and their teams', async () => {
  await api.user('zoe', 'viewer');
  await api.db.updateTable('users').set({ name: 'Zoë Müller-Ğül' }).where('username', '=', 'zoe').execute();
  const found = async (query: string) =>
    (await api.admin.get(`users/?short=true&${query}`)).body.results.map((row: { username: string }) => row.username);
  for (const search of ['zo', 'ZOE@', 'muller', 'gul'])
    expect(await found(`search=${encodeURIComponent(search)}`), search).toEqual(['zoe']);
  expect(await found('search=%25')).toEqual([]);
  const team = (await api.admin.post('teams/', { name: 'seekers', members: [vera.id] })).body.id;
  expect(await found('search=seek')).toEqual(['vera']);
  expect(await found(`team=${team}`)).toEqual(['vera']);
  expect((await noor.get('users/?is_active=false')).status).toBe(403);
});

describe('who leaves', () => {
  let leaver: ApiUser;
  let chain: string;
  let step: string;
  let shift: string;
  let turns: string;
  beforeAll(async () => {
    leaver = await api.user('leaver', 'editor');
    chain = (await api.admin.post('escalation_chains/', { name: 'night' })).body.id;
    const steps = [[leaver.id], [noor.id, leaver.id]].map(async (persons_to_notify) =>
      api.admin.post('escalation_policies/', { escalation_chain_id: chain, type: 'notify_persons', persons_to_notify }),
    );
    step = (await steps[0])?.body.id;
    await steps[1];
    const made = await api.admin.post('on_call_shifts/', {
      name: 'alone',
      type: 'recurrent_event',
      start: '2026-03-02T00:00:00',
      duration: 86_400,
      frequency: 'daily',
      users: [leaver.id],
      time_zone: 'UTC',
    });
    expect(made.status, made.text).toBe(201);
    shift = made.body.id;
    const rolling = await api.admin.post('on_call_shifts/', {
      name: 'turns',
      type: 'rolling_users',
      start: '2026-03-02T00:00:00',
      duration: 86_400,
      frequency: 'daily',
      rolling_users: [[leaver.id], [noor.id, leaver.id], [noor.id]],
      start_rotation_from_user_index: 2,
      time_zone: 'UTC',
    });
    expect(rolling.status, rolling.text).toBe(201);
    turns = rolling.body.id;
  });

  test('is not let go while a step or a shift would be left with nobody', async () => {
    const uses = (await api.admin.get(`users/${leaver.id}/uses`)).body;
    expect(uses.escalation_policies.map((use: { is_only_one: boolean }) => use.is_only_one).sort()).toEqual([false, true]);
    expect(uses.on_call_shifts.map((use: { name: string; is_only_one: boolean }) => [use.name, use.is_only_one]).sort()).toEqual([
      ['alone', true],
      ['turns', false],
    ]);
    expect(uses).toMatchObject({ api_tokens: 1, blocks: true });
    const refused = await api.admin.delete(`users/${leaver.id}`);
    expect([refused.status, refused.body.code, refused.body.uses.blocks]).toEqual([409, 'user_in_use', true]);
    expect((await leaver.get('users/current')).status).toBe(200);
    expect((await noor.delete(`users/${leaver.id}`)).status).toBe(403);
  });

  test('is replaced, loses tokens at once, and comes back when asked to', async () => {
    expect((await api.admin.delete(`users/${leaver.id}?replace_by=${leaver.id}`)).body).toEqual({
      replace_by: ['Object does not exist'],
    });
    expect((await api.admin.delete(`users/${leaver.id}?replace_by=${noor.id}`)).status).toBe(204);
    expect((await leaver.get('users/current')).status).toBe(403);
    expect((await api.admin.get(`escalation_policies/${step}`)).body.persons_to_notify).toEqual([noor.id]);
    expect((await api.admin.get(`on_call_shifts/${shift}`)).body.users).toEqual([noor.id]);
    expect((await api.admin.get(`on_call_shifts/${turns}`)).body.rolling_users).toEqual([[noor.id], [noor.id], [noor.id]]);
    expect((await api.admin.get(`users/${leaver.id}`)).status).toBe(404);
    expect((await api.admin.get('users/?is_active=false&short=true')).body.results).toMatchObject([{ username: 'leaver' }]);
    expect((await patch(api.admin, leaver.id, { is_active: true })).body.state).toBe('active');
    expect((await leaver.get('users/current')).status).toBe(403); // the token stays revoked
  });

  test('may be forced out: turns of theirs alone fall out of rotations, a shift that has nobody else stays to be seen', async () => {
    await api.admin.patch(`on_call_shifts/${shift}`, { users: [leaver.id] });
    await api.admin.patch(`on_call_shifts/${turns}`, {
      rolling_users: [[leaver.id], [noor.id, leaver.id], [noor.id]],
      start_rotation_from_user_index: 2,
    });
    expect((await patch(api.admin, leaver.id, { is_active: false })).status).toBe(409);
    const gone = await api.admin.patch(`users/${leaver.id}?force=true`, { is_active: false });
    expect([gone.status, gone.body.state]).toEqual([200, 'deactivated']);
    expect((await api.admin.get(`on_call_shifts/${turns}`)).body).toMatchObject({
      rolling_users: [[noor.id], [noor.id]],
      start_rotation_from_user_index: 1,
    });
    const { user_ids } = await api.db
      .selectFrom('on_call_shift')
      .select('user_ids')
      .where('id', '=', shift)
      .executeTakeFirstOrThrow();
    expect(user_ids).toEqual([leaver.id]);
  });

  test('is not the last admin', async () => {
    for (const answer of [
      await api.admin.delete(`users/${api.admin.id}?force=true`),
      await patch(api.admin, 'current', { role: 'editor' }),
    ])
      expect([answer.status, answer.body.code]).toEqual([409, 'last_admin']);
    const second = await api.user('second', 'admin');
    const both = await Promise.all([
      patch(api.admin, 'current', { role: 'editor' }),
      patch(second, 'current', { role: 'editor' }),
    ]);
    expect(both.map((answer) => answer.status).sort()).toEqual([200, 409]);
    const left = both[0]?.status === 200 ? second : api.admin;
    await patch(left, api.admin.id, { role: 'admin' });
  });
});

test('nobody takes the address of another as username, nor the other way round', async () => {
  const olga = await api.user('olga', 'viewer');
  const taken = await patch(api.admin, olga.id, { username: 'VERA@example.net' });
  expect([taken.status, taken.body]).toEqual([400, { username: ['A user with this username already exists.'] }]);
  const odd = await patch(api.admin, vera.id, { username: 'vera@old.example' });
  expect([odd.status, odd.body.username]).toEqual([200, 'vera@old.example']);
  expect((await patch(olga, olga.id, { email: 'Vera@old.example' })).status).toBe(403); // a viewer
  expect((await patch(api.admin, olga.id, { email: 'Vera@old.example' })).body).toEqual({
    email: ['A user with this email already exists.'],
  });
  const person = { username: 'vera@example.net', email: 'new@harbor.example' };
  expect((await api.admin.post('users', person)).body).toEqual({ username: ['This username is taken.'] });
  expect((await patch(api.admin, olga.id, { username: 'olga@example.net' })).status).toBe(200); // one's own is fine
  const both = await Promise.all([
    patch(api.admin, olga.id, { username: 'same@harbor.example' }),
    patch(api.admin, vera.id, { email: 'same@harbor.example' }),
  ]);
  expect(both.map((answer) => answer.status).sort()).toEqual([200, 400]);
  await patch(api.admin, vera.id, { username: 'vera', email: 'vera@example.net' });
});

test('nobody changes how a stronger person signs in, whichever way that person became stronger', async () => {
  const keeper = await api.user('keeper', 'viewer');
  const people = (await api.admin.post('roles/', { name: 'People desk', permissions: ['users:write', 'user-settings:read'] }))
    .body.id;
  await api.admin.put(`roles/${people}/assignments`, { users: [keeper.id] });
  const strong = await api.user('strong', 'viewer');
  const email = () => patch(keeper, strong.id, { email: 'keeper+strong@harbor.example' });
  await api.admin.put('roles/fixed:admin/assignments', { users: [strong.id] });
  expect((await email()).body.code).toBe('grant_beyond_own');
  expect((await patch(keeper, strong.id, { is_active: false })).body.code).toBe('grant_beyond_own');
  expect((await keeper.delete(`users/${strong.id}`)).body.code).toBe('grant_beyond_own');
  const team = (await api.admin.post('teams/', { name: 'rulers', members: [strong.id] })).body.id;
  await api.admin.put('roles/fixed:admin/assignments', { users: [], teams: [team] });
  expect((await email()).body.code).toBe('grant_beyond_own');
  await api.admin.put('roles/fixed:admin/assignments', { teams: [] });
  expect((await email()).status).toBe(200);
});

describe('a test of a channel', () => {
  test("says what went wrong, and is one's own or an admin's", async () => {
    const byMail = await noor.post(`users/current/test_notification`, { type: 'notify_by_email' });
    expect([byMail.status, byMail.body]).toEqual([
      200,
      { is_accepted: false, sent_to: expect.stringContaining('@'), detail: 'No mail server is set up (EMAIL_HOST).' },
    ]);
    const byWebhook = await api.admin.post(`users/${noor.id}/test_notification`, { type: 'notify_by_webhook' });
    expect(byWebhook.body).toEqual({ is_accepted: false, sent_to: null, detail: 'No personal webhook is linked.' });
    expect((await noor.post(`users/${api.admin.id}/test_notification`, { type: 'notify_by_email' })).status).toBe(403);
    expect((await noor.post('users/current/test_notification', { type: 'notify_by_pigeon' })).status).toBe(400);
    expect((await noor.post('users/UNONE/test_notification', { type: 'notify_by_email' })).status).toBe(404);
  });

  test('is limited to five a minute', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 6; i += 1)
      statuses.push((await noor.post('users/current/test_notification', { type: 'notify_by_email' })).status);
    expect(statuses.at(-1)).toBe(429);
    expect((await vera.post('users/current/test_notification', { type: 'notify_by_email' })).status).toBe(403);
  });
});
