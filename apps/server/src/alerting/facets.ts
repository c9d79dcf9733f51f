import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../platform/db/database.ts';
import type { OrgId } from './alert-group.ts';
import { type GroupFilter, groupConditions } from './group-filter.ts';

/** The newest groups that a filter finds; older ones are not looked at. */
export const MOST_SURVEYED = 10_000;
const MOST_VALUES = 12;
const MOST_KEYS = 20;

export type FacetValue = { value: string | null; count: number };
/** How the groups that a filter finds spread, the most frequent values first. */
export type Facets = {
  integrations: FacetValue[];
  /** null: integrations without a team. */
  teams: FacetValue[];
  labels: { key: string; count: number; values: FacetValue[] }[];
};

const found = (org: OrgId, filter: GroupFilter, columns: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  select ${columns} from alert_group g where ${sql.join(groupConditions(org, filter), sql` and `)}
  order by g.started_at desc, g.id desc limit ${MOST_SURVEYED}) found`;

async function countValues(db: Db, from: RawBuilder<unknown>, value: RawBuilder<unknown>): Promise<FacetValue[]> {
  const { rows } = await sql<FacetValue>`
    select ${value} as value, count(*)::integer as count from ${from}
    group by 1 order by count desc, value limit ${MOST_VALUES}`.execute(db);
  return rows;
}

/** Integrations and teams leave out the filter of their own kind, and each label key that of its own values, so that others can be chosen. */
export async function facetsOf(db: Db, org: OrgId, filter: GroupFilter): Promise<Facets> {
  const { integrationIds: _integrations, ...forIntegrations } = filter;
  const { teamIds: _teams, ...forTeams } = filter;
  const chosenKeys = Object.keys(filter.labels ?? {});
  const [integrations, teams, found_, ...chosen] = await Promise.all([
    countValues(db, found(org, forIntegrations, sql`g.integration_id`), sql`integration_id`),
    countValues(
      db,
      sql`${found(org, forTeams, sql`g.integration_id`)}
        left join integration i on i.organization_id = ${org} and i.id = found.integration_id`,
      sql`i.team_id`,
    ),
    labelFacets(db, org, filter, chosenKeys),
    ...chosenKeys.map((key) => labelFacet(db, org, filter, key)),
  ]);
  return { integrations, teams, labels: [...chosen, ...found_] };
}

async function labelFacet(db: Db, org: OrgId, filter: GroupFilter, key: string): Promise<Facets['labels'][number]> {
  const { [key]: _own, ...labels } = filter.labels ?? {};
  const from = sql`${found(org, { ...filter, labels }, sql`g.labels`)} where found.labels ? ${key}::text`;
  const values = await countValues(db, from, sql`found.labels->>${key}::text`);
  return { key, count: values.reduce((sum, { count }) => sum + count, 0), values };
}

async function labelFacets(db: Db, org: OrgId, filter: GroupFilter, without: readonly string[]): Promise<Facets['labels']> {
  const { rows } = await sql<{ key: string; value: string; count: number; key_count: number }>`
    with counted as (
      select l.key, l.value, count(*)::integer as count
      from ${found(org, filter, sql`g.labels`)} cross join jsonb_each_text(found.labels) l
      where l.key <> all(${[...without]}::text[]) group by l.key, l.value
    ), ranked as (
      select *, sum(count) over (partition by key)::integer as key_count,
             row_number() over (partition by key order by count desc, value) as place
      from counted
    ), keys as (select key from ranked group by key, key_count order by key_count desc, key limit ${MOST_KEYS})
    select key, value, count, key_count from ranked join keys using (key) where place <= ${MOST_VALUES}
    order by key_count desc, key, place`.execute(db);
  const labels = new Map<string, Facets['labels'][number]>();
  for (const { key, value, count, key_count } of rows) {
    const facet = labels.get(key) ?? { key, count: key_count, values: [] };
    facet.values.push({ value, count });
    labels.set(key, facet);
  }
  return [...labels.values()];
}
