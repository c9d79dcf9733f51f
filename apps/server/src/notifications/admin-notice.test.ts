import { afterEach, beforeEach, expect, test } from 'vitest';
import { inTransaction } from '../platform/db/create-db.ts';
import { createJobQueue, runJobsOnce } from '../platform/jobs/index.ts';
import { type NotificationWorld, ORG, startNotificationWorld } from '../testing/notifications.ts';
import { startSmtpServer, type TestSmtpServer } from '../testing/smtp.ts';
import type { AdminNotice } from './admin-notice.ts';
import { createAdminNotices } from './start-notifications.ts';

let world: NotificationWorld;
let smtp: TestSmtpServer;
beforeEach(async () => {
  [world, smtp] = await Promise.all([startNotificationWorld(), startSmtpServer()]);
});
afterEach(async () => {
  await smtp[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

const notice: AdminNotice = {
  organizationId: ORG,
  kind: 'nobody_notified',
  subject: 'Nobody was\r\nBcc: x',
  text: 'Group #31 reached <nobody>.',
};

const create = (hasServer = true) =>
  createAdminNotices({
    db: world.db,
    clock: world.clock,
    log: world.deps.log,
    jobs: createJobQueue(world.clock),
    settings: () => (hasServer ? smtp.settings() : null),
    baseUrl: 'https://tocsin.harbor.example',
  });

test('active admins hear of trouble, at most once per kind and ten minutes', async () => {
  await world.user({ role: 'admin', email: 'anna@harbor.example' });
  await world.user({ role: 'admin', email: 'ben@harbor.example' });
  await world.user({ role: 'admin', email: 'gone@harbor.example', isActive: false });
  await world.user({ role: 'editor', email: 'ed@harbor.example' });
  const admins = create();
  const tell = async (kind: string) => {
    await inTransaction(world.db, (tx) => admins.notify(tx, { ...notice, kind }, world.clock.now()));
    await runJobsOnce(world.db, [admins.job], {}, world.clock.now());
  };
  await tell('nobody_notified');
  await tell('nobody_notified');
  expect(smtp.envelopes.flatMap(({ to }) => to).sort()).toEqual(['anna@harbor.example', 'ben@harbor.example']);
  expect(smtp.mails[0]?.subject).toBe('Tocsin: Nobody was Bcc: x');
  expect(smtp.mails[0]?.text).toContain('Group #31 reached <nobody>.\n\nhttps://tocsin.harbor.example');
  await tell('page_unaccounted');
  expect(smtp.mails).toHaveLength(4);
  world.clock.advance({ minutes: 10 });
  await tell('nobody_notified');
  expect(smtp.mails).toHaveLength(6);
});

test('a notice whose transaction is rolled back is not sent and does not silence the next', async () => {
  await world.user({ role: 'admin' });
  const admins = create();
  const lost = inTransaction(world.db, async (tx) => {
    await admins.notify(tx, notice, world.clock.now());
    throw new Error('rolled back');
  });
  await expect(lost).rejects.toThrow('rolled back');
  await inTransaction(world.db, (tx) => admins.notify(tx, notice, world.clock.now()));
  await runJobsOnce(world.db, [admins.job], {}, world.clock.now());
  expect(smtp.mails).toHaveLength(1);
});

test('a mail server in trouble fails the job, which then runs again, until the notice is old', async () => {
  await world.user({ role: 'admin' });
  smtp.onRecipient = () => ({ code: 421, text: 'later' });
  const admins = create();
  await inTransaction(world.db, (tx) => admins.notify(tx, notice, world.clock.now()));
  await expect(runJobsOnce(world.db, [admins.job], {}, world.clock.now())).rejects.toThrow('421 later');
  world.clock.advance({ minutes: 61 });
  await runJobsOnce(world.db, [admins.job], {}, world.clock.now());
  expect(smtp.mails).toHaveLength(0);
});

test('without a mail server nothing breaks', async () => {
  await world.user({ role: 'admin' });
  const admins = create(false);
  await inTransaction(world.db, (tx) => admins.notify(tx, notice, world.clock.now()));
  expect(await runJobsOnce(world.db, [admins.job], {}, world.clock.now())).toEqual(['notifications.admin_notice']);
});
