import type { Tx } from '../../platform/db/database.ts';
import { newIntegrationToken } from './create-integration.ts';
import { integrationChanged } from './integration-store.ts';

/** Longest time that a replaced key works on, in seconds. */
export const MOST_OVERLAP_SECONDS = 30 * 86_400;

/**
 * Gives an integration a new key. The one it had works on until the overlap is over; one that was replaced before ends now.
 * @param overlapSeconds 0: the key ends at once
 */
export async function rotateToken(tx: Tx, org: string, integrationId: string, overlapSeconds: number, now: Date): Promise<void> {
  const { token } = await tx
    .selectFrom('integration')
    .select('token')
    .where('organization_id', '=', org)
    .where('id', '=', integrationId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const previous =
    overlapSeconds === 0
      ? { previous_token: null, previous_token_until: null }
      : { previous_token: token, previous_token_until: new Date(now.getTime() + overlapSeconds * 1_000) };
  await change(tx, org, integrationId, {
    token: newIntegrationToken(),
    ...previous,
    previous_token_used_at: null,
    updated_at: now,
  });
}

/** Ends the key that was replaced, before its time. */
export const endPreviousToken = (tx: Tx, org: string, integrationId: string): Promise<void> =>
  change(tx, org, integrationId, { previous_token: null, previous_token_until: null, previous_token_used_at: null });

async function change(
  tx: Tx,
  org: string,
  integrationId: string,
  values: {
    token?: string;
    previous_token: string | null;
    previous_token_until: Date | null;
    previous_token_used_at: Date | null;
    updated_at?: Date;
  },
): Promise<void> {
  await tx.updateTable('integration').set(values).where('organization_id', '=', org).where('id', '=', integrationId).execute();
  await integrationChanged(tx, integrationId);
}
