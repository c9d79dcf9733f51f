import { expect, test } from 'vitest';
import { LruCache } from '../../src/pool/lru-cache.ts';

test('drops what was not used for the longest time', () => {
  const cache = new LruCache<number>(2);
  cache.set('a', 1);
  cache.set('b', 2);
  expect(cache.get('a', () => 10)).toBe(1);
  cache.set('c', 3);
  expect([cache.has('a'), cache.has('b'), cache.has('c')]).toEqual([true, false, true]);
  expect(cache.get('b', () => 20)).toBe(20);
});

test('keeps nothing when making fails', () => {
  const cache = new LruCache<number>(2);
  const fail = () => {
    throw new Error('no');
  };
  expect(() => cache.get('a', fail)).toThrow('no');
  expect(cache.has('a')).toBe(false);
});
