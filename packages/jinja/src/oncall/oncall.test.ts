import { describe, expect, test } from 'vitest';
import { Environment } from '../environment.ts';
import { BudgetError, PythonError, SecurityError, UndefinedError } from '../errors.ts';
import { oncall } from './index.ts';

const nowUs = Date.parse('2026-01-15T10:20:30Z') * 1000 + 123456;
const env = oncall(new Environment({ clock: () => nowUs }));
const render = (template: string, context: Record<string, unknown> = {}): string => env.render(template, context);

describe('iso8601_to_time', () => {
  test.each([
    ['2025-03-04T05:06:07Z', '2025-03-04 05:06:07+00:00'],
    ['2025-03-04 05:06:07 +0200', '2025-03-04 05:06:07+02:00'],
    ['2025-3-4T5:6', '2025-03-04 05:06:00'],
    ['2025-3-4 5:06:7,5 -0330', '2025-03-04 05:06:07.500000-03:30'],
    ['2025-03-04T05:06:07.1234567890', '2025-03-04 05:06:07.123456'],
    ['2025-3-04T05:06:07Z\n', '2025-03-04 05:06:07+00:00'],
    ['2025-3-04T05:06:07 +02', '2025-03-04 05:06:07+02:00'],
  ])('%j is %s', (text, shown) => {
    expect(render('{{ v | iso8601_to_time }}', { v: text })).toBe(shown);
  });

  test.each([
    '',
    'x',
    '2025-2-30T05:06',
    '2025-3-4T25:06',
    '2025-3-4',
    ' 2025-03-04',
    '2025-3-4T5:06:07 Z ',
    '0000-01-01',
    5,
    null,
  ])('%j is None', (value) => {
    expect(render('{{ v | iso8601_to_time }}', { v: value })).toBe('None');
  });

  test('an offset read loosely keeps its own name', () => {
    expect(render("{{ '2025-3-4 5:06:07 +0230' | iso8601_to_time | datetimeformat('%Z %z') }}")).toBe('+0230 +0230');
  });
});

describe('printing and reading dates', () => {
  test.each([
    ["{{ time() | datetimeformat('%Y-%m-%d') }}", '2026-01-15'],
    ["{{ time().date() | datetimeformat('%d.%m.') }}", '15.01.'],
    ["{{ time().date() | datetimeformat_as_timezone('%d', 'UTC') }}", 'None'],
    ["{{ 'x' | datetimeformat_as_timezone('%d', 'No/Where') }}", 'None'],
    ["{{ time() | datetimeformat_as_timezone('%H', 5) }}", 'None'],
    ["{{ time() | datetimeformat_as_timezone(tz='America/New_York', format='%H:%M %Z') }}", '05:20 EST'],
    ["{{ {'strftime': 1} | datetimeformat }}", 'None'],
    ["{{ '12:30 / 01-02-2025' | datetimeparse }}", '2025-02-01 12:30:00'],
    ["{{ '12:30' | datetimeparse(5) }}", 'None'],
    ['{{ 1.5 | timestamp_to_datetime }}', '1970-01-01 00:00:01.500000'],
    ["{{ 'x' | timestamp_to_datetime }}", 'None'],
    ["{{ '007m' | timedeltaparse }}", '0:07:00'],
    ["{{ ('9' * 4301 ~ 's') | timedeltaparse }}", 'None'],
    ['{{ nothing | timedeltaparse }}{{ nothing | iso8601_to_time }}{{ nothing | datetimeparse }}', 'NoneNoneNone'],
  ])('%s gives %s', (template, shown) => {
    expect(render(template)).toBe(shown);
  });

  test.each([
    ['{{ nothing | datetimeformat }}', UndefinedError],
    ['{{ nothing | datetimeformat_as_timezone }}', UndefinedError],
    ["{{ time() | datetimeformat_as_timezone('%H', none) }}", PythonError],
    ["{{ ('9' * 30 ~ 'w') | timedeltaparse }}", PythonError],
    ['{{ time() | datetimeformat(5) }}', PythonError],
    ['{{ time(1) }}', PythonError],
  ])('%s fails', (template, type) => {
    expect(() => render(template)).toThrow(type);
  });
});

describe('JSON and base 64', () => {
  test.each([
    ["{{ {'b': [1.0, 'é<'], 'a': {}} | tojson_pretty }}", '{\n    "a": {},\n    "b": [\n        1.0,\n        "é<"\n    ]\n}'],
    ["{{ {'b': 1, 'a': 'é'} | json_dumps }}", '{"b": 1, "a": "\\u00e9"}'],
    ["{{ {1: 1, 'a': 2} | tojson_pretty }}", 'None'],
    [
      '{{ nothing | tojson_pretty }}{{ nothing | json_dumps }}{{ nothing | parse_json }}{{ nothing | b64decode }}',
      'NoneNoneNoneNone',
    ],
    ['{% set d = \'{"a": [1]}\' | parse_json %}{{ d.update(b=2) }}{{ d.a.append(3) }}{{ d }}', "NoneNone{'a': [1, 3], 'b': 2}"],
    ['{{ \'{"a": 1.0}\'.encode() | parse_json }}', "{'a': 1.0}"],
    ["{{ '{' | parse_json }}", 'None'],
    ["{{ 'aGk=' | b64decode }} {{ 'aGk=ignored' | b64decode }} {{ 'a-G.k=' | b64decode }}", 'hi hi hi'],
    ["{{ 'aGk=='.encode() | b64decode }}", 'hi'],
    ["{{ 'a' | b64decode }}{{ 'aG' | b64decode }}{{ 'é' | b64decode }}{{ 'YWI=Yw' | b64decode }}", 'NoneNoneNoneab'],
    ["{{ '' | b64decode }}|{{ 'aGkh' | b64decode }}", '|hi!'],
  ])('%s', (template, shown) => {
    expect(render(template)).toBe(shown);
  });
});

describe('regular expressions', () => {
  test('take Python syntax and answer with True, False or None', () => {
    expect(
      render(
        "{{ 'db-1' | regex_match('(?P<n>\\\\w+)-') }} {{ 'x db' | regex_match('db') }} {{ 'x db' | regex_search('\\\\bdb\\\\Z') }}",
      ),
    ).toBe('True False True');
    expect(
      render(
        "{{ 5 | regex_search('a') }}{{ 'a' | regex_match(5) }}{{ 'a' | regex_replace('a', 5) }}{{ 'a' | regex_search('(?a)(?u)a') }}",
      ),
    ).toBe('NoneNoneNoneNone');
    expect(render("{{ 'cpu=97' | regex_replace('(?P<k>\\\\w+)=(\\\\d+)', '\\\\g<k>:\\\\2%') }}")).toBe('cpu:97%');
  });

  test.each([
    ["{{ 'a' | regex_search('(') }}", 'error', 'missing ) at position 1'],
    ["{{ 'a' | regex_replace('a', '\\\\g<n>') }}", 'IndexError', 'unknown group'],
    ["{{ 'a' | regex_replace('a', '\\\\3') }}", 'error', 'invalid group reference'],
  ])('%s is an error', (template, pyName, message) => {
    expect(() => render(template)).toThrow(expect.objectContaining({ pyName, message, line: 1 }));
  });

  // A clock of its own: each look at it is 10 ms later.
  const ticking = () => {
    let now = 0;
    return oncall(new Environment({ monotonic: () => (now += 10), limits: { timeMs: 1e9 } }));
  };
  const endless = "{{ ('a' * 60) | regex_search('(.*)(.*)(.*)(.*)(.*)\\\\1\\\\2\\\\3\\\\4\\\\5[bc]') }}";

  test('one that takes too long is None', () => {
    expect(ticking().render(endless)).toBe('None');
  });

  test('when all together take too long, that is an error', () => {
    const error = (() => {
      try {
        return ticking().render(endless.repeat(3));
      } catch (caught) {
        return caught;
      }
    })();
    expect(error).toBeInstanceOf(BudgetError);
    expect(error).toMatchObject({ kind: 'regex' });
    const spent = oncall(new Environment({ limits: { regexTotalMs: 0 } }));
    expect(() => spent.render("{{ 'a' | regex_search('a') }}")).toThrow(BudgetError);
  });

  test('what a replacement adds counts as growth', () => {
    const small = oncall(new Environment({ limits: { growthBytes: 100_000 } }));
    expect(() => small.render("{{ ('a' * 1000) | regex_replace('a', 'b' * 1000) }}")).toThrow(BudgetError);
  });

  test('more patterns than are kept', () => {
    const patterns = Array.from({ length: 600 }, (_, index) => `a{${index}}`);
    expect(render("{% for p in l %}{{ 'a' | regex_match(p) | int }}{% endfor %}", { l: patterns })).toBe(`11${'0'.repeat(598)}`);
  });
});

test('range is refused when it is called, and only then', () => {
  expect(render('{{ range is callable }}{% if false %}{{ range(3) }}{% endif %}')).toBe('True');
  expect(() => render('{{ range(3) }}')).toThrow(SecurityError);
  expect(new Environment().render('{{ range(3) | list }}')).toBe('[0, 1, 2]');
});
