import { sql } from 'kysely';
import { inVisibleTeam, type Viewer } from '../../access/index.ts';
import type { Db } from '../../platform/db/database.ts';

/** What an integration has sent. Numbers of the last hours follow within minutes. */
export interface IntegrationCounters {
  readonly integrationId: string;
  readonly alerts: number;
  readonly groups: number;
  readonly alerts24h: number;
  readonly groups24h: number;
  /** Alert groups per day of the last seven, the newest last; a day is 24 hours back from now. */
  readonly groupsPerDay: readonly number[];
  readonly firing: number;
  readonly unresolved: number;
  readonly lastAlertAt: Date | null;
}

const HOUR_MS = 3_600_000;
const DAYS = 7;
/** Newest groups that are looked at for the last alert. */
const NEWEST_GROUPS = 20;

/** Counters of live integrations; of those named, or of the first thousand. What the viewer does not see is left out. */
export async function integrationCounters(
  db: Db,
  org: string,
  { ids, visibleTo }: { ids: readonly string[] | null; visibleTo?: Viewer },
  now: Date,
): Promise<IntegrationCounters[]> {
  const since = new Date(now.getTime() - DAYS * 24 * HOUR_MS);
  const { rows } = await sql<Omit<IntegrationCounters, 'groupsPerDay'> & { days: Record<string, number> }>`
    with wanted as (
      select id from integration
      where organization_id = ${org} and deleted_at is null and type <> 'maintenance'
        and (${ids === null} or id = any(${[...(ids ?? [])]}::text[]))
        and ${visibleTo === undefined ? sql`true` : inVisibleTeam(visibleTo, sql`team_id`)}
      order by created_at, id limit 1000
    ), counted as (
      select a.integration_id, a.hour as at, a.alerts, a.groups from integration_activity a
      where a.organization_id = ${org} and a.integration_id in (select id from wanted)
      union all
      select w.integration_id, w.window_start, w.alerts, w.groups from ingest_window w
      where w.organization_id = ${org} and w.integration_id in (select id from wanted)
    ), daily as (
      select integration_id, floor(extract(epoch from ${now}::timestamptz - at) / 86400)::int as day, alerts, groups, at from counted
    ), summed as (
      select integration_id, sum(alerts) as alerts, sum(groups) as groups,
        sum(alerts) filter (where day <= 0) as alerts_24h, sum(groups) filter (where day <= 0) as groups_24h
      from daily group by 1
    ), per_day as (
      select integration_id, jsonb_object_agg(day, groups) as days
      from (select integration_id, greatest(day, 0) as day, sum(groups) as groups from daily where at > ${since} group by 1, 2) d group by 1
    ), open as (
      select integration_id, count(*) as unresolved, count(*) filter (where state = 'firing') as firing from alert_group
      where organization_id = ${org} and resolved_at is null and integration_id in (select id from wanted) group by 1
    )
    select w.id as "integrationId", coalesce(s.alerts, 0)::float8 as alerts, coalesce(s.groups, 0)::float8 as groups,
      coalesce(s.alerts_24h, 0)::float8 as "alerts24h", coalesce(s.groups_24h, 0)::float8 as "groups24h", coalesce(p.days, '{}') as days,
      coalesce(o.firing, 0)::int as firing, coalesce(o.unresolved, 0)::int as unresolved, l.at as "lastAlertAt"
    from wanted w
    left join summed s on s.integration_id = w.id
    left join per_day p on p.integration_id = w.id
    left join open o on o.integration_id = w.id
    cross join lateral (
      select max(n.last_alert_at) as at from (
        select g.last_alert_at from alert_group g where g.organization_id = ${org} and g.integration_id = w.id
        order by g.started_at desc, g.id desc limit ${NEWEST_GROUPS}
      ) n
    ) l`.execute(db);
  return rows.map(({ days, ...row }) => ({
    ...row,
    groupsPerDay: Array.from({ length: DAYS }, (_, at) => Number(days[String(DAYS - 1 - at)] ?? 0)),
  }));
}

/** Most alert groups that are counted by route. */
const MOST_BY_ROUTE = 100_000;

/** Alert groups of the last 24 hours by route; groups whose route is gone count for none. */
export async function groupsByRoute(db: Db, org: string, integrationId: string, now: Date): Promise<Map<string, number>> {
  const { rows } = await sql<{ route_id: string; groups: number }>`
    select route_id, count(*)::int as groups from (
      select route_id from alert_group
      where organization_id = ${org} and integration_id = ${integrationId} and started_at > ${new Date(now.getTime() - 24 * HOUR_MS)}
      order by started_at desc limit ${MOST_BY_ROUTE}
    ) newest where route_id is not null group by 1`.execute(db);
  return new Map(rows.map((row) => [row.route_id, row.groups]));
}
