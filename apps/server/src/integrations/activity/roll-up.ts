import { sql } from 'kysely';
import { inTransaction } from '../../platform/db/create-db.ts';
import type { Db, Tx } from '../../platform/db/database.ts';

/** Hours that are kept one by one; what is older is added up in one row, of 1970-01-01. */
const KEPT_HOURS = 8 * 24;

const added = sql`on conflict (organization_id, integration_id, hour)
  do update set alerts = a.alerts + excluded.alerts, groups = a.groups + excluded.groups`;

/**
 * Takes away the counts of rate windows that began before an instant, of all organizations, and adds them to what is known of each
 * integration's activity. @returns how many windows there were
 */
export function rollUpActivity(db: Db, before: Date, now: Date): Promise<number> {
  return inTransaction(db, async (tx) => {
    const { rows } = await sql<{ windows: number }>`
      with gone as (
        delete from ingest_window where window_start < ${before} returning organization_id, integration_id, window_start, alerts, groups
      ), kept as (
        insert into integration_activity as a (organization_id, integration_id, hour, alerts, groups)
        select organization_id, integration_id, date_trunc('hour', window_start, 'UTC'), sum(alerts), sum(groups)
        from gone where integration_id <> '' group by 1, 2, 3 order by 1, 2, 3 ${added}
      )
      select count(*)::int as windows from gone`.execute(tx);
    await addUpOldHours(tx, new Date(now.getTime() - KEPT_HOURS * 3_600_000));
    return rows[0]?.windows ?? 0;
  });
}

async function addUpOldHours(tx: Tx, before: Date): Promise<void> {
  await sql`
    with old as (
      delete from integration_activity where hour < ${before} and hour > 'epoch' returning organization_id, integration_id, alerts, groups
    )
    insert into integration_activity as a (organization_id, integration_id, hour, alerts, groups)
    select organization_id, integration_id, 'epoch', sum(alerts), sum(groups) from old group by 1, 2 order by 1, 2 ${added}`.execute(
    tx,
  );
}
