import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';
import type { SecretBox } from '../platform/secrets.ts';
import type { WebhookSecretTable } from './tables.ts';
import { secretPurpose, type Webhook } from './webhook.ts';

/** A value that templates of webhooks name as `{{ secrets.<name> }}`; nobody reads it back (access.md 12.1). */
export type WebhookSecret = { id: string; name: string; createdAt: Date; updatedAt: Date };

const fromRow = (row: Selectable<WebhookSecretTable>): WebhookSecret => ({
  id: row.id,
  name: row.name,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** By name. */
export async function listWebhookSecrets(db: Db | Tx, org: string): Promise<WebhookSecret[]> {
  const rows = await db.selectFrom('webhook_secret').selectAll().where('organization_id', '=', org).orderBy('name').execute();
  return rows.map(fromRow);
}

export async function findWebhookSecret(db: Db | Tx, org: string, id: string): Promise<WebhookSecret | null> {
  const row = await db
    .selectFrom('webhook_secret')
    .selectAll()
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

/** @throws what the unique name throws when it is taken */
export async function createWebhookSecret(
  tx: Tx,
  secrets: SecretBox,
  org: string,
  { name, value }: { name: string; value: string },
  now: Date,
): Promise<WebhookSecret> {
  const id = newId('WS');
  const value_encrypted = secrets.seal(value, secretPurpose.named(id));
  await tx
    .insertInto('webhook_secret')
    .values({ organization_id: org, id, name, value_encrypted, created_at: now, updated_at: now })
    .execute();
  return { id, name, createdAt: now, updatedAt: now };
}

/**
 * @param value undefined: as it is
 * @throws what the unique name throws when it is taken
 */
export async function changeWebhookSecret(
  tx: Tx,
  secrets: SecretBox,
  org: string,
  secret: WebhookSecret,
  { name, value }: { name: string; value: string | undefined },
  now: Date,
): Promise<WebhookSecret> {
  await tx
    .updateTable('webhook_secret')
    .set({
      name,
      updated_at: now,
      ...(value === undefined ? {} : { value_encrypted: secrets.seal(value, secretPurpose.named(secret.id)) }),
    })
    .where('organization_id', '=', org)
    .where('id', '=', secret.id)
    .execute();
  return { ...secret, name, updatedAt: now };
}

export async function deleteWebhookSecret(tx: Tx, org: string, id: string): Promise<void> {
  await tx.deleteFrom('webhook_secret').where('organization_id', '=', org).where('id', '=', id).execute();
}

/** Secrets by their names. */
export type SecretValues = Readonly<Record<string, string>>;
const NONE: SecretValues = {};

/** What a webhook's templates may name; nothing is read for one whose templates do not speak of secrets. */
export async function secretsOf(db: Db, secrets: SecretBox, webhook: Webhook): Promise<SecretValues> {
  const { organizationId: org, url, headers, data, triggerTemplate } = webhook;
  if (![url, headers, data, triggerTemplate].some((source) => source?.includes('secrets') === true)) return NONE;
  const { rows } = await sql<{ id: string; name: string; sealed: Buffer }>`
    select id, name, value_encrypted as sealed from webhook_secret where organization_id = ${org}`.execute(db);
  return Object.fromEntries(rows.map(({ id, name, sealed }) => [name, secrets.open(sealed, secretPurpose.named(id))]));
}
