import { BY, type ByCode, type UserId } from './alert-group.ts';

/** Surface that a person or a service account acted on: codes that are stored and shown (escalation.md 1.2). */
export const ACTION_SOURCE = { slack: 0, web: 1, phone: 2, telegram: 3, api: 4, backsync: 5, mattermost: 6 } as const;
export type ActionSource = (typeof ACTION_SOURCE)[keyof typeof ACTION_SOURCE];

/** Who or what causes a change (escalation.md 1.14). */
export type Actor =
  | { type: 'user'; userId: UserId; via: ActionSource | null }
  | { type: 'service_account'; id: string; via: ActionSource | null }
  | { type: 'source' }
  | { type: 'step' }
  | { type: 'timer' }
  | { type: 'maintenance' }
  | { type: 'backsync'; integrationId: string }
  | { type: 'system' };

export const bySource: Actor = { type: 'source' };
export const byStep: Actor = { type: 'step' };
export const byTimer: Actor = { type: 'timer' };
export const bySystem: Actor = { type: 'system' };

export const actorUserId = (actor: Actor): UserId | null => (actor.type === 'user' ? actor.userId : null);

/** Id that a record stores beside the actor's type. */
export function actorId(actor: Actor): string | null {
  if (actor.type === 'user') return actor.userId;
  if (actor.type === 'service_account') return actor.id;
  return actor.type === 'backsync' ? actor.integrationId : null;
}

export function actionSource(actor: Actor): ActionSource | null {
  if (actor.type === 'user' || actor.type === 'service_account') return actor.via;
  return actor.type === 'backsync' ? ACTION_SOURCE.backsync : null;
}

/** `acknowledged_by` or `resolved_by` of a change by this actor. */
export function byCode(actor: Actor): ByCode {
  switch (actor.type) {
    case 'source':
      return BY.source;
    case 'step':
      return BY.lastStep;
    case 'maintenance':
      return BY.maintenanceEnd;
    default:
      return BY.user;
  }
}
