import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { Db } from '../platform/db/database.ts';
import { fillPage, type Page, selectPage, type Window } from '../platform/db/page.ts';
import type { AlertGroup, AlertGroupId, OrgId, StateKind } from './alert-group.ts';
import { groupFromRow } from './store.ts';
import type { AlertGroupTable } from './tables.ts';

export type TimeRange = { from: Date; to: Date };

/** Filters of a list of groups; what is left out does not filter (http-api-alerting.md 2.5). */
export type GroupFilter = {
  ids?: readonly AlertGroupId[];
  integrationIds?: readonly string[];
  routeId?: string;
  /** Team of the integration; null: integrations without a team. */
  teamId?: string | null;
  states?: readonly StateKind[];
  /** Values wanted by key: any of a key's values, for every key. */
  labels?: Readonly<Record<string, readonly string[]>>;
  /** Both ends are part of a range. */
  startedAt?: TimeRange;
  resolvedAt?: TimeRange;
  acknowledgedAt?: TimeRange;
  /** Substring of the title, in any case. */
  search?: string;
  groupingKey?: string;
  rootId?: AlertGroupId;
};

/** A group with what lists show of its surroundings. */
export type ListedGroup = AlertGroup & {
  /** Team of the integration. */
  teamId: string | null;
  attachedIds: readonly AlertGroupId[];
};

const within = (column: RawBuilder<unknown>, { from, to }: TimeRange): RawBuilder<unknown> =>
  sql`${column} between ${from} and ${to}`;

/** As literal text in a `like` pattern. */
const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

function conditions(org: OrgId, filter: GroupFilter): RawBuilder<unknown>[] {
  const where = [sql`g.organization_id = ${org}`];
  if (filter.ids !== undefined) where.push(sql`g.id = any(${[...filter.ids]}::text[])`);
  if (filter.integrationIds !== undefined) where.push(oneOf(sql`g.integration_id`, filter.integrationIds));
  if (filter.routeId !== undefined) where.push(sql`g.route_id = ${filter.routeId}`);
  if (filter.teamId !== undefined) {
    const team = filter.teamId === null ? sql`i.team_id is null` : sql`i.team_id = ${filter.teamId}`;
    where.push(sql`g.integration_id in (select i.id from integration i where i.organization_id = ${org} and ${team})`);
  }
  if (filter.states !== undefined) where.push(oneOf(sql`g.state`, filter.states));
  for (const [key, values] of Object.entries(filter.labels ?? {})) {
    const any = values.map((value) => sql`g.labels @> ${JSON.stringify({ [key]: value })}::jsonb`);
    where.push(any.length === 0 ? sql`false` : sql`(${sql.join(any, sql` or `)})`);
  }
  if (filter.startedAt !== undefined) where.push(within(sql`g.started_at`, filter.startedAt));
  if (filter.resolvedAt !== undefined) where.push(within(sql`g.resolved_at`, filter.resolvedAt));
  if (filter.acknowledgedAt !== undefined) where.push(within(sql`g.acknowledged_at`, filter.acknowledgedAt));
  if (filter.search !== undefined) where.push(sql`g.title ilike ${`%${escapeLike(filter.search)}%`}`);
  if (filter.groupingKey !== undefined) where.push(sql`g.grouping_key = ${filter.groupingKey}`);
  if (filter.rootId !== undefined) where.push(sql`g.root_alert_group_id = ${filter.rootId}`);
  return where;
}

/** A single value as an equality, which lets an index give the order too. */
const oneOf = (column: RawBuilder<unknown>, values: readonly string[]): RawBuilder<unknown> =>
  values.length === 1 ? sql`${column} = ${values[0]}` : sql`${column} = any(${[...values]}::text[])`;

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

/** Groups, those that started last first. */
export async function listGroups(db: Db, org: OrgId, filter: GroupFilter, window: Window): Promise<Page<ListedGroup>> {
  const count = keptCount(db, org, filter);
  const page = await selectPage(
    db,
    {
      from: sql`alert_group g`,
      where: conditions(org, filter),
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
export async function findGroupIds(db: Db, org: OrgId, filter: GroupFilter, limit: number): Promise<AlertGroupId[]> {
  const { rows } = await sql<{ id: string }>`
    select g.id from alert_group g where ${sql.join(conditions(org, filter), sql` and `)}
    order by g.started_at desc, g.id desc limit ${limit}`.execute(db);
  return rows.map((row) => row.id);
}

/** A group with its surroundings; null when this organization has none of that id. */
export async function findListedGroup(db: Db, org: OrgId, id: AlertGroupId): Promise<ListedGroup | null> {
  return (await loadListed(db, org, [id]))[0] ?? null;
}

async function loadListed(db: Db, org: OrgId, ids: readonly AlertGroupId[]): Promise<ListedGroup[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<Selectable<AlertGroupTable> & { team_id: string | null; attached_ids: string[] }>`
    select g.*, i.team_id, array(
        select c.id from alert_group c
        where c.organization_id = g.organization_id and c.root_alert_group_id = g.id and c.root_alert_group_id is not null
        order by c.started_at, c.id) as attached_ids
    from alert_group g
    left join integration i on i.organization_id = g.organization_id and i.id = g.integration_id
    where g.organization_id = ${org} and g.id = any(${[...ids]}::text[])`.execute(db);
  return rows.map((row) => ({ ...groupFromRow(row), teamId: row.team_id, attachedIds: row.attached_ids }));
}
