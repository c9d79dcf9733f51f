import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../platform/db/database.ts';
import { fillPage, type Page, selectPage, type Window } from '../platform/db/page.ts';
import type { AlertGroup, AlertGroupId, OrgId, StateKind } from './alert-group.ts';
import { type GroupFilter, groupConditions } from './group-filter.ts';
import { groupFromRow } from './store.ts';
import type { AlertGroupTable } from './tables.ts';

/** A group with what lists show of its surroundings. */
export type ListedGroup = AlertGroup & {
  /** Team of the integration. */
  teamId: string | null;
  /** Whether its route is still there. */
  hasRoute: boolean;
  attachedIds: readonly AlertGroupId[];
};

/** Groups by state without counting them. */
export async function countByState(db: Db, org: OrgId): Promise<Record<StateKind, number>> {
  const { rows } = await sql<{ state: StateKind; groups: number | string }>`
    select state, sum(groups) as groups from alert_group_count where organization_id = ${org} group by state`.execute(db);
  const counts: Record<StateKind, number> = { firing: 0, acknowledged: 0, silenced: 0, resolved: 0 };
  for (const { state, groups } of rows) counts[state] = Number(groups);
  return counts;
}

/** The number of groups where the kept counts know it: no filter but states. */
function keptCount(db: Db, org: OrgId, filter: GroupFilter): (() => Promise<number>) | undefined {
  const { states, ...others } = filter;
  if (Object.values(others).some((value) => value !== undefined)) return undefined;
  return async () => {
    const counts = await countByState(db, org);
    return (states === undefined ? (Object.keys(counts) as StateKind[]) : [...new Set(states)]).reduce(
      (sum, state) => sum + counts[state],
      0,
    );
  };
}

/** Groups of one state beyond this are not counted one by one. */
export const MOST_COUNTED = 100_000;

/**
 * Groups that a filter finds, by state, whatever states the filter names. Up to a hundred thousand of a state are counted; one more
 * stands for any number.
 */
export async function countFound(db: Db, org: OrgId, filter: GroupFilter): Promise<Record<StateKind, number>> {
  const { states: _, ...others } = filter;
  if (keptCount(db, org, others) !== undefined) {
    const kept = await countByState(db, org);
    const limited = Object.entries(kept).map(([state, count]) => [state, Math.min(count, MOST_COUNTED + 1)]);
    return Object.fromEntries(limited) as Record<StateKind, number>;
  }
  const where = sql.join(groupConditions(org, others), sql` and `);
  const { rows } = await sql<{ state: StateKind; groups: number }>`
    select s.state, (
      select count(*)::integer from (select from alert_group g where ${where} and g.state = s.state limit ${MOST_COUNTED + 1}) found
    ) as groups from unnest(array['firing', 'acknowledged', 'silenced', 'resolved']) as s (state)`.execute(db);
  return Object.fromEntries(rows.map(({ state, groups }) => [state, groups])) as Record<StateKind, number>;
}

/** Rows from the begin of a list that are found as fast as one. */
const QUICK_ROWS = 1_000;

/** Whether the list takes little, whatever is in the table: its begin, without filters, of which the count is kept. */
export const isQuickList = (filter: GroupFilter, window: Window): boolean =>
  Object.values(filter).every((value) => value === undefined) &&
  (window.kind === 'cursor' ? window.size : window.page * window.size) <= QUICK_ROWS;

/** Groups, those that started last first. */
export async function listGroups(db: Db, org: OrgId, filter: GroupFilter, window: Window): Promise<Page<ListedGroup>> {
  const count = keptCount(db, org, filter);
  const page = await selectPage(
    db,
    {
      from: sql`alert_group g`,
      where: groupConditions(org, filter),
      id: sql`g.id`,
      keys: [
        { column: sql`g.started_at`, type: 'timestamptz' },
        { column: sql`g.id`, type: 'text' },
      ],
      direction: 'desc',
      ...(count === undefined ? {} : { count }),
    },
    window,
  );
  return fillPage(page, await loadListed(db, org, page.rows), (group) => group.id);
}

/** Ids of the groups a filter finds, newest first, at most `limit`. */
export async function findGroupIds(db: Db | Tx, org: OrgId, filter: GroupFilter, limit: number): Promise<AlertGroupId[]> {
  const { rows } = await sql<{ id: string }>`
    select g.id from alert_group g where ${sql.join(groupConditions(org, filter), sql` and `)}
    order by g.started_at desc, g.id desc limit ${limit}`.execute(db);
  return rows.map((row) => row.id);
}

/** A group with its surroundings; null when this organization has none of that id. */
export async function findListedGroup(db: Db | Tx, org: OrgId, id: AlertGroupId): Promise<ListedGroup | null> {
  return (await loadListed(db, org, [id]))[0] ?? null;
}

async function loadListed(db: Db | Tx, org: OrgId, ids: readonly AlertGroupId[]): Promise<ListedGroup[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<
    Selectable<AlertGroupTable> & { team_id: string | null; has_route: boolean; attached_ids: string[] }
  >`
    select g.*, i.team_id, r.id is not null as has_route, array(
        select c.id from alert_group c
        where c.organization_id = g.organization_id and c.root_alert_group_id = g.id and c.root_alert_group_id is not null
        order by c.started_at, c.id) as attached_ids
    from alert_group g
    left join integration i on i.organization_id = g.organization_id and i.id = g.integration_id
    left join route r on r.organization_id = g.organization_id and r.id = g.route_id
    where g.organization_id = ${org} and g.id = any(${[...ids]}::text[])`.execute(db);
  return rows.map((row) => ({
    ...groupFromRow(row),
    teamId: row.team_id,
    hasRoute: row.has_route,
    attachedIds: row.attached_ids,
  }));
}
