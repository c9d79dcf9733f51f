import { type Selectable, sql } from 'kysely';
import { inVisibleTeam, ofTeam, type Viewer } from '../../access/index.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import { containing, listTable, type Page, type Window } from '../../platform/db/page.ts';
import { notify } from '../../platform/notify.ts';
import type { IntegrationTable } from '../tables.ts';
import type { Integration, IntegrationLabel } from './integration.ts';

export interface IntegrationFilter {
  readonly name?: string;
  /** null: integrations without a team. */
  readonly teamId?: string | null;
  /** Part of the name, in any case of letters. */
  readonly search?: string;
  readonly type?: string;
  /** Fixed labels, all of which it has. */
  readonly labels?: readonly IntegrationLabel[];
  readonly inMaintenance?: boolean;
  /** Leaves out what this person does not see; all is listed without it. */
  readonly visibleTo?: Viewer;
}

/** Live integrations, oldest first. Those that only the server uses are not shown. */
export async function listIntegrations(
  db: Db,
  org: string,
  filter: IntegrationFilter,
  window: Window,
): Promise<Page<Integration>> {
  const where = [sql`organization_id = ${org}`, sql`deleted_at is null`, sql`type <> 'maintenance'`];
  if (filter.name !== undefined) where.push(sql`name = ${filter.name}`);
  if (filter.teamId !== undefined) where.push(ofTeam(filter.teamId, sql`team_id`));
  if (filter.visibleTo !== undefined) where.push(inVisibleTeam(filter.visibleTo, sql`team_id`));
  if (filter.search !== undefined) where.push(sql`lower(name) like lower(${containing(filter.search)})`);
  if (filter.type !== undefined) where.push(sql`type = ${filter.type}`);
  if (filter.labels !== undefined) where.push(sql`labels @> ${JSON.stringify(filter.labels)}::jsonb`);
  if (filter.inMaintenance !== undefined) where.push(sql`(maintenance_mode is not null) = ${filter.inMaintenance}`);
  return listTable(db, { table: 'integration', org, where, fromRow }, window);
}

/** A live integration; null when there is none in this organization. */
export async function findIntegration(db: Db | Tx, org: string, id: string): Promise<Integration | null> {
  const row = await db
    .selectFrom('integration')
    .selectAll()
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .where('type', '<>', 'maintenance')
    .executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

/** Holds the integration's row until the transaction ends, so that moves of its routes run one after the other. */
export async function lockIntegration(tx: Tx, org: string, id: string): Promise<void> {
  await tx.selectFrom('integration').select('id').where('organization_id', '=', org).where('id', '=', id).forUpdate().execute();
}

/** Tells every process that keeps integrations in memory. */
export const integrationChanged = (tx: Tx, integrationId: string): Promise<void> =>
  notify(tx, 'integration_changed', integrationId);

/** Whether a live integration of the team (null: of none) has the name, another one than `except`. */
export async function integrationNameTaken(
  tx: Tx,
  org: string,
  teamId: string | null,
  name: string,
  except: string | null,
): Promise<boolean> {
  const row = await tx
    .selectFrom('integration')
    .select('id')
    .where('organization_id', '=', org)
    .where('name', '=', name)
    .where('deleted_at', 'is', null)
    .where(sql<boolean>`team_id is not distinct from ${teamId}`)
    .where('id', '<>', except ?? '')
    .executeTakeFirst();
  return row !== undefined;
}

/** Counts one more integration of the organization and returns how many there had ever been before. */
export async function countIntegration(tx: Tx, org: string): Promise<number> {
  const { rows } = await sql<{ before: number }>`
    insert into organization_counter as c (organization_id, integrations_ever_created) values (${org}, 1)
    on conflict (organization_id) do update set integrations_ever_created = c.integrations_ever_created + 1
    returning integrations_ever_created - 1 as before`.execute(tx);
  return Number(rows[0]?.before ?? 0);
}

function fromRow(row: Selectable<IntegrationTable>): Integration {
  return {
    id: row.id,
    type: row.type,
    name: row.name,
    descriptionShort: row.description_short,
    teamId: row.team_id,
    token: row.token,
    templates: row.templates,
    groupingScope: row.grouping_scope,
    allowSourceBasedResolving: row.allow_source_based_resolving,
    labels: row.labels,
    dynamicLabels: row.dynamic_labels,
    labelsNotInherited: row.labels_not_inherited,
    multiLabelTemplate: row.multi_label_template,
    acknowledgeHosts: row.acknowledge_hosts,
    maintenanceMode: row.maintenance_mode,
    maintenanceStartedAt: row.maintenance_started_at,
    maintenanceEndsAt: row.maintenance_ends_at,
    previousToken:
      row.previous_token_until === null ? null : { until: row.previous_token_until, usedAt: row.previous_token_used_at },
    templateErrors: row.template_errors,
    createdAt: row.created_at,
  };
}
