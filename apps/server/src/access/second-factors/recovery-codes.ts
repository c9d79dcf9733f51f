import { randomInt } from 'node:crypto';
import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/db/database.ts';
import { digestOf } from '../sessions/store.ts';

const CODES = 10;
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Sixteen characters, about 79 bits: `abcd-efgh-jkmn-pqrs`. */
const newCode = (): string =>
  Array.from({ length: 16 }, () => ALPHABET.charAt(randomInt(ALPHABET.length)))
    .join('')
    .replace(/(.{4})(?=.)/g, '$1-');

/** As people type it. */
const hashOfCode = (code: string): Buffer => digestOf(code.toLowerCase().replace(/[\s-]/g, ''));

/** Makes new codes, each of which stands in for a second factor once; former ones no longer work. They are shown once. */
export async function createRecoveryCodes(tx: Tx, org: string, userId: string): Promise<string[]> {
  const codes = Array.from({ length: CODES }, newCode);
  await tx.deleteFrom('user_recovery_code').where('organization_id', '=', org).where('user_id', '=', userId).execute();
  await tx
    .insertInto('user_recovery_code')
    .values(codes.map((code) => ({ organization_id: org, user_id: userId, code_hash: hashOfCode(code), used_at: null })))
    .execute();
  return codes;
}

/** Whether a code is right and was not used; using it spends it. */
export async function useRecoveryCode(db: Db | Tx, org: string, userId: string, code: string, now: Date): Promise<boolean> {
  const result = await db
    .updateTable('user_recovery_code')
    .set({ used_at: now })
    .where('organization_id', '=', org)
    .where('user_id', '=', userId)
    .where('code_hash', '=', hashOfCode(code))
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function countRecoveryCodes(db: Db | Tx, org: string, userId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from user_recovery_code
    where organization_id = ${org} and user_id = ${userId} and used_at is null`.execute(db);
  return rows[0]?.count ?? 0;
}

export async function removeRecoveryCodes(tx: Tx, org: string, userId: string): Promise<void> {
  await tx.deleteFrom('user_recovery_code').where('organization_id', '=', org).where('user_id', '=', userId).execute();
}
