import { sql } from 'kysely';
import { inTransaction } from '../platform/db/create-db.ts';
import type { Db, Tx } from '../platform/db/database.ts';
import type { ActionDeps } from './act.ts';
import { bySystem } from './actor.ts';
import { deleteGroup } from './delete.ts';

const AT_ONCE = 200;
/** Of one organization and run: what is left waits for the next hour, so that nothing else waits for long. */
const MOST_ERASED = 20_000;
const MOST_DELETED = 2_000;

/**
 * Blanks the payloads of alerts whose groups were resolved before an instant; their size and SHA-256 stay. Groups are looked at once, in the
 * order in which they began; one that is not closed for long enough is kept in mind.
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
        and (g.resolved_at is null or g.resolved_at >= ${resolvedBefore}))
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
    select id, started_at::text, coalesce(resolved_at < ${resolvedBefore}, false) as is_closed from alert_group
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

async function blank(tx: Tx, org: string, groupIds: readonly string[]): Promise<number> {
  if (groupIds.length === 0) return 0;
  const { numAffectedRows } = await sql`
    update alert set payload_sha256 = sha256(convert_to(payload, 'UTF8')), payload_bytes = octet_length(payload), payload = '{}'
    where organization_id = ${org} and alert_group_id = any(${[...groupIds]}::text[]) and payload <> '{}'`.execute(tx);
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
      select id from alert_group where organization_id = ${org} and started_at < ${resolvedBefore} and resolved_at < ${resolvedBefore}
      order by started_at limit ${AT_ONCE}`.execute(deps.db);
    for (const { id } of rows) if (await deleteGroup(deps, org, id, bySystem)) deleted += 1;
    if (rows.length < AT_ONCE) break;
  }
  return deleted;
}
