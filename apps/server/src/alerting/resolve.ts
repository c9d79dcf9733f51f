import { type ActionDeps, type ActionOptions, type ActionResult, actOnLocked, inActionTransaction } from './act.ts';
import { type Actor, actorUserId } from './actor.ts';
import type { AlertGroupId, OrgId } from './alert-group.ts';
import { refusal } from './guards.ts';
import { addNote } from './resolution-notes/add-note.ts';
import { lockGroup } from './store.ts';

/**
 * Closes a group. Where the organization asks for a resolution note, people must have left one.
 * @param note text of a note that is added first, in the same transaction (escalation.md 4.5); longer than 3000 characters is cut
 */
export const resolve = (
  deps: ActionDeps,
  org: OrgId,
  id: AlertGroupId,
  actor: Actor,
  options: ActionOptions & { note?: string } = {},
): Promise<ActionResult> =>
  inActionTransaction(deps.db, async (tx) => {
    const group = await lockGroup(tx, org, id);
    if (group === null) return { ok: false, reason: 'not_found' };
    const reason = refusal(group, 'resolve', options.guards ?? 'api');
    if (reason !== null) return { ok: false, reason };
    if (options.note !== undefined && options.note.trim() !== '') {
      await addNote(tx, deps, group, {
        text: options.note.trim().slice(0, 3_000),
        authorId: actorUserId(actor),
        source: 'Web',
        origin: 'api',
      });
    }
    return actOnLocked(tx, deps, group, { do: 'resolve' }, actor, options);
  });
