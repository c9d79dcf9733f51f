import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/db/database.ts';
import { notify } from '../../platform/notify.ts';
import { homeShard, slowShard } from '../shards.ts';

/** Carries the shards that have new alerts, separated by commas. */
export const INBOUND_CHANNEL = 'tocsin_inbound';

/** An alert that the server itself sends to an integration. */
export type OwnAlert = {
  organizationId: string;
  integrationId: string;
  /** JSON text. */
  payload: string;
  kind: 'demo' | 'heartbeat';
  /** Cut out of a body of the splitting types. */
  isSplit: boolean;
};

/**
 * Puts alerts behind what their integrations have waiting, in the caller's transaction. Integrations that are deleted get none.
 * The pipeline is told when the transaction commits.
 */
export async function queueAlerts(tx: Tx, alerts: readonly OwnAlert[], now: Date): Promise<void> {
  if (alerts.length === 0) return;
  const column = <K extends keyof OwnAlert>(name: K) => alerts.map((alert) => alert[name]);
  const homes = alerts.map(({ integrationId }) => homeShard(integrationId));
  const { rows } = await sql<{ shard: number }>`
    insert into inbound_alert (shard, organization_id, integration_id, received_at, payload, is_demo, is_heartbeat, is_split)
    select case when i.is_slow then a.slow else a.home end, i.organization_id, i.id, ${now}, a.payload, a.kind = 'demo', a.kind = 'heartbeat', a.is_split
    from unnest(${homes}::smallint[], ${homes.map(slowShard)}::smallint[], ${column('organizationId')}::text[], ${column('integrationId')}::text[],
                ${column('payload')}::text[], ${column('kind')}::text[], ${column('isSplit')}::boolean[])
      with ordinality as a (home, slow, organization_id, integration_id, payload, kind, is_split, place)
    join integration i on i.organization_id = a.organization_id and i.id = a.integration_id and i.deleted_at is null
    order by a.place
    returning shard`.execute(tx);
  const shards = [...new Set(rows.map((row) => row.shard))];
  if (shards.length > 0) await announceInbound(tx, shards);
}

/** Tells all pipelines that these shards have new alerts. */
const announceInbound = (tx: Tx, shards: readonly number[]): Promise<void> => notify(tx, INBOUND_CHANNEL, shards.join(','));

/** The same, of alerts that are committed already: what only announces need not wait for the disk. */
export async function announceSoon(db: Db, shards: readonly number[]): Promise<void> {
  await sql`select set_config('synchronous_commit', 'off', true), pg_notify(${INBOUND_CHANNEL}, ${shards.join(',')})`.execute(db);
}
