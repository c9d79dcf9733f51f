import type { DueResult } from '../platform/due/due-loop.ts';
import { type ActionDeps, inActionTransaction } from './act.ts';
import { byTimer } from './actor.ts';
import { applyActions } from './apply.ts';
import { claimExpiredSilences, nextSilenceEnd } from './store.ts';

/** Groups that one transaction brings back. */
const BATCH = 200;

/** Ends silences whose time is over, with those of the attached groups (escalation.md 1.4, 1.5). Run by a due loop. */
export async function expireSilences(deps: ActionDeps, now: Date): Promise<DueResult> {
  const ran = await inActionTransaction(deps.db, async (tx) => {
    const groups = await claimExpiredSilences(tx, now, BATCH);
    const requests = groups.map((group) => ({ group, action: { do: 'expire_silence' } as const, actor: byTimer }));
    if (requests.length > 0) await applyActions(tx, deps.hooks, requests, now);
    return groups.length;
  });
  return { ran, nextDueAt: ran === BATCH ? now : await nextSilenceEnd(deps.db) };
}
