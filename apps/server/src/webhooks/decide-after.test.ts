import { expect, test } from 'vitest';
import { type AfterInput, decideAfter, hasLeft } from './decide-after.ts';
import type { EventSnapshot, GroupSnapshot } from './events.ts';

const now = new Date('2026-03-02T09:00:00Z');
const busy = (retryAfterMs: number | null = null): AfterInput['sent'] => ({
  statusCode: 503,
  result: { kind: 'transient', reason: 'the receiver answered 503', retryAfterMs },
});
const after = (input: Partial<AfterInput>) =>
  decideAfter({
    attempt: 1,
    maxAttempts: 5,
    deadlineAt: new Date(now.getTime() + 900_000),
    sent: busy(),
    now,
    random: 0,
    ...input,
  });
const waitSeconds = (input: Partial<AfterInput>) => {
  const end = after(input);
  return end.state === 'owed' ? (end.dueAt.getTime() - now.getTime()) / 1_000 : end.state;
};

test.each<[number, number | string]>([
  [1, 5],
  [2, 30],
  [3, 120],
  [4, 600],
  [5, 'failed'],
])('after attempt %i: %s', (attempt, wait) => expect(waitSeconds({ attempt })).toBe(wait));

test('waits vary by a tenth, Retry-After counts up to ten minutes, nothing is tried after the deadline', () => {
  expect(waitSeconds({ attempt: 2, random: 1 })).toBe(33);
  expect(waitSeconds({ sent: busy(60_000) })).toBe(60);
  expect(waitSeconds({ sent: busy(86_400_000) })).toBe(600);
  expect(waitSeconds({ attempt: 4, deadlineAt: new Date(now.getTime() + 599_000) })).toBe('failed');
});

test('all waits together end before the deadline of fifteen minutes, whatever chance adds', () => {
  let total = 0;
  for (let attempt = 1; attempt < 5; attempt += 1) total += waitSeconds({ attempt, random: 1 }) as number;
  expect(total + 5 * 10).toBeLessThan(900);
});

test('what was refused or delivered is over', () => {
  expect(after({ sent: { statusCode: 404, result: { kind: 'refused', reason: 'the receiver answered 404' } } })).toEqual({
    state: 'failed',
    reason: 'the receiver answered 404',
    statusCode: 404,
  });
  expect(after({ sent: { statusCode: 204, result: { kind: 'delivered' } } }).state).toBe('delivered');
});

const at = '2026-03-02T08:00:00.000Z';
const firing: GroupSnapshot = {
  state: 'firing',
  acknowledgedAt: null,
  acknowledgedBy: null,
  resolvedAt: null,
  resolvedBy: null,
  silencedAt: null,
};
const event = (group: GroupSnapshot | null): EventSnapshot => ({ type: 'acknowledge', at, userId: null, group });
type Standing = Parameters<typeof hasLeft>[1];
const standing: Standing = { state: 'firing', acknowledgedAt: null, resolvedAt: null, silencedAt: null };

test.each<[string, GroupSnapshot | null, Partial<Standing>, boolean]>([
  [
    'the same acknowledge',
    { ...firing, state: 'acknowledged', acknowledgedAt: at },
    { state: 'acknowledged', acknowledgedAt: new Date(at) },
    false,
  ],
  [
    'a later acknowledge',
    { ...firing, state: 'acknowledged', acknowledgedAt: at },
    { state: 'acknowledged', acknowledgedAt: new Date(0) },
    true,
  ],
  [
    'another state',
    { ...firing, state: 'acknowledged', acknowledgedAt: at },
    { state: 'resolved', acknowledgedAt: new Date(at) },
    true,
  ],
  ['a later silence', { ...firing, state: 'silenced', silencedAt: at }, { state: 'silenced', silencedAt: new Date(0) }, true],
  ['still firing', firing, {}, false],
  ['an event without a state', null, { state: 'resolved' }, false],
])('%s', (_what, then, change, left) => expect(hasLeft(event(then), { ...standing, ...change })).toBe(left));
