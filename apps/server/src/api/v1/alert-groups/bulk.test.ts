import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newTimeId } from '../../../platform/ids.ts';
import { type ApiUser, type ApiWorld, startApi } from '../../../testing/api.ts';

let api: ApiWorld;
let admin: ApiUser;
let integrationId: string;
beforeAll(async () => {
  api = await startApi();
  admin = api.admin;
  integrationId = (await admin.post('integrations/', { type: 'webhook', name: 'dock' })).body.id;
});
afterAll(() => api[Symbol.asyncDispose]());

let number = 0;
async function open(title = 'Crane stuck', integration = integrationId): Promise<string> {
  number += 1;
  const now = api.clock.now();
  const id = newTimeId('I', now);
  await sql`insert into alert_group (organization_id, id, number, integration_id, grouping_key, title, received_at, started_at)
    values (${admin.org}, ${id}, ${number}, ${integration}, ${id}, ${title}, ${now}, ${now})`.execute(api.db);
  return id;
}
const bulk = async (body: unknown, user = admin) => (await user.post('alert_groups/bulk', body)).body;
const stateOf = async (id: string) => (await admin.get(`alert_groups/${id}`)).body.state;
const words = ({ results }: { results: { result: string; reason: string | null }[] }) =>
  results.map(({ result, reason }) => (reason === null ? result : `${result}: ${reason}`));

test('acts on each group and tells what became of it, in the order asked', async () => {
  const [a, b, c, root] = [await open(), await open(), await open(), await open()];
  await admin.post(`alert_groups/${b}/acknowledge`);
  await admin.post(`alert_groups/${c}/attach`, { root_alert_group_id: root });
  const answer = await bulk({ action: 'acknowledge', ids: [c, b, a, 'INOBODY', a] });
  expect(answer).toEqual({
    results: [
      { id: c, ok: false, result: 'refused', reason: 'attached', detail: "Can't acknowledge an attached alert group" },
      {
        id: b,
        ok: false,
        result: 'unchanged',
        reason: 'already_acknowledged',
        detail: "Can't acknowledge an acknowledged alert group",
      },
      { id: a, ok: true, result: 'done', reason: null, detail: null },
      { id: 'INOBODY', ok: false, result: 'refused', reason: 'not_found', detail: 'Not found.' },
    ],
    more: false,
  });
  expect(await Promise.all([a, b, c].map(stateOf))).toEqual(['acknowledged', 'acknowledged', 'firing']);
});

test('silences for a time, and makes fire again whatever the state', async () => {
  const ids = [await open(), await open(), await open()];
  expect(words(await bulk({ action: 'silence', ids, delay: 1800 }))).toEqual(['done', 'done', 'done']);
  expect((await admin.get(`alert_groups/${ids[0]}`)).body.silenced_until).toBe('2026-03-02T09:30:00Z');
  await bulk({ action: 'unsilence', ids: [ids[0]] });
  await bulk({ action: 'resolve', ids: [ids[1]] });
  expect(words(await bulk({ action: 'restart', ids }))).toEqual(['unchanged: already_firing', 'done', 'done']);
  expect(await Promise.all(ids.map(stateOf))).toEqual(['firing', 'firing', 'firing']);
});

test('attaches many to one and frees them', async () => {
  const [root, other, a, b] = [await open(), await open(), await open(), await open()];
  await admin.post(`alert_groups/${b}/attach`, { root_alert_group_id: other });
  expect(words(await bulk({ action: 'attach', ids: [a, b, root], root_alert_group_id: root }))).toEqual([
    'done',
    'refused: attached_elsewhere',
    'refused: has_attached',
  ]);
  expect(words(await bulk({ action: 'attach', ids: [a], root_alert_group_id: root }))).toEqual(['unchanged: already_attached']);
  expect(words(await bulk({ action: 'unattach', ids: [a, b, root] }))).toEqual(['done', 'done', 'unchanged: not_attached']);
  expect((await admin.post(`alert_groups/${a}/unattach`)).body).toEqual({
    detail: "Can't unattach an unattached alert group",
    code: 'not_attached',
  });
  expect((await admin.post(`alert_groups/${a}/attach`, { root_alert_group_id: 'INOBODY' })).body).toEqual({
    root_alert_group_id: ['Object does not exist'],
  });
});

test('acts on what a filter finds', async () => {
  const ids = [await open('Pump one'), await open('Pump two')];
  const answer = await bulk({ action: 'resolve', filter: { search: 'pump', state: ['new', 'silenced'] } });
  expect(answer.results.map(({ id }: { id: string }) => id).sort()).toEqual([...ids].sort());
  expect((await bulk({ action: 'resolve', filter: { search: 'pump', state: 'new' } })).results).toEqual([]);
  expect((await admin.get('alert_groups/stats?search=pump')).body).toEqual({
    firing: 0,
    acknowledged: 0,
    silenced: 0,
    resolved: 2,
  });
});

test('where notes are required, one note goes to every group that is resolved', async () => {
  const ids = [await open(), await open()];
  await sql`update organization set is_resolution_note_required = true where id = ${admin.org}`.execute(api.db);
  expect(words(await bulk({ action: 'resolve', ids }))).toEqual([
    'refused: resolution_note_required',
    'refused: resolution_note_required',
  ]);
  expect(words(await bulk({ action: 'resolve', ids, resolution_note: ' Crane freed ' }))).toEqual(['done', 'done']);
  const notes = (await admin.get(`resolution_notes?alert_group_id=${ids[1]}`)).body.results;
  expect(notes).toMatchObject([{ text: 'Crane freed', author: admin.id, source: 'Web' }]);
  await sql`update organization set is_resolution_note_required = false where id = ${admin.org}`.execute(api.db);
});

test('groups of teams that the caller does not see are named and left alone', async () => {
  const team = (await admin.post('teams/', { name: 'Quay' })).body.id ?? 'TQUAY';
  await sql`insert into team (organization_id, id, name, created_at) values (${admin.org}, ${team}, 'Quay', ${api.clock.now()})
    on conflict do nothing`.execute(api.db);
  const quay = (await admin.post('integrations/', { type: 'webhook', name: 'quay', team_id: team })).body.id;
  const [open1, hidden] = [await open(), await open('Hidden', quay)];
  const ben = await api.user('ben', 'editor');
  await sql`update api_token set respect_team_visibility = true where organization_id = ${admin.org} and user_id = ${ben.id}`.execute(
    api.db,
  );
  expect(words(await bulk({ action: 'acknowledge', ids: [open1, hidden] }, ben))).toEqual(['done', 'refused: wrong_team']);
  expect(await stateOf(hidden)).toBe('firing');
  const read = await ben.get(`alert_groups/${hidden}`);
  expect([read.status, read.body]).toEqual([
    403,
    expect.objectContaining({ error_code: 'wrong_team', owner_team: expect.objectContaining({ id: team, name: 'Quay' }) }),
  ]);
  expect((await ben.get('alert_groups?search=hidden')).body.results).toEqual([]);
  expect((await ben.get('alert_groups/stats?search=hidden')).body.firing).toBe(0);
  for (const path of ['timeline', 'acknowledge']) {
    const answer = await (path === 'timeline' ? ben.get : ben.post)(`alert_groups/${hidden}/${path}`);
    expect([path, answer.status]).toEqual([path, 403]);
  }
});

test.each<[string, unknown, unknown]>([
  ['no action', { ids: [] }, { action: ['This field is required.'] }],
  ['an unknown action', { action: 'explode', ids: [] }, { action: ['"explode" is not a valid choice.'] }],
  ['neither ids nor filter', { action: 'resolve' }, { non_field_errors: ['Give either ids or filter.'] }],
  ['both', { action: 'resolve', ids: [], filter: {} }, { non_field_errors: ['Give either ids or filter.'] }],
  ['silence without a delay', { action: 'silence', ids: [] }, { detail: 'delay is required' }],
  ['attach to nothing', { action: 'attach', ids: [] }, { root_alert_group_id: ['This field is required.'] }],
  ['a wrong filter', { action: 'resolve', filter: { state: 'odd' } }, { state: expect.any(String) }],
  ['too many', { action: 'resolve', ids: Array(1_001).fill('I') }, { ids: [expect.stringContaining('1000')] }],
])('refuses %s', async (_what, body, expected) => {
  const answer = await admin.post('alert_groups/bulk', body);
  expect([answer.status, answer.body]).toMatchObject([400, expected]);
});

test('a viewer may not', async () => {
  const vic = await api.user('vic', 'viewer');
  expect((await vic.post('alert_groups/bulk', { action: 'resolve', ids: [] })).status).toBe(403);
});
