import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createToken, NOT_NARROWED } from '../../../access/index.ts';
import { addTimelineRecords, bySystem, TIMELINE } from '../../../alerting/index.ts';
import { inTransaction } from '../../../platform/db/create-db.ts';
import { type ApiUser, type ApiWorld, startApi } from '../../../testing/api.ts';

let api: ApiWorld;
/** Of the team. */
let mia: ApiUser;
/** Not of the team; asks with a token that respects visibility. */
let olaf: ApiUser;
let team: string;
const made: Record<string, string> = {};

let tokens = 0;
const withToken = async (user: ApiUser): Promise<ApiUser> => {
  const { text } = await api.db
    .transaction()
    .execute((tx) =>
      createToken(
        tx,
        user.org,
        { userId: user.id, name: `respectful ${++tokens}`, narrowing: { ...NOT_NARROWED, respectsVisibility: true } },
        api.clock.now(),
      ),
    );
  return {
    ...user,
    get: (path) => user.get(path, { authorization: text }),
    post: (path, body) => user.post(path, body, { authorization: text }),
  };
};

beforeAll(async () => {
  api = await startApi();
  mia = await withToken(await api.user('mia', 'editor'));
  olaf = await withToken(await api.user('olaf', 'editor'));
  team = (await api.admin.post('teams/', { name: 'private', members: [mia.id] })).body.id;
  const create = async (path: string, body: object) => {
    const answer = await api.admin.post(`${path}/`, { ...body, team_id: team, team });
    expect(answer.status, answer.text).toBe(201);
    made[path] = answer.body.id;
    return answer.body;
  };
  const integration = await create('integrations', { type: 'webhook', name: 'private' });
  made.routes = integration.default_route.id;
  await create('escalation_chains', { name: 'private' });
  made.escalation_policies = (
    await api.admin.post('escalation_policies/', { escalation_chain_id: made.escalation_chains, type: 'wait', duration: 60 })
  ).body.id;
  await create('schedules', { name: 'private', type: 'calendar', time_zone: 'UTC' });
  await create('webhooks', { name: 'private', url: 'https://example.net/', trigger_type: 'escalation', http_method: 'POST' });
  await sql`
    insert into alert_group (organization_id, id, integration_id, route_id, number, title, grouping_key, started_at, received_at)
    values (${api.admin.org}, 'IPRIVATE', ${made.integrations}, ${made.routes}, 1, 'private', 'k', ${api.clock.now()}, ${api.clock.now()})`.execute(
    api.db,
  );
  made.alert_groups = 'IPRIVATE';
});
afterAll(() => api[Symbol.asyncDispose]());

const KINDS = ['integrations', 'routes', 'escalation_chains', 'escalation_policies', 'schedules', 'webhooks', 'alert_groups'];
const idsOf = async (user: ApiUser, kind: string) =>
  (await user.get(`${kind}/`)).body.results.map((row: { id: string }) => row.id);

describe.each(KINDS)('%s of a private team', (kind) => {
  test('are there for its members and for admins', async () => {
    for (const user of [mia, await withToken(api.admin)].slice(0, kind === KINDS[0] ? 2 : 1)) {
      expect(await idsOf(user, kind)).toContain(made[kind]);
      expect((await user.get(`${kind}/${made[kind]}/`)).status).toBe(200);
    }
  });
  test('are not for others: lists leave them out, reading says whose they are', async () => {
    expect(await idsOf(olaf, kind)).not.toContain(made[kind]);
    expect((await olaf.get(`${kind}/`)).body.count).toBe((await idsOf(olaf, kind)).length);
    const answer = await olaf.get(`${kind}/${made[kind]}`);
    expect([answer.status, answer.body.error_code, answer.body.owner_team]).toEqual([
      403,
      'wrong_team',
      { id: team, name: 'private', email: '', avatar_url: `/avatar/${team}` },
    ]);
  });
});

test('a token that does not ask for it sees everything', async () => {
  const plain = await api.user('plain', 'viewer');
  for (const kind of KINDS) {
    expect(await idsOf(plain, kind)).toContain(made[kind]);
    expect((await plain.get(`${kind}/${made[kind]}/`)).status).toBe(200);
  }
});

test('what is below the path of something hidden is hidden too', async () => {
  for (const path of [
    `schedules/${made.schedules}/final_shifts`,
    `webhooks/${made.webhooks}/responses`,
    'alert_groups/IPRIVATE/timeline',
  ])
    expect((await olaf.get(path)).body.error_code, path).toBe('wrong_team');
  expect((await olaf.post('alert_groups/IPRIVATE/acknowledge')).body.error_code).toBe('wrong_team');
  expect((await olaf.post('resolution_notes/', { alert_group_id: 'IPRIVATE', text: 'seen' })).body.error_code).toBe('wrong_team');
});

test('swaps of a hidden schedule are not listed, and none is asked for there', async () => {
  const swap = { schedule: made.schedules, swap_start: '2026-06-10T00:00:00Z', swap_end: '2026-06-11T00:00:00Z' };
  const { id } = (await mia.post('shift_swaps/', { ...swap, beneficiary: mia.id })).body;
  expect(await idsOf(mia, 'shift_swaps')).toEqual([id]);
  expect(await idsOf(olaf, 'shift_swaps')).toEqual([]);
  expect((await olaf.post('shift_swaps/', { ...swap, beneficiary: olaf.id })).body.error_code).toBe('wrong_team');
});

test('nothing is put into, or taken from, what is hidden', async () => {
  const hand = await api.user('hand', 'viewer');
  for (const role of ['escalation-chains-editor', 'integrations-editor', 'schedules-editor'])
    await api.admin.put(`roles/fixed:${role}/assignments`, { users: [hand.id] });
  const writer = await withToken(hand);
  const shift = { name: 'hidden', type: 'single_event', start: '2026-06-10T00:00:00', duration: 3600, users: [mia.id] };
  const hidden = (await api.admin.post('on_call_shifts/', { ...shift, team_id: team })).body.id;
  const open = (await api.admin.post('schedules/', { name: 'open', type: 'web', time_zone: 'UTC' })).body.id;
  const range = 'start_date=2026-06-09&end_date=2026-06-12';
  for (const [path, body] of [
    ['escalation_policies/', { escalation_chain_id: made.escalation_chains, type: 'wait', duration: 60 }],
    ['routes/', { integration_id: made.integrations, routing_regex: 'x' }],
    ['on_call_shifts/', { ...shift, type: 'override', schedule: made.schedules, users: [hand.id] }],
    ['schedules/', { name: 'taken', type: 'web', time_zone: 'UTC', shifts: [hidden] }],
    [`schedules/${open}/preview?${range}`, { shift_id: hidden, shift: {} }],
  ] as const)
    expect((await writer.post(path, body)).body.error_code, path).toBe('wrong_team');
  expect((await writer.post('on_call_shifts/', { ...shift, type: 'override', schedule: open })).status).toBe(201);
});

test('shifts that belong to a hidden schedule are hidden with it', async () => {
  const override = { type: 'override', start: '2026-06-11T00:00:00', duration: 3600, users: [mia.id], schedule: made.schedules };
  const { id } = (await api.admin.post('on_call_shifts/', { ...override, name: 'of the schedule' })).body;
  expect(await idsOf(mia, 'on_call_shifts')).toContain(id);
  expect(await idsOf(olaf, 'on_call_shifts')).not.toContain(id);
  expect((await olaf.get(`on_call_shifts/${id}`)).body.error_code).toBe('wrong_team');
});

test('a chain may name a hidden schedule, whose name is not told', async () => {
  const chain = (await api.admin.post('escalation_chains/', { name: 'over the fence' })).body.id;
  const step = { escalation_chain_id: chain, type: 'notify_on_call_from_schedule', notify_on_call_from_schedule: made.schedules };
  expect((await api.admin.post('escalation_policies/', step)).status).toBe(201);
  const editor = await withToken(await api.user('fence', 'editor'));
  const schedule = async (user: ApiUser) =>
    (await user.post(`escalation_chains/${chain}/simulate`, {})).body.steps[0].visits[0].schedule;
  expect(await schedule(editor)).toEqual({ id: made.schedules, name: 'private resource of another team' });
  expect((await schedule(mia)).name).not.toContain('private resource');
});

test('a hidden webhook is hidden by its older name too, and its secrets are not copied', async () => {
  const hooks = await api.user('hooks', 'viewer');
  await api.admin.put('roles/fixed:outgoing-webhooks-editor/assignments', { users: [hooks.id] });
  const editor = await withToken(hooks);
  expect((await editor.get(`actions/${made.webhooks}`)).body.error_code).toBe('wrong_team');
  const copy = { name: 'copy', url: 'https://elsewhere.example/', trigger_type: 'escalation', http_method: 'POST' };
  const secret = { id: made.webhooks, authorization_header: '****************' };
  expect((await editor.post('webhooks/', { ...copy, ...secret })).body.error_code).toBe('wrong_team');
  expect((await editor.post('webhooks/', copy)).status).toBe(201);
  const preview = { template_name: 'data', template_body: '{{ alert_group_id }}' };
  expect((await api.admin.post('webhooks/new/preview_template', preview)).body.preview).toBe('IPRIVATE');
  expect((await editor.post('webhooks/new/preview_template', preview)).body.preview).toBe(preview.template_body);
});

test('nothing else changes: what is missing is missing, and no team may be named that one is not in', async () => {
  expect((await olaf.get('integrations/CNOTHING')).status).toBe(404);
  const answer = await olaf.post('schedules/', { name: 'mine', type: 'calendar', time_zone: 'UTC', team_id: team });
  expect([answer.status, answer.body]).toEqual([400, { team_id: ['Object does not exist'] }]);
});

test('who was paged gets in and may act', async () => {
  const paged = await withToken(await api.user('paged', 'editor'));
  expect((await paged.get('alert_groups/IPRIVATE')).status).toBe(403);
  await sql`
    insert into personal_run (organization_id, alert_group_id, user_id, run_no, personal_run_no, important, state, started_at)
    values (${api.admin.org}, 'IPRIVATE', ${paged.id}, 1, 1, false, 'finished', ${api.clock.now()})`.execute(api.db);
  expect((await paged.get('alert_groups/IPRIVATE')).status).toBe(200);
  expect(await idsOf(paged, 'alert_groups')).toEqual(['IPRIVATE']);
  const { escalation_chains: chain, schedules: schedule, webhooks: webhook } = made as Record<string, string>;
  const data = {
    chain: { id: chain, name: 'secret' },
    schedule: { id: schedule, name: 'secret' },
    webhook: { id: webhook, name: 'secret' },
  };
  const record = { organizationId: api.admin.org, alertGroupId: 'IPRIVATE', at: api.clock.now(), actor: bySystem, data };
  await inTransaction(api.db, (tx) => addTimelineRecords(tx, [{ ...record, type: TIMELINE.escalationFailed }]));
  const named = async (user: ApiUser) => {
    const { results } = (await user.get('alert_groups/IPRIVATE/timeline')).body;
    return [results[0].escalation_chain, results[0].schedule, results[0].webhook];
  };
  const hidden = 'private resource of another team';
  expect(await named(paged)).toEqual([
    { id: chain, name: hidden },
    { id: schedule, name: hidden },
    { id: webhook, name: hidden },
  ]);
  expect((await named(mia)).map(({ name }) => name)).toEqual(['secret', 'secret', 'secret']);
  expect((await paged.post('alert_groups/IPRIVATE/acknowledge')).status).toBe(200);
  expect((await paged.get(`integrations/${made.integrations}`)).status).toBe(403);
});

test('a team that shares its resources hides nothing', async () => {
  await api.db.updateTable('team').set({ is_sharing_resources_to_all: true }).where('id', '=', team).execute();
  for (const kind of KINDS) expect(await idsOf(olaf, kind)).toContain(made[kind]);
  await api.db.updateTable('team').set({ is_sharing_resources_to_all: false }).where('id', '=', team).execute();
});

test('lists count what they show to whoever asks, on every page', async () => {
  const gone = (await api.admin.post('integrations/', { type: 'webhook', name: 'gone' })).body.id;
  await api.admin.delete(`integrations/${gone}/`);
  await api.admin.post('resolution_notes/', { alert_group_id: made.alert_groups, text: 'seen' });
  for (const user of [api.admin, mia, olaf]) {
    for (const kind of [...KINDS, 'resolution_notes', 'personal_notification_rules', 'users', 'teams']) {
      const all = (await user.get(`${kind}/?perpage=1000`)).body;
      expect(all.count, kind).toBe(all.results.length);
      const pages = await Promise.all([1, all.count + 1].map((page) => user.get(`${kind}/?perpage=1&page=${page}`)));
      expect(
        pages.map(({ body }) => [body.count, body.current_page_number, body.results.length]),
        kind,
      ).toEqual([
        [all.count, 1, Math.min(1, all.count)],
        [all.count, Math.max(1, all.count), Math.min(1, all.count)],
      ]);
    }
  }
});
