import type { Db, Tx } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';

export type Organization = { id: string; name: string; stackSlug: string; orgSlug: string; defaultTimezone: string };

const COLUMNS = ['id', 'name', 'stack_slug as stackSlug', 'org_slug as orgSlug', 'default_timezone as defaultTimezone'] as const;

/** Adds an organization with its counters. */
export async function createOrganization(
  tx: Tx,
  fields: { name: string; stackSlug?: string; orgSlug?: string },
  now: Date,
): Promise<Organization> {
  const row = await tx
    .insertInto('organization')
    .values({
      id: newId('O'),
      name: fields.name,
      created_at: now,
      deleted_at: null,
      ...(fields.stackSlug === undefined ? {} : { stack_slug: fields.stackSlug }),
      ...(fields.orgSlug === undefined ? {} : { org_slug: fields.orgSlug }),
    })
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
  await tx.insertInto('organization_counter').values({ organization_id: row.id }).execute();
  return row;
}

/** The organizations that are not deleted, oldest first. */
export const listOrganizations = (db: Db | Tx): Promise<Organization[]> =>
  db.selectFrom('organization').select(COLUMNS).where('deleted_at', 'is', null).orderBy('created_at').orderBy('id').execute();

/** The next number for a user in Grafana's API. Holds the organization's counters until the transaction ends. */
export async function nextGrafanaUserId(tx: Tx, org: string): Promise<number> {
  const row = await tx
    .updateTable('organization_counter')
    .set((eb) => ({ last_grafana_user_id: eb('last_grafana_user_id', '+', 1) }))
    .where('organization_id', '=', org)
    .returning('last_grafana_user_id as id')
    .executeTakeFirstOrThrow();
  return row.id;
}
