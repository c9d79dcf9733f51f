import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiUser, type ApiWorld, startApi } from '../../../testing/api.ts';

let api: ApiWorld;
let ada: ApiUser;
let ben: ApiUser;
let cleo: ApiUser;
let team: string;
beforeAll(async () => {
  api = await startApi();
  ada = api.admin;
  [ben, cleo] = [await api.user('ben', 'viewer'), await api.user('cleo', 'editor')];
  team = (await ada.post('teams/', { name: 'Quay', members: [ben.id, cleo.id] })).body.id;
});
afterAll(() => api[Symbol.asyncDispose]());

const VIEW = {
  name: 'Night',
  icon: 'moon',
  filters: { state: ['new', 'silenced'], search: 'crane' },
  columns: ['title', 'label:env'],
  grouping: 'integration',
  sort: '-started_at',
  notifies: true,
};
const names = async (user: ApiUser) => (await user.get('saved_views')).body.results.map(({ name }: { name: string }) => name);

test('a view is kept as it was given, for its owner alone', async () => {
  const made = await ben.post('saved_views', VIEW);
  expect([made.status, made.body]).toEqual([
    201,
    { id: expect.stringMatching(/^V/), owner_id: ben.id, ...VIEW, visibility: 'private', team_id: null, is_own: true },
  ]);
  expect((await ben.get(`saved_views/${made.body.id}`)).body).toEqual(made.body);
  expect(await names(cleo)).toEqual([]);
  expect((await cleo.get(`saved_views/${made.body.id}`)).status).toBe(404);
  const changed = await ben.patch(`saved_views/${made.body.id}`, { name: 'Late', icon: null });
  expect(changed.body).toEqual({ ...made.body, name: 'Late', icon: null });
  expect((await ben.delete(`saved_views/${made.body.id}`)).status).toBe(204);
  expect(await names(ben)).toEqual([]);
});

test('a view that a team shares is seen by its members; owner and admins change it', async () => {
  const { id } = (await ben.post('saved_views', { name: 'Ours', visibility: 'team', team_id: team })).body;
  expect([await names(ben), await names(cleo), await names(ada)]).toEqual([['Ours'], ['Ours'], []]);
  expect((await cleo.patch(`saved_views/${id}`, { name: 'Mine' })).status).toBe(403);
  expect((await cleo.delete(`saved_views/${id}`)).status).toBe(403);
  await ben.patch(`saved_views/${id}`, { visibility: 'organization' });
  expect((await ada.get(`saved_views/${id}`)).body).toMatchObject({ visibility: 'organization', team_id: null, is_own: false });
  expect((await ada.patch(`saved_views/${id}`, { name: 'Everybody' })).body.name).toBe('Everybody');
  const eve = await api.user('eve', 'admin', await api.organization('Elsewhere'));
  expect((await eve.get(`saved_views/${id}`)).status).toBe(404);
});

test.each<[string, unknown, unknown]>([
  ['no name', {}, { name: ['This field is required.'] }],
  ['a team view without a team', { name: 'x', visibility: 'team' }, { team_id: ['This field is required.'] }],
  ['an unknown team', { name: 'x', visibility: 'team', team_id: 'TNOBODY' }, { team_id: ['Object does not exist'] }],
  ['an unknown sharing', { name: 'x', visibility: 'world' }, { visibility: ['"world" is not a valid choice.'] }],
  ['a filter that is none', { name: 'x', filters: { colour: 'red' } }, { filters: ['"colour" is not a filter.'] }],
  [
    'a filter that is no text',
    { name: 'x', filters: { state: { a: 1 } } },
    { filters: ['"state" must be a text or a list of texts.'] },
  ],
  ['a name that is too long', { name: 'x'.repeat(101) }, { name: ['Ensure this field has no more than 100 characters.'] }],
])('refuses %s', async (_what, body, expected) => {
  const answer = await ada.post('saved_views', body);
  expect([answer.status, answer.body]).toEqual([400, expected]);
});

test('each person chooses columns of their own, and has the organization’s until then', async () => {
  const column = (id: string, type = 'default') => ({ id, name: id, type });
  const path = 'alert_groups/table_settings';
  await ada.patch('organizations/current/settings', { alert_group_table_columns: [column('state')] });
  expect((await ben.get(path)).body).toEqual({ columns: [column('state')], default: true });
  const own = [column('team', 'label'), column('created')];
  const set = await ben.put(path, { columns: own });
  expect([set.status, set.body]).toEqual([200, { columns: own, default: false }]);
  expect((await ben.get(path)).body).toEqual(set.body);
  expect((await ada.get(path)).body).toEqual({ columns: [column('state')], default: true });
  expect((await ben.put(path, { columns: [] })).body).toEqual({ columns: [], default: false });
  expect((await ben.put(path, {})).body).toEqual({ columns: ['This field is required.'] });
  expect((await ben.put(path, { columns: [column('a', 'x')] })).body).toEqual({ columns: [expect.any(String)] });
  expect((await ben.delete(path)).status).toBe(204);
  expect((await ben.get(path)).body).toEqual({ columns: [column('state')], default: true });
});
