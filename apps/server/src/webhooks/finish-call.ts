import {
  type Actor,
  byStep,
  bySystem,
  ESCALATION_ERROR,
  putTimelineRecord,
  TIMELINE,
  type TimelineRef,
} from '../alerting/index.ts';
import { addLiveEvents } from '../live/index.ts';
import type { Tx } from '../platform/db/database.ts';
import { type CallEnd, saveCallEnd, type WebhookCallRow } from './call-store.ts';
import { countCall, isUnhealthy, markTold } from './health-store.ts';
import type { ReadyCall } from './prepare-calls.ts';
import { saveAttempts } from './response-store.ts';
import type { Sent } from './send-request.ts';
import { TRIGGERS, type Webhook } from './webhook.ts';

export type CallOutcome = {
  call: WebhookCallRow;
  webhook: Pick<Webhook, 'id' | 'name' | 'trigger'>;
  end: CallEnd;
  /** What was sent and what came back; null where it did not come so far. */
  attempt: { ready: ReadyCall; sent: Sent } | null;
};

export type TellOwner = (
  tx: Tx,
  webhook: { organizationId: string; id: string; name: string; reason: string },
  now: Date,
) => Promise<void>;

/** Writes all that follows from an attempt, in one transaction: the call, its stored answer, its line in the timeline, the webhook's health. */
export async function saveOutcome(tx: Tx, outcome: CallOutcome, tellOwner: TellOwner, now: Date): Promise<void> {
  const { call, webhook, end, attempt } = outcome;
  const timeline = end.state === 'skipped' ? call.timeline : await writeTimeline(tx, outcome, now);
  if (!(await saveCallEnd(tx, call, end, timeline, now))) throw new ClaimLost(call.deliveryId);
  if (attempt !== null) {
    await saveAttempts(tx, [storedAttempt(call, attempt.ready, attempt.sent, now)]);
    await tellOfCall(tx, attempt.ready.webhook);
  }
  if (end.state !== 'delivered' && end.state !== 'failed') return;
  const error = end.state === 'delivered' ? null : (end.reason ?? 'it failed');
  const { organizationId, webhookId } = call;
  const health = await countCall(tx, { organizationId, webhookId, at: now, statusCode: end.statusCode, error });
  if (error === null || health.toldAt !== null || !isUnhealthy(health, now)) return;
  await tellOwner(tx, { organizationId, id: webhookId, name: webhook.name, reason: error }, now);
  await markTold(tx, organizationId, webhookId, now);
}

/** Tells open pages that a call of a webhook has something new to show. */
export const tellOfCall = (
  tx: Tx,
  { organizationId, id, teamId }: Pick<Webhook, 'organizationId' | 'id' | 'teamId'>,
): Promise<void> => addLiveEvents(tx, [{ organizationId, type: 'webhook.called', objectId: id, teamId }]);

/** Another process took the call over, because this one took too long. Rolls back what this one would have written. */
export class ClaimLost extends Error {
  override readonly name = 'ClaimLost';
  constructor(deliveryId: string) {
    super(`call ${deliveryId} was taken over`);
  }
}

export function storedAttempt(
  call: Pick<WebhookCallRow, 'organizationId' | 'webhookId' | 'deliveryId' | 'trigger'> & { alertGroupId: string | null },
  { built, eventData }: ReadyCall,
  sent: Sent,
  at: Date,
) {
  const { organizationId, webhookId, alertGroupId, deliveryId, trigger } = call;
  return {
    organizationId,
    webhookId,
    alertGroupId,
    deliveryId,
    trigger,
    at,
    request: { ...built.shown, url: sent.urlError ?? built.shown.url },
    statusCode: sent.statusCode,
    content: built.ok && sent.urlError === null ? sent.content : null,
    error: sent.statusCode === null ? sent.content : null,
    eventData,
  };
}

/** One line for a call, changed in place as its attempts go on (outgoing-webhooks.md 9.1, 11). */
function writeTimeline(tx: Tx, { call, webhook, end }: CallOutcome, now: Date): Promise<TimelineRef> {
  const answered = end.statusCode !== null;
  return putTimelineRecord(
    tx,
    {
      organizationId: call.organizationId,
      alertGroupId: call.alertGroupId,
      at: now,
      actor: actorOf(call),
      type: answered ? TIMELINE.webhookTriggered : TIMELINE.escalationFailed,
      ...(answered ? {} : { errorCode: ESCALATION_ERROR.webhookFailed }),
      reason: answered ? String(end.statusCode) : end.reason,
      data: {
        webhook: { id: webhook.id, name: webhook.name },
        trigger: call.cause === 'manual' ? null : TRIGGERS[webhook.trigger],
        response_id: call.deliveryId,
        attempts: call.attempt,
        will_retry: end.state === 'owed',
      },
    },
    call.timeline,
  );
}

function actorOf({ cause, event }: WebhookCallRow): Actor {
  if (cause === 'step') return byStep;
  return cause === 'manual' && event.userId !== null ? { type: 'user', userId: event.userId, via: null } : bySystem;
}
