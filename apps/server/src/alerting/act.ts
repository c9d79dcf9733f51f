import type { Clock } from '../platform/clock.ts';
import { inTransaction } from '../platform/db/create-db.ts';
import type { Db, Tx } from '../platform/db/database.ts';
import { uniqueViolation } from '../platform/db/unique-violation.ts';
import type { Actor } from './actor.ts';
import type { AlertGroup, AlertGroupId, OrgId } from './alert-group.ts';
import { applyActions } from './apply.ts';
import { type Guards, type Refusal, refusal } from './guards.ts';
import type { AlertGroupHooks } from './hooks.ts';
import { isNoteMissing } from './resolution-notes/note-store.ts';
import { lockGroup } from './store.ts';
import type { GroupAction } from './transition.ts';

/** What actions need. With a transaction for `db` they take part in it. */
export type ActionDeps = { db: Db | Tx; clock: Clock; hooks: AlertGroupHooks };

export type ActionResult = { ok: true; group: AlertGroup } | { ok: false; reason: 'not_found' | Refusal };

export type ActionOptions = {
  /** Whose checks come first; those of the public API unless told otherwise. */
  guards?: Guards;
  /** Text on the action's records. */
  reason?: string;
};

/**
 * Runs in the transaction that was given, or in one of its own. One of its own starts over when a group that opens for grouping met
 * another that was just made: the second look finds it.
 */
export async function inActionTransaction<T>(db: Db | Tx, run: (tx: Tx) => Promise<T>): Promise<T> {
  if (db.isTransaction) return run(db as Tx);
  try {
    return await inTransaction(db, run);
  } catch (err) {
    if (uniqueViolation(err) !== 'alert_group_open') throw err;
    return inTransaction(db, run);
  }
}

/** Locks a group, asks the surface's checks, and carries the action out with all that follows from it. */
export function actOnGroup(
  deps: ActionDeps,
  org: OrgId,
  id: AlertGroupId,
  action: GroupAction,
  actor: Actor,
  options: ActionOptions = {},
): Promise<ActionResult> {
  return inActionTransaction(deps.db, async (tx) => {
    const group = await lockGroup(tx, org, id);
    if (group === null) return { ok: false, reason: 'not_found' };
    return actOnLocked(tx, deps, group, action, actor, options);
  });
}

/** As `actOnGroup`, on a group whose row the caller has locked. */
export async function actOnLocked(
  tx: Tx,
  deps: ActionDeps,
  group: AlertGroup,
  action: GroupAction,
  actor: Actor,
  options: ActionOptions = {},
): Promise<ActionResult> {
  const now = deps.clock.now();
  if (action.do === 'acknowledge' && group.state.kind === 'acknowledged')
    await deps.hooks.onAcknowledgedAgain?.(tx, { organizationId: group.organizationId, alertGroupId: group.id }, actor, now);
  const reason = refusal(group, action.do, options.guards ?? 'api');
  if (reason !== null) return { ok: false, reason };
  if (action.do === 'resolve' && isPerson(actor) && (await isNoteMissing(tx, group))) {
    return { ok: false, reason: 'resolution_note_required' };
  }
  const request = { group, action, actor, ...(options.reason === undefined ? {} : { reason: options.reason }) };
  const changed = await applyActions(tx, deps.hooks, [request], now);
  return { ok: true, group: changed.find(({ id }) => id === group.id) ?? group };
}

/** Sources, steps, timers and two-way integrations resolve without a note (escalation.md 1.3). */
const isPerson = (actor: Actor): boolean => actor.type === 'user' || actor.type === 'service_account';
