import { type ActionDeps, type ActionOptions, type ActionResult, actOnGroup } from './act.ts';
import type { Actor } from './actor.ts';
import type { AlertGroupId, OrgId } from './alert-group.ts';

/** Brings a group back to firing from any state, with a new escalation ten seconds later. */
export const restart = (
  deps: ActionDeps,
  org: OrgId,
  id: AlertGroupId,
  actor: Actor,
  options?: ActionOptions,
): Promise<ActionResult> => actOnGroup(deps, org, id, { do: 'restart' }, actor, options);
