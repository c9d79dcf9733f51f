import { sql } from 'kysely';
import { addTimelineRecords, bySource, TIMELINE } from '../../alerting/index.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import { prepared } from '../../platform/db/prepared.ts';
import { rollUpActivity } from '../activity/roll-up.ts';
import type { BatchGroup, Choice } from './choose-groups.ts';
import type { PipelineNotice, PipelinePorts } from './ports.ts';
import type { PreparedAlert } from './prepared-alert.ts';

/** Thresholds per window of five minutes; nothing is refused beyond them (ingest.md 5, Tocsin). */
export const RATE_LIMITS = { integration: 300, organization: 900, windowSeconds: 300 } as const;

type Over = { organization_id: string; integration_id: string; limit: number; alerts: number };

/**
 * Counts a batch against the thresholds and leaves one record per window on each group that took alerts beyond one of them. Call it
 * last: the counters of an organization are shared by all shards.
 */
export async function countForRates(
  ports: Pick<PipelinePorts, 'notifyAdmins' | 'rateLimitsOf'>,
  tx: Tx,
  alerts: readonly PreparedAlert[],
  { groups }: Choice,
  now: Date,
): Promise<void> {
  const windowStart = new Date(
    Math.floor(now.getTime() / (RATE_LIMITS.windowSeconds * 1_000)) * RATE_LIMITS.windowSeconds * 1_000,
  );
  const counts = new Map<string, { organizationId: string; integrationId: string; alerts: number; groups: number }>();
  const count = (organizationId: string, integrationId: string, what: 'alerts' | 'groups') => {
    const key = `${organizationId} ${integrationId}`;
    const entry = counts.get(key) ?? { organizationId, integrationId, alerts: 0, groups: 0 };
    entry[what] += 1;
    counts.set(key, entry);
  };
  for (const { organizationId, integrationId } of alerts) {
    count(organizationId, integrationId, 'alerts');
    count(organizationId, '', 'alerts'); // the organization as a whole
  }
  for (const { openedBy, organizationId, integrationId } of groups)
    if (openedBy !== null) count(organizationId, integrationId, 'groups');
  const limitOf = ({ organizationId, integrationId }: { organizationId: string; integrationId: string }): number => {
    const scope = integrationId === '' ? 'organization' : 'integration';
    return ports.rateLimitsOf?.(organizationId)?.[scope] ?? RATE_LIMITS[scope];
  };
  const rows = [...counts.values()].sort((a, b) =>
    `${a.organizationId} ${a.integrationId}` < `${b.organizationId} ${b.integrationId}` ? -1 : 1,
  );
  const over = await prepared(sql<Over>`
    with given as (
      select * from unnest(${rows.map((row) => row.organizationId)}::text[], ${rows.map((row) => row.integrationId)}::text[],
                  ${rows.map((row) => row.alerts)}::bigint[], ${rows.map((row) => row.groups)}::bigint[], ${rows.map(limitOf)}::int[])
        as t (organization_id, integration_id, alerts, groups, most)
    ), counted as (
      insert into ingest_window as w (organization_id, integration_id, window_start, alerts, groups)
      select organization_id, integration_id, ${windowStart}, alerts, groups from given
      on conflict (organization_id, integration_id, window_start)
        do update set alerts = w.alerts + excluded.alerts, groups = w.groups + excluded.groups
      returning w.organization_id, w.integration_id, w.alerts
    )
    select organization_id, integration_id, c.alerts, g.most as "limit"
    from counted c join given g using (organization_id, integration_id)
    where c.alerts > g.most`).execute(tx);
  if (over.rows.length === 0) return;
  await tellGroups(tx, groups, over.rows, windowStart, now);
  for (const row of over.rows) {
    const added = counts.get(`${row.organization_id} ${row.integration_id}`)?.alerts ?? 0;
    if (row.alerts - added <= row.limit) await ports.notifyAdmins(tx, ratePassed(row), now);
  }
}

function ratePassed({ organization_id: organizationId, integration_id: integrationId, limit }: Over): PipelineNotice {
  const source = integrationId === '' ? 'All integrations together' : `Integration ${integrationId}`;
  return {
    organizationId,
    kind: 'rate_passed',
    subject: 'More alerts than usual',
    text: `${source} sent more than ${limit} alerts within five minutes. All of them are taken, and new alert groups notify people.`,
  };
}

async function tellGroups(
  tx: Tx,
  groups: readonly BatchGroup[],
  over: readonly Over[],
  windowStart: Date,
  now: Date,
): Promise<void> {
  const limitOf = (group: BatchGroup): Over | undefined =>
    over.find((row) => row.integration_id === group.integrationId) ??
    over.find((row) => row.organization_id === group.organizationId && row.integration_id === '');
  const folded = groups.filter((group) => group.openedBy === null && group.alerts.length > 0 && limitOf(group) !== undefined);
  if (folded.length === 0) return;
  const updated = await sql<{ alert_group_id: string }>`
    update timeline_record r set data = jsonb_set(r.data, '{alerts}', to_jsonb((r.data ->> 'alerts')::int + f.alerts))
    from unnest(${folded.map((group) => group.organizationId)}::text[], ${folded.map((group) => group.id)}::text[],
                ${folded.map((group) => group.alerts.length)}::int[]) as f (organization_id, id, alerts)
    where r.organization_id = f.organization_id and r.alert_group_id = f.id and r.created_at >= ${windowStart} and r.type = ${TIMELINE.restricted}
    returning r.alert_group_id`.execute(tx);
  const told = new Set(updated.rows.map((row) => row.alert_group_id));
  await addTimelineRecords(
    tx,
    folded
      .filter((group) => !told.has(group.id))
      .map((group) => {
        const limit = limitOf(group);
        return {
          organizationId: group.organizationId,
          alertGroupId: group.id,
          at: now,
          type: TIMELINE.restricted,
          actor: bySource,
          data: {
            alerts: group.alerts.length,
            limit: limit?.limit,
            scope: limit?.integration_id === '' ? 'organization' : 'integration',
            window_seconds: RATE_LIMITS.windowSeconds,
          },
        };
      }),
  );
}

/** Moves the counts of windows that are over to what is kept of each integration's activity. @returns how many windows there were */
export const forgetRateWindows = (db: Db, now: Date): Promise<number> =>
  rollUpActivity(db, new Date(now.getTime() - 2 * RATE_LIMITS.windowSeconds * 1_000), now);
