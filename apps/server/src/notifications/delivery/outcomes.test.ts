import { sql } from 'kysely';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { type NotificationWorld, scriptedChannel, startNotificationWorld } from '../../testing/notifications.ts';
import type { Attempted, ClaimedDelivery } from '../channel.ts';
import { claimDue } from './claim.ts';
import { createOutcomeWriter, type Outcome } from './outcomes.ts';

let world: NotificationWorld;
beforeEach(async () => {
  await world?.[Symbol.asyncDispose]();
  world = await startNotificationWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

async function claimed(count: number): Promise<readonly ClaimedDelivery[]> {
  for (let n = 0; n < count; n += 1) await world.owe({ key: `page ${n}` });
  const now = world.clock.now();
  const leaseUntil = new Date(now.getTime() + 60_000);
  return (await claimDue(world.db, { channel: 'email', now, leaseUntil, limit: count })).claimed;
}

function acceptance(delivery: ClaimedDelivery): Outcome {
  const at = world.clock.now();
  const outcome = { kind: 'accepted' } as const;
  return { delivery, decision: { state: 'accepted', providerId: null }, attempted: { delivery, message: '', outcome, at }, at };
}

test('an outcome that cannot be written holds up no other, and is written when it can be', async () => {
  const [poison, ...others] = await claimed(4);
  if (poison === undefined) throw new Error('nothing was claimed');
  let heal = () => {};
  const healed = new Promise<void>((resolve) => {
    heal = resolve;
  });
  let othersAreWritten = false;
  const saveAttempts = async (_tx: unknown, attempts: readonly Attempted<unknown>[]): Promise<void> => {
    if (!othersAreWritten && attempts.some(({ delivery }) => delivery.id === poison.id)) throw new Error('not this one');
  };
  const sleep = () => (othersAreWritten ? healed : Promise.resolve());
  const writer = createOutcomeWriter({ ...world.deps, sleep }, { id: 'email', saveAttempts });
  const last = writer.write(acceptance(poison));
  expect(await Promise.all(others.map((delivery) => writer.write(acceptance(delivery))))).toEqual(others.map(() => 'in_time'));
  othersAreWritten = true;
  heal();
  expect(await last).toBe('in_time');
  expect(await world.deliveries()).toMatchObject(Array.from({ length: 4 }, () => ({ state: 'accepted' })));
});

test('of two attempts of a page that are written together only the current one counts', async () => {
  const [first] = await claimed(1);
  if (first === undefined) throw new Error('nothing was claimed');
  await sql`update delivery set attempts = 2 where id = ${first.id}`.execute(world.db);
  const saved: number[] = [];
  const channel = {
    ...scriptedChannel(world.clock, []),
    saveAttempts: async (_tx: unknown, attempts: readonly Attempted<unknown>[]): Promise<void> => {
      saved.push(...attempts.map(({ delivery }) => delivery.attempt));
    },
  };
  const writer = createOutcomeWriter({ ...world.deps, sleep: () => Promise.resolve() }, channel);
  const taken = [first, { ...first, attempt: 2 }].map((delivery) => writer.write(acceptance(delivery)));
  expect(await Promise.all(taken)).toEqual(['dropped', 'in_time']);
  expect(saved).toEqual([2]);
});
