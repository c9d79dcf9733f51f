import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/db/database.ts';
import type { OrgId, UserId } from '../alert-group.ts';

/** A column of the table of alert groups: a built-in one, or the values of a label key. */
export type TableColumn = { readonly id: string; readonly name: string; readonly type: 'default' | 'label' };

/** What a person chose; null: nothing. */
export async function ownColumns(db: Db | Tx, org: OrgId, userId: UserId): Promise<readonly TableColumn[] | null> {
  const row = await db
    .selectFrom('own_table_columns')
    .select('columns')
    .where('organization_id', '=', org)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row?.columns ?? null;
}

export async function setOwnColumns(tx: Tx, org: OrgId, userId: UserId, columns: readonly TableColumn[]): Promise<void> {
  await sql`
    insert into own_table_columns (organization_id, user_id, columns)
    select organization_id, id, ${JSON.stringify(columns)}::jsonb from users where organization_id = ${org} and id = ${userId}
    on conflict (organization_id, user_id) do update set columns = excluded.columns`.execute(tx);
}

/** The person sees the organization's columns again. */
export async function resetOwnColumns(tx: Tx, org: OrgId, userId: UserId): Promise<void> {
  await tx.deleteFrom('own_table_columns').where('organization_id', '=', org).where('user_id', '=', userId).execute();
}
