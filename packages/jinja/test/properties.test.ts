import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { analyze, BudgetError, Environment, oncall, parseJson, TemplateError, toStr } from '../src/index.ts';

/** Pieces of templates, right and wrong, that strung together reach every corner of the lexer and the parser. */
const piece = fc.constantFrom(
  ...'{{ }} {% %} {# #} {{- -}} {%- -%} {%+ +%} - + * ** / // % ~ | . , : ; = == != < > <= >= ( ) [ ] { }'.split(' '),
  ...'if elif else endif for in endfor recursive set endset with endwith macro endmacro call endcall filter endfilter'.split(' '),
  ...'raw endraw block endblock autoescape endautoescape include import from extends print is not and or true none'.split(' '),
  ...'payload alerts x loop caller self ns namespace range dict 0 1 2.5 1e3 0x1f 007 upper default map select odd defined join'.split(
    ' ',
  ),
  "'a'",
  '"b\\n"',
  "'\\x41\\",
  '\n',
  ' ',
  'é',
  '🔥',
  '&',
);
const garbage = fc.array(piece, { maxLength: 40 }).map((parts) => parts.join(' '));

const expression: fc.Memo<string> = fc.memo((n) =>
  n <= 1
    ? fc.constantFrom(
        'payload',
        'payload.a',
        "payload['b']",
        'payload.l',
        'x',
        '1',
        '2.5',
        "'text'",
        'none',
        'true',
        '[]',
        '{}',
        'loop.index',
        'nosuch',
      )
    : fc.oneof(
        expression(1),
        fc
          .tuple(
            expression(n - 1),
            fc.constantFrom('+', '-', '*', '/', '//', '%', '~', '==', '<', 'in', 'and', 'or', 'is sameas'),
            expression(n - 1),
          )
          .map(([a, op, b]) => `(${a} ${op} ${b})`),
        fc
          .tuple(expression(n - 1), fc.constantFrom(...new Environment().filters.keys()))
          .map(([a, filter]) => `(${a} | ${filter})`),
        fc
          .tuple(expression(n - 1), fc.constantFrom(...new Environment().filters.keys()), expression(n - 1))
          .map(([a, filter, b]) => `(${a} | ${filter}(${b}))`),
        fc
          .tuple(
            expression(n - 1),
            fc.constantFrom('keys', 'items', 'append', 'pop', 'sort', 'split', 'format', 'strip', 'update', 'x'),
          )
          .map(([a, name]) => `${a}.${name}()`),
        fc.tuple(expression(n - 1), expression(n - 1)).map(([a, b]) => `${a}[${b}:]`),
        fc.tuple(expression(n - 1), expression(n - 1), expression(n - 1)).map(([a, b, c]) => `(${a} if ${b} else ${c})`),
        fc.array(expression(n - 1), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
      ),
);
const template = fc
  .array(
    fc.oneof(
      expression(3).map((e) => `{{ ${e} }}`),
      expression(2).map((e) => `{% set x = ${e} %}`),
      fc.tuple(expression(2), expression(3)).map(([a, b]) => `{% for x in ${a} %}{{ ${b} }}{% else %}-{% endfor %}`),
      fc.tuple(expression(2), expression(2)).map(([a, b]) => `{% macro m(y=${a}) %}{{ ${b} }}{% endmacro %}{{ m() }}`),
      fc.tuple(expression(2), expression(2)).map(([a, b]) => `{% if ${a} %}{% set x %}{{ ${b} }}{% endset %}{% endif %}`),
    ),
    { maxLength: 5 },
  )
  .map((parts) => parts.join('\n'));

const limits = { steps: 20_000, growthBytes: 4e6, outputBytes: 1e6, timeMs: 10_000, depth: 60 };

/** A reproducible source of chance. */
function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function outcome(source: string, payload: unknown, seed = 1): string {
  const env = new Environment({
    limits,
    clock: () => 1_768_472_430_123_456,
    random: chance(seed),
    extensions: ['do', 'loopcontrols'],
  });
  try {
    return `ok ${env.render(source, { payload })}`;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return `${error.pyName} ${error.message} ${error.line}:${error.column}`;
  }
}

const payload = fc.oneof(
  fc.jsonValue(),
  fc.record({
    a: fc.jsonValue(),
    b: fc.string({ unit: 'binary' }),
    l: fc.array(fc.oneof(fc.integer(), fc.double(), fc.string())),
  }),
);

describe('whatever the template and the payload', () => {
  test('nothing is thrown but errors of our own', () => {
    fc.assert(
      fc.property(garbage, payload, (source, given) => void outcome(source, given)),
      { numRuns: 1500 },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (source) => void outcome(`{{ ${source} }}`, null)),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(template, payload, (source, given) => void outcome(source, given)),
      { numRuns: 1500 },
    );
  });

  test('the same input, clock and source of chance give the same output', () => {
    fc.assert(
      fc.property(template, payload, fc.integer(), (source, given, seed) => {
        expect(outcome(source, given, seed)).toBe(outcome(source, given, seed));
      }),
      { numRuns: 500 },
    );
  });

  test('no render leaves a trace in a payload that renders share', () => {
    fc.assert(
      fc.property(template, payload, (source, given) => {
        const shared = parseJson(JSON.stringify(given));
        const before = toStr(shared);
        const first = outcome(source, shared);
        expect(outcome(source, shared)).toBe(first);
        expect(toStr(shared)).toBe(before);
        expect(outcome(source, parseJson(JSON.stringify(given)))).toBe(first);
      }),
      { numRuns: 500 },
    );
  });

  test('budgets hold: output, and steps by the clock that is asked every few thousand', () => {
    const loops = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(loops, fc.string({ maxLength: 30 }), (counts, text) => {
        const open = counts.map((n, i) => `{% for v${i} in range(${n}) %}`).join('');
        const source = `${open}${text.replace(/[{}%#]/g, '')}{% endfor %}`.replace(
          '{% endfor %}',
          '{% endfor %}'.repeat(counts.length),
        );
        const turns = counts.reduce((product, n) => product * n, 1);
        const env = new Environment({ limits });
        try {
          expect(env.render(source).length * 2).toBeLessThanOrEqual(limits.outputBytes);
          expect(turns).toBeLessThanOrEqual(limits.steps);
        } catch (error) {
          if (!(error instanceof BudgetError)) throw error;
          expect(['steps', 'output']).toContain(error.kind);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('the add-on keeps these promises too', () => {
    const names = [
      'regex_replace',
      'regex_match',
      'iso8601_to_time',
      'datetimeformat',
      'timedeltaparse',
      'parse_json',
      'tojson_pretty',
      'b64decode',
      'json_dumps',
      'timestamp_to_datetime',
      'datetimeparse',
    ];
    const env = oncall(new Environment({ limits }));
    fc.assert(
      fc.property(expression(2), fc.constantFrom(...names), fc.option(expression(2)), payload, (input, filter, arg, given) => {
        try {
          env.render(`{{ ${input} | ${filter}${arg === null ? '' : `(${arg})`} }}`, { payload: given });
        } catch (error) {
          if (!(error instanceof TemplateError)) throw error;
        }
      }),
      { numRuns: 800 },
    );
  });

  test('what renders can be analysed', () => {
    fc.assert(
      fc.property(template, (source) => {
        expect(analyze(source).variables.every((name) => ['payload', 'x', 'nosuch', 'loop'].includes(name))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
