import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../platform/db/database.ts';
import { fillPage, type Page, selectPage, type Window } from '../platform/db/page.ts';
import { newId } from '../platform/ids.ts';
import type { TimeOffTable } from './tables.ts';

/** A stretch of time in which a person is away. Nobody is taken off call by it; it shows what will be uncovered. */
export interface TimeOff {
  readonly id: string;
  readonly userId: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly note: string | null;
}

/** Time off of one person or of all, by its start. */
export async function listTimeOff(
  db: Db,
  org: string,
  filter: { userId?: string; endsAfter?: Date },
  window: Window,
): Promise<Page<TimeOff>> {
  const where = [sql`organization_id = ${org}`];
  if (filter.userId !== undefined) where.push(sql`user_id = ${filter.userId}`);
  if (filter.endsAfter !== undefined) where.push(sql`ends_at > ${filter.endsAfter}`);
  const page = await selectPage(
    db,
    {
      from: sql`time_off`,
      where,
      id: sql`id`,
      keys: [
        { column: sql`starts_at`, type: 'timestamptz' },
        { column: sql`id`, type: 'text' },
      ],
      direction: 'asc',
    },
    window,
  );
  if (page.rows.length === 0) return { ...page, rows: [] };
  const rows = await db
    .selectFrom('time_off')
    .selectAll()
    .where('organization_id', '=', org)
    .where('id', 'in', page.rows)
    .execute();
  return fillPage(page, rows.map(fromRow), (row) => row.id);
}

/** Time off that touches a range. */
export async function timeOffBetween(db: Db | Tx, org: string, from: Date, to: Date): Promise<TimeOff[]> {
  const rows = await db
    .selectFrom('time_off')
    .selectAll()
    .where('organization_id', '=', org)
    .where('starts_at', '<', to)
    .where('ends_at', '>', from)
    .orderBy('starts_at')
    .execute();
  return rows.map(fromRow);
}

export async function findTimeOff(db: Db | Tx, org: string, id: string): Promise<TimeOff | null> {
  const row = await db
    .selectFrom('time_off')
    .selectAll()
    .where('organization_id', '=', org)
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

export async function createTimeOff(tx: Tx, org: string, values: Omit<TimeOff, 'id'>, now: Date): Promise<TimeOff> {
  const timeOff = { ...values, id: newId('TO') };
  await tx
    .insertInto('time_off')
    .values({
      organization_id: org,
      id: timeOff.id,
      user_id: timeOff.userId,
      starts_at: timeOff.startsAt,
      ends_at: timeOff.endsAt,
      note: timeOff.note,
      created_at: now,
    })
    .execute();
  return timeOff;
}

export async function updateTimeOff(tx: Tx, org: string, timeOff: TimeOff): Promise<TimeOff> {
  await tx
    .updateTable('time_off')
    .set({ starts_at: timeOff.startsAt, ends_at: timeOff.endsAt, note: timeOff.note })
    .where('organization_id', '=', org)
    .where('id', '=', timeOff.id)
    .execute();
  return timeOff;
}

export async function deleteTimeOff(tx: Tx, org: string, id: string): Promise<void> {
  await tx.deleteFrom('time_off').where('organization_id', '=', org).where('id', '=', id).execute();
}

const fromRow = (row: Selectable<TimeOffTable>): TimeOff => ({
  id: row.id,
  userId: row.user_id,
  startsAt: row.starts_at,
  endsAt: row.ends_at,
  note: row.note,
});
