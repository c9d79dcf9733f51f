import { type ActionDeps, type ActionResult, inActionTransaction } from './act.ts';
import type { Actor } from './actor.ts';
import type { AlertGroup, AlertGroupId, OrgId } from './alert-group.ts';
import { applyActions, type Request } from './apply.ts';
import { findGroup, lockChildren, lockGroups, setRoot } from './store.ts';
import { TIMELINE } from './timeline/record.ts';
import { addTimelineRecords } from './timeline/timeline-store.ts';

export type AttachRefusal =
  | 'not_found'
  | 'maintenance'
  | 'has_attached'
  | 'already_attached'
  | 'root_not_found'
  | 'root_resolved'
  | 'root_attached'
  | 'root_is_itself';
export type AttachResult = Extract<ActionResult, { ok: true }> | { ok: false; reason: AttachRefusal };

function attachRefusal(child: AlertGroup, root: AlertGroup | undefined, hasChildren: boolean): AttachRefusal | null {
  if (child.isMaintenance) return 'maintenance';
  if (hasChildren) return 'has_attached';
  if (child.rootId !== null) return 'already_attached';
  if (root === undefined) return 'root_not_found';
  if (root.id === child.id) return 'root_is_itself';
  if (root.state.kind === 'resolved') return 'root_resolved';
  return root.rootId === null ? null : 'root_attached';
}

/** What brings a child to its root's state; a resolved child stays as it is (escalation.md 1.7). */
function alignment(child: AlertGroup, root: AlertGroup, actor: Actor): Request[] {
  if (child.state.kind === 'resolved' || child.state.kind === root.state.kind) return [];
  if (root.state.kind === 'acknowledged') return [{ group: child, actor, action: { do: 'acknowledge' } }];
  if (root.state.kind === 'silenced')
    return [{ group: child, actor, action: { do: 'silence', seconds: null }, silencedByRoot: true }];
  if (child.state.kind === 'acknowledged') return [{ group: child, actor, action: { do: 'unacknowledge' } }];
  return [{ group: child, actor, action: { do: 'unsilence' } }];
}

/**
 * Joins a group to a root: it stops escalating and goes where its root goes. Where the root's own state forbids it, the child gets a
 * record of the refused attempt.
 */
export const attach = (
  deps: ActionDeps,
  org: OrgId,
  childId: AlertGroupId,
  rootId: AlertGroupId,
  actor: Actor,
): Promise<AttachResult> =>
  inActionTransaction(deps.db, async (tx) => {
    const now = deps.clock.now();
    const locked = await lockGroups(
      tx,
      [childId, rootId].map((alertGroupId) => ({ organizationId: org, alertGroupId })),
    );
    const child = locked.find(({ id }) => id === childId);
    if (child === undefined) return { ok: false, reason: 'not_found' };
    const root = locked.find(({ id }) => id === rootId);
    const base = { organizationId: org, at: now, actor };
    const reason = attachRefusal(child, root, (await lockChildren(tx, [child])).length > 0);
    if (reason !== null || root === undefined) {
      if (root !== undefined && root !== child) {
        const data = { root_id: root.id, root_number: root.number };
        await addTimelineRecords(tx, [{ ...base, alertGroupId: childId, type: TIMELINE.attachmentFailed, reason, data }]);
      }
      return { ok: false, reason: reason ?? 'root_not_found' };
    }
    await setRoot(tx, [child], root.id);
    const joined = { ...child, rootId: root.id };
    const change = {
      organizationId: org,
      alertGroupId: childId,
      integrationId: child.integrationId,
      actor,
      at: now,
      followsRootId: null,
    };
    await deps.hooks.onChanged(
      tx,
      [{ ...change, event: 'attach', from: child.state.kind, to: child.state.kind, state: child.state, run: 'stop' }],
      now,
    );
    await addTimelineRecords(tx, [
      {
        ...base,
        alertGroupId: childId,
        type: TIMELINE.attached,
        data: { root_id: root.id, root_number: root.number, root_title: root.title },
      },
      {
        ...base,
        alertGroupId: rootId,
        type: TIMELINE.attached,
        data: { child_id: child.id, child_number: child.number, child_title: child.title },
      },
    ]);
    await applyActions(tx, deps.hooks, alignment(joined, root, actor), now);
    return { ok: true, group: (await findGroup(tx, org, childId)) ?? joined };
  });
