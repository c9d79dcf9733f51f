import { expect, test } from 'vitest';
import { Budget } from '../budget.ts';
import type { Runtime } from '../runtime-types.ts';
import { PyDateTime } from './datetime/datetime.ts';
import { PyDict } from './dict.ts';
import { fromJs } from './from-js.ts';
import { parseJson } from './json.ts';
import { repr } from './ops.ts';
import { PyTuple } from './tuple.ts';
import { PyFloat, type Value } from './types.ts';

const unused = (): never => {
  throw new Error('not asked for here');
};
const rt: Runtime = { budget: new Budget(), clock: unused, random: unused, env: { getAttribute: unused, getItem: unused } };
const shown = (v: unknown): string => repr(fromJs(v), rt);

test.each<[string, unknown, string]>([
  ['null and undefined are None', [null, undefined], '[None, None]'],
  ['whole numbers are ints', [0, -5, 9007199254740991], '[0, -5, 9007199254740991]'],
  [
    'whole numbers beyond 2 ** 53 stay exact',
    [2 ** 53, 1e21, 2n ** 64n],
    '[9007199254740992, 1000000000000000000000, 18446744073709551616]',
  ],
  ['small bigints are ints', [5n, -(2n ** 53n)], '[5, -9007199254740992]'],
  ['other numbers are floats', [1.5, -0, Number.NaN, Number.POSITIVE_INFINITY], '[1.5, -0.0, nan, inf]'],
  ['text and booleans stay', ['é', true, false], "['é', True, False]"],
  ['objects are dicts in their order', { b: 1, a: { c: [1.5] } }, "{'b': 1, 'a': {'c': [1.5]}}"],
  [
    'own keys only, whatever they are called',
    JSON.parse('{"__proto__": 1, "constructor": 2}'),
    "{'__proto__': 1, 'constructor': 2}",
  ],
  ['keys with a leading U+0000 stay themselves', { '\0s': 1, '': 2 }, "{'\\x00s': 1, '': 2}"],
  [
    'maps are dicts with keys of any plain type',
    new Map<unknown, unknown>([
      [1, 'a'],
      [true, 'b'],
      [null, 'c'],
      ['x', []],
    ]),
    "{1: 'b', None: 'c', 'x': []}",
  ],
  [
    'dates are aware and in UTC',
    new Date('2025-03-04T05:06:07.089Z'),
    'datetime.datetime(2025, 3, 4, 5, 6, 7, 89000, tzinfo=datetime.timezone.utc)',
  ],
  ['tuples and floats are taken as they are', [new PyTuple([new PyFloat(1), 'x'])], "[(1.0, 'x')]"],
])('%s', (_fact, value, expected) => {
  expect(shown(value)).toBe(expected);
});

test.each([[() => 1], [Symbol('x')]])('functions and symbols are refused', (value) => {
  expect(() => fromJs(value)).toThrow(TypeError);
});

test('keys of a Map that Python could not hash are refused when looked at', () => {
  expect(() => shown(new Map([[{}, 1]]))).toThrow(TypeError);
});

test('changes to a copy reach neither the source nor another copy', () => {
  const source = parseJson('{"flat": {"a": 1}, "deep": {"l": [1, {"x": 2}]}, "l": [[1]]}') as PyDict;
  const before = repr(source, rt);
  const first = fromJs(source) as PyDict;
  const second = fromJs(source) as PyDict;
  (first.getText('flat') as PyDict).setScalar('b', 2);
  (first.getText('flat') as PyDict).delete('a', rt);
  ((first.getText('deep') as PyDict).getText('l') as Value[]).push(3);
  (((first.getText('deep') as PyDict).getText('l') as Value[])[1] as PyDict).clear();
  ((first.getText('l') as Value[])[0] as Value[]).push(2);
  first.set(1.5, 'x', rt);
  expect(repr(first, rt)).toBe("{'flat': {'b': 2}, 'deep': {'l': [1, {}, 3]}, 'l': [[1, 2]], 1.5: 'x'}");
  expect(repr(source, rt)).toBe(before);
  expect(repr(second, rt)).toBe(before);
  expect(repr(fromJs(source), rt)).toBe(before);
});

test('a change to the source after the copy was opened does not reach the copy', () => {
  const source = PyDict.ofTextMap(new Map([['a', 1]]));
  const copy = fromJs(source) as PyDict;
  expect(copy.size).toBe(1);
  source.setScalar('b', 2);
  expect(repr(copy, rt)).toBe("{'a': 1}");
});

test('an object is looked into only when the template does', () => {
  const touched: string[] = [];
  const watched = {
    get a(): object {
      touched.push('a');
      return {
        get b(): number {
          touched.push('b');
          return 1;
        },
      };
    },
  };
  const dict = fromJs(watched) as PyDict;
  expect(touched).toEqual([]);
  dict.getText('a');
  expect(touched).toEqual(['a']);
});

test('a date is one instant for all readings', () => {
  const moment = fromJs(new Date(0)) as PyDateTime;
  expect(moment).toBeInstanceOf(PyDateTime);
  expect(moment.epochUs).toBe(0);
});
