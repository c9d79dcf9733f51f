import { sql } from 'kysely';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { inTransaction } from '../../platform/db/create-db.ts';
import { type NotificationWorld, ORG, scriptedChannel, startNotificationWorld } from '../../testing/notifications.ts';
import type { SendOutcome } from '../channel.ts';
import { cancelDeliveries } from '../ledger.ts';
import { startLeaseLoop } from './leases.ts';
import { startDeliveryLoop } from './loop.ts';

let world: NotificationWorld;
beforeEach(async () => {
  await world?.[Symbol.asyncDispose]();
  world = await startNotificationWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const accepted: SendOutcome = { kind: 'accepted', providerId: 'P1' };
const busy: SendOutcome = { kind: 'transient', reason: '421 busy', blames: 'provider' };
const greylisted: SendOutcome = { kind: 'transient', reason: '450 greylisted', blames: 'recipient' };
const secondsSinceStart = (at: Date): number => (at.getTime() - Date.parse('2026-03-02T09:00:00Z')) / 1_000;

/** Moves the clock from one due time to the next until nothing is owed, or for so long. */
async function runFor(loop: { runUntilIdle(): Promise<number> }, seconds: number): Promise<void> {
  const end = new Date(world.clock.now().getTime() + seconds * 1_000);
  for (;;) {
    await loop.runUntilIdle();
    const { rows } = await sql<{
      next: Date | null;
    }>`select min(due_at) as next from delivery where state = 'owed' and due_at > ${world.clock.now()}`.execute(world.db);
    const next = rows[0]?.next ?? end;
    if (next >= end) break;
    world.clock.set(next);
  }
  world.clock.set(end);
  await loop.runUntilIdle();
}

test('a page that the provider takes is sent once and recorded once', async () => {
  const channel = scriptedChannel(world.clock, [accepted]);
  const loop = startDeliveryLoop(world.deps, channel);
  await world.owe({});
  await runFor(loop, 7_200);
  expect(channel.requests).toHaveLength(1);
  expect(await world.deliveries()).toMatchObject([{ state: 'accepted', attempts: 1, due_at: null }]);
  expect(await world.records()).toMatchObject([{ type: 2, channel: 'email', error_code: null }]);
  expect(await world.metric('tocsin_deliveries_total')).toBe(1);
});

test('a second page with the same key is no page', async () => {
  const channel = scriptedChannel(world.clock, [accepted]);
  const loop = startDeliveryLoop(world.deps, channel);
  await world.owe({ key: 'one' });
  await world.owe({ key: 'one' }, { key: 'two' });
  await loop.runUntilIdle();
  expect(channel.requests.map(({ key }) => key)).toEqual(['one', 'two']);
});

test('a refusal is not repeated and says why', async () => {
  const channel = scriptedChannel(world.clock, [{ kind: 'rejected', code: 5, reason: '550 no such user' }]);
  const loop = startDeliveryLoop(world.deps, channel);
  await world.owe({});
  await runFor(loop, 7_200);
  expect(channel.requests).toHaveLength(1);
  expect(await world.records()).toEqual([
    { user_id: expect.any(String), type: 3, channel: 'email', error_code: 5, reason: '550 no such user' },
  ]);
});

test('e-mail is tried along its table until the deadline, with one failed record at the end', async () => {
  const channel = scriptedChannel(world.clock, [greylisted]);
  const loop = startDeliveryLoop(world.deps, channel);
  await world.owe({});
  await runFor(loop, 7_200);
  expect(channel.requests.map(({ at }) => secondsSinceStart(at))).toEqual([0, 5, 35, 155, 455, 1055, 1655, 2255, 2855, 3455]);
  expect(new Set(channel.requests.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  expect(await world.records()).toMatchObject([{ type: 3, error_code: 5, reason: '450 greylisted' }]);
});

test('a provider that asks for time gets it', async () => {
  const channel = scriptedChannel(world.clock, [{ ...greylisted, retryAfterMs: 77_000 }, accepted]);
  const loop = startDeliveryLoop(world.deps, channel);
  await world.owe({});
  await runFor(loop, 600);
  expect(channel.requests.map(({ at }) => secondsSinceStart(at))).toEqual([0, 77]);
  expect(await world.records()).toMatchObject([{ type: 2 }]);
});

test('a provider that asks for more time than there is before the deadline has failed', async () => {
  const channel = scriptedChannel(world.clock, [{ ...greylisted, retryAfterMs: 400_000 }], { id: 'webhook' });
  const loop = startDeliveryLoop(world.deps, channel);
  await world.owe({ channel: 'webhook' });
  await runFor(loop, 600);
  expect(channel.requests).toHaveLength(1);
  expect(await world.records()).toMatchObject([{ type: 3, error_code: 24 }]);
});

test('a page that was not sent before its deadline is not sent after it', async () => {
  const channel = scriptedChannel(world.clock, [accepted]);
  const loop = startDeliveryLoop(world.deps, channel);
  await world.owe({});
  world.clock.advance({ hours: 2 });
  await loop.runUntilIdle();
  expect(channel.requests).toHaveLength(0);
  expect(await world.records()).toMatchObject([{ type: 3, error_code: 100, reason: 'it was too late to send it' }]);
});

test('five failures in a row open the circuit: one probe every 15 s, and all is sent once it is back', async () => {
  let up = false;
  const channel = scriptedChannel(world.clock, [() => (up ? accepted : busy)], { sharedCircuitKey: 'provider', concurrency: 1 });
  const loop = startDeliveryLoop(world.deps, channel);
  await world.owe(...Array.from({ length: 20 }, () => ({})));
  await loop.runUntilIdle();
  expect(channel.requests).toHaveLength(5);
  expect(loop.openCircuits()).toEqual(['provider']);
  expect(await world.metric('tocsin_provider_circuit_open')).toBe(1);
  for (let i = 0; i < 4; i += 1) {
    world.clock.advance({ seconds: 15 });
    await loop.runUntilIdle();
  }
  expect(channel.requests.map(({ at }) => secondsSinceStart(at))).toEqual([0, 0, 0, 0, 0, 15, 30, 45, 60]);
  up = true;
  await runFor(loop, 600);
  expect(loop.openCircuits()).toEqual([]);
  expect(await world.metric('tocsin_provider_circuit_open')).toBe(0);
  expect((await world.deliveries()).map(({ state }) => state)).toEqual(Array(20).fill('accepted'));
});

test('pages that an open circuit holds beyond their deadline end with code 101', async () => {
  const channel = scriptedChannel(world.clock, [busy], { sharedCircuitKey: 'provider', concurrency: 1 });
  const loop = startDeliveryLoop(world.deps, channel);
  await world.owe(...Array.from({ length: 6 }, () => ({})));
  await loop.runUntilIdle();
  world.clock.advance({ seconds: 3_601 });
  channel.requests.length = 0;
  await loop.runUntilIdle();
  expect(channel.requests).toHaveLength(0);
  const records = await world.records();
  expect(records).toHaveLength(6);
  expect(records.every(({ type, error_code }) => type === 3 && error_code === 101)).toBe(true);
});

test('a receiver in trouble does not hold up the receivers beside it', async () => {
  const channel = scriptedChannel(world.clock, [], {
    id: 'webhook',
    concurrency: 1,
    circuitKey: (delivery) => (delivery.key.startsWith('bad') ? 'bad' : 'good'),
  });
  channel.send = async (delivery, idempotencyKey) => {
    channel.requests.push({ key: delivery.key, attempt: delivery.attempt, idempotencyKey, at: world.clock.now() });
    return delivery.key.startsWith('bad') ? busy : accepted;
  };
  const loop = startDeliveryLoop(world.deps, channel);
  await world.owe(...Array.from({ length: 8 }, (_, i) => ({ key: `bad-${i}`, channel: 'webhook' as const })));
  await world.owe({ key: 'good-1', channel: 'webhook' });
  await loop.runUntilIdle();
  expect(loop.openCircuits()).toEqual(['bad']);
  expect(channel.requests.filter(({ key }) => key.startsWith('bad'))).toHaveLength(5);
  expect(channel.requests.at(-1)?.key).toBe('good-1');
  const held = (await world.deliveries()).filter(({ attempts }) => attempts === 0);
  expect(held).toHaveLength(3);
  expect(held.every(({ error_code, state }) => error_code === 101 && state === 'owed')).toBe(true);
});

test('an open circuit holds no place: what it holds is checked again, and ends by its deadline with code 101', async () => {
  const channel = scriptedChannel(world.clock, [busy], { id: 'webhook', concurrency: 1 });
  const loop = startDeliveryLoop(world.deps, channel);
  await world.owe(...Array.from({ length: 7 }, () => ({ channel: 'webhook' as const })));
  await runFor(loop, 400);
  const records = await world.records();
  expect(records).toHaveLength(7);
  expect(records.every(({ type, error_code }) => type === 3 && (error_code === 24 || error_code === 101))).toBe(true);
  expect(records.some(({ error_code }) => error_code === 101)).toBe(true);
});

test('no request starts after an acknowledge has committed, while a thousand pages are due', async () => {
  const group = await world.group();
  let committed = false;
  const startedAfterCommit: string[] = [];
  const gates: (() => void)[] = [];
  const channel = scriptedChannel(world.clock, [], { id: 'webhook', concurrency: 50 });
  channel.send = async (delivery) => {
    if (committed) startedAfterCommit.push(delivery.key);
    channel.requests.push({ key: delivery.key, attempt: 1, idempotencyKey: '', at: world.clock.now() });
    if (channel.requests.length === 200)
      gates.splice(0).forEach((open) => {
        open();
      });
    return accepted;
  };
  const loop = startDeliveryLoop(world.deps, channel);
  await world.owe(...Array.from({ length: 1_000 }, () => ({ alertGroupId: group, channel: 'webhook' as const })));
  const reached200 = new Promise<void>((resolve) => gates.push(resolve));
  const running = loop.runUntilIdle();
  await reached200;
  const inHandAtCommit = await inTransaction(world.db, async (tx) => {
    await sql`update alert_group set acknowledged_at = ${world.clock.now()} where id = ${group}`.execute(tx);
    await cancelDeliveries(
      tx,
      { organizationId: ORG, alertGroupIds: [group] },
      'the alert group was acknowledged',
      world.clock.now(),
    );
    return (await sql<{ n: number }>`select count(*) as n from delivery where state = 'sending'`.execute(tx)).rows[0]?.n ?? 0;
  });
  committed = true;
  await running;
  expect(startedAfterCommit.length).toBeLessThanOrEqual(inHandAtCommit);
  const states = (await world.deliveries()).map(({ state }) => state);
  expect(states.filter((state) => state === 'accepted')).toHaveLength(channel.requests.length);
  expect(states.filter((state) => state === 'cancelled')).toHaveLength(1_000 - channel.requests.length);
  expect(channel.requests.length).toBeLessThan(1_000);
  expect(await world.records()).toHaveLength(1_000);
});

test('a retry looks at the group again: none after the acknowledge', async () => {
  const group = await world.group();
  const channel = scriptedChannel(world.clock, [greylisted]);
  const loop = startDeliveryLoop(world.deps, channel);
  await world.owe({ alertGroupId: group });
  await loop.runUntilIdle();
  await world.acknowledge(group);
  await runFor(loop, 3_600);
  expect(channel.requests).toHaveLength(1);
  expect(await world.records()).toMatchObject([{ type: 3, error_code: null, reason: 'the alert group was acknowledged' }]);
});

test.each<[string, string, { paged?: boolean }, 'sent' | string]>([
  ['a firing group', '', {}, 'sent'],
  ['a silenced group', `silenced_at = '2026-03-02T08:00:00Z'`, {}, 'the alert group was silenced'],
  ['a silenced group, to a person paged by hand', `silenced_at = '2026-03-02T08:00:00Z'`, { paged: true }, 'sent'],
  ['an acknowledged group', `acknowledged_at = '2026-03-02T08:00:00Z'`, {}, 'the alert group was acknowledged'],
  [
    'a group somebody else acknowledged, to a person paged by hand',
    `acknowledged_at = '2026-03-02T10:00:00Z'`,
    { paged: true },
    'sent',
  ],
  [
    'a group the paged person acknowledged',
    `acknowledged_at = '2026-03-02T10:00:00Z', acknowledged_by_user_id = 'UNADIA'`,
    { paged: true },
    'the alert group was acknowledged',
  ],
  ['a resolved group', `resolved_at = '2026-03-02T08:00:00Z'`, { paged: true }, 'the alert group was resolved'],
  [
    'a wiped group',
    `resolved_at = '2026-03-02T08:00:00Z', wiped_at = '2026-03-02T08:00:00Z'`,
    { paged: true },
    'the alert group was wiped',
  ],
  ['an attached group', `root_alert_group_id = 'IROOT'`, { paged: true }, 'the alert group was attached to another one'],
])('what is owed for %s', async (_fact, change, page, expected) => {
  const userId = await world.user({ id: 'UNADIA' });
  const group = await world.group();
  if (change !== '') await sql`update alert_group set ${sql.raw(change)} where id = ${group}`.execute(world.db);
  const channel = scriptedChannel(world.clock, [accepted]);
  const loop = startDeliveryLoop(world.deps, channel);
  await world.owe({ alertGroupId: group, userId, ...page });
  await loop.runUntilIdle();
  expect(channel.requests).toHaveLength(expected === 'sent' ? 1 : 0);
  expect(await world.records()).toMatchObject(
    expected === 'sent' ? [{ type: 2 }] : [{ type: 3, error_code: null, reason: expected }],
  );
});

test.each([
  ['somebody who left', { isActive: false }],
  ['a viewer', { role: 'viewer' }],
])('%s is not notified: code 25', async (_who, fields) => {
  const channel = scriptedChannel(world.clock, [accepted]);
  const loop = startDeliveryLoop(world.deps, channel);
  await world.owe({ userId: await world.user(fields) });
  await loop.runUntilIdle();
  expect(channel.requests).toHaveLength(0);
  expect(await world.records()).toMatchObject([{ type: 3, error_code: 25 }]);
});

test('the daily limit counts pages per user and UTC day, and refused requests do not count', async () => {
  const deps = { ...world.deps, dailyLimits: { email: 3, phone: 3 } };
  const channel = scriptedChannel(world.clock, [{ kind: 'rejected', code: 5, reason: 'no' }, accepted]);
  const left: (number | null)[] = [];
  const send = channel.send;
  channel.send = (delivery, key, signal) => {
    left.push(delivery.leftToday);
    return send(delivery, key, signal);
  };
  const loop = startDeliveryLoop(deps, channel);
  const [anna, ben] = [await world.user(), await world.user()];
  await world.owe({ userId: anna });
  await loop.runUntilIdle();
  await world.owe(...Array.from({ length: 5 }, () => ({ userId: anna })), { userId: ben });
  await loop.runUntilIdle();
  const failed = (await world.records()).filter(({ error_code }) => error_code === 6);
  expect(failed).toHaveLength(2);
  expect(failed.every(({ user_id }) => user_id === anna)).toBe(true);
  expect(left).toEqual([2, 2, 1, 0, 2]);
  world.clock.set('2026-03-03T00:00:01Z');
  await world.owe({ userId: anna });
  await loop.runUntilIdle();
  expect((await world.records()).at(-1)).toMatchObject({ type: 2, user_id: anna });
});

test('a page in the hands of a process that died is repeated once after its lease, and people see that', async () => {
  const dead = scriptedChannel(world.clock, [() => new Promise(() => undefined)]);
  const dying = startDeliveryLoop(world.deps, dead);
  const alive = scriptedChannel(world.clock, [accepted]);
  const loop = startDeliveryLoop(world.deps, alive);
  const leases = startLeaseLoop(world.deps, [alive]);
  await world.owe({});
  void dying.runUntilIdle();
  await expect.poll(() => dead.requests.length).toBe(1);
  world.clock.advance({ seconds: 29 });
  await leases.runUntilIdle();
  await loop.runUntilIdle();
  expect(alive.requests).toHaveLength(0);
  world.clock.advance({ seconds: 2 });
  await leases.runUntilIdle();
  await loop.runUntilIdle();
  expect(alive.requests).toMatchObject([{ idempotencyKey: dead.requests[0]?.idempotencyKey, attempt: 2 }]);
  expect(world.duplicates).toHaveLength(1);
  expect(await world.records()).toMatchObject([{ type: 2 }]);
});

test('a page whose outcome is lost twice ends as unknown, with one failed record', async () => {
  const channel = scriptedChannel(world.clock, [{ kind: 'unknown', reason: 'the connection broke' }]);
  const loop = startDeliveryLoop(world.deps, channel);
  await world.owe({});
  await runFor(loop, 3_600);
  expect(channel.requests).toHaveLength(2);
  expect(await world.deliveries()).toMatchObject([{ state: 'unknown', error_code: 102 }]);
  expect(await world.records()).toMatchObject([{ type: 3, error_code: 102 }]);
});

test.each([
  ['accepted', 0, [{ type: 2 }]],
  ['not_found', 1, [{ type: 2 }]],
  ['unknown', 1, [{ type: 2 }]],
] as const)('a provider that can tell is asked first: %s', async (answer, repeats, records) => {
  const dead = scriptedChannel(world.clock, [() => new Promise(() => undefined)]);
  await world.owe({});
  void startDeliveryLoop(world.deps, dead).runUntilIdle();
  await expect.poll(() => dead.requests.length).toBe(1);
  const alive = scriptedChannel(world.clock, [accepted], { lookup: async () => answer });
  world.clock.advance({ seconds: 31 });
  await startLeaseLoop(world.deps, [alive]).runUntilIdle();
  const loop = startDeliveryLoop(world.deps, alive);
  await runFor(loop, 60);
  expect(alive.requests).toHaveLength(repeats);
  expect(await world.records()).toMatchObject(records);
  expect(world.duplicates).toHaveLength(answer === 'unknown' ? 1 : 0);
});

test('an answer that comes after the lease, before the repeat, saves the repeat', async () => {
  let answer: (outcome: SendOutcome) => void = () => undefined;
  const slow = scriptedChannel(world.clock, [
    () =>
      new Promise<SendOutcome>((resolve) => {
        answer = resolve;
      }),
  ]);
  const loop = startDeliveryLoop(world.deps, slow);
  await world.owe({});
  const running = loop.runUntilIdle();
  await expect.poll(() => slow.requests.length).toBe(1);
  world.clock.advance({ seconds: 31 });
  await startLeaseLoop(world.deps, [slow]).runUntilIdle();
  answer(accepted);
  await running;
  expect(slow.requests).toHaveLength(1);
  expect(await world.deliveries()).toMatchObject([{ state: 'accepted' }]);
  expect(await world.records()).toMatchObject([{ type: 2 }]);
  expect(await world.metric('tocsin_delivery_duplicates_suppressed_total')).toBe(1);
});

test('an answer that comes after the page was repeated is dropped', async () => {
  let answer: (outcome: SendOutcome) => void = () => undefined;
  const slow = scriptedChannel(world.clock, [
    () =>
      new Promise<SendOutcome>((resolve) => {
        answer = resolve;
      }),
  ]);
  const loop = startDeliveryLoop(world.deps, slow);
  await world.owe({});
  const running = loop.runUntilIdle();
  await expect.poll(() => slow.requests.length).toBe(1);
  world.clock.advance({ seconds: 31 });
  const other = scriptedChannel(world.clock, [accepted]);
  await startLeaseLoop(world.deps, [other]).runUntilIdle();
  await startDeliveryLoop(world.deps, other).runUntilIdle();
  answer({ kind: 'rejected', code: 5, reason: 'too late to count' });
  await running;
  expect(await world.records()).toMatchObject([{ type: 2 }]);
});

test.each([2, 8])('%i loops side by side send each page once', async (count) => {
  const channels = Array.from({ length: count }, () => scriptedChannel(world.clock, [accepted]));
  const loops = channels.map((channel) => startDeliveryLoop(world.deps, channel));
  const users = await Promise.all(Array.from({ length: 5 }, () => world.user()));
  await world.owe(...Array.from({ length: 400 }, (_, i) => ({ key: `k${i}`, userId: users[i % 5] as string })));
  await Promise.all(loops.map((loop) => loop.runUntilIdle()));
  const sent = channels.flatMap(({ requests }) => requests.map(({ key }) => key));
  expect(sent).toHaveLength(400);
  expect(new Set(sent).size).toBe(400);
  expect(await world.records()).toHaveLength(400);
});

test('a channel that hangs does not delay another', async () => {
  const hanging = scriptedChannel(world.clock, ['hang'], { requestTimeoutMs: 60_000 });
  const other = scriptedChannel(world.clock, [accepted], { id: 'webhook' });
  await world.owe({}, { channel: 'webhook' });
  void startDeliveryLoop(world.deps, hanging).runUntilIdle();
  await startDeliveryLoop(world.deps, other).runUntilIdle();
  expect(other.requests).toHaveLength(1);
});

test('a page does not wait until the outcome of the one before it is written', async () => {
  const channel = scriptedChannel(world.clock, [accepted], { concurrency: 1 });
  let goOn: () => void = () => undefined;
  const written = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  channel.saveAttempts = () => written;
  await world.owe({ key: 'one' }, { key: 'two' });
  const loop = startDeliveryLoop({ ...world.deps, manual: false }, channel);
  await vi.waitFor(() => expect(channel.requests).toHaveLength(2), { timeout: 10_000 });
  expect(await world.deliveries()).toMatchObject([{ state: 'sending' }, { state: 'sending' }]);
  goOn();
  await loop.stop();
  expect(await world.deliveries()).toMatchObject([{ state: 'accepted' }, { state: 'accepted' }]);
});

test('a request that hangs is aborted at its time-out and tried again', async () => {
  const channel = scriptedChannel(world.clock, ['hang', accepted], { requestTimeoutMs: 30 });
  const loop = startDeliveryLoop(world.deps, channel);
  await world.owe({});
  await runFor(loop, 60);
  expect(channel.requests).toHaveLength(2);
  expect(await world.records()).toMatchObject([{ type: 2 }]);
});

test('a claim that waited for its message asks again before it is sent', async () => {
  const group = await world.group();
  const channel = scriptedChannel(world.clock, [accepted]);
  const prepare = channel.prepare;
  channel.prepare = async (deliveries) => {
    world.clock.advance({ seconds: 2 });
    await world.acknowledge(group);
    return prepare(deliveries);
  };
  await world.owe({ alertGroupId: group });
  await startDeliveryLoop(world.deps, channel).runUntilIdle();
  expect(channel.requests).toHaveLength(0);
  expect(await world.records()).toMatchObject([{ type: 3, reason: 'the alert group was acknowledged' }]);
});

test('a channel without an adapter fails once, visibly, with code 24', async () => {
  const leases = startLeaseLoop(world.deps, [scriptedChannel(world.clock, [accepted])]);
  await world.owe({ channel: 'sms' }, { channel: 'mattermost' });
  await leases.runUntilIdle();
  await leases.runUntilIdle();
  expect(await world.records()).toMatchObject([
    { type: 3, channel: 'sms', error_code: 24 },
    { type: 3, channel: 'mattermost', error_code: 24 },
  ]);
});

test('a message that cannot be prepared is tried again', async () => {
  let broken = true;
  const channel = scriptedChannel(world.clock, [accepted]);
  const prepare = channel.prepare;
  channel.prepare = async (deliveries) => {
    if (broken) throw new Error('database away');
    return prepare(deliveries);
  };
  const loop = startDeliveryLoop(world.deps, channel);
  await world.owe({});
  await loop.runUntilIdle();
  broken = false;
  await runFor(loop, 60);
  expect(await world.records()).toMatchObject([{ type: 2 }]);
});
