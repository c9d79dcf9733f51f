import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/db/database.ts';

/** Whose calendar a link opens: one person's shifts in all schedules, or one schedule. */
export interface ExportScope {
  readonly userId: string;
  /** null: all of the person's shifts. */
  readonly scheduleId: string | null;
}

const digest = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Makes the secret of a calendar link: 32 hex characters, shown once. `exists` when there is a live one already. */
export async function createExportToken(
  tx: Tx,
  org: string,
  scope: ExportScope,
  now: Date,
): Promise<{ ok: true; token: string } | { ok: false; reason: 'exists' }> {
  if ((await findExportToken(tx, org, scope))?.active === true) return { ok: false, reason: 'exists' };
  const token = randomBytes(16).toString('hex');
  await tx
    .insertInto('calendar_export_token')
    .values({
      organization_id: org,
      user_id: scope.userId,
      schedule_id: scope.scheduleId,
      token_hash: digest(token),
      created_at: now,
      revoked_at: null,
      last_fetched_at: null,
    })
    .execute();
  return { ok: true, token };
}

export interface ExportTokenInfo {
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
  readonly active: boolean;
  /** When a calendar program last asked; coarse. */
  readonly lastFetchedAt: Date | null;
}

/** The newest secret of a calendar link, without the secret; null when there never was one. */
export async function findExportToken(db: Db | Tx, org: string, scope: ExportScope): Promise<ExportTokenInfo | null> {
  const row = await db
    .selectFrom('calendar_export_token')
    .select(['created_at', 'revoked_at', 'last_fetched_at'])
    .where('organization_id', '=', org)
    .where('user_id', '=', scope.userId)
    .where(sql<boolean>`schedule_id is not distinct from ${scope.scheduleId}`)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { created_at: createdAt, revoked_at: revokedAt, last_fetched_at: lastFetchedAt } = row;
  return { createdAt, revokedAt, active: revokedAt === null, lastFetchedAt };
}

/** @returns false when there is no live one */
export async function revokeExportToken(tx: Tx, org: string, scope: ExportScope, now: Date): Promise<boolean> {
  const done = await tx
    .updateTable('calendar_export_token')
    .set({ revoked_at: now })
    .where('organization_id', '=', org)
    .where('user_id', '=', scope.userId)
    .where(sql<boolean>`schedule_id is not distinct from ${scope.scheduleId}`)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}

export type ExportAccess =
  | { readonly ok: true; readonly organizationId: string; readonly scope: ExportScope }
  | { readonly ok: false; readonly reason: 'invalid' | 'deactivated' };

/** What a link's secret opens. */
export async function openExport(db: Db, token: string): Promise<ExportAccess> {
  const row = await db.selectFrom('calendar_export_token').selectAll().where('token_hash', '=', digest(token)).executeTakeFirst();
  if (row === undefined) return { ok: false, reason: 'invalid' };
  if (row.revoked_at !== null) return { ok: false, reason: 'deactivated' };
  return { ok: true, organizationId: row.organization_id, scope: { userId: row.user_id, scheduleId: row.schedule_id } };
}

/** Between two notes of when a link was asked for. */
const FETCH_GRAIN_MS = 300_000;

/** Notes that a calendar program asked for a link. */
export async function noteFetch(db: Db, token: string, now: Date): Promise<void> {
  await sql`
    update calendar_export_token set last_fetched_at = ${now}
    where token_hash = ${digest(token)} and (last_fetched_at is null or last_fetched_at < ${new Date(now.getTime() - FETCH_GRAIN_MS)})`.execute(
    db,
  );
}
