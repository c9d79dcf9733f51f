import { describe, expect, test } from 'vitest';
import { Environment, parseJson, SecurityError, TemplateError, toRepr, toStr, UndefinedError } from './index.ts';
import { PyFunction } from './values/function.ts';
import { Markup } from './values/markup.ts';

const env = new Environment();

describe('context', () => {
  test('takes plain objects, Maps and parsed JSON', () => {
    expect(env.render('{{ a }}{{ b.c }}', { a: 1.5, b: { c: [true, null] } })).toBe('1.5[True, None]');
    expect(env.render('{{ a }}', new Map([['a', 'x']]))).toBe('x');
    expect(env.render('{{ p }}', { p: parseJson('{"1": 1.0, "0": 1}') })).toBe("{'1': 1.0, '0': 1}");
  });

  test('a name of the context goes before a global of that name', () => {
    expect(env.render('{{ range }}', { range: 3 })).toBe('3');
  });

  test('JavaScript properties are out of reach', () => {
    const given = { o: { a: 1 }, l: [1], s: 'x', d: new Date(0) };
    for (const name of ['constructor', 'prototype', '__proto__', 'toString', 'valueOf', 'hasOwnProperty', 'length', 'getTime']) {
      for (const root of ['o', 'l', 's', 'd', 'range', 'o.items', 'loop']) {
        const out = env.render(`{% for q in [1] %}{{ (${root} | attr('${name}')) is callable }}{% endfor %}`, given);
        expect(out).toMatch(/^(True|False)$/);
        expect(env.render(`{{ o['${name}'] is defined }}{{ o.${name} is defined }}`, given)).toBe('FalseFalse');
      }
    }
    expect(env.render('{{ constructor }}{{ __proto__ }}{{ globalThis }}{{ process }}{{ this }}')).toBe('');
  });

  test('inherited properties of the context are no variables', () => {
    expect(env.render('[{{ toString }}{{ constructor }}]', Object.create({ inherited: 1 }))).toBe('[]');
  });

  test('a template changes its own copy only', () => {
    const parsed = parseJson('{"l": [2, 1], "d": {"a": {"b": [1]}}}');
    const plain = { l: [2, 1], d: { a: { b: [1] } } };
    const template = env.compile(
      '{% set _ = p.l.sort() %}{% set _ = p.d.a.update({"c": 1}) %}{% set _ = p.d.a.b.append(2) %}{{ p.pop("l") }}{{ p }}',
    );
    for (const p of [parsed, plain, parsed]) expect(template.render({ p })).toBe("[1, 2]{'d': {'a': {'b': [1, 2], 'c': 1}}}");
    expect(toStr(parsed)).toBe("{'l': [2, 1], 'd': {'a': {'b': [1]}}}");
    expect(plain).toEqual({ l: [2, 1], d: { a: { b: [1] } } });
  });

  test.each(['append(1)', 'extend([1])', 'insert(0, 1)', 'pop()', 'remove(3)', 'sort()', 'reverse()', 'clear()'])(
    'l.%s works on a copy of a shared list',
    (call) => {
      const l = parseJson('[3, 2]');
      expect(env.render(`{{ l.${call} }}|{{ l }}`, { l })).toBe(env.render(`{{ l.${call} }}|{{ l }}`, { l: [3, 2] }));
      expect(toStr(l)).toBe('[3, 2]');
    },
  );

  test('values of one name stay one object within a render', () => {
    expect(env.render('{% macro m() %}{{ p.append(1) }}{% endmacro %}{% set _ = m() %}{{ p }}', { p: [] })).toBe('[1]');
  });
});

describe('settings', () => {
  test('filters, tests and globals can be added', () => {
    const own = new Environment()
      .addFilter('twice', ([value, by = 2], kwargs) => `${toStr(value)}*${toStr(by)}${kwargs?.get('mark') ?? ''}`)
      .addTest('short', ([value]) => toStr(value).length < 3)
      .addGlobal('answer', 42)
      .addGlobal('list', [1])
      .addGlobal('hello', new PyFunction('hello', ([name = 'you']) => `hi ${toStr(name)}`));
    expect(own.render("{{ 'a' | twice }}{{ 'b' | twice(3, mark='!') }}{{ ['x', 'long'] | select('short') | list }}")).toBe(
      "a*2b*3!['x']",
    );
    expect(own.render("{{ answer }}{{ hello('me') }}{{ 'abc' is short }}{{ list.append(2) }}{{ list }}")).toBe(
      '42hi meFalseNone[1, 2]',
    );
    expect(own.render('{{ list }}')).toBe('[1]');
    expect(() => env.render("{{ 'a' | twice }}")).toThrow("No filter named 'twice'.");
  });

  test('what is printed can be escaped, except safe text and the template itself', () => {
    const json = new Environment({ escapeOutput: (text) => JSON.stringify(text).slice(1, -1) });
    const source = '{"a": "{{ x }}", "b": {{ x | tojson }}, "same": {{ (x == \'"\') | tojson }}}';
    expect(JSON.parse(json.render(source, { x: '"' }))).toEqual({ a: '"', b: '"', same: true });
    expect(
      json.render('{% macro m(v) %}"{{ v }}"{% endmacro %}{{ m(x) }}{% set y %}{{ x }}{% endset %}{{ y }}', { x: '"' }),
    ).toBe('"\\""\\"');
  });

  test('autoescape can be on from the start', () => {
    expect(
      new Environment({ autoescape: true }).render("{{ '<' }}{{ '<' | safe }}{% autoescape false %}{{ '<' }}{% endautoescape %}"),
    ).toBe('&lt;<<');
  });

  test('missing values can be chained, or refused', () => {
    const chainable = new Environment({ undefined: 'chainable' });
    expect(chainable.render("[{{ a.b.c }}{{ a['b'].c | default('d') }}]")).toBe('[d]');
    expect(() => chainable.render('{{ a.b + 1 }}')).toThrow(UndefinedError);
    const strict = new Environment({ undefined: 'strict' });
    expect(strict.render('{{ a is defined }}{{ a | default(1) }}')).toBe('False1');
    for (const use of [
      '{{ a }}',
      '{% if a %}{% endif %}',
      '{% for x in a %}{% endfor %}',
      '{{ a == 1 }}',
      '{{ 1 in a }}',
      '{{ a | length }}',
      '{{ {a: 1} }}',
    ]) {
      expect(() => strict.render(use), use).toThrow("'a' is undefined");
    }
  });

  test('delimiters can be others', () => {
    const own = new Environment({
      syntax: { blockStart: '<%', blockEnd: '%>', variableStart: '<<', variableEnd: '>>', commentStart: '<#', commentEnd: '#>' },
    });
    expect(
      own.render("<% if x %><< x >><< {'a': 1}['a'] >><# no #>{{ x }}<% raw %><< x >><% endraw %><% endif %>", { x: 1 }),
    ).toBe('11{{ x }}<< x >>');
  });

  test('chance comes from the source given', () => {
    const fixed = new Environment({ random: () => 0.5 });
    expect(fixed.render('{{ [1, 2, 3, 4] | random }}')).toBe('3');
    expect(fixed.render('{{ [1, 2, 3, 4] | random }}', {}, { random: () => 0 })).toBe('1');
  });

  test('lipsum is always the same text', () => {
    const text = env.render('{{ lipsum(2) }}');
    expect(text).toMatch(/^<p>[A-Z][a-z ]+\.<\/p>\n<p>[A-Z][a-z ]+\.<\/p>$/);
    expect(env.render('{{ lipsum(2) }}')).toBe(text);
    expect(env.render('{{ lipsum(1, false, 3, 3).split() | length }}')).toBe('3');
  });
});

describe('the sandbox', () => {
  test.each([
    "{{ ''.__class__.__mro__ }}",
    '{{ payload.__init__() }}',
    '{{ range.__call__(3) }}',
    "{{ '{0.__class__.__name__}'.format(payload) }}",
    "{{ '{p.__class__.x}'.format_map({'p': 1}) }}",
    "{{ payload | map(attribute='__class__') | map(attribute='x') | list }}",
    "{{ (payload | attr('__class__')).x }}",
    '{% macro m() %}{% endmacro %}{{ m.__call__() }}',
    '{% for i in [1] %}{{ loop._iterable.x }}{% endfor %}',
    '{{ cycler(1).__dict__.x }}',
    '{{ nosuch.__class__.x }}',
    '{{ dict.mro() }}',
    '{{ (payload | map("string")).gi_frame.f_back }}',
  ])('%s', (template) => {
    expect(() => env.render(template, { payload: { a: 1 } })).toThrow(SecurityError);
  });

  test('hidden names of payload objects are keys', () => {
    expect(env.render("{{ p._source.__x }}{{ p['__class_'] }}", { p: { _source: { __x: 1 }, __class_: 2 } })).toBe('12');
  });
});

describe('places', () => {
  const errorOf = (template: string, context: Record<string, unknown> = {}): TemplateError => {
    try {
      env.render(template, context);
    } catch (error) {
      if (error instanceof TemplateError) return error;
    }
    throw new Error('no error');
  };

  test.each([
    ['{{ a.b.c }}', 1, 6],
    ['x\n  {{ 1 / 0 }}', 2, 8],
    ['\r\n\r\n{{ "a" | replace("b") }}', 3, 10],
    ['{% for a, b in [1] %}{% endfor %}', 1, 8],
    ['{% macro m() %}\n{{ [] < 1 }}{% endmacro %}\n{{ m() }}', 2, 7],
    ['{% if x %}{{ y | nosuch }}{% endif %}', 1, 18],
    ['a\n{{ b', 2, 4],
    ['{% if 1 %}\n{% endfor %}', 2, 4],
    ['{{ "\n\n" + 1 }}', 3, 3],
    ["{{ f('a' ? 1) }}", 1, 10],
    ['🔥{{ 1 + none }}', 1, 8],
  ])('%j', (template, line, column) => {
    expect(errorOf(template, { x: 1 })).toMatchObject({ line, column });
  });

  test('an error prints the line with a caret below the place', () => {
    expect(errorOf('{% for a in [1] %}\n\t{{ a.b.c }}\n{% endfor %}').printLocation()).toBe(
      '1 | {% for a in [1] %}\n2 |  {{ a.b.c }}\n  |         ^',
    );
    expect(errorOf(`${' '.repeat(300)}{{ a.b }}`).printLocation()).toMatch(/^1 \| +\{\{ a\.b \}\}\n {2}\| {60} ?\^$/);
    expect(new TemplateError('x').printLocation()).toBe('');
  });

  test('errors name their class as Python does', () => {
    expect(errorOf('{{ 1 / 0 }}')).toMatchObject({
      pyName: 'ZeroDivisionError',
      name: 'ZeroDivisionError',
      message: 'division by zero',
    });
    expect(errorOf('{{ }}').name).toBe('TemplateSyntaxError');
    expect(errorOf("{% include 'a' %}").name).toBe('TemplateNotFound');
    expect(errorOf("{% include ['a'] %}").name).toBe('TemplatesNotFound');
  });
});

test('str and repr of values from anywhere', () => {
  expect(toStr({ a: [1, 1.5, null, 'x'] })).toBe("{'a': [1, 1.5, None, 'x']}");
  expect(toRepr('it\'s "')).toBe(`'it\\'s "'`);
  expect(toStr(new Markup('<'))).toBe('<');
});
