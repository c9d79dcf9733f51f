import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newTimeId } from '../../../platform/ids.ts';
import { type ApiUser, type ApiWorld, startApi } from '../../../testing/api.ts';

let api: ApiWorld;
let integrationId: string;
beforeAll(async () => {
  api = await startApi();
  integrationId = (await api.admin.post('integrations/', { type: 'webhook', name: 'dock' })).body.id;
});
afterAll(() => api[Symbol.asyncDispose]());

let number = 0;
/** A firing group with one alert, begun now. */
async function group(
  fields: { title?: string; payload?: string; labels?: Record<string, string>; org?: string } = {},
): Promise<string> {
  number += 1;
  const org = fields.org ?? api.admin.org;
  const now = api.clock.now();
  const [id, alertId] = [newTimeId('I', now), newTimeId('A', now)];
  await sql`insert into alert_group (organization_id, id, number, integration_id, grouping_key, title, labels, received_at, started_at, alerts_count, first_alert_id, last_alert_id, last_alert_at)
    values (${org}, ${id}, ${number}, ${integrationId}, ${id}, ${fields.title ?? 'Crane stuck'}, ${JSON.stringify(fields.labels ?? {})}::jsonb, ${now}, ${now}, 1, ${alertId}, ${alertId}, ${now})`.execute(
    api.db,
  );
  await sql`insert into alert (organization_id, id, alert_group_id, integration_id, created_at, received_at, payload)
    values (${org}, ${alertId}, ${id}, ${integrationId}, ${now}, ${now}, ${fields.payload ?? '{"crane": 7}'})`.execute(api.db);
  return id;
}
const act = (id: string, action: string, body?: unknown, who: ApiUser = api.admin) =>
  who.post(`alert_groups/${id}/${action}/`, body);
const stateOf = async (id: string): Promise<string> => (await api.admin.get(`alert_groups/${id}/`)).body.state;

test('a group shows everything that clients read, and its payload to the last digit', async () => {
  const payload = '{"a": 1.0, "n": 12345678901234567890, "b": "ü"}';
  const id = await group({ title: 'Ledger lags', payload, labels: { env: 'prod' } });
  const answer = await api.admin.get(`alert_groups/${id}`);
  expect(answer.body).toEqual({
    id,
    integration_id: integrationId,
    team_id: null,
    route_id: null,
    alerts_count: 1,
    state: 'firing',
    created_at: '2026-03-02T09:00:00Z',
    resolved_at: null,
    resolved_by: null,
    acknowledged_at: null,
    acknowledged_by: null,
    labels: [{ key: { id: 'env', name: 'env' }, value: { id: 'prod', name: 'prod' } }],
    title: 'Ledger lags',
    permalinks: { slack: null, slack_app: null, telegram: null, web: `https://tocsin.example.net/alert-groups/${id}` },
    silenced_at: null,
    silenced_until: null,
    last_alert: {
      id: expect.stringMatching(/^A/),
      alert_group_id: id,
      created_at: '2026-03-02T09:00:00Z',
      payload: expect.anything(),
    },
    alert_group_number: number,
    root_alert_group_id: null,
    dependent_alert_group_ids: [],
  });
  expect(answer.text).toContain(`"payload":${payload}`);
  expect((await api.admin.get(`alerts/?alert_group_id=${id}`)).text).toContain(payload);
});

const checks: [action: string, before: string[], text: string][] = [
  ['acknowledge', ['acknowledge'], "Can't acknowledge an acknowledged alert group"],
  ['acknowledge', ['acknowledge', 'resolve'], "Can't acknowledge an acknowledged alert group"],
  ['acknowledge', ['resolve'], "Can't acknowledge a resolved alert group"],
  ['unacknowledge', [], "Can't unacknowledge an unacknowledged alert group"],
  ['unacknowledge', ['acknowledge', 'resolve'], "Can't unacknowledge a resolved alert group"],
  ['resolve', ['resolve'], "Can't resolve a resolved alert group"],
  ['unresolve', [], "Can't unresolve an unresolved alert group"],
  ['silence', ['resolve'], "Can't silence a resolved alert group"],
  ['silence', ['acknowledge'], "Can't silence an acknowledged alert group"],
  ['unsilence', [], "Can't unsilence an unsilenced alert group"],
];
test.each(checks)('%s after [%s] is refused in the words of the API', async (action, before, text) => {
  const id = await group();
  for (const step of before) expect((await act(id, step)).status).toBe(200);
  const answer = await act(id, action, { delay: 60 });
  expect([answer.status, answer.body]).toMatchObject([400, { detail: text }]);
});

test('a group is acknowledged, given back, silenced, resolved and reopened', async () => {
  const id = await group();
  const done = await act(id, 'acknowledge');
  expect([done.status, done.text, done.headers['content-type']]).toEqual([200, '', undefined]);
  expect((await api.admin.get(`alert_groups/${id}/`)).body).toMatchObject({
    state: 'acknowledged',
    acknowledged_by: api.admin.id,
  });
  await act(id, 'unacknowledge');
  await act(id, 'silence', { delay: '600' });
  expect((await api.admin.get(`alert_groups/${id}/`)).body).toMatchObject({
    state: 'silenced',
    silenced_until: '2026-03-02T09:10:00Z',
    acknowledged_at: null,
  });
  await act(id, 'unsilence');
  expect(await stateOf(id)).toBe('firing');
  await act(id, 'resolve', { resolution_note: 'Crane freed' });
  expect((await api.admin.get(`alert_groups/${id}/`)).body).toMatchObject({ state: 'resolved', resolved_by: api.admin.id });
  expect((await api.admin.get(`resolution_notes/?alert_group_id=${id}`)).body.results).toMatchObject([
    { text: 'Crane freed', source: 'Web', author: api.admin.id },
  ]);
  await act(id, 'unresolve');
  expect(await stateOf(id)).toBe('firing');
});

test.each([
  [{}, 'delay is required'],
  [{ delay: null }, 'delay is required'],
  [{ delay: 'soon' }, 'invalid delay value'],
  [{ delay: [60] }, 'invalid delay value'],
  [{ delay: -2 }, 'invalid delay value'],
])('silence %j is refused', async (body, detail) => {
  const id = await group();
  const answer = await act(id, 'silence', body);
  expect([answer.status, answer.body]).toMatchObject([400, { detail }]);
});

test('-1 and 0 silence until somebody unsilences', async () => {
  for (const delay of [-1, 0]) {
    const id = await group();
    const answer = await act(id, 'silence', { delay });
    expect(answer.headers.warning).toEqual(delay === 0 ? expect.stringMatching(/^299 - "A delay of 0/) : undefined);
    expect((await api.admin.get(`alert_groups/${id}/`)).body).toMatchObject({
      state: 'silenced',
      silenced_until: null,
      silenced_at: '2026-03-02T09:00:00Z',
    });
  }
});

test('an organization that asks for notes gets them before a resolve', async () => {
  const id = await group();
  await sql`update organization set is_resolution_note_required = true where id = ${api.admin.org}`.execute(api.db);
  const refused = await act(id, 'resolve');
  expect([refused.status, refused.body]).toEqual([
    400,
    { detail: "Can't resolve an alert group without a resolution note", code: 'resolution_note_required' },
  ]);
  expect((await act(id, 'resolve', { resolution_note: 'Done' })).status).toBe(200);
  await sql`update organization set is_resolution_note_required = false where id = ${api.admin.org}`.execute(api.db);
});

test('two people who acknowledge at once: one does, the other is told', async () => {
  const id = await group();
  const editor = await api.user('edda', 'editor');
  const answers = await Promise.all([act(id, 'acknowledge'), act(id, 'acknowledge', undefined, editor)]);
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 400]);
  const records = await sql`select 1 from timeline_record where alert_group_id = ${id} and type = 0`.execute(api.db);
  expect(records.rows).toHaveLength(1);
});

test('a wiped group keeps its shell, a deleted one is gone', async () => {
  const wiped = await group({ payload: '{"secret": "x"}' });
  expect((await api.admin.delete(`alert_groups/${wiped}/`)).status).toBe(204);
  expect((await api.admin.get(`alert_groups/${wiped}/`)).body).toMatchObject({
    state: 'resolved',
    title: null,
    alerts_count: 1,
    last_alert: { payload: {} },
  });
  expect((await act(wiped, 'unresolve')).body).toMatchObject({ detail: "Can't unresolve a wiped alert group" });
  const deleted = await group();
  expect((await api.admin.delete(`alert_groups/${deleted}/`, { mode: 'delete' })).status).toBe(204);
  expect((await api.admin.get(`alert_groups/${deleted}/`)).status).toBe(404);
  const odd = await api.admin.delete(`alert_groups/${wiped}/`, { mode: 'x' });
  expect([odd.status, odd.body]).toEqual([400, 'Invalid mode']);
  expect((await api.admin.delete(`alert_groups/${wiped}/`, '"delete"')).body).toBe('A dict with a `mode` key is expected');
});

test('lists filter by state, label, time and title, and count exactly', async () => {
  const before = (await api.admin.get('alert_groups/?state=acknowledged')).body.count;
  api.clock.advance({ seconds: 3600 });
  const id = await group({ title: 'Quay camera 5% lost', labels: { team: 'quay', url: 'http://x:1' } });
  await act(id, 'acknowledge');
  expect((await api.admin.get('alert_groups/?state=Acknowledged')).body.count).toBe(before + 1);
  const total = (await api.admin.get('alert_groups/')).body.count;
  const states = await Promise.all(
    ['new', 'acknowledged', 'resolved', 'silenced'].map(
      async (state) => (await api.admin.get(`alert_groups/?state=${state}`)).body.count,
    ),
  );
  expect(states.reduce((sum, count) => sum + count, 0)).toBe(total);
  const found = async (query: string): Promise<string[]> =>
    (await api.admin.get(`alert_groups/?${query}`)).body.results.map((row: { id: string }) => row.id);
  expect(await found('label=team:quay&label=url:http://x:1')).toEqual([id]);
  expect(await found('label=team:quay&label=team:dock')).toEqual([id]);
  expect(await found('label=team:quay&label=url:other')).toEqual([]);
  expect(await found('search=CAMERA%205%25')).toEqual([id]);
  expect(await found('started_at=2026-03-02T10:00:00_2026-03-02T10:00:00')).toEqual([id]);
  expect(await found('integration_id=CNOPE')).toEqual([]);
  expect((await api.admin.get('alert_groups/?state=open')).body).toEqual({
    state: 'Must be one of the following: new, acknowledged, resolved, silenced',
  });
  for (const bad of [
    'x',
    '2026-03-02T10:00:00',
    '2026-03-02T10:00:00_2026-03-02T09:00:00',
    '2026-02-30T10:00:00_2026-03-30T10:00:00Z',
  ]) {
    expect((await api.admin.get(`alert_groups/?started_at=${bad}`)).body).toMatchObject({ detail: 'Invalid range value' });
  }
});

test('a note is created, changed, kept when nothing is sent, and deleted', async () => {
  const id = await group();
  const made = await api.admin.post('resolution_notes/', { alert_group_id: id, text: ' Drained ' });
  expect(made.body).toEqual({
    id: expect.stringMatching(/^M/),
    alert_group_id: id,
    author: api.admin.id,
    source: 'Web',
    origin: 'api',
    created_at: expect.any(String),
    text: 'Drained',
  });
  const note = made.body.id;
  expect((await api.admin.patch(`resolution_notes/${note}/`, {})).body).toEqual(made.body);
  expect((await api.admin.put(`resolution_notes/${note}/`, { text: 'Dry' })).body.text).toBe('Dry');
  expect((await api.admin.post('resolution_notes/', { alert_group_id: id, text: '' })).body).toEqual({
    text: ['This field may not be blank.'],
  });
  expect((await api.admin.post('resolution_notes/', { alert_group_id: 'INOPE', text: 'x' })).body).toEqual({
    alert_group_id: ['Object does not exist'],
  });
  expect((await api.admin.delete(`resolution_notes/${note}/`)).status).toBe(204);
  expect((await api.admin.get(`resolution_notes/${note}/`)).status).toBe(404);
});

test('viewers read and do not act; strangers see nothing', async () => {
  const id = await group();
  const viewer = await api.user('vera', 'viewer');
  expect((await viewer.get(`alert_groups/${id}/`)).status).toBe(200);
  expect((await act(id, 'acknowledge', undefined, viewer)).status).toBe(403);
  const stranger = await api.user('sten', 'admin', await api.organization('Elsewhere'));
  for (const action of ['acknowledge', 'unacknowledge', 'resolve', 'unresolve', 'silence', 'unsilence']) {
    expect((await act(id, action, { delay: 60 }, stranger)).status).toBe(404);
  }
  expect((await stranger.delete(`alert_groups/${id}/`, { mode: 'delete' })).status).toBe(404);
  expect((await stranger.get('alert_groups/')).body.count).toBe(0);
  expect((await stranger.get(`alerts/?alert_group_id=${id}`)).body.count).toBe(0);
  expect(await stateOf(id)).toBe('firing');
});

test('facets count values, each without the filter of its own kind, and values can be left out', async () => {
  const labels = { harbour: 'facets' };
  const first = await group({ labels: { ...labels, berth: '1' } });
  await group({ labels: { ...labels, berth: '2' } });
  await group({ labels: { ...labels, berth: '2' } });
  const survey = async (query: string) => (await api.admin.get(`alert_groups/facets?label=harbour:facets&${query}`)).body;
  expect(await survey(`integration_id=none`)).toMatchObject({ integrations: [{ value: integrationId, count: 3 }], teams: [] });
  const { teams, labels: counted } = await survey('');
  expect(teams).toEqual([{ value: null, count: 3 }]);
  expect(counted).toEqual([
    { key: 'harbour', count: 3, values: [{ value: 'facets', count: 3 }] },
    {
      key: 'berth',
      count: 3,
      values: [
        { value: '2', count: 2 },
        { value: '1', count: 1 },
      ],
    },
  ]);
  expect((await survey('label=berth:1')).labels[1]).toMatchObject({ key: 'berth', count: 3 });
  const found = async (query: string) =>
    (await api.admin.get(`alert_groups?label=harbour:facets&${query}`)).body.results.map(({ id }: { id: string }) => id);
  expect(await found('exclude_label=berth:2')).toEqual([first]);
  expect(await found(`exclude_integration_id=${integrationId}`)).toEqual([]);
  expect(await found('exclude_team_id=null')).toEqual([]);
});

test('a list leaves payloads out where that is asked for', async () => {
  const id = await group({ title: 'Without its payload' });
  const { body } = await api.admin.get(`alert_groups?id=${id}&last_alert=false`);
  expect(body.results).toMatchObject([{ id, last_alert: null }]);
  expect((await api.admin.get(`alert_groups?id=${id}`)).body.results[0].last_alert.payload).toEqual({ crane: 7 });
});
