import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSystemClock, createTestClock } from './clock.ts';

const HOUR = 3_600_000;

/** A host whose wall clock is off by `skewMs`, and a database whose clock is right. */
function world(skewMs: number) {
  const host = { monotonic: 5_000, trueMs: Date.parse('2026-03-02T09:00:00Z') };
  const clock = createSystemClock({ wallMs: () => host.trueMs + skewMs, monotonicMs: () => host.monotonic });
  const pass = (ms: number) => {
    host.monotonic += ms;
    host.trueMs += ms;
  };
  const database =
    (roundTripMs = 2) =>
    async () => {
      pass(roundTripMs / 2);
      const at = new Date(host.trueMs);
      pass(roundTripMs / 2);
      return at;
    };
  return { host, clock, pass, database };
}

describe("the system's clock", () => {
  test.each([-HOUR, 0, HOUR])('on a host that is off by %d ms it follows the database', async (skewMs) => {
    const { host, clock, pass, database } = world(skewMs);
    expect(clock.now().getTime()).toBe(host.trueMs + skewMs);
    await clock.follow(database());
    expect(Math.abs(clock.now().getTime() - host.trueMs)).toBeLessThanOrEqual(1);
    expect(Math.round(clock.hostSkewMs()) + skewMs).toBe(0);
    pass(HOUR);
    expect(Math.abs(clock.now().getTime() - host.trueMs)).toBeLessThanOrEqual(1);
  });

  test('waits out a small correction backwards, and follows a large one', async () => {
    const { host, clock, database } = world(0);
    await clock.follow(database(0));
    const before = clock.now();
    host.trueMs -= 400;
    await clock.follow(database(0));
    expect(clock.now()).toEqual(before);
    host.trueMs -= 60_000;
    expect(await clock.follow(database(0))).toMatchObject({ jumped: true });
    expect(clock.now().getTime()).toBe(host.trueMs);
  });

  test('does not believe an answer that took too long', async () => {
    const { clock, database } = world(0);
    await clock.follow(database());
    expect(await clock.follow(database(10_000))).toEqual({ skewMs: 0, jumped: false });
  });

  test('never goes back by less than a second, whatever it measures', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: -900, max: 900 }), { maxLength: 20 }), async (jumps) => {
        const { host, clock, database } = world(0);
        let last = 0;
        for (const jump of jumps) {
          host.trueMs += jump;
          await clock.follow(database());
          const now = clock.now().getTime();
          expect(now < last && last - now < 1_000).toBe(false);
          last = now;
        }
      }),
    );
  });
});

test('a test clock moves only when it is moved', () => {
  const clock = createTestClock('2026-03-02T09:00:00Z');
  const startMs = clock.monotonicMs();
  clock.advance({ days: 1, hours: 1, minutes: 1, seconds: 1, ms: 1 });
  expect(clock.now()).toEqual(new Date('2026-03-03T10:01:01.001Z'));
  expect(clock.monotonicMs() - startMs).toBeGreaterThanOrEqual(90_061_001);
  clock.set('2026-03-01T00:00:00Z');
  expect(clock.now()).toEqual(new Date('2026-03-01T00:00:00Z'));
});
