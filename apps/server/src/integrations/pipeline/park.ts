import { sql } from 'kysely';
import { inTransaction } from '../../platform/db/create-db.ts';
import type { Db } from '../../platform/db/database.ts';
import { newTimeId } from '../../platform/ids.ts';
import type { PipelinePorts } from './ports.ts';
import type { InboundAlert } from './store.ts';

/** Tries that an alert has before it is put aside (ingest.md B-4). */
export const MAX_TRIES = 5;

/** Counts a failed try of an alert. @returns tries so far */
export async function countTry(db: Db, id: number): Promise<number> {
  const { rows } = await sql<{ attempts: number }>`
    update inbound_alert set attempts = attempts + 1 where id = ${id} returning attempts`.execute(db);
  return rows[0]?.attempts ?? 0;
}

/** Puts an alert aside with its error, so that the ones behind it go on. */
export async function parkAlert(
  { db, ports }: { db: Db; ports: Pick<PipelinePorts, 'notifyAdmins'> },
  alert: InboundAlert,
  error: string,
  now: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    await sql`
      with taken as (delete from inbound_alert where id = ${alert.id} returning *)
      insert into parked_alert (organization_id, id, integration_id, received_at, payload, is_demo, is_split, warning, error, parked_at)
      select organization_id, ${newTimeId('X', now)}, integration_id, received_at, payload, is_demo, is_split, warning, ${error.slice(0, 2_000)}, ${now}
      from taken`.execute(tx);
    const notice = {
      organizationId: alert.organization_id,
      kind: 'alert_parked' as const,
      subject: 'An alert could not be handled',
      text: `An alert of integration ${alert.integration_id} failed ${MAX_TRIES} times and was put aside. It is kept with its error and can be tried again. The alerts behind it go on.`,
    };
    await ports.notifyAdmins(tx, notice, now);
  });
}

/**
 * Puts a parked alert back behind what its integration has waiting; false when there is none of that id.
 * @param shard the shard that the integration has now
 */
export async function retryParkedAlert(db: Db, organizationId: string, id: string, shard: number): Promise<boolean> {
  const { rows } = await sql<{ id: number }>`
    with taken as (delete from parked_alert where organization_id = ${organizationId} and id = ${id} returning *)
    insert into inbound_alert (shard, organization_id, integration_id, received_at, payload, is_demo, is_split, warning)
    select ${shard}, organization_id, integration_id, received_at, payload, is_demo, is_split, warning from taken
    returning id`.execute(db);
  return rows.length > 0;
}
