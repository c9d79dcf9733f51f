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

export async function renameOrganization(tx: Tx, org: string, name: string): Promise<void> {
  await tx.updateTable('organization').set({ name }).where('id', '=', org).execute();
}

const normalUrl = (text: string | undefined): string | null => {
  if (text === undefined || !URL.canParse(text)) return null;
  const { protocol, href } = new URL(text);
  return protocol === 'http:' || protocol === 'https:' ? href.replace(/\/+$/, '') : null;
};

/**
 * Whether `X-Grafana-URL` may come with a service token of this organization. With one organization everything may; with several, the
 * header must be the address that the organization has set, if it has, and no other's (http-api-alerting.md 1.2).
 */
export async function matchesOrganization(db: Db, org: string, grafanaUrl: string | undefined): Promise<boolean> {
  const given = normalUrl(grafanaUrl);
  if (given === null) return true;
  const all = await db.selectFrom('organization').select(['id', 'grafana_url']).where('deleted_at', 'is', null).execute();
  if (all.length < 2) return true;
  const named = all.find(({ grafana_url }) => normalUrl(grafana_url ?? undefined) === given);
  const own = all.find(({ id }) => id === org);
  return named === undefined ? own?.grafana_url === null : named.id === org;
}
