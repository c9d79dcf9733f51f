import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { syncDirectPaging } from '../../../paging/index.ts';
import { type ApiUser, type ApiWorld, startApi } from '../../../testing/api.ts';

let api: ApiWorld;
let ada: ApiUser;
let ben: ApiUser;
let cleo: ApiUser;
let vic: ApiUser;
let team: string;
let other: string;
beforeAll(async () => {
  api = await startApi();
  ada = api.admin;
  [ben, cleo, vic] = [await api.user('ben', 'editor'), await api.user('cleo', 'editor'), await api.user('vic', 'viewer')];
  for (const user of [ben, cleo]) {
    await ada.post('personal_notification_rules/', { user_id: user.id, type: 'notify_by_email' });
    await ada.post('personal_notification_rules/', { user_id: user.id, type: 'notify_by_sms', important: true });
  }
  team = (await ada.post('teams/', { name: 'Quay' })).body.id;
  other = (await ada.post('teams/', { name: 'Crane' })).body.id;
});
afterAll(() => api[Symbol.asyncDispose]());
beforeEach(() => api.clock.advance({ seconds: 60 }));

const page = (body: unknown, by = ada) => by.post('escalation', body);
const owed = async (groupId: string) =>
  (
    await sql<{ user_id: string; channel: string; state: string }>`
      select user_id, channel, state from delivery where alert_group_id = ${groupId} order by id`.execute(api.db)
  ).rows.map(({ user_id, channel, state }) => [user_id, channel, state]);
const integration = async (id: string) => (await ada.get(`integrations/${id}`)).body;

test('people are paged at once, by the rules that were chosen, with a group that tells why', async () => {
  const { status, body } = await page({
    users: [
      { id: ben.id, important: false },
      { id: cleo.id, important: true },
    ],
    title: 'Need <a> DBA',
    message: 'Lag & growing',
    source_url: 'https://tracker.example.net/T-88',
  });
  expect(status).toBe(200);
  expect(body).toMatchObject({ state: 'firing', title: expect.stringContaining('Need'), team_id: null, warnings: [] });
  expect(body.last_alert.payload).toEqual({
    oncall: {
      title: 'Need &lt;a&gt; DBA',
      message: 'Lag &amp; growing',
      uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      author_username: 'ada',
      permalink: 'https://tracker.example.net/T-88',
      important: false,
    },
  });
  expect(await owed(body.id)).toEqual([
    [ben.id, 'email', 'owed'],
    [cleo.id, 'sms', 'owed'],
  ]);
  expect(await integration(body.integration_id)).toMatchObject({ name: 'Direct paging (No team)', type: 'direct_paging' });
  const timeline = (await ada.get(`alert_groups/${body.id}/timeline`)).body.results;
  expect(
    timeline.filter(({ realm, type }: { realm: string; type: number }) => realm === 'alert_group' && type === 23),
  ).toHaveLength(2);
});

test('a title is made of who pages whom; each page is a group of its own, of one integration', async () => {
  const users = [ben, cleo].map(({ id }) => ({ id, important: false }));
  const [first, second] = [await page({ users }), await page({ users })];
  expect(first.body.last_alert.payload.oncall.title).toBe('ada is paging ben and cleo to join escalation');
  expect(first.body.id).not.toBe(second.body.id);
  expect(first.body.integration_id).toBe(second.body.integration_id);
});

test('a team is paged by its own routes and chains; important pages take their own', async () => {
  expect(await syncDirectPaging(api.db, api.clock.now())).toBe(2);
  expect(await syncDirectPaging(api.db, api.clock.now())).toBe(0);
  const [paged] = (await ada.get(`integrations?team_id=${team}`)).body.results;
  expect(paged.name).toBe('Direct paging (Quay team)');
  const routes = (await ada.get(`routes?integration_id=${paged.id}`)).body.results;
  const important = routes.find((route: { is_the_last_route: boolean }) => !route.is_the_last_route);
  expect(important).toMatchObject({ routing_type: 'jinja2', routing_regex: '{{ payload.oncall.important }}' });
  const chain = (await ada.post('escalation_chains/', { name: 'Quay urgent' })).body.id;
  await ada.put(`routes/${important.id}`, { escalation_chain_id: chain });
  const urgent = await page({ team, important_team_escalation: true });
  expect(urgent.body).toMatchObject({ route_id: important.id, team_id: team, warnings: [] });
  const usual = await page({ team, title: 'Later' });
  expect(usual.status).toBe(200);
  expect(usual.body.warnings).toEqual([
    { code: 'team_has_no_chain', detail: 'Nobody is notified: the direct paging of the team Quay has no escalation chain.' },
  ]);
  const timeline = (await ada.get(`alert_groups/${usual.body.id}/timeline`)).body.results;
  expect(timeline.some(({ error_code }: { error_code: number | null }) => error_code === 102)).toBe(true);
});

test('a team that goes takes its direct paging along', async () => {
  expect((await ada.delete(`teams/${other}`)).status).toBe(204);
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from integration
    where type = 'direct_paging' and deleted_at is null and organization_id = ${ada.org}`.execute(api.db);
  expect(rows[0]?.n).toBe(2);
});

test('people are added to a group that is there, and taken off again', async () => {
  const { id } = (await page({ users: [{ id: cleo.id, important: false }] })).body;
  await ada.post(`alert_groups/${id}/acknowledge`);
  const added = await page({ alert_group_id: id, users: [{ id: ben.id, important: true }] });
  expect([added.status, added.body.id, added.body.state]).toEqual([200, id, 'acknowledged']);
  const responders = async () =>
    (await ada.get(`alert_groups/${id}/responders`)).body.results.map(
      ({ user, state, important }: { user: { username: string }; state: string; important: boolean }) => [
        user.username,
        state,
        important,
      ],
    );
  expect(await responders()).toEqual([
    ['cleo', 'notifying', false],
    ['ben', 'notifying', true],
  ]);
  expect((await ben.post(`alert_groups/${id}/acknowledge_own_page`)).status).toBe(200);
  expect(await responders()).toEqual([
    ['cleo', 'notifying', false],
    ['ben', 'acknowledged', true],
  ]);
  expect((await ben.post(`alert_groups/${id}/acknowledge_own_page`)).body).toEqual({
    detail: 'You are not being notified',
    code: 'not_paged',
  });
  expect((await ada.post(`alert_groups/${id}/unpage_user`, { user_id: cleo.id })).status).toBe(200);
  expect(await responders()).toEqual([['ben', 'acknowledged', true]]);
  expect((await owed(id)).map(([user, , state]) => [user, state])).toEqual([
    [cleo.id, 'cancelled'],
    [ben.id, 'cancelled'],
  ]);
  expect((await ada.post(`alert_groups/${id}/unpage_user`, { user_id: 'UNOBODY' })).status).toBe(400);
});

test('who may not be notified is named', async () => {
  const { body } = await page({ users: [{ id: vic.id, important: false }] });
  expect(body.warnings).toEqual([
    { code: 'user_not_notifiable', detail: 'vic is not notified: their role does not receive notifications.' },
  ]);
  const responders = (await ada.get(`alert_groups/${body.id}/responders`)).body.results;
  expect(responders).toMatchObject([{ user: { id: vic.id }, state: 'failed' }]);
});

const user = () => ({ id: ben.id, important: true });
test.each<[string, () => unknown, unknown]>([
  ['nobody', () => ({}), { detail: 'No team or user(s) specified' }],
  ['an empty team', () => ({ team: '', users: [] }), { detail: 'No team or user(s) specified' }],
  ['users and a team', () => ({ users: [user()], team }), { non_field_errors: ['users and team are mutually exclusive'] }],
  [
    'a group and a title',
    () => ({ alert_group_id: 'INOBODY', title: 'x', users: [user()], team }),
    { non_field_errors: ['alert_group_id and (title, message, source_url) are mutually exclusive'] },
  ],
  [
    'an unknown group',
    () => ({ alert_group_id: 'INOBODY', users: [user()] }),
    { non_field_errors: ['Alert group INOBODY does not exist'] },
  ],
  [
    'a group and a team',
    () => ({ alert_group_id: 'INOBODY', team }),
    { non_field_errors: ['users are required when alert_group_id is given'] },
  ],
  [
    'a group that is null',
    () => ({ alert_group_id: null, users: [user()] }),
    { alert_group_id: ['This field may not be null.'] },
  ],
  ['users that are null', () => ({ users: null }), { users: ['This field may not be null.'] }],
  [
    'a user without importance',
    () => ({ users: [user(), { id: ben.id }] }),
    { users: [{}, { important: ['This field is required.'] }] },
  ],
  [
    'an unknown user',
    () => ({ users: [{ id: 'UL3WF151FKKIB', important: false }] }),
    { users: [{ non_field_errors: ['User UL3WF151FKKIB does not exist'] }] },
  ],
  ['an unknown team', () => ({ team: 'TNOBODY' }), { team: ['Object does not exist'] }],
  ['a blank title', () => ({ users: [user()], title: ' ' }), { title: ['This field may not be blank.'] }],
  ['a title that is null', () => ({ users: [user()], title: null }), { title: ['This field may not be null.'] }],
  ['a blank message', () => ({ users: [user()], message: '' }), { message: ['This field may not be blank.'] }],
  ['a link that is none', () => ({ users: [user()], source_url: 'here' }), { source_url: ['Enter a valid URL.'] }],
])('refuses %s', async (_what, body, expected) => {
  const answer = await page(body());
  expect([answer.status, answer.body]).toMatchObject([400, expected]);
});

test('nobody is added to groups that are resolved or follow another', async () => {
  const [a, b] = [(await page({ users: [user()] })).body.id, (await page({ users: [user()] })).body.id];
  await ada.post(`alert_groups/${a}/attach`, { root_alert_group_id: b });
  expect((await page({ alert_group_id: a, users: [user()] })).body).toMatchObject({
    detail: 'Cannot add responders for an attached alert group',
  });
  await ada.post(`alert_groups/${b}/resolve`);
  expect((await page({ alert_group_id: b, users: [user()] })).body).toMatchObject({
    detail: 'Cannot add responders for a resolved alert group',
  });
});

test('a viewer may not page, and nobody people of another organization', async () => {
  expect((await page({ users: [user()] }, vic)).status).toBe(403);
  const eve = await api.user('eve', 'admin', await api.organization('Elsewhere'));
  expect((await page({ users: [user()] }, eve)).body).toEqual({
    users: [{ non_field_errors: [`User ${ben.id} does not exist`] }],
  });
  const { id } = (await page({ users: [user()] })).body;
  for (const path of ['responders', 'acknowledge_own_page', 'unpage_user']) {
    const send = path === 'responders' ? eve.get : eve.post;
    expect((await send(`alert_groups/${id}/${path}`, { user_id: ben.id } as never)).status).toBe(404);
  }
});

test('two first pages at once make one integration', async () => {
  const harbor = await api.organization('Second harbor');
  const fay = await api.user('fay', 'admin', harbor);
  const pages = await Promise.all([1, 2, 3].map(() => page({ users: [{ id: fay.id, important: false }] }, fay)));
  expect(pages.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(new Set(pages.map(({ body }) => body.integration_id)).size).toBe(1);
});
