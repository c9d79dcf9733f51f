import { Expressions, type Kind, type Scope } from './expressions.ts';
import type { Random } from './random.ts';

const TEXT = ['', ' ', '\n', 'x', ' text ', '\n  ', '{ ', '}', '% }', '<', 'é', '# ', '\n\n', '"', "'"];
const PIECES = [
  '|',
  '.',
  ',',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '{{',
  '}}',
  '{%',
  '%}',
  ':',
  '=',
  '==',
  '~',
  '-',
  '*',
  '**',
  'if',
  'else',
  'is',
  'not',
  'in',
  'and',
  'for',
  '1',
  "'",
  '"',
  '\\n',
  'none',
  'loop',
  '$',
  '!',
  '{#',
  '#}',
  'é',
  '@',
  ';',
  '1.5',
  '0x',
  '_',
];
const NAMES = ['a', 'b', 'c', 'x', 'item', 'ns'];

/** Makes templates: text, printed expressions and all statements that need no loader. */
export class Templates {
  private readonly r: Random;
  private readonly e: Expressions;
  private macros = 0;

  constructor(r: Random) {
    this.r = r;
    this.e = new Expressions(r, { names: [], loop: false });
  }

  make(): string {
    const template = this.body(1 + this.r.below(4), 2);
    return this.r.chance(0.12) ? this.damaged(template) : template;
  }

  /** The template with a piece taken out, doubled or put in: what it then says is compared too. */
  private damaged(template: string): string {
    const { r } = this;
    const pieces = template.match(/\w+|\s+|\{[{%#]-?|-?[}%#]\}|./gsu) ?? [];
    const at = r.below(pieces.length);
    const [before, piece = '', after] = [pieces.slice(0, at).join(''), pieces[at], pieces.slice(at + 1).join('')];
    const fresh = r.pick(['', '', piece + piece, `${piece} `, piece + r.pick(PIECES), r.pick(PIECES)]);
    return before + fresh + after;
  }

  private body(parts: number, depth: number): string {
    return this.r.times(parts, () => this.part(depth)).join('');
  }

  /** Runs `make` with more names in scope. */
  private within(names: readonly (readonly [string, Kind])[], loop: boolean, make: () => string): string {
    const outer = this.e.scope;
    const scope: Scope = { names: [...outer.names, ...names], loop: loop || outer.loop };
    this.e.scope = scope;
    const made = make();
    this.e.scope = outer;
    return made;
  }

  private tag(inner: string): string {
    const { r } = this;
    const sign = (): string => (r.chance(0.15) ? '-' : r.chance(0.03) ? '+' : '');
    const blank = (): string => r.pick([' ', ' ', ' ', '', '\n']);
    return `{%${sign()}${blank()}${inner}${blank()}${sign()}%}`;
  }

  private print(depth: number): string {
    const { r } = this;
    const left = r.chance(0.1) ? '-' : '';
    const right = r.chance(0.1) ? '-' : '';
    return `{{${left} ${this.e.any(depth)} ${right}}}`;
  }

  private part(depth: number): string {
    const { r } = this;
    const way = r.next();
    if (way < 0.2) return r.pick(TEXT);
    if (way < 0.6 || depth === 0) return this.print(1 + r.below(3));
    return r.pick(this.statements)(depth - 1);
  }

  private readonly statements: readonly ((depth: number) => string)[] = [
    (depth) => this.tag(`if ${this.e.bool(2)}`) + this.body(2, depth) + this.orElse(depth) + this.tag('endif'),
    (depth) => this.loop(depth),
    (depth) => this.loop(depth),
    (depth) => this.pairLoop(depth),
    (depth) => this.treeLoop(depth),
    (depth) => {
      const name = this.r.pick(NAMES);
      const kind = this.r.pick(['str', 'int', 'list', 'dict', 'any'] as const);
      return this.tag(`set ${name} = ${this.e.of(kind, 2)}`) + this.within([[name, kind]], false, () => this.body(2, depth));
    },
    (depth) => {
      const filter = this.r.pick(['', ' | upper', ' | replace("a", "b")', ' | trim']);
      return (
        this.tag(`set c${filter}`) +
        this.body(2, depth) +
        this.tag('endset') +
        this.within([['c', 'str']], false, () => this.body(1, depth))
      );
    },
    (depth) =>
      this.tag(`set x, a = ${this.r.chance(0.2) ? this.e.of('list', 1) : `(${this.e.any(1)}, ${this.e.any(0)})`}`) +
      this.within([['x', 'any']], false, () => this.body(1, depth)),
    (depth) =>
      this.tag(`with a = ${this.e.any(1)}, b = ${this.e.any(1)}`) +
      this.within(
        [
          ['a', 'any'],
          ['b', 'any'],
        ],
        false,
        () => this.body(2, depth),
      ) +
      this.tag('endwith'),
    (depth) => this.macro(depth),
    (depth) =>
      this.tag(`filter ${this.r.pick(['upper', 'trim', 'indent', 'replace("a", "-")|title', 'e', 'striptags'])}`) +
      this.body(2, depth) +
      this.tag('endfilter'),
    () => `${this.tag('raw')}{{ a }}{% x %}${this.r.pick(TEXT)}${this.tag('endraw')}`,
    () => `{#${this.r.pick(['', '-'])} {{ note }} ${this.r.pick(['', '-'])}#}`,
    (depth) => this.tag('autoescape true') + this.body(2, depth) + this.tag('endautoescape'),
    (depth) => this.counter(depth),
    (depth) => this.tag(`block b${this.macros++}`) + this.body(2, depth) + this.tag('endblock'),
    () =>
      `${this.tag("set cy = cycler('a', 'b')")}{{ cy.next() }}{{ cy.next() }}{{ cy.current }}${this.tag("set j = joiner('|')")}{{ j() }}{{ j() }}`,
  ];

  private orElse(depth: number): string {
    const { r } = this;
    const middle = r.chance(0.3) ? this.tag(`elif ${this.e.bool(1)}`) + this.body(1, depth) : '';
    return middle + (r.chance(0.5) ? this.tag('else') + this.body(1, depth) : '');
  }

  private loop(depth: number): string {
    const { r } = this;
    const list = this.e.of(r.chance(0.85) ? 'list' : 'any', 1);
    const inner = (): string => this.body(2, depth) + (r.chance(0.2) ? "{{ loop.cycle('o', 'e') }}{{ loop.changed(item) }}" : '');
    const filter = r.chance(0.2) ? ` if ${this.within([['item', 'any']], false, () => this.e.bool(1))}` : '';
    const orElse = r.chance(0.3) ? `${this.tag('else')}empty` : '';
    return this.tag(`for item in ${list}${filter}`) + this.within([['item', 'any']], true, inner) + orElse + this.tag('endfor');
  }

  private pairLoop(depth: number): string {
    const source = this.r.pick([
      'p.d.items()',
      'p.dm|dictsort',
      'p.d|items',
      'p.ll',
      "p.alerts|groupby('status')",
      'p.dm.items()',
    ]);
    return (
      this.tag(`for k, v in ${source}`) +
      this.within(
        [
          ['k', 'str'],
          ['v', 'any'],
        ],
        true,
        () => this.body(2, depth),
      ) +
      this.tag('endfor')
    );
  }

  private treeLoop(depth: number): string {
    return `${this.tag('for item in p.tree recursive')}{{ item.name }}${this.body(1, Math.min(depth, 0))}{{ loop(item.kids) }}${this.tag('endfor')}`;
  }

  private counter(depth: number): string {
    const body = this.within([['ns.n', 'any']], true, () => this.body(1, depth));
    return `${this.tag('set ns = namespace(n=0)')}${this.tag(`for item in ${this.e.of('list', 0)}`)}${this.tag('set ns.n = ns.n + 1')}${body}${this.tag('endfor')}{{ ns.n }}`;
  }

  private macro(depth: number): string {
    const { r } = this;
    const name = `m${this.macros++}`;
    const called = r.chance(0.3);
    const body =
      this.within(
        [
          ['q', 'any'],
          ['w', 'str'],
        ],
        false,
        () => this.body(2, depth),
      ) +
      (called ? '{{ caller() }}' : '') +
      (r.chance(0.2) ? '{{ varargs }}{{ kwargs }}' : '');
    const definition = this.tag(`macro ${name}(q, w=${this.e.str(0)})`) + body + this.tag('endmacro');
    const args = r.pick([
      this.e.any(1),
      `${this.e.any(1)}, ${this.e.str(0)}`,
      `w=${this.e.any(0)}`,
      '',
      ...(r.chance(0.15) ? [`${this.e.any(0)}, z=1`, '1, 2, 3'] : []),
    ]);
    return (
      definition +
      (called ? this.tag(`call ${name}(${args})`) + this.body(1, depth) + this.tag('endcall') : `{{ ${name}(${args}) }}`)
    );
  }
}
