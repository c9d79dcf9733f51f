import { type ActionDeps, type ActionOptions, type ActionResult, actOnGroup } from './act.ts';
import type { Actor } from './actor.ts';
import type { AlertGroupId, OrgId } from './alert-group.ts';

/** Reopens a group: it fires again, and a new escalation starts ten seconds later. */
export const unresolve = (
  deps: ActionDeps,
  org: OrgId,
  id: AlertGroupId,
  actor: Actor,
  options?: ActionOptions,
): Promise<ActionResult> => actOnGroup(deps, org, id, { do: 'unresolve' }, actor, options);
