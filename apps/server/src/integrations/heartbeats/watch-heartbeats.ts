import { sql } from 'kysely';
import { addLiveEvents } from '../../live/index.ts';
import { inTransaction } from '../../platform/db/create-db.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import type { DueResult } from '../../platform/due/due-loop.ts';
import { type OwnAlert, queueAlerts } from '../pipeline/queue-alerts.ts';
import { integrationTypeOf } from '../types/registry.ts';
import { heartbeatPayload } from './heartbeat-payload.ts';

/** Heartbeats that one transaction looks at. */
const BATCH = 500;

type DueRow = {
  organization_id: string;
  integration_id: string;
  type: string;
  name: string;
  timeout_seconds: number;
  last_heartbeat_at: Date;
  expired_at: Date | null;
};

/**
 * Looks at the heartbeats whose time has come: a sign that is overdue becomes an alert, once, and a sign after that becomes the alert that
 * resolves it (ingest.md 8). The alert and the heartbeat's new state commit together. Run by a due loop.
 */
export async function watchHeartbeats({ db }: { db: Db }, now: Date): Promise<DueResult> {
  const ran = await inTransaction(db, async (tx) => {
    const rows = await claimDue(tx, now);
    const alerts: OwnAlert[] = [];
    const states: { row: DueRow; expiredAt: Date | null; dueAt: Date | null }[] = [];
    for (const row of rows) {
      const overdueAt = new Date(row.last_heartbeat_at.getTime() + row.timeout_seconds * 1_000);
      const isOverdue = overdueAt <= now;
      const wasMissing = row.expired_at !== null;
      const isHeard = !isOverdue || (row.expired_at !== null && row.last_heartbeat_at >= row.expired_at);
      if (wasMissing && isHeard) alerts.push(alertOf(row, 'restored', now));
      // Also where a sign came and went overdue before it was looked at: restored, and missing again.
      if (isOverdue && (!wasMissing || isHeard)) alerts.push(alertOf(row, 'missing', now));
      const standsSince = wasMissing && !isHeard ? row.expired_at : now;
      states.push({ row, expiredAt: isOverdue ? standsSince : null, dueAt: isOverdue ? null : overdueAt });
    }
    await queueAlerts(tx, alerts, now);
    await saveStates(tx, states);
    const moved = states.filter(({ row, expiredAt }) => (row.expired_at === null) !== (expiredAt === null));
    await addLiveEvents(
      tx,
      moved.map(({ row, expiredAt }) => ({
        organizationId: row.organization_id,
        type: 'integration.heartbeat',
        objectId: row.integration_id,
        integrationId: row.integration_id,
        data: { state: expiredAt === null ? 'alive' : 'missing' },
      })),
    );
    return rows.length;
  });
  return { ran, nextDueAt: ran === BATCH ? now : await nextDue(db) };
}

/** Heartbeats of deleted integrations are not due: deleting takes their time away. */
async function claimDue(tx: Tx, now: Date): Promise<DueRow[]> {
  const { rows } = await sql<DueRow>`
    select h.organization_id, h.integration_id, i.type, i.name, h.timeout_seconds, h.last_heartbeat_at, h.expired_at
    from integration_heartbeat h
    join integration i on i.organization_id = h.organization_id and i.id = h.integration_id
    where h.due_at <= ${now} and h.last_heartbeat_at is not null
    order by h.due_at limit ${BATCH} for no key update of h skip locked`.execute(tx);
  return rows;
}

function alertOf(row: DueRow, kind: 'missing' | 'restored', now: Date): OwnAlert {
  const payload = heartbeatPayload({
    type: integrationTypeOf(row.type),
    integrationName: row.name,
    timeoutSeconds: row.timeout_seconds,
    lastAt: row.last_heartbeat_at,
    now,
    kind,
  });
  const ids = { organizationId: row.organization_id, integrationId: row.integration_id };
  return { ...ids, payload: JSON.stringify(payload), kind: 'heartbeat', isSplit: false };
}

async function saveStates(tx: Tx, states: readonly { row: DueRow; expiredAt: Date | null; dueAt: Date | null }[]): Promise<void> {
  if (states.length === 0) return;
  const at = (date: Date | null) => date?.toISOString() ?? null;
  await sql`
    update integration_heartbeat h set expired_at = s.expired_at, due_at = s.due_at
    from unnest(${states.map(({ row }) => row.organization_id)}::text[], ${states.map(({ row }) => row.integration_id)}::text[],
                ${states.map(({ expiredAt }) => at(expiredAt))}::timestamptz[], ${states.map(({ dueAt }) => at(dueAt))}::timestamptz[])
      as s (organization_id, integration_id, expired_at, due_at)
    where h.organization_id = s.organization_id and h.integration_id = s.integration_id`.execute(tx);
}

async function nextDue(db: Db): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select min(due_at) as at from integration_heartbeat where due_at is not null`.execute(db);
  return rows[0]?.at ?? null;
}
