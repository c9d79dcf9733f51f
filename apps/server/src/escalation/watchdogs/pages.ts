import { sql } from 'kysely';
import { NOTIFICATION_ERROR, RECORD, RECORD_STEP } from '../../notifications/index.ts';
import type { Db, Tx } from '../../platform/db/database.ts';

/** A page without an outcome or a planned retry for so long after it was due raises the alarm (design.md, promise 4). */
export const UNACCOUNTED_SECONDS = 60;

export type Unaccounted = { organizationId: string; channel: string; pages: number; oldestSeconds: number };

/** Pages that are due and nobody sends, or whose sender has not come back, by organization and channel. */
export async function findUnaccounted(db: Db | Tx, now: Date): Promise<Unaccounted[]> {
  const since = new Date(now.getTime() - UNACCOUNTED_SECONDS * 1_000);
  const { rows } = await sql<{ organization_id: string; channel: string; pages: number; oldest: Date | null }>`
    with late as (
      select organization_id, channel, coalesce(due_at, created_at) as since from delivery
      where state = 'owed' and coalesce(due_at, created_at) < ${since}
      union all
      select organization_id, channel, coalesce(lease_until, created_at) from delivery
      where state = 'sending' and coalesce(lease_until, created_at) < ${since})
    select organization_id, channel, count(*) as pages, min(since) as oldest from late group by 1, 2 order by 1, 2`.execute(db);
  return rows.map((row) => ({
    organizationId: row.organization_id,
    channel: row.channel,
    pages: row.pages,
    oldestSeconds: row.oldest === null ? 0 : Math.round((now.getTime() - row.oldest.getTime()) / 1_000),
  }));
}

/**
 * Gives pages that are a minute past their deadline their final outcome, for a delivery loop that did not (escalation.md 6.2, W4; G26):
 * those never sent have failed, those whose sender is gone are unknown. Each gets its final record. What is late is looked up once: as a
 * part of the join it may be, for each page that is owed in a storm.
 * @returns how many
 */
export async function closeExpired(tx: Tx, now: Date): Promise<number> {
  const since = new Date(now.getTime() - UNACCOUNTED_SECONDS * 1_000);
  const { rows } = await sql<{ n: number }>`
    with late as materialized (
      select organization_id, id from delivery where state = 'owed' and deadline_at < ${since}
      union all
      select organization_id, id from delivery where state = 'sending' and deadline_at < ${since} and coalesce(lease_until, deadline_at) < ${since}
      limit 1000
    ), expired as (
      select d.organization_id, d.id, d.state from late
      join delivery d using (organization_id, id)
      where d.state = 'owed' or (d.state = 'sending' and coalesce(d.lease_until, d.deadline_at) < ${since})
      for update of d skip locked
    ), closed as (
      update delivery d set state = case when e.state = 'owed' then 'failed' else 'unknown' end, due_at = null, lease_until = null,
        error_code = case when e.state = 'owed' then ${NOTIFICATION_ERROR.deadlinePassed}::int else ${NOTIFICATION_ERROR.outcomeUnknown}::int end,
        reason = case when e.state = 'owed' then 'its deadline passed before it could be sent' else 'its outcome was lost' end, finished_at = ${now}
      from expired e where d.organization_id = e.organization_id and d.id = e.id
      returning d.*
    ), recorded as (
      insert into notification_record (organization_id, alert_group_id, user_id, created_at, type, step, channel, rule_id, important, error_code, reason, delivery_id)
      select organization_id, alert_group_id, user_id, ${now}, ${RECORD.failed}::smallint, ${RECORD_STEP.notify}::smallint, channel, rule_id,
             important, error_code, reason, id::text
      from closed where user_id is not null
    )
    select count(*) as n from closed`.execute(tx);
  return rows[0]?.n ?? 0;
}
