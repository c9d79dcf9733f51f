import { Secret, TOTP } from 'otpauth';
import type { Db, Tx } from '../../platform/db/database.ts';
import type { SecretBox } from '../../platform/secrets.ts';

/** What sealed columns of this folder are for; one word for each, with the row's key. */
export const totpPurpose = (userId: string): string => `user_totp.secret:${userId}`;

const PERIOD_SECONDS = 30;
/** Codes of the half minute before and after count, for clocks that differ. */
const WINDOW = 1;
const ISSUER = 'Tocsin';

const totpOf = (secret: string, label: string): TOTP =>
  new TOTP({ issuer: ISSUER, label, secret: Secret.fromBase32(secret), digits: 6, period: PERIOD_SECONDS });

/** Begins to set up one-time codes; they count once a code has confirmed them. @returns what an app is to be given (RFC 6238) */
export async function beginTotp(
  tx: Tx,
  secrets: SecretBox,
  user: { readonly org: string; readonly id: string; readonly username: string },
  now: Date,
): Promise<{ secret: string; uri: string }> {
  const secret = new Secret({ size: 20 }).base32;
  const values = {
    secret_encrypted: secrets.seal(secret, totpPurpose(user.id)),
    created_at: now,
    confirmed_at: null,
    last_step: 0,
  };
  await tx
    .insertInto('user_totp')
    .values({ organization_id: user.org, user_id: user.id, ...values })
    .onConflict((oc) =>
      oc.columns(['organization_id', 'user_id']).doUpdateSet(values).where('user_totp.confirmed_at', 'is', null),
    )
    .execute();
  return { secret, uri: totpOf(secret, user.username).toString() };
}

export interface TotpState {
  readonly isConfirmed: boolean;
  readonly confirmedAt: Date | null;
}

export async function readTotp(db: Db | Tx, org: string, userId: string): Promise<TotpState | null> {
  const row = await db
    .selectFrom('user_totp')
    .select('confirmed_at')
    .where('organization_id', '=', org)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row === undefined ? null : { isConfirmed: row.confirmed_at !== null, confirmedAt: row.confirmed_at };
}

/**
 * Whether a code is right and was not used before; using it spends it.
 * @param isConfirming takes codes of an app that is being set up, and makes it count
 */
export async function useTotp(
  db: Db | Tx,
  secrets: SecretBox,
  who: { readonly org: string; readonly userId: string },
  code: string,
  now: Date,
  isConfirming = false,
): Promise<boolean> {
  if (!/^\d{6}$/.test(code)) return false;
  const row = await db
    .selectFrom('user_totp')
    .select(['secret_encrypted', 'confirmed_at'])
    .where('organization_id', '=', who.org)
    .where('user_id', '=', who.userId)
    .executeTakeFirst();
  if (row === undefined || (row.confirmed_at === null) !== isConfirming) return false;
  const totp = totpOf(secrets.open(row.secret_encrypted, totpPurpose(who.userId)), '');
  const delta = totp.validate({ token: code, window: WINDOW, timestamp: now.getTime() });
  if (delta === null) return false;
  const step = Math.floor(now.getTime() / 1_000 / PERIOD_SECONDS) + delta;
  const spent = await db
    .updateTable('user_totp')
    .set({ last_step: step, ...(isConfirming ? { confirmed_at: now } : {}) })
    .where('organization_id', '=', who.org)
    .where('user_id', '=', who.userId)
    .where('last_step', '<', step)
    .executeTakeFirst();
  return spent.numUpdatedRows > 0n;
}

/** @returns false when there was none */
export async function removeTotp(tx: Tx, org: string, userId: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('user_totp')
    .where('organization_id', '=', org)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}
