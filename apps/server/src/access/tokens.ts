import { sql } from 'kysely';
import type { Db, Tx } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';
import { constantTimeEqual, hashToken, newToken, tokenKey } from '../platform/secrets.ts';

export type ApiToken = { id: string; userId: string; name: string; createdAt: Date; expiresAt: Date | null };

/** Makes a token. Its text is returned once and kept nowhere; the database holds its hash. */
export async function createToken(
  tx: Tx,
  org: string,
  fields: { userId: string; name: string; expiresAt?: Date | null },
  now: Date,
): Promise<{ text: string; token: ApiToken }> {
  const text = newToken();
  const token = { id: newId('K'), userId: fields.userId, name: fields.name, createdAt: now, expiresAt: fields.expiresAt ?? null };
  await tx
    .insertInto('api_token')
    .values({
      organization_id: org,
      id: token.id,
      user_id: token.userId,
      name: token.name,
      token_key: tokenKey(text),
      token_hash: hashToken(text),
      created_at: now,
      last_used_at: null,
      expires_at: token.expiresAt,
      revoked_at: null,
    })
    .execute();
  return { text, token };
}

/** From now on the token lets nobody in. @returns false when there is no such token, or it was revoked before */
export async function revokeToken(tx: Tx, org: string, id: string, now: Date): Promise<boolean> {
  const result = await tx
    .updateTable('api_token')
    .set({ revoked_at: now })
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** The token's owner and state, for a token text as it was sent; null when none matches. */
export async function findToken(db: Db, text: string) {
  const hash = hashToken(text);
  const candidates = await db
    .selectFrom('api_token as t')
    .innerJoin('users as u', (join) => join.onRef('u.organization_id', '=', 't.organization_id').onRef('u.id', '=', 't.user_id'))
    .innerJoin('organization as o', 'o.id', 't.organization_id')
    .select([
      't.organization_id as org',
      't.id as tokenId',
      't.token_hash as hash',
      't.expires_at as expiresAt',
      't.last_used_at as lastUsedAt',
      'u.id as userId',
      'u.role',
      'u.is_active as isActive',
      'o.deleted_at as organizationDeletedAt',
    ])
    .select((eb) =>
      eb
        .selectFrom('team_member as m')
        .whereRef('m.organization_id', '=', 't.organization_id')
        .whereRef('m.user_id', '=', 't.user_id')
        .select(sql<string[]>`coalesce(array_agg(m.team_id), '{}')`.as('ids'))
        .as('teamIds'),
    )
    .where('t.token_key', '=', tokenKey(text))
    .where('t.revoked_at', 'is', null)
    .execute();
  return candidates.find((candidate) => constantTimeEqual(candidate.hash, hash)) ?? null;
}

/** Notes when a token was last used. */
export async function touchToken(db: Db, org: string, id: string, now: Date): Promise<void> {
  await db.updateTable('api_token').set({ last_used_at: now }).where('organization_id', '=', org).where('id', '=', id).execute();
}
