import { afterAll, beforeAll, expect, test } from 'vitest';
import { inTransaction } from '../../platform/db/create-db.ts';
import { type NotificationWorld, ORG, startNotificationWorld } from '../../testing/notifications.ts';
import type { NotificationRule, RuleType } from './rule.ts';
import { createRule, deleteRule, findRule, listRules, updateRule } from './rule-store.ts';

let world: NotificationWorld;
beforeAll(async () => {
  world = await startNotificationWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const add = (
  userId: string,
  type: RuleType,
  fields: { important?: boolean; waitSeconds?: number; position?: number } = {},
): Promise<NotificationRule> =>
  inTransaction(world.db, (tx) =>
    createRule(
      tx,
      ORG,
      { userId, type, important: fields.important ?? false, waitSeconds: fields.waitSeconds ?? null },
      fields.position === undefined ? null : { position: fields.position, swap: false },
      world.clock.now(),
    ),
  );
const typesOf = async (userId: string, important = false) => {
  const page = await listRules(world.db, ORG, { userId, important }, { kind: 'page', page: 1, size: 50 });
  return page.rows.map(({ type }) => type);
};

test('rules keep their order, and a new one can be put between them', async () => {
  const user = await world.user();
  await add(user, 'notify_by_email');
  await add(user, 'notify_by_sms');
  await add(user, 'wait', { waitSeconds: 300, position: 1 });
  expect(await typesOf(user)).toEqual(['notify_by_email', 'wait', 'notify_by_sms']);
});

test('the two lists of a user do not touch each other', async () => {
  const user = await world.user();
  await add(user, 'notify_by_email');
  await add(user, 'notify_by_phone_call', { important: true });
  const page = await listRules(world.db, ORG, { userId: user }, { kind: 'page', page: 1, size: 50 });
  expect(page.rows.map(({ important, position }) => [important, position])).toEqual([
    [false, 0],
    [true, 0],
  ]);
});

test('a rule that stops being a wait forgets its duration, and can be moved', async () => {
  const user = await world.user();
  const rule = await add(user, 'wait', { waitSeconds: 60 });
  await add(user, 'notify_by_email');
  const changed = await inTransaction(world.db, (tx) =>
    updateRule(tx, ORG, rule, { type: 'notify_by_sms' }, { position: 1, swap: false }),
  );
  expect(changed).toMatchObject({ type: 'notify_by_sms', waitSeconds: null, position: 1 });
  expect(await typesOf(user)).toEqual(['notify_by_email', 'notify_by_sms']);
  await inTransaction(world.db, (tx) => deleteRule(tx, ORG, rule.id));
  expect(await findRule(world.db, ORG, rule.id)).toBeNull();
});

test('rules that are added at the same time get places of their own', async () => {
  const user = await world.user();
  await Promise.all(Array.from({ length: 6 }, () => add(user, 'notify_by_email')));
  const page = await listRules(world.db, ORG, { userId: user }, { kind: 'page', page: 1, size: 50 });
  expect(page.rows.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4, 5]);
});

test('another organization sees none of them', async () => {
  const user = await world.user();
  const rule = await add(user, 'notify_by_email');
  expect(await findRule(world.db, 'OTHER', rule.id)).toBeNull();
  expect((await listRules(world.db, 'OTHER', {}, { kind: 'page', page: 1, size: 50 })).rows).toEqual([]);
});
