import { sql } from 'kysely';
import type { Db, Tx } from '../platform/db/database.ts';

/** How the calls of a webhook went. */
export type WebhookHealth = {
  lastAt: Date;
  lastStatusCode: number | null;
  /** Null after a success. */
  lastError: string | null;
  failuresInRow: number;
  failingSince: Date | null;
};

const UNHEALTHY_FAILURES = 50;
const UNHEALTHY_MS = 24 * 3_600_000;

/** Fifty failures in a row over a day (outgoing-webhooks.md 20.2, R7). */
export const isUnhealthy = ({ failuresInRow, failingSince }: WebhookHealth, now: Date): boolean =>
  failuresInRow >= UNHEALTHY_FAILURES && failingSince !== null && now.getTime() - failingSince.getTime() >= UNHEALTHY_MS;

export type CallResult = {
  organizationId: string;
  webhookId: string;
  at: Date;
  statusCode: number | null;
  /** Null: it was a success. */
  error: string | null;
};

/** Counts the end of a call. @returns how it stands, and whether the owner has been told that it fails */
export async function countCall(tx: Tx, result: CallResult): Promise<WebhookHealth & { toldAt: Date | null }> {
  const { organizationId, webhookId, at, statusCode, error } = result;
  const failed = error === null ? 0 : 1;
  const { rows } = await sql<WebhookHealth & { toldAt: Date | null }>`
    insert into webhook_health as h (organization_id, webhook_id, last_at, last_status_code, last_error, failures_in_row, failing_since)
    values (${organizationId}, ${webhookId}, ${at}, ${statusCode}, ${error?.replaceAll('\u0000', '\ufffd') ?? null}, ${failed},
            ${failed === 1 ? at : null})
    on conflict (organization_id, webhook_id) do update set
      last_at = excluded.last_at, last_status_code = excluded.last_status_code, last_error = excluded.last_error,
      failures_in_row = case when excluded.failures_in_row = 0 then 0 else h.failures_in_row + 1 end,
      failing_since = case when excluded.failures_in_row = 0 then null else coalesce(h.failing_since, excluded.failing_since) end,
      told_at = case when excluded.failures_in_row = 0 then null else h.told_at end
    returning last_at as "lastAt", last_status_code as "lastStatusCode", last_error as "lastError", failures_in_row as "failuresInRow",
              failing_since as "failingSince", told_at as "toldAt"`.execute(tx);
  const [health] = rows;
  if (health === undefined) throw new Error('the health of a webhook was not written');
  return health;
}

/** Remembers that the owner was told. */
export async function markTold(tx: Tx, organizationId: string, webhookId: string, now: Date): Promise<void> {
  await sql`update webhook_health set told_at = ${now} where organization_id = ${organizationId} and webhook_id = ${webhookId}`.execute(
    tx,
  );
}

/** By webhook id; webhooks that were never called are missing. */
export async function loadHealth(
  db: Db | Tx,
  org: string,
  webhookIds: readonly string[],
): Promise<ReadonlyMap<string, WebhookHealth>> {
  if (webhookIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('webhook_health')
    .selectAll()
    .where('organization_id', '=', org)
    .where('webhook_id', 'in', [...webhookIds])
    .execute();
  return new Map(
    rows.map((row) => [
      row.webhook_id,
      {
        lastAt: row.last_at,
        lastStatusCode: row.last_status_code,
        lastError: row.last_error,
        failuresInRow: row.failures_in_row,
        failingSince: row.failing_since,
      },
    ]),
  );
}
