import { sql } from 'kysely';
import type { Tx } from '../platform/db/database.ts';
import { notify } from '../platform/notify.ts';
import { type ChannelId, deadlineOf } from './channels.ts';
import { RECORD, RECORD_STEP } from './records.ts';

/** Messages on it wake the delivery loops; the payload is the channel. */
export const DELIVERY_NOTIFY_CHANNEL = 'tocsin_delivery';

/** What makes a page the same page (escalation.md G12). */
export type DeliveryKeyParts = {
  alertGroupId: string;
  runNo: number;
  userId: string;
  personalRunNo: number;
  /** Index in the list that runs, counted from 0. */
  ruleIndex: number;
  channel: ChannelId;
};

export const deliveryKey = (parts: DeliveryKeyParts): string =>
  [parts.alertGroupId, parts.runNo, parts.userId, parts.personalRunNo, parts.ruleIndex, parts.channel].join(':');

export type OwedDelivery = {
  organizationId: string;
  key: string;
  channel: ChannelId;
  alertGroupId: string;
  userId: string;
  personalRunId: number | null;
  /** Null for the fallback e-mail of somebody without rules. */
  ruleId: string | null;
  important: boolean;
  paged: boolean;
};

/**
 * Writes pages into the ledger, due at once, and wakes their loops when the transaction commits. A page whose key is there already is
 * left alone (escalation.md G12).
 * @returns how many were new
 */
export async function oweDeliveries(tx: Tx, deliveries: readonly OwedDelivery[], now: Date): Promise<number> {
  if (deliveries.length === 0) return 0;
  const column = <K extends keyof OwedDelivery>(name: K) => deliveries.map((delivery) => delivery[name]);
  const inserted = await sql`
    insert into delivery (organization_id, key, channel, alert_group_id, user_id, personal_run_id, rule_id, important, paged,
                          state, due_at, deadline_at, created_at)
    select o.organization_id, o.key, o.channel, o.alert_group_id, o.user_id, o.personal_run_id, o.rule_id, o.important, o.paged, 'owed', ${now}, d.deadline_at, ${now}
    from unnest(${column('organizationId')}::text[], ${column('key')}::text[], ${column('channel')}::text[],
                ${column('alertGroupId')}::text[], ${column('userId')}::text[], ${column('personalRunId')}::bigint[],
                ${column('ruleId')}::text[], ${column('important')}::boolean[], ${column('paged')}::boolean[])
         as o (organization_id, key, channel, alert_group_id, user_id, personal_run_id, rule_id, important, paged)
    join unnest(${[...new Set(column('channel'))]}::text[], ${[...new Set(column('channel'))].map((id) => deadlineOf(id, now))}::timestamptz[])
         as d (channel, deadline_at) using (channel)
    on conflict (organization_id, alert_group_id, key) do nothing`.execute(tx);
  for (const channel of new Set(column('channel'))) await notify(tx, DELIVERY_NOTIFY_CHANNEL, channel);
  return Number(inserted.numAffectedRows ?? 0);
}

export type CancelScope = {
  organizationId: string;
  alertGroupIds: readonly string[];
  /** Only pages of this user; all when left out. */
  userId?: string;
  /** Leaves people who were paged by hand alone (escalation.md 5.3). */
  keepPaged?: boolean;
};

/**
 * Withdraws pages that no attempt has in hand (escalation.md G17), in the transaction of the state change. Each gets its final record,
 * so that no "triggered" record stays without one (G26).
 * @param reason what people read in the timeline, such as `the alert group was acknowledged`
 */
export async function cancelDeliveries(tx: Tx, scope: CancelScope, reason: string, now: Date): Promise<number> {
  if (scope.alertGroupIds.length === 0) return 0;
  const { rows } = await sql<{ n: number }>`
    with cancelled as (
      update delivery set state = 'cancelled', due_at = null, reason = ${reason}, finished_at = ${now}
      where organization_id = ${scope.organizationId} and alert_group_id = any(${[...scope.alertGroupIds]}::text[]) and state = 'owed'
        and (${scope.userId ?? null}::text is null or user_id = ${scope.userId ?? null})
        and not (paged and ${scope.keepPaged ?? false})
      returning *
    ), recorded as (
      insert into notification_record (organization_id, alert_group_id, user_id, created_at, type, step, channel, rule_id, important, reason, delivery_id)
      select organization_id, alert_group_id, user_id, ${now}, ${RECORD.failed}::smallint, ${RECORD_STEP.notify}::smallint, channel, rule_id, important,
             ${reason}, id::text
      from cancelled where user_id is not null
    )
    select count(*) as n from cancelled`.execute(tx);
  return rows[0]?.n ?? 0;
}
