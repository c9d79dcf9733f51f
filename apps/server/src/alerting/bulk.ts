import type { Tx } from '../platform/db/database.ts';
import { type ActionDeps, type ActionResult, inActionTransaction } from './act.ts';
import type { Actor } from './actor.ts';
import type { AlertGroup, AlertGroupId, OrgId } from './alert-group.ts';
import { applyActions, type Request } from './apply.ts';
import { refusal } from './guards.ts';
import { addNote, type NewNote } from './resolution-notes/add-note.ts';
import { isNoteMissing } from './resolution-notes/note-store.ts';
import { lockGroups } from './store.ts';
import type { GroupAction } from './transition.ts';

export type BulkAction = Extract<
  GroupAction,
  { do: 'acknowledge' | 'unacknowledge' | 'resolve' | 'unresolve' | 'silence' | 'unsilence' | 'restart' }
>;
export type BulkResult = { id: AlertGroupId; result: ActionResult };
export type BulkOptions = {
  /** Added to each group that is resolved. */
  note?: NewNote;
  /** Runs last in each transaction that changes something, with what it changes. */
  inTransaction?: (tx: Tx, changed: readonly AlertGroupId[]) => Promise<void>;
};

/** Groups that one transaction changes. */
const BATCH = 100;

/**
 * The same action on many groups, each checked as by its single action and each in full or not at all, a hundred to a transaction.
 * @param ids in the order of the results; one that is named twice is answered twice and changed once
 */
export async function actOnGroups(
  deps: ActionDeps,
  org: OrgId,
  ids: readonly AlertGroupId[],
  action: BulkAction,
  actor: Actor,
  { note, inTransaction }: BulkOptions = {},
): Promise<BulkResult[]> {
  const results = new Map<AlertGroupId, ActionResult>();
  const unique = [...new Set(ids)].sort();
  for (let start = 0; start < unique.length; start += BATCH) {
    const batch = unique.slice(start, start + BATCH);
    const done = await inActionTransaction(deps.db, async (tx) => {
      const answers = new Map<AlertGroupId, ActionResult>(batch.map((id) => [id, { ok: false, reason: 'not_found' }]));
      const groups = await lockGroups(
        tx,
        batch.map((alertGroupId) => ({ organizationId: org, alertGroupId })),
      );
      const requests: Request[] = [];
      for (const group of groups) {
        const reason = refusal(group, action.do, 'api');
        if (reason !== null) answers.set(group.id, { ok: false, reason });
        else if (action.do === 'resolve' && note === undefined && (await isNoteMissing(tx, group)))
          answers.set(group.id, { ok: false, reason: 'resolution_note_required' });
        else requests.push({ group, action, actor, reason: 'bulk' });
      }
      if (action.do === 'resolve' && note !== undefined) for (const { group } of requests) await addNote(tx, deps, group, note);
      const changed = new Map(
        (await applyActions(tx, deps.hooks, requests, deps.clock.now())).map((group): [string, AlertGroup] => [group.id, group]),
      );
      for (const { group } of requests) answers.set(group.id, { ok: true, group: changed.get(group.id) ?? group });
      if (requests.length > 0)
        await inTransaction?.(
          tx,
          requests.map(({ group }) => group.id),
        );
      return answers;
    });
    for (const [id, result] of done) results.set(id, result);
  }
  return ids.map((id) => ({ id, result: results.get(id) ?? { ok: false, reason: 'not_found' } }));
}
