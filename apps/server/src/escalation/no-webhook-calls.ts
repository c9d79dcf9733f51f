import { sql } from 'kysely';
import type { WebhookTrigger } from './ports.ts';

/** For a server that calls no webhooks from escalations: says so, and what is missing or switched off. */
export const noWebhookCalls: WebhookTrigger = async (tx, calls) => {
  const { rows } = await sql<{ organization_id: string; id: string; name: string; is_enabled: boolean }>`
    select organization_id, id, name, is_enabled from webhook
    where deleted_at is null and (organization_id, id) in (
      select * from unnest(${calls.map((call) => call.organizationId)}::text[], ${calls.map((call) => call.webhookId)}::text[]))`.execute(
    tx,
  );
  return calls.map(({ organizationId, webhookId }) => {
    const webhook = rows.find((row) => row.organization_id === organizationId && row.id === webhookId);
    if (webhook === undefined) return { kind: 'missing' };
    if (!webhook.is_enabled) return { kind: 'disabled', webhookId, name: webhook.name };
    return { kind: 'failed', webhookId, name: webhook.name, reason: 'this version calls no webhooks from escalations' };
  });
};
