import { type KyselyPlugin, sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { actOnGroups, attach, deleteGroup, wipe } from '../alerting/index.ts';
import { createLogger } from '../platform/log.ts';
import { inShort } from '../testing/escalation/scenario.ts';
import { EscalationWorld, ORG, type StepSpec } from '../testing/escalation/world.ts';
import { advancePersonalRuns } from './personal/advance-personal-runs.ts';
import { pageUsers } from './personal/page-users.ts';
import { advanceRuns, type EngineDeps } from './run/advance-runs.ts';
import { SnapshotCache } from './run/snapshot-store.ts';

const K: StepSpec[] = [
  { do: 'notify', users: ['Mira'] },
  { do: 'wait', seconds: 300 },
  { do: 'notify', users: ['Jonas'], important: true },
];
const K_PAGES = ['1 Mira mobile_app', '306 Jonas phone_call', '311 Mira phone_call', '376 Jonas sms'];

let world: EscalationWorld;
let route: string;
beforeAll(async () => {
  world = await EscalationWorld.start();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(async () => {
  await world.reset('2026-03-02T09:00:00Z');
  await world.person('Mira', { default: ['mobile_app', { wait: 300 }, 'phone_call'] });
  await world.person('Jonas', { default: ['slack'], important: ['phone_call', { wait: 60 }, 'sms'] });
  route = await world.route(await world.chain(K));
});

/** The engine of a process that has just started. */
const restarted = (): EngineDeps => ({ ...world.engine, snapshots: new SnapshotCache(), log: createLogger({ level: 'silent' }) });
const actor = () => ({ type: 'user', userId: world.userId('Mira'), via: 4 }) as const;
/** What is under way for a group. */
const underWay = async (id: string) => {
  const { rows } = await sql`
    select (select count(*) from escalation_run where alert_group_id = ${id} and state = 'running') as runs,
           (select count(*) from personal_run where alert_group_id = ${id} and state = 'running') as lists,
           (select count(*) from delivery where alert_group_id = ${id} and state = 'owed') as pages`.execute(world.db);
  return rows[0];
};

describe('clocks and restarts', () => {
  test('S57 a page that a step owed before the process died is sent once it is back', async () => {
    await world.open(route);
    world.clock.advance({ seconds: 1 });
    await advanceRuns(restarted(), world.clock.now());
    world.clock.advance({ seconds: 19 });
    await world.runUntil(86_400);
    expect(world.pages()).toEqual(['20 Mira mobile_app', '306 Jonas phone_call', '311 Mira phone_call', '376 Jonas sms']);
  });

  test('S62 a clock that jumps an hour ahead brings everything early, once', async () => {
    await world.open(route);
    await world.runUntil(100);
    world.clock.advance({ hours: 1 });
    await world.runUntil(86_400);
    expect(inShort(world.sent)).toEqual(['1 Mira mobile_app', '3700 Jonas phone_call', '3700 Mira phone_call', '3770 Jonas sms']);
  });

  test('S63 a clock that jumps an hour back repeats nothing and loses nothing', async () => {
    await world.open(route);
    await world.runUntil(100);
    world.clock.advance({ hours: -1 });
    expect(await world.runDue()).toBe(0);
    await world.runUntil(86_400);
    expect(world.pages()).toEqual(K_PAGES);
  });

  test('G4 a process that dies every twenty seconds stretches no wait', async () => {
    await world.open(route);
    for (let at = 20; at <= 400; at += 20) {
      await world.runUntil(at);
      world.clock.advance({ seconds: 4 });
    }
    await world.runUntil(86_400);
    const due = [1, 306, 311, 376];
    expect(world.sent).toHaveLength(4);
    for (const [i, { at }] of world.sent.entries()) expect(at - (due[i] ?? 0)).toBeLessThanOrEqual(5);
  });

  test('G5 a held run survives fifty restarts in a day', async () => {
    const held = await world.route(
      await world.chain([
        { do: 'window', from: '08:00:00Z', to: '08:30:00Z' },
        { do: 'notify', users: ['Jonas'] },
      ]),
    );
    const id = await world.open(held);
    await world.runUntil(1);
    const before = await world.run(id);
    for (let i = 0; i < 50; i += 1) {
      world.clock.advance({ minutes: 27 });
      expect((await advanceRuns(restarted(), world.clock.now())).ran).toBe(0);
    }
    expect(await world.run(id)).toEqual(before);
    await world.runUntil(86_400);
    expect(world.pages()).toEqual(['82800 Jonas slack']);
  });

  test('G31 neither change of the clocks moves a wait', async () => {
    for (const at of ['2026-03-29T00:30:00Z', '2026-10-25T00:30:00Z']) {
      await world.reset(at);
      await world.person('Mira', { default: ['email'] });
      await world.open(
        await world.route(
          await world.chain([
            { do: 'wait', seconds: 3_600 },
            { do: 'notify', users: ['Mira'] },
          ]),
        ),
      );
      await world.runUntil(86_400);
      expect(world.pages()).toEqual(['3601 Mira email']);
    }
  });
});

describe('several processes', () => {
  test('S59 each step and rule is carried out once, whoever takes it', async () => {
    for (let i = 0; i < 40; i += 1) await world.open(route);
    const engines = [restarted(), restarted(), restarted(), restarted()];
    for (const seconds of [1, 5, 300, 5, 5, 60, 5]) {
      world.clock.advance({ seconds });
      for (let ran = 1; ran > 0; ) {
        const now = world.clock.now();
        const results = await Promise.all(
          engines.flatMap((engine) => [advanceRuns(engine, now), advancePersonalRuns(engine, now)]),
        );
        ran = results.reduce((sum, result) => sum + result.ran, 0);
      }
    }
    const { rows } =
      await sql`select channel, count(*) as n, count(distinct key) as keys from delivery group by 1 order by 1`.execute(world.db);
    expect(rows).toEqual([
      { channel: 'mobile_app', n: 40, keys: 40 },
      { channel: 'phone_call', n: 80, keys: 80 },
      { channel: 'sms', n: 40, keys: 40 },
    ]);
    const steps =
      await sql`select data->>'step' as step, count(*) as n from timeline_record where type = 5 group by 1 order by 1`.execute(
        world.db,
      );
    expect(steps.rows).toEqual([1, 2, 3].map((step) => ({ step: String(step), n: 40 })));
  });

  test('an acknowledge while steps run leaves nothing under way, whichever came first', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 30; i += 1) ids.push(await world.open(route));
    world.clock.advance({ seconds: 1 });
    const now = world.clock.now();
    const acknowledges = ids.map((id) => world.acknowledge(id, 'Mira'));
    await Promise.all([
      advanceRuns(restarted(), now),
      ...acknowledges,
      advanceRuns(restarted(), now),
      advancePersonalRuns(restarted(), now),
    ]);
    for (const id of ids) expect(await underWay(id)).toEqual({ runs: 0, lists: 0, pages: 0 });
  });

  test('S26 two groups at the same step at the same time get two people, in two processes', async () => {
    const turns = await world.route(await world.chain([{ do: 'round_robin', users: ['Mira', 'Jonas'] }]));
    for (let i = 0; i < 10; i += 1) await world.open(turns);
    world.clock.advance({ seconds: 1 });
    await Promise.all([advanceRuns(restarted(), world.clock.now()), advanceRuns(restarted(), world.clock.now())]);
    const { rows } = await sql<{ n: number }>`select count(*) as n from delivery group by user_id`.execute(world.db);
    expect(rows.map(({ n }) => n)).toEqual([5, 5]);
  });
});

describe('a step is one transaction (G7)', () => {
  /** Fails at the n-th statement. */
  const failingAt = (n: number): KyselyPlugin => {
    let count = 0;
    return {
      transformQuery: ({ node }) => {
        count += 1;
        if (count === n) throw new Error('the database went away');
        return node;
      },
      transformResult: async ({ result }) => result,
    };
  };
  const tables = [
    'escalation_run',
    'personal_run',
    'delivery',
    'timeline_record',
    'notification_record',
    'alert_group',
    'escalation_step',
  ];
  const contents = async () => {
    const all: Record<string, unknown> = {};
    for (const table of tables) all[table] = (await sql`select * from ${sql.table(table)} order by 1, 2`.execute(world.db)).rows;
    return all;
  };

  test('whichever statement fails, all or nothing has happened', async () => {
    const chain = await world.chain([
      { do: 'notify', users: ['Mira', 'Jonas'] },
      { do: 'round_robin', users: ['Mira', 'Jonas'] },
      { do: 'resolve' },
    ]);
    await world.open(await world.route(chain));
    let failures = 0;
    for (const seconds of [1, 5, 5]) {
      world.clock.advance({ seconds });
      const before = await contents();
      for (let n = 1; ; n += 1) {
        const outcome = await advanceRuns({ ...restarted(), db: world.db.withPlugin(failingAt(n)) }, world.clock.now()).then(
          () => 'done',
          (err: Error) => err.message,
        );
        if (outcome === 'done') break;
        failures += 1;
        expect(outcome).toBe('the database went away');
        const after = await contents();
        if (JSON.stringify(after) === JSON.stringify(before)) continue;
        // The statement behind the commit only looks for the next due time.
        expect((await advanceRuns(restarted(), world.clock.now())).ran).toBe(0);
        break;
      }
    }
    expect(failures).toBeGreaterThan(15);
    const { rows } = await sql`select count(*) as n, count(distinct key) as keys from delivery`.execute(world.db);
    expect(rows).toEqual([{ n: 3, keys: 3 }]);
  });
});

describe('what an action ends (G17)', () => {
  const actions: [string, (id: string, other: string) => Promise<unknown>][] = [
    ['acknowledge', (id) => world.acknowledge(id, 'Mira')],
    ['resolve', (id) => world.act(id, { do: 'resolve' }, 'Mira')],
    ['silence', (id) => world.act(id, { do: 'silence', seconds: 60 }, 'Mira')],
    ['source resolve', (id) => world.signal(id, 'resolve')],
    ['attach', (id, other) => attach(world.deps, ORG, id, other, actor())],
    ['wipe', (id) => wipe(world.deps, ORG, id, actor())],
    ['delete', (id) => deleteGroup(world.deps, ORG, id, actor())],
    ['bulk', (id) => actOnGroups(world.deps, ORG, [id], { do: 'acknowledge' }, actor())],
  ];
  test.each(actions)('%s ends the run, the lists and the pages nobody has in hand, at once', async (_name, action) => {
    const [id, other] = [await world.open(route), await world.open(null)];
    world.clock.advance({ seconds: 1 });
    await advanceRuns(world.engine, world.clock.now());
    expect(await underWay(id)).toEqual({ runs: 1, lists: 1, pages: 1 });
    await action(id, other);
    expect(await underWay(id)).toEqual({ runs: 0, lists: 0, pages: 0 });
    const { rows } = await sql`select type, reason from notification_record where alert_group_id = ${id} and type = 3`.execute(
      world.db,
    );
    if (_name !== 'delete') expect(rows).toEqual([{ type: 3, reason: expect.stringMatching(/^the alert group was /) }]);
  });

  test('a chain that is applied anew ends the run and its pages and begins again; people added by hand, the one who asked too, stay', async () => {
    const id = await world.open(route);
    await pageUsers(world.deps, ORG, id, [{ userId: world.userId('Jonas'), important: true }], actor());
    world.clock.advance({ seconds: 1 });
    await advanceRuns(world.engine, world.clock.now());
    const before = await world.run(id);
    expect(await underWay(id)).toEqual({ runs: 1, lists: 2, pages: 2 });
    expect((await world.act(id, { do: 'apply_current_chain' }, 'Jonas')).ok).toBe(true);
    expect(await underWay(id)).toEqual({ runs: 1, lists: 1, pages: 1 });
    expect(await world.run(id)).toMatchObject({ state: 'running', position: 0, run_no: (before?.run_no ?? 0) + 1 });
    expect(await world.state(id)).toBe('firing');
    await world.act(id, { do: 'silence', seconds: 60 }, 'Mira');
    expect(await world.act(id, { do: 'apply_current_chain' }, 'Mira')).toEqual({ ok: false, reason: 'already_silenced' });
  });

  test('a page that is being sent stays, for its sender records what came of it', async () => {
    const id = await world.open(route);
    world.clock.advance({ seconds: 1 });
    await advanceRuns(world.engine, world.clock.now());
    await sql`update delivery set state = 'sending'`.execute(world.db);
    await world.acknowledge(id, 'Mira');
    const { rows } = await sql`select state from delivery`.execute(world.db);
    expect(rows).toEqual([{ state: 'sending' }]);
  });

  test('a silence and an acknowledge leave people alone who were added by hand, a resolve does not', async () => {
    const id = await world.open(route);
    await pageUsers(world.deps, ORG, id, [{ userId: world.userId('Jonas'), important: true }], actor());
    await world.act(id, { do: 'silence', seconds: 600 }, 'Mira');
    expect(await underWay(id)).toEqual({ runs: 0, lists: 1, pages: 1 });
    await world.acknowledge(id, 'Mira');
    expect(await underWay(id)).toEqual({ runs: 0, lists: 1, pages: 1 });
    await world.act(id, { do: 'resolve' }, 'Mira');
    expect(await underWay(id)).toEqual({ runs: 0, lists: 0, pages: 0 });
  });

  test('a chain that reaches a person who was added by hand replaces the list, and the exemption is gone', async () => {
    const id = await world.open(route);
    await pageUsers(world.deps, ORG, id, [{ userId: world.userId('Mira'), important: false }], actor());
    await world.runUntil(1);
    await world.acknowledge(id, 'Jonas');
    await world.runUntil(86_400);
    expect(world.pages()).toEqual(['0 Mira mobile_app', '1 Mira mobile_app']);
  });
});

describe('paging by hand', () => {
  const page = (id: string, name = 'Jonas') =>
    pageUsers(world.deps, ORG, id, [{ userId: world.userId(name), important: false }], actor());

  test('is refused for groups that are resolved, wiped or not there, and for people who are not', async () => {
    const [resolved, wiped, open] = [await world.open(route), await world.open(route), await world.open(route)];
    await world.act(resolved, { do: 'resolve' }, 'Mira');
    await wipe(world.deps, ORG, wiped, actor());
    expect([await page(resolved), await page(wiped), await page('INOBODY')]).toEqual(
      ['already_resolved', 'wiped', 'not_found'].map((reason) => ({ ok: false, reason })),
    );
    expect(await pageUsers(world.deps, ORG, open, [{ userId: 'UNOBODY', important: false }], actor())).toEqual({
      ok: false,
      reason: 'unknown_users',
      userIds: ['UNOBODY'],
    });
    expect(await underWay(open)).toMatchObject({ lists: 0 });
  });

  test('paging again restarts the list', async () => {
    const id = await world.open(null);
    await page(id, 'Mira');
    await world.runUntil(100);
    await page(id, 'Mira');
    await world.runUntil(86_400);
    expect(world.pages()).toEqual(['0 Mira mobile_app', '100 Mira mobile_app', '410 Mira phone_call']);
    expect((await world.records(id)).filter(({ type }) => type === 23)).toHaveLength(2);
  });

  test('reaches people in a group that maintenance collects, for nobody else hears of it', async () => {
    const [root, child] = [await world.open(null), await world.open(route)];
    await attach(world.deps, ORG, child, root, actor());
    await sql`update alert_group set is_maintenance = true where id = ${root}`.execute(world.db);
    await page(child);
    await world.runUntil(86_400);
    expect(world.pages()).toEqual(['0 Jonas slack #2']);
  });
});

describe('what is broken does not stop an escalation', () => {
  test('a snapshot that cannot be read is taken again from the chain as it is', async () => {
    await world.open(route);
    await world.runUntil(1);
    await sql`delete from chain_snapshot`.execute(world.db);
    const engine = restarted();
    world.clock.advance({ seconds: 5 });
    await advanceRuns(engine, world.clock.now());
    await world.runUntil(86_400);
    expect(world.pages()).toEqual(K_PAGES);
  });

  test('a step of a type that another version wrote is passed with error 10', async () => {
    const chain = await world.chain([{ do: 'empty' }, { do: 'notify', users: ['Jonas'] }]);
    await sql`update escalation_step set type = 'notify_by_pigeon' where escalation_chain_id = ${chain} and type is null`.execute(
      world.db,
    );
    const id = await world.open(await world.route(chain));
    await world.runUntil(86_400);
    expect([world.pages(), await world.errors(id)]).toEqual([['6 Jonas slack'], [{ at: 1, code: 10 }]]);
  });

  test('a rule of a type that this server has no channel for fails visibly, and the list goes on', async () => {
    await world.rules('Jonas', false, ['slack', 'email']);
    await sql`update notification_rule set type = 'notify_by_pigeon' where type = 'notify_by_slack'`.execute(world.db);
    const id = await world.open(await world.route(await world.chain([{ do: 'notify', users: ['Jonas'] }])));
    await world.runUntil(86_400);
    expect([world.pages(), await world.notificationFailures(id)]).toEqual([
      ['6 Jonas email'],
      [{ at: 1, user: 'Jonas', code: 24 }],
    ]);
  });

  test.each<[string, StepSpec, number]>([
    ['a wait without a duration', { do: 'wait', seconds: null }, 8],
    ['a notify step without people', { do: 'notify', users: [] }, 2],
    ['a round robin without people', { do: 'round_robin', users: [] }, 1],
    ['a schedule that is gone', { do: 'schedule', schedule: 'GONE' }, 4],
    ['a window that is not set', { do: 'window', from: '09:00:00Z', to: null }, 9],
    ['a number of alerts that is not set', { do: 'threshold', alerts: 3, minutes: null }, 16],
    ['a team that is gone', { do: 'team', team: 'Gone' }, 18],
    ['incidents that nobody declares', { do: 'incident' }, 20],
    ['a step without a type', { do: 'empty' }, 10],
  ])('%s is passed with an error', async (_name, step, code) => {
    const id = await world.open(await world.route(await world.chain([step, { do: 'notify', users: ['Jonas'] }])));
    await world.runUntil(86_400);
    expect((await world.errors(id))[0]).toEqual({ at: 1, code });
    expect(world.pages()).toEqual([step.do === 'wait' ? '301 Jonas slack' : '6 Jonas slack']);
  });
});

test('runs that begin from an unchanged chain share its snapshot', async () => {
  for (let i = 0; i < 5; i += 1) await world.open(route);
  const { rows } = await sql`select count(*) as n from chain_snapshot`.execute(world.db);
  expect(rows).toEqual([{ n: 1 }]);
});

test('a thousand overdue steps are caught up with, the oldest first', async () => {
  const { rows } = await sql<{ id: string }>`
    insert into alert_group (organization_id, id, number, integration_id, route_id, grouping_key, title, received_at, started_at)
    select ${ORG}, 'I' || lpad(n::text, 12, '0'), n, ${world.integrationId}, ${route}, 'k' || n, 't', ${world.clock.now()}, ${world.clock.now()}
    from generate_series(1, 1000) n returning id`.execute(world.db);
  const { startRuns } = await import('./run/start-runs.ts');
  const { inTransaction } = await import('../platform/db/create-db.ts');
  await inTransaction(world.db, (tx) =>
    startRuns(
      tx,
      rows.map(({ id }) => ({ organizationId: ORG, alertGroupId: id })),
      { now: world.clock.now(), delaySeconds: 0 },
    ),
  );
  await sql`update escalation_run set due_at = due_at + (right(alert_group_id, 4)::int * interval '1 ms')`.execute(world.db);
  world.clock.advance({ hours: 1 });
  expect((await advanceRuns(world.engine, world.clock.now())).ran).toBe(500);
  const first = await sql<{ last: string }>`select max(alert_group_id) as last from delivery`.execute(world.db);
  expect(first.rows[0]?.last).toBe('I000000000500');
  expect((await advanceRuns(world.engine, world.clock.now())).ran).toBe(500);
});
