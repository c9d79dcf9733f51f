import { type RawBuilder, sql } from 'kysely';
import type { Db, Tx } from '../platform/db/database.ts';
import { rowSet } from '../platform/db/row-set.ts';
import { notify } from '../platform/notify.ts';
import type { Cursor } from './cursor.ts';

/** Announced when there is something to read at once. */
export const LIVE_NOTIFY_CHANNEL = 'live_event';
/** Rows that a transaction under way for longer than this holds back are sent without waiting for it. */
const WAIT_SECONDS = 5;
const KEEP_MINUTES = 10;
const KEEP_ROWS = 100_000;

/** Something changed. Events of one row share its cursor. `teamId` is that of the integration where the event belongs to one. */
export type LiveEvent = {
  readonly cursor: Cursor;
  readonly organizationId: string;
  readonly type: string;
  readonly objectId: string;
  readonly teamId: string | null;
  /** Set: for this person only. */
  readonly userId: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  /** Set when the event was not held back for a transaction that has not ended: that one's id. */
  readonly passed: bigint | null;
};

export type NewLiveEvent = {
  organizationId: string;
  type: string;
  objectId: string;
  integrationId?: string;
  teamId?: string | null;
  userId?: string;
  data?: Readonly<Record<string, unknown>>;
};

/** Tells open pages of a change, when the transaction commits. Changes of alert groups, their timelines and notes tell themselves. */
export async function addLiveEvents(tx: Tx, events: readonly NewLiveEvent[]): Promise<void> {
  if (events.length === 0) return;
  const columns = {
    organization_id: 'text',
    type: 'text',
    object_id: 'text',
    integration_id: 'text',
    team_id: 'text',
    user_id: 'text',
    data: 'jsonb',
  } as const;
  const rows = events.map((event) => ({
    organization_id: event.organizationId,
    type: event.type,
    object_id: event.objectId,
    integration_id: event.integrationId ?? null,
    team_id: event.teamId ?? null,
    user_id: event.userId ?? null,
    data: event.data ?? {},
  }));
  await sql`insert into live_event (organization_id, type, object_id, integration_id, team_id, user_id, data)
    select organization_id, type, object_id, integration_id, team_id, user_id, data from ${rowSet('e', columns, rows)}`.execute(
    tx,
  );
  await notify(tx, LIVE_NOTIFY_CHANNEL);
}

type Row = {
  xact: string;
  id: string;
  organization_id: string;
  type: string;
  object_id: string;
  team_id: string | null;
  user_id: string | null;
  data: Record<string, unknown>;
  oldest: string;
  is_final: boolean;
};

const after = ({ xact, id }: Cursor): RawBuilder<unknown> => sql`(e.xact, e.id) > (${String(xact)}::xid8, ${String(id)}::bigint)`;

/** What one row tells of: one thing, or each of its groups. */
const TOLD = sql`
  select e.object_id, e.alert_group_id, e.integration_id, e.data, 0::bigint as place where e.group_ids is null
  union all
  select m.group_id, m.group_id, min(m.integration_id),
         case when e.type = 'alert_group.created' then jsonb_build_object('number', min(m.number), 'state', min(m.state))
              else e.data || jsonb_build_object('types', jsonb_agg(m.type order by m.place)) end,
         min(m.place)
  from unnest(e.group_ids, e.integration_ids, e.numbers, e.states, e.types) with ordinality
    as m (group_id, integration_id, number, state, type, place)
  where e.group_ids is not null
  group by m.group_id`;

/** @param limit rows; one may tell of many groups @param most events */
async function readEvents(db: Db, where: RawBuilder<unknown>, limit: number, most: number | null = null): Promise<LiveEvent[]> {
  const { rows } = await sql<Row>`
    select e.xact::text as xact, e.id::text as id, e.organization_id, e.type, t.object_id, e.user_id, t.data,
           pg_snapshot_xmin(pg_current_snapshot())::text as oldest, e.xact < pg_snapshot_xmin(pg_current_snapshot()) as is_final,
           case when i.id is null then e.team_id else i.team_id end as team_id
    from (select * from live_event e where ${where} order by e.xact, e.id limit ${limit}) e
    cross join lateral (${TOLD}) t
    left join alert_group g on g.organization_id = e.organization_id and g.id = t.alert_group_id and t.integration_id is null
    left join integration i on i.organization_id = e.organization_id and i.id = coalesce(t.integration_id, g.integration_id)
    order by e.xact, e.id, t.place limit ${most}`.execute(db);
  return rows.map((row) => ({
    cursor: { xact: BigInt(row.xact), id: BigInt(row.id) },
    organizationId: row.organization_id,
    type: row.type,
    objectId: row.object_id,
    teamId: row.team_id,
    userId: row.user_id,
    data: row.data,
    passed: row.is_final ? null : BigInt(row.oldest),
  }));
}

/**
 * Events behind the cursor whose place in the order is final, of all organizations, those of `limit` rows. A transaction that takes long is
 * not waited for.
 */
export const eventsAfter = (db: Db, cursor: Cursor, limit: number): Promise<LiveEvent[]> =>
  readEvents(
    db,
    sql`${after(cursor)} and (e.xact < pg_snapshot_xmin(pg_current_snapshot())
      or e.created_at < clock_timestamp() - make_interval(secs => ${WAIT_SECONDS}))`,
    limit,
  );

/** Events of one organization behind `from` and up to `to`; null when the table no longer reaches back to `from`. */
export async function eventsBetween(db: Db, org: string, from: Cursor, to: Cursor, limit: number): Promise<LiveEvent[] | null> {
  // Rows go oldest first, so whoever's last row is there has missed none.
  const known =
    await sql`select from live_event where xact = ${String(from.xact)}::xid8 and id = ${String(from.id)}::bigint`.execute(db);
  if (known.rows.length === 0) return null;
  return readEvents(db, sql`e.organization_id = ${org} and ${after(from)} and not ${after(to)}`, limit, limit);
}

/** The oldest transaction under way: rows of older ones are all there. */
export async function oldestUnderWay(db: Db): Promise<bigint> {
  const { rows } = await sql<{ xmin: string }>`select pg_snapshot_xmin(pg_current_snapshot())::text as xmin`.execute(db);
  return BigInt(rows[0]?.xmin ?? 0);
}

/** The newest event whose place is final; null when there is none. */
export async function newestEvent(db: Db): Promise<Cursor | null> {
  const { rows } = await sql<{ xact: string; id: string }>`
    select xact::text as xact, id::text as id from live_event where xact < pg_snapshot_xmin(pg_current_snapshot())
    order by live_event.xact desc, live_event.id desc limit 1`.execute(db);
  const newest = rows[0];
  return newest === undefined ? null : { xact: BigInt(newest.xact), id: BigInt(newest.id) };
}

/**
 * Deletes what no page will ask for: old rows, rows beyond a number, and rows whose transactions this cluster has not had, which
 * came with a dump of another. The newest row stays, for pages hold its cursor while nothing happens.
 */
export async function pruneEvents(db: Db): Promise<number> {
  const result = await sql`
    delete from live_event e using
      (select pg_snapshot_xmax(pg_current_snapshot()) as next, (
         select xact from live_event where xact < pg_snapshot_xmax(pg_current_snapshot()) order by xact desc limit 1) as newest) n
    where e.xact >= n.next or (e.xact < n.newest and (
      e.created_at < clock_timestamp() - make_interval(mins => ${KEEP_MINUTES})
      or e.xact < (select k.xact from live_event k order by k.xact desc, k.id desc offset ${KEEP_ROWS} limit 1)))`.execute(db);
  return Number(result.numAffectedRows ?? 0n);
}
