import { type RawBuilder, sql } from 'kysely';
import type { Db, Tx } from '../../platform/db/database.ts';
import { prepared } from '../../platform/db/prepared.ts';
import type { ClaimedDelivery } from '../channel.ts';
import type { ChannelId, ChannelInfo } from '../channels.ts';
import { NOTIFICATION_ERROR, RECORD, RECORD_STEP } from '../records.ts';
import { type DeliveryRow, fromRow } from './delivery-row.ts';

export type ClaimRequest = {
  channel: ChannelId;
  now: Date;
  leaseUntil: Date;
  limit: number;
  /** Takes nothing in hand, only ends what is past its deadline: for the time a circuit is open. */
  overdueOnly?: boolean;
  /** Code of what ends because of its deadline, 100 when left out. */
  lateCode?: number;
};

export type ClaimResult = {
  claimed: ClaimedDelivery[];
  /** Deliveries that ended instead: withdrawn, too late, or to somebody who may not be notified. */
  ended: EndedDelivery[];
};
export type EndedDelivery = { channel: string; state: 'cancelled' | 'failed' };

type Row = DeliveryRow & { state: string };

/** What ends a delivery before an attempt: its state, the code of the final record, and what people read. */
const REFUSALS = [
  ['deleted', 'cancelled', null, 'the alert group was deleted'],
  ['wiped', 'cancelled', null, 'the alert group was wiped'],
  ['resolved', 'cancelled', null, 'the alert group was resolved'],
  ['attached', 'cancelled', null, 'the alert group was attached to another one'],
  ['acknowledged', 'cancelled', null, 'the alert group was acknowledged'],
  ['silenced', 'cancelled', null, 'the alert group was silenced'],
  ['late', 'failed', NOTIFICATION_ERROR.deadlinePassed, 'it was too late to send it'],
  ['no_user', 'failed', NOTIFICATION_ERROR.userMayNotBeNotified, 'the user does not exist any more'],
  ['inactive', 'failed', NOTIFICATION_ERROR.userMayNotBeNotified, 'the user is not active'],
  ['role', 'failed', NOTIFICATION_ERROR.userMayNotBeNotified, 'the roles of the user do not allow notifications'],
] as const;

const refusals = sql`(values ${sql.join(
  REFUSALS.map(([why, state, code, reason]) => sql`(${why}::text, ${state}::text, ${code}::smallint, ${reason}::text)`),
)}) as v (why, verdict, code, reason)`;

/**
 * Why a delivery must not be sent now, null when it may be. Reads the tables of alert groups and users, because the check has to be
 * part of the statement that claims (escalation.md 3.3, 3.4, 5.3, G18).
 */
const whyNot = (now: Date): RawBuilder<unknown> => sql`
  case
    when g.id is null then 'deleted'
    when g.wiped_at is not null then 'wiped'
    when g.resolved_at is not null then 'resolved'
    when g.root_alert_group_id is not null then 'attached'
    when g.acknowledged_at is not null and not d.paged then 'acknowledged'
    when g.acknowledged_at >= d.created_at and g.acknowledged_by_user_id = d.user_id then 'acknowledged'
    when g.silenced_at is not null and not d.paged then 'silenced'
    when d.deadline_at < ${now} then 'late'
    when d.user_id is not null and u.id is null then 'no_user'
    when not u.is_active then 'inactive'
    when not u.may_be_notified then 'role'
  end`;

/** Ends or changes the rows of `picked (organization_id, id)` by their verdicts, with the final record of each that ended. */
const settle = (picked: RawBuilder<unknown>, request: ClaimRequest, kept: RawBuilder<unknown>): RawBuilder<Row> =>
  prepared(sql<Row>`
  with picked as (${picked}), judged as (
    select d.organization_id, d.id, v.verdict,
           case when a.why = 'late' then coalesce(d.error_code, ${request.lateCode ?? null}, v.code) else v.code end as code,
           v.reason || case when a.why = 'late' then coalesce('; last attempt: ' || d.reason, '') else '' end as reason
    from picked p
    join delivery d on d.organization_id = p.organization_id and d.id = p.id
    left join alert_group g on g.organization_id = d.organization_id and g.id = d.alert_group_id
    left join users u on u.organization_id = d.organization_id and u.id = d.user_id
    cross join lateral (select ${whyNot(request.now)} as why) a
    left join ${refusals} on v.why = a.why
  ), changed as (
    update delivery d set
      state = coalesce(j.verdict, 'sending'),
      due_at = null,
      ${kept},
      error_code = case when j.verdict is null then d.error_code else j.code end,
      reason = case when j.verdict is null then d.reason else j.reason end,
      finished_at = case when j.verdict is null then null else ${request.now}::timestamptz end
    from judged j
    where d.organization_id = j.organization_id and d.id = j.id
    returning d.*
  ), recorded as (
    insert into notification_record (organization_id, alert_group_id, user_id, created_at, type, step, channel, rule_id, important,
                                     error_code, reason, delivery_id)
    select organization_id, alert_group_id, user_id, ${request.now}, ${RECORD.failed}::smallint, ${RECORD_STEP.notify}::smallint,
           channel, rule_id, important, error_code, reason, id::text
    from changed where state <> 'sending' and user_id is not null
  )
  select organization_id, id, key, channel, alert_group_id, user_id, rule_id, important, paged, attempts, unknown_attempts,
         created_at, deadline_at, first_attempt_at, state
  from changed order by deadline_at, id`);

const split = (rows: readonly Row[], channel: ChannelId): ClaimResult => ({
  claimed: rows.filter((row) => row.state === 'sending').map((row) => fromRow(row, channel)),
  ended: rows.flatMap((row) =>
    row.state === 'cancelled' || row.state === 'failed' ? [{ channel: row.channel, state: row.state }] : [],
  ),
});

/**
 * Takes due deliveries of a channel in hand, oldest first, in one statement that also looks at the world once more: what is not wanted
 * any more, or too late, ends here. Rows that another process is claiming are passed over.
 */
export async function claimDue(tx: Tx | Db, request: ClaimRequest): Promise<ClaimResult> {
  const picked = sql`
    select organization_id, id from delivery
    where channel = ${request.channel} and state = 'owed' and due_at <= ${request.now}
      ${request.overdueOnly === true ? sql`and deadline_at < ${request.now}` : sql``}
    order by due_at, id limit ${request.limit} for update skip locked`;
  const kept = sql`
    lease_until = case when j.verdict is null then ${request.leaseUntil}::timestamptz end,
    attempts = d.attempts + (j.verdict is null)::int,
    first_attempt_at = coalesce(d.first_attempt_at, case when j.verdict is null then ${request.now}::timestamptz end)`;
  return split((await settle(picked, request, kept).execute(tx)).rows, request.channel);
}

/**
 * Looks again at deliveries in hand whose request has not started within a second of the claim (escalation.md G18). Only rows are
 * written that end here, or whose lease does not last until `neededUntil`.
 * @returns the deliveries that may still be sent
 */
export async function confirmClaims(
  db: Db,
  claims: readonly ClaimedDelivery[],
  request: ClaimRequest & { neededUntil: Date },
): Promise<ClaimResult> {
  const { rows } = await prepared(sql<{ id: number }>`
    select d.id from ${inHand(claims)}
    left join alert_group g on g.organization_id = d.organization_id and g.id = d.alert_group_id
    left join users u on u.organization_id = d.organization_id and u.id = d.user_id
    where d.state = 'sending' and d.lease_until >= ${request.neededUntil} and ${whyNot(request.now)} is null`).execute(db);
  const fine = new Set(rows.map(({ id }) => id));
  const kept = claims.filter(({ id }) => fine.has(id));
  const others = claims.filter(({ id }) => !fine.has(id));
  if (others.length === 0) return { claimed: kept, ended: [] };
  const picked = sql`select d.organization_id, d.id from ${inHand(others)} where d.state = 'sending' for update of d`;
  const lease = sql`lease_until = case when j.verdict is null then ${request.leaseUntil}::timestamptz end`;
  const { claimed, ended } = split((await settle(picked, request, lease).execute(db)).rows, request.channel);
  return { claimed: [...kept, ...claimed], ended };
}

const inHand = (claims: readonly ClaimedDelivery[]) => sql`
  delivery d
  join unnest(${claims.map((c) => c.organizationId)}::text[], ${claims.map((c) => c.id)}::bigint[],
              ${claims.map((c) => c.attempt)}::int[]) as c (organization_id, id, attempt)
    on d.organization_id = c.organization_id and d.id = c.id and d.attempts = c.attempt`;

/** Ends what is owed on channels that this server has no adapter for (error 24), so that a rule for one fails visibly, once. */
export async function failUnavailable(db: Db, available: readonly string[], now: Date, limit: number): Promise<EndedDelivery[]> {
  const { rows } = await sql<EndedDelivery>`
    with picked as (
      select organization_id, id from delivery
      where channel <> all(${[...available]}::text[]) and state = 'owed' and due_at <= ${now}
      order by due_at, id limit ${limit} for update skip locked
    ), changed as (
      update delivery d set state = 'failed', due_at = null, error_code = ${NOTIFICATION_ERROR.channelUnavailable},
        reason = 'the channel is not available on this server', finished_at = ${now}
      from picked p where d.organization_id = p.organization_id and d.id = p.id
      returning d.*
    ), recorded as (
      insert into notification_record (organization_id, alert_group_id, user_id, created_at, type, step, channel, rule_id, important,
                                       error_code, reason, delivery_id)
      select organization_id, alert_group_id, user_id, ${now}, ${RECORD.failed}::smallint, ${RECORD_STEP.notify}::smallint,
             channel, rule_id, important, error_code, reason, id::text
      from changed where user_id is not null
    )
    select channel, state from changed`.execute(db);
  return rows;
}

/** When the earliest delivery still owed on a channel becomes due. */
export async function nextDueAt(db: Db, channel: string): Promise<Date | null> {
  const { rows } = await prepared(sql<{ due_at: Date | null }>`
    select min(due_at) as due_at from delivery where channel = ${channel} and state = 'owed'`).execute(db);
  return rows[0]?.due_at ?? null;
}

/**
 * Counts first attempts against the users' daily limits and ends those beyond them (escalation.md 3.7). Runs in the transaction of the
 * claim. @returns the deliveries that may be sent, with what is left of the day, and those that ended
 */
export async function applyDailyLimit(
  tx: Tx,
  info: ChannelInfo,
  claimed: readonly ClaimedDelivery[],
  limitPerDay: number,
  now: Date,
): Promise<ClaimResult> {
  const first = claimed.filter((delivery) => delivery.attempt === 1 && delivery.userId !== null);
  if (info.usageKind === null || first.length === 0) return { claimed: [...claimed], ended: [] };
  const { rows } = await prepared(sql<{ organization_id: string; user_id: string; used: number; added: number }>`
    with added as (
      select organization_id, user_id, count(*)::int as n
      from unnest(${first.map((d) => d.organizationId)}::text[], ${first.map((d) => d.userId)}::text[]) as f (organization_id, user_id)
      group by 1, 2 order by 1, 2
    ), counted as (
      insert into notification_usage as u (organization_id, user_id, kind, day, used)
      select organization_id, user_id, ${info.usageKind}, ${utcDay(now)}::date, n from added
      on conflict (organization_id, user_id, kind, day) do update set used = u.used + excluded.used
      returning organization_id, user_id, used
    )
    select c.organization_id, c.user_id, c.used, a.n as added from counted c join added a using (organization_id, user_id)`).execute(
    tx,
  );
  const usedBefore = new Map(rows.map((row) => [`${row.organization_id} ${row.user_id}`, row.used - row.added]));
  const kept: ClaimedDelivery[] = [];
  const over: ClaimedDelivery[] = [];
  for (const delivery of claimed) {
    const owner = `${delivery.organizationId} ${delivery.userId}`;
    const before = usedBefore.get(owner);
    if (delivery.attempt !== 1 || before === undefined) {
      kept.push(delivery);
      continue;
    }
    usedBefore.set(owner, before + 1);
    if (before >= limitPerDay) over.push(delivery);
    else kept.push({ ...delivery, leftToday: limitPerDay - before - 1 });
  }
  if (over.length > 0) await failOverLimit(tx, info, over, limitPerDay, now);
  return { claimed: kept, ended: over.map(({ channel }) => ({ channel, state: 'failed' })) };
}

async function failOverLimit(
  tx: Tx,
  info: ChannelInfo,
  over: readonly ClaimedDelivery[],
  limitPerDay: number,
  now: Date,
): Promise<void> {
  await sql`
    with changed as (
      update delivery d set state = 'failed', lease_until = null, attempts = 0, first_attempt_at = null, error_code = ${info.limitCode},
        reason = ${`the limit of ${limitPerDay} a day is used up`}, finished_at = ${now}
      from unnest(${over.map((d) => d.organizationId)}::text[], ${over.map((d) => d.id)}::bigint[]) as o (organization_id, id)
      where d.organization_id = o.organization_id and d.id = o.id
      returning d.*
    )
    insert into notification_record (organization_id, alert_group_id, user_id, created_at, type, step, channel, rule_id, important,
                                     error_code, reason, delivery_id)
    select organization_id, alert_group_id, user_id, ${now}, ${RECORD.failed}::smallint, ${RECORD_STEP.notify}::smallint,
           channel, rule_id, important, error_code, reason, id::text
    from changed`.execute(tx);
}

/** The day that limits count in, as `YYYY-MM-DD`. */
export const utcDay = (at: Date): string => at.toISOString().slice(0, 10);

/** Removes the counts of days whose pages can no longer come back, of all organizations. @returns how many */
export async function forgetUsage(db: Db, now: Date): Promise<number> {
  const before = utcDay(new Date(now.getTime() - 2 * 86_400_000));
  const result = await sql`delete from notification_usage where day < ${before}::date`.execute(db);
  return Number(result.numAffectedRows ?? 0n);
}
