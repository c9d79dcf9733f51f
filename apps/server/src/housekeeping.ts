import { sql } from 'kysely';
import { Type } from 'typebox';
import { forgetSignIns } from './access/index.ts';
import { forgetIdempotentAnswers } from './api/v1/index.ts';
import type { Context } from './context.ts';
import { domainsOf } from './domains.ts';
import { forgetEndedRuns } from './escalation/index.ts';
import { forgetRateWindows } from './integrations/index.ts';
import { forgetUsage } from './notifications/index.ts';
import { inTransaction } from './platform/db/create-db.ts';
import type { Db } from './platform/db/database.ts';
import { type CronEntry, defineJob } from './platform/jobs/index.ts';
import { applyRetention } from './retention.ts';
import { forgetScheduleEvents } from './schedules/index.ts';
import { tellOfTokens } from './token-events.ts';
import { sealPlainHeaders } from './webhooks/index.ts';

/** Tables that are partitioned by month. */
const PARTITIONED = ['alert', 'timeline_record', 'notification_record'];
/** Any number; processes agree on it. */
const PARTITION_LOCK = 7_205_759_406;

/** Makes the partitions of the instant's month and of the two after it, where they are missing. */
export async function ensurePartitions(db: Db, now: Date): Promise<void> {
  const months = [0, 1, 2].map((ahead) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1)).toISOString().slice(0, 10),
  );
  for (const parent of PARTITIONED) {
    for (const month of months) {
      await inTransaction(db, async (tx) => {
        await sql`select pg_advisory_xact_lock(${PARTITION_LOCK})`.execute(tx);
        await sql`select ensure_month_partition(${parent}, ${month}::date)`.execute(tx);
      });
    }
  }
}

const keepPartitions = defineJob({
  name: 'housekeeping.partitions',
  payload: Type.Object({}),
  run: ({ db, clock }: Context) => ensurePartitions(db, clock.now()),
});

/** What only its own time asks for: counters of an integration's five minutes and of a person's day, answers kept to be repeated. */
export async function forgetOldCounters(db: Db, now: Date): Promise<void> {
  await forgetRateWindows(db, now);
  await forgetUsage(db, now);
  await forgetIdempotentAnswers(db, now);
  await forgetSignIns(db, now);
}

const forgetCounters = defineJob({
  name: 'housekeeping.counters',
  payload: Type.Object({}),
  run: ({ db, clock }: Context) => forgetOldCounters(db, clock.now()),
});

const keepRetention = defineJob({
  name: 'housekeeping.retention',
  payload: Type.Object({}),
  run: (ctx: Context) => applyRetention({ db: ctx.db, clock: ctx.clock, hooks: domainsOf(ctx).hooks }),
});

const forgetHistory = defineJob({
  name: 'housekeeping.history',
  payload: Type.Object({}),
  run: async ({ db, clock }: Context) => {
    await forgetEndedRuns(db, clock.now());
    await forgetScheduleEvents(db, clock.now());
  },
});

const sealSecrets = defineJob({
  name: 'housekeeping.secrets',
  payload: Type.Object({}),
  run: async ({ db, secrets }: Context) => void (await sealPlainHeaders(db, secrets)),
});

const tellOwnersOfTokens = defineJob({
  name: 'access.token_notices',
  payload: Type.Object({}),
  run: (ctx: Context) => {
    const { tellPerson, notifyAdmins } = domainsOf(ctx);
    return tellOfTokens({ db: ctx.db, tellPerson, notifyAdmins }, ctx.clock.now());
  },
});

/** What keeps the installation in order, whatever the domains. */
export const HOUSEKEEPING_JOBS = [keepPartitions, forgetCounters, keepRetention, forgetHistory, sealSecrets, tellOwnersOfTokens];
export const HOUSEKEEPING_CRON: readonly CronEntry<Context>[] = [
  { job: keepPartitions, match: '7 */6 * * *', backfillMs: 6 * 3_600_000 },
  { job: forgetCounters, match: '37 * * * *' },
  { job: keepRetention, match: '47 * * * *' },
  { job: forgetHistory, match: '27 3 * * *' },
  { job: sealSecrets, match: '17 * * * *', backfillMs: 3_600_000 },
  { job: tellOwnersOfTokens, match: '*/5 * * * *' },
];
