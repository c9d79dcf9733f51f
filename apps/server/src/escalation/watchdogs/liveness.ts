import { sql } from 'kysely';
import { addTimelineRecords, bySystem, ESCALATION_ERROR, type GroupRef, TIMELINE } from '../../alerting/index.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import { notify } from '../../platform/notify.ts';
import { ESCALATION_NOTIFY_CHANNEL, startRuns } from '../run/start-runs.ts';

/** Firing groups that the slow round looks at each time. */
const CHUNK = 20_000;
/** Groups that started so recently are looked at every time. */
const RECENT_SECONDS = 900;
/** Repairs of one round. */
const MOST_REPAIRS = 1_000;

/** A run or list that is under way and has no next time: nothing would ever wake it. */
async function rearmStalled(tx: Tx, now: Date): Promise<{ runs: GroupRef[]; lists: number }> {
  const runs = await sql<{ organization_id: string; alert_group_id: string }>`
    update escalation_run set due_at = ${now} where state = 'running' and due_at is null
    returning organization_id, alert_group_id`.execute(tx);
  const lists = await sql`update personal_run set due_at = ${now} where state = 'running' and due_at is null`.execute(tx);
  return {
    runs: runs.rows.map((row) => ({ organizationId: row.organization_id, alertGroupId: row.alert_group_id })),
    lists: Number(lists.numAffectedRows ?? 0n),
  };
}

/** A firing root whose run is missing, or was ended by a state that the group no longer has; its route leads to a chain. */
const UNESCALATED = sql`
  g.state = 'firing' and g.root_alert_group_id is null and g.wiped_at is null and not g.is_maintenance and not g.is_debug
  and exists (select from route t where t.organization_id = g.organization_id and t.id = g.route_id and t.escalation_chain_id is not null)
  and not exists (
    select from escalation_run r where r.organization_id = g.organization_id and r.alert_group_id = g.id
      and (r.state <> 'finished' or r.end_reason is null or r.end_reason in ('chain_finished', 'resolved_by_step', 'no_chain', 'integration_mode')))`;

async function findRecentUnescalated(tx: Tx, now: Date): Promise<GroupRef[]> {
  const since = new Date(now.getTime() - RECENT_SECONDS * 1_000);
  const { rows } = await sql<{ organization_id: string; id: string }>`
    select g.organization_id, g.id from organization o
    join alert_group g on g.organization_id = o.id and g.state = 'firing' and g.started_at > ${since}
    where ${UNESCALATED} order by g.organization_id, g.id limit ${MOST_REPAIRS}
    for no key update of g skip locked`.execute(tx);
  return rows.map((row) => ({ organizationId: row.organization_id, alertGroupId: row.id }));
}

/** Looks at the next chunk of all groups, so that old ones are looked at too, however many there are. */
async function findNextUnescalated(tx: Tx): Promise<GroupRef[]> {
  const { rows: cursors } = await sql<{ organization_id: string; alert_group_id: string }>`
    select organization_id, alert_group_id from liveness_cursor for update`.execute(tx);
  const cursor = cursors[0] ?? { organization_id: '', alert_group_id: '' };
  const { rows } = await sql<{ last_organization_id: string | null; last_id: string | null; looked_at: number }>`
    with chunk as (
      select organization_id, id from alert_group
      where (organization_id, id) > (${cursor.organization_id}, ${cursor.alert_group_id})
      order by organization_id, id limit ${CHUNK})
    select (array_agg(organization_id order by organization_id desc, id desc))[1] as last_organization_id,
           (array_agg(id order by organization_id desc, id desc))[1] as last_id, count(*) as looked_at from chunk`.execute(tx);
  const end = rows[0];
  const isLast = end === undefined || end.looked_at < CHUNK;
  const found = await sql<{ organization_id: string; id: string }>`
    select g.organization_id, g.id from alert_group g
    where (g.organization_id, g.id) > (${cursor.organization_id}, ${cursor.alert_group_id})
      and (g.organization_id, g.id) <= (${end?.last_organization_id ?? ''}, ${end?.last_id ?? ''})
      and ${UNESCALATED}
    order by g.organization_id, g.id limit ${MOST_REPAIRS}
    for no key update of g skip locked`.execute(tx);
  await sql`delete from liveness_cursor`.execute(tx);
  if (!isLast) {
    await sql`insert into liveness_cursor (organization_id, alert_group_id)
      values (${end.last_organization_id}, ${end.last_id})`.execute(tx);
  }
  return found.rows.map((row) => ({ organizationId: row.organization_id, alertGroupId: row.id }));
}

/**
 * Finds escalations without a next step and gives them one (escalation.md 6.2, W2): runs and lists that stand still, and firing groups
 * that nothing escalates although their route has a chain. Each repaired group gets record 101.
 * @returns how many were repaired
 */
export async function reviveEscalations(tx: Tx, now: Date): Promise<{ repaired: number; groups: readonly GroupRef[] }> {
  const stalled = await rearmStalled(tx, now);
  const unescalated = new Map(
    [...(await findRecentUnescalated(tx, now)), ...(await findNextUnescalated(tx))].map((ref) => [
      `${ref.organizationId} ${ref.alertGroupId}`,
      ref,
    ]),
  );
  const groups = [...stalled.runs, ...unescalated.values()];
  await startRuns(tx, [...unescalated.values()], { now, delaySeconds: 0 });
  await addTimelineRecords(
    tx,
    groups.map((ref) => ({
      ...ref,
      at: now,
      type: TIMELINE.escalationFailed,
      actor: bySystem,
      errorCode: ESCALATION_ERROR.runResumed,
      reason: 'the escalation had no next step and was started again',
    })),
  );
  const repaired = groups.length + stalled.lists;
  if (repaired > 0) await notify(tx, ESCALATION_NOTIFY_CHANNEL);
  return { repaired, groups };
}

/** Runs and lists that stand still, without repairing them; for the health page. */
export async function countStalled(db: Db): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select (select count(*) from escalation_run where state = 'running' and due_at is null)
         + (select count(*) from personal_run where state = 'running' and due_at is null) as n`.execute(db);
  return rows[0]?.n ?? 0;
}
