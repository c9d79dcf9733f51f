import { actorUserId, type GroupChange, type GroupState, type OpenedGroup } from '../alerting/index.ts';
import { TRIGGERS, type TriggerType } from './webhook.ts';

/** What happened, and how the group stood then: requests say this, however late they are made. Times are ISO 8601 in UTC. */
export type EventSnapshot = {
  /** Public name of the trigger. */
  type: string;
  /** Null: the moment of the request. */
  at: string | null;
  /** Of a silence: its end, null when it has none. */
  until?: string | null;
  /** It was undone on the way by another action, or by a timer or a wipe. */
  implicit?: true;
  test?: true;
  /** Text of a resolution note. */
  text?: string;
  /** Who did it; null: a source, a timer, a step. */
  userId: string | null;
  /** Null: as the group stands when the request is made. */
  group: GroupSnapshot | null;
};

export type GroupSnapshot = {
  state: GroupState['kind'];
  acknowledgedAt: string | null;
  acknowledgedBy: string | null;
  resolvedAt: string | null;
  resolvedBy: string | null;
  silencedAt: string | null;
};

export type WebhookEvent = {
  organizationId: string;
  alertGroupId: string;
  integrationId: string;
  trigger: TriggerType;
  snapshot: EventSnapshot;
  /** The two-way integration whose ticket system caused it: its own webhooks are not called. */
  originIntegrationId: string | null;
};

const UNDONE = { acknowledged: 7, resolved: 6, silenced: 5 } as const;

/** Triggers that a change fires itself (outgoing-webhooks.md 3). What is missing fires none. */
const FIRED: Partial<Record<GroupChange['event'], TriggerType>> = {
  acknowledge: 2,
  resolve: 3,
  silence: 4,
  unsilence: 5,
  expire_silence: 5,
  unresolve: 6,
  unacknowledge: 7,
};

/** Actions that bring a group out of any state on their way; what they undo is an implicit event. */
const UNDOING: readonly GroupChange['event'][] = ['acknowledge', 'resolve', 'silence'];

export function groupSnapshot(state: GroupState): GroupSnapshot {
  const acknowledged = state.kind === 'acknowledged' || state.kind === 'resolved' ? state.acknowledged : null;
  const resolved = state.kind === 'resolved' ? state.resolved : null;
  return {
    state: state.kind,
    acknowledgedAt: acknowledged?.at.toISOString() ?? null,
    acknowledgedBy: acknowledged?.userId ?? null,
    resolvedAt: resolved?.at.toISOString() ?? null,
    resolvedBy: resolved?.userId ?? null,
    silencedAt: state.kind === 'silenced' ? state.silenced.at.toISOString() : null,
  };
}

/** What a change of a group tells webhooks, in the order it happened (outgoing-webhooks.md 3). */
export function eventsOf(change: GroupChange): WebhookEvent[] {
  const { actor, at, event, from, state } = change;
  const make = (trigger: TriggerType, standing: GroupState, extra: Partial<EventSnapshot> = {}): WebhookEvent => ({
    organizationId: change.organizationId,
    alertGroupId: change.alertGroupId,
    integrationId: change.integrationId,
    trigger,
    snapshot: {
      type: TRIGGERS[trigger],
      at: at.toISOString(),
      userId: actorUserId(actor),
      group: groupSnapshot(standing),
      ...extra,
    },
    originIntegrationId: actor.type === 'backsync' ? actor.integrationId : null,
  });
  const implicit = (trigger: TriggerType, standing: GroupState) => make(trigger, standing, { implicit: true });

  if (event === 'auto_unacknowledge') return [implicit(7, state)];
  if (event === 'wipe') return from === 'resolved' ? [] : [implicit(3, state)];
  if (event === 'restart') return from === 'firing' ? [] : [make(UNDONE[from], state)];
  const trigger = FIRED[event];
  if (trigger === undefined) return [];
  const undone = from === 'firing' || !UNDOING.includes(event) || (event === 'resolve' && from !== 'silenced') ? null : from;
  const before = undone === null ? [] : [implicit(UNDONE[undone], { kind: 'firing' })];
  const until = state.kind === 'silenced' && trigger === 4 ? { until: state.silenced.until?.toISOString() ?? null } : {};
  return [...before, make(trigger, state, until)];
}

export const createdEvent = ({ organizationId, alertGroupId, integrationId }: OpenedGroup, now: Date): WebhookEvent => ({
  organizationId,
  alertGroupId,
  integrationId,
  trigger: 1,
  snapshot: { type: TRIGGERS[1], at: now.toISOString(), userId: null, group: groupSnapshot({ kind: 'firing' }) },
  originIntegrationId: null,
});
