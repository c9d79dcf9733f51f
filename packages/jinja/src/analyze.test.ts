import { expect, test } from 'vitest';
import { analyze, TemplateSyntaxError } from './index.ts';

const paths = (template: string): string[] => analyze(template).paths.map(({ text }) => text);

test.each<[string, string, string[]]>([
  ['attributes and items', "{{ payload.a['b c'][0].d }}", ['payload.a["b c"][0].d']],
  ['items of unknown key', '{{ payload[key].x }}', ['key', 'payload[].x']],
  [
    'loops',
    '{% for a in payload.alerts %}{{ a.status }}{{ loop.index }}{% else %}{{ b }}{% endfor %}',
    ['payload.alerts', 'payload.alerts[].status', 'b'],
  ],
  ['loops with a test', '{% for a in l if a.x > y %}{% endfor %}', ['l', 'l[].x', 'y']],
  ['pairs of an object', '{% for k, v in d.items() %}{{ k }}{{ v.x }}{% endfor %}', ['d', 'd[].x']],
  ['pairs of other lists', '{% for k, v in d %}{{ k }}{{ v.x }}{% endfor %}', ['d']],
  ['assignments', '{% set a = p.q %}{{ a.r }}{% set b %}{{ a }}{% endset %}{{ b.c }}', ['p.q', 'p.q.r']],
  ['filtered assignments', '{% set a | replace(x, y) %}{{ z }}{% endset %}', ['z', 'x', 'y']],
  ['namespaces', '{% set n = namespace(x=p.q) %}{% set n.x = p.r %}{{ n.x }}', ['p.q', 'p.r']],
  ['with', '{% with a = p.q, b = a %}{{ a.r }}{% endwith %}{{ b }}', ['p.q', 'a', 'p.q.r', 'b']],
  ['macros', '{% macro m(a, b=p.q) %}{{ a.x }}{{ caller() }}{{ r }}{% endmacro %}{{ m(s.t) }}', ['p.q', 'r', 's.t']],
  ['call blocks', '{% call(x) m(p.q) %}{{ x.y }}{% endcall %}', ['p.q', 'm']],
  [
    'blocks of other kinds',
    '{% filter upper %}{{ a }}{% endfilter %}{% autoescape b %}{{ c }}{% endautoescape %}{% block d %}{{ self.d }}{{ e }}{% endblock %}',
    ['a', 'b', 'c', 'e'],
  ],
  ['other templates', '{% include a %}{% import b as c %}{% extends d %}{{ c.x }}', ['a', 'b', 'd']],
  ['branches', '{% if a.b %}{{ c }}{% elif d %}{{ e }}{% else %}{{ f }}{% endif %}', ['a.b', 'c', 'd', 'e', 'f']],
  ['filters that keep the row', "{{ (p.l | sort | selectattr('x') | first).y }}{{ p.s | upper }}", ['p.l[].y', 'p.s']],
  ['methods that lead on', "{{ p.get('a', q).b }}{{ p.s.split(t) }}{{ f(g) }}", ['q', 'p.a.b', 't', 'p.s', 'g', 'f']],
  ['slices', '{{ p.l[a:b][0].x }}', ['a', 'b', 'p.l[0].x']],
  [
    'operators',
    '{{ not a + b * -c ~ d < e and f or (g if h else i) }}{{ [j, (k,), {l: m}] }}{{ n is divisibleby o }}',
    ['a', 'b', 'c', 'd', 'e', 'f', 'h', 'g', 'i', 'j', 'k', 'l', 'm', 'n', 'o'],
  ],
  ['nothing for globals', '{{ range(3) }}{{ dict(a=1) }}', []],
])('%s', (_fact, template, expected) => {
  expect(paths(template).sort()).toEqual(expected.sort());
});

test('says which names, filters and tests a template uses, and where it reads what', () => {
  expect(analyze('{{ a.b | upper }}\n{{ a.b is defined }}{{ c | map("lower") }}')).toEqual({
    variables: ['a', 'c'],
    paths: [
      { root: 'a', steps: ['b'], text: 'a.b', line: 1, column: 4 },
      { root: 'c', steps: [], text: 'c', line: 2, column: 24 },
    ],
    filters: ['upper', 'map'],
    tests: ['defined'],
  });
});

test('extensions have to be named', () => {
  expect(() => analyze('{% do a.b() %}')).toThrow(TemplateSyntaxError);
  expect(
    analyze('{% do a.b() %}{% for x in y %}{% break %}{% endfor %}', { extensions: ['do', 'loopcontrols'] }).variables,
  ).toEqual(['a', 'y']);
});
