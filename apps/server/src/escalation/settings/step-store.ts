import { type Selectable, sql } from 'kysely';
import { inVisibleTeam, type Viewer } from '../../access/index.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import { endPosition, type OrderedScope, type Placement, placeRow } from '../../platform/db/ordered-rows.ts';
import { listTable, type Page, type Window } from '../../platform/db/page.ts';
import { newId } from '../../platform/ids.ts';
import type { ChainStep, StepType, StepValues } from './chain.ts';
import type { EscalationStepTable } from './tables.ts';

/** Steps of the organization, by chain (oldest first), then position. */
export async function listSteps(
  db: Db,
  org: string,
  filter: { chainId?: string; visibleTo?: Viewer },
  window: Window,
): Promise<Page<ChainStep>> {
  const where = [sql`s.organization_id = ${org}`];
  if (filter.chainId !== undefined) where.push(sql`s.escalation_chain_id = ${filter.chainId}`);
  if (filter.visibleTo !== undefined) where.push(inVisibleTeam(filter.visibleTo, sql`c.team_id`));
  const page = {
    from: sql`escalation_step s join escalation_chain c on c.organization_id = s.organization_id and c.id = s.escalation_chain_id`,
    id: sql`s.id`,
    keys: [
      { column: sql`c.created_at`, type: 'timestamptz' as const },
      { column: sql`c.id`, type: 'text' as const },
      { column: sql`s.position`, type: 'integer' as const },
      { column: sql`s.id`, type: 'text' as const },
    ],
    ...(filter.visibleTo === undefined && { countedFrom: sql`escalation_step s` }),
  };
  return listTable(db, { table: 'escalation_step', org, where, page, fromRow }, window);
}

export async function findStep(db: Db | Tx, org: string, id: string): Promise<ChainStep | null> {
  const row = await db
    .selectFrom('escalation_step')
    .selectAll()
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

/** Adds a step behind the chain's others, then moves it to where it is wanted. */
export async function createStep(
  tx: Tx,
  org: string,
  chainId: string,
  values: StepValues,
  placement: Placement | null,
  now: Date,
): Promise<ChainStep> {
  await lockChain(tx, org, chainId);
  const id = newId('E');
  const scope = scopeOf(org, chainId);
  const position = await endPosition(tx, scope);
  await tx
    .insertInto('escalation_step')
    .values({ organization_id: org, id, escalation_chain_id: chainId, position, ...toColumns(values), created_at: now })
    .execute();
  if (placement !== null && placement.position !== -1) await placeRow(tx, scope, id, position, placement);
  return existingStep(tx, org, id);
}

/** Gives a chain the steps of another; whose turn it is begins anew. */
export async function copySteps(tx: Tx, org: string, fromId: string, toId: string, now: Date): Promise<void> {
  const rows = await tx
    .selectFrom('escalation_step')
    .selectAll()
    .where('organization_id', '=', org)
    .where('escalation_chain_id', '=', fromId)
    .orderBy('position')
    .execute();
  for (const row of rows) await createStep(tx, org, toId, fromRow(row), null, now);
}

export async function updateStep(
  tx: Tx,
  org: string,
  step: ChainStep,
  values: StepValues,
  placement: Placement | null,
): Promise<ChainStep> {
  await lockChain(tx, org, step.chainId);
  const current = await existingStep(tx, org, step.id); // its position as it is under the lock
  await tx
    .updateTable('escalation_step')
    .set(toColumns(values))
    .where('organization_id', '=', org)
    .where('id', '=', step.id)
    .execute();
  if (placement !== null) await placeRow(tx, scopeOf(org, step.chainId), step.id, current.position, placement);
  return existingStep(tx, org, step.id);
}

/** Ids of a chain's steps in their order. */
export async function stepOrder(db: Db | Tx, org: string, chainId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('escalation_step')
    .select('id')
    .where('organization_id', '=', org)
    .where('escalation_chain_id', '=', chainId)
    .orderBy('position')
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}

/**
 * Puts all steps of a chain into an order.
 * @param was the order that the caller saw; null: any. Where it is another by now, or names other steps, nothing changes
 */
export async function reorderSteps(
  tx: Tx,
  org: string,
  chainId: string,
  order: readonly string[],
  was: readonly string[] | null,
): Promise<{ ok: true; before: string[] } | { ok: false; current: string[] }> {
  await lockChain(tx, org, chainId);
  const current = await stepOrder(tx, org, chainId);
  const same = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((id, at) => id === b[at]);
  if ((was !== null && !same(was, current)) || !same([...order].sort(), [...current].sort())) return { ok: false, current };
  await sql`
    update escalation_step s set position = o.place - 1 from unnest(${[...order]}::text[]) with ordinality as o (id, place)
    where s.organization_id = ${org} and s.id = o.id`.execute(tx);
  return { ok: true, before: current };
}

/** Removes a step; the others keep their positions. */
export async function deleteStep(tx: Tx, org: string, id: string): Promise<void> {
  await tx.deleteFrom('escalation_step').where('organization_id', '=', org).where('id', '=', id).execute();
}

/** Changes of one chain's steps run one after the other. */
async function lockChain(tx: Tx, org: string, id: string): Promise<void> {
  await tx
    .selectFrom('escalation_chain')
    .select('id')
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .forUpdate()
    .execute();
}

async function existingStep(tx: Tx, org: string, id: string): Promise<ChainStep> {
  const row = await tx
    .selectFrom('escalation_step')
    .selectAll()
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return fromRow(row);
}

const scopeOf = (org: string, chainId: string): OrderedScope => ({
  table: 'escalation_step',
  where: sql`organization_id = ${org} and escalation_chain_id = ${chainId}`,
});

const toColumns = (values: StepValues) => ({
  type: values.type,
  important: values.important,
  wait_seconds: values.waitSeconds,
  user_ids: [...values.userIds],
  team_id: values.teamId,
  schedule_id: values.scheduleId,
  user_group_id: values.userGroupId,
  webhook_id: values.webhookId,
  time_from: values.timeFrom,
  time_to: values.timeTo,
  num_alerts_in_window: values.numAlertsInWindow,
  num_minutes_in_window: values.numMinutesInWindow,
  severity: values.severity,
});

const fromRow = (row: Selectable<EscalationStepTable>): ChainStep => ({
  id: row.id,
  chainId: row.escalation_chain_id,
  position: row.position,
  type: row.type as StepType | null,
  important: row.important,
  waitSeconds: row.wait_seconds,
  userIds: row.user_ids,
  teamId: row.team_id,
  scheduleId: row.schedule_id,
  userGroupId: row.user_group_id,
  webhookId: row.webhook_id,
  timeFrom: row.time_from,
  timeTo: row.time_to,
  numAlertsInWindow: row.num_alerts_in_window,
  numMinutesInWindow: row.num_minutes_in_window,
  severity: row.severity,
});
