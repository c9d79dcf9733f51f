import { describe, expect, test } from 'vitest';
import { Budget, BudgetError, type BudgetKind, type BudgetLimits, Environment } from './index.ts';

const env = new Environment();

function overspent(template: string, limits: Partial<BudgetLimits>, context = {}): BudgetKind {
  try {
    env.render(template, context, { limits });
  } catch (error) {
    if (error instanceof BudgetError) return error.kind;
    throw error;
  }
  throw new Error('the template stayed within its budgets');
}

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

describe('a template can not', () => {
  test.each<[string, BudgetKind]>([
    ["{{ 'x' * 10**9 }}", 'growth'],
    ['{{ [0] * 10**9 }}', 'growth'],
    ['{{ (1,) * 10**9 }}', 'growth'],
    ['{{ 9 ** (9 ** 9) }}', 'growth'],
    ["{{ '%1000000000d' % 1 }}", 'growth'],
    ["{{ '{:1000000000}'.format(1) }}", 'growth'],
    ["{{ 'a'.ljust(10**9) }}", 'growth'],
    ["{{ 'a' | center(10**9) }}", 'growth'],
    ["{{ 'a' | indent(10**9) }}", 'growth'],
    ["{{ ('a' * 10**6) | replace('', 'b' * 10**3) }}", 'growth'],
    ["{% set s = namespace(x='ab' * 99) %}{% for i in range(40) %}{% set s.x = s.x + s.x %}{% endfor %}", 'growth'],
    ["{% set s = namespace(x=['a']) %}{% for i in range(40) %}{% set s.x = s.x + s.x %}{% endfor %}", 'growth'],
    ['{% set s = namespace(x=3) %}{% for i in range(40) %}{% set s.x = s.x * s.x %}{% endfor %}', 'steps'],
    ["{{ ('ab' * 10**6) | map('upper') | list }}", 'steps'],
    ['{{ range(100000) | batch(1) | map("list") | list | length }}', 'steps'],
    ['{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}', 'steps'],
    ['{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}', 'depth'],
    ['{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}', 'depth'],
    ['{% block a %}{{ self.a() }}{% endblock %}', 'depth'],
    ['{{ deep }}', 'depth'],
    ['{{ deep | tojson }}', 'depth'],
    ['{{ deep | pprint }}', 'depth'],
    ['{{ deep == deeper }}', 'depth'],
    ['{{ lipsum(10**6) }}', 'steps'],
    ["{% for a in range(9) %}{{ 'x' * 100000 }}{% endfor %}", 'output'],
  ])('%s', (template, kind) => {
    const limits = { steps: 100_000, growthBytes: 16e6, outputBytes: 1e6, depth: 100, timeMs: 60_000 };
    const context = { deep: nested(300), deeper: nested(300) };
    const got = overspent(template, limits, context);
    // A long way down also takes many steps, and much text also grows.
    expect(kind === 'steps' ? ['steps', 'growth'] : [kind]).toContain(got);
  });

  test('run longer than its time, by the clock it is given', () => {
    let now = 0;
    const slow = new Environment({ monotonic: () => now++, limits: { timeMs: 50 } });
    expect(() => slow.render('{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}')).toThrow(
      'the template takes longer than 50 ms',
    );
  });
});

test('nesting too deep for the machine is an error of its own', () => {
  expect(() => env.compile(`{{ ${'('.repeat(5000)} }}`)).toThrow('maximum recursion depth exceeded');
  expect(() => env.compile(`{{ ${'['.repeat(5000)} }}`)).toThrow('maximum recursion depth exceeded');
  expect(() => env.compile(`{{ ${'1 + '.repeat(5000)} 1 }}`)).toThrow('maximum recursion depth exceeded');
  expect(() => env.compile(`{{ a${'|upper'.repeat(5000)} }}`)).toThrow('maximum recursion depth exceeded');
  expect(() => env.compile(`{{ a${'.b'.repeat(5000)} }}`)).toThrow('maximum recursion depth exceeded');
  expect(() => env.compile('{% if 1 %}'.repeat(5000))).toThrow('maximum recursion depth exceeded');
  expect(() => env.compile(`{{ ${'not '.repeat(5000)} 1 }}`)).toThrow('maximum recursion depth exceeded');
  expect(() => env.compile(`{{ ${'-'.repeat(5000)}1 }}`)).toThrow('maximum recursion depth exceeded');
});

test('regular expressions have a time of their own', () => {
  let now = 0;
  const budget = new Budget({ timeMs: 100, regexMs: 20, regexTotalMs: 50 }, () => now);
  expect(budget.regexAllowanceMs).toBe(20);
  budget.spendRegex(40);
  expect(budget.regexAllowanceMs).toBe(10);
  budget.spendRegex(20);
  expect(budget.regexAllowanceMs).toBe(0);
  now = 120;
  expect(budget.timeLeftMs).toBe(40);
});
