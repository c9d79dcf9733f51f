import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../platform/db/database.ts';
import { rowSet } from '../platform/db/row-set.ts';
import { type AlertGroup, type AlertGroupId, BY, type ByCode, type GroupState, type OrgId } from './alert-group.ts';
import type { AlertGroupTable } from './tables.ts';

export type GroupRef = { organizationId: OrgId; alertGroupId: AlertGroupId };

/** Key of a group across organizations, for maps. */
export const refKey = (organizationId: OrgId, alertGroupId: AlertGroupId): string => `${organizationId} ${alertGroupId}`;

export function groupFromRow(row: Selectable<AlertGroupTable>): AlertGroup {
  return {
    organizationId: row.organization_id,
    id: row.id,
    number: row.number,
    integrationId: row.integration_id,
    routeId: row.route_id,
    groupingKey: row.grouping_key,
    isOpenForGrouping: row.is_open_for_grouping,
    title: row.title,
    labels: row.labels,
    state: stateFromRow(row),
    receivedAt: row.received_at,
    startedAt: row.started_at,
    alertsCount: row.alerts_count,
    firstAlertId: row.first_alert_id,
    lastAlertId: row.last_alert_id,
    lastAlertAt: row.last_alert_at,
    restartedAt: row.restarted_at,
    responseSeconds: row.response_seconds,
    wipedAt: row.wiped_at,
    wipedByUserId: row.wiped_by_user_id,
    rootId: row.root_alert_group_id,
    isSilencedByRoot: row.is_silenced_by_root,
    isMaintenance: row.is_maintenance,
    isDebug: row.is_debug,
    isDemo: row.is_demo,
  };
}

function stateFromRow(row: Selectable<AlertGroupTable>): GroupState {
  const acknowledged =
    row.acknowledged_at === null
      ? null
      : { at: row.acknowledged_at, by: row.acknowledged_by as ByCode, userId: row.acknowledged_by_user_id };
  if (row.resolved_at !== null) {
    const resolved = { at: row.resolved_at, by: row.resolved_by as ByCode, userId: row.resolved_by_user_id };
    return { kind: 'resolved', resolved, acknowledged };
  }
  if (acknowledged !== null) return { kind: 'acknowledged', acknowledged };
  if (row.silenced_at !== null) {
    return { kind: 'silenced', silenced: { at: row.silenced_at, until: row.silenced_until, userId: row.silenced_by_user_id } };
  }
  return { kind: 'firing' };
}

/** Reads a group; null when this organization has none of that id. */
export async function findGroup(db: Db | Tx, org: OrgId, id: AlertGroupId): Promise<AlertGroup | null> {
  const query = db.selectFrom('alert_group').selectAll().where('organization_id', '=', org).where('id', '=', id);
  const row = await query.executeTakeFirst();
  return row === undefined ? null : groupFromRow(row);
}

/** Reads groups and holds their rows until the transaction ends; locks them in the order of their ids, so that two callers cannot block each other. */
export async function lockGroups(tx: Tx, refs: readonly GroupRef[]): Promise<AlertGroup[]> {
  if (refs.length === 0) return [];
  const { rows } = await sql<Selectable<AlertGroupTable>>`
    select g.* from alert_group g
    where (g.organization_id, g.id) in (
      select * from unnest(${refs.map((ref) => ref.organizationId)}::text[], ${refs.map((ref) => ref.alertGroupId)}::text[]))
    order by g.organization_id, g.id
    for no key update`.execute(tx);
  return rows.map(groupFromRow);
}

export async function lockGroup(tx: Tx, org: OrgId, id: AlertGroupId): Promise<AlertGroup | null> {
  return (await lockGroups(tx, [{ organizationId: org, alertGroupId: id }]))[0] ?? null;
}

/** Reads and holds the groups that are attached to any of these. */
export async function lockChildren(tx: Tx, roots: readonly AlertGroup[]): Promise<AlertGroup[]> {
  if (roots.length === 0) return [];
  const { rows } = await sql<Selectable<AlertGroupTable>>`
    select g.* from alert_group g
    where (g.organization_id, g.root_alert_group_id) in (
      select * from unnest(${roots.map((root) => root.organizationId)}::text[], ${roots.map((root) => root.id)}::text[]))
      and g.root_alert_group_id is not null
    order by g.organization_id, g.id
    for no key update`.execute(tx);
  return rows.map(groupFromRow);
}

/** What a change writes on a group's row. */
export type StateChange = {
  group: AlertGroup;
  state: GroupState;
  restartedAt: Date | null;
  responseSeconds: number | null;
  isSilencedByRoot: boolean;
};

const STATE_COLUMNS = {
  organization_id: 'text',
  id: 'text',
  acknowledged_at: 'timestamptz',
  acknowledged_by: 'smallint',
  acknowledged_by_user_id: 'text',
  resolved_at: 'timestamptz',
  resolved_by: 'smallint',
  resolved_by_user_id: 'text',
  silenced_at: 'timestamptz',
  silenced_until: 'timestamptz',
  silenced_by_user_id: 'text',
  restarted_at: 'timestamptz',
  response_seconds: 'integer',
  is_silenced_by_root: 'boolean',
} as const;

function stateColumns({ group, state, restartedAt, responseSeconds, isSilencedByRoot }: StateChange): Record<string, unknown> {
  const acknowledged = state.kind === 'acknowledged' || state.kind === 'resolved' ? state.acknowledged : null;
  const resolved = state.kind === 'resolved' ? state.resolved : null;
  const silenced = state.kind === 'silenced' ? state.silenced : null;
  return {
    organization_id: group.organizationId,
    id: group.id,
    acknowledged_at: acknowledged?.at ?? null,
    acknowledged_by: acknowledged?.by ?? BY.notYet,
    acknowledged_by_user_id: acknowledged?.userId ?? null,
    resolved_at: resolved?.at ?? null,
    resolved_by: resolved?.by ?? BY.notYet,
    resolved_by_user_id: resolved?.userId ?? null,
    silenced_at: silenced?.at ?? null,
    silenced_until: silenced?.until ?? null,
    silenced_by_user_id: silenced?.userId ?? null,
    restarted_at: restartedAt,
    response_seconds: responseSeconds,
    is_silenced_by_root: isSilencedByRoot,
  };
}

/** Writes new states of groups that the caller has locked. A resolved group closes for grouping. */
export async function saveStates(tx: Tx, changes: readonly StateChange[]): Promise<void> {
  if (changes.length === 0) return;
  await sql`
    update alert_group g set
      acknowledged_at = c.acknowledged_at, acknowledged_by = c.acknowledged_by, acknowledged_by_user_id = c.acknowledged_by_user_id,
      acknowledge_confirmed_at = null,
      resolved_at = c.resolved_at, resolved_by = c.resolved_by, resolved_by_user_id = c.resolved_by_user_id,
      silenced_at = c.silenced_at, silenced_until = c.silenced_until, silenced_by_user_id = c.silenced_by_user_id,
      restarted_at = c.restarted_at, response_seconds = c.response_seconds, is_silenced_by_root = c.is_silenced_by_root,
      is_open_for_grouping = g.is_open_for_grouping and c.resolved_at is null
    from ${rowSet('c', STATE_COLUMNS, changes.map(stateColumns))}
    where g.organization_id = c.organization_id and g.id = c.id`.execute(tx);
}

/**
 * Opens a group for grouping where its identity has no open one (ingest.md 6.5): the newest unresolved group of each identity that
 * one of these groups has. Call it when groups were resolved or left the resolved state.
 */
export async function openForGrouping(tx: Tx, groups: readonly AlertGroup[]): Promise<void> {
  if (groups.length === 0) return;
  const column = <K extends keyof AlertGroup>(name: K) => groups.map((group) => group[name]);
  await sql`
    update alert_group g set is_open_for_grouping = true
    where (g.organization_id, g.id) in (
      select distinct on (w.organization_id, w.integration_id, coalesce(w.route_id, ''), w.grouping_key) w.organization_id, w.id
      from unnest(${column('organizationId')}::text[], ${column('integrationId')}::text[], ${column('routeId')}::text[], ${column('groupingKey')}::text[])
           as i (organization_id, integration_id, route_id, grouping_key)
      join alert_group w on w.organization_id = i.organization_id and w.integration_id = i.integration_id
           and w.grouping_key = i.grouping_key and coalesce(w.route_id, '') = coalesce(i.route_id, '')
      where not w.is_open_for_grouping and w.resolved_at is null and w.wiped_at is null and not w.is_maintenance
        and not exists (
          select from alert_group o where o.organization_id = w.organization_id and o.integration_id = w.integration_id
             and coalesce(o.route_id, '') = coalesce(w.route_id, '') and o.grouping_key = w.grouping_key and o.is_open_for_grouping)
      order by w.organization_id, w.integration_id, coalesce(w.route_id, ''), w.grouping_key, w.started_at desc, w.id desc)`.execute(
    tx,
  );
}

/** Joins groups to a root, or frees them with null. The caller has locked them. */
export async function setRoot(tx: Tx, groups: readonly AlertGroup[], rootId: AlertGroupId | null): Promise<void> {
  if (groups.length === 0) return;
  await sql`
    update alert_group set root_alert_group_id = ${rootId}
    where (organization_id, id) in (
      select * from unnest(${groups.map((group) => group.organizationId)}::text[], ${groups.map((group) => group.id)}::text[]))`.execute(
    tx,
  );
}

/** Empties what a group holds of its source: title, grouping key and the payloads of its alerts. */
export async function eraseContent(tx: Tx, groups: readonly AlertGroup[], userId: string | null, now: Date): Promise<void> {
  const orgs = groups.map((group) => group.organizationId);
  const ids = groups.map((group) => group.id);
  await sql`
    update alert_group set title = null, grouping_key = '', is_open_for_grouping = false, wiped_at = ${now}, wiped_by_user_id = ${userId}
    where (organization_id, id) in (select * from unnest(${orgs}::text[], ${ids}::text[]))`.execute(tx);
  await sql`
    update alert set payload = '{}'
    where (organization_id, alert_group_id) in (select * from unnest(${orgs}::text[], ${ids}::text[]))`.execute(tx);
}

/** Removes a group with its alerts and records; its notes go with it. */
export async function removeGroup(tx: Tx, group: AlertGroup): Promise<void> {
  const { organizationId: org, id } = group;
  await tx.deleteFrom('alert').where('organization_id', '=', org).where('alert_group_id', '=', id).execute();
  await tx.deleteFrom('timeline_record').where('organization_id', '=', org).where('alert_group_id', '=', id).execute();
  await tx.deleteFrom('alert_group').where('organization_id', '=', org).where('id', '=', id).execute();
}

/** Claims up to `limit` silenced roots whose silence is over, oldest first, skipping rows that another process holds. */
export async function claimExpiredSilences(tx: Tx, now: Date, limit: number): Promise<AlertGroup[]> {
  const { rows } = await sql<Selectable<AlertGroupTable>>`
    select * from alert_group
    where silenced_until <= ${now} and state = 'silenced' and root_alert_group_id is null
    order by silenced_until limit ${limit}
    for no key update skip locked`.execute(tx);
  return rows.map(groupFromRow);
}

export async function nextSilenceEnd(db: Db | Tx): Promise<Date | null> {
  const { rows } = await sql<{ due_at: Date | null }>`
    select silenced_until as due_at from alert_group
    where silenced_until is not null and state = 'silenced' and root_alert_group_id is null
    order by silenced_until limit 1`.execute(db);
  return rows[0]?.due_at ?? null;
}
