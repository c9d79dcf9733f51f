import { sql } from 'kysely';
import type { Db, Tx } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';
import { constantTimeEqual, hashToken, newToken } from '../platform/secrets.ts';
import { type Narrowing, NOT_NARROWED } from './roles/rights.ts';
import { newServiceToken, tokenKey } from './token-text.ts';

export type TokenOwner = { readonly type: 'user' | 'service_account'; readonly id: string };

export interface ApiToken {
  readonly id: string;
  /** Counts the tokens of the organization from 1. */
  readonly number: number;
  readonly owner: TokenOwner;
  readonly name: string;
  /** The first characters of the text, to tell tokens apart. */
  readonly startsWith: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly lastUsedIp: string | null;
  readonly expiresAt: Date | null;
  readonly isAdopted: boolean;
  readonly narrowing: Narrowing;
}

export type NewToken = {
  readonly name: string;
  readonly expiresAt?: Date | null;
  readonly narrowing?: Narrowing;
  /** A token text made elsewhere, kept so that clients need no change. */
  readonly adopted?: string;
} & ({ readonly userId: string } | { readonly serviceAccountId: string });

/**
 * Makes a token. Its text is returned once and kept nowhere; the database holds its hash. Breaks `api_token_name_key` when the owner
 * has a live one of that name.
 */
export async function createToken(tx: Tx, org: string, fields: NewToken, now: Date): Promise<{ text: string; token: ApiToken }> {
  const owner: TokenOwner =
    'userId' in fields ? { type: 'user', id: fields.userId } : { type: 'service_account', id: fields.serviceAccountId };
  const text = fields.adopted ?? (owner.type === 'user' ? newToken() : newServiceToken());
  const narrowing = fields.narrowing ?? NOT_NARROWED;
  const row = await tx
    .insertInto('api_token')
    .values({
      organization_id: org,
      id: newId('K'),
      user_id: owner.type === 'user' ? owner.id : null,
      service_account_id: owner.type === 'user' ? null : owner.id,
      name: fields.name,
      token_key: tokenKey(text),
      token_hash: hashToken(text),
      created_at: now,
      last_used_at: null,
      expires_at: fields.expiresAt ?? null,
      revoked_at: null,
      scopes: narrowing.scopes === null ? null : [...narrowing.scopes],
      is_read_only: narrowing.isReadOnly,
      team_ids: narrowing.teamIds === null ? null : [...narrowing.teamIds],
      respect_team_visibility: narrowing.respectsVisibility,
      is_adopted: fields.adopted !== undefined,
    })
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
  return { text, token: fromRow(row) };
}

const COLUMNS = [
  'id',
  'number',
  'user_id',
  'service_account_id',
  'name',
  'token_key',
  'created_at',
  'last_used_at',
  'last_used_ip',
  'expires_at',
  'is_adopted',
  'scopes',
  'is_read_only',
  'team_ids',
  'respect_team_visibility',
] as const;

type Row = {
  id: string;
  number: number;
  user_id: string | null;
  service_account_id: string | null;
  name: string;
  token_key: string;
  created_at: Date;
  last_used_at: Date | null;
  last_used_ip: string | null;
  expires_at: Date | null;
  is_adopted: boolean;
  scopes: string[] | null;
  is_read_only: boolean;
  team_ids: string[] | null;
  respect_team_visibility: boolean;
};

const SHOWN_CHARACTERS = 4;

const fromRow = (row: Row): ApiToken => ({
  id: row.id,
  number: row.number,
  owner: row.user_id === null ? { type: 'service_account', id: row.service_account_id ?? '' } : { type: 'user', id: row.user_id },
  name: row.name,
  startsWith: (row.user_id === null ? 'glsa_' : '') + row.token_key.slice(0, SHOWN_CHARACTERS),
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
  lastUsedIp: row.last_used_ip,
  expiresAt: row.expires_at,
  isAdopted: row.is_adopted,
  narrowing: {
    scopes: row.scopes,
    isReadOnly: row.is_read_only,
    teamIds: row.team_ids,
    respectsVisibility: row.respect_team_visibility,
  },
});

/** Live tokens, of one owner or of all, oldest first. Expired ones are listed until they are revoked. */
export async function listTokens(db: Db | Tx, org: string, owner: TokenOwner | null): Promise<ApiToken[]> {
  let query = db.selectFrom('api_token').select(COLUMNS).where('organization_id', '=', org).where('revoked_at', 'is', null);
  if (owner !== null) query = query.where(owner.type === 'user' ? 'user_id' : 'service_account_id', '=', owner.id);
  return (await query.orderBy('number').execute()).map(fromRow);
}

/** The live token with this number. */
export async function findLiveToken(db: Db | Tx, org: string, number: number): Promise<ApiToken | null> {
  const row = await db
    .selectFrom('api_token')
    .select(COLUMNS)
    .where('organization_id', '=', org)
    .where('number', '=', number)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

/** Holds a person's row until the transaction ends, so that creations of their tokens go one after another. */
const lockOwner = (tx: Tx, org: string, userId: string) =>
  sql`select 1 from users where organization_id = ${org} and id = ${userId} for no key update`.execute(tx);

/** The first of `name`, `name 2`, `name 3` … that none of a person's live tokens has. It stays free until the transaction ends. */
export async function freeTokenName(tx: Tx, org: string, userId: string, name: string): Promise<string> {
  await lockOwner(tx, org, userId);
  const taken = new Set((await listTokens(tx, org, { type: 'user', id: userId })).map((token) => token.name.toLowerCase()));
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name} ${number}`;
    if (!taken.has(candidate.toLowerCase())) return candidate;
  }
}

/** How many tokens of a person let somebody in. Holds the person's row until the transaction ends, so that two creations count right. */
export async function countUserTokens(tx: Tx, org: string, userId: string, now: Date): Promise<number> {
  await lockOwner(tx, org, userId);
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from api_token
    where organization_id = ${org} and user_id = ${userId} and revoked_at is null and (expires_at is null or expires_at > ${now})`.execute(
    tx,
  );
  return rows[0]?.count ?? 0;
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

/** Ends all tokens of a person or a service account. */
export async function revokeTokensOf(tx: Tx, org: string, owner: TokenOwner, now: Date): Promise<void> {
  await tx
    .updateTable('api_token')
    .set({ revoked_at: now })
    .where('organization_id', '=', org)
    .where(owner.type === 'user' ? 'user_id' : 'service_account_id', '=', owner.id)
    .where('revoked_at', 'is', null)
    .execute();
}

/** Whether the text is already a live token, of whomever. */
export const isTokenTaken = async (db: Db | Tx, text: string): Promise<boolean> => (await findToken(db, text)) !== null;

export type FoundToken = {
  readonly org: string;
  readonly id: string;
  readonly owner: TokenOwner;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  /** Where it was used from; of IPv6 the network of 64 bits. */
  readonly knownAddresses: readonly string[];
  readonly narrowing: Narrowing;
};

/** The live token of a text as it was sent; null when none matches. It may have expired. */
export async function findToken(db: Db | Tx, text: string): Promise<FoundToken | null> {
  const hash = hashToken(text);
  const candidates = await db
    .selectFrom('api_token')
    .select(['organization_id', 'token_hash', 'known_addresses', ...COLUMNS])
    .where('token_key', '=', tokenKey(text))
    .where('revoked_at', 'is', null)
    .execute();
  const row = candidates.find((candidate) => constantTimeEqual(candidate.token_hash, hash));
  if (row === undefined) return null;
  const { id, owner, expiresAt, lastUsedAt, narrowing } = fromRow(row);
  return { org: row.organization_id, id, owner, expiresAt, lastUsedAt, knownAddresses: row.known_addresses, narrowing };
}

/** Notes when and from where a token was last used. */
export async function touchToken(db: Db, org: string, id: string, now: Date, ip: string | null): Promise<void> {
  await db
    .updateTable('api_token')
    .set({ last_used_at: now, ...(ip === null ? {} : { last_used_ip: ip }) })
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .execute();
}
