import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiWorld, startApi } from '../../testing/api.ts';

let api: ApiWorld;
/** Ids of what the requests below name, by their words in braces. */
const known: Record<string, string> = {};

beforeAll(async () => {
  api = await startApi();
  const { admin } = api;
  const make = async (path: string, body: object): Promise<string> => {
    const made = await admin.post(path, body);
    expect(made.status, made.text).toBe(201);
    return made.body.id;
  };
  known.user = admin.id;
  known.chain = await make('escalation_chains/', { name: 'chain' });
  known.integration = await make('integrations/', { type: 'webhook', name: 'dock' });
  known.route = await make('routes/', { integration_id: known.integration, routing_regex: 'x' });
  known.schedule = await make('schedules/', { type: 'calendar', name: 'calendar', time_zone: 'UTC' });
  known.webhook = await make('webhooks/', {
    name: 'hook',
    url: 'https://x.example',
    http_method: 'POST',
    trigger_type: 'escalation',
  });
  known.shift = await make('on_call_shifts/', { ...ROLLING, rolling_users: [[admin.id]] });
  for (const key of ['one', 'two'] as const) {
    const team = await make('teams/', { name: key });
    await sql`update integration set team_id = ${team}, type = 'direct_paging' where id = ${await make('integrations/', { type: 'webhook', name: key })}`.execute(
      api.db,
    );
    known[`team ${key}`] = team;
  }
  const { rows } = await sql<{ id: string }>`select id from integration where team_id = ${known['team one']}`.execute(api.db);
  known.paging = rows[0]?.id ?? '';
  const now = api.clock.now();
  await sql`
    insert into alert_group (organization_id, id, integration_id, number, title, grouping_key, started_at, received_at)
    values (${admin.org}, 'IGROUP', ${known.integration}, 1, 'x', 'k', ${now}, ${now})`.execute(api.db);
  known.note = await make('resolution_notes/', { alert_group_id: 'IGROUP', text: 'from chat' });
  await sql`update resolution_note set source = 'Slack' where id = ${known.note}`.execute(api.db);
});
afterAll(() => api[Symbol.asyncDispose]());

const ROLLING = {
  type: 'rolling_users',
  name: 'turns',
  start: '2026-03-02T08:00:00',
  duration: 3_600,
  frequency: 'daily',
  start_rotation_from_user_index: 0,
};
const SHIFT = { type: 'recurrent_event', name: 'shift', start: '2026-03-02T08:00:00', duration: 3_600, frequency: 'daily' };
const STEP = { escalation_chain_id: '{chain}', type: 'wait' };
const ROUTE = { integration_id: '{integration}', routing_regex: 'x' };
const RULE = { user_id: '{user}', type: 'wait' };
const SCHEDULE = { type: 'calendar', name: 'x', time_zone: 'UTC' };
const HOOK = { name: 'x', url: 'https://x.example', http_method: 'POST', trigger_type: 'escalation' };
const SWAP = {
  schedule: '{schedule}',
  beneficiary: '{user}',
  swap_start: '2026-06-10T00:00:00Z',
  swap_end: '2026-06-11T00:00:00Z',
};
const DAYS = "'MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'";
const INSTANT =
  'Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm:ssZ, YYYY-MM-DDThh:mm:ss.uuuuuuZ, YYYY-MM-DDThh:mm:ss[+HHMM|-HHMM], YYYY-MM-DDThh:mm:ss.uuuuuu[+HHMM|-HHMM].';
const DATE = 'Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm, YYYY-MM-DD.';

const filled = (text: string): string => text.replaceAll(/\{([a-z ]+)\}/g, (whole, key: string) => known[key] ?? whole);

type Line = readonly [method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body: object | null, error: unknown];

/** Texts that existing clients and scripts match on (http-api-alerting.md, http-api-oncall.md, outgoing-webhooks.md), each once. */
const REFUSALS: readonly Line[] = [
  // http-api-alerting.md 1.6, 1.12
  ['POST', 'escalation_policies/', { ...STEP, position: 'first' }, { position: ['A valid integer is required.'] }],
  ['POST', 'escalation_policies/', { ...STEP, position: -2 }, { detail: 'Invalid value for position field' }],
  ['POST', 'escalation_policies/', { ...STEP, position: -1, manual_order: true }, { detail: 'Invalid value for position field' }],
  ['POST', 'escalation_policies/', { ...STEP, position: 2_147_483_648 }, { detail: 'Invalid value for position field' }],
  ['POST', 'escalation_policies/', { ...STEP, duration: 'long' }, { duration: ['A valid number is required.'] }],
  ['POST', 'escalation_policies/', { ...STEP, important: 'maybe' }, { important: ['Must be a valid boolean.'] }],
  ['POST', 'escalation_policies/', { ...STEP, type: 'trigger_action' }, { detail: 'Invalid escalation step type' }],
  [
    'POST',
    'escalation_policies/',
    { ...STEP, type: 'notify_whole_channel' },
    { detail: 'Invalid escalation step type: step is Slack-specific' },
  ],
  [
    'POST',
    'escalation_policies/',
    { ...STEP, type: 'notify_if_num_alerts_in_window', num_alerts_in_window: -1 },
    { num_alerts_in_window: ['Ensure this value is greater than or equal to 0.'] },
  ],
  ['POST', 'escalation_chains/', { name: 'x'.repeat(101) }, { name: ['Ensure this field has no more than 100 characters.'] }],
  ['POST', 'escalation_chains/', { name: '\0' }, { name: ['Null characters are not allowed.'] }],
  // 2.1, 2.2
  ['DELETE', 'integrations/{paging}/', null, { detail: "Direct paging integrations can't be deleted" }],
  [
    'PUT',
    'integrations/{paging}/',
    { team_id: '{team two}' },
    { detail: 'Direct paging integration already exists for this team' },
  ],
  [
    'POST',
    'integrations/',
    { type: 'webhook', labels: [{ key: { name: '1x' }, value: { name: 'y' } }] },
    {
      labels: [
        { key: { name: ['Label keys must start and end with a letter and contain only letters, digits and underscores.'] } },
      ],
    },
  ],
  ['POST', 'routes/', { ...ROUTE, slack: { channel_id: 5 } }, { detail: 'Invalid Slack channel' }],
  ['POST', 'routes/', { ...ROUTE, slack: { channel_id: 'C1' } }, { detail: "Slack isn't connected to this workspace" }],
  [
    'POST',
    'routes/',
    { ...ROUTE, slack: 'C1' },
    { slack: { non_field_errors: ['Invalid data. Expected a dictionary, but got str.'] } },
  ],
  ['POST', 'routes/', { ...ROUTE, telegram: { id: 'Z1' } }, { detail: 'Telegram channel does not exist' }],
  ['POST', 'routes/', { ...ROUTE, routing_type: 'magic' }, { detail: 'Invalid route type' }],
  // 2.7
  ['PUT', 'resolution_notes/{note}/', { text: 'changed' }, { detail: 'Cannot update message with this source type' }],
  // http-api-oncall.md 5
  ['GET', 'personal_notification_rules/?important=maybe', null, { detail: 'Important is not bool' }],
  ['GET', 'personal_notification_rules/?user_id=UNOBODY', null, { detail: 'User not found.' }],
  ['POST', 'personal_notification_rules/', { ...RULE, user_id: 'UNOBODY' }, { detail: 'User does not exist' }],
  ['POST', 'personal_notification_rules/', { user_id: '{user}' }, { type: 'Type is required' }],
  ['POST', 'personal_notification_rules/', { ...RULE, type: 'by_pigeon' }, { type: 'Invalid type' }],
  ['POST', 'personal_notification_rules/', { ...RULE, duration: 'soon' }, { detail: 'Invalid duration format' }],
  [
    'POST',
    'personal_notification_rules/',
    { ...RULE, type: 'notify_by_sms', duration: 300 },
    { duration: "Duration can't be set" },
  ],
  // 6
  ['POST', 'schedules/', { name: 'x' }, { type: 'This field is required' }],
  ['POST', 'schedules/', { ...SCHEDULE, type: 'sundial' }, { type: 'Invalid type' }],
  ['POST', 'schedules/', { ...SCHEDULE, time_zone: 'Mars/Olympus' }, { time_zone: ['Invalid timezone'] }],
  ['POST', 'schedules/', { ...SCHEDULE, slack: { channel_id: 5 } }, { slack: { channel_id: ['Invalid Slack channel'] } }],
  [
    'POST',
    'schedules/',
    { ...SCHEDULE, slack: { user_group_id: 5 } },
    { slack: { user_group_id: ['Invalid Slack user group'] } },
  ],
  ['POST', 'schedules/', { ...SCHEDULE, slack: { user_group_id: 'S1' } }, { detail: "Slack isn't connected to this workspace" }],
  ['GET', 'schedules/{schedule}/final_shifts?start_date=1&end_date=2026-03-03', null, { start_date: [DATE] }],
  // 7
  ['POST', 'on_call_shifts/', { ...SHIFT, type: 'weekend' }, { detail: 'Invalid shift type' }],
  [
    'POST',
    'on_call_shifts/',
    { ...SHIFT, duration: 'long' },
    { duration: ['Duration has wrong format. Use one of these formats instead: [DD] [HH:[MM:]]ss[.uuuuuu].'] },
  ],
  [
    'POST',
    'on_call_shifts/',
    { ...SHIFT, frequency: 'weekly', week_start: 'MONDAY' },
    { detail: `Invalid day format for week start field. Should be one of the following: ${DAYS}` },
  ],
  [
    'POST',
    'on_call_shifts/',
    { ...SHIFT, by_day: ['MONDAY'] },
    { detail: `Invalid day value in by_day field. Valid values: ${DAYS}` },
  ],
  [
    'POST',
    'on_call_shifts/',
    { ...SHIFT, by_monthday: [32] },
    { detail: 'Invalid monthday value in by_monthday field. Valid values: from 1 to 31 and from -31 to -1' },
  ],
  [
    'POST',
    'on_call_shifts/',
    { ...ROLLING, rolling_users: [['{user}']], by_monthday: [1] },
    { detail: "Day limits are temporarily disabled for on-call shifts with type 'rolling_users' and frequency 'daily'" },
  ],
  // 8
  ['GET', 'shift_swaps/?starting_after=soon', null, [INSTANT]],
  ['POST', 'shift_swaps/', { ...SWAP, swap_start: 'soon' }, { swap_start: [INSTANT] }],
  ['POST', 'shift_swaps/', { ...SWAP, beneficiary: undefined }, { detail: 'beneficiary user ID is required' }],
  ['POST', 'shift_swaps/', { ...SWAP, beneficiary: 'UNOBODY' }, { detail: 'Invalid beneficiary user ID' }],
  [
    'POST',
    'shift_swaps/',
    { ...SWAP, swap_start: '2020-06-10T00:00:00Z' },
    { non_field_errors: ['swap_start must be a datetime in the future'] },
  ],
  // Webhooks
  [
    'POST',
    'webhooks/',
    { ...HOOK, http_method: 'FETCH' },
    { http_method: ["Must be one of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']"] },
  ],
  [
    'PUT',
    'webhooks/{webhook}/',
    { data: 'x'.repeat(50_123), url: `https://x.example/${'ü'.repeat(50_000)}` },
    {
      data: ['Template Error: Template exceeds length limit (50123 > 50000)'],
      url: ['Template Error: Template exceeds length limit (50018 > 50000)'],
    },
  ],
  [
    'PUT',
    'integrations/{integration}/',
    { templates: { web: { message: 'x'.repeat(50_001) } } },
    { detail: 'invalid web message template', code: 'invalid_template' },
  ],
  ['POST', 'webhooks/', { ...HOOK, integration_filter: ['CNONE'] }, { integration_filter: ['Integration does not exist'] }],
  ['POST', 'webhooks/', { ...HOOK, preset: 'grafana_sift' }, { preset: ['Preset is not available on this server'] }],
  ['POST', 'webhooks/', { ...HOOK, preset: 'mine' }, { preset: ['Unknown preset'] }],
  ['POST', 'webhooks/', { ...HOOK, password: '*'.repeat(16) }, { password: ['This field may not be a placeholder.'] }],
  ['PUT', 'webhooks/{webhook}/', { is_webhook_enabled: null }, { is_webhook_enabled: ['This field may not be null.'] }],
];

describe('a refusal has the words that clients know', () => {
  test.each(
    REFUSALS.map(
      (line, index) => [`${index + 1}: ${line[0]} ${line[1]} ${JSON.stringify(line[3])}`.slice(0, 160), line] as const,
    ),
  )('%s', async (_title, [method, path, body, error]) => {
    const sent = body === null ? undefined : filled(JSON.stringify(body));
    const { admin } = api;
    const answer =
      method === 'GET'
        ? await admin.get(filled(path))
        : method === 'POST'
          ? await admin.post(filled(path), sent)
          : method === 'PUT'
            ? await admin.put(filled(path), sent)
            : await admin.delete(filled(path));
    expect(answer.status).toBe(400);
    const { detail } = error as { detail?: unknown };
    if (detail === undefined) return expect(answer.body).toEqual(error);
    // A word for machines stands beside the text.
    expect(answer.body).toEqual({ code: expect.stringMatching(/^[a-z_]+$/), ...(error as object) });
  });
});

test('the token of a person who left is told from one that is none', async () => {
  const gone = await api.user('gone', 'editor');
  await api.db.updateTable('users').set({ is_active: false }).where('id', '=', gone.id).execute();
  const answer = await gone.get('users/current');
  expect([answer.status, answer.body]).toEqual([
    403,
    { detail: 'Only active users are allowed to perform this action.', code: 'inactive_user' },
  ]);
});
