import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../platform/clock.ts';
import type { DueResult } from '../../platform/due/due-loop.ts';
import type { Log } from '../../platform/log.ts';
import { SHARDS, slowShard } from '../shards.ts';
import { mayBeAlertsFault } from './failure.ts';
import type { RoomForAccepting } from './make-room.ts';
import { countTry, MAX_TRIES, parkAlert } from './park.ts';
import { planBatches } from './plan-batches.ts';
import { type BatchDeps, BatchError, type BatchResult, processBatch } from './process-batch.ts';
import { type InboundAlert, waitingAlerts } from './store.ts';
import { markTemplateErrors } from './template-errors.ts';

export type RunnerOptions = BatchDeps & {
  log: Log;
  clock: Clock;
  /** Which shards: those of integrations that render fast, or their slow twins. */
  kind: 'fast' | 'slow';
  /** Batches that are handled side by side. */
  concurrency: number;
  onBatch?: (event: { alerts: number; openedGroups: number; seconds: number }) => void;
  onParked?: (event: { organizationId: string; integrationId: string; error: string }) => void;
  batchLimit?: number;
  /** Asked after each round how long to leave the processors to accepting; goes on at once when left out. */
  room?: RoomForAccepting;
};

const BATCH_LIMIT = 500;
const MAX_BYTES = 8 * 1024 * 1024;
const RENDER_MS = { fast: 2_000, slow: 5_000 };
/** Pauses between the tries of an alert that fails; its integration waits, the others go on. */
const RETRY_AFTER_MS = [100, 500, 2_000, 5_000];
/**
 * An error that looks as if it will pass, but comes back with the same oldest alert: for so long the whole batch waits, then only the
 * alert's integration, and in the end the alert counts as failing.
 */
const PASSING_MS = { batchWaits: 60_000, integrationWaits: 600_000 };
const PASSING_RETRY_MS = 5_000;
/** So long the next batch follows at once, before the loop hears how it went. */
const ROUND_MS = 1_000;
/** How soon to look again when another process has the shards. */
const BUSY_MS = 50;

/**
 * Makes the work of a due loop that handles the shards' alerts, batch by batch. A failing alert is tried alone, five times, and then put
 * aside (ingest.md B-4).
 */
export function createShardRunner(options: RunnerOptions): (now: Date) => Promise<DueResult> {
  const { db, clock, log, kind, concurrency } = options;
  const batchLimit = options.batchLimit ?? BATCH_LIMIT;
  const shards = Array.from({ length: SHARDS }, (_, home) => (kind === 'slow' ? slowShard(home) : home));
  /** Integrations whose first alert failed, with the time of the next try. */
  const blocked = new Map<string, number>();
  /** Alerts in a batch: halved when a batch fails, until the failing alert is alone. */
  let limit = batchLimit;
  let turn = 0;
  /** Since when an error that should pass has come with an alert as the oldest of its batch. */
  let troubled = new Map<number, number>();

  async function runBatch(batch: readonly number[]): Promise<BatchResult | 'failed'> {
    const startedMs = clock.monotonicMs();
    let result: BatchResult;
    try {
      const waiting = { limit, maxBytes: MAX_BYTES, blocked: [...blocked.keys()], renderMs: RENDER_MS[kind] };
      result = await processBatch(options, batch, waiting);
    } catch (err) {
      if (!(err instanceof BatchError)) throw err;
      if (mayBeAlertsFault(err.cause)) await narrow(err);
      else await outlast(err);
      return 'failed';
    }
    if (result.kind !== 'done') return result;
    limit = Math.min(batchLimit, limit * 2);
    const seconds = (clock.monotonicMs() - startedMs) / 1_000;
    options.onBatch?.({ alerts: result.alerts, openedGroups: result.openedGroups, seconds });
    // Marks are a help to people; that they could not be written must not undo the alerts.
    await markTemplateErrors(db, result.outcomes, clock.now()).catch((err) =>
      log.error({ err }, 'template errors could not be marked'),
    );
    return result;
  }

  /** @throws the error itself, while it may still pass */
  async function outlast(err: BatchError): Promise<void> {
    const [oldest] = err.rows;
    if (oldest === undefined) throw err;
    const nowMs = clock.now().getTime();
    const sinceMs = troubled.get(oldest.id) ?? nowMs;
    const { integrationWaits } = PASSING_MS;
    troubled = new Map([...troubled].filter(([, since]) => nowMs - since < 2 * integrationWaits)).set(oldest.id, sinceMs);
    if (nowMs - sinceMs < PASSING_MS.batchWaits) throw err;
    if (err.rows.length > 1 || nowMs - sinceMs >= integrationWaits) return narrow(err);
    const ids = { organizationId: oldest.organization_id, integrationId: oldest.integration_id };
    log.warn({ err: err.cause, ...ids }, 'an alert waits for an error to pass, and the alerts behind it with it');
    blocked.set(oldest.integration_id, nowMs + PASSING_RETRY_MS);
  }

  async function narrow({ rows, cause }: BatchError): Promise<void> {
    const [first] = rows;
    if (first === undefined || rows.length > 1) limit = Math.max(1, Math.floor(rows.length / 2));
    else await blame(first, cause);
  }

  async function blame(alert: InboundAlert, cause: unknown): Promise<void> {
    const tries = await countTry(db, alert.id);
    const error = cause instanceof Error ? cause.message : String(cause);
    const ids = { organizationId: alert.organization_id, integrationId: alert.integration_id };
    if (tries < MAX_TRIES) {
      log.warn({ err: cause, ...ids, tries }, 'an alert could not be handled');
      blocked.set(alert.integration_id, clock.now().getTime() + (RETRY_AFTER_MS[tries - 1] ?? 0));
      return;
    }
    await parkAlert(options, alert, error, clock.now());
    log.error({ err: cause, ...ids, tries }, 'an alert was put aside');
    options.onParked?.({ ...ids, error });
  }

  function nextLook(results: readonly (BatchResult | 'failed')[]): Date | null {
    const times = [...blocked.values()];
    if (results.some((result) => result !== 'failed' && result.kind === 'busy')) times.push(clock.now().getTime() + BUSY_MS);
    return times.length === 0 ? null : new Date(Math.min(...times));
  }

  /** Lets accepting have the processors after a batch that came in a flood. */
  async function makeRoom(result: BatchResult | 'failed', tookMs: number): Promise<void> {
    if (options.room === undefined || result === 'failed' || result.oldestAt === null) return;
    const pauseMs = options.room.pauseMs({ tookMs, oldestWaitedMs: clock.now().getTime() - result.oldestAt.getTime() });
    if (pauseMs > 0) await sleep(pauseMs);
  }

  async function takeTurn(batch: readonly number[]): Promise<BatchResult | 'failed'> {
    const startedMs = clock.monotonicMs();
    const result = await runBatch(batch);
    await makeRoom(result, clock.monotonicMs() - startedMs);
    return result;
  }

  /** Batches side by side, the next as soon as one is done, until nothing waits, one fails, or it is time to show a sign of life. */
  return async (now) => {
    for (const [integration, until] of blocked) if (until <= now.getTime()) blocked.delete(integration);
    const underWay = new Map<readonly number[], Promise<void>>();
    const results: (BatchResult | 'failed')[] = [];
    const errors: unknown[] = [];
    const endMs = clock.monotonicMs() + ROUND_MS;
    const goesOn = () => clock.monotonicMs() < endMs && errors.length === 0 && results.every(isDone);
    // A culprit is looked for in one batch at a time.
    const most = limit < batchLimit ? 1 : concurrency;
    for (;;) {
      const inHand = new Set([...underWay.keys()].flat());
      const free = shards.filter((shard) => !inHand.has(shard));
      const waiting = await waitingAlerts(db, free, { most: limit, blocked: [...blocked.keys()] });
      turn += 1;
      for (const batch of planBatches(waiting, { limit, most: most - underWay.size, first: turn })) {
        const ended = takeTurn(batch).then(
          (result) => results.push(result),
          (err) => errors.push(err),
        );
        underWay.set(
          batch,
          ended.then(() => void underWay.delete(batch)),
        );
      }
      if (underWay.size === 0) break;
      await Promise.race(underWay.values());
      if (!goesOn()) break;
    }
    await Promise.all(underWay.values());
    if (errors.length > 0) throw errors[0];
    const ran = results.filter((result) => result === 'failed' || result.kind === 'done').length;
    return { ran, nextDueAt: nextLook(results) };
  };
}

const isDone = (result: BatchResult | 'failed'): boolean => result !== 'failed' && result.kind === 'done';
