import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { GroupRef } from '../alerting/index.ts';
import type { Db, Tx } from '../platform/db/database.ts';
import { rowSet } from '../platform/db/row-set.ts';
import { notify } from '../platform/notify.ts';
import type { EventSnapshot, WebhookEvent } from './events.ts';
import type { TriggerType } from './webhook.ts';

/** Messages on it wake the loop that makes calls. */
export const WEBHOOK_NOTIFY_CHANNEL = 'tocsin_webhooks';

/** No attempt is made later than this after the event (escalation.md 9.5). */
const DEADLINE_MS = 15 * 60_000;

/** An alert that so many servers passed on before this one calls no webhooks: it goes round in circles (outgoing-webhooks.md 8.3). */
export const MOST_HOPS = 5;

export type CallCause = 'event' | 'step' | 'manual' | 'resend';

/** One call, from the event to its last attempt. */
export type WebhookCallRow = {
  organizationId: string;
  id: number;
  deliveryId: string;
  webhookId: string;
  alertGroupId: string;
  trigger: TriggerType;
  cause: CallCause;
  event: EventSnapshot;
  /** Of the attempt in hand, counted from 1. */
  attempt: number;
  deadlineAt: Date;
  reason: string | null;
  timeline: { id: number; at: Date } | null;
};

export type NewCall = GroupRef & {
  webhookId: string;
  trigger: TriggerType;
  cause: CallCause;
  event: EventSnapshot;
  key?: string;
};

const deadline = (now: Date): Date => new Date(now.getTime() + DEADLINE_MS);

const EVENT_COLUMNS = {
  place: 'integer',
  organization_id: 'text',
  alert_group_id: 'text',
  integration_id: 'text',
  trigger_type: 'smallint',
  implicit: 'boolean',
  event: 'jsonb',
  origin_integration_id: 'text',
} as const;

/** Owes a call for each webhook that an event fires (outgoing-webhooks.md 4.1), one statement for all events. */
export async function oweEventCalls(tx: Tx, events: readonly WebhookEvent[], now: Date): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map((event, place) => ({
    place,
    organization_id: event.organizationId,
    alert_group_id: event.alertGroupId,
    integration_id: event.integrationId,
    trigger_type: event.trigger,
    implicit: event.snapshot.implicit === true,
    event: event.snapshot,
    origin_integration_id: event.originIntegrationId,
  }));
  const { numAffectedRows } = await sql`
    insert into webhook_call (organization_id, delivery_id, webhook_id, alert_group_id, trigger_type, cause, event, state, due_at, deadline_at, created_at)
    select e.organization_id, gen_random_uuid()::text, w.id, e.alert_group_id, e.trigger_type, 'event', e.event, 'owed', ${now}, ${deadline(now)}, ${now}
    from ${rowSet('e', EVENT_COLUMNS, rows)}
    join webhook w on w.organization_id = e.organization_id and w.deleted_at is null and w.is_enabled
      and (w.trigger_type = e.trigger_type or (w.trigger_type = 8 and e.trigger_type between 2 and 7))
      and (not e.implicit or (w.trigger_type = 8 and w.implicit_events))
      and (cardinality(w.integration_filter) = 0 or e.integration_id = any(w.integration_filter))
      and (e.origin_integration_id is null or w.source_integration_id is distinct from e.origin_integration_id)
    join alert_group g on g.organization_id = e.organization_id and g.id = e.alert_group_id and g.hop < ${MOST_HOPS}
    order by e.place, w.id`.execute(tx);
  if ((numAffectedRows ?? 0n) > 0n) await notify(tx, WEBHOOK_NOTIFY_CHANNEL);
}

/** Calls that wait to be repeated for these groups are looked at now: the state that they tell of was left. */
export async function hurryRetries(tx: Tx, groups: readonly GroupRef[], now: Date): Promise<void> {
  await sql`
    update webhook_call c set due_at = ${now}
    from (select distinct * from unnest(${groups.map((g) => g.organizationId)}::text[], ${groups.map((g) => g.alertGroupId)}::text[])
            as g (organization_id, alert_group_id)) g
    where c.organization_id = g.organization_id and c.alert_group_id = g.alert_group_id
      and c.state = 'owed' and c.attempts > 0 and c.due_at > ${now} and c.trigger_type between 2 and 7`.execute(tx);
}

const CALL_COLUMNS = {
  place: 'integer',
  organization_id: 'text',
  delivery_id: 'text',
  webhook_id: 'text',
  alert_group_id: 'text',
  trigger_type: 'smallint',
  cause: 'text',
  key: 'text',
  event: 'jsonb',
} as const;

/** Owes calls that somebody asked for. One whose key is known was asked for before and is not repeated. @returns delivery ids, in order */
export async function oweCalls(tx: Tx, calls: readonly NewCall[], now: Date): Promise<string[]> {
  if (calls.length === 0) return [];
  const rows = calls.map((call, place) => ({
    place,
    organization_id: call.organizationId,
    delivery_id: randomUUID(),
    webhook_id: call.webhookId,
    alert_group_id: call.alertGroupId,
    trigger_type: call.trigger,
    cause: call.cause,
    key: call.key ?? null,
    event: call.event,
  }));
  await sql`
    insert into webhook_call (organization_id, delivery_id, webhook_id, alert_group_id, trigger_type, cause, key, event, state, due_at, deadline_at, created_at)
    select organization_id, delivery_id, webhook_id, alert_group_id, trigger_type, cause, key, event, 'owed', ${now}, ${deadline(now)}, ${now}
    from ${rowSet('r', CALL_COLUMNS, rows)} order by place
    on conflict (organization_id, key) where key is not null do nothing`.execute(tx);
  await notify(tx, WEBHOOK_NOTIFY_CHANNEL);
  return rows.map((row) => row.delivery_id);
}

export type ClaimOptions = {
  now: Date;
  leaseUntil: Date;
  limit: number;
  /** Calls of one webhook under way at a time. */
  perWebhook: number;
  /** Calls that this process has in hand, by webhook. */
  inHand: ReadonlyMap<string, number>;
  /** Webhooks whose receivers have as many requests under way as they get. */
  busy: readonly string[];
};

/** Only the oldest call of a webhook for a group may be made; the others wait for it (outgoing-webhooks.md 4.2). */
const isFirst = sql`not exists (
  select from webhook_call e where e.organization_id = c.organization_id and e.alert_group_id = c.alert_group_id
    and e.webhook_id = c.webhook_id and e.id < c.id and e.state in ('owed', 'sending'))`;

type ClaimedRow = {
  organization_id: string;
  id: number;
  delivery_id: string;
  webhook_id: string;
  alert_group_id: string;
  trigger_type: TriggerType;
  cause: CallCause;
  event: EventSnapshot;
  attempts: number;
  deadline_at: Date;
  reason: string | null;
  timeline_id: number | null;
  timeline_at: Date | null;
};

/** Takes due calls in hand, oldest first, so many of a webhook at a time. What was in the hands of a process that died is due again. */
export async function claimCalls(
  tx: Tx,
  { now, leaseUntil, limit, perWebhook, inHand, busy }: ClaimOptions,
): Promise<WebhookCallRow[]> {
  await sql`
    update webhook_call set state = 'owed', due_at = ${now}, lease_until = null where state = 'sending' and lease_until <= ${now}`.execute(
    tx,
  );
  const { rows } = await sql<ClaimedRow>`
    with first as (
      select organization_id, id, webhook_id, due_at from webhook_call c
      where state = 'owed' and due_at <= ${now} and webhook_id <> all(${[...busy]}::text[]) and ${isFirst}
      order by due_at, id limit ${limit * 4}
    ), ranked as (
      select *, row_number() over (partition by organization_id, webhook_id order by due_at, id) as place from first
    ), picked as (
      select c.organization_id, c.id from webhook_call c join ranked r using (organization_id, id)
      where r.place <= ${perWebhook} - coalesce((${JSON.stringify(Object.fromEntries(inHand))}::jsonb ->> c.webhook_id)::int, 0) and c.state = 'owed' order by c.due_at, c.id limit ${limit} for update of c skip locked
    ), taken as (
      update webhook_call c set state = 'sending', due_at = null, lease_until = ${leaseUntil}, attempts = c.attempts + 1
      from picked p where c.organization_id = p.organization_id and c.id = p.id
      returning c.*
    )
    select * from taken order by id`.execute(tx);
  return rows.map((row) => ({
    organizationId: row.organization_id,
    id: row.id,
    deliveryId: row.delivery_id,
    webhookId: row.webhook_id,
    alertGroupId: row.alert_group_id,
    trigger: row.trigger_type,
    cause: row.cause,
    event: row.event,
    attempt: row.attempts,
    deadlineAt: row.deadline_at,
    reason: row.reason,
    timeline: row.timeline_id === null || row.timeline_at === null ? null : { id: row.timeline_id, at: row.timeline_at },
  }));
}

/** When a call becomes due, or a lease ends, at the earliest; webhooks that are busy left out. */
export async function nextCallDue(db: Db, busy: readonly string[]): Promise<Date | null> {
  const { rows } = await sql<{ due_at: Date | null }>`
    select least(
      (select due_at from webhook_call c
       where state = 'owed' and webhook_id <> all(${[...busy]}::text[]) and ${isFirst} order by due_at, id limit 1),
      (select min(lease_until) from webhook_call where state = 'sending')) as due_at`.execute(db);
  return rows[0]?.due_at ?? null;
}

export type CallEnd =
  | { state: 'owed'; dueAt: Date; reason: string | null; statusCode: number | null }
  | { state: 'delivered' | 'failed' | 'skipped'; reason: string | null; statusCode: number | null };

/** Records what came of a claim. @returns false when the claim was lost to another process */
export async function saveCallEnd(
  tx: Tx,
  call: WebhookCallRow,
  end: CallEnd,
  timeline: { id: number; at: Date } | null,
  now: Date,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update webhook_call set state = ${end.state}, due_at = ${end.state === 'owed' ? end.dueAt : null}, lease_until = null,
      reason = ${end.reason}, status_code = ${end.statusCode}, timeline_id = ${timeline?.id ?? null}, timeline_at = ${timeline?.at ?? null},
      finished_at = ${end.state === 'owed' ? null : now}
    where organization_id = ${call.organizationId} and id = ${call.id} and state = 'sending' and attempts = ${call.attempt}`.execute(
    tx,
  );
  return numAffectedRows === 1n;
}

/** Gives calls back that were not begun: they are due again a moment later, and no attempt was made. */
export async function putBackCalls(db: Db, calls: readonly WebhookCallRow[], dueAt: Date): Promise<void> {
  await sql`
    update webhook_call c set state = 'owed', due_at = ${dueAt}, lease_until = null, attempts = c.attempts - 1
    from unnest(${calls.map((c) => c.organizationId)}::text[], ${calls.map((c) => c.id)}::bigint[], ${calls.map((c) => c.attempt)}::int[])
      as p (organization_id, id, attempts)
    where c.organization_id = p.organization_id and c.id = p.id and c.attempts = p.attempts and c.state = 'sending'`.execute(db);
}
