import { describe, expect, test } from 'vitest';
import { compilePythonRegex, type RegexFlavour, RegexLimitError, RegexSyntaxError } from '../../src/regex/index.ts';

const find = (pattern: string, text: string, flavour: RegexFlavour = 'regex', checks = 4000): boolean => {
  let left = checks;
  return compilePythonRegex(pattern, { flavour }).test(text, { expired: () => --left < 0 });
};

describe('patterns that make other engines take forever take steps in proportion to the text', () => {
  const many = 'a'.repeat(20_000);
  test.each([
    ['(a+)+$', `${many}!`],
    ['(a|a)*[bc]', many],
    ['(a|aa)+[bc]', many],
    ['(a*)*[bc]', many],
    ['(?:.*?,){11}[PQ]', '1,'.repeat(5_000)],
    ['(\\w+\\s?)*[!?]', 'word '.repeat(4_000)],
    ['^(([a-z])+.)+[A-Z]([a-z])+$', many],
    ['.*.*.*.*[xy]', many],
    ['(?:a?){200}a{200}[bc]', many.slice(0, 1_000)],
    ['(?=(a+)+[bc])', many.slice(0, 300)],
    ['(?<![bc](a+)+)[xy]', many.slice(0, 300)],
    ['(?>(a+)+[bc])', many],
    ['(?:(?:a{1,5}){1,5}){1,5}[bc]', many.slice(0, 1_000)],
  ])('%s', (pattern, text) => {
    expect(find(pattern, text)).toBe(false);
  });
});

test('remembering failures changes no answer', () => {
  // Long enough for the memory to be on, with the answer at the very end.
  const text = `${'ab'.repeat(4_000)}c`;
  for (const pattern of [
    '(?:a|b|ab)*c$',
    '(a|b)*?c$',
    '(?:(?=ab)ab)+c',
    '(?:a*b*)*c$',
    '(?>a|b)*c',
    '(?:ab?){2,}c',
    '(?<=(?:ab)+)c',
  ]) {
    expect(find(pattern, text), pattern).toBe(true);
  }
  expect(compilePythonRegex('(?:(a)|(b))*c', { flavour: 'regex' }).search(text)?.groups).toEqual([text, 'a', 'b']);
  // What is met inside an atomic group or a look-around that succeeds has not failed.
  expect(find('(?>\\D)*+.', 'x'.repeat(200))).toBe(false);
  expect(find('(?:(?=(?:a|b)*c)[ab])*c$', text.slice(-401))).toBe(true);
  expect(find('(?:(?=[ab]*c)(?>[ab]*?b)a?)*c$', text.slice(-401))).toBe(true);
  expect(find('(?:(?=[ab]*?c)[ab])*c$', text.slice(-401))).toBe(true);
});

test('what stays exponential is given up', () => {
  const pattern = compilePythonRegex('(.*)(.*)(.*)(.*)\\1\\2\\3\\4[cd]', { flavour: 're' });
  let left = 400;
  expect(() => pattern.test('ab'.repeat(500), { expired: () => --left < 0 })).toThrow(RegexLimitError);
});

test('a search that needs too much memory is given up', () => {
  expect(() => compilePythonRegex('(?:(a)|(b))*c\\1', { flavour: 're' }).test(`${'a'.repeat(900_000)}c`)).toThrow(
    RegexLimitError,
  );
});

test('patterns that would become too large are refused', () => {
  for (const pattern of [
    'a'.repeat(20_001),
    '('.repeat(300) + ')'.repeat(300),
    `(?V1)${'['.repeat(100)}a${']'.repeat(100)}`,
    '(?:ab){100}'.repeat(400),
  ]) {
    expect(() => compilePythonRegex(pattern, { flavour: 'regex' })).toThrow(RegexSyntaxError);
  }
});

test.each([
  ['a class that lists very much', `[${'\\W\\p{Lu}x-z'.repeat(1_800)}]+`],
  ['very many alternatives', Array.from({ length: 2_000 }, (_, index) => `host${index}`).join('|')],
  ['counts inside counts', '((a{1,40}){1,40}){1,40}'.repeat(20)],
  ['brackets that nothing closes', `(?P=n)${'['.repeat(19_000)}`],
  ['references to a group that comes later', `${'(?P=n)'.repeat(3_000)}(?P<n>a)`],
])('compiles or is refused, without growing beyond its length: %s', (_, pattern) => {
  try {
    expect(compilePythonRegex(pattern, { flavour: 'regex' })).toBeDefined();
  } catch (error) {
    expect(error).toBeInstanceOf(RegexSyntaxError);
  }
});

test('long texts need no deep stack', () => {
  expect(find('^(?:a|b)*$', 'ab'.repeat(100_000), 'regex', 40_000)).toBe(true);
});

describe('what is not supported is refused rather than taken for something else', () => {
  test.each([
    '(?R)',
    '(?1)(a)',
    '(?P>n)',
    '(?&n)',
    '\\L<names>',
    'a{e<=1}',
    '(?:ab){i,d<2}',
    '(?r)a',
    '(?p)a',
    '(?w)a',
    '(?f)a',
    '\\N{DASH}',
    '\\p{NV=5}',
  ])('%s', (pattern) => {
    expect(() => compilePythonRegex(pattern, { flavour: 'regex' })).toThrow(RegexSyntaxError);
  });
});

describe('properties and classes', () => {
  test.each([
    ['\\p{Greek}', 'α', 'a'],
    ['\\p{Script=Latin}', 'a', 'α'],
    ['\\p{scx: Cyrl}', 'ж', 'a'],
    ['\\p{gc=Lu}', 'A', 'a'],
    ['\\p{L&}', 'a', '1'],
    ['\\p{InGreek}', 'α', 'a'],
    ['\\p{Block=Basic Latin}', 'a', 'é'],
    ['\\p{IsAlpha}', 'é', '1'],
    ['\\p{Alphabetic=No}', '1', 'a'],
    ['\\p{Alphabetic=Yes}', 'a', '1'],
    ['\\p{Assigned}', 'a', '\u0378'],
    ['\\p{Emoji}', '😀', 'a'],
    ['\\p{ASCII}', 'a', 'é'],
    ['\\p{LC}', 'a', '1'],
    ['(?a)\\p{L}', 'a', 'é'],
    ['[[:xdigit:]]', 'F', 'g'],
    ['[[:^xdigit:]]', 'g', 'F'],
    ['[[:punct:]]', '!', 'a'],
    ['(?V1)[[a-z]--[aeiou]]', 'b', 'a'],
    ['(?V1)[\\w&&[^\\d]]', 'a', '1'],
    ['(?V1)[[ab]~~[bc]]', 'c', 'b'],
    ['(?V1)[a||b]', 'b', '|'],
    ['\\X\\b', 'é', '-'],
  ])('%s matches %s, not %s', (pattern, inside, outside) => {
    expect(find(`^(?:${pattern})`, inside)).toBe(true);
    expect(find(`^(?:${pattern})`, outside)).toBe(false);
  });
});

test('says what was wrong and where', () => {
  const errorOf = (pattern: string): unknown => {
    try {
      return compilePythonRegex(pattern, { flavour: 'regex' });
    } catch (error) {
      return error;
    }
  };
  expect(errorOf('ab(c')).toMatchObject({ message: 'missing ) at position 4', reason: 'missing )', position: 4 });
  expect(errorOf('a**')).toMatchObject({ message: 'multiple repeat at position 2' });
});
