import type { Clock } from '../../platform/clock.ts';

/** Beyond so many a second, accepting needs the processors that handling would take. */
const BUSY_PER_SECOND = 2_000;
const WINDOW_MS = 250;
/** A batch is followed by a pause this many times its length: a quarter of the time stays for handling, whatever comes in. */
const PAUSE_FACTOR = 3;
const LONGEST_PAUSE_MS = 500;
/** Alerts that have waited so long are handled without pauses. */
const LONGEST_WAIT_MS = 5_000;

/** Lets senders of a flood have their answers first. Who waits for one would send again; who waits for a page can wait a moment. */
export interface RoomForAccepting {
  /** This process has taken so many alerts. */
  accepted(alerts: number): void;
  /** How long to let the processors go after a batch. */
  pauseMs(batch: { tookMs: number; oldestWaitedMs: number }): number;
}

export function createRoomForAccepting(clock: Pick<Clock, 'monotonicMs'>): RoomForAccepting {
  let windowEndMs = 0;
  let current = 0;
  let last = 0;

  function turn(): void {
    const nowMs = clock.monotonicMs();
    if (nowMs < windowEndMs) return;
    last = nowMs < windowEndMs + WINDOW_MS ? current : 0;
    current = 0;
    windowEndMs = nowMs + WINDOW_MS;
  }

  return {
    accepted(alerts) {
      turn();
      current += alerts;
    },
    pauseMs({ tookMs, oldestWaitedMs }) {
      turn();
      const isBusy = Math.max(last, current) * (1_000 / WINDOW_MS) > BUSY_PER_SECOND;
      return isBusy && oldestWaitedMs < LONGEST_WAIT_MS ? Math.min(tookMs * PAUSE_FACTOR, LONGEST_PAUSE_MS) : 0;
    },
  };
}
