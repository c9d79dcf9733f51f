import { type RawBuilder, type Selectable, sql } from 'kysely';
import { inVisibleTeam, type Viewer } from '../../access/index.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import { endPosition, type OrderedScope, type Placement, placeRow } from '../../platform/db/ordered-rows.ts';
import { listTable, type Page, type Window } from '../../platform/db/page.ts';
import { newId } from '../../platform/ids.ts';
import type { RouteTable } from '../tables.ts';
import type { Route } from './integration.ts';
import { integrationChanged, lockIntegration } from './integration-store.ts';

export interface RouteFilter {
  readonly integrationId?: string;
  readonly routingRegex?: string;
  readonly routingType?: string;
  /** Leaves out what this person does not see; all is listed without it. */
  readonly visibleTo?: Viewer;
}

/** Routes of live integrations: by integration, the default one last, else by position. */
export async function listRoutes(db: Db, org: string, filter: RouteFilter, window: Window): Promise<Page<Route>> {
  const own = [sql`r.organization_id = ${org}`];
  if (filter.integrationId !== undefined) own.push(sql`r.integration_id = ${filter.integrationId}`);
  if (filter.routingRegex !== undefined) own.push(sql`r.routing_regex = ${filter.routingRegex}`);
  if (filter.routingType !== undefined) own.push(sql`r.routing_type = ${filter.routingType}`);
  const where = [...own, sql`i.deleted_at is null`, sql`i.type <> 'maintenance'`];
  if (filter.visibleTo !== undefined) where.push(inVisibleTeam(filter.visibleTo, sql`i.team_id`));
  const keys = [
    { column: sql`i.created_at`, type: 'timestamptz' as const },
    { column: sql`r.integration_id`, type: 'text' as const },
    { column: sql`r.is_default`, type: 'boolean' as const },
    { column: sql`r.position`, type: 'integer' as const },
    { column: sql`r.id`, type: 'text' as const },
  ];
  const count = filter.visibleTo === undefined && { count: () => countRoutes(db, org, own) };
  const page = { from: WITH_INTEGRATION, id: sql`r.id`, keys, ...count };
  return listTable(db, { table: 'route', org, where, page, fromRow }, window);
}

const WITH_INTEGRATION = sql`route r join integration i on i.organization_id = r.organization_id and i.id = r.integration_id`;

/** All routes without the few of integrations that are gone: looking at each route's integration takes ten times as long. */
async function countRoutes(db: Db, org: string, own: readonly RawBuilder<unknown>[]): Promise<number> {
  const where = sql.join([...own], sql` and `);
  const { rows } = await sql<{ n: number }>`
    select (select count(*) from route r where ${where}) - (
      select count(*) from integration i join route r on r.organization_id = i.organization_id and r.integration_id = i.id
      where i.organization_id = ${org} and (i.deleted_at is not null or i.type = 'maintenance') and ${where}) as n`.execute(db);
  return Number(rows[0]?.n ?? 0);
}

/** A route of a live integration; null when there is none in this organization. */
export async function findRoute(db: Db | Tx, org: string, id: string): Promise<Route | null> {
  const row = await db
    .selectFrom('route')
    .innerJoin('integration', (join) =>
      join
        .onRef('integration.organization_id', '=', 'route.organization_id')
        .onRef('integration.id', '=', 'route.integration_id'),
    )
    .selectAll('route')
    .where('route.organization_id', '=', org)
    .where('route.id', '=', id)
    .where('integration.deleted_at', 'is', null)
    .where('integration.type', '<>', 'maintenance')
    .executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

export async function defaultRoutes(db: Db | Tx, org: string, integrationIds: readonly string[]): Promise<Map<string, Route>> {
  if (integrationIds.length === 0) return new Map();
  const { rows } = await sql<Selectable<RouteTable>>`
    select * from route where organization_id = ${org} and integration_id = any(${[...integrationIds]}::text[]) and is_default`.execute(
    db,
  );
  return new Map(rows.map((row) => [row.integration_id, fromRow(row)]));
}

export type RouteValues = Pick<Route, 'routingType' | 'routingRegex' | 'routingLabels' | 'escalationChainId' | 'messengers'>;

/** Adds a route behind the integration's others, then moves it to where it is wanted. */
export async function createRoute(
  tx: Tx,
  org: string,
  route: RouteValues & { integrationId: string; isDefault: boolean },
  placement: Placement | null,
  now: Date,
): Promise<Route> {
  await lockIntegration(tx, org, route.integrationId);
  const id = newId('R');
  const scope = scopeOf(org, route.integrationId, route.isDefault);
  const position = await endPosition(tx, scope);
  await tx
    .insertInto('route')
    .values({
      organization_id: org,
      id,
      integration_id: route.integrationId,
      is_default: route.isDefault,
      position,
      ...toColumns(route),
      created_at: now,
    })
    .execute();
  if (placement !== null && placement.position !== -1) await placeRow(tx, scope, id, position, placement);
  await integrationChanged(tx, route.integrationId);
  return existingRoute(tx, org, id);
}

export async function updateRoute(
  tx: Tx,
  org: string,
  route: Route,
  values: RouteValues,
  placement: Placement | null,
): Promise<Route> {
  await lockIntegration(tx, org, route.integrationId);
  const current = await existingRoute(tx, org, route.id); // its position as it is under the lock
  await tx.updateTable('route').set(toColumns(values)).where('organization_id', '=', org).where('id', '=', route.id).execute();
  if (placement !== null)
    await placeRow(tx, scopeOf(org, route.integrationId, route.isDefault), route.id, current.position, placement);
  await integrationChanged(tx, route.integrationId);
  return existingRoute(tx, org, route.id);
}

/** Ids of an integration's routes in the order they are tried, without the default one. */
export async function routeOrder(db: Db | Tx, org: string, integrationId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('route')
    .select('id')
    .where('organization_id', '=', org)
    .where('integration_id', '=', integrationId)
    .where('is_default', '=', false)
    .orderBy('position')
    .execute();
  return rows.map(({ id }) => id);
}

/**
 * Puts all routes of an integration but the default one into an order.
 * @param was the order that the caller saw; null: any. Where it is another by now, or names other routes, nothing changes
 */
export async function reorderRoutes(
  tx: Tx,
  org: string,
  integrationId: string,
  order: readonly string[],
  was: readonly string[] | null,
): Promise<{ ok: true; before: string[] } | { ok: false; current: string[] }> {
  await lockIntegration(tx, org, integrationId);
  const current = await routeOrder(tx, org, integrationId);
  const same = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((id, at) => id === b[at]);
  if ((was !== null && !same(was, current)) || !same([...order].sort(), [...current].sort())) return { ok: false, current };
  await sql`
    update route r set position = o.place - 1 from unnest(${[...order]}::text[]) with ordinality as o (id, place)
    where r.organization_id = ${org} and r.id = o.id`.execute(tx);
  await integrationChanged(tx, integrationId);
  return { ok: true, before: current };
}

/** Removes a route; its alert groups stay and say that they have none. */
export async function deleteRoute(tx: Tx, org: string, route: Route): Promise<void> {
  await tx.deleteFrom('route').where('organization_id', '=', org).where('id', '=', route.id).execute();
  await integrationChanged(tx, route.integrationId);
}

async function existingRoute(tx: Tx, org: string, id: string): Promise<Route> {
  const row = await tx
    .selectFrom('route')
    .selectAll()
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return fromRow(row);
}

const scopeOf = (org: string, integrationId: string, isDefault: boolean): OrderedScope => ({
  table: 'route',
  where: sql`organization_id = ${org} and integration_id = ${integrationId} and is_default = ${isDefault}`,
});

const toColumns = (values: RouteValues) => ({
  routing_type: values.routingType,
  routing_regex: values.routingRegex,
  routing_labels: values.routingLabels === null ? null : JSON.stringify(values.routingLabels),
  escalation_chain_id: values.escalationChainId,
  messengers: JSON.stringify(values.messengers),
});

function fromRow(row: Selectable<RouteTable>): Route {
  return {
    id: row.id,
    integrationId: row.integration_id,
    isDefault: row.is_default,
    position: row.position,
    routingType: row.routing_type,
    routingRegex: row.routing_regex,
    routingLabels: row.routing_labels?.map(({ match = '=', ...label }) => ({ ...label, match })) ?? null,
    escalationChainId: row.escalation_chain_id,
    messengers: row.messengers,
  };
}

/** The routes of live integrations that lead to a chain, by integration, then as they are asked. */
export async function routesToChain(
  db: Db,
  org: string,
  chainId: string,
): Promise<readonly { id: string; integrationId: string; integrationName: string; position: number; isDefault: boolean }[]> {
  const { rows } = await sql<{
    id: string;
    integrationId: string;
    integrationName: string;
    position: number;
    isDefault: boolean;
  }>`
    select r.id, i.id as "integrationId", i.name as "integrationName", r.position, r.is_default as "isDefault"
    from route r join integration i on i.organization_id = r.organization_id and i.id = r.integration_id and i.deleted_at is null
    where r.organization_id = ${org} and r.escalation_chain_id = ${chainId}
    order by i.name, i.id, r.is_default, r.position`.execute(db);
  return rows;
}
