import { sql } from 'kysely';
import { Type } from 'typebox';
import { cancelEmailChange, endSessions, revokeTokensOf } from '../../../access/index.ts';
import { replaceInSteps, stepsNaming } from '../../../escalation/index.ts';
import type { Db, Tx } from '../../../platform/db/database.ts';
import { leaveSwaps, replaceInShifts, shiftsNaming, swapsOf } from '../../../schedules/index.ts';
import { named } from '../conventions/describe.ts';
import { apiTime } from '../conventions/times.ts';

const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const OnlyOne = Type.Boolean({ description: 'Whether it would be left with nobody.' });

/** What a person is part of. */
export const UsesSchema = named(
  'UserUses',
  Type.Object({
    escalation_policies: Type.Array(
      Type.Object({
        id: Type.String(),
        escalation_chain_id: Type.String(),
        escalation_chain_name: Type.String(),
        position: Type.Integer(),
        is_only_one: OnlyOne,
      }),
    ),
    on_call_shifts: Type.Array(
      Type.Object({
        id: Type.String(),
        name: TextOrNull,
        schedule_id: TextOrNull,
        is_override: Type.Boolean(),
        is_only_one: OnlyOne,
      }),
    ),
    shift_swaps: Type.Array(
      Type.Object({ id: Type.String(), schedule_id: Type.String(), swap_start: Type.String(), is_beneficiary: Type.Boolean() }),
    ),
    webhooks: Type.Array(Type.Object({ id: Type.String(), name: Type.String() }), { description: 'Webhooks the person made.' }),
    api_tokens: Type.Integer({ description: 'Live tokens, which end with the person.' }),
    blocks: Type.Boolean({ description: 'Whether a step or a shift would be left with nobody.' }),
  }),
);

/** Everything that names a person and that would change when they leave (access.md 3.3). */
export async function usesOf(db: Db | Tx, org: string, userId: string, now: Date) {
  const [steps, shifts, swaps] = [
    await stepsNaming(db, org, userId),
    await shiftsNaming(db, org, userId, now),
    await swapsOf(db, org, userId, now),
  ];
  const webhooks = await sql<{ id: string; name: string }>`
    select id, name from webhook where organization_id = ${org} and user_id = ${userId} and deleted_at is null order by name, id`.execute(
    db,
  );
  const tokens = await sql<{ count: number }>`
    select count(*)::int as count from api_token where organization_id = ${org} and user_id = ${userId} and revoked_at is null`.execute(
    db,
  );
  return {
    escalation_policies: steps.map((step) => ({
      id: step.stepId,
      escalation_chain_id: step.chainId,
      escalation_chain_name: step.chainName,
      position: step.position,
      is_only_one: step.isOnlyOne,
    })),
    on_call_shifts: shifts.map((shift) => ({
      id: shift.shiftId,
      name: shift.name,
      schedule_id: shift.scheduleId,
      is_override: shift.isOverride,
      is_only_one: shift.isOnlyOne,
    })),
    shift_swaps: swaps.map((swap) => ({
      id: swap.swapId,
      schedule_id: swap.scheduleId,
      swap_start: apiTime(swap.swapStart),
      is_beneficiary: swap.isBeneficiary,
    })),
    webhooks: webhooks.rows,
    api_tokens: tokens.rows[0]?.count ?? 0,
    blocks: steps.some((step) => step.isOnlyOne) || shifts.some((shift) => shift.isOnlyOne),
  };
}

/** Takes a person who leaves out of steps, shifts and swaps, or puts another in their place, and ends their tokens, sessions and links. */
export async function leave(tx: Tx, org: string, userId: string, replacementId: string | null, now: Date): Promise<void> {
  await replaceInSteps(tx, org, userId, replacementId);
  await replaceInShifts(tx, org, userId, replacementId, now);
  await leaveSwaps(tx, org, userId, replacementId, now);
  if (replacementId !== null) {
    await sql`update webhook set user_id = ${replacementId} where organization_id = ${org} and user_id = ${userId} and deleted_at is null`.execute(
      tx,
    );
  }
  await revokeTokensOf(tx, org, { type: 'user', id: userId }, now);
  await sql`
    update calendar_export_token set revoked_at = ${now}
    where organization_id = ${org} and user_id = ${userId} and revoked_at is null`.execute(tx);
  await cancelEmailChange(tx, org, userId);
  await endSessions(tx, org, userId);
}
