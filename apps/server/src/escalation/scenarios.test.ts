import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { predict } from '../testing/escalation/oracle.ts';
import { type Played, play } from '../testing/escalation/play.ts';
import { inShort, type Scenario, type ScenarioEvent } from '../testing/escalation/scenario.ts';
import { EscalationWorld, type PersonSpec, type StepSpec } from '../testing/escalation/world.ts';

/** The people of escalation.md section 8. */
const PEOPLE: Record<string, PersonSpec> = {
  Mira: { default: ['mobile_app', { wait: 300 }, 'phone_call'], important: ['phone_call'] },
  Jonas: { default: ['slack', { wait: 60 }, 'sms'], important: ['phone_call', { wait: 60 }, 'sms'] },
  Priya: { default: ['email'] },
  Tomasz: { default: ['sms'], important: ['sms'] },
  Lena: {},
  Vik: { default: ['mobile_app'], important: ['mobile_app'], role: 'viewer' },
};

const notify = (...users: string[]): StepSpec => ({ do: 'notify', users });
const important = (...users: string[]): StepSpec => ({ do: 'notify', users, important: true });
const wait = (seconds: number): StepSpec => ({ do: 'wait', seconds });
const repeat: StepSpec = { do: 'repeat' };
const schedule = (name: string): StepSpec => ({ do: 'schedule', schedule: name });
const window = (from: string, to: string): StepSpec => ({ do: 'window', from: `${from}:00Z`, to: `${to}:00Z` });
const K = [notify('Mira'), wait(300), important('Jonas')];

const alert = (at: number, key = 'a', chain: string | null = 'main'): ScenarioEvent => ({ at, do: 'alert', key, chain });
const by = (
  at: number,
  action: 'acknowledge' | 'unacknowledge' | 'resolve' | 'unresolve' | 'unsilence',
  who: string,
  group = 1,
): ScenarioEvent => ({
  at,
  do: action,
  group,
  by: who,
});
const silence = (at: number, seconds: number | null, group = 1): ScenarioEvent => ({
  at,
  do: 'silence',
  group,
  by: 'Mira',
  seconds,
});

const K_PAGES = ['1 Mira mobile_app', '306 Jonas phone_call', '311 Mira phone_call', '376 Jonas sms'];
/** The pages of K from a restart on, by the second of its first step. */
const kFrom = (first: number, suffix = '') => [
  `${first} Mira mobile_app${suffix}`,
  `${first + 305} Jonas phone_call${suffix}`,
  `${first + 310} Mira phone_call${suffix}`,
  `${first + 375} Jonas sms${suffix}`,
];

type Case = {
  id: string;
  chain?: readonly StepSpec[];
  more?: Partial<Scenario>;
  /** What happens beside the alert that opens group 1 at 0. */
  events?: readonly ScenarioEvent[];
  pages: readonly string[];
  /** State of group 1 at the end. */
  state?: string;
  check?: (played: Played) => Promise<void>;
};

let world: EscalationWorld;
beforeAll(async () => {
  world = await EscalationWorld.start();
});
afterAll(() => world[Symbol.asyncDispose]());

/** Times of the records of a type of group 1. */
const times = async (played: Played, type: number, group = 0) =>
  (await world.records(played.groups[group] ?? '')).filter((record) => record.type === type).map(({ at }) => at);
const errors = (played: Played, group = 0) => world.errors(played.groups[group] ?? '');
const run = (played: Played, group = 0) => world.run(played.groups[group] ?? '');

const basic: Case[] = [
  {
    id: 'S01 a chain runs to its end',
    pages: K_PAGES,
    state: 'firing',
    check: async (played) => {
      expect(await times(played, 16)).toEqual([311]);
      expect(await run(played)).toMatchObject({ state: 'finished', end_reason: 'chain_finished' });
    },
  },
  {
    id: 'S02 an acknowledge ends it',
    events: [by(120, 'acknowledge', 'Jonas')],
    pages: ['1 Mira mobile_app'],
    state: 'acknowledged',
  },
  {
    id: 'S03 an unacknowledge starts it anew',
    events: [by(120, 'acknowledge', 'Jonas'), by(600, 'unacknowledge', 'Jonas')],
    pages: ['1 Mira mobile_app', ...kFrom(610)],
    check: async (played) => expect(await times(played, 16)).toEqual([920]),
  },
  {
    id: 'S04 an acknowledge ends personal lists',
    events: [by(308, 'acknowledge', 'Mira')],
    pages: ['1 Mira mobile_app', '306 Jonas phone_call'],
    state: 'acknowledged',
  },
  {
    id: 'S05 lists of the run before stay dead',
    events: [by(320, 'acknowledge', 'Mira'), by(330, 'unacknowledge', 'Mira')],
    pages: ['1 Mira mobile_app', '306 Jonas phone_call', '311 Mira phone_call', ...kFrom(340)],
    state: 'firing',
  },
  {
    id: 'S06 a silence for a time ends by itself',
    events: [silence(60, 1_800)],
    pages: ['1 Mira mobile_app', ...kFrom(1_870)],
    check: async (played) => {
      expect((await world.records(played.groups[0] ?? '')).filter(({ type }) => type === 15)).toMatchObject([
        { at: 1_860, actor: 'timer' },
      ]);
    },
  },
  {
    id: 'S07 a silence without end ends by hand',
    events: [silence(60, null), by(4_000, 'unsilence', 'Mira')],
    pages: ['1 Mira mobile_app', ...kFrom(4_010)],
    state: 'firing',
  },
  {
    id: 'S08 a silence replaces the one before',
    events: [silence(60, 1_800), silence(600, 7_200)],
    pages: ['1 Mira mobile_app', ...kFrom(7_810)],
    check: async (played) => expect(await times(played, 15)).toEqual([600, 7_800]),
  },
  {
    id: 'S09 the source resolves a silenced group',
    events: [silence(60, 1_800), { at: 500, do: 'source', group: 1, signal: 'resolve' }],
    pages: ['1 Mira mobile_app'],
    state: 'resolved',
    check: async (played) => expect(await times(played, 13)).toEqual([500]),
  },
  {
    id: 'S10 the same alert after a resolve opens a new group',
    events: [{ at: 200, do: 'source', group: 1, signal: 'resolve' }, alert(260)],
    pages: ['1 Mira mobile_app', ...kFrom(261, ' #2')],
    state: 'resolved',
  },
  {
    id: 'S11 an unresolved group takes the alerts of its key',
    chain: [notify('Priya')],
    events: [by(50, 'resolve', 'Mira'), by(100, 'unresolve', 'Mira'), alert(200)],
    pages: ['1 Priya email', '110 Priya email'],
    check: async (played) => expect(played.groups).toHaveLength(1),
  },
  {
    id: 'S12 a resolve step ends everything',
    chain: [notify('Mira'), wait(3_600), { do: 'resolve' }, notify('Jonas')],
    pages: ['1 Mira mobile_app', '311 Mira phone_call'],
    state: 'resolved',
    check: async (played) => {
      expect(await times(played, 13)).toEqual([3_606]);
      expect(await times(played, 16)).toEqual([]);
      expect(await run(played)).toMatchObject({ state: 'finished', end_reason: 'resolved_by_step' });
    },
  },
  {
    id: 'S13 the source acknowledges',
    events: [{ at: 100, do: 'source', group: 1, signal: 'acknowledge' }],
    pages: ['1 Mira mobile_app'],
    state: 'acknowledged',
  },
];

const flow: Case[] = [
  {
    id: 'S15 a repeat jumps five times',
    chain: [notify('Priya'), wait(60), repeat],
    pages: [1, 71, 141, 211, 281, 351].map((at) => `${at} Priya email`),
    check: async (played) => {
      const repeats = (await world.records(played.groups[0] ?? '')).filter(({ data }) => data?.step_type === 'repeat_escalation');
      expect(repeats.map(({ at }) => at)).toEqual([66, 136, 206, 276, 346]);
      expect(await times(played, 16)).toEqual([421]);
    },
  },
  {
    id: 'S16 what follows a repeat comes after it is used up',
    chain: [notify('Priya'), wait(60), repeat, notify('Mira')],
    pages: [...[1, 71, 141, 211, 281, 351].map((at) => `${at} Priya email`), '421 Mira mobile_app', '731 Mira phone_call'],
    check: async (played) => expect(await times(played, 16)).toEqual([426]),
  },
  {
    id: 'S17 an acknowledge ends a repeating chain',
    chain: [notify('Priya'), wait(60), repeat],
    events: [by(150, 'acknowledge', 'Priya')],
    pages: [1, 71, 141].map((at) => `${at} Priya email`),
  },
  {
    id: 'S18 each pass restarts the list',
    chain: [notify('Mira'), wait(60), repeat],
    pages: [...[1, 71, 141, 211, 281, 351].map((at) => `${at} Mira mobile_app`), '661 Mira phone_call'],
  },
  {
    id: 'S19 a window holds until it opens',
    chain: [window('09:00', '18:00'), notify('Mira')],
    more: { begins: '2026-03-02T03:00:00Z' },
    pages: ['21600 Mira mobile_app', '21910 Mira phone_call'],
    check: async (played) => {
      const held = (await world.records(played.groups[0] ?? '')).find(({ data }) => data?.step_type === 'notify_if_time_from_to');
      expect(held).toMatchObject({ at: 1, data: { eta: '2026-03-02T09:00:00.000Z' } });
    },
  },
  {
    id: 'S20 an acknowledge ends a held run',
    chain: [window('09:00', '18:00'), notify('Mira')],
    more: { begins: '2026-03-02T03:00:00Z' },
    events: [by(7_200, 'acknowledge', 'Mira')],
    pages: [],
    state: 'acknowledged',
  },
  {
    id: 'S21 a window over midnight is open before it',
    chain: [window('22:00', '06:00'), notify('Priya')],
    more: { begins: '2026-03-02T23:30:00Z' },
    pages: ['6 Priya email'],
  },
  {
    id: 'S21 a window over midnight is shut at noon',
    chain: [window('22:00', '06:00'), notify('Priya')],
    more: { begins: '2026-03-02T12:00:00Z' },
    pages: ['36000 Priya email'],
  },
  {
    id: 'S22 equal bounds open once a day',
    chain: [window('08:00', '08:00'), notify('Priya')],
    more: { begins: '2026-03-02T10:00:00Z' },
    pages: ['79200 Priya email'],
  },
  {
    id: 'S23 a count step waits for alerts',
    chain: [{ do: 'threshold', alerts: 3, minutes: 10 }, notify('Mira')],
    events: [alert(60), alert(120), alert(300)],
    pages: ['306 Mira mobile_app', '616 Mira phone_call'],
    check: async (played) => {
      const counted = (await world.records(played.groups[0] ?? '')).filter(
        ({ data }) => data?.step_type === 'notify_if_num_alerts_in_window',
      );
      expect(counted.map(({ at }) => at)).toEqual([1]);
    },
  },
  {
    id: 'S24 a paused run resumes where it was',
    chain: [{ do: 'threshold', alerts: 3, minutes: 10 }, notify('Mira')],
    events: [by(70, 'acknowledge', 'Mira'), by(200, 'unacknowledge', 'Mira'), alert(230), alert(240), alert(250)],
    pages: ['256 Mira mobile_app', '566 Mira phone_call'],
  },
  {
    id: 'S24 a chain does not begin again at a restart while it is paused',
    chain: [notify('Priya'), { do: 'threshold', alerts: 3, minutes: 10 }, notify('Mira')],
    events: [by(70, 'acknowledge', 'Mira'), by(200, 'unacknowledge', 'Mira')],
    pages: ['1 Priya email'],
    check: async (played) => expect(await run(played)).toMatchObject({ state: 'paused', position: 1, due_at: null }),
  },
  {
    id: 'S25 people take turns',
    chain: [{ do: 'round_robin', users: ['Jonas', 'Mira', 'Priya'] }],
    more: { lastTurn: { main: 'Jonas' } },
    events: [alert(600, 'b'), alert(1_200, 'c')],
    pages: ['1 Mira mobile_app', '311 Mira phone_call', '601 Priya email #2', '1201 Jonas slack #3', '1271 Jonas sms #3'],
  },
  {
    id: 'S26 two groups at the same moment get two people',
    chain: [{ do: 'round_robin', users: ['Jonas', 'Mira', 'Priya'] }],
    more: { lastTurn: { main: 'Jonas' } },
    events: [alert(0, 'b')],
    pages: ['1 Mira mobile_app', '1 Priya email #2', '311 Mira phone_call'],
  },
];

const people: Case[] = [
  {
    id: 'S31 an important step replaces the default list',
    chain: [notify('Jonas'), wait(60), important('Jonas')],
    pages: ['1 Jonas slack', '66 Jonas phone_call', '136 Jonas sms'],
  },
  {
    id: 'S32 a later step restarts the list',
    chain: [schedule('P'), notify('Jonas', 'Mira')],
    more: { schedules: { P: [{ from: 0, users: ['Jonas'] }] } },
    pages: ['1 Jonas slack', '6 Jonas slack', '6 Mira mobile_app', '76 Jonas sms', '316 Mira phone_call'],
  },
  {
    id: 'S33 a list stays with its person after a hand-over',
    chain: [schedule('P'), wait(900), schedule('P')],
    more: {
      begins: '2026-03-02T07:55:00Z',
      schedules: {
        P: [
          { from: 0, users: ['Mira'] },
          { from: 300, users: ['Jonas'] },
        ],
      },
    },
    pages: ['1 Mira mobile_app', '311 Mira phone_call', '906 Jonas slack', '976 Jonas sms'],
  },
  {
    id: 'S34 a schedule is read when its step runs',
    chain: [wait(300), schedule('P')],
    more: {
      schedules: {
        P: [
          { from: 0, users: ['Jonas'] },
          { from: 100, users: ['Lena'] },
        ],
      },
    },
    pages: ['301 Lena email'],
  },
  {
    id: 'S35 nobody on call is an error and no stop',
    chain: [schedule('P'), notify('Mira')],
    more: { schedules: { P: [] } },
    pages: ['6 Mira mobile_app', '316 Mira phone_call'],
    check: async (played) => expect(await errors(played)).toEqual([{ at: 1, code: 6 }]),
  },
  {
    id: 'S36 a wait after a gap is kept',
    chain: [schedule('P'), wait(900), notify('Mira')],
    more: { schedules: { P: [] } },
    pages: ['906 Mira mobile_app', '1216 Mira phone_call'],
    check: async (played) =>
      expect(await errors(played)).toEqual([
        { at: 1, code: 6 },
        { at: 601, code: 102 },
      ]),
  },
  { id: 'S37 an empty important list falls back to the default one', chain: [important('Priya')], pages: ['1 Priya email'] },
  { id: 'S37 somebody without rules gets one e-mail', chain: [notify('Lena')], pages: ['1 Lena email'] },
  {
    id: 'S38 a viewer is not notified, and it shows',
    chain: [notify('Vik'), notify('Mira')],
    pages: ['6 Mira mobile_app', '316 Mira phone_call'],
    check: async (played) =>
      expect(await world.notificationFailures(played.groups[0] ?? '')).toEqual([{ at: 1, user: 'Vik', code: 25 }]),
  },
  {
    id: 'S39 a rule that is deleted while it runs completes',
    events: [{ at: 100, do: 'delete_rule', user: 'Mira', important: false, index: 1 }],
    pages: K_PAGES,
  },
];

const changes: Case[] = [
  {
    id: 'S40 a run keeps the chain it began with',
    events: [
      { at: 100, do: 'steps', chain: 'main', steps: [notify('Mira'), wait(3_600), important('Lena')] },
      alert(400, 'b'),
      by(700, 'acknowledge', 'Jonas'),
      by(800, 'unacknowledge', 'Jonas'),
    ],
    pages: [
      ...K_PAGES,
      '401 Mira mobile_app #2',
      '711 Mira phone_call #2',
      '810 Mira mobile_app',
      '1120 Mira phone_call',
      '4006 Lena email #2',
      '4415 Lena email',
    ],
  },
  {
    id: 'S41 a run outlives its chain, a restart does not',
    events: [{ at: 100, do: 'delete_chain', chain: 'main' }, by(700, 'acknowledge', 'Jonas'), by(800, 'unacknowledge', 'Jonas')],
    pages: K_PAGES,
    check: async (played) => expect(await run(played)).toMatchObject({ state: 'finished', end_reason: 'no_chain' }),
  },
  {
    id: 'S42 a deactivated person drops out',
    chain: [notify('Mira'), wait(300), notify('Jonas', 'Priya')],
    events: [{ at: 100, do: 'deactivate', user: 'Jonas' }],
    pages: ['1 Mira mobile_app', '306 Priya email', '311 Mira phone_call'],
  },
  {
    id: 'S43 a deleted team is an error and no stop',
    chain: [wait(60), { do: 'team', team: 'Ops' }, notify('Mira')],
    more: { teams: { Ops: ['Jonas'] } },
    events: [{ at: 30, do: 'delete_team', team: 'Ops' }],
    pages: ['66 Mira mobile_app', '376 Mira phone_call'],
    check: async (played) => expect(await errors(played)).toEqual([{ at: 61, code: 18 }]),
  },
  {
    id: 'S44 an empty chain ends at once',
    chain: [],
    pages: [],
    check: async (played) => expect(await times(played, 16)).toEqual([1]),
  },
];

const NO_CHAIN: Partial<Scenario> = { chains: {} };
const page = (at: number, user: string, isImportant: boolean): ScenarioEvent => ({
  at,
  do: 'page',
  group: 1,
  user,
  important: isImportant,
  by: 'Mira',
});
const attached: Case[] = [
  {
    id: 'S45 a person paged by hand',
    more: NO_CHAIN,
    events: [page(0, 'Jonas', true)],
    pages: ['0 Jonas phone_call', '70 Jonas sms'],
  },
  {
    id: 'S46 a paged person ends it by acknowledging',
    more: NO_CHAIN,
    events: [page(0, 'Jonas', true), by(30, 'acknowledge', 'Jonas')],
    pages: ['0 Jonas phone_call'],
    state: 'acknowledged',
  },
  {
    id: 'S47 a paged person goes on through the acknowledge of another',
    more: NO_CHAIN,
    events: [page(0, 'Jonas', true), by(30, 'acknowledge', 'Mira')],
    pages: ['0 Jonas phone_call', '70 Jonas sms'],
    state: 'acknowledged',
  },
  {
    id: 'S47 and acknowledges for themselves when the group is acknowledged already',
    more: NO_CHAIN,
    events: [page(0, 'Jonas', true), by(30, 'acknowledge', 'Mira'), by(50, 'acknowledge', 'Jonas')],
    pages: ['0 Jonas phone_call'],
    state: 'acknowledged',
  },
  {
    id: 'S48 a person added to an acknowledged group',
    events: [by(100, 'acknowledge', 'Mira'), page(200, 'Jonas', false)],
    pages: ['1 Mira mobile_app', '200 Jonas slack', '270 Jonas sms'],
    state: 'acknowledged',
  },
  {
    id: 'S48 and taken off again',
    events: [
      by(100, 'acknowledge', 'Mira'),
      page(200, 'Jonas', false),
      { at: 230, do: 'unpage', group: 1, user: 'Jonas', by: 'Mira' },
    ],
    pages: ['1 Mira mobile_app', '200 Jonas slack'],
  },
  {
    id: 'S49 an attached group is quiet until it is detached',
    events: [
      alert(0, 'root', null),
      { at: 100, do: 'attach', group: 1, root: 2, by: 'Mira' },
      { at: 500, do: 'unattach', group: 1, by: 'Mira' },
    ],
    pages: ['1 Mira mobile_app', ...kFrom(510)],
    check: async (played) => {
      for (const group of [0, 1]) expect([await times(played, 8, group), await times(played, 9, group)]).toEqual([[100], [500]]);
    },
  },
  {
    id: 'S50 a group attached to an acknowledged one stays acknowledged',
    events: [
      alert(0, 'root', null),
      by(10, 'acknowledge', 'Priya', 2),
      { at: 100, do: 'attach', group: 1, root: 2, by: 'Mira' },
      { at: 500, do: 'unattach', group: 1, by: 'Mira' },
    ],
    pages: ['1 Mira mobile_app'],
    state: 'acknowledged',
  },
  {
    id: '1.7 a group silenced only by being attached fires when it is detached',
    events: [
      alert(0, 'root', null),
      silence(10, null, 2),
      { at: 100, do: 'attach', group: 1, root: 2, by: 'Mira' },
      { at: 500, do: 'unattach', group: 1, by: 'Mira' },
    ],
    pages: ['1 Mira mobile_app', ...kFrom(510)],
    state: 'firing',
  },
  {
    id: 'S51 the end of a silence reaches attached groups',
    events: [alert(0, 'child', null), { at: 10, do: 'attach', group: 2, root: 1, by: 'Mira' }, silence(60, 1_800)],
    pages: ['1 Mira mobile_app', ...kFrom(1_870)],
    check: async (played) => {
      expect(await times(played, 15, 1)).toEqual([1_860]);
      expect(await world.state(played.groups[1] ?? '')).toBe('firing');
      expect(await run(played, 1)).toMatchObject({ state: 'finished' });
    },
  },
  {
    id: 'S54 a group that opens in debug mode does not escalate',
    events: [],
    more: { events: [{ at: 0, do: 'mode', mode: 'debug' }, alert(0), { at: 3_600, do: 'mode', mode: null }] },
    pages: [],
    state: 'firing',
    check: async (played) => expect(await run(played)).toMatchObject({ state: 'finished', end_reason: 'integration_mode' }),
  },
];

const outages: Case[] = [
  { id: 'S55 a minute of downtime inside a wait changes nothing', events: [{ at: 30, do: 'down', until: 90 }], pages: K_PAGES },
  {
    id: 'S56 what became due while everything was down runs at once, once',
    events: [{ at: 30, do: 'down', until: 500 }],
    pages: ['1 Mira mobile_app', '500 Jonas phone_call', '500 Mira phone_call', '570 Jonas sms'],
    check: async (played) => {
      expect((await world.records(played.groups[0] ?? '')).filter(({ code }) => code === 100)).toMatchObject([
        { at: 500, data: { late_seconds: 194, step: 3 } },
      ]);
      expect(await times(played, 16)).toEqual([505]);
    },
  },
];

const scenarioOf = ({ chain = K, more = {}, events = [] }: Case): Scenario => ({
  people: PEOPLE,
  chains: { main: chain },
  events: [alert(0, 'a', more.chains === undefined ? 'main' : null), ...events],
  ...more,
});

describe.each([
  ['8.1 basic flow', basic],
  ['8.2 repeat, windows, counts, turns', flow],
  ['8.3 people and schedules', people],
  ['8.4 changes during a run', changes],
  ['8.5 paging and attaching', attached],
  ['8.6 outages', outages],
])('%s', (_name, cases) => {
  test.each(cases)('$id', async ({ ...scenario }) => {
    const played = await play(world, scenarioOf(scenario));
    expect(inShort(world.sent)).toEqual(inShort(parse(scenario.pages)));
    if (scenario.state !== undefined) expect(await world.state(played.groups[0] ?? '')).toBe(scenario.state);
    await scenario.check?.(played);
  });

  test.each(cases)('the oracle foretells $id', (scenario) => {
    expect(inShort(predict(scenarioOf(scenario)))).toEqual(inShort(parse(scenario.pages)));
  });
});

const parse = (pages: readonly string[]) =>
  pages.map((text) => {
    const [at = '', user = '', channel = '', group = '#1'] = text.split(' ');
    return { at: Number(at), user, channel, group: Number(group.slice(1)) };
  });

test('S14 two acknowledges in the same second leave one record', async () => {
  const played = await play(world, { ...scenarioOf({ id: '', pages: [] }), until: 120 });
  const id = played.groups[0] ?? '';
  const answers = await Promise.all([world.acknowledge(id, 'Jonas'), world.acknowledge(id, 'Mira')]);
  expect(answers.map(({ ok }) => ok).sort()).toEqual([false, true]);
  await world.runUntil(86_400);
  expect(world.pages()).toEqual(['1 Mira mobile_app']);
  expect(await times(played, 0)).toEqual([120]);
});
