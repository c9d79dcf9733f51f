import { expect, test } from 'vitest';
import { credentialsIn, MASK, maskValues } from './mask.ts';

const value = `pier "7"/<ü> & d'Or!`;

test.each([
  ['as it is', value],
  ['inside JSON', JSON.stringify(value).slice(1, -1)],
  ['as json_dumps has it', `pier \\"7\\"/<\\u00fc> & d'Or!`],
  ['as tojson has it', `pier \\"7\\"/\\u003c\\u00fc\\u003e \\u0026 d\\u0027Or!`],
  ['as JavaScript encodes it for addresses', encodeURIComponent(value)],
  ['as urlencode has it', `pier%20%227%22/%3C%C3%BC%3E%20%26%20d%27Or%21`],
  ['in a form', new URLSearchParams({ value }).toString().slice('value='.length)],
  ['in base64', Buffer.from(value).toString('base64')],
])('a secret is masked %s', (_how, text) => {
  expect(maskValues(`before ${text} after`, [value])).toBe(`before ${MASK} after`);
});

test('half of a surrogate pair, which no address can hold, is masked and breaks nothing', () => {
  expect(maskValues('x \ud800key y', ['\ud800key'])).toBe(`x ${MASK} y`);
});

test('credentials are known by their names; short ones would be masked inside words', () => {
  const carried: [string, string][] = [
    ['Authorization', 'Bearer s3same-open'],
    ['X-Api-Key', 'k3y'],
    ['x', 'nothing secret'],
    ['token', 't0psecret'],
  ];
  expect(credentialsIn(carried)).toEqual(['Bearer s3same-open', 's3same-open', 't0psecret', 't0psecret']);
});
