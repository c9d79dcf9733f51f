import { sql } from 'kysely';
import type { Channel, ClaimedDelivery, SendOutcome } from '../notifications/channel.ts';
import type { DeliveryDeps } from '../notifications/delivery/loop.ts';
import { createDeliveryMetrics } from '../notifications/delivery/metrics.ts';
import type { PossibleDuplicate } from '../notifications/delivery/outcomes.ts';
import { type OwedDelivery, oweDeliveries } from '../notifications/ledger.ts';
import { createTestClock, type TestClock } from '../platform/clock.ts';
import { inTransaction } from '../platform/db/create-db.ts';
import type { Db } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';
import { createLogger } from '../platform/log.ts';
import { createMetrics } from '../platform/metrics.ts';
import { createTestDatabase } from './test-database.ts';

export const ORG = 'ONOTIFY';

/** A database with an organization, its users and groups, and what delivery loops need; pages are owed straight in the ledger. */
export interface NotificationWorld extends AsyncDisposable {
  db: Db;
  clock: TestClock;
  deps: DeliveryDeps;
  duplicates: PossibleDuplicate[];
  user(
    fields?: Partial<{ id: string; email: string; username: string; name: string; role: string; isActive: boolean }>,
  ): Promise<string>;
  integration(fields?: Partial<{ type: string; name: string; templates: unknown; acknowledgeHosts: unknown }>): Promise<string>;
  group(fields?: Partial<{ integrationId: string; title: string; payload: unknown; number: number }>): Promise<string>;
  owe(...pages: Partial<OwedDelivery>[]): Promise<void>;
  acknowledge(groupId: string, fields?: { byUserId?: string }): Promise<void>;
  deliveries(): Promise<
    { key: string; state: string; attempts: number; error_code: number | null; reason: string | null; due_at: Date | null }[]
  >;
  records(): Promise<{ user_id: string; type: number; channel: string; error_code: number | null; reason: string | null }[]>;
  metric(name: string): Promise<number>;
}

export async function startNotificationWorld(options: { at?: string; poolSize?: number } = {}): Promise<NotificationWorld> {
  const database = await createTestDatabase({ poolSize: options.poolSize ?? 10 });
  const { db } = database;
  const clock = createTestClock(options.at ?? '2026-03-02T09:00:00Z');
  const metrics = createMetrics({ runtime: false });
  const duplicates: PossibleDuplicate[] = [];
  await sql`insert into organization (id, name, created_at) values (${ORG}, 'Harbor', ${clock.now()})`.execute(db);
  let count = 0;
  const next = () => {
    count += 1;
    return count;
  };
  let defaultUser: Promise<string> | undefined;
  let defaultGroup: Promise<string> | undefined;
  let defaultIntegration: Promise<string> | undefined;
  const world: NotificationWorld = {
    db,
    clock,
    duplicates,
    deps: {
      db,
      clock,
      log: createLogger({ level: 'silent' }),
      metrics: createDeliveryMetrics(metrics, db, clock.now),
      dailyLimits: { email: 200, phone: 200 },
      recordDuplicates: async (_tx, added) => {
        duplicates.push(...added);
      },
      manual: true,
      random: () => 0,
    },
    async user(fields = {}) {
      const n = next();
      const id = fields.id ?? newId('U');
      await sql`
        insert into users (organization_id, id, grafana_id, username, email, name, role, is_active, created_at)
        values (${ORG}, ${id}, ${n}, ${fields.username ?? `user${n}`}, ${fields.email ?? `user${n}@harbor.example`},
                ${fields.name ?? ''}, ${fields.role ?? 'editor'}, ${fields.isActive ?? true}, ${clock.now()})`.execute(db);
      return id;
    },
    async integration(fields = {}) {
      const id = newId('C');
      await sql`
        insert into integration (organization_id, id, type, name, token, templates, acknowledge_hosts, created_at, updated_at)
        values (${ORG}, ${id}, ${fields.type ?? 'webhook'}, ${fields.name ?? 'Dock probes'}, ${newId('T')},
                ${JSON.stringify(fields.templates ?? {})}::jsonb, ${JSON.stringify(fields.acknowledgeHosts ?? [])}::jsonb,
                ${clock.now()}, ${clock.now()})`.execute(db);
      return id;
    },
    async group(fields = {}) {
      defaultIntegration ??= world.integration();
      const integrationId = fields.integrationId ?? (await defaultIntegration);
      const id = newId('I');
      const alertId = newId('A');
      const at = clock.now();
      await sql`
        insert into alert_group (organization_id, id, number, integration_id, grouping_key, title, received_at, started_at, alerts_count,
                                 first_alert_id, last_alert_id, last_alert_at)
        values (${ORG}, ${id}, ${fields.number ?? next()}, ${integrationId}, ${newId('K')}, ${fields.title ?? 'Crane controller unreachable'},
                ${at}, ${at}, 1, ${alertId}, ${alertId}, ${at})`.execute(db);
      await sql`
        insert into alert (organization_id, id, alert_group_id, integration_id, created_at, received_at, payload)
        values (${ORG}, ${alertId}, ${id}, ${integrationId}, ${at}, ${at}, ${JSON.stringify(fields.payload ?? { probe: 'crane-7' })})`.execute(
        db,
      );
      return id;
    },
    async owe(...pages) {
      defaultUser ??= world.user();
      defaultGroup ??= world.group();
      const [userId, alertGroupId] = [await defaultUser, await defaultGroup];
      const owed = pages.map(
        (page): OwedDelivery => ({
          organizationId: ORG,
          key: `key-${next()}`,
          channel: 'email',
          alertGroupId,
          userId,
          personalRunId: null,
          ruleId: null,
          important: false,
          paged: false,
          ...page,
        }),
      );
      await inTransaction(db, (tx) => oweDeliveries(tx, owed, clock.now()));
    },
    async acknowledge(groupId, fields = {}) {
      await sql`update alert_group set acknowledged_at = ${clock.now()}, acknowledged_by = 1, acknowledged_by_user_id = ${fields.byUserId ?? null}
                where id = ${groupId}`.execute(db);
    },
    deliveries: async () =>
      db.selectFrom('delivery').select(['key', 'state', 'attempts', 'error_code', 'reason', 'due_at']).orderBy('id').execute(),
    records: async () =>
      (
        await sql<{ user_id: string; type: number; channel: string; error_code: number | null; reason: string | null }>`
          select user_id, type, channel, error_code, reason from notification_record order by id`.execute(db)
      ).rows,
    async metric(name) {
      const { text } = await metrics.expose();
      const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
      return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
  return world;
}

export type Answer = SendOutcome | 'hang' | (() => SendOutcome | Promise<SendOutcome>);
export type Request = { key: string; attempt: number; idempotencyKey: string; at: Date };

/** A channel whose provider follows a script; the last answer repeats. Requests are kept in their order. */
export function scriptedChannel(
  clock: TestClock,
  answers: readonly Answer[],
  options: Partial<Channel<ClaimedDelivery>> & { circuitKey?: (delivery: ClaimedDelivery) => string } = {},
): Channel<ClaimedDelivery> & { requests: Request[] } {
  const requests: Request[] = [];
  const { circuitKey = () => 'provider', ...rest } = options;
  return {
    id: 'email',
    concurrency: 10,
    requests,
    prepare: async (deliveries) =>
      new Map(deliveries.map((delivery) => [delivery.id, { ok: true, message: delivery, circuitKey: circuitKey(delivery) }])),
    async send(delivery, idempotencyKey, signal) {
      requests.push({ key: delivery.key, attempt: delivery.attempt, idempotencyKey, at: clock.now() });
      const answer = answers[Math.min(requests.length, answers.length) - 1] ?? { kind: 'accepted' };
      if (answer === 'hang') {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return { kind: 'transient', reason: 'timed out', blames: 'provider' };
      }
      return typeof answer === 'function' ? answer() : answer;
    },
    ...rest,
  };
}
