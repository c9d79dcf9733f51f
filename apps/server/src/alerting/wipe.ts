import { type ActionDeps, type ActionResult, inActionTransaction } from './act.ts';
import { type Actor, actorUserId } from './actor.ts';
import type { AlertGroupId, OrgId } from './alert-group.ts';
import { applyActions } from './apply.ts';
import { eraseContent, findGroup, lockChildren, lockGroup } from './store.ts';

/**
 * Resolves a group and empties its title, grouping key and payloads, those of attached groups too; ids, times, labels and records stay
 * (escalation.md 1.9). A second wipe only adds a record.
 */
export const wipe = (deps: ActionDeps, org: OrgId, id: AlertGroupId, actor: Actor): Promise<ActionResult> =>
  inActionTransaction(deps.db, async (tx) => {
    const now = deps.clock.now();
    const group = await lockGroup(tx, org, id);
    if (group === null) return { ok: false, reason: 'not_found' };
    await applyActions(tx, deps.hooks, [{ group, action: { do: 'wipe' }, actor }], now);
    const unwiped = [group, ...(await lockChildren(tx, [group]))].filter(({ wipedAt }) => wipedAt === null);
    if (unwiped.length > 0) await eraseContent(tx, unwiped, actorUserId(actor), now);
    return { ok: true, group: (await findGroup(tx, org, id)) ?? group };
  });
