import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Hub } from '../notify.ts';

export type DueResult = {
  /** How many due things were handled; while it is above 0 the loop runs again at once. */
  ran: number;
  /** When the earliest thing left becomes due, null when there is none. */
  nextDueAt: Date | null;
};

export type DueLoopOptions = {
  /** In logs, metrics and readiness. */
  name: string;
  clock: Clock;
  log: Log;
  /** With `channel`: every message on it wakes the loop. */
  hub?: Hub;
  channel?: string;
  /** The net below all wake-ups. */
  pollMs?: number;
  /** Between two looks, so that what becomes due meanwhile is handled together. None where a batch left something that is due. */
  restMs?: number;
  /** Nothing runs until `runUntilIdle` is called; for tests, which move the clock. */
  manual?: boolean;
  onRun?: (event: { name: string; ran: number; failed: boolean; seconds: number }) => void;
  /** Claims and handles one batch of what is due at `now`. One call at a time. */
  run: (now: Date) => Promise<DueResult>;
};

export type LoopHealth = { name: string; lastBeatMs: number; failuresInARow: number };

export interface DueLoop {
  readonly name: string;
  /** Looks for due work now, or right after the batch under way. */
  wake(): void;
  /** Runs batches until nothing is due. @returns how many things were handled @throws what `run` throws */
  runUntilIdle(): Promise<number>;
  /** Takes no new batch, and settles when the one under way is done. */
  stop(): Promise<void>;
  /** When it last came round, on the clock's monotonic side. */
  health(): LoopHealth;
}

const FIRST_BACKOFF_MS = 100;
const LAST_BACKOFF_MS = 10_000;
/** Wait before another look at something due that could not be taken, because another process holds it. */
const HELD_MS = 50;

/**
 * Runs what rows say is due. Their due times are the only timers there are: the loop's own wait, the messages that wake it and its
 * poll only decide how soon it looks. An error is logged, counted and retried with a wait that doubles up to ten seconds; it never
 * ends the loop.
 */
export function startDueLoop(options: DueLoopOptions): DueLoop {
  const { name, clock, log, pollMs = 1_000, restMs = 0, manual = false } = options;
  let stopped = false;
  let woken = false;
  let failuresInARow = 0;
  let lastBeatMs = clock.monotonicMs();
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<unknown> = Promise.resolve();
  let looping = false;

  async function runOnce(): Promise<DueResult> {
    const startedMs = clock.monotonicMs();
    const report = (ran: number, failed: boolean) =>
      options.onRun?.({ name, ran, failed, seconds: (clock.monotonicMs() - startedMs) / 1_000 });
    try {
      const result = await options.run(clock.now());
      lastBeatMs = clock.monotonicMs();
      failuresInARow = 0;
      report(result.ran, false);
      return result;
    } catch (err) {
      failuresInARow += 1;
      report(0, true);
      throw err;
    }
  }

  /** One batch at a time, whoever asks. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = underWay.then(work);
    underWay = turn.catch(() => undefined);
    return turn;
  }

  function sleep(ms: number): void {
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(() => void loop(), Math.max(0, ms));
  }

  async function loop(): Promise<void> {
    if (looping || stopped) return;
    looping = true;
    let waitMs = pollMs;
    try {
      let isMore: boolean;
      do {
        woken = false;
        const result = await inTurn(runOnce);
        waitMs = result.nextDueAt === null ? pollMs : Math.min(pollMs, result.nextDueAt.getTime() - clock.now().getTime());
        isMore = result.ran > 0 && (restMs === 0 || waitMs <= 0);
        if (result.ran > 0) woken = true;
        else if (waitMs <= 0) waitMs = HELD_MS;
      } while ((isMore || (woken && restMs === 0)) && !stopped);
    } catch (err) {
      waitMs = Math.min(FIRST_BACKOFF_MS * 2 ** (failuresInARow - 1), LAST_BACKOFF_MS);
      log.error({ err, loop: name, failuresInARow, retryMs: waitMs }, 'a due loop failed');
    } finally {
      looping = false;
    }
    // A wake-up must not turn the wait after a failure into a storm.
    sleep(woken && failuresInARow === 0 ? restMs : waitMs);
  }

  function wake(): void {
    woken = true;
    if (!manual && !stopped && !looping && failuresInARow === 0) sleep(lastBeatMs + restMs - clock.monotonicMs());
  }

  if (options.hub !== undefined && options.channel !== undefined) options.hub.listen(options.channel, wake, { onGap: wake });
  if (!manual) sleep(0);

  return {
    name,
    wake,
    health: () => ({ name, lastBeatMs, failuresInARow }),
    async runUntilIdle() {
      let total = 0;
      for (;;) {
        const { ran } = await inTurn(runOnce);
        total += ran;
        if (ran === 0) return total;
      }
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await underWay;
    },
  };
}
