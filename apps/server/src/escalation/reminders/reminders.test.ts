import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TIMELINE } from '../../alerting/index.ts';
import { EscalationWorld, ORG } from '../../testing/escalation/world.ts';
import { planOf } from '../plan/plan.ts';
import { decideReminder, type ReminderDecision, type ReminderFacts } from './decide-reminder.ts';
import { reminderOf } from './reminder-store.ts';

const at = (text: string) => new Date(`2026-03-02T${text}Z`);
const HOUR = 3_600;

describe('what becomes of a timer that is due', () => {
  const facts: ReminderFacts = {
    stage: 'remind',
    remindedAt: null,
    confirmedAt: null,
    startedAt: at('09:00:00'),
    remindSeconds: HOUR,
    unacknowledgeSeconds: 300,
  };
  const now = at('10:00:00');
  test.each<[string, Partial<ReminderFacts>, ReminderDecision]>([
    [
      'reminds, and looks for an answer later',
      {},
      { do: 'remind', next: { stage: 'check', dueAt: at('10:05:00') }, unacknowledgeAt: at('10:05:00') },
    ],
    [
      'reminds again and again where nobody has to answer',
      { unacknowledgeSeconds: 0 },
      { do: 'remind', next: { stage: 'remind', dueAt: at('11:00:00') }, unacknowledgeAt: null },
    ],
    ['stops for old groups then', { unacknowledgeSeconds: 0, startedAt: new Date('2026-02-10T00:00:00Z') }, { do: 'stop' }],
    ['stops when reminders were switched off', { remindSeconds: 0 }, { do: 'stop' }],
    ['ends what nobody confirmed', { stage: 'check', remindedAt: at('09:55:00') }, { do: 'unacknowledge' }],
    [
      'ends what was confirmed before the reminder only',
      { stage: 'check', remindedAt: at('09:55:00'), confirmedAt: at('09:54:00') },
      { do: 'unacknowledge' },
    ],
    [
      'waits for the next reminder after an answer',
      { stage: 'check', remindedAt: at('09:55:00'), confirmedAt: at('09:56:00') },
      { do: 'wait', dueAt: at('10:55:00') },
    ],
    [
      'waits when answers are asked for no longer',
      { stage: 'check', remindedAt: at('09:55:00'), unacknowledgeSeconds: 0 },
      { do: 'wait', dueAt: at('10:55:00') },
    ],
  ])('%s', (_fact, changes, expected) => {
    expect(decideReminder({ ...facts, ...changes }, now)).toEqual(expected);
  });
});

describe('in the engine', () => {
  let world: EscalationWorld;
  beforeAll(async () => {
    world = await EscalationWorld.start();
  });
  afterAll(() => world[Symbol.asyncDispose]());
  beforeEach(async () => {
    await world.reset('2026-03-02T09:00:00Z');
    await world.person('Mira', { default: ['email'] });
    await world.person('Jonas', { default: ['sms'] });
    await settings(HOUR, 300);
  });
  const settings = (remind: number, unacknowledge: number) =>
    sql`update organization set acknowledge_remind_seconds = ${remind}, unacknowledge_seconds = ${unacknowledge} where id = ${ORG}`.execute(
      world.db,
    );
  const openAcknowledged = async () => {
    const id = await world.open(await world.route(await world.chain([{ do: 'notify', users: ['Mira'] }])));
    await world.runUntil(60);
    await world.acknowledge(id, 'Mira');
    return id;
  };
  const recordsOf = async (id: string) =>
    (await world.records(id))
      .filter(({ type }) => type === TIMELINE.acknowledgeReminder || type === TIMELINE.unacknowledgedByTimeout)
      .map(({ at: seconds, type }) => `${seconds} ${type}`);

  test('who does not confirm within the time loses the acknowledgement, and is paged again (S52)', async () => {
    const id = await openAcknowledged();
    await world.runUntil(4_100);
    expect(await recordsOf(id)).toEqual(['3660 18', '3960 11']);
    expect(world.pages()).toEqual(['1 Mira email', '3970 Mira email']);
    expect(world.told.map(({ at: seconds, user, subject }) => [seconds, user, subject])).toEqual([
      [3660, 'Mira', 'Are you still working on #1 Ledger queue lags?'],
    ]);
    expect(await world.state(id)).toBe('firing');
    await world.runUntil(20_000);
    expect(await recordsOf(id)).toHaveLength(2);
  });

  test('who confirms keeps it, until the next reminder (S53); others cannot confirm', async () => {
    const id = await openAcknowledged();
    await world.runUntil(3_700);
    await world.acknowledge(id, 'Jonas');
    expect(await reminderOf(world.db, ORG, id)).toEqual({ remindAt: null, unacknowledgeAt: at('10:06:00') });
    await world.acknowledge(id, 'Mira');
    expect(await reminderOf(world.db, ORG, id)).toEqual({ remindAt: at('11:01:00'), unacknowledgeAt: at('11:06:00') });
    await world.runUntil(7_300);
    expect(await recordsOf(id)).toEqual(['3660 18', '7260 18']);
    await world.runUntil(7_600);
    expect(await recordsOf(id)).toEqual(['3660 18', '7260 18', '7560 11']);
  });

  test('reminders without an end go on hourly, and end with the acknowledgement', async () => {
    await settings(HOUR, 0);
    const id = await openAcknowledged();
    await world.runUntil(8_000);
    await world.act(id, { do: 'resolve' }, 'Mira');
    await world.runUntil(50_000);
    expect(await recordsOf(id)).toEqual(['3660 18', '7260 18']);
    expect(await world.state(id)).toBe('resolved');
  });

  test('nothing is begun by sources, by followers of a root, or where reminders are off', async () => {
    const route = await world.route(null);
    const [bySource, child, root] = [await world.open(route), await world.open(route), await world.open(route)];
    await world.signal(bySource, 'acknowledge');
    await sql`update alert_group set root_alert_group_id = ${root} where id = ${child}`.execute(world.db);
    await world.acknowledge(root, 'Mira');
    await settings(0, 0);
    const off = await world.open(route);
    await world.acknowledge(off, 'Mira');
    const { rows } = await sql<{ alert_group_id: string }>`select alert_group_id from acknowledge_reminder`.execute(world.db);
    expect(rows).toEqual([{ alert_group_id: root }]);
    await world.runUntil(10_000);
    expect(await recordsOf(root)).toEqual([]);
  });

  test('a new acknowledgement begins a new time', async () => {
    const id = await openAcknowledged();
    await world.runUntil(1_000);
    await world.act(id, { do: 'unacknowledge' }, 'Mira');
    await world.runUntil(2_000);
    await world.acknowledge(id, 'Jonas');
    await world.runUntil(5_700);
    expect(await recordsOf(id)).toEqual(['5600 18']);
    expect(world.told.map(({ user }) => user)).toEqual(['Jonas']);
  });

  test('one that cannot be sent undoes no other, and is tried again', async () => {
    world.unreachable.add('Mira');
    const [hers, his] = [await openAcknowledged(), await world.open(await world.route(null))];
    await world.acknowledge(his, 'Jonas');
    await world.runUntil(3_700);
    expect(world.told.map(({ user }) => user)).toEqual(['Jonas']);
    expect(await recordsOf(hers)).toEqual([]);
    world.unreachable.delete('Mira');
    await world.runUntil(3_800);
    expect(world.told.map(({ user }) => user)).toEqual(['Jonas', 'Mira']);
  });

  test('the plan of an acknowledged group knows when it will fire again', async () => {
    const id = await openAcknowledged();
    const deps = { db: world.db, ports: world.engine.ports, snapshots: world.engine.snapshots, startDelaySeconds: 1 };
    const plan = await planOf(deps, ORG, id, world.clock.now());
    expect(plan).toMatchObject({
      isHypothetical: false,
      state: { kind: 'paused', because: 'acknowledged', until: at('10:06:00') },
    });
    expect(plan?.forecast.visits[0]?.at).toEqual(at('10:06:10'));
    expect(plan?.reminder).toEqual({ remindAt: at('10:01:00'), unacknowledgeAt: at('10:06:00') });
  });
});
