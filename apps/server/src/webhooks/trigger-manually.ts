import { sql } from 'kysely';
import type { Tx } from '../platform/db/database.ts';
import { oweCalls } from './call-store.ts';
import type { EventSnapshot } from './events.ts';
import { STEP, TRIGGERS, type TriggerType, type Webhook } from './webhook.ts';

export type ManualResult =
  | { ok: true; deliveryId: string }
  | { ok: false; reason: 'not_manual' | 'disabled' | 'group_not_found' };

/** Owes a call of a webhook for one group, because somebody asked for it (outgoing-webhooks.md 13.2). */
export async function triggerManually(
  tx: Tx,
  webhook: Webhook,
  alertGroupId: string,
  userId: string | null,
  now: Date,
): Promise<ManualResult> {
  const { organizationId, id: webhookId } = webhook;
  if (webhook.trigger !== STEP) return { ok: false, reason: 'not_manual' };
  if (!webhook.isEnabled) return { ok: false, reason: 'disabled' };
  const { rows } = await sql<{ integration_id: string }>`
    select integration_id from alert_group where organization_id = ${organizationId} and id = ${alertGroupId} for share`.execute(
    tx,
  );
  const integrationId = rows[0]?.integration_id;
  if (integrationId === undefined || (webhook.integrationIds.length > 0 && !webhook.integrationIds.includes(integrationId)))
    return { ok: false, reason: 'group_not_found' };
  const event: EventSnapshot = { type: TRIGGERS[STEP], at: now.toISOString(), userId, group: null };
  const [deliveryId = ''] = await oweCalls(
    tx,
    [{ organizationId, alertGroupId, webhookId, trigger: STEP, cause: 'manual', event }],
    now,
  );
  return { ok: true, deliveryId };
}

export type ResendResult = { ok: true; deliveryId: string } | { ok: false; reason: 'not_found' | 'disabled' };

/** Owes a call again, with its event and a delivery id of its own (outgoing-webhooks.md 20.4). Personal pages are not sent again. */
export async function resendCall(tx: Tx, webhook: Webhook, deliveryId: string, now: Date): Promise<ResendResult> {
  if (!webhook.isEnabled) return { ok: false, reason: 'disabled' };
  const { organizationId, id: webhookId } = webhook;
  const { rows } = await sql<{ alert_group_id: string; trigger_type: TriggerType; event: EventSnapshot }>`
    select alert_group_id, trigger_type, event from webhook_call
    where organization_id = ${organizationId} and webhook_id = ${webhookId} and delivery_id = ${deliveryId}`.execute(tx);
  const [call] = rows;
  if (call === undefined) return { ok: false, reason: 'not_found' };
  const again = { organizationId, webhookId, alertGroupId: call.alert_group_id, trigger: call.trigger_type, event: call.event };
  const [newId = ''] = await oweCalls(tx, [{ ...again, cause: 'resend' }], now);
  return { ok: true, deliveryId: newId };
}
