import { describe, expect, test, vi } from 'vitest';
import { createTestClock } from '../clock.ts';
import { createLogger } from '../log.ts';
import { type DueLoopOptions, type DueResult, startDueLoop } from './due-loop.ts';

const log = createLogger({ level: 'silent' });
const at = (text: string) => new Date(`2026-03-02T${text}Z`);

/** Things that fall due, taken two at a time. */
function agenda(...times: string[]) {
  const left = times.map(at);
  const handled: { due: Date; now: Date }[] = [];
  const run = async (now: Date): Promise<DueResult> => {
    const batch = left.filter((due) => due <= now).slice(0, 2);
    for (const due of batch) {
      left.splice(left.indexOf(due), 1);
      handled.push({ due, now });
    }
    return { ran: batch.length, nextDueAt: left[0] ?? null };
  };
  return { left, handled, run };
}

const start = (options: Partial<DueLoopOptions> & Pick<DueLoopOptions, 'run'>) =>
  startDueLoop({ name: 'test', clock: createTestClock(at('09:00:00')), log, ...options });

describe('a manual due loop', () => {
  test('runs what is due on its clock, batch after batch, and nothing early', async () => {
    const clock = createTestClock(at('09:00:00'));
    const { run, handled } = agenda('08:00:00', '08:30:00', '09:00:00', '09:00:01', '10:00:00');
    const loop = start({ clock, run, manual: true });
    expect(await loop.runUntilIdle()).toBe(3);
    expect(await loop.runUntilIdle()).toBe(0);
    clock.advance({ seconds: 1 });
    expect(await loop.runUntilIdle()).toBe(1);
    clock.advance({ hours: 5 });
    expect(await loop.runUntilIdle()).toBe(1);
    expect(handled.every(({ due, now }) => due <= now)).toBe(true);
    await loop.stop();
  });

  test('hands on what its work throws, and goes on afterwards', async () => {
    const run = vi
      .fn<DueLoopOptions['run']>()
      .mockRejectedValueOnce(new Error('broken'))
      .mockResolvedValue({ ran: 0, nextDueAt: null });
    const loop = start({ run, manual: true });
    await expect(loop.runUntilIdle()).rejects.toThrow('broken');
    expect(loop.health()).toMatchObject({ name: 'test', failuresInARow: 1 });
    expect(await loop.runUntilIdle()).toBe(0);
    expect(loop.health().failuresInARow).toBe(0);
  });

  test('never runs two batches at a time', async () => {
    let running = 0;
    let most = 0;
    const run = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return { ran: 0, nextDueAt: null };
    };
    const loop = start({ run, manual: true });
    await Promise.all([loop.runUntilIdle(), loop.runUntilIdle(), loop.runUntilIdle()]);
    expect(most).toBe(1);
  });
});

describe('a due loop that runs by itself', () => {
  test('with rests it looks again after a batch, and goes on at once while something is due', async () => {
    const hour = 3_600_000;
    let looks = 0;
    const run = async () => {
      looks += 1;
      return { ran: looks <= 3 ? 2 : 0, nextDueAt: null };
    };
    const resting = start({ run, restMs: 1, pollMs: hour });
    await vi.waitFor(() => expect(looks).toBe(4), 60_000);
    await resting.stop();

    const left = agenda('08:00:00', '08:00:00', '08:00:00', '08:00:00', '08:00:00');
    const busy = start({ run: left.run, restMs: hour, pollMs: hour });
    await vi.waitFor(() => expect(left.handled).toHaveLength(5), 60_000);
    await busy.stop();
  });

  /** Real timers replaced, so that hours of polling take no time. */
  async function withTimers<T>(
    work: (clock: ReturnType<typeof createTestClock>, pass: (ms: number) => Promise<void>) => Promise<T>,
  ): Promise<T> {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const clock = createTestClock(at('09:00:00'));
    const pass = async (ms: number) => {
      clock.advance({ ms });
      await vi.advanceTimersByTimeAsync(ms);
    };
    try {
      return await work(clock, pass);
    } finally {
      vi.useRealTimers();
    }
  }

  test('wakes for the earliest due time instead of its next poll', () =>
    withTimers(async (clock, pass) => {
      const { run, handled } = agenda('09:00:00', '09:00:00.300', '09:00:05');
      const loop = start({ clock, run });
      await pass(0);
      expect(handled.length).toBe(1);
      await pass(299);
      expect(handled.length).toBe(1);
      await pass(1);
      expect(handled.length).toBe(2);
      await loop.stop();
    }));

  test('looks at once when it is woken, and again when it was woken during a batch', () =>
    withTimers(async (clock, pass) => {
      let runs = 0;
      const loop = start({
        clock,
        pollMs: 60_000,
        run: async () => {
          runs += 1;
          if (runs === 2) loop.wake();
          return { ran: 0, nextDueAt: null };
        },
      });
      await pass(0);
      expect(runs).toBe(1);
      loop.wake();
      await pass(0);
      expect(runs).toBe(3);
      await loop.stop();
    }));

  test('polls as a net below all wake-ups', () =>
    withTimers(async (clock, pass) => {
      const run = vi.fn(async () => ({ ran: 0, nextDueAt: null }));
      const loop = start({ clock, run });
      await pass(0);
      for (let second = 0; second < 10; second += 1) await pass(1_000);
      expect(run).toHaveBeenCalledTimes(11);
      await loop.stop();
    }));

  test('does not spin on something due that another process holds', () =>
    withTimers(async (clock, pass) => {
      const run = vi.fn(async () => ({ ran: 0, nextDueAt: at('08:59:00') }));
      const loop = start({ clock, run });
      await pass(0);
      for (let ms = 0; ms < 200; ms += 1) await pass(1);
      expect(run).toHaveBeenCalledTimes(5);
      await loop.stop();
    }));

  test('survives errors with growing waits, that wake-ups do not shorten', () =>
    withTimers(async (clock, pass) => {
      const runs: boolean[] = [];
      let broken = true;
      const loop = start({
        clock,
        onRun: ({ failed }) => runs.push(failed),
        run: async () => {
          if (broken) throw new Error('the database is away');
          return { ran: 0, nextDueAt: null };
        },
      });
      await pass(0);
      for (let ms = 0; ms < 3_000; ms += 10) {
        loop.wake();
        await pass(10);
      }
      expect(runs.length).toBe(5); // at 0, 0.1, 0.3, 0.7 and 1.5 s
      broken = false;
      await pass(200);
      expect(runs.at(-1)).toBe(false);
      expect(loop.health()).toMatchObject({ failuresInARow: 0 });
      await loop.stop();
    }));

  test('stopping waits for the batch under way and starts no other', () =>
    withTimers(async (clock, pass) => {
      let finish: (() => void) | undefined;
      let runs = 0;
      const loop = start({
        clock,
        run: () => {
          runs += 1;
          return new Promise((resolve) => {
            finish = () => resolve({ ran: 1, nextDueAt: null });
          });
        },
      });
      await pass(0);
      const stopped = loop.stop();
      finish?.();
      await stopped;
      await pass(5_000);
      expect(runs).toBe(1);
    }));
});
