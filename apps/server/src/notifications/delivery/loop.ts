import { createHash } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { inTransaction } from '../../platform/db/create-db.ts';
import type { Db } from '../../platform/db/database.ts';
import { type LoopHealth, startDueLoop } from '../../platform/due/due-loop.ts';
import type { Log } from '../../platform/log.ts';
import type { Hub } from '../../platform/notify.ts';
import type { Channel, ClaimedDelivery, Prepared, SendOutcome } from '../channel.ts';
import { channelInfo } from '../channels.ts';
import { DELIVERY_NOTIFY_CHANNEL } from '../ledger.ts';
import { NOTIFICATION_ERROR } from '../records.ts';
import { createCircuits } from './circuits.ts';
import { applyDailyLimit, type ClaimRequest, type ClaimResult, claimDue, confirmClaims, nextDueAt } from './claim.ts';
import { decideAfterAttempt } from './decide.ts';
import type { DeliveryMetrics } from './metrics.ts';
import { createOutcomeWriter, type Outcome, type RecordDuplicates } from './outcomes.ts';

export type DeliveryDeps = {
  db: Db;
  clock: Clock;
  log: Log;
  metrics: DeliveryMetrics;
  hub?: Hub;
  /** Pages per user and UTC day, by kind of limit. */
  dailyLimits: { email: number; phone: number };
  /** Writes timeline record 103. */
  recordDuplicates: RecordDuplicates;
  /** Runs only when asked to; for tests, which move the clock. */
  manual?: boolean;
  random?: () => number;
};

export interface DeliveryLoop {
  readonly name: string;
  wake(): void;
  /** Sends until nothing is due, and waits for what is under way. @returns deliveries handled */
  runUntilIdle(): Promise<number>;
  /** Takes nothing new in hand and waits for what is under way. */
  stop(): Promise<void>;
  health(): LoopHealth;
  /** Providers or hosts in trouble. */
  openCircuits(): readonly string[];
}

/** A claim covers the request and this much for what surrounds it (escalation.md G13). */
const LEASE_BEYOND_TIMEOUT_MS = 20_000;
/** A request that has not started by then asks again whether it may (escalation.md G18). */
const STALE_CLAIM_MS = 800;
/** An adapter that ignores its signal for this long is given up. */
const SIGNAL_GRACE_MS = 2_000;
/** Places that come free within so short a time are filled by one claim, earlier when they are half of all. */
const GATHER_MS = 50;
/** Between two claims, so that a storm is claimed in large ones. */
const REST_MS = 10;
const OVERDUE_AT_ONCE = 500;
/** Wait before another look at something due that another process is claiming. */
const LOOK_AGAIN_MS = 50;
const UNPREPARED: SendOutcome = { kind: 'transient', reason: 'the message could not be prepared', blames: 'recipient' };

/** The same for all attempts of a page: its key as a UUID (RFC 9562, version 8). */
export function idempotencyKeyOf(delivery: Pick<ClaimedDelivery, 'organizationId' | 'key'>): string {
  const hash = createHash('sha256').update(`${delivery.organizationId}\n${delivery.key}`).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x80;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const laterIfStillDue = (dueAt: Date | null, now: Date): Date | null =>
  dueAt !== null && dueAt <= now ? new Date(now.getTime() + LOOK_AGAIN_MS) : dueAt;

/**
 * Sends what one channel owes. Claims as many deliveries as requests may be under way, sends them side by side, and takes the next as
 * soon as one is done, so that a slow receiver occupies one place and no channel waits for another (escalation.md G23).
 */
export function startDeliveryLoop(deps: DeliveryDeps, channel: Channel): DeliveryLoop {
  const { db, clock, log, metrics, random = Math.random } = deps;
  const info = channelInfo(channel.id);
  const timeoutMs = channel.requestTimeoutMs ?? info.requestTimeoutMs;
  const circuits = createCircuits(clock.monotonicMs, (open) => metrics.circuitsOpen(channel.id, open));
  const writer = createOutcomeWriter({ ...deps, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) }, channel);
  const batches = new Set<Promise<void>>();
  /** Claimed, and the request has not ended. */
  let inHand = 0;
  /** The request has ended, and its outcome is on its way into the database. */
  let unwritten = 0;
  /** The last look left pages that are due, or some are owed again since. */
  let mayBeMore = false;
  const limitPerDay = info.usageKind === null ? null : deps.dailyLimits[info.usageKind];

  const request = (now: Date, limit: number): ClaimRequest => ({
    channel: channel.id,
    now,
    leaseUntil: new Date(now.getTime() + timeoutMs + LEASE_BEYOND_TIMEOUT_MS),
    limit,
  });

  const countEnded = (result: ClaimResult) => {
    for (const { state } of result.ended) metrics.ended(channel.id, state);
  };

  async function run(now: Date): Promise<{ ran: number; nextDueAt: Date | null }> {
    let places = freePlaces();
    mayBeMore = places <= 0;
    if (places <= 0) return { ran: 0, nextDueAt: null };
    let lateCode: number | undefined;
    if (channel.sharedCircuitKey !== undefined) {
      const gate = circuits.look(channel.sharedCircuitKey);
      if (gate.open && !gate.probe) return endOverdue(now, gate.waitMs);
      if (gate.open) {
        places = 1;
        lateCode = NOTIFICATION_ERROR.circuitOpen;
      }
    }
    const claimedAtMs = clock.monotonicMs();
    const result = await claim({ ...request(now, places), ...(lateCode === undefined ? {} : { lateCode }) });
    countEnded(result);
    if (result.claimed.length > 0) start(result.claimed, claimedAtMs);
    const ran = result.claimed.length + result.ended.length;
    if (ran >= places) mayBeMore = true;
    return { ran, nextDueAt: ran > 0 ? null : laterIfStillDue(await nextDueAt(db, channel.id), now) };
  }

  function claim(wanted: ClaimRequest): Promise<ClaimResult> {
    if (limitPerDay === null) return claimDue(db, wanted);
    return inTransaction(db, async (tx) => {
      const due = await claimDue(tx, wanted);
      const allowed = await applyDailyLimit(tx, info, due.claimed, limitPerDay, wanted.now);
      return { claimed: allowed.claimed, ended: [...due.ended, ...allowed.ended] };
    });
  }

  /** While the circuit is open nothing is sent, yet what is past its deadline has failed. */
  async function endOverdue(now: Date, waitMs: number): Promise<{ ran: number; nextDueAt: Date | null }> {
    const result = await claimDue(db, {
      ...request(now, OVERDUE_AT_ONCE),
      overdueOnly: true,
      lateCode: NOTIFICATION_ERROR.circuitOpen,
    });
    countEnded(result);
    return { ran: result.ended.length, nextDueAt: new Date(now.getTime() + waitMs) };
  }

  function start(claimed: readonly ClaimedDelivery[], claimedAtMs: number): void {
    inHand += claimed.length;
    const batch = sendBatch(claimed, claimedAtMs);
    batches.add(batch);
    void batch.finally(() => batches.delete(batch));
  }

  /** A place is free again when its request has ended; while the database is slow to take outcomes, it is not. */
  const freePlaces = (): number => channel.concurrency - Math.max(inHand, inHand + unwritten - channel.concurrency);

  let gathering: NodeJS.Timeout | undefined;
  function fillPlaces(): void {
    // Pages that are owed from now on announce themselves.
    if (!mayBeMore) return;
    if (freePlaces() * 2 >= channel.concurrency) lookForMore();
    else gathering ??= setTimeout(lookForMore, GATHER_MS);
  }

  function lookForMore(): void {
    clearTimeout(gathering);
    gathering = undefined;
    loop.wake();
  }

  async function sendBatch(claimed: readonly ClaimedDelivery[], claimedAtMs: number): Promise<void> {
    const prepared = await prepare(claimed);
    const wanted = await stillWanted(claimed, claimedAtMs);
    inHand -= claimed.length - wanted.length;
    fillPlaces();
    await Promise.all(
      wanted.map(async (delivery) => {
        const ended = await sendOne(delivery, prepared.get(delivery.id));
        inHand -= 1;
        unwritten += 1;
        fillPlaces();
        await record(ended);
        unwritten -= 1;
        fillPlaces();
      }),
    );
  }

  /** One page that can't be prepared must not hold up those beside it: after a failure each is tried alone. `null`: not now. */
  async function prepare(claimed: readonly ClaimedDelivery[]): Promise<ReadonlyMap<number, Prepared<unknown> | null>> {
    try {
      return await channel.prepare(claimed);
    } catch (err) {
      if (claimed.length > 1) {
        const alone = await Promise.all(claimed.map((delivery) => prepare([delivery])));
        return new Map(alone.flatMap((one) => [...one]));
      }
      log.error({ err, channel: channel.id, delivery: claimed[0]?.id }, 'a page could not be prepared');
      return new Map(claimed.map(({ id }) => [id, null]));
    }
  }

  async function stillWanted(claimed: readonly ClaimedDelivery[], claimedAtMs: number): Promise<readonly ClaimedDelivery[]> {
    if (clock.monotonicMs() - claimedAtMs < STALE_CLAIM_MS) return claimed;
    try {
      const now = clock.now();
      const neededUntil = new Date(now.getTime() + timeoutMs + SIGNAL_GRACE_MS);
      const result = await confirmClaims(db, claimed, { ...request(now, claimed.length), neededUntil });
      countEnded(result);
      const kept = new Set(result.claimed.map(({ id }) => id));
      return claimed.filter(({ id }) => kept.has(id));
    } catch (err) {
      // Without an answer nothing may start; the lease ends and hands the pages on.
      log.error({ err, channel: channel.id, deliveries: claimed.length }, 'claims could not be confirmed');
      return [];
    }
  }

  /** Never throws. */
  async function sendOne(delivery: ClaimedDelivery, prepared: Prepared<unknown> | null | undefined): Promise<Outcome> {
    if (prepared === null) return attempted(delivery, UNPREPARED);
    if (prepared === undefined || !prepared.ok) {
      const { code, reason } = prepared ?? { code: info.failureCode, reason: 'the channel did not prepare the message' };
      return attempted(delivery, { kind: 'rejected', code, reason });
    }
    const gate = circuits.enter(prepared.circuitKey);
    if (gate.open && !gate.probe) return held(delivery, gate.waitMs);
    const outcome = await requestOnce(delivery, prepared.message);
    if (outcome.kind === 'transient' && outcome.blames === 'provider') circuits.failed(prepared.circuitKey);
    else if (outcome.kind !== 'unknown') circuits.succeeded(prepared.circuitKey);
    return attempted(delivery, outcome, prepared.message);
  }

  /** One request with its time-out. An adapter that throws leaves the outcome unknown: it may have sent. */
  async function requestOnce(delivery: ClaimedDelivery, message: unknown): Promise<SendOutcome> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), timeoutMs);
    let giveUp: NodeJS.Timeout | undefined;
    const overstayed = new Promise<SendOutcome>((resolve) => {
      const reason = 'the request did not end in time';
      giveUp = setTimeout(() => resolve({ kind: 'unknown', reason }), timeoutMs + SIGNAL_GRACE_MS);
    });
    try {
      return await Promise.race([channel.send(message, idempotencyKeyOf(delivery), abort.signal), overstayed]);
    } catch (err) {
      log.error({ err, channel: channel.id, delivery: delivery.id }, 'a channel failed unexpectedly');
      return { kind: 'unknown', reason: 'the channel failed unexpectedly' };
    } finally {
      clearTimeout(timer);
      clearTimeout(giveUp);
    }
  }

  function held(delivery: ClaimedDelivery, waitMs: number): Outcome {
    const now = clock.now();
    const dueAt = new Date(Math.min(now.getTime() + waitMs, delivery.deadlineAt.getTime() + 1));
    const reason = 'the receiver is in trouble, attempts wait for a probe to succeed';
    return { delivery, decision: { state: 'held', dueAt, code: NOTIFICATION_ERROR.circuitOpen, reason }, at: now };
  }

  function attempted(delivery: ClaimedDelivery, outcome: SendOutcome, message?: unknown): Outcome {
    const now = clock.now();
    const decision = decideAfterAttempt(info, { delivery, outcome, now, jitter: random() });
    const ended: Outcome = { delivery, decision, at: now };
    if (message !== undefined) ended.attempted = { delivery, message, outcome, at: now };
    return ended;
  }

  async function record(ended: Outcome): Promise<void> {
    const { delivery, decision, at } = ended;
    const taken = await writer.write(ended);
    if (decision.state === 'owed' || decision.state === 'held') mayBeMore = true;
    if (decision.state === 'held') return;
    if (taken === 'dropped') {
      log.warn({ channel: channel.id, delivery: delivery.id, state: decision.state }, 'an outcome came too late to count');
      return;
    }
    if (taken === 'late') metrics.duplicateSuppressed();
    if (decision.state === 'owed') metrics.retried(channel.id);
    else metrics.ended(channel.id, decision.state);
    if (decision.state === 'accepted' || decision.state === 'delivered') {
      metrics.latency(channel.id, (at.getTime() - delivery.createdAt.getTime()) / 1_000);
    }
  }

  const loop = startDueLoop({
    name: `deliveries.${channel.id}`,
    clock,
    log,
    run,
    restMs: REST_MS,
    ...(deps.manual === undefined ? {} : { manual: deps.manual }),
  });
  deps.hub?.listen(DELIVERY_NOTIFY_CHANNEL, (payload) => payload === channel.id && loop.wake(), { onGap: loop.wake });

  return {
    name: loop.name,
    wake: loop.wake,
    health: loop.health,
    openCircuits: circuits.openKeys,
    async runUntilIdle() {
      let total = 0;
      for (;;) {
        const ran = await loop.runUntilIdle();
        total += ran;
        if (ran === 0 && batches.size === 0) return total;
        await settled();
      }
    },
    async stop() {
      await loop.stop();
      await settled();
      clearTimeout(gathering);
      await channel.close?.();
    },
  };

  async function settled(): Promise<void> {
    while (batches.size > 0) await Promise.all(batches);
  }
}
