import type { Db, Tx } from '../../platform/db/database.ts';
import { digestOf, newSecret } from '../sessions/store.ts';
import type { SignInChallengeTable } from './tables.ts';

export interface Challenge {
  readonly kind: SignInChallengeTable['kind'];
  readonly org: string | null;
  readonly userId: string | null;
  readonly data: unknown;
}

const idOf = (secret: string): string => digestOf(secret).toString('base64url');

/** Keeps what the server waits to have answered. @returns the secret by which the answer finds it */
export async function keepChallenge(db: Db | Tx, challenge: Challenge, expiresAt: Date): Promise<string> {
  const secret = newSecret();
  await db
    .insertInto('sign_in_challenge')
    .values({
      id: idOf(secret),
      kind: challenge.kind,
      organization_id: challenge.org,
      user_id: challenge.userId,
      data: JSON.stringify(challenge.data),
      expires_at: expiresAt,
    })
    .execute();
  return secret;
}

/** Takes a challenge away, so that it is answered once. Null when there is none of this kind, or it has run out. */
export async function takeChallenge(db: Db | Tx, secret: string, kind: Challenge['kind'], now: Date): Promise<Challenge | null> {
  const row = await db
    .deleteFrom('sign_in_challenge')
    .where('id', '=', idOf(secret))
    .where('kind', '=', kind)
    .returningAll()
    .executeTakeFirst();
  if (row === undefined || row.expires_at <= now) return null;
  return { kind: row.kind, org: row.organization_id, userId: row.user_id, data: row.data };
}

export async function forgetChallenges(db: Db, now: Date): Promise<void> {
  await db.deleteFrom('sign_in_challenge').where('expires_at', '<', now).execute();
}
