import { expect, test } from 'vitest';
import type { SentAlert } from './load.ts';
import { checkAlerts } from './verify.ts';

/** Alerts of one key: `a` fires and was accepted, `u` fires and got no answer; in capitals they are recoveries. */
const sentAs = (letters: string): SentAlert[] =>
  [...letters].map((letter, i) => ({
    n: i + 1,
    key: 'key',
    recovers: letter === letter.toUpperCase(),
    fate: letter.toLowerCase() === 'a' ? 'accepted' : 'unknown',
  }));

/** What is there: number, group, and the batch in which it was taken, in the order in which people see it. */
type There = [n: number, group: string, taken: number];

const check = (letters: string, there: readonly There[]): string[] =>
  checkAlerts(
    { integrationId: 'C', alerts: sentAs(letters), refusals: [] },
    there.map(([n, group, taken]) => ({ n, alert_group_id: group, taken })),
  );

test.each<[fact: string, letters: string, there: There[]]>([
  [
    'all in order, in two groups',
    'aAa',
    [
      [1, 'G', 1],
      [2, 'G', 1],
      [3, 'H', 2],
    ],
  ],
  [
    'one without an answer was not taken',
    'auA',
    [
      [1, 'G', 1],
      [3, 'G', 2],
    ],
  ],
  [
    'one without an answer was taken behind the next, and opens a group',
    'auA',
    [
      [1, 'G', 1],
      [3, 'G', 2],
      [2, 'H', 3],
    ],
  ],
  [
    'the same at one instant: it is seen where its number stands',
    'auA',
    [
      [1, 'G', 1],
      [2, 'H', 3],
      [3, 'G', 2],
    ],
  ],
])('a judge finds nothing where %s', (_fact, letters, there) => expect(check(letters, there)).toEqual([]));

test.each<[fact: string, letters: string, there: There[], found: string]>([
  ['an accepted one is lost', 'aa', [[1, 'G', 1]], 'alert 2 was accepted and is lost'],
  [
    'one is there twice',
    'u',
    [
      [1, 'G', 1],
      [1, 'G', 2],
    ],
    'alert 1 is there 2 times',
  ],
  [
    'an accepted one was taken behind a later one',
    'aa',
    [
      [1, 'G', 2],
      [2, 'G', 1],
    ],
    'alert 1 was taken behind alert 2',
  ],
  [
    'an accepted one is seen behind a later one',
    'aa',
    [
      [2, 'G', 1],
      [1, 'G', 1],
    ],
    'alert 1 stands behind alert 2',
  ],
  [
    'an accepted one was taken behind one without an answer',
    'au',
    [
      [2, 'G', 1],
      [1, 'G', 2],
    ],
    'alert 1 was taken behind alert 2',
  ],
  [
    'a recovery did not end its group',
    'aAa',
    [
      [1, 'G', 1],
      [2, 'G', 1],
      [3, 'G', 2],
    ],
    'alert 3 is in group G with alerts that it should not meet',
  ],
  [
    'alerts of one group are in two',
    'aa',
    [
      [1, 'G', 1],
      [2, 'H', 2],
    ],
    'alert 2 went to group H instead of G',
  ],
  [
    'a late one is in the group that it would have had in time',
    'auA',
    [
      [1, 'G', 1],
      [3, 'G', 2],
      [2, 'G', 3],
    ],
    'alert 2 is in group G with alerts that it should not meet',
  ],
])('a judge finds that %s', (_fact, letters, there, found) => expect(check(letters, there)).toContain(`C: ${found}`));
