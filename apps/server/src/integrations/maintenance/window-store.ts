import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../../platform/db/database.ts';
import type { IntegrationTable } from '../tables.ts';

export type MaintenanceMode = 'debug' | 'maintenance';
export type AtEnd = 'escalate' | 'resolve';

/** A window of an integration that has begun and was not ended yet; `endsAt` may be over. */
export type MaintenanceWindow = {
  organizationId: string;
  integrationId: string;
  mode: MaintenanceMode;
  startedAt: Date;
  endsAt: Date;
  atEnd: AtEnd;
  alertGroupId: string | null;
};

type Row = Selectable<IntegrationTable>;

function windowOf(row: Row): MaintenanceWindow | null {
  if (row.maintenance_mode === null || row.maintenance_started_at === null || row.maintenance_ends_at === null) return null;
  return {
    organizationId: row.organization_id,
    integrationId: row.id,
    mode: row.maintenance_mode,
    startedAt: row.maintenance_started_at,
    endsAt: row.maintenance_ends_at,
    atEnd: row.maintenance_at_end,
    alertGroupId: row.maintenance_alert_group_id,
  };
}

/** Reads a live integration's name and window, and holds its row; null when there is none. */
export async function lockWindow(
  tx: Tx,
  org: string,
  integrationId: string,
): Promise<{ name: string; window: MaintenanceWindow | null } | null> {
  const row = await tx
    .selectFrom('integration')
    .selectAll()
    .where('organization_id', '=', org)
    .where('id', '=', integrationId)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  return row === undefined ? null : { name: row.name, window: windowOf(row) };
}

/** Claims windows whose time is over, skipping those that another process holds. */
export async function claimOverWindows(tx: Tx, now: Date, limit: number): Promise<MaintenanceWindow[]> {
  const { rows } = await sql<Row>`
    select * from integration where maintenance_ends_at <= ${now}
    order by maintenance_ends_at limit ${limit} for update skip locked`.execute(tx);
  return rows.flatMap((row) => windowOf(row) ?? []);
}

/** Windows whose maintenance group is one of these, held. */
export async function lockWindowsOfGroups(
  tx: Tx,
  groups: readonly { organizationId: string; integrationId: string; alertGroupId: string }[],
): Promise<MaintenanceWindow[]> {
  const { rows } = await sql<Row>`
    select i.* from integration i
    join unnest(${groups.map((group) => group.organizationId)}::text[], ${groups.map((group) => group.integrationId)}::text[],
                ${groups.map((group) => group.alertGroupId)}::text[]) as g (organization_id, integration_id, id)
      on i.organization_id = g.organization_id and i.id = g.integration_id and i.maintenance_alert_group_id = g.id
    order by i.organization_id, i.id for update of i`.execute(tx);
  return rows.flatMap((row) => windowOf(row) ?? []);
}

export async function nextWindowEnd(db: Db): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select min(maintenance_ends_at) as at from integration where maintenance_ends_at is not null`.execute(db);
  return rows[0]?.at ?? null;
}

/** Writes the window of an integration; null: it has none. */
export async function saveWindow(
  tx: Tx,
  org: string,
  integrationId: string,
  window: (Omit<MaintenanceWindow, 'organizationId' | 'integrationId'> & { authorId: string | null }) | null,
): Promise<void> {
  await tx
    .updateTable('integration')
    .set({
      maintenance_mode: window?.mode ?? null,
      maintenance_started_at: window?.startedAt ?? null,
      maintenance_ends_at: window?.endsAt ?? null,
      maintenance_author_id: window?.authorId ?? null,
      maintenance_at_end: window?.atEnd ?? 'escalate',
      maintenance_alert_group_id: window?.alertGroupId ?? null,
    })
    .where('organization_id', '=', org)
    .where('id', '=', integrationId)
    .execute();
}
