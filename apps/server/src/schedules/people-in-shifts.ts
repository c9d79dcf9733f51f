import { sql } from 'kysely';
import type { Db, Tx } from '../platform/db/database.ts';
import type { OnCallShift } from './shift.ts';
import { saveShift, shiftsById } from './shift-store.ts';

/** A shift that names somebody. */
export interface ShiftUse {
  readonly shiftId: string;
  readonly name: string | null;
  readonly scheduleId: string | null;
  readonly isOverride: boolean;
  /** Whether it names nobody else. */
  readonly isOnlyOne: boolean;
}

const named = (shift: OnCallShift): string[] => [...shift.userIds, ...(shift.rollingUsers ?? []).flat()];

/** Shifts that name a person, without those that are over. */
export async function shiftsNaming(db: Db | Tx, org: string, userId: string, now: Date): Promise<ShiftUse[]> {
  return (await shiftsWith(db, org, userId, now)).map((shift) => ({
    shiftId: shift.id,
    name: shift.name,
    scheduleId: shift.scheduleId,
    isOverride: shift.type === 'override',
    isOnlyOne: named(shift).every((id) => id === userId),
  }));
}

async function shiftsWith(db: Db | Tx, org: string, userId: string, now: Date): Promise<OnCallShift[]> {
  // Wall clocks are at most a day away from UTC.
  const { rows } = await sql<{ id: string }>`
    select id from on_call_shift where organization_id = ${org}
      and (${userId} = any(user_ids) or rolling_users @? ('$[*][*] ? (@ == ' || to_json(${userId}::text) || ')')::jsonpath)
      and (type not in ('override', 'single_event')
           or start::timestamp + make_interval(secs => duration_seconds) + interval '1 day' > ${now}::timestamptz at time zone 'UTC')
      and (until is null or type in ('override', 'single_event') or until::timestamp > ${now}::timestamptz at time zone 'UTC')
    order by id`.execute(db);
  return shiftsById(
    db,
    org,
    rows.map((row) => row.id),
  );
}

/**
 * Puts another person in the place of one in all shifts that are not over, or takes that one out. Whoever shares a turn keeps it; a turn
 * of nobody else falls out of its rotation. A shift that names nobody else is left, so that the gap is seen.
 */
export async function replaceInShifts(
  tx: Tx,
  org: string,
  userId: string,
  replacementId: string | null,
  now: Date,
): Promise<void> {
  for (const shift of await shiftsWith(tx, org, userId, now)) {
    if (replacementId === null && named(shift).every((id) => id === userId)) continue;
    const swap = (ids: readonly string[]) => [
      ...new Set(ids.map((id) => (id === userId ? replacementId : id)).filter((id) => id !== null)),
    ];
    const rollingUsers = shift.rollingUsers === null ? null : shift.rollingUsers.map(swap).filter((turn) => turn.length > 0);
    const first = shift.startRotationFromUserIndex;
    await saveShift(
      tx,
      org,
      {
        ...shift,
        userIds: swap(shift.userIds),
        rollingUsers,
        startRotationFromUserIndex: first === null || rollingUsers === null ? first : Math.min(first, rollingUsers.length - 1),
        members: shift.members.filter((member) => member.userId !== userId),
      },
      now,
    );
  }
}

export interface SwapUse {
  readonly swapId: string;
  readonly scheduleId: string;
  readonly swapStart: Date;
  /** Whether the person asked for it; else they took it. */
  readonly isBeneficiary: boolean;
}

/** Swaps that are not over and that a person asked for or took. */
export async function swapsOf(db: Db | Tx, org: string, userId: string, now: Date): Promise<SwapUse[]> {
  const { rows } = await sql<SwapUse>`
    select id as "swapId", schedule_id as "scheduleId", swap_start as "swapStart", beneficiary_id = ${userId} as "isBeneficiary"
    from shift_swap where organization_id = ${org} and deleted_at is null and swap_end > ${now}
      and (beneficiary_id = ${userId} or benefactor_id = ${userId}) order by swap_start, id`.execute(db);
  return rows;
}

/** Ends the swaps a person asked for, and gives those they took to another, or back. */
export async function leaveSwaps(tx: Tx, org: string, userId: string, replacementId: string | null, now: Date): Promise<void> {
  await sql`
    update shift_swap set deleted_at = ${now}, updated_at = ${now}
    where organization_id = ${org} and deleted_at is null and swap_end > ${now} and beneficiary_id = ${userId}`.execute(tx);
  await sql`
    update shift_swap set updated_at = ${now},
      benefactor_id = case when beneficiary_id = ${replacementId}::text then null else ${replacementId}::text end
    where organization_id = ${org} and deleted_at is null and swap_end > ${now} and benefactor_id = ${userId}`.execute(tx);
}
