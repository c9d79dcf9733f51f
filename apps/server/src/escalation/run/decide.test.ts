import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Person } from '../personal/person.ts';
import type { EscalationStep, StepSettings } from '../step.ts';
import { decideNext, type RunPosition, type StepFacts } from './decide.ts';
import { nextInTurn } from './round-robin.ts';
import { snapshotHash } from './snapshot.ts';
import { timeOfDayMs, windowOpening } from './time-window.ts';

const now = new Date('2026-03-02T09:00:00Z');
const at = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
const person = (id: string, fields: Partial<Person> = {}): Person => ({
  organizationId: 'O1',
  id,
  username: id.toLowerCase(),
  isActive: true,
  mayBeNotified: true,
  defaultRules: [],
  importantRules: [],
  ...fields,
});
const people = new Map(
  [person('ANNA'), person('BEN'), person('GONE', { isActive: false }), person('VIK', { mayBeNotified: false })].map((each) => [
    each.id,
    each,
  ]),
);
const start: RunPosition = { position: 0, dueAt: now, repeats: {}, thresholdRecorded: false };

const decide = (step: StepSettings, facts: Partial<StepFacts> = {}, run: Partial<RunPosition> = {}) => {
  const position = run.position ?? 0;
  const steps: EscalationStep[] = Array.from({ length: position + 1 }, (_, i) => ({ ...step, id: `E${i}` }));
  return decideNext({ chain: { id: 'F1', name: 'Night' }, steps }, { ...start, ...run }, { people, ...facts }, now);
};
const code = (step: StepSettings, facts: Partial<StepFacts> = {}) =>
  decide(step, facts).records.map(({ errorCode }) => errorCode);

describe('what follows a step', () => {
  test.each<[string, StepSettings, Partial<StepFacts>, unknown]>([
    ['a wait', { type: 'wait', seconds: 600 }, {}, { do: 'go', position: 1, dueAt: at(600) }],
    ['a wait without a duration', { type: 'wait', seconds: null }, {}, { do: 'go', position: 1, dueAt: at(300) }],
    [
      'a notification',
      { type: 'notify_persons', userIds: ['ANNA'], important: false },
      {},
      { do: 'go', position: 1, dueAt: at(5) },
    ],
    ['a failed step', { type: 'unknown', name: null }, {}, { do: 'go', position: 1, dueAt: at(5) }],
    ['a repeat', { type: 'repeat_escalation' }, {}, { do: 'go', position: 0, dueAt: at(5) }],
    ['a resolve', { type: 'resolve' }, {}, { do: 'end', because: 'resolved_by_step' }],
    [
      'an open window',
      { type: 'notify_if_time_from_to', from: '08:00:00Z', to: '10:00:00Z' },
      {},
      { do: 'go', position: 1, dueAt: at(5) },
    ],
    [
      'a shut window',
      { type: 'notify_if_time_from_to', from: '10:00:00Z', to: '11:00:00Z' },
      {},
      { do: 'go', position: 1, dueAt: at(3_600) },
    ],
    [
      'too few alerts',
      { type: 'notify_if_num_alerts_in_window', alerts: 3, minutes: 10 },
      { alertsInWindow: 3 },
      { do: 'pause' },
    ],
    [
      'enough alerts',
      { type: 'notify_if_num_alerts_in_window', alerts: 3, minutes: 10 },
      { alertsInWindow: 4 },
      { do: 'go', position: 1, dueAt: at(5) },
    ],
  ])('%s', (_name, step, facts, next) => {
    expect(decide(step, facts).next).toEqual(next);
  });

  test('a wait that begins late ends when it would have ended', () => {
    expect(decide({ type: 'wait', seconds: 300 }, {}, { dueAt: at(-14) }).next).toMatchObject({ dueAt: at(286) });
  });

  test('a spent chain ends with its record', () => {
    expect(decideNext({ chain: { id: 'F1', name: 'Night' }, steps: [] }, start, { people }, now)).toMatchObject({
      step: null,
      records: [{ type: 16 }],
      next: { do: 'end', because: 'chain_finished' },
    });
  });
});

describe('who is notified', () => {
  const notified = (step: StepSettings, facts: Partial<StepFacts> = {}) => decide(step, facts).notify;
  test('active people, each once, with the importance of the step', () => {
    expect(notified({ type: 'notify_persons', userIds: ['ANNA', 'GONE', 'ANNA', 'NOBODY', 'VIK'], important: true })).toEqual({
      userIds: ['ANNA', 'VIK'],
      important: true,
    });
  });
  test('of those on call, who may be notified', () => {
    const onCall = { kind: 'on_call', scheduleId: 'S1', scheduleName: 'Night', userIds: ['VIK', 'BEN'] } as const;
    expect(notified({ type: 'notify_on_call_from_schedule', scheduleId: 'S1', important: false }, { onCall })).toEqual({
      userIds: ['BEN'],
      important: false,
    });
  });
  test('the members of a team', () => {
    expect(
      notified(
        { type: 'notify_team_members', teamId: 'T1', important: false },
        { team: { name: 'Ops', memberIds: ['BEN', 'GONE'] } },
      ),
    ).toEqual({ userIds: ['BEN'], important: false });
  });
  test('whose turn it is', () => {
    expect(
      notified({ type: 'notify_person_next_each_time', userIds: ['ANNA', 'BEN'], important: false }, { turn: person('BEN') }),
    ).toEqual({ userIds: ['BEN'], important: false });
  });
});

describe('errors', () => {
  const onCall = { scheduleId: 'S1', scheduleName: 'Night' };
  test.each<[string, StepSettings, Partial<StepFacts>, (number | undefined)[]]>([
    ['nobody active', { type: 'notify_persons', userIds: ['GONE'], important: false }, {}, [2]],
    [
      'nobody whose turn it could be',
      { type: 'notify_person_next_each_time', userIds: ['VIK'], important: false },
      { turn: null },
      [1],
    ],
    ['no schedule', { type: 'notify_on_call_from_schedule', scheduleId: null, important: false }, {}, [4]],
    [
      'a calendar that could not be read',
      { type: 'notify_on_call_from_schedule', scheduleId: 'S1', important: false },
      { onCall: { kind: 'import_failed', ...onCall } },
      [5],
    ],
    [
      'a gap',
      { type: 'notify_on_call_from_schedule', scheduleId: 'S1', important: false },
      { onCall: { kind: 'on_call', userIds: [], ...onCall } },
      [6],
    ],
    [
      'only viewers on call',
      { type: 'notify_on_call_from_schedule', scheduleId: 'S1', important: false },
      { onCall: { kind: 'on_call', userIds: ['VIK'], ...onCall } },
      [6],
    ],
    [
      'an empty team, whose name is shown',
      { type: 'notify_team_members', teamId: 'T1', important: false },
      { team: { name: 'Ops', memberIds: [] } },
      [undefined, 2],
    ],
    ['no team', { type: 'notify_team_members', teamId: null, important: false }, { team: null }, [18]],
    ['no user group', { type: 'notify_user_group', userGroupId: null, important: false }, {}, [11]],
    ['no Slack', { type: 'notify_user_group', userGroupId: 'G1', important: false }, {}, [15]],
    ['no Slack channel', { type: 'notify_whole_channel' }, {}, [15]],
    ['no webhook', { type: 'trigger_webhook', webhookId: null }, {}, [14]],
    [
      'a webhook that is switched off',
      { type: 'trigger_webhook', webhookId: 'W1' },
      { webhook: { kind: 'disabled', webhookId: 'W1', name: 'Hook' } },
      [19],
    ],
    [
      'a webhook that was queued',
      { type: 'trigger_webhook', webhookId: 'W1' },
      { webhook: { kind: 'queued', webhookId: 'W1', name: 'Hook' } },
      [],
    ],
    ['a window of a wrong form', { type: 'notify_if_time_from_to', from: '9:00', to: '10:00:00Z' }, {}, [9]],
    ['no number of alerts', { type: 'notify_if_num_alerts_in_window', alerts: null, minutes: 10 }, {}, [16]],
    ['an incident', { type: 'declare_incident', severity: null }, {}, [20]],
    ['a type of another version', { type: 'unknown', name: 'notify_by_pigeon' }, {}, [10]],
  ])('%s', (_name, step, facts, codes) => {
    expect(code(step, facts)).toEqual(codes);
  });
});

test('a repeat step jumps five times and is then passed without a record', () => {
  const jumped = [0, 1, 4, 5].map((jumps) => decide({ type: 'repeat_escalation' }, {}, { repeats: { '0': jumps } }));
  expect(jumped.map((decision) => [decision.jumped, decision.records.length])).toEqual([
    [true, 1],
    [true, 1],
    [true, 1],
    [false, 0],
  ]);
  expect(jumped.at(-1)?.next).toEqual({ do: 'go', position: 1, dueAt: at(5) });
});

test('repeat steps have counters of their own', () => {
  expect(decide({ type: 'repeat_escalation' }, {}, { position: 2, repeats: { '0': 5 } }).jumped).toBe(true);
});

test('a count step writes its record once', () => {
  const step: StepSettings = { type: 'notify_if_num_alerts_in_window', alerts: 3, minutes: 10 };
  expect(decide(step, { alertsInWindow: 1 }).records).toHaveLength(1);
  expect(decide(step, { alertsInWindow: 9 }, { thresholdRecorded: true }).records).toHaveLength(0);
});

describe('time windows', () => {
  const open = (from: string, to: string, time: string) =>
    windowOpening(timeOfDayMs(from) ?? -1, timeOfDayMs(to) ?? -1, new Date(`2026-03-02T${time}Z`))
      .toISOString()
      .slice(8, 19);
  // escalation.md 2.6.2, row by row.
  test.each([
    ['inside', '09:00:00Z', '18:00:00Z', '12:00:00', '02T12:00:00'],
    ['at the opening', '09:00:00Z', '18:00:00Z', '09:00:00', '02T09:00:00'],
    ['before the opening', '09:00:00Z', '18:00:00Z', '08:59:59', '02T09:00:00'],
    ['at the end', '09:00:00Z', '18:00:00Z', '18:00:00', '03T09:00:00'],
    ['after the end', '09:00:00Z', '18:00:00Z', '20:00:00', '03T09:00:00'],
    ['over midnight, in the evening', '22:00:00Z', '06:00:00Z', '22:00:00', '02T22:00:00'],
    ['over midnight, in the morning', '22:00:00Z', '06:00:00Z', '05:59:59', '02T05:59:59'],
    ['over midnight, at the end', '22:00:00Z', '06:00:00Z', '06:00:00', '02T22:00:00'],
    ['over midnight, at noon', '22:00:00Z', '06:00:00Z', '12:00:00', '02T22:00:00'],
    ['equal bounds, before', '08:00:00Z', '08:00:00Z', '07:00:00', '02T08:00:00'],
    ['equal bounds, exactly', '08:00:00Z', '08:00:00Z', '08:00:00', '02T08:00:00'],
    ['equal bounds, after', '08:00:00Z', '08:00:00Z', '08:00:01', '03T08:00:00'],
  ])('%s', (_name, from, to, time, opening) => {
    expect(open(from, to, time)).toBe(opening);
  });

  test('an opening is never in the past and less than a day away', () => {
    const time = fc.integer({ min: 0, max: 86_399 }).map((seconds) => seconds * 1_000);
    fc.assert(
      fc.property(time, time, fc.integer({ min: 0, max: 2_000_000_000 }), (from, to, seconds) => {
        const instant = new Date(seconds * 1_000);
        const waitMs = windowOpening(from, to, instant).getTime() - instant.getTime();
        expect(waitMs).toBeGreaterThanOrEqual(0);
        expect(waitMs).toBeLessThanOrEqual(86_400_000);
      }),
    );
  });

  test.each(['24:00:00Z', '09:00', '09:00:00', '9:00:00Z', '09:60:00Z', '', null])('%s is no time of day', (text) => {
    expect(timeOfDayMs(text)).toBeNull();
  });
});

describe('turns', () => {
  const [anna, ben, carla] = [
    person('1', { username: 'anna' }),
    person('2', { username: 'ben' }),
    person('3', { username: 'carla' }),
  ];
  test.each<[string, Person[], string | null, string | null]>([
    ['the first of all', [ben, carla, anna], null, '1'],
    ['the next by username', [ben, carla, anna], '1', '2'],
    ['the first after the last', [ben, carla, anna], '3', '1'],
    ['the first when the last one left', [ben, carla, anna], '9', '1'],
    ['over somebody who may not be notified', [anna, { ...ben, mayBeNotified: false }, carla], '1', '3'],
    ['over somebody who is not active', [anna, { ...ben, isActive: false }, carla], '1', '3'],
    ['the only one again', [anna], '1', '1'],
    ['nobody', [{ ...anna, isActive: false }], null, null],
    ['nobody at all', [], null, null],
  ])('%s', (_name, candidates, last, expected) => {
    expect(nextInTurn(candidates, last)?.id ?? null).toBe(expected);
  });

  test('everybody has a turn before anybody has a second one', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 8 }), (names) => {
        const all = names.map((name, i) => person(`U${i}`, { username: name }));
        const order: string[] = [];
        let last: string | null = null;
        for (let i = 0; i < all.length; i += 1) {
          last = nextInTurn(all, last)?.id ?? null;
          order.push(last ?? '');
        }
        expect(new Set(order).size).toBe(all.length);
      }),
    );
  });
});

test('equal chains have equal snapshots, and any change gives another', () => {
  const chain = { id: 'F1', name: 'Night' };
  const steps: EscalationStep[] = [{ id: 'E1', type: 'wait', seconds: 60 }];
  expect(snapshotHash({ chain, steps })).toBe(snapshotHash({ chain: { ...chain }, steps: [...steps] }));
  expect(snapshotHash({ chain, steps: [{ id: 'E1', type: 'wait', seconds: 61 }] })).not.toBe(snapshotHash({ chain, steps }));
});
