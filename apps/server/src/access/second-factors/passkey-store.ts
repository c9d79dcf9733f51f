import type { Selectable } from 'kysely';
import type { Db, Tx } from '../../platform/db/database.ts';
import { newId } from '../../platform/ids.ts';
import type { UserPasskeyTable } from '../sign-in/tables.ts';

/** A credential of WebAuthn: a phone, a computer, or a key on a ring. */
export interface Passkey {
  readonly org: string;
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  /** base64url */
  readonly credentialId: string;
  readonly publicKey: Buffer;
  readonly counter: number;
  readonly transports: readonly string[];
  /** Whether its maker copies it to the person's other devices. */
  readonly isSynced: boolean;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

const fromRow = (row: Selectable<UserPasskeyTable>): Passkey => ({
  org: row.organization_id,
  id: row.id,
  userId: row.user_id,
  name: row.name,
  credentialId: row.credential_id,
  publicKey: row.public_key,
  counter: row.counter,
  transports: row.transports,
  isSynced: row.is_synced,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
});

/** Adds a passkey; breaks `user_passkey_credential` when the credential is known. */
export async function insertPasskey(
  tx: Tx,
  wanted: Omit<Passkey, 'id' | 'createdAt' | 'lastUsedAt'>,
  now: Date,
): Promise<Passkey> {
  const row = await tx
    .insertInto('user_passkey')
    .values({
      organization_id: wanted.org,
      id: newId('PK'),
      user_id: wanted.userId,
      name: wanted.name,
      credential_id: wanted.credentialId,
      public_key: wanted.publicKey,
      counter: wanted.counter,
      transports: [...wanted.transports],
      is_synced: wanted.isSynced,
      created_at: now,
      last_used_at: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return fromRow(row);
}

export async function listPasskeys(db: Db | Tx, org: string, userId: string): Promise<Passkey[]> {
  const rows = await db
    .selectFrom('user_passkey')
    .selectAll()
    .where('organization_id', '=', org)
    .where('user_id', '=', userId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(fromRow);
}

/** The passkey of a credential, whoever has it. */
export async function findPasskey(db: Db | Tx, credentialId: string): Promise<Passkey | null> {
  const row = await db.selectFrom('user_passkey').selectAll().where('credential_id', '=', credentialId).executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

export async function notePasskeyUse(db: Db | Tx, passkey: Passkey, counter: number, now: Date): Promise<void> {
  await db
    .updateTable('user_passkey')
    .set({ counter, last_used_at: now })
    .where('organization_id', '=', passkey.org)
    .where('id', '=', passkey.id)
    .execute();
}

export async function renamePasskey(tx: Tx, org: string, userId: string, id: string, name: string): Promise<boolean> {
  const result = await tx
    .updateTable('user_passkey')
    .set({ name })
    .where('organization_id', '=', org)
    .where('user_id', '=', userId)
    .where('id', '=', id)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Removes one, or all. @returns how many there were */
export async function removePasskeys(tx: Tx, org: string, userId: string, id?: string): Promise<number> {
  let query = tx.deleteFrom('user_passkey').where('organization_id', '=', org).where('user_id', '=', userId);
  if (id !== undefined) query = query.where('id', '=', id);
  return Number((await query.executeTakeFirst()).numDeletedRows);
}
