import { sql } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import type { Tx } from '../../platform/db/database.ts';
import type { Templates } from '../../templates/index.ts';
import { homeShard } from '../shards.ts';
import type { PipelinePorts } from './ports.ts';
import { prepareAlerts } from './prepare.ts';
import { choose, write } from './process-batch.ts';
import { holdWindows, loadSettings } from './settings.ts';
import type { InboundAlert } from './store.ts';

export type OpenDeps = { clock: Clock; templates: Templates; ports: PipelinePorts };

const RENDER_MS = 5_000;

/**
 * Puts one alert of the server's own through the pipeline in the caller's transaction, ahead of what its integration has waiting: for
 * alerts that group with nothing, and whose group somebody waits for.
 * @param alert `payload`: JSON text
 * @returns the id of the group that it opened or joined
 */
export async function openAtOnce(
  tx: Tx,
  { clock, templates, ports }: OpenDeps,
  alert: { organizationId: string; integrationId: string; payload: string },
): Promise<string> {
  const now = clock.now();
  const { rows } = await sql<InboundAlert>`
    insert into inbound_alert (shard, organization_id, integration_id, received_at, payload)
    values (${homeShard(alert.integrationId)}, ${alert.organizationId}, ${alert.integrationId}, ${now}, ${alert.payload})
    returning *`.execute(tx);
  const settings = await loadSettings(tx, rows, now);
  await holdWindows(tx, settings, now);
  const batch = await prepareAlerts(templates, rows, settings, { renderMs: RENDER_MS, clock });
  const choice = await choose(tx, batch.alerts, now);
  await write(ports, tx, batch, choice, now);
  const group = choice.chosen[0];
  if (group === undefined) throw new Error(`an alert of ${alert.integrationId} was put into no group`);
  return group.id;
}
