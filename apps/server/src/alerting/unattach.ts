import type { Tx } from '../platform/db/database.ts';
import { type ActionDeps, inActionTransaction } from './act.ts';
import type { Actor } from './actor.ts';
import type { AlertGroup, AlertGroupId, OrgId } from './alert-group.ts';
import { applyActions } from './apply.ts';
import { findGroup, lockGroup, setRoot } from './store.ts';
import { type NewTimelineRecord, TIMELINE } from './timeline/record.ts';
import { addTimelineRecords } from './timeline/timeline-store.ts';

export type UnattachResult =
  | { ok: true; group: AlertGroup }
  | { ok: false; reason: 'not_found' | 'maintenance' | 'not_attached' };

/** Frees a group from its root: if it fires, a new escalation starts ten seconds later. */
export const unattach = (deps: ActionDeps, org: OrgId, childId: AlertGroupId, actor: Actor): Promise<UnattachResult> =>
  inActionTransaction(deps.db, async (tx) => {
    const child = await lockGroup(tx, org, childId);
    if (child === null) return { ok: false, reason: 'not_found' };
    if (child.isMaintenance) return { ok: false, reason: 'maintenance' };
    if (child.rootId === null) return { ok: false, reason: 'not_attached' };
    const root = await findGroup(tx, org, child.rootId);
    await freeChildren(tx, deps, [child], root, actor);
    return { ok: true, group: (await findGroup(tx, org, childId)) ?? child };
  });

/**
 * Frees locked children of one root. One that was silenced only by being attached is unsilenced (escalation.md 1.7); one that is
 * acknowledged or silenced for reasons of its own stays so.
 * @param root null when it is being deleted; it then gets no record
 */
export async function freeChildren(
  tx: Tx,
  deps: Pick<ActionDeps, 'clock' | 'hooks'>,
  children: readonly AlertGroup[],
  root: AlertGroup | null,
  actor: Actor,
): Promise<void> {
  const now = deps.clock.now();
  await setRoot(tx, children, null);
  const base = { at: now, actor, type: TIMELINE.unattached };
  const records = children.flatMap((child): NewTimelineRecord[] => {
    const ofChild = { ...base, organizationId: child.organizationId, alertGroupId: child.id };
    if (root === null) return [{ ...ofChild, data: { root_id: child.rootId } }];
    return [
      { ...ofChild, data: { root_id: root.id, root_number: root.number, root_title: root.title } },
      { ...ofChild, alertGroupId: root.id, data: { child_id: child.id, child_number: child.number, child_title: child.title } },
    ];
  });
  await addTimelineRecords(tx, records);
  const freed = children.map((child) => ({ ...child, rootId: null }));
  const muted = freed.filter((child) => child.isSilencedByRoot && child.state.kind === 'silenced');
  await applyActions(
    tx,
    deps.hooks,
    muted.map((group) => ({ group, action: { do: 'unsilence' } as const, actor })),
    now,
  );
  const others = freed.filter((child) => !muted.includes(child));
  const changes = others.map((child) => ({
    organizationId: child.organizationId,
    alertGroupId: child.id,
    integrationId: child.integrationId,
    event: 'unattach' as const,
    from: child.state.kind,
    to: child.state.kind,
    state: child.state,
    run: child.state.kind === 'firing' ? ('restart' as const) : ('keep' as const),
    actor,
    followsRootId: null,
    at: now,
  }));
  if (changes.length > 0) await deps.hooks.onChanged(tx, changes, now);
}
