import { afterAll, beforeAll, expect, test } from 'vitest';
import { createToken, NOT_NARROWED } from '../../../access/index.ts';
import { type ApiUser, type ApiWorld, startApi } from '../../../testing/api.ts';
import { PRIVATE_NAME } from '../conventions/visibility.ts';

let api: ApiWorld;
let [byName, byTurn, byTeam, outside]: ApiUser[] = [];
beforeAll(async () => {
  api = await startApi();
  [byName, byTurn, byTeam, outside] = [
    await api.user('by-name', 'editor'),
    await api.user('by-turn', 'editor'),
    await api.user('by-team', 'editor'),
    await api.user('outside', 'editor'),
  ];
});
afterAll(() => api[Symbol.asyncDispose]());

const make = async (path: string, body: object): Promise<string> => {
  const answer = await api.admin.post(`${path}/`, body);
  expect(answer.status, answer.text).toBe(201);
  return answer.body.id;
};

test('everybody who may be paged within 14 days is listed with what would keep a page from them', async () => {
  const at = new Date(api.clock.now().getTime() + 86_400_000).toISOString().slice(0, 19);
  const schedule = await make('schedules', { name: 'Docks', type: 'web', time_zone: 'UTC' });
  const shift = { type: 'override', schedule, start: at, rotation_start: at, duration: 3_600, time_zone: 'UTC', source: 0 };
  await make('on_call_shifts', { ...shift, users: [byTurn?.id] });
  const team = await make('teams', { name: 'Pilots', members: [byTeam?.id] });
  const chain = await make('escalation_chains', { name: 'Night' });
  const step = (body: object) => make('escalation_policies', { escalation_chain_id: chain, ...body });
  await step({ type: 'notify_persons', persons_to_notify: [byName?.id] });
  await step({ type: 'notify_on_call_from_schedule', notify_on_call_from_schedule: schedule });
  await step({ type: 'notify_team_members', team_to_notify: team });
  await api.user('idle', 'viewer');
  const { status, body } = await api.admin.get('readiness');
  expect(status).toBe(200);
  expect(body.results.map(({ username }: { username: string }) => username)).toEqual(['by-name', 'by-team', 'by-turn']);
  const row = (username: string) => body.results.find((one: { username: string }) => one.username === username);
  expect(row('by-turn')).toMatchObject({
    schedules: [{ id: schedule, name: 'Docks' }],
    chains: [{ id: chain, name: 'Night' }],
    next_shift: { schedule_id: schedule, start: `${at}Z` },
  });
  expect(row('by-team')).toMatchObject({ teams: [team], schedules: [], next_shift: null });
});

test('a rule that leads to a channel that works makes somebody ready', async () => {
  const webhook = await make('webhooks', {
    name: 'Bell',
    url: 'https://bell.example/',
    http_method: 'POST',
    trigger_type: 'personal notification',
  });
  const state = async () =>
    (await api.admin.get('readiness')).body.results.find((one: { user_id: string }) => one.user_id === byName?.id);
  await byName?.post('personal_notification_rules/', { user_id: byName.id, type: 'notify_by_webhook', important: false });
  expect(await state()).toMatchObject({
    state: 'not_reachable',
    default_channels: [{ type: 'notify_by_webhook', problem: 'No webhook of theirs is linked.' }],
  });
  await byName?.post('webhooks/set_personal_notification', { webhook });
  expect(await state()).toMatchObject({ state: 'ready', reasons: [] });
  const browser = await api.signIn(byName as ApiUser);
  const isReachable = async () => (await browser.send('GET', 'auth/session')).body.is_reachable;
  expect(await isReachable()).toBe(true);
  await api.admin.put(`webhooks/${webhook}/`, { is_webhook_enabled: false });
  expect(await state()).toMatchObject({
    state: 'not_reachable',
    default_channels: [{ problem: expect.stringContaining('switched off') }],
  });
  expect(await isReachable()).toBe(false);
  const nobody = await api.signIn(await api.user('nobody', 'none'));
  expect((await nobody.send('GET', 'auth/session')).body.is_reachable).toBeNull();
});

test('names of other teams stay unknown to those who may not see them', async () => {
  const team = await make('teams', { name: 'Closed', members: [byName?.id] });
  const chain = await make('escalation_chains', { name: 'Secret plan', team_id: team });
  await make('escalation_policies', { escalation_chain_id: chain, type: 'notify_persons', persons_to_notify: [outside?.id] });
  const user = outside as ApiUser;
  const narrowing = { ...NOT_NARROWED, respectsVisibility: true };
  const { text } = await api.db
    .transaction()
    .execute((tx) => createToken(tx, user.org, { userId: user.id, name: 'respectful', narrowing }, api.clock.now()));
  const seen = (await user.get('readiness', { authorization: text })).body.results.find(
    (one: { user_id: string }) => one.user_id === user.id,
  );
  expect(seen.chains).toEqual([{ id: chain, name: PRIVATE_NAME }]);
  expect(JSON.stringify((await api.admin.get('readiness')).body)).toContain('Secret plan');
});
