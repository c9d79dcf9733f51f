import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../../platform/db/database.ts';
import { newId } from '../../platform/ids.ts';
import type { Role } from '../../users/index.ts';
import type { ServiceAccountTable } from '../tables.ts';
import { revokeTokensOf } from '../tokens.ts';

/** A caller that is no person (access.md 9). */
export interface ServiceAccount {
  readonly id: string;
  /** The number in `service-account:<n>`. */
  readonly number: number;
  readonly name: string;
  readonly description: string;
  readonly role: Role;
  /** Teams whose resources it sees; null for all. */
  readonly teamIds: readonly string[] | null;
  /** Whether it may do what else only people may: the six state actions and direct paging. */
  readonly mayAct: boolean;
  readonly isDisabled: boolean;
  readonly createdByUserId: string | null;
  readonly createdAt: Date;
}

const fromRow = (row: Selectable<ServiceAccountTable>): ServiceAccount => ({
  id: row.id,
  number: row.number,
  name: row.name,
  description: row.description,
  role: row.role,
  teamIds: row.team_ids,
  mayAct: row.may_act,
  isDisabled: row.is_disabled,
  createdByUserId: row.created_by_user_id,
  createdAt: row.created_at,
});

export async function listServiceAccounts(db: Db | Tx, org: string): Promise<ServiceAccount[]> {
  const rows = await db
    .selectFrom('service_account')
    .selectAll()
    .where('organization_id', '=', org)
    .where('deleted_at', 'is', null)
    .orderBy('number')
    .execute();
  return rows.map(fromRow);
}

export async function findServiceAccount(db: Db | Tx, org: string, id: string): Promise<ServiceAccount | null> {
  const row = await db
    .selectFrom('service_account')
    .selectAll()
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

export type AccountValues = Pick<ServiceAccount, 'name' | 'description' | 'role' | 'teamIds' | 'mayAct' | 'isDisabled'>;

/** Adds an account; breaks `service_account_name_key` when the name is taken. */
export async function createServiceAccount(
  tx: Tx,
  org: string,
  values: AccountValues,
  createdByUserId: string | null,
  now: Date,
): Promise<ServiceAccount> {
  const { rows } = await sql<{ number: number }>`
    insert into organization_counter as c (organization_id, last_service_account_number) values (${org}, 1)
    on conflict (organization_id) do update set last_service_account_number = c.last_service_account_number + 1
    returning last_service_account_number as number`.execute(tx);
  const account = { id: newId('SA'), number: rows[0]?.number ?? 1, ...values, createdByUserId, createdAt: now };
  await tx
    .insertInto('service_account')
    .values({
      organization_id: org,
      id: account.id,
      number: account.number,
      ...columns(values),
      created_by_user_id: createdByUserId,
      created_at: now,
      deleted_at: null,
    })
    .execute();
  return account;
}

const columns = (values: AccountValues) => ({
  name: values.name,
  description: values.description,
  role: values.role,
  team_ids: values.teamIds === null ? null : [...values.teamIds],
  may_act: values.mayAct,
  is_disabled: values.isDisabled,
});

export async function updateServiceAccount(tx: Tx, org: string, account: ServiceAccount): Promise<ServiceAccount> {
  await tx
    .updateTable('service_account')
    .set(columns(account))
    .where('organization_id', '=', org)
    .where('id', '=', account.id)
    .execute();
  return account;
}

/** Removes an account with its roles; its tokens end at once. What it did keeps its name. */
export async function deleteServiceAccount(tx: Tx, org: string, id: string, now: Date): Promise<void> {
  await revokeTokensOf(tx, org, { type: 'service_account', id }, now);
  await sql`delete from role_assignment where organization_id = ${org} and subject_type = 'service_account' and subject_id = ${id}`.execute(
    tx,
  );
  await tx
    .updateTable('service_account')
    .set({ deleted_at: now })
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .execute();
}
