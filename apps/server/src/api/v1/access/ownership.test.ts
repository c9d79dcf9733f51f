import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiUser, type ApiWorld, startApi, TEST_BASE_URL } from '../../../testing/api.ts';
import { type SignedIn, signIn } from '../../../testing/sign-in.ts';

let api: ApiWorld;
let noor: ApiUser;
let mia: ApiUser;
let miaBrowser: SignedIn;
let adminBrowser: SignedIn;
beforeAll(async () => {
  api = await startApi();
  noor = await api.user('noor', 'editor');
  mia = await api.user('mia', 'editor');
  const world = { ...api, baseUrl: TEST_BASE_URL };
  miaBrowser = await signIn(world, mia);
  adminBrowser = await signIn(world, api.admin);
});
afterAll(() => api[Symbol.asyncDispose]());

test('people in a browser edit their own notification rules, administrators everybody’s; tokens need no ownership', async () => {
  const rule = (user_id: string) => ({ user_id, type: 'notify_by_email' });
  const own = await miaBrowser.send('POST', 'personal_notification_rules/', rule(mia.id));
  expect(own.status, own.text).toBe(201);
  expect((await miaBrowser.send('POST', 'personal_notification_rules/', rule(noor.id))).status).toBe(403);
  const other = (await mia.post('personal_notification_rules/', rule(noor.id))).body.id;
  for (const method of ['PUT', 'DELETE'] as const) {
    expect((await miaBrowser.send(method, `personal_notification_rules/${other}`, { important: true })).status).toBe(403);
  }
  expect((await adminBrowser.send('DELETE', `personal_notification_rules/${other}`)).status).toBe(204);
});

test('people in a browser change only the swaps that they asked for', async () => {
  const schedule = (await api.admin.post('schedules/', { name: 'primary', type: 'calendar', time_zone: 'UTC' })).body.id;
  const swap = { schedule, swap_start: '2026-03-10T00:00:00Z', swap_end: '2026-03-11T00:00:00Z' };
  const of = async (beneficiary: string) => (await api.admin.post('shift_swaps/', { ...swap, beneficiary })).body.id;
  const [hers, his] = [await of(mia.id), await of(noor.id)];
  expect((await miaBrowser.send('PATCH', `shift_swaps/${hers}`, { description: 'dentist' })).status).toBe(200);
  expect((await miaBrowser.send('PATCH', `shift_swaps/${his}`, { description: 'mine' })).status).toBe(403);
  expect((await miaBrowser.send('DELETE', `shift_swaps/${his}`)).status).toBe(403);
  expect((await mia.patch(`shift_swaps/${his}`, { description: 'by token' })).status).toBe(200);
});

test('tokens ask for ownership, too, where the organization chooses so', async () => {
  const setting = (on: boolean) => api.admin.patch('organizations/current/settings', { tokens_need_ownership: on });
  const swap = { swap_start: '2026-03-12T00:00:00Z', swap_end: '2026-03-13T00:00:00Z' };
  const schedule = (await api.admin.post('schedules/', { name: 'owned', type: 'calendar', time_zone: 'UTC' })).body.id;
  const his = (await mia.post('shift_swaps/', { ...swap, schedule, beneficiary: noor.id })).body.id;
  const rule = (await mia.post('personal_notification_rules/', { user_id: noor.id, type: 'notify_by_email' })).body.id;
  const before = (await api.admin.get('organizations/current/settings')).body;
  expect(before.tokens_need_ownership).toBe(false);
  expect((await setting(true)).body).toEqual({ ...before, tokens_need_ownership: true });
  const attempts = (by: ApiUser) => [
    by.post('personal_notification_rules/', { user_id: noor.id, type: 'wait', duration: 60 }),
    by.patch(`personal_notification_rules/${rule}`, { type: 'notify_by_email' }),
    by.post('shift_swaps/', { ...swap, schedule, beneficiary: noor.id }),
    by.patch(`shift_swaps/${his}`, { description: 'changed' }),
  ];
  const statuses = async (by: ApiUser) => (await Promise.all(attempts(by))).map(({ status }) => status);
  expect(await statuses(mia)).toEqual([403, 403, 403, 403]);
  expect((await mia.post(`shift_swaps/${his}/take`, { benefactor: api.admin.id })).status).toBe(403);
  expect((await mia.delete(`personal_notification_rules/${rule}`)).status).toBe(403);
  expect((await mia.delete(`shift_swaps/${his}`)).status).toBe(403);
  expect(await statuses(noor)).toEqual([201, 200, 201, 200]);
  expect(await statuses(api.admin)).toEqual([201, 200, 201, 200]);
  expect((await mia.post(`shift_swaps/${his}/take`, { benefactor: mia.id })).status).toBe(200);
  await setting(false);
  expect(await statuses(mia)).toEqual([201, 200, 201, 200]);
});

test('a session sees what its teams let it see, a token of the same person everything', async () => {
  const team = (await api.admin.post('teams/', { name: 'closed', members: [noor.id] })).body.id;
  const chain = (await api.admin.post('escalation_chains/', { name: 'closed', team_id: team })).body.id;
  expect((await mia.get(`escalation_chains/${chain}`)).status).toBe(200);
  const hidden = await miaBrowser.send('GET', `escalation_chains/${chain}`);
  expect([hidden.status, hidden.body.error_code]).toEqual([403, 'wrong_team']);
  expect((await miaBrowser.send('GET', 'escalation_chains/')).body.count).toBe(0);
  expect((await adminBrowser.send('GET', `escalation_chains/${chain}`)).status).toBe(200);
});

test('what decides about rights needs a recent proof in a browser', async () => {
  const stale = await signIn({ ...api, baseUrl: TEST_BASE_URL }, api.admin);
  api.clock.advance({ seconds: 16 * 60 });
  for (const [method, path, body] of [
    ['POST', 'tokens/', { name: 'x' }],
    ['POST', 'roles/', { name: 'x', permissions: [] }],
    ['PUT', 'roles/fixed:reader/assignments', { users: [] }],
    ['PATCH', `users/${mia.id}`, { role: 'viewer' }],
    ['POST', 'service_accounts/', { name: 'x' }],
  ] as const) {
    const answer = await stale.send(method, path, body);
    expect([answer.status, answer.body.code], path).toEqual([403, 'proof_required']);
  }
  expect((await stale.send('PATCH', `users/${mia.id}`, { name: 'Mia' })).status).toBe(200);
});
