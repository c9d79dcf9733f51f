import { type ActionDeps, inActionTransaction } from './act.ts';
import { type Actor, bySystem } from './actor.ts';
import type { AlertGroupId, OrgId } from './alert-group.ts';
import { applyActions } from './apply.ts';
import { findLegalHold } from './legal-holds/legal-hold-store.ts';
import { lockChildren, lockGroup, removeGroup } from './store.ts';
import { freeChildren } from './unattach.ts';

/** Removes a group with its alerts, records and notes. Groups attached to it are freed and escalate. One under a legal hold stays. */
export const deleteGroup = (
  deps: ActionDeps,
  org: OrgId,
  id: AlertGroupId,
  actor: Actor,
): Promise<'done' | 'not_found' | 'held'> =>
  inActionTransaction(deps.db, async (tx) => {
    const group = await lockGroup(tx, org, id);
    if (group === null) return 'not_found';
    if ((await findLegalHold(tx, org, id)) !== null) return 'held';
    // Its window ends first, so that what is set free escalates.
    if (group.isMaintenance) await applyActions(tx, deps.hooks, [{ group, action: { do: 'resolve' }, actor }], deps.clock.now());
    await freeChildren(tx, deps, await lockChildren(tx, [group]), null, bySystem);
    const now = deps.clock.now();
    const { kind } = group.state;
    const change = {
      organizationId: org,
      alertGroupId: id,
      integrationId: group.integrationId,
      from: kind,
      to: kind,
      state: group.state,
      actor,
      at: now,
    };
    await deps.hooks.onChanged(tx, [{ ...change, event: 'delete', run: 'stop', followsRootId: null }], now);
    await removeGroup(tx, group);
    return 'done';
  });
