import {
  makePersonalCall,
  type PersonalCall,
  preparePersonalCalls,
  requestDeadlineMs,
  type Sent,
  savePersonalCalls,
  type WebhookDeps,
} from '../../webhooks/index.ts';
import type { Channel, Prepared, SendOutcome } from '../channel.ts';
import { NOTIFICATION_ERROR } from '../records.ts';

export type WebhookChannelDeps = WebhookDeps & { concurrency?: number };

/** A call and, once it was made, what came of it: the outcome is stored with its answer. */
type WebhookMessage = { call: PersonalCall; deliveryId: string; attempt: number; sent: Sent | null };

const CODE = NOTIFICATION_ERROR.channelUnavailable;
/** The request has its own time-out; the loop's is the net below it. */
const NET_MS = 2_000;

/** Pages by the webhook that a user linked (outgoing-webhooks.md 14). Accepted means an answer 2xx. */
export function createWebhookChannel(deps: WebhookChannelDeps): Channel<WebhookMessage> {
  return {
    id: 'webhook',
    concurrency: deps.concurrency ?? 200,
    requestTimeoutMs: requestDeadlineMs(deps.timeoutMs) + NET_MS,
    async prepare(deliveries) {
      const requests = deliveries.flatMap(({ id, organizationId, alertGroupId, userId }) =>
        userId === null ? [] : [{ deliveryId: id, organizationId, alertGroupId, userId }],
      );
      const calls = await preparePersonalCalls(deps, requests);
      const prepared = new Map<number, Prepared<WebhookMessage>>();
      for (const delivery of deliveries) {
        const answer = calls.get(delivery.id);
        if (answer === undefined) continue;
        if (!answer.ok) {
          prepared.set(delivery.id, { ok: false, code: CODE, reason: answer.reason });
          continue;
        }
        const message = { call: answer.call, deliveryId: String(delivery.id), attempt: delivery.attempt, sent: null };
        prepared.set(delivery.id, { ok: true, message, circuitKey: circuitKey(answer.call) });
      }
      return prepared;
    },
    async send(message, idempotencyKey) {
      const sent = await makePersonalCall(deps, message.call, { deliveryId: idempotencyKey, attempt: message.attempt });
      message.sent = sent;
      return outcomeOf(sent);
    },
    async saveAttempts(tx, attempts) {
      await savePersonalCalls(
        tx,
        attempts.flatMap(({ message: { call, sent, deliveryId }, at }) =>
          sent === null ? [] : [{ call, sent, deliveryId, at }],
        ),
      );
    },
  };
}

/** Receivers on one host fail together. */
const circuitKey = ({ built, webhook }: PersonalCall): string => (built.ok ? new URL(built.url).host : `invalid:${webhook.id}`);

function outcomeOf({ result }: Sent): SendOutcome {
  if (result.kind === 'delivered') return { kind: 'accepted' };
  if (result.kind === 'refused') return { kind: 'rejected', code: CODE, reason: result.reason };
  const { reason, retryAfterMs } = result;
  return { kind: 'transient', reason, blames: 'provider', ...(retryAfterMs === null ? {} : { retryAfterMs }) };
}
