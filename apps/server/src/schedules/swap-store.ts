import { type Selectable, sql } from 'kysely';
import { inVisibleTeam, type Viewer } from '../access/index.ts';
import type { Db, Tx } from '../platform/db/database.ts';
import { fillPage, type Page, selectPage, type Window } from '../platform/db/page.ts';
import { newId } from '../platform/ids.ts';
import { scheduleChanged } from './schedule-store.ts';
import type { ShiftSwapTable } from './tables.ts';

/** A request by a beneficiary to be replaced in one schedule between two instants; a benefactor may take it. */
export interface ShiftSwap {
  readonly id: string;
  readonly scheduleId: string;
  readonly swapStart: Date;
  readonly swapEnd: Date;
  readonly description: string | null;
  readonly beneficiaryId: string;
  readonly benefactorId: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type SwapStatus = 'open' | 'taken' | 'past_due';

export const swapStatus = (swap: ShiftSwap, now: Date): SwapStatus => {
  if (swap.benefactorId !== null) return 'taken';
  return swap.swapStart <= now ? 'past_due' : 'open';
};

export interface SwapFilter {
  readonly startingAfter: Date;
  readonly scheduleId?: string;
  readonly beneficiaryId?: string;
  readonly benefactorId?: string;
  /** Not taken, and beginning after this instant. */
  readonly openAt?: Date;
  /** Only of schedules that this person sees; all when left out. */
  readonly visibleTo?: Viewer;
}

/** Swaps by their start. */
export async function listSwaps(db: Db, org: string, filter: SwapFilter, window: Window): Promise<Page<ShiftSwap>> {
  const where = [sql`organization_id = ${org}`, sql`deleted_at is null`, sql`swap_start >= ${filter.startingAfter}`];
  if (filter.scheduleId !== undefined) where.push(sql`schedule_id = ${filter.scheduleId}`);
  if (filter.beneficiaryId !== undefined) where.push(sql`beneficiary_id = ${filter.beneficiaryId}`);
  if (filter.benefactorId !== undefined) where.push(sql`benefactor_id = ${filter.benefactorId}`);
  if (filter.openAt !== undefined) where.push(sql`benefactor_id is null and swap_start > ${filter.openAt}`);
  if (filter.visibleTo !== undefined)
    where.push(sql`schedule_id in (
      select vs.id from schedule vs where vs.organization_id = ${org} and ${inVisibleTeam(filter.visibleTo, sql`vs.team_id`)})`);
  const page = await selectPage(
    db,
    {
      from: sql`shift_swap`,
      where,
      id: sql`id`,
      keys: [
        { column: sql`swap_start`, type: 'timestamptz' },
        { column: sql`id`, type: 'text' },
      ],
      direction: 'asc',
    },
    window,
  );
  if (page.rows.length === 0) return { ...page, rows: [] };
  const rows = await db
    .selectFrom('shift_swap')
    .selectAll()
    .where('organization_id', '=', org)
    .where('id', 'in', page.rows)
    .execute();
  return fillPage(page, rows.map(fromRow), (swap) => swap.id);
}

/** A swap that has not been deleted; null when there is none. */
export async function findSwap(db: Db | Tx, org: string, id: string): Promise<ShiftSwap | null> {
  const row = await db
    .selectFrom('shift_swap')
    .selectAll()
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

/** Swaps of schedules, in the order they were made. */
export async function swapsOfSchedules(db: Db | Tx, org: string, scheduleIds: readonly string[]): Promise<ShiftSwap[]> {
  const { rows } = await sql<Selectable<ShiftSwapTable>>`
    select * from shift_swap where organization_id = ${org} and schedule_id = any(${[...scheduleIds]}::text[]) and deleted_at is null
    order by created_at, id`.execute(db);
  return rows.map(fromRow);
}

type SwapValues = Pick<ShiftSwap, 'scheduleId' | 'swapStart' | 'swapEnd' | 'description' | 'beneficiaryId'>;

export async function createSwap(tx: Tx, org: string, values: SwapValues, now: Date): Promise<ShiftSwap> {
  const swap: ShiftSwap = { ...values, id: newId('SSR'), benefactorId: null, createdAt: now, updatedAt: now };
  await tx
    .insertInto('shift_swap')
    .values({
      organization_id: org,
      id: swap.id,
      schedule_id: swap.scheduleId,
      swap_start: swap.swapStart,
      swap_end: swap.swapEnd,
      description: swap.description,
      beneficiary_id: swap.beneficiaryId,
      benefactor_id: null,
      created_at: now,
      updated_at: now,
      deleted_at: null,
    })
    .execute();
  await scheduleChanged(tx, swap.scheduleId);
  return swap;
}

export async function saveSwap(tx: Tx, org: string, swap: ShiftSwap, now: Date): Promise<ShiftSwap> {
  await tx
    .updateTable('shift_swap')
    .set({
      schedule_id: swap.scheduleId,
      swap_start: swap.swapStart,
      swap_end: swap.swapEnd,
      description: swap.description,
      updated_at: now,
    })
    .where('organization_id', '=', org)
    .where('id', '=', swap.id)
    .execute();
  await scheduleChanged(tx, swap.scheduleId);
  return { ...swap, updatedAt: now };
}

export type TakeSwapResult = { ok: true; swap: ShiftSwap } | { ok: false; reason: 'not_found' | 'same_user' | 'not_open' };

/** Takes an open swap. Of two who take it at once the first gets it. */
export async function takeSwap(tx: Tx, org: string, id: string, benefactorId: string, now: Date): Promise<TakeSwapResult> {
  const row = await tx
    .selectFrom('shift_swap')
    .selectAll()
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) return { ok: false, reason: 'not_found' };
  const swap = fromRow(row);
  if (swap.beneficiaryId === benefactorId) return { ok: false, reason: 'same_user' };
  if (swapStatus(swap, now) !== 'open') return { ok: false, reason: 'not_open' };
  await tx
    .updateTable('shift_swap')
    .set({ benefactor_id: benefactorId, updated_at: now })
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .execute();
  await scheduleChanged(tx, swap.scheduleId);
  return { ok: true, swap: { ...swap, benefactorId, updatedAt: now } };
}

/** Takes a swap away; one that was taken is undone by it. */
export async function deleteSwap(tx: Tx, org: string, swap: ShiftSwap, now: Date): Promise<void> {
  await tx
    .updateTable('shift_swap')
    .set({ deleted_at: now })
    .where('organization_id', '=', org)
    .where('id', '=', swap.id)
    .execute();
  await scheduleChanged(tx, swap.scheduleId);
}

const fromRow = (row: Selectable<ShiftSwapTable>): ShiftSwap => ({
  id: row.id,
  scheduleId: row.schedule_id,
  swapStart: row.swap_start,
  swapEnd: row.swap_end,
  description: row.description,
  beneficiaryId: row.beneficiary_id,
  benefactorId: row.benefactor_id,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});
