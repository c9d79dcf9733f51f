import type { Db, Tx } from '../../platform/db/database.ts';
import { newId } from '../../platform/ids.ts';
import { findUser, hashPassword, passwordProblem, setPasswordHash, type User } from '../../users/index.ts';
import { digestOf, endSessions, newSecret } from '../sessions/store.ts';
import { accountKey, forgive } from './throttle.ts';

const LINK_LASTS_MS = 30 * 60_000;

/** Makes the one link by which a person may set a new password; former ones no longer work. @returns the secret part of the link */
export async function createPasswordReset(
  tx: Tx,
  org: string,
  userId: string,
  now: Date,
): Promise<{ token: string; expiresAt: Date }> {
  const token = newSecret();
  const expiresAt = new Date(now.getTime() + LINK_LASTS_MS);
  await tx.deleteFrom('password_reset').where('organization_id', '=', org).where('user_id', '=', userId).execute();
  await tx
    .insertInto('password_reset')
    .values({
      organization_id: org,
      id: newId('PR'),
      user_id: userId,
      token_hash: digestOf(token),
      created_at: now,
      expires_at: expiresAt,
      used_at: null,
    })
    .execute();
  return { token, expiresAt };
}

export type FoundReset =
  | { readonly ok: true; readonly user: User }
  | { readonly ok: false; readonly reason: 'unknown_link' | 'used_link' | 'expired_link' };
export type ResetResult = FoundReset | { readonly ok: false; readonly reason: 'bad_password'; readonly problem: string };

/** The person a link is for, while it works. */
export async function findPasswordReset(db: Db | Tx, token: string, now: Date): Promise<FoundReset> {
  const row = await db
    .selectFrom('password_reset')
    .select(['organization_id', 'user_id', 'used_at', 'expires_at'])
    .where('token_hash', '=', digestOf(token))
    .executeTakeFirst();
  if (row === undefined) return { ok: false, reason: 'unknown_link' };
  if (row.used_at !== null) return { ok: false, reason: 'used_link' };
  const user = await findUser(db, row.organization_id, row.user_id);
  if (row.expires_at <= now || user?.isActive !== true) return { ok: false, reason: 'expired_link' };
  return { ok: true, user };
}

/** Spends a link: sets the password, ends all sessions, and lets the person try again at once (access.md 7.2). */
export async function resetPassword(
  tx: Tx,
  token: string,
  password: string,
  passwordHash: string,
  now: Date,
): Promise<ResetResult> {
  const found = await findPasswordReset(tx, token, now);
  if (!found.ok) return found;
  const { user } = found;
  const problem = passwordProblem(password, user.email);
  if (problem !== null) return { ok: false, reason: 'bad_password', problem };
  const spent = await tx
    .updateTable('password_reset')
    .set({ used_at: now })
    .where('token_hash', '=', digestOf(token))
    .where('used_at', 'is', null)
    .executeTakeFirst();
  if (spent.numUpdatedRows === 0n) return { ok: false, reason: 'used_link' };
  await setPasswordHash(tx, user.org, user.id, passwordHash);
  await endSessions(tx, user.org, user.id);
  await forgive(tx, accountKey(user.org, user.id));
  return { ok: true, user };
}

/** Sets a person's password from where nobody asks for the old one: the command line. Ends all sessions. */
export async function forcePassword(tx: Tx, user: User, password: string): Promise<void> {
  await setPasswordHash(tx, user.org, user.id, await hashPassword(password));
  await endSessions(tx, user.org, user.id);
  await forgive(tx, accountKey(user.org, user.id));
}
