import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SendOutcome } from '../channel.ts';
import { CHANNEL_IDS, type ChannelId, channelInfo, deadlineOf } from '../channels.ts';
import { createCircuits } from './circuits.ts';
import { decideAfterAttempt, retryWaitMs } from './decide.ts';

const start = new Date('2026-03-02T09:00:00Z');

/** Seconds after the decision to page at which each attempt starts when all of them fail in passing. */
function attempts(channel: ChannelId): number[] {
  const times: number[] = [];
  let now = start;
  for (let attempt = 1; ; attempt += 1) {
    times.push((now.getTime() - start.getTime()) / 1_000);
    const delivery = { attempt, unknownAttempts: 0, deadlineAt: deadlineOf(channel, start) };
    const outcome: SendOutcome = { kind: 'transient', reason: 'busy', blames: 'provider' };
    const decision = decideAfterAttempt(channelInfo(channel), { delivery, outcome, now, jitter: 0 });
    if (decision.state !== 'owed') return times;
    now = decision.dueAt;
  }
}

test.each<[ChannelId, number[]]>([
  ['mobile_app', [0, 2, 7, 22, 52, 112, 172, 232, 292, 352, 412, 472, 532, 592]],
  ['phone_call', [0, 5, 20, 50, 110, 170, 230, 290, 350, 410, 470, 530, 590]],
  ['sms', [0, 5, 20, 50, 110, 170, 230, 290, 350, 410, 470, 530, 590, 650, 710, 770, 830, 890]],
  ['email', [0, 5, 35, 155, 455, 1055, 1655, 2255, 2855, 3455]],
  ['webhook', [0, 5, 35, 155]],
])('%s is tried at these seconds', (channel, seconds) => {
  expect(attempts(channel)).toEqual(seconds);
});

test('no attempt is planned beyond the deadline, whatever the provider and chance say, and every page ends', () => {
  const outcome = fc.oneof(
    fc.record({
      kind: fc.constant('transient' as const),
      reason: fc.constant('x'),
      retryAfterMs: fc.integer({ min: 0, max: 10_000_000 }),
      blames: fc.constant('recipient' as const),
    }),
    fc.record({ kind: fc.constant('unknown' as const), reason: fc.constant('x') }),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...CHANNEL_IDS),
      fc.infiniteStream(outcome),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (channel, outcomes, jitter) => {
        const deadlineAt = deadlineOf(channel, start);
        let now = start;
        let unknownAttempts = 0;
        for (let attempt = 1; ; attempt += 1) {
          expect(attempt).toBeLessThan(1_000);
          const outcome: SendOutcome = outcomes.next().value;
          const decision = decideAfterAttempt(channelInfo(channel), {
            delivery: { attempt, unknownAttempts, deadlineAt },
            outcome,
            now,
            jitter,
          });
          if (decision.state !== 'owed') return;
          if (decision.because === 'unknown') unknownAttempts += 1;
          expect(unknownAttempts).toBeLessThanOrEqual(1);
          expect(decision.dueAt.getTime()).toBeLessThanOrEqual(deadlineAt.getTime());
          expect(decision.dueAt.getTime()).toBeGreaterThanOrEqual(now.getTime());
          now = decision.dueAt;
        }
      },
    ),
  );
});

test('a provider may ask for ten minutes at most', () => {
  expect(retryWaitMs(channelInfo('email'), 1, 86_400_000, 0)).toBe(600_000);
  expect(retryWaitMs(channelInfo('email'), 1, 1_000, 0)).toBe(5_000);
  expect(retryWaitMs(channelInfo('email'), 1, undefined, 1)).toBe(5_500);
});

test('a circuit opens after five failures within a minute, none in between succeeding', () => {
  let nowMs = 0;
  const circuits = createCircuits(() => nowMs);
  const fail = (times: number) => Array.from({ length: times }, () => circuits.failed('mx'));
  fail(4);
  circuits.succeeded('mx');
  fail(4);
  expect(circuits.look('mx')).toEqual({ open: false });
  nowMs = 61_000;
  fail(4);
  expect(circuits.look('mx')).toEqual({ open: false });
  fail(1);
  expect(circuits.enter('mx')).toEqual({ open: true, probe: false, waitMs: 15_000 });
  nowMs += 15_000;
  expect(circuits.enter('mx')).toEqual({ open: true, probe: true });
  expect(circuits.enter('mx')).toEqual({ open: true, probe: false, waitMs: 15_000 });
  expect(circuits.look('other')).toEqual({ open: false });
  circuits.succeeded('mx');
  expect(circuits.openKeys()).toEqual([]);
});
