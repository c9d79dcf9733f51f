import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';

/** Days after a group was resolved. Bringing it back to firing later begins a run anew. */
const RUN_DAYS = 90;
/** Days after a chain was taken; a chain that is used meanwhile is referred to by a run. */
const SNAPSHOT_DAYS = 30;
const AT_ONCE = 5_000;
const MOST_BATCHES = 40;
const DAY_MS = 86_400_000;

/** Removes the ended runs of groups that have long been resolved, and chains as they were that no run refers to. @returns how many */
export async function forgetEndedRuns(db: Db, now: Date): Promise<{ runs: number; snapshots: number }> {
  const resolvedBefore = new Date(now.getTime() - RUN_DAYS * DAY_MS);
  const takenBefore = new Date(now.getTime() - SNAPSHOT_DAYS * DAY_MS);
  const runs = await inBatches(() =>
    sql`
      delete from escalation_run where ctid = any(array(
        select r.ctid from escalation_run r
        join alert_group g on g.organization_id = r.organization_id and g.id = r.alert_group_id
        where r.state = 'finished' and r.reached_check_at is null and r.finished_at < ${resolvedBefore} and g.resolved_at < ${resolvedBefore}
        limit ${AT_ONCE} for update of r skip locked))`.execute(db),
  );
  const snapshots = await inBatches(() =>
    sql`
      delete from chain_snapshot where ctid = any(array(
        select s.ctid from chain_snapshot s
        where s.created_at < ${takenBefore}
          and not exists (select from escalation_run r where r.organization_id = s.organization_id and r.snapshot_hash = s.hash)
        limit ${AT_ONCE} for update of s skip locked))`.execute(db),
  );
  return { runs, snapshots };
}

/** Short transactions, so that nothing waits for a long one; what is left is for the next night. */
async function inBatches(remove: () => Promise<{ numAffectedRows?: bigint }>): Promise<number> {
  let total = 0;
  for (let batch = 0; batch < MOST_BATCHES; batch += 1) {
    const removed = Number((await remove()).numAffectedRows ?? 0n);
    total += removed;
    if (removed < AT_ONCE) break;
  }
  return total;
}
