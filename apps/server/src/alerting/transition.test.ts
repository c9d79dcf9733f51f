import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Actor, bySource, byStep, byTimer } from './actor.ts';
import type { GroupState, Mark } from './alert-group.ts';
import { TIMELINE as T } from './timeline/record.ts';
import { type GroupAction, type RunFate, transition } from './transition.ts';

const now = new Date('2026-03-02T09:00:00Z');
const before = new Date('2026-03-02T08:00:00Z');
const later = new Date('2026-03-02T09:30:00Z');
const anna: Actor = { type: 'user', userId: 'UANNA', via: 4 };
const mark: Mark = { at: before, by: 1, userId: 'UBEN' };

const F: GroupState = { kind: 'firing' };
const A: GroupState = { kind: 'acknowledged', acknowledged: mark };
const St: GroupState = { kind: 'silenced', silenced: { at: before, until: later, userId: 'UBEN' } };
const S8: GroupState = { kind: 'silenced', silenced: { at: before, until: null, userId: 'UBEN' } };
const over: GroupState = { kind: 'silenced', silenced: { at: before, until: now, userId: 'UBEN' } };
const R: GroupState = { kind: 'resolved', resolved: mark, acknowledged: null };
const RA: GroupState = { kind: 'resolved', resolved: mark, acknowledged: mark };

const acknowledge: GroupAction = { do: 'acknowledge' };
const resolve: GroupAction = { do: 'resolve' };
const silence: GroupAction = { do: 'silence', seconds: 60 };

type Outcome = string | { to: GroupState['kind']; records: number[]; run: RunFate };
const stop = (to: GroupState['kind'], ...records: number[]): Outcome => ({ to, records, run: 'stop' });
const restart = (...records: number[]): Outcome => ({ to: 'firing', records, run: 'restart' });
const keep = (...records: number[]): Outcome => ({ to: 'resolved', records, run: 'keep' });

// escalation.md 1.4, Tocsin's column: the action, who acts, and what becomes of F, A, St, S∞ and R.
const table: [string, GroupAction, Actor, Outcome, Outcome, Outcome, Outcome, Outcome][] = [
  [
    'acknowledge',
    acknowledge,
    anna,
    stop('acknowledged', T.acknowledged),
    'already_acknowledged',
    stop('acknowledged', T.unsilenced, T.acknowledged),
    stop('acknowledged', T.unsilenced, T.acknowledged),
    stop('acknowledged', T.unresolved, T.acknowledged),
  ],
  [
    'unacknowledge',
    { do: 'unacknowledge' },
    anna,
    'not_acknowledged',
    restart(T.unacknowledged),
    'not_acknowledged',
    'not_acknowledged',
    'not_acknowledged',
  ],
  [
    'resolve',
    resolve,
    anna,
    stop('resolved', T.resolved),
    stop('resolved', T.resolved),
    stop('resolved', T.unsilenced, T.resolved),
    stop('resolved', T.unsilenced, T.resolved),
    'already_resolved',
  ],
  ['unresolve', { do: 'unresolve' }, anna, 'not_resolved', 'not_resolved', 'not_resolved', 'not_resolved', restart(T.unresolved)],
  [
    'silence',
    silence,
    anna,
    stop('silenced', T.silenced),
    stop('silenced', T.unacknowledged, T.silenced),
    stop('silenced', T.unsilenced, T.silenced),
    stop('silenced', T.unsilenced, T.silenced),
    stop('silenced', T.unresolved, T.silenced),
  ],
  [
    'unsilence',
    { do: 'unsilence' },
    anna,
    'not_silenced',
    'not_silenced',
    restart(T.unsilenced),
    restart(T.unsilenced),
    'not_silenced',
  ],
  [
    'silence expiry, not yet',
    { do: 'expire_silence' },
    byTimer,
    'not_silenced',
    'not_silenced',
    'not_due',
    'not_due',
    'not_silenced',
  ],
  [
    'auto-unacknowledge',
    { do: 'auto_unacknowledge' },
    byTimer,
    'not_acknowledged',
    restart(T.unacknowledgedByTimeout),
    'not_acknowledged',
    'not_acknowledged',
    'not_acknowledged',
  ],
  [
    'source acknowledge',
    acknowledge,
    bySource,
    stop('acknowledged', T.acknowledged),
    'already_acknowledged',
    stop('acknowledged', T.unsilenced, T.acknowledged),
    stop('acknowledged', T.unsilenced, T.acknowledged),
    'already_resolved',
  ],
  [
    'source resolve',
    resolve,
    bySource,
    stop('resolved', T.resolved),
    stop('resolved', T.resolved),
    stop('resolved', T.unsilenced, T.resolved),
    stop('resolved', T.unsilenced, T.resolved),
    'already_resolved',
  ],
  ['resolve step', resolve, byStep, stop('resolved', T.resolved), 'not_firing', 'not_firing', 'not_firing', 'already_resolved'],
  [
    'maintenance end',
    resolve,
    { type: 'maintenance' },
    stop('resolved', T.resolved),
    stop('resolved', T.resolved),
    stop('resolved', T.unsilenced, T.resolved),
    stop('resolved', T.unsilenced, T.resolved),
    'already_resolved',
  ],
  [
    'restart',
    { do: 'restart' },
    anna,
    'already_firing',
    restart(T.unacknowledged),
    restart(T.unsilenced),
    restart(T.unsilenced),
    restart(T.unresolved),
  ],
  [
    'wipe',
    { do: 'wipe' },
    anna,
    stop('resolved', T.wiped),
    stop('resolved', T.wiped),
    stop('resolved', T.unsilenced, T.wiped),
    stop('resolved', T.unsilenced, T.wiped),
    keep(T.wiped),
  ],
];

const outcome = (state: GroupState, action: GroupAction, actor: Actor): Outcome => {
  const result = transition(state, action, actor, now);
  return result.changed
    ? { to: result.state.kind, records: result.records.map(({ type }) => type), run: result.run }
    : result.because;
};

describe.each(table)('%s', (_name, action, actor, ...expected) => {
  test.each([
    ['firing', F, 0],
    ['acknowledged', A, 1],
    ['silenced for a time', St, 2],
    ['silenced without end', S8, 3],
    ['resolved', R, 4],
  ] as const)('%s', (_state, state, column) => {
    expect(outcome(state, action, actor)).toEqual(expected[column]);
  });
});

test('a silence whose time is over ends', () => {
  expect(outcome(over, { do: 'expire_silence' }, byTimer)).toEqual(restart(T.unsilenced));
});

test('a resolved group keeps the evidence of its acknowledge, and loses it when it fires again', () => {
  const resolved = transition(A, resolve, anna, now);
  expect(resolved).toMatchObject({
    state: { kind: 'resolved', acknowledged: mark, resolved: { at: now, by: 1, userId: 'UANNA' } },
  });
  expect(transition(RA, { do: 'unresolve' }, anna, now)).toMatchObject({ state: F });
});

test.each([
  ['source', bySource, 0],
  ['user', anna, 1],
  ['service account', { type: 'service_account', id: 'SA', via: 4 }, 1],
  ['last step', byStep, 3],
  ['end of maintenance', { type: 'maintenance' }, 6],
] as const)('a resolve by %s is marked so', (_name, actor, by) => {
  expect(transition(F, resolve, actor, now)).toMatchObject({ state: { resolved: { by } } });
});

test('a wipe is marked as such, with its author', () => {
  expect(transition(F, { do: 'wipe' }, anna, now)).toMatchObject({ state: { resolved: { by: 5, userId: 'UANNA' } } });
});

test('a child follows the resolve step of its root from any state', () => {
  for (const state of [F, A, St, S8]) {
    expect(transition(state, resolve, byStep, now, { followsRoot: true })).toMatchObject({
      changed: true,
      state: { kind: 'resolved' },
    });
  }
});

const anyAction: fc.Arbitrary<GroupAction> = fc.oneof(
  fc.constantFrom<GroupAction>(
    acknowledge,
    { do: 'unacknowledge' },
    { do: 'auto_unacknowledge' },
    resolve,
    { do: 'unresolve' },
    { do: 'unsilence' },
    { do: 'expire_silence' },
    { do: 'restart' },
    { do: 'apply_current_chain' },
    { do: 'wipe' },
  ),
  fc.option(fc.integer({ min: 1, max: 86_400 })).map((seconds): GroupAction => ({ do: 'silence', seconds })),
);
const anyActor = fc.constantFrom<Actor>(anna, bySource, byStep, byTimer, { type: 'maintenance' }, { type: 'system' });
const anyState = fc.constantFrom(F, A, St, S8, over, R, RA);

test('an action that changes something says so in a record, and its run follows the state it leads to', () => {
  fc.assert(
    fc.property(anyState, anyAction, anyActor, (state, action, actor) => {
      const result = transition(state, action, actor, now);
      if (!result.changed) return;
      expect(result.records.length).toBeGreaterThan(0);
      if (result.state.kind === 'firing') expect(result.run).toBe(state.kind === 'firing' ? 'anew' : 'restart');
      else expect(['stop', 'keep']).toContain(result.run);
      if (result.run === 'keep') expect(state.kind).toBe('resolved');
    }),
  );
});

test('acknowledging, resolving, and ending a state twice is the same as once', () => {
  const once = fc.constantFrom<GroupAction>(
    acknowledge,
    resolve,
    { do: 'unacknowledge' },
    { do: 'unresolve' },
    { do: 'unsilence' },
    { do: 'restart' },
  );
  fc.assert(
    fc.property(anyState, once, anyActor, (state, action, actor) => {
      const first = transition(state, action, actor, now);
      if (first.changed) expect(transition(first.state, action, actor, now).changed).toBe(false);
    }),
  );
});

test('nothing brings a wiped group back', () => {
  fc.assert(
    fc.property(anyState, anyAction, anyActor, (state, action, actor) => {
      const result = transition(state, action, actor, now, { isWiped: true });
      expect(result.changed ? [result.state, result.run] : [state, 'keep']).toEqual([state, 'keep']);
    }),
  );
});
