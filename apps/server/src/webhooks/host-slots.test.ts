import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createHostSlots } from './host-slots.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('places are given in turn, and hosts do not wait for each other', async () => {
  const slots = createHostSlots(1, 1_000);
  const first = await slots.enter('a', 'W1');
  const order: string[] = [];
  const second = slots.enter('a', 'W2').then((leave) => {
    order.push('second');
    return leave;
  });
  const third = slots.enter('a', 'W3').then(() => order.push('third'));
  expect(await slots.enter('b', 'W4')).not.toBeNull();
  expect([...slots.busy()].sort()).toEqual(['W1', 'W2', 'W3', 'W4']);
  first?.();
  (await second)?.();
  await third;
  expect(order).toEqual(['second', 'third']);
});

test('who waits for too long gets none, and takes none from those behind', async () => {
  const slots = createHostSlots(1, 1_000);
  const first = await slots.enter('a', 'W1');
  const impatient = slots.enter('a', 'W2');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await impatient).toBeNull();
  const patient = slots.enter('a', 'W3');
  first?.();
  const leave = await patient;
  expect(leave).not.toBeNull();
  leave?.();
  expect(slots.busy()).toEqual([]);
});
