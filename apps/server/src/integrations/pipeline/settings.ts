import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/db/database.ts';
import { prepared } from '../../platform/db/prepared.ts';
import type { LabelMatch } from '../tables.ts';
import { type StoredTemplates, type TemplateName, templateSource } from '../template-names.ts';
import type { IntegrationType } from '../types/integration-type.ts';
import { integrationTypeOf } from '../types/registry.ts';
import type { GroupingScope, QuietMode } from './prepared-alert.ts';

export type RouteSettings = {
  id: string;
  isDefault: boolean;
  type: 'regex' | 'jinja2' | 'labels';
  term: string | null;
  labels: readonly { key: string; value: string; match?: LabelMatch }[] | null;
  escalationChainId: string | null;
  chainName: string | null;
};

/** What the pipeline needs to know of an integration. */
export type IntegrationSettings = {
  organizationId: string;
  id: string;
  name: string;
  type: IntegrationType;
  storedTemplates: StoredTemplates;
  defaultTemplates: 'tocsin' | 'reference';
  /** The source that holds for a template, the type's own where none is set; null: there is none. */
  template(name: TemplateName): string | null;
  staticLabels: readonly { key: string; value: string }[];
  dynamicLabels: readonly { key: string; template: string }[];
  multiLabelTemplate: string | null;
  scope: GroupingScope;
  mayResolve: boolean;
  quiet: QuietMode | null;
  isSlow: boolean;
  templateErrors: Readonly<Record<string, { message: string; at: string }>>;
  /** In the order they are tried, the default one last. */
  routes: readonly RouteSettings[];
};

type IntegrationRow = {
  organization_id: string;
  id: string;
  name: string;
  type: string;
  templates: Record<string, string | Record<string, string>>;
  default_templates: 'tocsin' | 'reference';
  grouping_scope: GroupingScope | null;
  allow_source_based_resolving: boolean;
  labels: { key: string; value: string }[];
  dynamic_labels: { key: string; template: string }[];
  multi_label_template: string | null;
  labels_not_inherited: string[];
  maintenance_mode: 'debug' | 'maintenance' | null;
  maintenance_ends_at: Date | null;
  maintenance_alert_group_id: string | null;
  is_slow: boolean;
  template_errors: Record<string, { message: string; at: string }>;
};

type RouteRow = {
  integration_id: string;
  id: string;
  is_default: boolean;
  routing_type: 'regex' | 'jinja2' | 'labels';
  routing_regex: string | null;
  routing_labels: { key: string; value: string; match?: LabelMatch }[] | null;
  escalation_chain_id: string | null;
  chain_name: string | null;
};

/** Reads the settings of integrations as they are now, deleted ones included: what was accepted is handled. */
export async function loadSettings(
  tx: Db | Tx,
  refs: readonly { organization_id: string; integration_id: string }[],
  now: Date,
): Promise<Map<string, IntegrationSettings>> {
  const unique = [...new Map(refs.map((ref) => [ref.integration_id, ref])).values()];
  const orgs = unique.map((ref) => ref.organization_id);
  const ids = unique.map((ref) => ref.integration_id);
  const integrations = await prepared(sql<IntegrationRow>`
    select i.organization_id, i.id, i.name, i.type, i.templates, i.default_templates, i.grouping_scope, i.allow_source_based_resolving, i.labels,
      i.dynamic_labels, i.multi_label_template, i.labels_not_inherited, i.maintenance_mode, i.maintenance_ends_at, i.maintenance_alert_group_id, i.is_slow, i.template_errors
    from unnest(${orgs}::text[], ${ids}::text[]) as k (organization_id, id)
    join integration i on i.organization_id = k.organization_id and i.id = k.id`).execute(tx);
  const routes = await prepared(sql<RouteRow>`
    select r.integration_id, r.id, r.is_default, r.routing_type, r.routing_regex, r.routing_labels, r.escalation_chain_id, c.name as chain_name
    from unnest(${orgs}::text[], ${ids}::text[]) as k (organization_id, integration_id)
    join route r on r.organization_id = k.organization_id and r.integration_id = k.integration_id
    left join escalation_chain c on c.organization_id = r.organization_id and c.id = r.escalation_chain_id
    order by r.integration_id, r.is_default, r.position`).execute(tx);
  const routesOf = new Map<string, RouteRow[]>();
  for (const route of routes.rows) {
    const known = routesOf.get(route.integration_id);
    if (known === undefined) routesOf.set(route.integration_id, [route]);
    else known.push(route);
  }
  return new Map(integrations.rows.map((row) => [row.id, fromRow(row, routesOf.get(row.id) ?? [], now)]));
}

function fromRow(row: IntegrationRow, routes: readonly RouteRow[], now: Date): IntegrationSettings {
  const type = integrationTypeOf(row.type);
  const source = (name: TemplateName) => templateSource(row.templates, type, row.default_templates, name);
  const hasOwnGrouping = typeof row.templates.grouping_key === 'string' && row.templates.grouping_key !== '';
  return {
    organizationId: row.organization_id,
    id: row.id,
    name: row.name,
    type,
    storedTemplates: row.templates,
    defaultTemplates: row.default_templates,
    template: source,
    staticLabels: row.labels.filter(({ key }) => !row.labels_not_inherited.includes(key)),
    dynamicLabels: row.dynamic_labels,
    multiLabelTemplate: row.multi_label_template,
    scope: row.grouping_scope ?? (hasOwnGrouping ? 'route' : 'signals'),
    mayResolve: row.allow_source_based_resolving,
    quiet: quietMode(row, now),
    isSlow: row.is_slow,
    templateErrors: row.template_errors,
    routes: routes.map((route) => ({
      id: route.id,
      isDefault: route.is_default,
      type: route.routing_type,
      term: route.routing_regex,
      labels: route.routing_labels,
      escalationChainId: route.escalation_chain_id,
      chainName: route.chain_name,
    })),
  };
}

/**
 * Holds the windows of maintenance that these settings tell of, and reads them again: a window that ends waits for the alert groups that are
 * being attached, or they find it ended. Nothing is read where no window of maintenance runs.
 */
export async function holdWindows(tx: Tx, settings: Map<string, IntegrationSettings>, now: Date): Promise<void> {
  const inMaintenance = [...settings.values()].filter(({ quiet }) => quiet?.kind === 'maintenance');
  if (inMaintenance.length === 0) return;
  const { rows } = await sql<
    Pick<IntegrationRow, 'id' | 'maintenance_mode' | 'maintenance_ends_at' | 'maintenance_alert_group_id'>
  >`
    select i.id, i.maintenance_mode, i.maintenance_ends_at, i.maintenance_alert_group_id from integration i
    join unnest(${inMaintenance.map((each) => each.organizationId)}::text[], ${inMaintenance.map((each) => each.id)}::text[]) as k (organization_id, id)
      on i.organization_id = k.organization_id and i.id = k.id
    order by i.organization_id, i.id for share of i`.execute(tx);
  for (const row of rows) {
    const known = settings.get(row.id);
    if (known !== undefined) settings.set(row.id, { ...known, quiet: quietMode(row, now) });
  }
}

/** A window that is over counts as ended, also before the timer that ends it has run. */
function quietMode(
  row: Pick<IntegrationRow, 'maintenance_mode' | 'maintenance_ends_at' | 'maintenance_alert_group_id'>,
  now: Date,
): QuietMode | null {
  if (row.maintenance_mode === null || (row.maintenance_ends_at !== null && row.maintenance_ends_at <= now)) return null;
  if (row.maintenance_mode === 'debug') return { kind: 'debug' };
  return { kind: 'maintenance', rootGroupId: row.maintenance_alert_group_id };
}
