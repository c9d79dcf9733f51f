import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/db/database.ts';
import { newId } from '../../platform/ids.ts';
import type { SealedColumn } from '../../platform/sealed-columns.ts';
import type { SecretBox } from '../../platform/secrets.ts';
import { integrationChanged, lockIntegration } from '../settings/integration-store.ts';
import { type Guard, type HmacRule, toAddressList } from './guard.ts';

export type SecretKind = 'hmac' | 'authorization';
/** Secrets of a kind that work side by side, so that a sender can be moved from one to the next. */
export const MOST_SECRETS = 2;

/** A secret as people see it. */
export interface GuardSecret {
  readonly id: string;
  readonly kind: SecretKind;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

/** What an integration asks of its senders, without the secrets. */
export interface GuardSettings {
  readonly hmac: HmacRule | null;
  readonly authorization: { readonly kind: 'bearer' | 'basic'; readonly username: string } | null;
  readonly allowedAddresses: readonly string[];
  readonly allowedTopics: readonly string[];
  readonly secrets: readonly GuardSecret[];
}

const purposeOf = (secretId: string): string => `integration.secret:${secretId}`;

/** Where integrations keep secrets, for the rotation of keys. */
export const sealedIntegrationColumns: readonly SealedColumn[] = [
  { table: 'integration_secret', column: 'secret_encrypted', key: 'id', purpose: purposeOf },
];

type GuardRow = {
  integration_id: string;
  hmac: {
    header: string;
    algorithm: HmacRule['algorithm'];
    encoding: HmacRule['encoding'];
    prefix: string;
    signed_text: string;
    timestamp_header: string | null;
    tolerance_seconds: number;
  } | null;
  authorization_kind: 'bearer' | 'basic' | null;
  basic_username: string | null;
  allowed_addresses: string[];
  allowed_topics: string[];
};

const ruleOf = (hmac: NonNullable<GuardRow['hmac']>): HmacRule => ({
  header: hmac.header,
  algorithm: hmac.algorithm,
  encoding: hmac.encoding,
  prefix: hmac.prefix,
  signedText: hmac.signed_text,
  timestampHeader: hmac.timestamp_header,
  toleranceSeconds: hmac.tolerance_seconds,
});

const isEmpty = (row: GuardRow): boolean =>
  row.hmac === null && row.authorization_kind === null && row.allowed_addresses.length === 0 && row.allowed_topics.length === 0;

/**
 * The guards of integrations, by integration; those without one are left out. `unreadable`: a secret does not open under the keys there are.
 * @param integrations null: all of them
 */
export async function loadGuards(
  db: Db,
  integrations: readonly { organizationId: string; integrationId: string }[] | null,
  secrets: SecretBox,
): Promise<Map<string, Guard | 'unreadable'>> {
  const guards = new Map<string, Guard | 'unreadable'>();
  const which =
    integrations === null
      ? sql`true`
      : sql`(organization_id, integration_id) in (select * from unnest(
          ${integrations.map((each) => each.organizationId)}::text[], ${integrations.map((each) => each.integrationId)}::text[]))`;
  const { rows } = await sql<GuardRow>`select * from integration_guard where ${which}`.execute(db);
  if (rows.length === 0) return guards;
  const sealed = await sql<{ integration_id: string; id: string; kind: SecretKind; secret_encrypted: Buffer }>`
    select integration_id, id, kind, secret_encrypted from integration_secret where ${which}
    order by created_at desc, id`.execute(db);
  const secretsOf = new Map<string, typeof sealed.rows>();
  for (const row of sealed.rows) secretsOf.set(row.integration_id, [...(secretsOf.get(row.integration_id) ?? []), row]);
  for (const row of rows) {
    if (!isEmpty(row)) guards.set(row.integration_id, guardOf(row, secretsOf.get(row.integration_id) ?? [], secrets));
  }
  return guards;
}

function guardOf(
  row: GuardRow,
  sealed: readonly { id: string; kind: SecretKind; secret_encrypted: Buffer }[],
  secrets: SecretBox,
): Guard | 'unreadable' {
  const open = (kind: SecretKind) =>
    sealed
      .filter((each) => each.kind === kind)
      .map(({ id, secret_encrypted: value }) => ({ id, secret: Buffer.from(secrets.open(value, purposeOf(id))) }));
  try {
    return {
      hmac: row.hmac === null ? null : { ...ruleOf(row.hmac), secrets: open('hmac') },
      authorization:
        row.authorization_kind === null
          ? null
          : { kind: row.authorization_kind, username: row.basic_username ?? '', secrets: open('authorization') },
      addresses: toAddressList(row.allowed_addresses),
      topics: new Set(row.allowed_topics),
    };
  } catch (err) {
    if (err instanceof Error && err.name === 'SecretError') return 'unreadable';
    throw err;
  }
}

/** What an integration asks of its senders; nothing where nothing was ever set. */
export async function readGuard(db: Db | Tx, org: string, integrationId: string): Promise<GuardSettings> {
  const { rows } = await sql<GuardRow>`
    select * from integration_guard where organization_id = ${org} and integration_id = ${integrationId}`.execute(db);
  const secrets = await db
    .selectFrom('integration_secret')
    .select(['id', 'kind', 'created_at', 'last_used_at'])
    .where('organization_id', '=', org)
    .where('integration_id', '=', integrationId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  const row = rows[0];
  return {
    hmac: row?.hmac == null ? null : ruleOf(row.hmac),
    authorization: row?.authorization_kind == null ? null : { kind: row.authorization_kind, username: row.basic_username ?? '' },
    allowedAddresses: row?.allowed_addresses ?? [],
    allowedTopics: row?.allowed_topics ?? [],
    secrets: secrets.map((each) => ({ id: each.id, kind: each.kind, createdAt: each.created_at, lastUsedAt: each.last_used_at })),
  };
}

export type GuardValues = Omit<GuardSettings, 'secrets'>;

/** Writes what an integration asks. Secrets of a demand that is dropped go with it. */
export async function saveGuard(tx: Tx, org: string, integrationId: string, values: GuardValues, now: Date): Promise<void> {
  const { hmac, authorization } = values;
  const row = {
    hmac:
      hmac === null
        ? null
        : JSON.stringify({
            header: hmac.header,
            algorithm: hmac.algorithm,
            encoding: hmac.encoding,
            prefix: hmac.prefix,
            signed_text: hmac.signedText,
            timestamp_header: hmac.timestampHeader,
            tolerance_seconds: hmac.toleranceSeconds,
          }),
    authorization_kind: authorization?.kind ?? null,
    basic_username: authorization?.kind === 'basic' ? authorization.username : null,
    allowed_addresses: [...values.allowedAddresses],
    allowed_topics: [...values.allowedTopics],
    updated_at: now,
  };
  await tx
    .insertInto('integration_guard')
    .values({ organization_id: org, integration_id: integrationId, ...row })
    .onConflict((conflict) => conflict.columns(['organization_id', 'integration_id']).doUpdateSet(row))
    .execute();
  const dropped: SecretKind[] = [
    ...(hmac === null ? ['hmac' as const] : []),
    ...(authorization === null ? ['authorization' as const] : []),
  ];
  if (dropped.length > 0) {
    await tx
      .deleteFrom('integration_secret')
      .where('organization_id', '=', org)
      .where('integration_id', '=', integrationId)
      .where('kind', 'in', dropped)
      .execute();
  }
  await integrationChanged(tx, integrationId);
}

/** Adds a secret beside the one there is; null when two are live already. */
export async function addSecret(
  tx: Tx,
  org: string,
  secrets: SecretBox,
  { integrationId, kind, text }: { integrationId: string; kind: SecretKind; text: string },
  now: Date,
): Promise<GuardSecret | null> {
  await lockIntegration(tx, org, integrationId);
  const { rows } = await sql<{ live: number }>`
    select count(*)::int as live from integration_secret
    where organization_id = ${org} and integration_id = ${integrationId} and kind = ${kind}`.execute(tx);
  if ((rows[0]?.live ?? 0) >= MOST_SECRETS) return null;
  const id = newId('Y');
  await tx
    .insertInto('integration_secret')
    .values({
      organization_id: org,
      id,
      integration_id: integrationId,
      kind,
      secret_encrypted: secrets.seal(text, purposeOf(id)),
      created_at: now,
    })
    .execute();
  await integrationChanged(tx, integrationId);
  return { id, kind, createdAt: now, lastUsedAt: null };
}

/** Ends a secret. `last`: a demand cannot be without one; it is dropped as a whole instead. */
export async function removeSecret(
  tx: Tx,
  org: string,
  integrationId: string,
  id: string,
): Promise<'removed' | 'not_found' | 'last'> {
  await lockIntegration(tx, org, integrationId);
  const { secrets } = await readGuard(tx, org, integrationId);
  const found = secrets.find((secret) => secret.id === id);
  if (found === undefined) return 'not_found';
  if (secrets.filter(({ kind }) => kind === found.kind).length === 1) return 'last';
  await tx.deleteFrom('integration_secret').where('organization_id', '=', org).where('id', '=', id).execute();
  await integrationChanged(tx, integrationId);
  return 'removed';
}
