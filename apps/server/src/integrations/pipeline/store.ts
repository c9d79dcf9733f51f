import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/db/database.ts';
import { prepared } from '../../platform/db/prepared.ts';
import { rowSet } from '../../platform/db/row-set.ts';
import { SHARDS } from '../shards.ts';
import type { BatchGroup, StoredGroup } from './choose-groups.ts';
import type { PreparedAlert } from './prepared-alert.ts';

/** First half of the advisory locks that keep a shard to one pipeline. */
const SHARD_LOCK = 7_205_760;

export type InboundAlert = {
  id: number;
  shard: number;
  organization_id: string;
  integration_id: string;
  received_at: Date;
  payload: string;
  is_demo: boolean;
  is_heartbeat: boolean;
  is_split: boolean;
  warning: string | null;
  hop: number;
  attempts: number;
};

/**
 * Holds those of the shards that no other pipeline has, until the transaction ends. Without bitmap scans, which look at the rows of
 * earlier batches again and again, while plain index scans mark them as gone.
 */
export async function lockShards(tx: Tx, shards: readonly number[]): Promise<number[]> {
  const { rows } = await prepared(sql<{ shard: number }>`
    select s.shard, set_config('enable_bitmapscan', 'off', true) from unnest(${[...shards]}::int[]) as s (shard)
    where pg_try_advisory_xact_lock(${SHARD_LOCK}::int, s.shard)`).execute(tx);
  return rows.map((row) => row.shard);
}

/** Clocks of processes differ by less; one that is further behind was set back, and is believed. */
const CLOCKS_DIFFER_MS = 1_000;

/**
 * The instant for a batch of these shards, which the caller holds: now, or the instant of the batch before where that is a moment
 * later, because a process whose clock is ahead handled it. Times of alerts so never contradict their order.
 */
export async function takeInstant(tx: Tx, shards: readonly number[], now: Date): Promise<Date> {
  const twins = shards.map((shard) => (shard >= SHARDS ? shard - SHARDS : shard + SHARDS));
  const latest = new Date(now.getTime() + CLOCKS_DIFFER_MS);
  const { rows } = await prepared(sql<{ at: Date }>`
    with taken as (
      select case when b.at > ${now} and b.at <= ${latest} then b.at else ${now}::timestamptz end as at
      from (select max(last_at) as at from inbound_shard_time where shard = any(${[...shards, ...twins]}::smallint[])) b
    ), kept as (
      insert into inbound_shard_time (shard, last_at) select s.shard, taken.at from unnest(${[...shards]}::smallint[]) as s (shard), taken
      on conflict (shard) do update set last_at = excluded.last_at
    )
    select at from taken`).execute(tx);
  return rows[0]?.at ?? now;
}

/**
 * The oldest alerts of shards that the caller holds, up to `limit` of them and about `maxBytes` of payloads, at least one. Alerts of
 * an integration wait while older ones of it are in the shard's twin, so that moving between the two keeps their order.
 */
export async function readBatch(
  tx: Tx,
  shards: readonly number[],
  options: { limit: number; maxBytes: number; blocked: readonly string[] },
): Promise<InboundAlert[]> {
  const twin = sql`case when s.shard >= ${SHARDS} then s.shard - ${SHARDS} else s.shard + ${SHARDS} end`;
  const { rows } = await prepared(sql<InboundAlert>`
    with batch as (
      select o.*, sum(octet_length(o.payload)) over (order by o.id) - octet_length(o.payload) as bytes_before
      from unnest(${[...shards]}::smallint[]) as s (shard)
      cross join lateral (select exists (select from inbound_alert t where t.shard = ${twin}) as is_used offset 0) twin
      cross join lateral (
        select a.id, a.shard, a.organization_id, a.integration_id, a.received_at, a.payload, a.is_demo, a.is_heartbeat, a.is_split, a.warning,
               a.hop, a.attempts
        from inbound_alert a
        where a.shard = s.shard and a.integration_id <> all(${[...options.blocked]}::text[])
          and (not twin.is_used or not exists (
            select from inbound_alert t where t.shard = ${twin} and t.integration_id = a.integration_id and t.id < a.id))
        order by a.id limit ${options.limit}
      ) o
      order by o.id limit ${options.limit}
    )
    select id, shard, organization_id, integration_id, received_at, payload, is_demo, is_heartbeat, is_split, warning, hop, attempts
    from batch where bytes_before < ${options.maxBytes} order by id`).execute(tx);
  return rows;
}

/** How many alerts wait in each shard that has any, counted up to `most`; those of integrations that are blocked left out. */
export async function waitingAlerts(
  db: Db,
  shards: readonly number[],
  { most, blocked }: { most: number; blocked: readonly string[] },
): Promise<{ shard: number; alerts: number }[]> {
  const { rows } = await prepared(sql<{ shard: number; alerts: number }>`
    select s.shard, w.alerts from unnest(${[...shards]}::smallint[]) as s (shard)
    cross join lateral (
      select count(*)::int as alerts from (
        select from inbound_alert a where a.shard = s.shard and a.integration_id <> all(${[...blocked]}::text[])
        order by a.id limit ${most}
      ) a_few
    ) w
    where w.alerts > 0`).execute(db);
  return rows;
}

/** Puts what integrations have waiting in these shards, which the caller holds, into the twins of the shards. */
export async function moveToTwins(tx: Tx, integrationIds: readonly string[], shards: readonly number[]): Promise<void> {
  if (integrationIds.length === 0) return;
  await sql`
    update inbound_alert set shard = case when shard >= ${SHARDS} then shard - ${SHARDS} else shard + ${SHARDS} end
    where shard = any(${[...shards]}::smallint[]) and integration_id = any(${[...integrationIds]}::text[])`.execute(tx);
}

/** From now on these integrations are handled in the slow twins of their shards. */
export async function markSlow(tx: Tx, integrations: readonly { organizationId: string; id: string }[]): Promise<void> {
  await sql`
    update integration i set is_slow = true
    from unnest(${integrations.map((each) => each.organizationId)}::text[], ${integrations.map((each) => each.id)}::text[]) as s (organization_id, id)
    where i.organization_id = s.organization_id and i.id = s.id`.execute(tx);
}

type GroupingKeys = readonly { organizationId: string; integrationId: string; groupingKey: string }[];
const columnsOf = (keys: GroupingKeys) => sql`
  unnest(${keys.map((key) => key.organizationId)}::text[], ${keys.map((key) => key.integrationId)}::text[], ${keys.map((key) => key.groupingKey)}::text[])
    as k (organization_id, integration_id, grouping_key)`;

const storedGroup = sql`
  g.organization_id as "organizationId", g.id, g.integration_id as "integrationId", g.route_id as "routeId",
  g.grouping_key as "groupingKey", g.is_open_for_grouping as "isOpen", g.resolved_at is not null as "isResolved", g.started_at as "startedAt"`;

/** Reads and holds the unresolved groups of these keys, in the order that every holder of several groups uses. */
export async function lockUnresolvedGroups(tx: Tx, keys: GroupingKeys): Promise<StoredGroup[]> {
  if (keys.length === 0) return [];
  const { rows } = await sql<StoredGroup>`
    select ${storedGroup} from alert_group g
    join ${columnsOf(keys)} on g.organization_id = k.organization_id and g.integration_id = k.integration_id and g.grouping_key = k.grouping_key
    where g.resolved_at is null and g.wiped_at is null
    order by g.organization_id, g.id
    for no key update of g`.execute(tx);
  return rows;
}

/** The newest resolved group of each route of these keys; of those that opened in one batch, at one instant, the last one. */
export async function latestResolvedGroups(tx: Tx, keys: GroupingKeys): Promise<StoredGroup[]> {
  if (keys.length === 0) return [];
  const { rows } = await sql<StoredGroup>`
    select r.* from ${columnsOf(keys)}
    cross join lateral (
      select distinct on (latest."routeId") latest.* from (
        select ${storedGroup}, g.number from alert_group g
        where g.organization_id = k.organization_id and g.integration_id = k.integration_id and g.grouping_key = k.grouping_key
          and g.resolved_at is not null
        order by g.started_at desc, g.number desc limit 50
      ) latest
      order by latest."routeId", latest."startedAt" desc, latest.number desc
    ) r`.execute(tx);
  return rows;
}

/** The groups that an alert of this key may join, as they stand, oldest first; nothing is locked. For previews. */
export async function candidateGroups(db: Db, key: GroupingKeys[number]): Promise<StoredGroup[]> {
  const { rows } = await sql<StoredGroup>`
    select ${storedGroup} from alert_group g
    where g.organization_id = ${key.organizationId} and g.integration_id = ${key.integrationId} and g.grouping_key = ${key.groupingKey}
      and g.wiped_at is null
    order by g.started_at desc, g.number desc limit 100`.execute(db);
  return rows.reverse();
}

/** Takes the next numbers of organizations. The counters stay locked until the transaction ends. @returns the first number of each */
export async function takeNumbers(tx: Tx, counts: ReadonlyMap<string, number>): Promise<Map<string, number>> {
  const orgs = [...counts.keys()].sort();
  const { rows } = await prepared(sql<{ organization_id: string; first: number }>`
    insert into organization_counter as c (organization_id, last_alert_group_number)
    select * from unnest(${orgs}::text[], ${orgs.map((org) => counts.get(org) ?? 0)}::bigint[])
    on conflict (organization_id) do update set last_alert_group_number = c.last_alert_group_number + excluded.last_alert_group_number
    returning c.organization_id, c.last_alert_group_number as first`).execute(tx);
  return new Map(rows.map((row) => [row.organization_id, row.first - (counts.get(row.organization_id) ?? 0) + 1]));
}

const GROUP_COLUMNS = {
  organization_id: 'text',
  id: 'text',
  number: 'bigint',
  integration_id: 'text',
  route_id: 'text',
  grouping_key: 'text',
  is_open_for_grouping: 'boolean',
  title: 'text',
  labels: 'jsonb',
  received_at: 'timestamptz',
  started_at: 'timestamptz',
  alerts_count: 'integer',
  first_alert_id: 'text',
  last_alert_id: 'text',
  root_alert_group_id: 'text',
  is_debug: 'boolean',
  is_demo: 'boolean',
  hop: 'smallint',
} as const;

export type NewGroup = { group: BatchGroup; opener: PreparedAlert; number: number; firstAlertId: string; lastAlertId: string };

/** Inserts groups that the batch opened. A group that the batch also resolves never opens for grouping. */
export async function insertGroups(tx: Tx, groups: readonly NewGroup[], now: Date): Promise<void> {
  if (groups.length === 0) return;
  const rows = groups.map(({ group, opener, number, firstAlertId, lastAlertId }) => ({
    organization_id: group.organizationId,
    id: group.id,
    number,
    integration_id: group.integrationId,
    route_id: group.routeId,
    grouping_key: group.groupingKey,
    is_open_for_grouping: group.isOpen,
    title: opener.title,
    labels: opener.labels,
    received_at: opener.receivedAt,
    started_at: now,
    alerts_count: group.alerts.length,
    first_alert_id: firstAlertId,
    last_alert_id: lastAlertId,
    root_alert_group_id: opener.quiet?.kind === 'maintenance' ? opener.quiet.rootGroupId : null,
    is_debug: opener.quiet?.kind === 'debug',
    is_demo: opener.isDemo,
    hop: opener.hop,
  }));
  await sql`
    insert into alert_group (organization_id, id, number, integration_id, route_id, grouping_key, is_open_for_grouping, title, labels,
      received_at, started_at, alerts_count, first_alert_id, last_alert_id, last_alert_at, root_alert_group_id, is_debug, is_demo, hop)
    select organization_id, id, number, integration_id, route_id, grouping_key, is_open_for_grouping, title, labels,
      received_at, started_at, alerts_count, first_alert_id, last_alert_id, started_at, root_alert_group_id, is_debug, is_demo, hop
    from ${rowSet('g', GROUP_COLUMNS, rows)} order by organization_id, number`.execute(tx);
}

/** Adds alerts to the counts of stored groups. */
export async function countAlerts(
  tx: Tx,
  groups: readonly { group: BatchGroup; lastAlertId: string }[],
  now: Date,
): Promise<void> {
  if (groups.length === 0) return;
  await sql`
    update alert_group g set alerts_count = g.alerts_count + c.alerts, last_alert_id = c.last_alert_id, last_alert_at = ${now}
    from unnest(${groups.map(({ group }) => group.organizationId)}::text[], ${groups.map(({ group }) => group.id)}::text[],
                ${groups.map(({ group }) => group.alerts.length)}::int[], ${groups.map(({ lastAlertId }) => lastAlertId)}::text[])
      as c (organization_id, id, alerts, last_alert_id)
    where g.organization_id = c.organization_id and g.id = c.id`.execute(tx);
}

export type AlertRow = { alert: PreparedAlert; id: string; groupId: string };

/** Moves inbound alerts into their groups: the payloads do not leave the database. @throws when one of them is not there any more */
export async function moveAlerts(tx: Tx, alerts: readonly AlertRow[], now: Date): Promise<void> {
  const { rows } = await sql<{ moved: number }>`
    with taken as (
      delete from inbound_alert where id = any(${alerts.map(({ alert }) => alert.inboundId)}::bigint[]) returning id, payload, received_at, warning
    ), added as (
      insert into alert (organization_id, id, alert_group_id, integration_id, created_at, received_at, payload, is_resolve_signal,
        is_acknowledge_signal, is_demo, warning)
      select n.organization_id, n.id, n.group_id, n.integration_id, ${now}, t.received_at, t.payload, n.is_resolve, n.is_acknowledge, n.is_demo, t.warning
      from unnest(${alerts.map(({ alert }) => alert.inboundId)}::bigint[], ${alerts.map(({ alert }) => alert.organizationId)}::text[],
                  ${alerts.map(({ id }) => id)}::text[], ${alerts.map(({ groupId }) => groupId)}::text[],
                  ${alerts.map(({ alert }) => alert.integrationId)}::text[], ${alerts.map(({ alert }) => alert.isResolveSignal)}::boolean[],
                  ${alerts.map(({ alert }) => alert.isAcknowledgeSignal)}::boolean[], ${alerts.map(({ alert }) => alert.isDemo)}::boolean[])
        as n (inbound_id, organization_id, id, group_id, integration_id, is_resolve, is_acknowledge, is_demo)
      join taken t on t.id = n.inbound_id
      returning 1
    )
    select count(*)::int as moved from added`.execute(tx);
  if (rows[0]?.moved !== alerts.length) {
    throw new Error(`expected ${alerts.length} inbound alerts, found ${rows[0]?.moved}: the shard was not held alone`);
  }
}
