import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLogger } from '../../platform/log.ts';
import { EscalationWorld, ORG } from '../../testing/escalation/world.ts';
import type { AdminNotice } from '../ports.ts';
import { escalationHealth } from './health.ts';
import { createWatchdogs } from './watchdogs.ts';

let world: EscalationWorld;
let route: string;
let wakes = 0;
const violations = new Map<string, number>();
const notices: AdminNotice[] = [];

beforeAll(async () => {
  world = await EscalationWorld.start();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(async () => {
  await world.reset('2026-03-02T09:00:00Z');
  await world.person('Mira', { default: ['email'] });
  route = await world.route(
    await world.chain([
      { do: 'wait', seconds: 600 },
      { do: 'notify', users: ['Mira'] },
    ]),
  );
  wakes = 0;
  violations.clear();
  notices.length = 0;
});

const watch = () =>
  createWatchdogs({
    db: world.db,
    log: createLogger({ level: 'silent' }),
    metrics: {
      executed: () => undefined,
      unnotified: () => undefined,
      violations: (check, count) => violations.set(check, count),
    },
    notifyAdmins: async (_tx, notice) => {
      notices.push(notice);
    },
    wakeLoops: () => {
      wakes += 1;
    },
  }).run(world.clock.now());

const found = () => Object.fromEntries(violations);
const nothing = { due_work: 0, liveness: 0, pages: 0 };
const codes = async (id: string) => (await world.records(id)).map(({ code }) => code).filter((code) => code !== null);

test('find nothing while all is well', async () => {
  const ids = [await world.open(route), await world.open(route), await world.open(route), await world.open(null)];
  await world.runDue();
  await world.acknowledge(ids[1] ?? '', 'Mira');
  await world.act(ids[2] ?? '', { do: 'silence', seconds: 60 }, 'Mira');
  await watch();
  expect([found(), notices, wakes]).toEqual([nothing, [], 0]);
  expect(await escalationHealth(world.db, world.clock.now())).toMatchObject({ ok: true });
});

test('a run that reached the end of its chain is left in peace', async () => {
  const id = await world.open(await world.route(await world.chain([])));
  await world.runUntil(3_600);
  await watch();
  expect([found(), await world.run(id)]).toMatchObject([nothing, { state: 'finished' }]);
});

describe('due work', () => {
  test('that nobody has taken for half a minute is counted, and the loops are woken', async () => {
    await world.open(route);
    world.clock.advance({ seconds: 32 });
    await watch();
    expect([found(), wakes]).toEqual([{ ...nothing, due_work: 1 }, 1]);
    expect(await escalationHealth(world.db, world.clock.now())).toMatchObject({
      ok: false,
      checks: [{ name: 'due_work', ok: false, oldestSeconds: 31 }, {}, {}],
    });
  });

  test('of a group that is gone is ended', async () => {
    const id = await world.open(route);
    await sql`delete from alert_group where id = ${id}`.execute(world.db);
    world.clock.advance({ seconds: 32 });
    await watch();
    expect(await world.run(id)).toBeUndefined();
  });
});

describe('liveness', () => {
  test('a run without a next time gets one, and says so', async () => {
    const id = await world.open(route);
    await world.runUntil(1);
    await sql`update escalation_run set due_at = null`.execute(world.db);
    await watch();
    expect(found()).toEqual({ ...nothing, liveness: 1 });
    expect(await codes(id)).toEqual([101]);
    expect(notices.map(({ kind }) => kind)).toEqual(['escalation_stuck']);
    await world.runUntil(700);
    expect(world.pages()).toEqual(['1 Mira email']);
  });

  test('a list without a next time gets one', async () => {
    await world.person('Jonas', { default: [{ wait: 60 }, 'email'] });
    await world.open(await world.route(await world.chain([{ do: 'notify', users: ['Jonas'] }])));
    await world.runUntil(1);
    await sql`update personal_run set due_at = null`.execute(world.db);
    await watch();
    await world.runUntil(60);
    expect(world.pages()).toEqual(['1 Jonas email']);
  });

  test.each([
    ['has no run', sql`delete from escalation_run`],
    [
      'has a run that an acknowledge it no longer has ended',
      sql`update escalation_run set state = 'finished', due_at = null, end_reason = 'not_firing'`,
    ],
    [
      'has a run that ended when it was attached',
      sql`update escalation_run set state = 'finished', due_at = null, end_reason = 'attached'`,
    ],
  ])('a firing group that %s escalates from the first step', async (_name, damage) => {
    const id = await world.open(route);
    await damage.execute(world.db);
    await watch();
    expect(await codes(id)).toEqual([101]);
    await world.runUntil(700);
    expect(world.pages()).toEqual(['600 Mira email']);
  });

  test('old groups are looked at too, a chunk at a time', async () => {
    const id = await world.open(route);
    await sql`update alert_group set started_at = started_at - interval '90 days'`.execute(world.db);
    await sql`delete from escalation_run`.execute(world.db);
    await watch();
    expect(await world.run(id)).toMatchObject({ state: 'running' });
  });

  test.each([
    ['without a chain', async () => world.open(null)],
    [
      'in debug mode',
      async () => {
        await sql`update integration set maintenance_mode = 'debug'`.execute(world.db);
        return world.open(route);
      },
    ],
    [
      'acknowledged',
      async () => {
        const id = await world.open(route);
        await world.acknowledge(id, 'Mira');
        return id;
      },
    ],
  ])('a group %s is left alone', async (_name, arrange) => {
    const id = await arrange();
    const before = await world.run(id);
    await watch();
    expect([found(), await world.run(id)]).toEqual([nothing, before]);
  });
});

describe('pages', () => {
  const owe = async () => {
    await world.open(await world.route(await world.chain([{ do: 'notify', users: ['Mira'] }])));
    world.clock.advance({ seconds: 1 });
    const { advanceRuns } = await import('../run/advance-runs.ts');
    await advanceRuns(world.engine, world.clock.now());
  };
  const delivery = async () =>
    (
      await sql<{
        state: string;
        error_code: number | null;
      }>`select state, error_code from delivery where organization_id = ${ORG}`.execute(world.db)
    ).rows;

  test('one that is due for a minute and not sent raises the alarm', async () => {
    await owe();
    world.clock.advance({ seconds: 59 });
    await watch();
    expect(found()).toMatchObject({ pages: 0 });
    world.clock.advance({ seconds: 2 });
    await watch();
    expect(found()).toMatchObject({ pages: 1 });
    expect(notices).toMatchObject([
      { kind: 'page_unaccounted', text: expect.stringContaining('1 by email (the oldest for 61 s)') },
    ]);
  });

  test('one with a planned retry does not', async () => {
    await owe();
    world.clock.advance({ seconds: 120 });
    await sql`update delivery set due_at = ${new Date(world.clock.now().getTime() + 1_000)}, attempts = 3`.execute(world.db);
    await watch();
    expect(found()).toMatchObject({ pages: 0 });
  });

  test('one whose sender did not come back raises the alarm', async () => {
    await owe();
    await sql`update delivery set state = 'sending', lease_until = ${new Date(world.clock.now().getTime() + 30_000)}`.execute(
      world.db,
    );
    world.clock.advance({ seconds: 91 });
    await watch();
    expect(found()).toMatchObject({ pages: 1 });
  });

  test.each([
    ['never sent has failed', 'owed', 'failed', 100],
    ['whose sender is gone is unknown', 'sending', 'unknown', 102],
  ])('one past its deadline that was %s, with its final record', async (_name, state, ended, code) => {
    await owe();
    await sql`update delivery set state = ${state}, lease_until = ${world.clock.now()}`.execute(world.db);
    world.clock.advance({ seconds: 3_661 });
    await watch();
    expect(await delivery()).toEqual([{ state: ended, error_code: code }]);
    const { rows } = await sql`select type, error_code from notification_record where type <> 0`.execute(world.db);
    expect(rows).toEqual([{ type: 3, error_code: code }]);
  });
});

describe('somebody is told (G27)', () => {
  test('a run whose steps reach nobody ends with a record, a metric and a notice', async () => {
    const id = await world.open(
      await world.route(
        await world.chain([
          { do: 'notify', users: [] },
          { do: 'team', team: 'Gone' },
        ]),
      ),
    );
    await world.runUntil(86_400);
    expect(await world.errors(id)).toEqual([
      { at: 1, code: 2 },
      { at: 6, code: 18 },
      { at: 11, code: 102 },
    ]);
    expect(world.notices).toMatchObject([{ kind: 'nobody_notified', text: expect.stringContaining('#1') }]);
  });

  test('a run whose pages all fail says so ten minutes after its first notify step', async () => {
    await using failing = await EscalationWorld.start({ deliver: () => 'failed' });
    await failing.person('Mira', { default: ['email', { wait: 1_200 }, 'sms'] });
    const id = await failing.open(
      await failing.route(
        await failing.chain([
          { do: 'wait', seconds: 60 },
          { do: 'notify', users: ['Mira'] },
        ]),
      ),
    );
    await failing.runUntil(86_400);
    expect((await failing.errors(id)).map(({ at, code }) => [at, code])).toEqual([[661, 102]]);
  });

  test.each([
    ['somebody was reached', []],
    ['somebody acknowledged meanwhile', ['acknowledge']],
  ])('nothing is said when %s', async (_name, actions) => {
    await using each = await EscalationWorld.start({ deliver: () => (actions.length === 0 ? 'accepted' : 'failed') });
    await each.person('Mira', { default: ['email', { wait: 1_200 }, 'sms'] });
    const id = await each.open(await each.route(await each.chain([{ do: 'notify', users: ['Mira'] }])));
    await each.runUntil(60);
    if (actions.length > 0) await each.acknowledge(id, 'Mira');
    await each.runUntil(86_400);
    expect(await each.errors(id)).toEqual([]);
  });

  test('a chain of waits alone owes nobody anything', async () => {
    const id = await world.open(await world.route(await world.chain([{ do: 'wait', seconds: 60 }])));
    await world.runUntil(86_400);
    expect(await world.errors(id)).toEqual([]);
  });
});
