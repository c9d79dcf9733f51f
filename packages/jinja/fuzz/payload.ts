import type { Random } from './random.ts';

/** Payloads as JSON text, so that Python's forms of numbers survive. The keys are those that the grammar asks for. */

const TEXTS = [
  '',
  'a',
  'firing',
  'Disk FULL on db-1',
  ' padded\t',
  'one\ntwo\r\nthree',
  'straße',
  '🔥 é',
  "it's",
  'say "hi"',
  '<b>&</b>',
  '42',
  '-3.5',
  '1e3',
  'a,b,,c',
  'k=v',
  'x_y-z',
  'HIGH',
  'high',
  '{}',
  '%s %d',
  'https://example.net/a?b=1',
  'ΑΣ',
  '0',
  'null',
  'İ',
];
const NUMBERS = [
  '0',
  '1',
  '-1',
  '2',
  '7',
  '42',
  '-100',
  '1000000',
  '9007199254740993',
  '123456789012345678901234567890',
  '1741064767',
];
const FLOATS = ['0.0', '-0.0', '1.0', '0.5', '2.5', '97.256', '-1.25', '1e16', '1e-7', '1e22', '100.0', '0.1'];

export const textJson = (r: Random): string => JSON.stringify(r.pick(TEXTS));
const number = (r: Random): string => r.pick(r.chance(0.65) ? NUMBERS : FLOATS);
const scalar = (r: Random): string =>
  r.chance(0.4) ? textJson(r) : r.chance(0.6) ? number(r) : r.pick(['null', 'true', 'false']);
const list = (items: readonly string[]): string => `[${items.join(', ')}]`;

const object = (pairs: readonly (readonly [string, string])[]): string =>
  `{${pairs.map(([key, value]) => `${JSON.stringify(key)}: ${value}`).join(', ')}}`;

const some = (r: Random, make: () => string): string => list(r.times(r.chance(0.12) ? 0 : 1 + r.below(4), make));

function labels(r: Random): string {
  const keys = ['alertname', 'severity', 'team', 'instance', 'items', '10', '9', 'é'].filter(() => r.chance(0.5));
  return object(keys.map((key) => [key, r.chance(0.8) ? textJson(r) : scalar(r)]));
}

function alert(r: Random): string {
  const pairs: (readonly [string, string])[] = [
    ['status', r.pick(['"firing"', '"resolved"', '"Firing"', 'null'])],
    ['labels', labels(r)],
    ['n', number(r)],
    ['tags', some(r, () => textJson(r))],
    ['values', object([['A', number(r)]])],
  ];
  return object(pairs.filter(() => r.chance(0.85)));
}

function tree(r: Random, depth: number): string {
  const kids = depth === 0 ? [] : r.times(r.below(3), () => tree(r, depth - 1));
  return object([
    ['name', textJson(r)],
    ['kids', list(kids)],
  ]);
}

/** A payload object: texts, numbers, lists and objects under names that say which they are; some missing, some of another type. */
export function makePayload(r: Random): string {
  const pairs: (readonly [string, string])[] = [
    ['s', textJson(r)],
    ['t', textJson(r)],
    ['n', r.pick(NUMBERS)],
    ['i', r.pick(['0', '1', '2', '3', '-1', '10'])],
    ['f', r.pick(FLOATS)],
    ['b', r.pick(['true', 'false'])],
    ['z', 'null'],
    ['ls', some(r, () => textJson(r))],
    ['ln', some(r, () => number(r))],
    ['lm', some(r, () => scalar(r))],
    ['ll', some(r, () => (r.chance(0.8) ? list([scalar(r), scalar(r)]) : some(r, () => scalar(r))))],
    ['d', labels(r)],
    ['dm', object(['a', 'b', '_c', 'count'].map((key) => [key, scalar(r)]))],
    ['alerts', some(r, () => alert(r))],
    ['tree', list(r.times(r.below(3), () => tree(r, 2)))],
  ];
  return object(pairs.filter(() => r.chance(0.985)).map(([key, value]) => [key, r.chance(0.03) ? scalar(r) : value]));
}
