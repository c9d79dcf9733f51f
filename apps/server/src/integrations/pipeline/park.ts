import { sql } from 'kysely';
import { inTransaction } from '../../platform/db/create-db.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import { fillPage, type Page, selectPage, type Window } from '../../platform/db/page.ts';
import { newTimeId } from '../../platform/ids.ts';
import { homeShard, slowShard } from '../shards.ts';
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
      text: `An alert of integration ${alert.integration_id} failed ${MAX_TRIES} times and was put aside. It is kept with its error: GET /api/v1/integrations/${alert.integration_id}/parked_alerts/ shows it, POST to …/parked_alerts/{id}/retry/ tries it again. The alerts behind it go on.`,
    };
    await ports.notifyAdmins(tx, notice, now);
  });
}

export interface ParkedAlert {
  readonly id: string;
  readonly receivedAt: Date;
  readonly parkedAt: Date;
  readonly error: string;
  /** JSON text as it was received. */
  readonly payload: string;
}

/** Alerts of an integration that were put aside, newest first. */
export async function listParkedAlerts(db: Db, org: string, integrationId: string, window: Window): Promise<Page<ParkedAlert>> {
  const page = await selectPage(
    db,
    {
      from: sql`parked_alert`,
      where: [sql`organization_id = ${org}`, sql`integration_id = ${integrationId}`],
      id: sql`id`,
      keys: [
        { column: sql`parked_at`, type: 'timestamptz' },
        { column: sql`id`, type: 'text' },
      ],
      direction: 'desc',
    },
    window,
  );
  if (page.rows.length === 0) return fillPage(page, [] as ParkedAlert[], (row) => row.id);
  const { rows } = await sql<ParkedAlert>`
    select id, received_at as "receivedAt", parked_at as "parkedAt", error, payload from parked_alert
    where organization_id = ${org} and id = any(${page.rows}::text[])`.execute(db);
  return fillPage(page, rows, (row) => row.id);
}

/** Puts a parked alert back behind what its integration has waiting; false when the integration has none of that id. */
export async function retryParkedAlert(db: Db | Tx, org: string, integrationId: string, id: string): Promise<boolean> {
  const home = homeShard(integrationId);
  const { rows } = await sql<{ id: number }>`
    with live as (
      select organization_id, id, is_slow from integration
      where organization_id = ${org} and id = ${integrationId} and deleted_at is null
    ), taken as (
      delete from parked_alert p using live where p.organization_id = live.organization_id and p.integration_id = live.id
        and p.id = ${id} returning p.*, live.is_slow
    )
    insert into inbound_alert (shard, organization_id, integration_id, received_at, payload, is_demo, is_split, warning)
    select case when is_slow then ${slowShard(home)}::int else ${home}::int end, organization_id, integration_id, received_at, payload,
      is_demo, is_split, warning
    from taken returning id`.execute(db);
  return rows.length > 0;
}
