import { sql } from 'kysely';
import type { Tx } from '../platform/db/database.ts';
import { type NewCall, oweCalls } from './call-store.ts';
import { TRIGGERS, type TriggerType } from './webhook.ts';

/** One execution of a "trigger webhook" step; `key` is the same for all attempts of one execution. */
export type StepCall = { organizationId: string; alertGroupId: string; webhookId: string; key: string };
export type StepAnswer = { kind: 'missing' } | { kind: 'disabled' | 'queued'; webhookId: string; name: string };

type Row = { organization_id: string; id: string; name: string; is_enabled: boolean; trigger_type: TriggerType };

/** Owes the calls of escalation steps, in the transaction of the step (outgoing-webhooks.md 13.1). One answer to each, in order. */
export async function triggerFromSteps(tx: Tx, calls: readonly StepCall[], now: Date): Promise<StepAnswer[]> {
  const { rows } = await sql<Row>`
    select organization_id, id, name, is_enabled, trigger_type from webhook
    where deleted_at is null and (organization_id, id) in (
      select * from unnest(${calls.map((call) => call.organizationId)}::text[], ${calls.map((call) => call.webhookId)}::text[]))`.execute(
    tx,
  );
  const webhooks = new Map(rows.map((row) => [`${row.organization_id} ${row.id}`, row]));
  const found = calls.map((call) => ({ call, webhook: webhooks.get(`${call.organizationId} ${call.webhookId}`) }));
  const owed = found.flatMap(({ call, webhook }): NewCall[] => {
    if (webhook?.is_enabled !== true) return [];
    const event = { type: TRIGGERS[webhook.trigger_type], at: null, userId: null, group: null };
    return [{ ...call, key: `step:${call.key}`, trigger: webhook.trigger_type, cause: 'step', event }];
  });
  await oweCalls(tx, owed, now);
  return found.map(({ webhook }) => {
    if (webhook === undefined) return { kind: 'missing' };
    return { kind: webhook.is_enabled ? 'queued' : 'disabled', webhookId: webhook.id, name: webhook.name };
  });
}
