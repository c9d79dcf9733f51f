import { type ActionDeps, type ActionOptions, type ActionResult, actOnGroup } from './act.ts';
import type { Actor } from './actor.ts';
import type { AlertGroupId, OrgId } from './alert-group.ts';

/** Ends a silence before its time: a new escalation starts ten seconds later. */
export const unsilence = (
  deps: ActionDeps,
  org: OrgId,
  id: AlertGroupId,
  actor: Actor,
  options?: ActionOptions,
): Promise<ActionResult> => actOnGroup(deps, org, id, { do: 'unsilence' }, actor, options);
