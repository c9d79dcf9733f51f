import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../../platform/db/database.ts';
import { endPosition, type OrderedScope, type Placement, placeRow } from '../../platform/db/ordered-rows.ts';
import { listTable, type Page, type Window } from '../../platform/db/page.ts';
import { newId } from '../../platform/ids.ts';
import type { NotificationRuleTable } from '../tables.ts';
import type { NewNotificationRule, NotificationRule, RuleChanges, RuleType } from './rule.ts';

export type RuleFilter = { userId?: string; important?: boolean };

/** Rules of the organization: by user (oldest first), the default list before the important one, then by position. */
export async function listRules(db: Db, org: string, filter: RuleFilter, window: Window): Promise<Page<NotificationRule>> {
  const where = [sql`r.organization_id = ${org}`];
  if (filter.userId !== undefined) where.push(sql`r.user_id = ${filter.userId}`);
  if (filter.important !== undefined) where.push(sql`r.important = ${filter.important}`);
  const page = {
    from: sql`notification_rule r join users u on u.organization_id = r.organization_id and u.id = r.user_id`,
    countedFrom: sql`notification_rule r`,
    id: sql`r.id`,
    keys: [
      { column: sql`u.created_at`, type: 'timestamptz' as const },
      { column: sql`u.id`, type: 'text' as const },
      { column: sql`r.important`, type: 'boolean' as const },
      { column: sql`r.position`, type: 'integer' as const },
      { column: sql`r.id`, type: 'text' as const },
    ],
  };
  return listTable(db, { table: 'notification_rule', org, where, page, fromRow }, window);
}

/** How many rules a person has, of each kind. */
export async function countRules(db: Db, org: string, userId: string): Promise<{ default: number; important: number }> {
  const { rows } = await sql<{ default: number; important: number }>`
    select count(*) filter (where not important)::int as default, count(*) filter (where important)::int as important
    from notification_rule where organization_id = ${org} and user_id = ${userId}`.execute(db);
  return rows[0] ?? { default: 0, important: 0 };
}

export async function findRule(db: Db | Tx, org: string, id: string): Promise<NotificationRule | null> {
  const query = db.selectFrom('notification_rule').selectAll().where('organization_id', '=', org).where('id', '=', id);
  const row = await query.executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

/** Adds a rule behind the others of its list, then moves it to where it is wanted. The user must exist. */
export async function createRule(
  tx: Tx,
  org: string,
  rule: NewNotificationRule,
  placement: Placement | null,
  now: Date,
): Promise<NotificationRule> {
  await lockUser(tx, org, rule.userId);
  const id = newId('N');
  const scope = scopeOf(org, rule);
  const position = await endPosition(tx, scope);
  await tx
    .insertInto('notification_rule')
    .values({
      organization_id: org,
      id,
      user_id: rule.userId,
      important: rule.important,
      position,
      type: rule.type,
      wait_seconds: rule.type === 'wait' ? rule.waitSeconds : null,
      created_at: now,
    })
    .execute();
  if (placement !== null && placement.position !== -1) await placeRow(tx, scope, id, position, placement);
  return existingRule(tx, org, id);
}

/** Changes what a rule does, and moves it within its list. Lists that are running follow (escalation.md 3.4). */
export async function updateRule(
  tx: Tx,
  org: string,
  rule: NotificationRule,
  changes: RuleChanges,
  placement: Placement | null,
): Promise<NotificationRule> {
  await lockUser(tx, org, rule.userId);
  const current = await existingRule(tx, org, rule.id);
  const type = changes.type ?? current.type;
  const waitSeconds = changes.waitSeconds === undefined ? current.waitSeconds : changes.waitSeconds;
  await tx
    .updateTable('notification_rule')
    .set({ type, wait_seconds: type === 'wait' ? waitSeconds : null })
    .where('organization_id', '=', org)
    .where('id', '=', rule.id)
    .execute();
  if (placement !== null) await placeRow(tx, scopeOf(org, current), rule.id, current.position, placement);
  return existingRule(tx, org, rule.id);
}

/** Removes a rule; the others keep their positions. */
export async function deleteRule(tx: Tx, org: string, id: string): Promise<void> {
  await tx.deleteFrom('notification_rule').where('organization_id', '=', org).where('id', '=', id).execute();
}

/** Changes of one user's lists run one after the other. */
async function lockUser(tx: Tx, org: string, id: string): Promise<void> {
  await tx.selectFrom('users').select('id').where('organization_id', '=', org).where('id', '=', id).forNoKeyUpdate().execute();
}

async function existingRule(tx: Tx, org: string, id: string): Promise<NotificationRule> {
  const query = tx.selectFrom('notification_rule').selectAll().where('organization_id', '=', org).where('id', '=', id);
  return fromRow(await query.executeTakeFirstOrThrow());
}

const scopeOf = (org: string, list: Pick<NotificationRule, 'userId' | 'important'>): OrderedScope => ({
  table: 'notification_rule',
  where: sql`organization_id = ${org} and user_id = ${list.userId} and important = ${list.important}`,
});

const fromRow = (row: Selectable<NotificationRuleTable>): NotificationRule => ({
  id: row.id,
  userId: row.user_id,
  important: row.important,
  position: row.position,
  type: row.type as RuleType,
  waitSeconds: row.wait_seconds,
});
