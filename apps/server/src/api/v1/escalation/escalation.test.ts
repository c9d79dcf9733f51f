import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiWorld, startApi } from '../../../testing/api.ts';

let api: ApiWorld;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

test('a chain is created, read back, renamed, listed, filtered and deleted', async () => {
  const { admin } = api;
  const made = await admin.post('escalation_chains/', { name: ' payments ', team_id: '' });
  expect(made.status).toBe(201);
  expect(made.body).toEqual({ id: expect.stringMatching(/^F[A-Z1-9]{12}$/), name: 'payments', team_id: null });
  const { id } = made.body;
  expect((await admin.get(`escalation_chains/${id}`)).body).toEqual(made.body);
  expect((await admin.put(`escalation_chains/${id}/`, { name: 'payments-primary' })).body.name).toBe('payments-primary');
  expect((await admin.put(`escalation_chains/${id}/`, {})).body).toEqual({ name: ['This field is required.'] });
  const page = await admin.get('escalation_chains?name=payments-primary');
  expect(page.body).toMatchObject({
    count: 1,
    next: null,
    previous: null,
    current_page_number: 1,
    page_size: 50,
    total_pages: 1,
  });
  expect((await admin.get('escalation_chains/?name=')).body.count).toBe(0);
  expect((await admin.get('escalation_chains/?team_id=TNOPE')).body).toEqual({
    team_id: ['Select a valid choice. That choice is not one of the available choices.'],
  });
  const gone = await admin.delete(`escalation_chains/${id}/`);
  expect([gone.status, gone.text]).toEqual([204, '']);
  expect((await admin.get(`escalation_chains/${id}/`)).body).toEqual({ detail: 'Not found.' });
});

test('two chains of one name are refused, of two organizations not', async () => {
  const { admin } = api;
  await admin.post('escalation_chains/', { name: 'twice' });
  const second = await admin.post('escalation_chains/', { name: 'twice' });
  expect([second.status, second.body]).toEqual([
    400,
    { non_field_errors: ['The fields organization, name must make a unique set.'] },
  ]);
  const other = await api.user('olga', 'admin', await api.organization('Other'));
  expect((await other.post('escalation_chains/', { name: 'twice' })).status).toBe(201);
});

test.each([
  ['nothing', {}, { name: ['This field is required.'] }],
  ['null', { name: null }, { name: ['This field may not be null.'] }],
  ['blanks', { name: '  ' }, { name: ['This field may not be blank.'] }],
  ['a list', { name: [] }, { name: ['Not a valid string.'] }],
  ['NUL', { name: 'a\0b' }, { name: ['Null characters are not allowed.'] }],
  ['101 characters', { name: 'x'.repeat(101) }, { name: ['Ensure this field has no more than 100 characters.'] }],
  ['an unknown team', { name: 'x', team_id: 'TNOPE' }, { team_id: ['Object does not exist'] }],
  ['a list as body', [], { non_field_errors: ['Invalid data. Expected a dictionary, but got list.'] }],
])('a chain of %s is refused', async (_what, body, errors) => {
  const answer = await api.admin.post('escalation_chains/', body);
  expect([answer.status, answer.body]).toEqual([400, errors]);
});

test('numbers that the database cannot hold are refused, and the chain of a step stays', async () => {
  const made = await api.admin.post('escalation_policies/', {
    escalation_chain_id: await chain('of a step'),
    type: 'notify_if_num_alerts_in_window',
    num_alerts_in_window: 2_147_483_647,
    num_minutes_in_window: 0,
  });
  expect(made.status).toBe(201);
  for (const key of ['num_alerts_in_window', 'num_minutes_in_window']) {
    const answer = await api.admin.put(`escalation_policies/${made.body.id}/`, { [key]: 2_147_483_648 });
    expect([answer.status, answer.body]).toEqual([400, { [key]: ['Ensure this value is less than or equal to 2147483647.'] }]);
  }
  for (const escalation_chain_id of [null, '', 'FNOPE', 7]) {
    const answer = await api.admin.put(`escalation_policies/${made.body.id}/`, { escalation_chain_id });
    expect([answer.status, answer.body]).toEqual([200, made.body]);
  }
});

async function chain(name: string): Promise<string> {
  return (await api.admin.post('escalation_chains/', { name })).body.id;
}
const positions = async (chainId: string) =>
  Object.fromEntries(
    (await api.admin.get(`escalation_policies?escalation_chain_id=${chainId}`)).body.results.map(
      (step: { duration: number; position: number }) => [step.duration, step.position],
    ),
  );

test.each<[string, { position?: number; manual_order?: boolean }, Record<number, number>]>([
  ['at the end', {}, { 60: 0, 70: 1, 80: 2, 90: 3 }],
  ['at 0, the others make way', { position: 0 }, { 90: 0, 60: 1, 70: 2, 80: 3 }],
  ['at 0, swapped', { position: 0, manual_order: true }, { 90: 0, 60: 3, 70: 1, 80: 2 }],
  ['beyond the end', { position: 9 }, { 60: 0, 70: 1, 80: 2, 90: 9 }],
  ['at -1', { position: -1 }, { 60: 0, 70: 1, 80: 2, 90: 3 }],
])('a step is put %s', async (how, placement, expected) => {
  const id = await chain(`positions ${how}`);
  for (const duration of [60, 70, 80])
    await api.admin.post('escalation_policies/', { escalation_chain_id: id, type: 'wait', duration });
  const made = await api.admin.post('escalation_policies/', {
    escalation_chain_id: id,
    type: 'wait',
    duration: 90,
    ...placement,
  });
  expect([made.status, made.body.position]).toEqual([201, expected[90]]);
  expect(await positions(id)).toEqual(expected);
});

test('twenty steps sent at once end where each was asked to', async () => {
  const id = await chain('parallel');
  const wanted = [...Array(20).keys()].sort((a, b) => ((a * 7) % 20) - ((b * 7) % 20));
  const answers = await Promise.all(
    wanted.map((position) =>
      api.admin.post('escalation_policies/', {
        escalation_chain_id: id,
        type: 'wait',
        duration: 60 + position,
        position,
        manual_order: true,
      }),
    ),
  );
  expect(answers.map((answer) => answer.status)).toEqual(Array(20).fill(201));
  expect(await positions(id)).toEqual(Object.fromEntries([...Array(20).keys()].map((position) => [60 + position, position])));
});

test('an important round robin keeps its importance and its people under its own key', async () => {
  const id = await chain('round robin');
  const made = await api.admin.post('escalation_policies/', {
    escalation_chain_id: id,
    type: 'notify_person_next_each_time',
    important: true,
    persons_to_notify: [api.admin.id, 'UNOBODY'],
  });
  expect(made.body).toEqual({
    id: expect.stringMatching(/^E/),
    escalation_chain_id: id,
    position: 0,
    type: 'notify_person_next_each_time',
    important: true,
    persons_to_notify_next_each_time: [api.admin.id],
  });
  const wait = await api.admin.put(`escalation_policies/${made.body.id}/`, { type: 'wait', duration: 90.9 });
  expect(wait.body).toEqual({ id: made.body.id, escalation_chain_id: id, position: 0, type: 'wait', duration: 90 });
  const people = await api.admin.put(`escalation_policies/${made.body.id}/`, { type: 'notify_persons' });
  expect(people.body).toMatchObject({ important: false, persons_to_notify: [] });
});

test.each([
  ['an unknown type', { type: 'trigger_action' }, { detail: 'Invalid escalation step type' }],
  ['a Slack step', { type: 'notify_whole_channel' }, { detail: 'Invalid escalation step type: step is Slack-specific' }],
  ['no type', {}, { type: ['This field is required.'] }],
  ['null as type', { type: null }, { type: ['This field may not be null.'] }],
  ['a wait of 5 s', { type: 'wait', duration: 5 }, { duration: ['Ensure this value is greater than or equal to 0:01:00.'] }],
  [
    'a wait of a week',
    { type: 'wait', duration: 604800 },
    { duration: ['Ensure this value is less than or equal to 1 day, 0:00:00.'] },
  ],
  [
    'a time without Z',
    { type: 'notify_if_time_from_to', notify_if_time_from: '09:00:00' },
    { notify_if_time_from: ['Time has wrong format. Use one of these formats instead: hh:mm:ssZ.'] },
  ],
  ['a bad position', { type: 'resolve', position: -2 }, { detail: 'Invalid value for position field' }],
  [
    'an unknown schedule',
    { type: 'notify_on_call_from_schedule', notify_on_call_from_schedule: 'SNOPE' },
    { notify_on_call_from_schedule: ['Object does not exist'] },
  ],
])('a step with %s is refused and leaves nothing behind', async (what, body, errors) => {
  const id = await chain(`refused: ${what}`);
  const answer = await api.admin.post('escalation_policies/', { escalation_chain_id: id, ...body });
  expect([answer.status, answer.body]).toMatchObject([400, errors]);
  expect((await api.admin.get(`escalation_policies/?escalation_chain_id=${id}`)).body.count).toBe(0);
});

test('who may do what', async () => {
  const viewer = await api.user('vik', 'viewer');
  const nobody = await api.user('nino', 'none');
  expect((await viewer.get('escalation_chains/')).status).toBe(200);
  expect((await viewer.post('escalation_chains/', { name: 'x' })).body).toEqual({
    detail: 'You do not have permission to perform this action.',
    code: 'permission_denied',
    required: ['escalation-chains:write'],
    granted_by: ['Admin', 'Escalation Chains Editor'],
    contact: [{ id: api.admin.id, name: 'ada', email: 'ada@example.net' }],
  });
  expect((await nobody.get('escalation_chains/')).status).toBe(403);
  const answer = await api.app.inject({ url: '/api/v1/escalation_chains/' });
  expect([answer.statusCode, answer.json()]).toEqual([403, { detail: 'Invalid token.', code: 'invalid_token' }]);
  for (const header of [`Bearer ${viewer.token}`, `token  ${viewer.token}`, viewer.token]) {
    expect((await api.app.inject({ url: '/api/v1/escalation_chains', headers: { authorization: header } })).statusCode).toBe(200);
  }
});

test('a step that will not do what it says has its reasons beside it, and unknown people are named in a warning', async () => {
  const { admin } = api;
  const chain = (await admin.post('escalation_chains/', { name: 'with problems' })).body.id;
  const vera = await api.user('vera-the-viewer', 'viewer');
  const make = (body: object) => admin.post('escalation_policies/', { escalation_chain_id: chain, ...body });
  const made = await make({ type: 'notify_persons', persons_to_notify: [vera.id, 'UNOBODY', 'U"\n€'] });
  expect([made.status, made.body.persons_to_notify]).toEqual([201, [vera.id]]);
  expect(made.headers.warning).toBe(`299 - "persons_to_notify: left out, because they do not exist: UNOBODY U'??"`);
  expect(made.body.problems).toEqual(['vera-the-viewer may not be notified: the role does not allow it.']);
  const fine = await admin.put(`escalation_policies/${made.body.id}`, { persons_to_notify: [admin.id] });
  expect([fine.headers.warning, fine.body]).toEqual([undefined, expect.not.objectContaining({ problems: expect.anything() })]);
  const webhook = {
    name: 'off',
    url: 'https://x.example',
    http_method: 'POST',
    trigger_type: 'escalation',
    is_webhook_enabled: false,
  };
  const off = (await admin.post('webhooks/', webhook)).body.id;
  for (const [body, problem] of [
    [{ type: 'notify_persons' }, 'Nobody is named: the step notifies nobody.'],
    [{ type: 'wait' }, 'No duration is chosen: it waits 5 minutes.'],
    [{ type: 'notify_on_call_from_schedule' }, 'No schedule is named: the step notifies nobody.'],
    [{ type: 'notify_team_members' }, 'No team is named: the step notifies nobody.'],
    [{ type: 'trigger_webhook' }, 'No webhook is named: the step calls nothing.'],
    [{ type: 'trigger_webhook', action_to_trigger: off }, 'The webhook is switched off.'],
    [{ type: 'notify_if_time_from_to', notify_if_time_from: '08:00:00Z' }, 'No times are chosen: the step is passed.'],
    [{ type: 'notify_if_num_alerts_in_window', num_alerts_in_window: 3 }, 'No number is chosen: the step is passed.'],
  ] as const)
    expect((await make(body)).body.problems, problem).toEqual([problem]);
  expect((await make({ type: 'repeat_escalation' })).body).not.toHaveProperty('problems');
});

test('an organization with strict references refuses unknown people and shifts in lists', async () => {
  const { admin } = api;
  const chain = (await admin.post('escalation_chains/', { name: 'strict' })).body.id;
  await admin.patch('organizations/current/settings', { strict_references: true });
  const step = { escalation_chain_id: chain, type: 'notify_persons', persons_to_notify: ['UNOBODY'] };
  expect((await admin.post('escalation_policies/', step)).body).toEqual({ persons_to_notify: ['Object does not exist'] });
  const shift = { name: 'x', type: 'single_event', start: '2026-03-02T08:00:00', duration: 3_600, users: ['UNOBODY'] };
  expect((await admin.post('on_call_shifts/', shift)).body).toEqual({ users: ['Object does not exist'] });
  const schedule = { name: 'x', type: 'calendar', time_zone: 'UTC', shifts: ['ONOTHING'] };
  expect((await admin.post('schedules/', schedule)).body).toEqual({ shifts: ['Object does not exist'] });
  await admin.patch('organizations/current/settings', { strict_references: false });
  for (const [path, body] of [
    ['on_call_shifts/', shift],
    ['schedules/', schedule],
  ] as const) {
    const made = await admin.post(path, body);
    expect([made.status, made.headers.warning]).toEqual([201, expect.stringMatching(/^299 - "(users|shifts): left out/)]);
  }
});

test('a chain is copied with its steps, and tells which routes lead to it', async () => {
  const { admin } = api;
  const chain = (await admin.post('escalation_chains/', { name: 'original' })).body.id;
  const steps = [
    { type: 'notify_persons', persons_to_notify: [admin.id], important: true },
    { type: 'wait', duration: 120 },
    { type: 'notify_person_next_each_time', persons_to_notify_next_each_time: [admin.id] },
  ];
  for (const step of steps) await admin.post('escalation_policies/', { escalation_chain_id: chain, ...step });
  await api.db
    .updateTable('escalation_step')
    .set({ round_robin_last_user_id: admin.id })
    .where('escalation_chain_id', '=', chain)
    .execute();
  const copy = await admin.post(`escalation_chains/${chain}/copy`, { name: 'the copy' });
  expect([copy.status, copy.body]).toEqual([201, { id: expect.stringMatching(/^F/), name: 'the copy', team_id: null }]);
  expect(copy.body.id).not.toBe(chain);
  const copied = (await admin.get(`escalation_policies/?escalation_chain_id=${copy.body.id}`)).body.results;
  expect(copied).toMatchObject(steps.map((step, position) => ({ position, ...step })));
  const turns = await api.db
    .selectFrom('escalation_step')
    .select('round_robin_last_user_id as last')
    .where('escalation_chain_id', '=', copy.body.id)
    .execute();
  expect(turns.map(({ last }) => last)).toEqual([null, null, null]);
  const again = await admin.post(`escalation_chains/${chain}/copy`, { name: 'the copy' });
  expect([again.status, again.body]).toEqual([
    400,
    { non_field_errors: ['The fields organization, name must make a unique set.'] },
  ]);
  expect((await admin.post(`escalation_chains/${chain}/copy`, {})).body).toEqual({ name: ['This field is required.'] });
  expect((await admin.post('escalation_chains/FNOTHING/copy', { name: 'x' })).status).toBe(404);

  const uses = async () => (await admin.get(`escalation_chains/${chain}/uses`)).body;
  expect(await uses()).toEqual({ integrations: [] });
  const dock = (await admin.post('integrations/', { type: 'webhook', name: 'dock' })).body;
  await admin.put(`routes/${dock.default_route.id}`, { escalation_chain_id: chain });
  const route = { integration_id: dock.id, routing_regex: 'crane', escalation_chain_id: chain };
  const first = (await admin.post('routes/', route)).body.id;
  expect(await uses()).toEqual({
    integrations: [
      {
        id: dock.id,
        name: 'dock',
        routes: [
          { id: first, position: 0, is_default: false },
          { id: dock.default_route.id, position: 0, is_default: true },
        ],
      },
    ],
  });
});

test('steps are put into an order unless somebody else did meanwhile', async () => {
  const id = await chain('ordered');
  const ids: string[] = [];
  for (const duration of [60, 70, 80])
    ids.push((await api.admin.post('escalation_policies/', { escalation_chain_id: id, type: 'wait', duration })).body.id);
  const [a = '', b = '', c = ''] = ids;
  const path = `escalation_chains/${id}/steps_order/`;
  expect((await api.admin.get(path)).body).toEqual({ order: [a, b, c] });
  expect((await api.admin.put(path, { order: [c, a, b], was: [a, b, c] })).body).toEqual({ order: [c, a, b] });
  expect(await positions(id)).toEqual({ 60: 1, 70: 2, 80: 0 });
  const late = await api.admin.put(path, { order: [b, a, c], was: [a, b, c] });
  expect([late.status, late.body]).toEqual([
    412,
    { detail: 'The object has changed since it was read.', code: 'conflict', order: [c, a, b] },
  ]);
  for (const order of [
    [b, a],
    [a, b, b],
    [a, b, 'ENOTHING'],
  ])
    expect((await api.admin.put(path, { order })).status).toBe(412);
  expect((await api.admin.put('escalation_chains/FNOTHING/steps_order/', { order: [] })).status).toBe(404);
});
