import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { EscalationWorld, ORG } from '../../testing/escalation/world.ts';
import { attach } from '../attach.ts';
import { createNote } from '../resolution-notes/create-note.ts';
import { loadTimeline } from './load-timeline.ts';
import { notificationSentence } from './notification-sentences.ts';
import { ESCALATION_ERROR, TIMELINE } from './record.ts';
import { recordSentence, type StoredRecord } from './sentences.ts';
import { inWords } from './step-sentences.ts';

const record = (type: number, fields: Partial<StoredRecord> = {}): StoredRecord => ({
  type,
  actorType: 'user',
  actionSource: null,
  errorCode: null,
  reason: null,
  data: {},
  ...fields,
});
const step = (step_type: string, data: Record<string, unknown> = {}) =>
  record(TIMELINE.escalationTriggered, { actorType: 'step', data: { step: 2, step_type, ...data } });
const users = [
  { id: 'U1', username: 'anna' },
  { id: 'U2', username: 'ben' },
  { id: 'U3', username: 'carla' },
];

describe('what a record says', () => {
  test.each<[string | null, StoredRecord]>([
    ['acknowledged by {{author}}', record(TIMELINE.acknowledged)],
    ['acknowledged by {{author}} via API', record(TIMELINE.acknowledged, { actionSource: 4 })],
    ['acknowledged by {{author}} via Slack', record(TIMELINE.acknowledged, { actionSource: 0 })],
    ['acknowledged by the alert source', record(TIMELINE.acknowledged, { actorType: 'source' })],
    [
      'acknowledged by source integration Jira',
      record(TIMELINE.acknowledged, { actorType: 'backsync', actionSource: 5, data: { integration_name: 'Jira' } }),
    ],
    ['resolved by the last escalation step', record(TIMELINE.resolved, { actorType: 'step' })],
    ['resolved by {{author}}, in bulk', record(TIMELINE.resolved, { reason: 'bulk' })],
    ['unsilenced by a timer', record(TIMELINE.unsilenced, { actorType: 'timer' })],
    ['silenced for 30 minutes by {{author}}', record(TIMELINE.silenced, { data: { seconds: 1_800 } })],
    ['silenced until it is unsilenced by {{author}}', record(TIMELINE.silenced, { data: { seconds: null } })],
    [
      'attached to alert group #7 (Disk full) by {{author}}',
      record(TIMELINE.attached, { data: { root_id: 'I1', root_number: 7, root_title: 'Disk full' } }),
    ],
    [
      'alert group #8 (Swap) was detached by {{author}}',
      record(TIMELINE.unattached, { data: { child_id: 'I2', child_number: 8, child_title: 'Swap' } }),
    ],
    [
      'could not be attached to alert group #7: it is resolved',
      record(TIMELINE.attachmentFailed, { reason: 'root_resolved', data: { root_number: 7 } }),
    ],
    ['alert group registered', record(TIMELINE.registered, { actorType: 'source' })],
    ['no route was found', record(TIMELINE.routeAssigned, { actorType: 'source' })],
    [
      'assigned to route Default, which has no escalation chain',
      record(TIMELINE.routeAssigned, { data: { route_id: 'R1', route_name: 'Default', chain_id: null } }),
    ],
    [
      'assigned to route Default with {{escalation_chain}}',
      record(TIMELINE.routeAssigned, { data: { route_id: 'R1', route_name: 'Default', chain_id: 'F1' } }),
    ],
    [
      '{{author}} added anna as a responder, by their important rules',
      record(TIMELINE.directPaging, { data: { user: users[0], important: true } }),
    ],
    ['{{author}} removed anna from the responders', record(TIMELINE.unpaged, { data: { user: users[0] } })],
    [
      "40 alerts came over the integration's limit of 300 in 5 minutes",
      record(TIMELINE.restricted, { data: { alerts: 40, limit: 300, scope: 'integration', window_seconds: 300 } }),
    ],
    ['step 2 of {{escalation_chain}} notified anna, ben and carla', step('notify_persons', { users })],
    [
      'step 2 of {{escalation_chain}} notified anna by their important rules',
      step('notify_persons', { users: users.slice(0, 1), important: true }),
    ],
    [
      'step 2 of {{escalation_chain}} notified anna, whose turn it is',
      step('notify_person_next_each_time', { users: users.slice(0, 1) }),
    ],
    [
      'step 2 of {{escalation_chain}} notified anna, on call by {{schedule}}',
      step('notify_on_call_from_schedule', { users: users.slice(0, 1) }),
    ],
    ['step 2 of {{escalation_chain}} notified nobody of team Ops', step('notify_team_members', { team: 'Ops' })],
    ['step 2 of {{escalation_chain}} starts the chain over (1 of 5)', step('repeat_escalation', { repeat: 1, repeats: 5 })],
    [
      'step 2 of {{escalation_chain}} holds until 2026-03-02T09:00:00.000Z, outside its window 09:00:00Z to 18:00:00Z',
      step('notify_if_time_from_to', { from: '09:00:00Z', to: '18:00:00Z', eta: '2026-03-02T09:00:00.000Z' }),
    ],
    [
      'step 2 of {{escalation_chain}} goes on when more than 3 alerts come within 10 minutes',
      step('notify_if_num_alerts_in_window', { alerts: 3, minutes: 10 }),
    ],
    [null, step('wait', { seconds: 300 })],
    [null, step('resolve')],
    [null, record(TIMELINE.escalationFinished)],
    [null, record(TIMELINE.wiped)],
  ])('%s', (sentence, stored) => {
    expect(recordSentence(stored)).toBe(sentence);
  });

  test('every code of a step that failed has words of its own', () => {
    const sentences = Object.values(ESCALATION_ERROR).map((errorCode) =>
      recordSentence(record(TIMELINE.escalationFailed, { errorCode, data: { step: 1 } })),
    );
    expect(new Set(sentences).size).toBe(sentences.length);
    for (const sentence of sentences) expect(sentence).not.toMatch(/error \d|\?|undefined|null/);
  });

  test('a record of a type or code that another version wrote is shown', () => {
    expect(recordSentence(record(199, { reason: 'something new' }))).toBe('something new');
    expect(recordSentence(record(TIMELINE.escalationFailed, { errorCode: 180, data: { step: 1 } }))).toBe(
      'step 1 of {{escalation_chain}} was passed: error 180',
    );
  });
});

describe('what a notification record says', () => {
  test.each<[string | null, Parameters<typeof notificationSentence>[0]]>([
    ['{{author}} is being called', { type: 0, step: 1, channel: 'phone_call', errorCode: null, reason: null }],
    ['{{author}} is being sent an e-mail', { type: 0, step: 1, channel: 'email', errorCode: null, reason: null }],
    ['the call to {{author}} was completed', { type: 2, step: 1, channel: 'phone_call', errorCode: null, reason: null }],
    [
      'the e-mail to {{author}} was not sent: the e-mail could not be sent; 550 unknown mailbox',
      { type: 3, step: 1, channel: 'email', errorCode: 5, reason: '550 unknown mailbox' },
    ],
    [null, { type: 0, step: 0, channel: null, errorCode: null, reason: null }],
    [null, { type: 1, step: null, channel: null, errorCode: null, reason: null }],
    [null, { type: 2, step: 1, channel: 'slack', errorCode: 15, reason: null }],
  ])('%s', (sentence, stored) => {
    expect(notificationSentence(stored)).toBe(sentence);
  });
});

test.each([
  [0, '0 seconds'],
  [1, '1 second'],
  [90, '1 minute 30 seconds'],
  [5_400, '1 hour 30 minutes'],
  [90_061, '1 day 1 hour'],
])('%d seconds in words: %s', (seconds, words) => {
  expect(inWords(seconds)).toBe(words);
});

test('a timeline holds records, notifications and notes in the order they happened', async () => {
  await using world = await EscalationWorld.start();
  await world.person('Mira', { default: ['email'] });
  const chain = await world.chain([
    { do: 'notify', users: ['Mira'] },
    { do: 'wait', seconds: 600 },
  ]);
  const id = await world.open(await world.route(chain));
  await world.runUntil(60);
  const actor = { type: 'user', userId: world.userId('Mira'), via: 4 } as const;
  await world.acknowledge(id, 'Mira');
  world.clock.advance({ seconds: 10 });
  await createNote(world.deps, ORG, id, { text: 'Consumer restarted', authorId: actor.userId, source: 'Web', origin: 'api' });
  world.clock.advance({ seconds: 10 });
  await attach(world.deps, ORG, id, await world.open(null), actor);
  const entries = await loadTimeline(world.db, ORG, id);
  expect(entries.map(({ realm, action, author }) => [realm, action, author?.username ?? null])).toEqual([
    ['alert_group', 'step 1 of {{escalation_chain}} notified Mira', null],
    ['user_notification', '{{author}} is being sent an e-mail', 'Mira'],
    ['alert_group', 'acknowledged by {{author}} via API', 'Mira'],
    ['resolution_note', 'Consumer restarted', 'Mira'],
    ['alert_group', 'attached to alert group #2 (Ledger queue lags) by {{author}} via API', 'Mira'],
    ['alert_group', 'unacknowledged by {{author}} via API', 'Mira'],
  ]);
  expect(entries[0]?.escalationChain).toEqual({ id: chain, name: chain });
});

test('the chain in a record is the one that ran, whatever it is called now', async () => {
  await using world = await EscalationWorld.start();
  await world.person('Mira', { default: ['email'] });
  const chain = await world.chain([{ do: 'notify', users: ['Mira'] }]);
  const id = await world.open(await world.route(chain));
  await world.runUntil(60);
  await sql`update escalation_chain set name = 'Renamed' where id = ${chain}`.execute(world.db);
  expect((await loadTimeline(world.db, ORG, id))[0]?.escalationChain?.name).toBe(chain);
});
