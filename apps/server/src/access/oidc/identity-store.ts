import type { Db, Tx } from '../../platform/db/database.ts';
import type { OidcPerson } from './provider.ts';

/** A person of ours at a provider. */
export interface OidcIdentity {
  readonly userId: string;
  readonly issuer: string;
  readonly subject: string;
  readonly provider: string;
  readonly email: string | null;
  /** As the provider said at the last sign-in. */
  readonly groups: readonly string[];
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
}

const COLUMNS = [
  'user_id as userId',
  'issuer',
  'subject',
  'provider',
  'email',
  'groups',
  'created_at as createdAt',
  'last_used_at as lastUsedAt',
] as const;

/** Whoever a provider knows by issuer and subject. Holds the row until the transaction ends. */
export async function lockIdentity(tx: Tx, org: string, issuer: string, subject: string): Promise<OidcIdentity | null> {
  const row = await tx
    .selectFrom('oidc_identity')
    .select(COLUMNS)
    .where('organization_id', '=', org)
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .forUpdate()
    .executeTakeFirst();
  return row ?? null;
}

/** Keeps whom a provider knows as which person, and what it said of their groups. */
export async function saveIdentity(
  tx: Tx,
  org: string,
  userId: string,
  provider: string,
  person: OidcPerson,
  now: Date,
): Promise<void> {
  const seen = { provider, email: person.email, groups: [...person.groups], last_used_at: now };
  await tx
    .insertInto('oidc_identity')
    .values({ organization_id: org, issuer: person.issuer, subject: person.subject, user_id: userId, created_at: now, ...seen })
    .onConflict((oc) => oc.columns(['organization_id', 'issuer', 'subject']).doUpdateSet(seen))
    .execute();
}

export const listIdentities = (db: Db | Tx, org: string, userId: string): Promise<OidcIdentity[]> =>
  db
    .selectFrom('oidc_identity')
    .select(COLUMNS)
    .where('organization_id', '=', org)
    .where('user_id', '=', userId)
    .orderBy('created_at')
    .execute();

/** @returns how many there were */
export async function removeIdentities(tx: Tx, org: string, userId: string, provider: string): Promise<number> {
  const result = await tx
    .deleteFrom('oidc_identity')
    .where('organization_id', '=', org)
    .where('user_id', '=', userId)
    .where('provider', '=', provider)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
