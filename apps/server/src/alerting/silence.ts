import { type ActionDeps, type ActionOptions, type ActionResult, actOnGroup } from './act.ts';
import type { Actor } from './actor.ts';
import type { AlertGroupId, OrgId } from './alert-group.ts';

/**
 * Keeps a group quiet. When the time is over it fires again and its escalation starts anew. A silence replaces the one before.
 * @param seconds more than 0; null: until somebody unsilences it (-1 and 0 of the API)
 */
export const silence = (
  deps: ActionDeps,
  org: OrgId,
  id: AlertGroupId,
  seconds: number | null,
  actor: Actor,
  options?: ActionOptions,
): Promise<ActionResult> => actOnGroup(deps, org, id, { do: 'silence', seconds }, actor, options);
