import type { Selectable } from 'kysely';
import type { Db, Tx } from '../platform/db/database.ts';
import type { SecretBox } from '../platform/secrets.ts';
import type { WebhookTable } from './tables.ts';
import { type HttpMethod, secretPurpose, type TriggerType, type Webhook } from './webhook.ts';

export function webhookFromRow(row: Selectable<WebhookTable>, secrets: SecretBox): Webhook {
  const open = (sealed: Buffer | null, purpose: string) => (sealed === null ? null : secrets.open(sealed, purpose));
  return {
    organizationId: row.organization_id,
    id: row.id,
    name: row.name,
    teamId: row.team_id,
    userId: row.user_id,
    url: row.url,
    method: row.http_method as HttpMethod,
    trigger: row.trigger_type as TriggerType,
    integrationIds: row.integration_filter,
    headers: row.headers,
    data: row.data,
    forwardAll: row.forward_all,
    triggerTemplate: row.trigger_template,
    username: row.username,
    password: open(row.password_encrypted, secretPurpose.password(row.id)),
    authorizationHeader: open(row.authorization_header_encrypted, secretPurpose.authorization(row.id)),
    preset: row.preset,
    isLegacy: row.is_legacy,
    isEnabled: row.is_enabled,
    createdAt: row.created_at,
  };
}

/** @throws what the unique name throws when it is taken */
export async function insertWebhook(tx: Tx, webhook: Webhook, secrets: SecretBox): Promise<void> {
  const seal = (text: string | null, purpose: string) => (text === null ? null : secrets.seal(text, purpose));
  await tx
    .insertInto('webhook')
    .values({
      organization_id: webhook.organizationId,
      id: webhook.id,
      name: webhook.name,
      team_id: webhook.teamId,
      user_id: webhook.userId,
      url: webhook.url,
      http_method: webhook.method,
      trigger_type: webhook.trigger,
      integration_filter: [...webhook.integrationIds],
      headers: webhook.headers,
      data: webhook.data,
      forward_all: webhook.forwardAll,
      trigger_template: webhook.triggerTemplate,
      username: webhook.username,
      password_encrypted: seal(webhook.password, secretPurpose.password(webhook.id)),
      authorization_header_encrypted: seal(webhook.authorizationHeader, secretPurpose.authorization(webhook.id)),
      preset: webhook.preset,
      is_legacy: webhook.isLegacy,
      is_enabled: webhook.isEnabled,
      created_at: webhook.createdAt,
      deleted_at: null,
    })
    .execute();
}

/** A webhook that is not deleted. */
export async function findWebhook(db: Db | Tx, org: string, id: string, secrets: SecretBox): Promise<Webhook | null> {
  const query = db.selectFrom('webhook').selectAll().where('organization_id', '=', org).where('id', '=', id);
  const row = await query.where('deleted_at', 'is', null).executeTakeFirst();
  return row === undefined ? null : webhookFromRow(row, secrets);
}

/** The webhooks that are not deleted, by name. */
export async function listWebhooks(
  db: Db | Tx,
  org: string,
  filter: { trigger?: TriggerType },
  secrets: SecretBox,
): Promise<Webhook[]> {
  let query = db.selectFrom('webhook').selectAll().where('organization_id', '=', org).where('deleted_at', 'is', null);
  if (filter.trigger !== undefined) query = query.where('trigger_type', '=', filter.trigger);
  const rows = await query.orderBy('name').execute();
  return rows.map((row) => webhookFromRow(row, secrets));
}
