import { expect, test } from 'vitest';
import { createRoomForAccepting } from './make-room.ts';

function start() {
  let nowMs = 1_000;
  const room = createRoomForAccepting({ monotonicMs: () => nowMs });
  return {
    room,
    flood(perSecond: number, seconds: number) {
      for (const endMs = nowMs + seconds * 1_000; nowMs < endMs; nowMs += 10) room.accepted(perSecond / 100);
    },
    pass(ms: number) {
      nowMs += ms;
    },
  };
}
const batch = { tookMs: 100, oldestWaitedMs: 200 };

test('handling pauses while more comes in than both can do, and never for long', () => {
  const { room, flood } = start();
  flood(4_000, 1);
  expect(room.pauseMs(batch)).toBe(300);
  expect(room.pauseMs({ tookMs: 2_000, oldestWaitedMs: 2_000 })).toBe(500);
});

test('a storm that handling keeps up with is handled without pauses', () => {
  const { room, flood } = start();
  flood(1_000, 2);
  expect(room.pauseMs(batch)).toBe(0);
});

test('alerts that have waited five seconds are handled without pauses', () => {
  const { room, flood } = start();
  flood(8_000, 1);
  expect(room.pauseMs({ tookMs: 100, oldestWaitedMs: 5_000 })).toBe(0);
});

test('when the flood is over the pauses are', () => {
  const { room, flood, pass } = start();
  flood(8_000, 1);
  pass(600);
  expect(room.pauseMs(batch)).toBe(0);
});
