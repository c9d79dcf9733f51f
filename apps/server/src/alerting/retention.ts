import { type RawBuilder, sql } from 'kysely';
import { inTransaction } from '../platform/db/create-db.ts';
import type { Db, Tx } from '../platform/db/database.ts';
import type { ActionDeps } from './act.ts';
import { bySystem } from './actor.ts';
import { deleteGroup } from './delete.ts';
import { isFree } from './legal-holds/legal-hold-store.ts';
import { lockGroups } from './store.ts';

const AT_ONCE = 200;
/** Of one organization and run: what is left waits for the next hour, so that nothing else waits for long. */
const MOST_ERASED = 20_000;
const MOST_DELETED = 2_000;

/**
 * Blanks the payloads of alerts whose groups were resolved before an instant; their size and SHA-256 stay. Groups are looked at once, in the
 * order in which they began; one that is not closed for long enough, or held, is kept in mind.
 * @returns how many payloads
 */
export async function erasePayloads(db: Db, org: string, resolvedBefore: Date): Promise<number> {
  let erased = await inTransaction(db, (tx) => eraseWaiting(tx, org, resolvedBefore));
  for (let looked = 0; looked < MOST_ERASED; looked += AT_ONCE) {
    const batch = await inTransaction(db, (tx) => eraseNext(tx, org, resolvedBefore));
    erased += batch.erased;
    if (batch.isLast) break;
  }
  return erased;
}

async function eraseWaiting(tx: Tx, org: string, resolvedBefore: Date): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    delete from retention_waiting w
    where w.organization_id = ${org} and not exists (
      select from alert_group g where g.organization_id = w.organization_id and g.id = w.alert_group_id
        and (g.resolved_at is null or g.resolved_at >= ${resolvedBefore} or not ${isFree('g', 'id')}))
    returning alert_group_id as id`.execute(tx);
  return blank(
    tx,
    org,
    rows.map((row) => row.id),
  );
}

async function eraseNext(tx: Tx, org: string, resolvedBefore: Date): Promise<{ erased: number; isLast: boolean }> {
  await sql`
    insert into retention_progress (organization_id, payloads_until) values (${org}, '-infinity')
    on conflict (organization_id) do nothing`.execute(tx);
  const { rows: progress } = await sql<{ until: string }>`
    select payloads_until::text as until from retention_progress where organization_id = ${org} for update`.execute(tx);
  const until = progress[0]?.until ?? '-infinity';
  // Whole instants: groups that began at the same one are never parted.
  const { rows } = await sql<{ id: string; started_at: string; is_closed: boolean }>`
    select g.id, g.started_at::text, coalesce(g.resolved_at < ${resolvedBefore}, false) and ${isFree('g', 'id')} as is_closed from alert_group g
    where organization_id = ${org} and started_at >= ${until}::timestamptz and started_at < ${resolvedBefore}
    order by started_at fetch first ${AT_ONCE} rows with ties`.execute(tx);
  const closed = rows.filter((row) => row.is_closed).map((row) => row.id);
  const waiting = rows.filter((row) => !row.is_closed).map((row) => row.id);
  await sql`
    insert into retention_waiting (organization_id, alert_group_id) select ${org}, unnest(${waiting}::text[])
    on conflict do nothing`.execute(tx);
  const last = rows.at(-1)?.started_at;
  if (last !== undefined)
    await sql`
      update retention_progress set payloads_until = ${last}::timestamptz + interval '1 microsecond'
      where organization_id = ${org}`.execute(tx);
  return { erased: await blank(tx, org, closed), isLast: rows.length < AT_ONCE };
}

/** Blanks the payloads of these groups. One that has been put under a hold since it was chosen is kept in mind instead. */
async function blank(tx: Tx, org: string, groupIds: readonly string[]): Promise<number> {
  if (groupIds.length === 0) return 0;
  await lockGroups(
    tx,
    groupIds.map((alertGroupId) => ({ organizationId: org, alertGroupId })),
  );
  const { numAffectedRows } = await sql`
    with kept as (
      insert into retention_waiting (organization_id, alert_group_id)
      select organization_id, alert_group_id from legal_hold
      where organization_id = ${org} and alert_group_id = any(${[...groupIds]}::text[])
      on conflict do nothing
    )
    update alert a set payload_sha256 = sha256(convert_to(payload, 'UTF8')), payload_bytes = octet_length(payload), payload = '{}'
    where organization_id = ${org} and alert_group_id = any(${[...groupIds]}::text[]) and payload <> '{}'
      and ${isFree('a', 'alert_group_id')}`.execute(tx);
  return Number(numAffectedRows ?? 0n);
}

/** Deletes groups that were resolved before an instant, oldest first, with all that belongs to them. @returns how many */
export async function forgetAlertGroups(
  deps: ActionDeps & { readonly db: Db },
  org: string,
  resolvedBefore: Date,
): Promise<number> {
  let deleted = 0;
  while (deleted < MOST_DELETED) {
    const { rows } = await sql<{ id: string }>`
      select g.id from alert_group g where organization_id = ${org} and started_at < ${resolvedBefore} and resolved_at < ${resolvedBefore}
        and ${isFree('g', 'id')}
      order by started_at limit ${AT_ONCE}`.execute(deps.db);
    for (const { id } of rows) if ((await deleteGroup(deps, org, id, bySystem)) === 'done') deleted += 1;
    if (rows.length < AT_ONCE) break;
  }
  return deleted;
}

/**
 * What a run would find, at most so many of each.
 * @param before instants that groups were resolved before; null: nothing of the kind would go
 */
export async function countErasable(
  db: Db,
  org: string,
  before: { readonly groups: Date | null; readonly payloads: Date | null },
  most: number,
): Promise<{ groups: number; payloads: number; held: number }> {
  const closed = (at: Date) => sql`
    from alert_group g where g.organization_id = ${org} and g.started_at < ${at} and g.resolved_at < ${at}`;
  const count = async (found: RawBuilder<unknown>): Promise<number> => {
    const { rows } = await sql<{ count: number }>`select count(*)::int as count from (${found} limit ${most}) found`.execute(db);
    return rows[0]?.count ?? 0;
  };
  // What began earlier and waits for nothing has been blanked.
  const isWaiting = sql`(
    g.started_at >= coalesce((select payloads_until from retention_progress where organization_id = ${org}), '-infinity')
    or exists (select from retention_waiting w where w.organization_id = ${org} and w.alert_group_id = g.id))`;
  const { groups, payloads } = before;
  const first = [groups, payloads].filter((at) => at !== null).sort((a, b) => b.getTime() - a.getTime())[0];
  return {
    groups: groups === null ? 0 : await count(sql`select 1 ${closed(groups)} and ${isFree('g', 'id')}`),
    payloads:
      payloads === null
        ? 0
        : await count(sql`
            select 1 from (select g.id ${closed(payloads)} and ${isFree('g', 'id')} and ${isWaiting}) g
            join alert a on a.organization_id = ${org} and a.alert_group_id = g.id and a.payload <> '{}'`),
    held: first === undefined ? 0 : await count(sql`select 1 ${closed(first)} and not ${isFree('g', 'id')}`),
  };
}
