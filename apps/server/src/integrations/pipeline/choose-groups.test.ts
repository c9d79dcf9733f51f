import { expect, test } from 'vitest';
import { chooseGroups, type StoredGroup } from './choose-groups.ts';
import type { GroupingScope, PreparedAlert } from './prepared-alert.ts';

const now = new Date('2026-03-02T09:00:00Z');

const alert = (
  route: string,
  kind: 'firing' | 'ack' | 'resolve',
  scope: GroupingScope,
  more: Partial<PreparedAlert> = {},
): PreparedAlert => ({
  inboundId: 1,
  organizationId: 'O1',
  integrationId: 'C1',
  receivedAt: now,
  isDemo: false,
  hop: 0,
  labels: {},
  title: 'T',
  groupingKey: 'k',
  canGroup: true,
  scope,
  isResolveSignal: kind === 'resolve',
  isAcknowledgeSignal: kind === 'ack',
  mayResolve: true,
  route: { id: route, name: route, escalationChainId: null, chainName: null },
  quiet: null,
  split: null,
  ...more,
});

const stored = (id: string, route: string, state: 'open' | 'waiting' | 'resolved', minutesAgo = 1): StoredGroup => ({
  organizationId: 'O1',
  id,
  integrationId: 'C1',
  routeId: route,
  groupingKey: 'k',
  isOpen: state === 'open',
  isResolved: state === 'resolved',
  startedAt: new Date(now.getTime() - minutesAgo * 60_000),
});

function outcome(alerts: readonly PreparedAlert[], groups: readonly StoredGroup[]) {
  let made = 0;
  const choice = chooseGroups(alerts, groups, () => `new${++made}`, now);
  return {
    joined: choice.chosen.map((group) => group.id),
    signals: choice.signals.map((signal) => `${signal.kind} ${signal.alertGroupId}`),
  };
}

// ingest.md 6.5
test.each<[fact: string, PreparedAlert[], StoredGroup[], joined: string[], signals: string[]]>([
  [
    'a firing alert joins the open group of its identity',
    [alert('R1', 'firing', 'route')],
    [stored('G', 'R1', 'open')],
    ['G'],
    [],
  ],
  [
    'a firing alert of another route opens a group',
    [alert('R2', 'firing', 'signals')],
    [stored('G', 'R1', 'open')],
    ['new1'],
    [],
  ],
  [
    'a firing alert does not join a resolved group',
    [alert('R1', 'firing', 'signals')],
    [stored('G', 'R1', 'resolved')],
    ['new1'],
    [],
  ],
  [
    'with scope integration the route is no part of the identity',
    [alert('R2', 'firing', 'integration')],
    [stored('G', 'R1', 'open')],
    ['G'],
    [],
  ],
  [
    'with scope route a recovery stays on its route',
    [alert('R2', 'resolve', 'route')],
    [stored('G', 'R1', 'open')],
    ['new1'],
    ['resolve new1'],
  ],
  [
    'with scope signals a recovery finds the group of another route',
    [alert('R2', 'resolve', 'signals')],
    [stored('G', 'R1', 'open')],
    ['G'],
    ['resolve G'],
  ],
  [
    'with scope signals an acknowledge finds the group of another route',
    [alert('R2', 'ack', 'signals')],
    [stored('G', 'R1', 'open')],
    ['G'],
    ['acknowledge G'],
  ],
  [
    'a recovery prefers the group of its own route',
    [alert('R2', 'resolve', 'signals')],
    [stored('G', 'R1', 'open', 1), stored('H', 'R2', 'open', 5)],
    ['H'],
    ['resolve H'],
  ],
  [
    'a recovery that finds none of its route ends all of the key',
    [alert('R3', 'resolve', 'signals')],
    [stored('G', 'R1', 'open', 5), stored('H', 'R2', 'open', 1), stored('W', 'R1', 'waiting', 9)],
    ['H'],
    ['resolve G', 'resolve H', 'resolve W'],
  ],
  [
    'a recovery ends the waiting groups of its identity too',
    [alert('R1', 'resolve', 'route')],
    [stored('W', 'R1', 'waiting', 9), stored('G', 'R1', 'open')],
    ['G'],
    ['resolve W', 'resolve G'],
  ],
  [
    'a recovery of what is resolved joins it and does nothing',
    [alert('R1', 'resolve', 'route')],
    [stored('F', 'R1', 'resolved', 9), stored('G', 'R1', 'resolved', 1)],
    ['G'],
    [],
  ],
  [
    'with scope route it looks only at resolved groups of its route',
    [alert('R2', 'resolve', 'route')],
    [stored('G', 'R1', 'resolved')],
    ['new1'],
    ['resolve new1'],
  ],
  [
    'with scope signals it looks at resolved groups of all routes',
    [alert('R2', 'resolve', 'signals')],
    [stored('G', 'R1', 'resolved')],
    ['G'],
    [],
  ],
  [
    'a recovery that may not resolve is a firing alert',
    [alert('R2', 'resolve', 'signals', { mayResolve: false })],
    [stored('G', 'R1', 'open')],
    ['new1'],
    [],
  ],
  [
    'an acknowledge of what is resolved opens a group',
    [alert('R1', 'ack', 'route')],
    [stored('G', 'R1', 'resolved')],
    ['new1'],
    ['acknowledge new1'],
  ],
  [
    'alerts that cannot group each open one',
    [alert('R1', 'firing', 'route', { canGroup: false }), alert('R1', 'firing', 'route', { canGroup: false })],
    [stored('G', 'R1', 'open')],
    ['new1', 'new2'],
    [],
  ],
  [
    'an alert sees what the ones before it did',
    [
      alert('R1', 'firing', 'route'),
      alert('R1', 'ack', 'route'),
      alert('R1', 'resolve', 'route'),
      alert('R1', 'resolve', 'route'),
      alert('R1', 'firing', 'route'),
    ],
    [],
    ['new1', 'new1', 'new1', 'new1', 'new2'],
    ['acknowledge new1', 'resolve new1'],
  ],
  [
    'split alerts choose as recoveries but do not resolve',
    [alert('R2', 'resolve', 'signals', { split: { hash: 'h', isResolved: true } })],
    [stored('G', 'R1', 'open')],
    ['G'],
    [],
  ],
])('%s', (_fact, alerts, groups, joined, signals) => {
  expect(outcome(alerts, groups)).toEqual({ joined, signals });
});
