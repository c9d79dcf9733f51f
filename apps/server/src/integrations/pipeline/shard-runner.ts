import type { Clock } from '../../platform/clock.ts';
import type { DueResult } from '../../platform/due/due-loop.ts';
import type { Log } from '../../platform/log.ts';
import { isSlowShard } from '../shards.ts';
import { mayBeAlertsFault } from './failure.ts';
import { countTry, MAX_TRIES, parkAlert } from './park.ts';
import { type BatchDeps, BatchError, type BatchResult, processBatch } from './process-batch.ts';
import { type InboundAlert, pendingShards } from './store.ts';
import { markTemplateErrors } from './template-errors.ts';

export type RunnerOptions = BatchDeps & {
  log: Log;
  clock: Clock;
  /** Which shards: those of integrations that render fast, or their slow twins. */
  kind: 'fast' | 'slow';
  /** Shards that are handled side by side. */
  concurrency: number;
  onBatch?: (event: { alerts: number; openedGroups: number; seconds: number }) => void;
  onParked?: (event: { organizationId: string; integrationId: string; error: string }) => void;
  batchLimit?: number;
};

export interface ShardRunner {
  /** Says that these shards have new alerts. @returns whether one of them is its own */
  add(shards: readonly number[]): boolean;
  /** For a due loop: handles what waits, for at most about a second. */
  run(now: Date): Promise<DueResult>;
}

const BATCH_LIMIT = 500;
const MAX_BYTES = 8 * 1024 * 1024;
const RENDER_MS = { fast: 2_000, slow: 5_000 };
const RUN_MS = 1_000;
/** Pauses between the tries of an alert that fails; its integration waits, the others go on. */
const RETRY_AFTER_MS = [100, 500, 2_000, 5_000];

type ShardState = {
  /** Alerts in a batch: halved when a batch fails, until the failing alert is alone. */
  limit: number;
  /** Integrations whose first alert failed, with the time of the next try. */
  blocked: Map<string, number>;
};

/** Handles the shards' alerts, batch by batch. A failing alert is tried alone, five times, and then put aside (ingest.md B-4). */
export function createShardRunner(options: RunnerOptions): ShardRunner {
  const { db, clock, log, kind, concurrency } = options;
  const batchLimit = options.batchLimit ?? BATCH_LIMIT;
  const pending = new Set<number>();
  const running = new Set<number>();
  const states = new Map<number, ShardState>();
  const isMine = (shard: number) => isSlowShard(shard) === (kind === 'slow');

  function stateOf(shard: number): ShardState {
    const state = states.get(shard) ?? { limit: batchLimit, blocked: new Map() };
    states.set(shard, state);
    return state;
  }

  /** @returns how much was done; a shard that may have more goes back to the end of the line */
  async function runShard(shard: number): Promise<number> {
    const state = stateOf(shard);
    const nowMs = clock.now().getTime();
    for (const [integration, until] of state.blocked) if (until <= nowMs) state.blocked.delete(integration);
    const startedMs = clock.monotonicMs();
    let result: BatchResult;
    try {
      const blocked = [...state.blocked.keys()];
      result = await processBatch(options, shard, {
        limit: state.limit,
        maxBytes: MAX_BYTES,
        blocked,
        renderMs: RENDER_MS[kind],
      });
    } catch (err) {
      if (!(err instanceof BatchError) || !mayBeAlertsFault(err.cause)) throw err;
      await narrow(state, err);
      pending.add(shard);
      return 1;
    }
    if (result.kind !== 'done') return 0;
    state.limit = Math.min(batchLimit, state.limit * 2);
    pending.add(shard);
    options.onBatch?.({
      alerts: result.alerts,
      openedGroups: result.openedGroups,
      seconds: (clock.monotonicMs() - startedMs) / 1_000,
    });
    // Marks are a help to people; that they could not be written must not undo the alerts.
    await markTemplateErrors(db, result.outcomes, clock.now()).catch((err) =>
      log.error({ err }, 'template errors could not be marked'),
    );
    return Math.max(1, result.alerts);
  }

  async function narrow(state: ShardState, { rows, cause }: BatchError): Promise<void> {
    const [first] = rows;
    if (first === undefined || rows.length > 1) {
      state.limit = Math.max(1, Math.floor(rows.length / 2));
      return;
    }
    await blame(state, first, cause);
  }

  async function blame(state: ShardState, alert: InboundAlert, cause: unknown): Promise<void> {
    const tries = await countTry(db, alert.id);
    const error = cause instanceof Error ? cause.message : String(cause);
    const ids = { organizationId: alert.organization_id, integrationId: alert.integration_id };
    if (tries < MAX_TRIES) {
      log.warn({ err: cause, ...ids, tries }, 'an alert could not be handled');
      state.blocked.set(alert.integration_id, clock.now().getTime() + (RETRY_AFTER_MS[tries - 1] ?? 0));
      return;
    }
    await parkAlert(db, alert, error, clock.now());
    log.error({ err: cause, ...ids, tries }, 'an alert was put aside');
    options.onParked?.({ ...ids, error });
  }

  function nextRetry(): Date | null {
    const times = [...states.values()].flatMap((state) => [...state.blocked.values()]);
    return times.length === 0 ? null : new Date(Math.min(...times));
  }

  return {
    add(shards) {
      const mine = shards.filter(isMine);
      for (const shard of mine) pending.add(shard);
      return mine.length > 0;
    },
    async run() {
      for (const shard of await pendingShards(db)) if (isMine(shard)) pending.add(shard);
      const endMs = performance.now() + RUN_MS;
      let ran = 0;
      const work = async () => {
        while (performance.now() < endMs) {
          const shard = [...pending].find((waiting) => !running.has(waiting));
          if (shard === undefined) return;
          pending.delete(shard);
          running.add(shard);
          try {
            ran += await runShard(shard);
          } finally {
            running.delete(shard);
          }
        }
      };
      await Promise.all(Array.from({ length: concurrency }, work));
      return { ran, nextDueAt: nextRetry() };
    },
  };
}
