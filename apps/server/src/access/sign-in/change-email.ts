import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/db/database.ts';
import { findUser, type User } from '../../users/index.ts';
import { digestOf, newSecret } from '../sessions/store.ts';

/** A link to confirm an address works this long. */
const LINK_LASTS_MS = 24 * 3_600_000;

/** Remembers the address that a person shall have once its owner has confirmed it; a former one is forgotten. */
export async function requestEmailChange(tx: Tx, org: string, userId: string, email: string, now: Date): Promise<void> {
  const values = {
    email,
    token_hash: null,
    requested_at: now,
    expires_at: new Date(now.getTime() + LINK_LASTS_MS),
  };
  await tx
    .insertInto('email_change')
    .values({ organization_id: org, user_id: userId, ...values })
    .onConflict((conflict) => conflict.columns(['organization_id', 'user_id']).doUpdateSet(values))
    .execute();
}

export async function cancelEmailChange(tx: Tx, org: string, userId: string): Promise<void> {
  await tx.deleteFrom('email_change').where('organization_id', '=', org).where('user_id', '=', userId).execute();
}

/** The address that waits to be confirmed; null when none does. */
export async function pendingEmail(db: Db | Tx, org: string, userId: string, now: Date): Promise<string | null> {
  const row = await db
    .selectFrom('email_change')
    .select('email')
    .where('organization_id', '=', org)
    .where('user_id', '=', userId)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return row?.email ?? null;
}

/** Makes the secret of the link; the one of a former mail no longer works. Null when nothing waits to be confirmed. */
export async function renewEmailLink(
  tx: Tx,
  org: string,
  userId: string,
  now: Date,
): Promise<{ email: string; token: string } | null> {
  const token = newSecret();
  const row = await tx
    .updateTable('email_change')
    .set({ token_hash: digestOf(token) })
    .where('organization_id', '=', org)
    .where('user_id', '=', userId)
    .where('expires_at', '>', now)
    .returning('email')
    .executeTakeFirst();
  return row === undefined ? null : { email: row.email, token };
}

export type EmailConfirmation =
  | { readonly ok: true; readonly user: User; readonly before: string }
  | { readonly ok: false; readonly reason: 'unknown_link' | 'expired_link' };

/** Spends a link: from now on its address is the person's. Breaks `users_email_key` when somebody else has it by now. */
export async function confirmEmail(tx: Tx, token: string, now: Date): Promise<EmailConfirmation> {
  const row = await tx.deleteFrom('email_change').where('token_hash', '=', digestOf(token)).returningAll().executeTakeFirst();
  if (row === undefined) return { ok: false, reason: 'unknown_link' };
  const user = await findUser(tx, row.organization_id, row.user_id);
  if (row.expires_at <= now || user?.isActive !== true) return { ok: false, reason: 'expired_link' };
  await sql`update users set email = ${row.email} where organization_id = ${user.org} and id = ${user.id}`.execute(tx);
  // Links to set a password were mailed to the former address.
  await tx.deleteFrom('password_reset').where('organization_id', '=', user.org).where('user_id', '=', user.id).execute();
  return { ok: true, user: { ...user, email: row.email }, before: user.email };
}
