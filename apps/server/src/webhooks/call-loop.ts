import { inTransaction } from '../platform/db/create-db.ts';
import { type DueLoop, type DueResult, startDueLoop } from '../platform/due/due-loop.ts';
import type { Log } from '../platform/log.ts';
import type { Hub } from '../platform/notify.ts';
import {
  type CallEnd,
  claimCalls,
  nextCallDue,
  putBackCalls,
  WEBHOOK_NOTIFY_CHANNEL,
  type WebhookCallRow,
} from './call-store.ts';
import { decideAfter } from './decide-after.ts';
import type { WebhookDeps } from './deps.ts';
import { type CallOutcome, ClaimLost, saveOutcome, type TellOwner } from './finish-call.ts';
import { createHostSlots } from './host-slots.ts';
import { loadCalls, type Prepare, type ReadyCall } from './prepare-calls.ts';
import { requestDeadlineMs, type Sent, sendRequest } from './send-request.ts';
import { TRIGGERS } from './webhook.ts';

export type CallLoopDeps = WebhookDeps & {
  log: Log;
  hub?: Hub;
  maxAttempts: number;
  /** Tells whoever is in charge that a webhook has failed for long. */
  tellOwner: TellOwner;
  /** `status` is `2xx` to `5xx`, or `error` where no answer came. */
  onAttempt?: (event: { trigger: string; status: string }) => void;
  /** Runs only when asked to; for tests, which move the clock. */
  manual?: boolean;
  onRun?: NonNullable<Parameters<typeof startDueLoop>[0]['onRun']>;
  random?: () => number;
};

const IN_HAND = 100;
const PER_WEBHOOK = 5;
/** Requests to one host at a time (outgoing-webhooks.md 4.2). */
const PER_HOST = 5;
/** A call that found no place at its host for so long is given back. */
const PATIENCE_MS = 20_000;
const PUT_BACK_MS = 1_000;
/** From the claim to the start of the request at most. */
const LATEST_START_MS = 30_000;
/** For writing what came of it. */
const LEASE_SLACK_MS = 20_000;
/** Wait before another look at something due that another process is claiming. */
const LOOK_AGAIN_MS = 50;

/**
 * Makes the calls that are owed, side by side: at most five of a webhook and five to a host at a time, those of one webhook for one group
 * one after the other in the order of their events. A call is made at least once; all its attempts carry one delivery id.
 */
export function startWebhookCalls(deps: CallLoopDeps): DueLoop {
  const { db, clock, log, random = Math.random } = deps;
  const slots = createHostSlots(PER_HOST, PATIENCE_MS);
  const inHand = new Map<string, number>();
  const underWay = new Set<Promise<void>>();
  let total = 0;

  function take(calls: readonly WebhookCallRow[]): void {
    total += calls.length;
    for (const { webhookId } of calls) inHand.set(webhookId, (inHand.get(webhookId) ?? 0) + 1);
  }

  function release({ webhookId }: WebhookCallRow): void {
    total -= 1;
    const left = (inHand.get(webhookId) ?? 1) - 1;
    if (left === 0) inHand.delete(webhookId);
    else inHand.set(webhookId, left);
    loop.wake();
  }

  function busyWebhooks(): readonly string[] {
    const full = [...inHand].filter(([, count]) => count >= PER_WEBHOOK).map(([id]) => id);
    return [...new Set([...full, ...slots.busy()])];
  }

  async function run(now: Date): Promise<DueResult> {
    const limit = IN_HAND - total;
    if (limit <= 0) return { ran: 0, nextDueAt: null };
    const leaseUntil = new Date(now.getTime() + LATEST_START_MS + requestDeadlineMs(deps.timeoutMs) + LEASE_SLACK_MS);
    const busy = busyWebhooks();
    const calls = await inTransaction(db, (tx) =>
      claimCalls(tx, { now, leaseUntil, limit, perWebhook: PER_WEBHOOK, inHand, busy }),
    );
    if (calls.length > 0) {
      take(calls);
      const batch = makeCalls(calls).finally(() => underWay.delete(batch));
      underWay.add(batch);
      return { ran: calls.length, nextDueAt: null };
    }
    const next = await nextCallDue(db, busyWebhooks());
    return { ran: 0, nextDueAt: next !== null && next <= now ? new Date(now.getTime() + LOOK_AGAIN_MS) : next };
  }

  async function makeCalls(calls: readonly WebhookCallRow[]): Promise<void> {
    const claimedMs = clock.monotonicMs();
    const prepare = await load(calls);
    await Promise.all(calls.map((call) => makeCall(call, prepare, claimedMs).finally(() => release(call))));
  }

  /** What cannot be loaded now is tried again like a call whose receiver was in trouble. */
  async function load(calls: readonly WebhookCallRow[]): Promise<Prepare> {
    try {
      return await loadCalls(deps, calls, clock.now());
    } catch (err) {
      return () => Promise.reject(err);
    }
  }

  async function makeCall(call: WebhookCallRow, prepare: Prepare, claimedMs: number): Promise<void> {
    const { deliveryId, webhookId } = call;
    try {
      const prepared = await prepare(call).catch((err: unknown) => {
        log.error({ err, deliveryId, webhookId }, 'a webhook call could not be prepared');
        return null;
      });
      if (prepared === null) return await finish({ call, webhook: unnamed(call), end: unprepared(call), attempt: null });
      switch (prepared.kind) {
        case 'drop': {
          log.debug({ deliveryId, webhookId, reason: prepared.reason }, 'a webhook was not called');
          const end: CallEnd = { state: 'skipped', reason: prepared.reason, statusCode: null };
          return await finish({ call, webhook: unnamed(call), end, attempt: null });
        }
        case 'fail': {
          const end: CallEnd = { state: 'failed', reason: prepared.reason, statusCode: null };
          return await finish({ call, webhook: prepared.webhook, end, attempt: null });
        }
        case 'ready':
          return await attempt(call, prepared, claimedMs);
      }
    } catch (err) {
      // The lease ends and hands the call on.
      if (err instanceof ClaimLost) log.warn({ deliveryId }, 'a webhook call was taken over by another process');
      else log.error({ err, deliveryId }, 'what came of a webhook call could not be written');
    }
  }

  async function attempt(call: WebhookCallRow, ready: ReadyCall, claimedMs: number): Promise<void> {
    const { built, webhook } = ready;
    if (!built.ok) {
      const sent = invalid(built.message);
      const end: CallEnd = { state: 'failed', reason: built.message, statusCode: null };
      return finish({ call, webhook, end, attempt: { ready, sent } });
    }
    const leave = await slots.enter(new URL(built.url).host, webhook.id);
    // Who waited for long, for a template or a place, might not be done before the lease ends.
    if (leave === null || clock.monotonicMs() - claimedMs > LATEST_START_MS) {
      leave?.();
      return putBackCalls(db, [call], new Date(clock.now().getTime() + PUT_BACK_MS));
    }
    const sent = await send(call, ready, built).finally(leave);
    const status = sent.statusCode === null ? 'error' : `${Math.floor(sent.statusCode / 100)}xx`;
    deps.onAttempt?.({ trigger: TRIGGERS[call.trigger], status });
    const now = clock.now();
    const { maxAttempts } = deps;
    const end = decideAfter({ attempt: call.attempt, maxAttempts, deadlineAt: call.deadlineAt, sent, now, random: random() });
    return finish({ call, webhook, end, attempt: { ready, sent } });
  }

  const send = (
    call: WebhookCallRow,
    { webhook, hop }: ReadyCall,
    request: Extract<ReadyCall['built'], { ok: true }>,
  ): Promise<Sent> =>
    sendRequest(
      deps.outbound,
      {
        request,
        event: call.event.type,
        deliveryId: call.deliveryId,
        attempt: call.attempt,
        timeoutMs: deps.timeoutMs,
        signingSecret: webhook.signingSecret,
        baseUrl: deps.baseUrl,
        allow: deps.allow,
        proxy: deps.proxy,
        hop,
      },
      clock.now(),
    );

  /** A call that could not be rendered is tried again like one whose receiver was in trouble. */
  function unprepared(call: WebhookCallRow): CallEnd {
    const reason = 'it could not be prepared';
    const sent = { statusCode: null, result: { kind: 'transient' as const, reason, retryAfterMs: null } };
    const { attempt: made, deadlineAt } = call;
    return decideAfter({ attempt: made, maxAttempts: deps.maxAttempts, deadlineAt, sent, now: clock.now(), random: random() });
  }

  const finish = (outcome: CallOutcome): Promise<void> =>
    inTransaction(db, (tx) => saveOutcome(tx, outcome, deps.tellOwner, clock.now()));

  const loop = startDueLoop({
    name: 'outgoing webhooks',
    clock,
    log,
    run,
    channel: WEBHOOK_NOTIFY_CHANNEL,
    ...(deps.hub === undefined ? {} : { hub: deps.hub }),
    ...(deps.manual === undefined ? {} : { manual: deps.manual }),
    ...(deps.onRun === undefined ? {} : { onRun: deps.onRun }),
  });

  const settled = async (): Promise<void> => {
    while (underWay.size > 0) await Promise.all(underWay);
  };

  return {
    name: loop.name,
    wake: loop.wake,
    health: loop.health,
    async runUntilIdle() {
      let made = 0;
      for (;;) {
        const ran = await loop.runUntilIdle();
        made += ran;
        if (ran === 0 && underWay.size === 0) return made;
        await settled();
      }
    },
    async stop() {
      await loop.stop();
      await settled();
    },
  };
}

/** A webhook that may be gone; nothing is shown of it. */
const unnamed = ({ webhookId, trigger }: WebhookCallRow) => ({ id: webhookId, name: webhookId, trigger });

export const invalid = (message: string): Sent => ({
  statusCode: null,
  content: message,
  urlError: null,
  result: { kind: 'refused', reason: message },
});
