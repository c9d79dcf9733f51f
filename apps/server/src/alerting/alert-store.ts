import { type Selectable, sql } from 'kysely';
import { ofVisibleGroup, type Viewer } from '../access/index.ts';
import type { Db, Tx } from '../platform/db/database.ts';
import { fillPage, type Page, rowsById, selectPage, type Window } from '../platform/db/page.ts';
import type { AlertGroupId, OrgId } from './alert-group.ts';
import type { TimeRange } from './group-filter.ts';
import type { AlertTable } from './tables.ts';

export type Alert = {
  organizationId: OrgId;
  id: string;
  alertGroupId: AlertGroupId;
  integrationId: string;
  createdAt: Date;
  receivedAt: Date;
  /** The received JSON text; `{}` after a wipe. */
  payload: string;
  isResolveSignal: boolean;
  isAcknowledgeSignal: boolean;
  isDemo: boolean;
  /** How a malformed body was read, null for a well-formed one. */
  warning: string | null;
};

export type AlertFilter = {
  /** Left out: alerts of all groups of the organization. */
  visibleTo?: Viewer;
  ids?: readonly string[];
  alertGroupId?: AlertGroupId;
  integrationId?: string;
  createdAt?: TimeRange;
  /** Substring of the payload's JSON text, in any case. */
  search?: string;
};

const alertFromRow = (row: Selectable<AlertTable>): Alert => ({
  organizationId: row.organization_id,
  id: row.id,
  alertGroupId: row.alert_group_id,
  integrationId: row.integration_id,
  createdAt: row.created_at,
  receivedAt: row.received_at,
  payload: row.payload,
  isResolveSignal: row.is_resolve_signal,
  isAcknowledgeSignal: row.is_acknowledge_signal,
  isDemo: row.is_demo,
  warning: row.warning,
});

/** Alerts, newest first. */
export async function listAlerts(db: Db, org: OrgId, filter: AlertFilter, window: Window): Promise<Page<Alert>> {
  const where = [sql`a.organization_id = ${org}`];
  if (filter.ids !== undefined) where.push(sql`a.id = any(${[...filter.ids]}::text[])`);
  if (filter.alertGroupId !== undefined) where.push(sql`a.alert_group_id = ${filter.alertGroupId}`);
  if (filter.integrationId !== undefined) where.push(sql`a.integration_id = ${filter.integrationId}`);
  if (filter.createdAt !== undefined) where.push(sql`a.created_at between ${filter.createdAt.from} and ${filter.createdAt.to}`);
  if (filter.search !== undefined) where.push(sql`a.payload ilike ${`%${filter.search.replace(/[\\%_]/g, '\\$&')}%`}`);
  if (filter.visibleTo !== undefined) {
    const isSeen = ofVisibleGroup(filter.visibleTo, org, { id: sql`a.alert_group_id`, integrationId: sql`a.integration_id` });
    where.push(isSeen);
  }
  const page = await selectPage(
    db,
    {
      from: sql`alert a`,
      where,
      id: sql`a.id`,
      keys: [
        { column: sql`a.created_at`, type: 'timestamptz' },
        { column: sql`a.id`, type: 'text' },
      ],
      direction: 'desc',
    },
    window,
  );
  return fillPage(page, await loadAlerts(db, org, page.rows), (alert) => alert.id);
}

/** Alerts by their ids, in no order. */
export async function loadAlerts(db: Db | Tx, org: OrgId, ids: readonly string[]): Promise<Alert[]> {
  return (await rowsById<Selectable<AlertTable>>(db, 'alert', org, ids)).map(alertFromRow);
}
