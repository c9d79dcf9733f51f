import { type ActionDeps, type ActionResult, actOnGroup } from './act.ts';
import type { Actor } from './actor.ts';
import type { AlertGroupId, OrgId } from './alert-group.ts';

/** Ends the escalation of a firing group with its pages and begins one from the chain as it is now. The state of the group stays. */
export const applyCurrentChain = (deps: ActionDeps, org: OrgId, id: AlertGroupId, actor: Actor): Promise<ActionResult> =>
  actOnGroup(deps, org, id, { do: 'apply_current_chain' }, actor);
