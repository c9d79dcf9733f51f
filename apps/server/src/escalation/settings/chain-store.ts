import { type Selectable, sql } from 'kysely';
import { inVisibleTeam, ofTeam, type Viewer } from '../../access/index.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import { listTable, type Page, type Window } from '../../platform/db/page.ts';
import { waitForReferences } from '../../platform/db/references.ts';
import { newId } from '../../platform/ids.ts';
import { notify } from '../../platform/notify.ts';
import type { EscalationChain } from './chain.ts';
import type { EscalationChainTable } from './tables.ts';

export interface ChainFilter {
  readonly name?: string;
  /** null: chains without a team. */
  readonly teamId?: string | null;
  readonly visibleTo?: Viewer;
}

/** Chains of the organization, oldest first. */
export async function listChains(db: Db, org: string, filter: ChainFilter, window: Window): Promise<Page<EscalationChain>> {
  const where = [sql`organization_id = ${org}`];
  if (filter.name !== undefined) where.push(sql`name = ${filter.name}`);
  if (filter.teamId !== undefined) where.push(ofTeam(filter.teamId, sql`team_id`));
  if (filter.visibleTo !== undefined) where.push(inVisibleTeam(filter.visibleTo, sql`team_id`));
  return listTable(db, { table: 'escalation_chain', org, where, fromRow }, window);
}

export async function findChain(db: Db | Tx, org: string, id: string): Promise<EscalationChain | null> {
  const row = await db
    .selectFrom('escalation_chain')
    .selectAll()
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

/** Chains with a step that asks a schedule, by name. */
export async function chainsOfSchedule(db: Db, org: string, scheduleId: string): Promise<EscalationChain[]> {
  const rows = await db
    .selectFrom('escalation_chain as c')
    .selectAll('c')
    .where('c.organization_id', '=', org)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('escalation_step as s')
          .select('s.id')
          .whereRef('s.organization_id', '=', 'c.organization_id')
          .whereRef('s.escalation_chain_id', '=', 'c.id')
          .where('s.schedule_id', '=', scheduleId),
      ),
    )
    .orderBy('c.name')
    .execute();
  return rows.map(fromRow);
}

/** Breaks `escalation_chain_organization_id_name_key` when the name is taken. */
export async function createChain(
  tx: Tx,
  org: string,
  chain: { name: string; teamId: string | null },
  now: Date,
): Promise<EscalationChain> {
  const row = { organization_id: org, id: newId('F'), name: chain.name, team_id: chain.teamId, created_at: now };
  await tx.insertInto('escalation_chain').values(row).execute();
  return fromRow(row);
}

export async function updateChain(tx: Tx, org: string, chain: EscalationChain): Promise<EscalationChain> {
  await tx
    .updateTable('escalation_chain')
    .set({ name: chain.name, team_id: chain.teamId })
    .where('organization_id', '=', org)
    .where('id', '=', chain.id)
    .execute();
  return chain;
}

/** Removes a chain and its steps. Routes that led to it lead nowhere; runs go on from their snapshots. */
export async function deleteChain(tx: Tx, org: string, id: string): Promise<void> {
  await waitForReferences(tx, 'escalation_chain', org, id);
  await sql`update route set escalation_chain_id = null where organization_id = ${org} and escalation_chain_id = ${id}`.execute(
    tx,
  );
  await tx.deleteFrom('escalation_chain').where('organization_id', '=', org).where('id', '=', id).execute();
  await notify(tx, 'integration_changed', '');
}

const fromRow = (row: Selectable<EscalationChainTable>): EscalationChain => ({ id: row.id, name: row.name, teamId: row.team_id });
