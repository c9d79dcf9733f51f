import type { Db, Tx } from '../platform/db/database.ts';
import type { SecretBox } from '../platform/secrets.ts';
import { PERSONAL_NOTIFICATION, secretPurpose } from './webhook.ts';

/** What a user gives to the webhook that pages them; it reaches the receiver as `event.user`. */
export type PersonalContext = Readonly<Record<string, unknown>>;
export type PersonalWebhook = { webhookId: string; webhookName: string; context: PersonalContext | null };

export type LinkResult = { ok: true } | { ok: false; reason: 'webhook_not_found' | 'invalid_context' };

const MAX_CONTEXT_CHARACTERS = 50_000;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The user's webhook with their own context, which nobody else may see; null when none is linked. */
export async function findPersonalWebhook(
  db: Db | Tx,
  org: string,
  userId: string,
  secrets: SecretBox,
): Promise<PersonalWebhook | null> {
  const row = await db
    .selectFrom('personal_webhook_link as l')
    .innerJoin('webhook as w', (join) =>
      join.onRef('w.organization_id', '=', 'l.organization_id').onRef('w.id', '=', 'l.webhook_id'),
    )
    .select(['w.id', 'w.name', 'l.context_encrypted'])
    .where('l.organization_id', '=', org)
    .where('l.user_id', '=', userId)
    .where('w.deleted_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { id, name, context_encrypted: sealed } = row;
  return { webhookId: id, webhookName: name, context: sealed === null ? null : openContext(sealed, userId, secrets) };
}

/**
 * Whether the webhook that a person linked is called: not while it is switched off or is of another type by now.
 * @param userId of the only person who matters; everybody when left out
 */
export async function linkedWebhooks(
  db: Db | Tx,
  org: string,
  userId?: string,
): Promise<ReadonlyMap<string, { readonly isCalled: boolean }>> {
  const rows = await db
    .selectFrom('personal_webhook_link as l')
    .innerJoin('webhook as w', (join) =>
      join.onRef('w.organization_id', '=', 'l.organization_id').onRef('w.id', '=', 'l.webhook_id'),
    )
    .select(['l.user_id', 'w.is_enabled', 'w.trigger_type'])
    .where('l.organization_id', '=', org)
    .where('w.deleted_at', 'is', null)
    .$if(userId !== undefined, (query) => query.where('l.user_id', '=', userId ?? ''))
    .execute();
  return new Map(rows.map((row) => [row.user_id, { isCalled: row.is_enabled && row.trigger_type === PERSONAL_NOTIFICATION }]));
}

/** @throws SecretError when it was sealed under another SECRET_KEY */
export function openContext(sealed: Buffer, userId: string, secrets: SecretBox): PersonalContext {
  const context: unknown = JSON.parse(secrets.open(sealed, secretPurpose.personalContext(userId)));
  return isObject(context) ? context : {};
}

/** Links a user to a webhook of type "personal notification". Without a context the stored one is cleared. */
export async function linkPersonalWebhook(
  tx: Tx,
  org: string,
  userId: string,
  link: { webhookId: string; context?: unknown },
  secrets: SecretBox,
): Promise<LinkResult> {
  const context = link.context ?? null;
  if (context !== null && !isObject(context)) return { ok: false, reason: 'invalid_context' };
  const text = context === null ? null : JSON.stringify(context);
  if (text !== null && text.length > MAX_CONTEXT_CHARACTERS) return { ok: false, reason: 'invalid_context' };
  const webhook = await tx
    .selectFrom('webhook')
    .select('id')
    .where('organization_id', '=', org)
    .where('id', '=', link.webhookId)
    .where('trigger_type', '=', PERSONAL_NOTIFICATION)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  if (webhook === undefined) return { ok: false, reason: 'webhook_not_found' };
  const sealed = text === null ? null : secrets.seal(text, secretPurpose.personalContext(userId));
  await tx
    .insertInto('personal_webhook_link')
    .values({ organization_id: org, user_id: userId, webhook_id: webhook.id, context_encrypted: sealed })
    .onConflict((conflict) =>
      conflict.columns(['organization_id', 'user_id']).doUpdateSet({ webhook_id: webhook.id, context_encrypted: sealed }),
    )
    .execute();
  return { ok: true };
}

export async function unlinkPersonalWebhook(tx: Tx, org: string, userId: string): Promise<void> {
  await tx.deleteFrom('personal_webhook_link').where('organization_id', '=', org).where('user_id', '=', userId).execute();
}
