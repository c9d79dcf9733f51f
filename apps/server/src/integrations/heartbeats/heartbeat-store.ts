import { sql } from 'kysely';
import { inVisibleTeam, type Viewer } from '../../access/index.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import { fillPage, type Page, selectPage, type Window } from '../../platform/db/page.ts';
import { newId } from '../../platform/ids.ts';

/** Seconds that may be set as time-out; the list offers the usual ones (ingest.md 8). */
export const HEARTBEAT_SECONDS = {
  min: 60,
  max: 86_400,
  offered: [60, 120, 180, 300, 600, 900, 1_800, 3_600, 43_200, 86_400],
} as const;

/** What an integration's sender must show regularly. */
export interface IntegrationHeartbeat {
  readonly id: string;
  readonly integrationId: string;
  readonly integrationType: string;
  readonly integrationToken: string;
  readonly teamId: string | null;
  readonly timeoutSeconds: number;
  readonly isEnabled: boolean;
  readonly lastAt: Date | null;
  /** First sign since it was made or reset. */
  readonly armedAt: Date | null;
  /** Set while a missing heartbeat's alert stands. */
  readonly expiredAt: Date | null;
}

const columns = sql`
  h.id, h.integration_id as "integrationId", i.type as "integrationType", i.token as "integrationToken", i.team_id as "teamId",
  h.timeout_seconds as "timeoutSeconds", h.is_enabled as "isEnabled", h.last_heartbeat_at as "lastAt", h.armed_at as "armedAt",
  h.expired_at as "expiredAt"`;
const from = sql`integration_heartbeat h join integration i on i.organization_id = h.organization_id and i.id = h.integration_id`;
const live = sql`i.deleted_at is null and i.type <> 'maintenance'`;

export async function listHeartbeats(
  db: Db,
  org: string,
  filter: { integrationId?: string; visibleTo?: Viewer },
  window: Window,
): Promise<Page<IntegrationHeartbeat>> {
  const where = [sql`h.organization_id = ${org}`, live];
  if (filter.integrationId !== undefined) where.push(sql`h.integration_id = ${filter.integrationId}`);
  if (filter.visibleTo !== undefined) where.push(inVisibleTeam(filter.visibleTo, sql`i.team_id`));
  const keys = [
    { column: sql`i.created_at`, type: 'timestamptz' as const },
    { column: sql`h.id`, type: 'text' as const },
  ];
  const page = await selectPage(db, { from, where, id: sql`h.id`, keys, direction: 'asc' }, window);
  const { rows } = await sql<IntegrationHeartbeat>`
    select ${columns} from ${from} where h.organization_id = ${org} and h.id = any(${page.rows}::text[])`.execute(db);
  return fillPage(page, rows, (row) => row.id);
}

export async function findHeartbeat(db: Db | Tx, org: string, id: string): Promise<IntegrationHeartbeat | null> {
  const { rows } = await sql<IntegrationHeartbeat>`
    select ${columns} from ${from} where h.organization_id = ${org} and h.id = ${id} and ${live}`.execute(db);
  return rows[0] ?? null;
}

/** Heartbeats of integrations, by integration. */
export async function heartbeatsOf(
  db: Db | Tx,
  org: string,
  integrationIds: readonly string[],
): Promise<Map<string, IntegrationHeartbeat>> {
  if (integrationIds.length === 0) return new Map();
  const { rows } = await sql<IntegrationHeartbeat>`
    select ${columns} from ${from} where h.organization_id = ${org} and h.integration_id = any(${[...integrationIds]}::text[])`.execute(
    db,
  );
  return new Map(rows.map((row) => [row.integrationId, row]));
}

/** Gives an integration its heartbeat; null when it has one. */
export async function createHeartbeat(
  tx: Tx,
  org: string,
  integrationId: string,
  timeoutSeconds: number,
): Promise<IntegrationHeartbeat | null> {
  const id = newId('B');
  const { rows } = await sql`
    insert into integration_heartbeat (organization_id, integration_id, id, timeout_seconds)
    values (${org}, ${integrationId}, ${id}, ${timeoutSeconds})
    on conflict (organization_id, integration_id) do nothing returning id`.execute(tx);
  return rows.length === 0 ? null : findHeartbeat(tx, org, id);
}

/**
 * Changes time-out and switch; when the next check is due follows from them. One that is switched off is never missing, and an alert
 * group that stands stays open until somebody or the next sign resolves it.
 */
export async function updateHeartbeat(
  tx: Tx,
  org: string,
  integrationId: string,
  changes: { timeoutSeconds?: number; isEnabled?: boolean },
): Promise<void> {
  await sql`
    update integration_heartbeat h set timeout_seconds = n.timeout_seconds, is_enabled = n.is_enabled,
      due_at = case
        when not n.is_enabled or h.last_heartbeat_at is null then null
        when h.expired_at is not null and h.last_heartbeat_at < h.expired_at then null
        else h.last_heartbeat_at + make_interval(secs => n.timeout_seconds) end
    from (
      select organization_id, integration_id, coalesce(${changes.timeoutSeconds ?? null}::int, timeout_seconds) as timeout_seconds,
        coalesce(${changes.isEnabled ?? null}::boolean, is_enabled) as is_enabled
      from integration_heartbeat where organization_id = ${org} and integration_id = ${integrationId} for update
    ) n
    where h.organization_id = n.organization_id and h.integration_id = n.integration_id`.execute(tx);
}

/** Forgets the last sign: the heartbeat waits for a first one again. An alert group that stands stays open until then. */
export async function resetHeartbeat(tx: Tx, org: string, integrationId: string): Promise<void> {
  await sql`
    update integration_heartbeat set last_heartbeat_at = null, armed_at = null, due_at = null
    where organization_id = ${org} and integration_id = ${integrationId}`.execute(tx);
}

/** Whether signs come in time. A heartbeat that is off, or waits for its first sign, is neither. */
export function heartbeatState(heartbeat: IntegrationHeartbeat, now: Date): 'off' | 'waiting' | 'alive' | 'missing' {
  if (!heartbeat.isEnabled) return 'off';
  if (heartbeat.lastAt === null) return 'waiting';
  return heartbeat.lastAt.getTime() + heartbeat.timeoutSeconds * 1_000 > now.getTime() ? 'alive' : 'missing';
}
