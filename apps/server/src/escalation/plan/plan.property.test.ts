import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { play } from '../../testing/escalation/play.ts';
import { inShort, type Scenario, type ScenarioEvent } from '../../testing/escalation/scenario.ts';
import { EscalationWorld, ORG, type RuleSpec, type StepSpec } from '../../testing/escalation/world.ts';
import { planOf, planOfChain } from './plan.ts';

let world: EscalationWorld;
beforeAll(async () => {
  world = await EscalationWorld.start();
});
afterAll(() => world[Symbol.asyncDispose]());

const NAMES = ['Jonas', 'Lena', 'Mira', 'Vik'];
const DAY = 86_400;
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
  { weight: 3, arbitrary: minutes.map((seconds): StepSpec => ({ do: 'wait', seconds })) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('round_robin' as const), users: names, important: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('schedule' as const), schedule: fc.constant('Night'), important: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('window' as const), from: hour, to: hour }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('threshold' as const),
      alerts: fc.integer({ min: 0, max: 3 }),
      minutes: fc.integer({ min: 1, max: 60 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('team' as const), team: fc.constant('Ops'), important: fc.boolean() }) },
  { weight: 2, arbitrary: fc.constant<StepSpec>({ do: 'repeat' }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<StepSpec>({ do: 'resolve' }, { do: 'empty' }, { do: 'wait', seconds: null }),
  },
);
const steps = fc.array(step, { maxLength: 7 });

type Happening = ScenarioEvent extends infer E ? (E extends unknown ? Omit<E, 'at'> : never) : never;
const group = fc.constant(1);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ do: fc.constant('alert' as const), key: fc.constant('a'), chain: fc.constant('main') }),
  fc.record({
    do: fc.constantFrom('acknowledge' as const, 'unacknowledge' as const, 'unsilence' as const),
    group,
    by: name,
  }),
  fc.record({ do: fc.constant('silence' as const), group, by: name, seconds: fc.option(fc.integer({ min: 1, max: 9_000 })) }),
  fc.record({ do: fc.constant('page' as const), group, user: name, important: fc.boolean(), by: name }),
  fc.record({ do: fc.constant('unpage' as const), group, user: name, by: name }),
  fc.record({ do: fc.constant('steps' as const), chain: fc.constant('main'), steps }),
) as fc.Arbitrary<Happening>;

const scenario: fc.Arbitrary<Scenario & { until: number }> = fc
  .record({
    people: fc.record(Object.fromEntries(NAMES.map((each) => [each, fc.record({ default: rules, important: rules })]))),
    main: steps,
    ops: names,
    night: fc.array(fc.tuple(fc.integer({ min: 0, max: 20_000 }), names), { maxLength: 3 }),
    events: fc.array(fc.tuple(fc.integer({ min: 0, max: 3_000 }), happening), { maxLength: 5 }),
    after: fc.integer({ min: 0, max: 3_000 }),
  })
  .map(({ people, main, ops, night, events, after }) => {
    let at = 0;
    const timed: ScenarioEvent[] = [{ at: 0, do: 'alert', key: 'a', chain: 'main' }];
    for (const [later, what] of events) {
      at += later;
      timed.push({ at, ...what } as ScenarioEvent);
    }
    return {
      people: { ...people, Vik: { ...people.Vik, role: 'viewer' as const } },
      teams: { Ops: ops },
      schedules: { Night: night.map(([from, users]) => ({ from, users })).sort((a, b) => a.from - b.from) },
      chains: { main },
      events: timed,
      until: at + after,
    };
  });

const deps = () => ({ db: world.db, ports: world.engine.ports, snapshots: world.engine.snapshots, startDelaySeconds: 1 });
const nameOf = (userId: string) => [...world.userIds].find(([, id]) => id === userId)?.[0] ?? userId;
type Planned = NonNullable<Awaited<ReturnType<typeof planOf>>>;
const pagesOf = (plan: Planned, until: number) =>
  inShort(
    plan.forecast.rules.flatMap(({ at, userId, decision }) =>
      decision.do === 'notify' && world.seconds(at) <= until
        ? [{ at: world.seconds(at), user: nameOf(userId), channel: decision.channel, group: 1 }]
        : [],
    ),
  );

const numRuns = Number(process.env.TOCSIN_ORACLE_RUNS ?? 15);

test('the plan of a group names exactly the pages that the engine then sends', { timeout: numRuns * 20_000 }, async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(scenario, async (each) => {
      const { groups } = await play(world, each);
      const id = groups[0] ?? '';
      const before = world.sent.length;
      const plan = await planOf(deps(), ORG, id, world.clock.now());
      if (plan === null) throw new Error('no plan');
      if (plan.isHypothetical && plan.state.kind === 'paused') {
        const action =
          plan.state.because === 'acknowledged' ? ({ do: 'unacknowledge' } as const) : ({ do: 'unsilence' } as const);
        expect((await world.act(id, action, 'Mira')).ok).toBe(true);
      }
      const until = each.until + 2 * DAY;
      await world.runUntil(until);
      const sent = inShort(world.sent.slice(before).filter((page) => page.group === 1));
      compared += sent.length;
      expect(pagesOf(plan, until)).toEqual(sent);
      const last = plan.forecast.visits.at(-1);
      if (last !== undefined && plan.forecast.sleepsAt === null && !plan.forecast.truncated) {
        const state = await world.state(id);
        const byStep = last.decision.next.do === 'end' && last.decision.next.because === 'resolved_by_step';
        if (byStep) expect(state).toBe('resolved');
      }
    }),
    { numRuns },
  );
  expect(compared).toBeGreaterThan(0);
});

test('a look ahead writes nothing: turns, webhooks and snapshots stay as they are', async () => {
  await world.reset('2026-03-02T09:00:00Z');
  for (const each of ['Jonas', 'Mira']) await world.person(each, { default: ['email'] });
  const chain = await world.chain([
    { do: 'round_robin', users: ['Jonas', 'Mira'] },
    { do: 'wait', seconds: 60 },
    { do: 'repeat' },
  ]);
  const plan = () => planOfChain(deps(), ORG, chain, world.clock.now());
  const [first, second] = [await plan(), await plan()];
  expect(pagesOf(first as Planned, DAY)).toEqual(pagesOf(second as Planned, DAY));
  expect(pagesOf(first as Planned, DAY)).toEqual([
    '1 Jonas email',
    '71 Mira email',
    '141 Jonas email',
    '211 Mira email',
    '281 Jonas email',
    '351 Mira email',
  ]);
  await world.open(await world.route(chain));
  await world.runUntil(DAY);
  expect(world.pages()).toEqual(pagesOf(first as Planned, DAY));
});
