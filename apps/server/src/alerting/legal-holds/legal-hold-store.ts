import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../../platform/db/database.ts';
import type { AlertGroupId, OrgId, UserId } from '../alert-group.ts';
import type { LegalHoldTable } from '../tables.ts';

/** An alert group that stays as it is, whatever the retention (operations.md 10). */
export type LegalHold = { alertGroupId: AlertGroupId; reason: string; setBy: UserId | null; setAt: Date };

const fromRow = (row: Selectable<LegalHoldTable>): LegalHold => ({
  alertGroupId: row.alert_group_id,
  reason: row.reason,
  setBy: row.set_by_user_id,
  setAt: row.set_at,
});

/** Newest first. */
export async function listLegalHolds(db: Db, org: OrgId): Promise<LegalHold[]> {
  const rows = await db
    .selectFrom('legal_hold')
    .selectAll()
    .where('organization_id', '=', org)
    .orderBy('set_at', 'desc')
    .orderBy('alert_group_id')
    .execute();
  return rows.map(fromRow);
}

export async function findLegalHold(db: Db | Tx, org: OrgId, alertGroupId: AlertGroupId): Promise<LegalHold | null> {
  const row = await db
    .selectFrom('legal_hold')
    .selectAll()
    .where('organization_id', '=', org)
    .where('alert_group_id', '=', alertGroupId)
    .executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

/** Sets a hold, or gives the one that is there another reason. Locks the group, so that it is not deleted meanwhile. False: no such group. */
export async function setLegalHold(tx: Tx, org: OrgId, hold: LegalHold): Promise<boolean> {
  const { rows } = await sql`
    select from alert_group where organization_id = ${org} and id = ${hold.alertGroupId} for no key update`.execute(tx);
  if (rows.length === 0) return false;
  await sql`
    insert into legal_hold (organization_id, alert_group_id, reason, set_by_user_id, set_at)
    values (${org}, ${hold.alertGroupId}, ${hold.reason}, ${hold.setBy}, ${hold.setAt})
    on conflict (organization_id, alert_group_id) do update set reason = excluded.reason`.execute(tx);
  return true;
}

/** False: there was none. */
export async function releaseLegalHold(tx: Tx, org: OrgId, alertGroupId: AlertGroupId): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('legal_hold')
    .where('organization_id', '=', org)
    .where('alert_group_id', '=', alertGroupId)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Whether a group is held, or one that is attached to it and would be wiped with it. Call it with the rows of all of them locked. */
export async function isHeld(tx: Tx, org: OrgId, alertGroupId: AlertGroupId): Promise<boolean> {
  const { rows } = await sql`
    select from legal_hold h join alert_group g on g.organization_id = h.organization_id and g.id = h.alert_group_id
    where h.organization_id = ${org} and (g.id = ${alertGroupId} or g.root_alert_group_id = ${alertGroupId}) limit 1`.execute(tx);
  return rows.length > 0;
}

/** Condition: the group of a row of this alias is not held. */
export const isFree = (alias: string, idColumn: 'id' | 'alert_group_id'): RawBuilder<boolean> => sql<boolean>`
  not exists (select from legal_hold h where h.organization_id = ${sql.ref(`${alias}.organization_id`)}
    and h.alert_group_id = ${sql.ref(`${alias}.${idColumn}`)})`;
