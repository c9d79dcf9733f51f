import { sql } from 'kysely';
import { inTransaction } from '../../platform/db/create-db.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import { prepared } from '../../platform/db/prepared.ts';
import type { Log } from '../../platform/log.ts';
import type { Attempted, Channel, ClaimedDelivery } from '../channel.ts';
import { channelInfo } from '../channels.ts';
import { RECORD, RECORD_STEP } from '../records.ts';
import { utcDay } from './claim.ts';
import type { Decision } from './decide.ts';

/** Back to the ledger without an attempt: the circuit of its receiver is open. */
export type Hold = { state: 'held'; dueAt: Date; code: number; reason: string };

export type Outcome = {
  delivery: ClaimedDelivery;
  decision: Decision | Hold;
  /** Absent when nothing was sent. */
  attempted?: Attempted<unknown>;
  at: Date;
};

/** A repeat may page somebody twice; people see that in the timeline (record 103). */
export type PossibleDuplicate = {
  organizationId: string;
  alertGroupId: string;
  userId: string | null;
  channel: string;
  reason: string;
  at: Date;
};
export type RecordDuplicates = (tx: Tx, duplicates: readonly PossibleDuplicate[]) => Promise<void>;

/** `late`: an acceptance that came after its lease, and saved the repeat. */
export type Taken = 'in_time' | 'late';

type Written = { id: number; attempt: number; was_late: boolean };

/**
 * Writes what became of attempts, in the one transaction that also holds the final notification records, the channel's own records and
 * the timeline. An outcome counts only while its attempt is the row's current one: what comes after its lease had ended, and was
 * taken over, is dropped. An acceptance is still taken while the repeat has not begun, which saves the repeat.
 * @returns the outcomes that were taken, and whether they came after their lease; of two attempts of a delivery one at most
 */
export async function writeOutcomes(
  tx: Tx,
  channel: Pick<Channel, 'id' | 'saveAttempts'>,
  outcomes: readonly Outcome[],
  recordDuplicates: RecordDuplicates,
): Promise<ReadonlyMap<Outcome, Taken>> {
  const column = <T>(read: (outcome: Outcome) => T): T[] => outcomes.map(read);
  const { rows } = await prepared(sql<Written>`
    with o as (
      select * from unnest(
        ${column((o) => o.delivery.organizationId)}::text[], ${column((o) => o.delivery.id)}::bigint[],
        ${column((o) => o.delivery.attempt)}::int[], ${column((o) => o.decision.state)}::text[],
        ${column(({ decision }) => ('dueAt' in decision ? decision.dueAt : null))}::timestamptz[],
        ${column(({ decision }) => ('code' in decision ? decision.code : null))}::smallint[],
        ${column(({ decision }) => ('reason' in decision ? decision.reason : null))}::text[],
        ${column(({ decision }) => ('providerId' in decision ? decision.providerId : null))}::text[],
        ${column(({ decision }) => 'because' in decision && decision.because === 'unknown')}::boolean[],
        ${column((o) => o.at)}::timestamptz[]
      ) as o (organization_id, id, attempt, state, due_at, code, reason, provider_id, is_unknown, at)
    ), changed as (
      update delivery d set
        state = case when o.state = 'held' then 'owed' else o.state end,
        due_at = o.due_at, lease_until = null,
        attempts = d.attempts - (o.state = 'held')::int,
        unknown_attempts = d.unknown_attempts + (o.is_unknown or o.state = 'unknown')::int,
        provider_id = coalesce(o.provider_id, d.provider_id),
        error_code = o.code, reason = o.reason,
        finished_at = case when o.state in ('owed', 'held') then null else o.at end
      from o, delivery before
      where d.organization_id = o.organization_id and d.id = o.id and d.attempts = o.attempt
        and before.organization_id = d.organization_id and before.id = d.id
        and (d.state = 'sending' or (d.state = 'owed' and d.unknown_attempts > 0 and o.state in ('accepted', 'delivered')))
      returning d.*, o.at, o.attempt, before.state = 'owed' as was_late
    ), recorded as (
      insert into notification_record (organization_id, alert_group_id, user_id, created_at, type, step, channel, rule_id, important,
                                       error_code, reason, delivery_id)
      select organization_id, alert_group_id, user_id, at,
             case when state in ('accepted', 'delivered') then ${RECORD.success} else ${RECORD.failed} end::smallint,
             ${RECORD_STEP.notify}::smallint, channel, rule_id, important, error_code, reason, id::text
      from changed where state <> 'owed' and user_id is not null
    )
    select id, attempt, was_late from changed`).execute(tx);
  const lateness = new Map(rows.map((row): [string, Taken] => [`${row.id} ${row.attempt}`, row.was_late ? 'late' : 'in_time']));
  const taken = new Map(
    outcomes.flatMap((outcome): [Outcome, Taken][] => {
      const how = lateness.get(`${outcome.delivery.id} ${outcome.delivery.attempt}`);
      return how === undefined ? [] : [[outcome, how]];
    }),
  );
  const written = [...taken.keys()];
  await giveBackUsage(tx, written);
  const attempts = written.flatMap((outcome) => (outcome.attempted === undefined ? [] : [outcome.attempted]));
  if (attempts.length > 0) await channel.saveAttempts?.(tx, attempts);
  const duplicates = written.flatMap(({ delivery, decision, at }): PossibleDuplicate[] =>
    decision.state === 'owed' && decision.because === 'unknown'
      ? [
          {
            organizationId: delivery.organizationId,
            alertGroupId: delivery.alertGroupId,
            userId: delivery.userId,
            channel: delivery.channel,
            reason: decision.reason,
            at,
          },
        ]
      : [],
  );
  if (duplicates.length > 0) await recordDuplicates(tx, duplicates);
  return taken;
}

/** Pages that the provider did not take do not count against the day's limit (escalation.md 3.7). */
async function giveBackUsage(tx: Tx, written: readonly Outcome[]): Promise<void> {
  const unsent = written.filter(
    ({ delivery, decision }) =>
      delivery.userId !== null &&
      kindOf(delivery) !== null &&
      (decision.state === 'rejected' || decision.state === 'failed' || (decision.state === 'held' && delivery.attempt === 1)),
  );
  if (unsent.length === 0) return;
  await sql`
    update notification_usage u set used = greatest(0, u.used - s.n)
    from (
      select organization_id, user_id, kind, day, count(*)::int as n
      from unnest(${unsent.map((o) => o.delivery.organizationId)}::text[], ${unsent.map((o) => o.delivery.userId)}::text[],
                  ${unsent.map((o) => kindOf(o.delivery))}::text[], ${unsent.map((o) => utcDay(o.delivery.firstAttemptAt))}::date[])
           as s (organization_id, user_id, kind, day)
      group by 1, 2, 3, 4
    ) s
    where u.organization_id = s.organization_id and u.user_id = s.user_id and u.kind = s.kind and u.day = s.day`.execute(tx);
}

const kindOf = (delivery: ClaimedDelivery): string | null => channelInfo(delivery.channel).usageKind;

type Waiting = { outcome: Outcome; done: (taken: Taken | 'dropped') => void };

export interface OutcomeWriter {
  /** Settles when the outcome is durable, or is known to have come too late to count. */
  write(outcome: Outcome): Promise<Taken | 'dropped'>;
}

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;
const MOST_AT_ONCE = 200;
/** After a write of many: more are coming, and they cost less together. */
const REST = { afterOutcomes: 10, ms: 20 };

/**
 * Writes outcomes together: those that arrive while a write is under way share the next one. While the database is away it keeps
 * them and tries again, since a lost outcome would mean a second page. One that cannot be written holds up no other: fewer are tried
 * together until it is alone, and then it waits behind the rest.
 */
export function createOutcomeWriter(
  deps: { db: Db; log: Log; recordDuplicates: RecordDuplicates; sleep: (ms: number) => Promise<void> },
  channel: Pick<Channel, 'id' | 'saveAttempts'>,
): OutcomeWriter {
  let waiting: Waiting[] = [];
  let writing = false;

  async function writeAll(): Promise<void> {
    writing = true;
    // Outcomes of the same turn of the event loop come together.
    await new Promise((resolve) => setImmediate(resolve));
    let retryMs = FIRST_RETRY_MS;
    let most = MOST_AT_ONCE;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, most);
      try {
        const outcomes = batch.map(({ outcome }) => outcome).sort((a, b) => a.delivery.id - b.delivery.id);
        const taken = await inTransaction(deps.db, (tx) => writeOutcomes(tx, channel, outcomes, deps.recordDuplicates));
        waiting = waiting.slice(batch.length);
        retryMs = FIRST_RETRY_MS;
        most = Math.min(most * 2, MOST_AT_ONCE);
        for (const { outcome, done } of batch) done(taken.get(outcome) ?? 'dropped');
        if (batch.length > REST.afterOutcomes) await deps.sleep(REST.ms);
      } catch (err) {
        deps.log.error(
          { err, channel: channel.id, outcomes: batch.length, retryMs },
          'outcomes of deliveries could not be written',
        );
        most = Math.max(1, Math.floor(batch.length / 2));
        if (batch.length === 1) waiting = [...waiting.slice(1), ...batch];
        await deps.sleep(retryMs);
        retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
      }
    }
    writing = false;
  }

  return {
    write: (outcome) =>
      new Promise((done) => {
        waiting.push({ outcome, done });
        if (!writing) void writeAll();
      }),
  };
}
