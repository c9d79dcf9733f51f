import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { predict } from '../testing/escalation/oracle.ts';
import { play } from '../testing/escalation/play.ts';
import { inShort, type Scenario, type ScenarioEvent } from '../testing/escalation/scenario.ts';
import { EscalationWorld, type RuleSpec, type StepSpec } from '../testing/escalation/world.ts';

let world: EscalationWorld;
beforeAll(async () => {
  world = await EscalationWorld.start();
});
afterAll(() => world[Symbol.asyncDispose]());

const NAMES = ['Jonas', 'Lena', 'Mira', 'Priya', 'Vik'];
const name = fc.constantFrom(...NAMES);
const names = fc.uniqueArray(name, { maxLength: 3 });
const minutes = fc.integer({ min: 1, max: 30 }).map((n) => n * 60);

const rule: fc.Arbitrary<RuleSpec> = fc.oneof(
  fc.constantFrom<RuleSpec>('email', 'webhook', 'sms', 'phone_call', 'slack'),
  minutes.map((wait) => ({ wait })),
);
const rules = fc.array(rule, { maxLength: 4 });
const hour = fc.integer({ min: 0, max: 23 }).map((h) => `${String(h).padStart(2, '0')}:00:00Z`);

const step: fc.Arbitrary<StepSpec> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('notify' as const), users: names, important: fc.boolean() }) },
  { weight: 2, arbitrary: minutes.map((seconds): StepSpec => ({ do: 'wait', seconds })) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('round_robin' as const), users: names, important: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('window' as const), from: hour, to: hour }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('threshold' as const),
      alerts: fc.integer({ min: 0, max: 3 }),
      minutes: fc.integer({ min: 1, max: 60 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('team' as const), team: fc.constantFrom('Ops', 'Gone'), important: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<StepSpec>(
      { do: 'repeat' },
      { do: 'resolve' },
      { do: 'empty' },
      { do: 'incident' },
      { do: 'wait', seconds: null },
    ),
  },
);
const steps = fc.array(step, { maxLength: 6 });

const group = fc.integer({ min: 1, max: 3 });
const happening: fc.Arbitrary<DistributiveOmit<ScenarioEvent, 'at'>> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('alert' as const),
      key: fc.constantFrom('a', 'b', 'c'),
      chain: fc.constantFrom('main', 'other', null),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'acknowledge' as const,
        'unacknowledge' as const,
        'resolve' as const,
        'unresolve' as const,
        'unsilence' as const,
      ),
      group,
      by: name,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('silence' as const),
      group,
      by: name,
      seconds: fc.option(fc.integer({ min: 1, max: 4_000 })),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('source' as const),
      group,
      signal: fc.constantFrom('acknowledge' as const, 'resolve' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('page' as const), group, user: name, important: fc.boolean(), by: name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unpage' as const), group, user: name, by: name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('attach' as const), group, root: group, by: name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unattach' as const), group, by: name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('steps' as const), chain: fc.constantFrom('main', 'other'), steps }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('delete_rule' as const),
      user: name,
      important: fc.boolean(),
      index: fc.integer({ min: 0, max: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('deactivate' as const), user: name }) },
);
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

const person = fc.record({ default: rules, important: rules });
const scenario: fc.Arbitrary<Scenario> = fc
  .record({
    people: fc.record(Object.fromEntries(NAMES.map((each) => [each, person]))),
    chains: fc.record({ main: steps, other: steps }),
    ops: names,
    startsAtHour: fc.integer({ min: 0, max: 23 }),
    events: fc.array(
      fc.tuple(fc.integer({ min: 0, max: 5_000 }), happening, fc.option(fc.integer({ min: 1, max: 2_000 }), { freq: 12 })),
      { minLength: 1, maxLength: 9 },
    ),
  })
  .map(({ people, chains, ops, startsAtHour, events }) => {
    let at = 0;
    const timed: ScenarioEvent[] = [{ at: 0, do: 'alert', key: 'a', chain: 'main' }];
    for (const [after, what, down] of events) {
      at += after;
      timed.push({ at, ...what } as ScenarioEvent);
      if (down === null) continue;
      timed.push({ at: at + 1, do: 'down', until: at + 1 + down });
      at += 1 + down;
    }
    return {
      begins: `2026-03-02T${String(startsAtHour).padStart(2, '0')}:00:00Z`,
      people: { ...people, Vik: { ...people.Vik, role: 'viewer' as const } },
      teams: { Ops: ops, Gone: [] },
      chains,
      events: [...timed.slice(0, 1), { at: 0, do: 'delete_team', team: 'Gone' }, ...timed.slice(1)],
    };
  });

// TOCSIN_ORACLE_RUNS=5000 for a long search.
const numRuns = Number(process.env.TOCSIN_ORACLE_RUNS ?? 25);

test('whatever people, chains, actions and outages there are, the engine sends exactly the pages that the specification asks for', {
  timeout: numRuns * 20_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (each) => {
      await play(world, each);
      expect(inShort(world.sent)).toEqual(inShort(predict(each)));
    }),
    { numRuns },
  );
});

test('each round-robin step keeps a turn of its own, for the engine and the oracle alike', async () => {
  const turns: StepSpec = { do: 'round_robin', users: ['Priya', 'Jonas'] };
  const each: Scenario = {
    people: { Jonas: { default: ['email'] }, Priya: { default: ['email'] } },
    chains: { main: [turns, { ...turns }] },
    events: [{ at: 0, do: 'alert', key: 'a', chain: 'main' }],
  };
  await play(world, each);
  expect(inShort(world.sent)).toEqual(inShort(predict(each)));
  expect(world.sent.map(({ user }) => user)).toEqual(['Jonas', 'Jonas']);
});
