import { type ActionDeps, type ActionOptions, type ActionResult, actOnGroup } from './act.ts';
import type { Actor } from './actor.ts';
import type { AlertGroupId, OrgId } from './alert-group.ts';

/** Takes a group: its escalation and the lists of everyone but people paged by hand end until it is unacknowledged. On the surfaces without checks a silenced or resolved group is taken too. */
export const acknowledge = (
  deps: ActionDeps,
  org: OrgId,
  id: AlertGroupId,
  actor: Actor,
  options?: ActionOptions,
): Promise<ActionResult> => actOnGroup(deps, org, id, { do: 'acknowledge' }, actor, options);
