import type { ScheduleEvent } from '@tocsin/rota';
import { expect, test } from 'vitest';
import { transitionsBetween } from './transitions.ts';

const event = (start: number, end: number, ...ids: string[]): ScheduleEvent =>
  ({ start, end, users: ids.map((id) => ({ id, swap: null })), missing: [] }) as unknown as ScheduleEvent;

test.each<[string, ScheduleEvent[], ScheduleEvent[], [number, string, string[], string[]][]]>([
  [
    'a shift that begins after a gap',
    [event(10, 20, 'a')],
    [],
    [
      [10, 'shift_started', ['a'], []],
      [20, 'gap_started', [], ['a']],
    ],
  ],
  ['a hand-over at one instant', [event(0, 10, 'a'), event(10, 99, 'b')], [], [[10, 'hand_over', ['b'], ['a']]]],
  ['the same person in two shifts in a row', [event(0, 10, 'a'), event(10, 99, 'a')], [], []],
  [
    'a second person who joins and leaves',
    [event(0, 99, 'a'), event(10, 20, 'b')],
    [],
    [
      [10, 'hand_over', ['a', 'b'], ['a']],
      [20, 'hand_over', ['a'], ['a', 'b']],
    ],
  ],
  ['a shift without people', [event(0, 10, 'a')], [event(10, 99)], [[10, 'empty_shift_started', [], ['a']]]],
  ['what begins at the start of the range', [event(5, 99, 'a')], [], []],
  ['what begins at the end of the range', [event(50, 99, 'a')], [], [[50, 'shift_started', ['a'], []]]],
])('%s', (_what, events, empty, expected) => {
  const found = transitionsBetween(events, empty, 5, 50);
  expect(found.map(({ at, type, userIds, formerUserIds }) => [at, type, userIds, formerUserIds])).toEqual(expected);
});

test('looking often or once finds the same', () => {
  const events = [event(0, 10, 'a'), event(10, 30, 'b'), event(35, 60, 'a', 'c'), event(60, 80, 'c')];
  const once = transitionsBetween(events, [], 0, 100);
  const often = Array.from({ length: 100 }, (_, i) => transitionsBetween(events, [], i, i + 1)).flat();
  expect(often).toEqual(once);
});
