import { type ActionDeps, inActionTransaction } from './act.ts';
import { type Actor, actorUserId } from './actor.ts';
import type { AlertGroupId, OrgId } from './alert-group.ts';
import { applyActions } from './apply.ts';
import { isHeld } from './legal-holds/legal-hold-store.ts';
import { eraseContent, lockChildren, lockGroup } from './store.ts';

/**
 * Resolves a group and empties its title, grouping key and payloads, those of attached groups too; ids, times, labels and records stay
 * (escalation.md 1.9). A second wipe only adds a record. Where one of them is under a legal hold nothing is done.
 */
export const wipe = (deps: ActionDeps, org: OrgId, id: AlertGroupId, actor: Actor): Promise<'done' | 'not_found' | 'held'> =>
  inActionTransaction(deps.db, async (tx) => {
    const now = deps.clock.now();
    const group = await lockGroup(tx, org, id);
    if (group === null) return 'not_found';
    const children = await lockChildren(tx, [group]);
    if (await isHeld(tx, org, id)) return 'held';
    await applyActions(tx, deps.hooks, [{ group, action: { do: 'wipe' }, actor }], now);
    const unwiped = [group, ...children].filter(({ wipedAt }) => wipedAt === null);
    if (unwiped.length > 0) await eraseContent(tx, unwiped, actorUserId(actor), now);
    return 'done';
  });
