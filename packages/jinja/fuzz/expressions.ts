import type { Random } from './random.ts';

export type Kind = 'str' | 'int' | 'float' | 'bool' | 'list' | 'dict' | 'any';

const KINDS: readonly Kind[] = ['str', 'int', 'float', 'bool', 'list', 'dict', 'any'];

/** Variables that are in scope beside the payload, and of what kind they are. */
export type Scope = { readonly names: readonly (readonly [string, Kind])[]; readonly loop: boolean };

/** A call of a filter or method: what it takes, its text with arguments, what it gives. */
type Op = { readonly takes: Kind; readonly gives: Kind; readonly text: (e: Expressions) => string };

const op = (takes: Kind, gives: Kind, text: string | ((e: Expressions) => string)): Op => ({
  takes,
  gives,
  text: typeof text === 'string' ? () => text : text,
});

const FILTERS: readonly Op[] = [
  ...[
    'upper',
    'lower',
    'title',
    'capitalize',
    'trim',
    'string',
    'e',
    'escape',
    'forceescape',
    'safe',
    'striptags',
    'urlencode',
    'urlize',
    'reverse',
    'truncate',
    'wordwrap',
    'indent',
    'center',
  ].map((name) => op('str', 'str', name)),
  op('str', 'int', 'wordcount'),
  op('str', 'int', 'length'),
  op('str', 'int', 'int'),
  op('str', 'float', 'float'),
  op('str', 'list', 'list'),
  op('str', 'str', (e) => `replace(${e.str(0)}, ${e.str(0)})`),
  op('str', 'str', (e) => `replace(${e.str(0)}, ${e.str(0)}, ${e.r.below(3)})`),
  op('str', 'str', (e) => `trim(${e.str(0)})`),
  op('str', 'str', (e) => `truncate(${e.r.below(12)}, ${e.bool(0)}, ${e.str(0)}, ${e.r.below(4)})`),
  op('str', 'str', (e) => `truncate(${3 + e.r.below(12)}, leeway=${e.r.below(3)})`),
  op('str', 'str', (e) => `indent(${e.r.below(5)}, ${e.bool(0)}, ${e.bool(0)})`),
  op('str', 'str', (e) => `indent(${e.r.pick(['"> "', '2', "''"])}, first=${e.bool(0)})`),
  op('str', 'str', (e) => `wordwrap(${1 + e.r.below(12)}, ${e.bool(0)})`),
  op('str', 'str', (e) => `wordwrap(${1 + e.r.below(12)}, wrapstring='|', break_on_hyphens=${e.bool(0)})`),
  op('str', 'str', (e) => `center(${e.r.below(30)})`),
  op('str', 'str', (e) => `format(${e.any(0)})`),
  op('str', 'str', (e) => `urlize(${e.r.below(20)}, ${e.bool(0)})`),
  op('str', 'str', (e) => `default(${e.str(0)}, ${e.bool(0)})`),
  op('str', 'any', 'first'),
  op('str', 'any', 'last'),
  op('str', 'any', (e) => `attr(${e.r.pick(["'upper'", "'x'", "'__class__'"])})`),
  op('int', 'int', 'abs'),
  op('int', 'int', (e) => `round(${e.r.below(5) - 2})`),
  op('int', 'str', 'string'),
  op('int', 'str', 'filesizeformat'),
  op('int', 'str', 'filesizeformat(true)'),
  op('int', 'float', 'float'),
  op('float', 'float', 'abs'),
  op('float', 'float', 'round'),
  op('float', 'float', (e) => `round(${e.r.below(6) - 2})`),
  op('float', 'float', (e) => `round(${e.r.below(4)}, ${e.r.pick(["'floor'", "'ceil'", "'common'"])})`),
  op('float', 'int', 'int'),
  op('float', 'str', 'string'),
  op('float', 'str', 'filesizeformat'),
  ...[
    'tojson',
    'pprint',
    'string',
    'e',
    'upper',
    'title',
    'urlencode',
    'trim',
    'forceescape',
    'tojson(indent=1)',
    'wordcount',
  ].map((name) => op('any', 'str', name)),
  op('any', 'any', (e) => `default(${e.any(0)})`),
  op('any', 'any', (e) => `d(${e.any(0)}, true)`),
  op('any', 'int', 'int'),
  op('any', 'int', (e) => `int(${e.r.pick(['-1', '0, 16', '0, base=2', 'default=7', '0, 0'])})`),
  op('any', 'float', (e) => `float(${e.r.pick(['', '1.5'])})`),
  op('any', 'int', 'length'),
  op('any', 'list', 'list'),
  ...['sort', 'unique|list', 'reverse|list', 'list', 'sort(reverse=true)', 'sort(case_sensitive=true)', 'unique(true)|list'].map(
    (name) => op('list', 'list', name),
  ),
  ...['first', 'last', 'min', 'max', 'sum'].map((name) => op('list', 'any', name)),
  op('list', 'int', 'length'),
  op('list', 'int', 'count'),
  op('list', 'str', (e) => `join(${e.str(0)})`),
  op('list', 'str', 'join'),
  op('list', 'str', (e) => `join(', ', attribute=${e.attribute()})`),
  op('list', 'list', (e) => `batch(${1 + e.r.below(3)}${e.r.chance(0.5) ? `, ${e.any(0)}` : ''})|list`),
  op('list', 'list', (e) => `slice(${1 + e.r.below(3)}${e.r.chance(0.5) ? `, ${e.any(0)}` : ''})|list`),
  op(
    'list',
    'list',
    (e) =>
      `map('${e.r.pick(['upper', 'string', 'int', 'length', 'e', 'list', 'first', 'float', 'title', 'tojson', 'trim', 'abs'])}')|list`,
  ),
  op('list', 'list', (e) => `map(attribute=${e.attribute()})|list`),
  op('list', 'list', (e) => `map(attribute=${e.attribute()}, default=${e.any(0)})|list`),
  op('list', 'list', (e) => `${e.r.pick(['select', 'reject'])}(${e.test()})|list`),
  op(
    'list',
    'list',
    (e) => `${e.r.pick(['selectattr', 'rejectattr'])}(${e.attribute()}${e.r.chance(0.6) ? `, ${e.test()}` : ''})|list`,
  ),
  op('list', 'list', (e) => `${e.r.pick(['select', 'reject'])}|list`),
  op('list', 'list', (e) => `sort(attribute=${e.attribute()})`),
  op('list', 'list', (e) => `unique(attribute=${e.attribute()})|list`),
  op('list', 'any', (e) => `${e.r.pick(['min', 'max', 'sum'])}(attribute=${e.attribute()})`),
  op('list', 'any', (e) => `sum(start=${e.any(0)})`),
  op('list', 'list', (e) => `groupby(${e.attribute()})`),
  op('list', 'list', (e) => `groupby(${e.attribute()}, default=${e.str(0)})`),
  op('dict', 'list', 'dictsort'),
  op('dict', 'list', (e) => `dictsort(${e.bool(0)}, ${e.r.pick(["'key'", "'value'"])}, ${e.bool(0)})`),
  op('dict', 'list', 'items|list'),
  op('dict', 'list', 'list'),
  op('dict', 'int', 'length'),
  op('dict', 'str', 'tojson'),
  op('dict', 'str', 'xmlattr'),
  op('dict', 'str', 'urlencode'),
  op('dict', 'str', 'pprint'),
  op('dict', 'str', (e) => `join(${e.str(0)})`),
  op('dict', 'any', 'first'),
];

const METHODS: readonly Op[] = [
  ...['upper', 'lower', 'title', 'capitalize', 'swapcase', 'casefold', 'strip', 'lstrip', 'rstrip'].map((name) =>
    op('str', 'str', `${name}()`),
  ),
  ...[
    'isdigit',
    'isalpha',
    'isalnum',
    'isspace',
    'isupper',
    'islower',
    'istitle',
    'isdecimal',
    'isnumeric',
    'isidentifier',
    'isprintable',
    'isascii',
  ].map((name) => op('str', 'bool', `${name}()`)),
  op('str', 'list', 'split()'),
  op('str', 'list', (e) => `split(${e.str(0)})`),
  op('str', 'list', (e) => `${e.r.pick(['split', 'rsplit'])}(${e.r.pick(["','", 'none', "' '"])}, ${e.r.below(4) - 1})`),
  op('str', 'list', (e) => `splitlines(${e.r.pick(['', 'true'])})`),
  op('str', 'any', (e) => `${e.r.pick(['partition', 'rpartition'])}(${e.str(0)})`),
  op('str', 'str', (e) => `replace(${e.str(0)}, ${e.str(0)})`),
  op('str', 'str', (e) => `${e.r.pick(['strip', 'lstrip', 'rstrip', 'removeprefix', 'removesuffix'])}(${e.str(0)})`),
  op('str', 'bool', (e) => `${e.r.pick(['startswith', 'endswith'])}(${e.str(0)})`),
  op('str', 'bool', (e) => `startswith((${e.str(0)}, ${e.str(0)}))`),
  op('str', 'int', (e) => `${e.r.pick(['find', 'rfind', 'count', 'index'])}(${e.str(0)})`),
  op('str', 'int', (e) => `${e.r.pick(['find', 'rfind', 'count'])}(${e.str(0)}, ${e.r.below(5) - 2})`),
  op('str', 'str', (e) => `${e.r.pick(['ljust', 'rjust', 'center'])}(${e.r.below(15)}, '*')`),
  op('str', 'str', (e) => `zfill(${e.r.below(12)})`),
  op('str', 'str', (e) => `join(${e.any(0)})`),
  op('str', 'str', (e) => `format(${e.any(0)}, ${e.any(0)})`),
  op('str', 'str', 'expandtabs(4)'),
  op('str', 'any', 'encode()'),
  op('list', 'list', 'copy()'),
  op('list', 'int', (e) => `count(${e.any(0)})`),
  op('list', 'int', (e) => `index(${e.any(0)})`),
  op('list', 'any', (e) => `append(${e.any(0)})`),
  op('list', 'any', (e) => `insert(${e.r.below(4) - 1}, ${e.any(0)})`),
  op('list', 'any', (e) => `pop(${e.r.pick(['', '0', '-1', '9'])})`),
  op('list', 'any', (e) => `extend(${e.any(0)})`),
  op('list', 'any', (e) => `remove(${e.any(0)})`),
  op('list', 'any', 'sort()'),
  op('list', 'any', 'reverse()'),
  op('dict', 'any', (e) => `get(${e.key()})`),
  op('dict', 'any', (e) => `get(${e.key()}, ${e.any(0)})`),
  op('dict', 'any', (e) => `pop(${e.key()}${e.r.chance(0.6) ? `, ${e.any(0)}` : ''})`),
  op('dict', 'any', (e) => `setdefault(${e.key()}, ${e.any(0)})`),
  op('dict', 'any', (e) => `update({${e.key()}: ${e.any(0)}})`),
  op('dict', 'list', (e) => `${e.r.pick(['keys', 'values', 'items'])}()${e.r.chance(0.6) ? '|list' : ''}`),
  op('dict', 'dict', 'copy()'),
  op('int', 'int', 'bit_length()'),
  op('float', 'bool', 'is_integer()'),
];

const TESTS = [
  'defined',
  'undefined',
  'none',
  'number',
  'string',
  'sequence',
  'mapping',
  'iterable',
  'integer',
  'float',
  'boolean',
  'true',
  'false',
  'callable',
  'upper',
  'lower',
  'odd',
  'even',
  'escaped',
];
const COMPARING = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'equalto', 'in', 'sameas', 'divisibleby'];
const ATTRIBUTES = [
  "'status'",
  "'labels.severity'",
  "'labels'",
  "'n'",
  "'tags.0'",
  "'nope'",
  "'values.A'",
  '0',
  "'1'",
  "'labels.team'",
];
const KEYS = ["'alertname'", "'severity'", "'team'", "'a'", "'b'", "'count'", "'nope'", "'10'", '1', 'none'];
const LITERALS: Readonly<Record<Kind, readonly string[]>> = {
  str: [
    "''",
    "'a'",
    "'-'",
    '"it\'s"',
    "'{}'",
    "'%s'",
    "'x\\ny'",
    "' '",
    "','",
    "'é🔥'",
    "'<b>'",
    "'Ab c'",
    "'1'",
    "'{:>5}'",
    "'{0}{1}'",
    "'%5.1f'",
    "'%d'",
  ],
  int: ['0', '1', '2', '-1', '3', '7', '100', '10', '9007199254740993'],
  float: ['0.0', '1.5', '2.5', '0.1', '1e3', '-0.5', '1.0'],
  bool: ['true', 'false', 'True', 'False'],
  list: ['[]', '[1, 2, 3]', "['b', 'A', 'a']", '[[1, 2], [3]]', '(1, 2)', "('x',)", 'range(4)'],
  dict: ['{}', "{'a': 1}", "{'b': 2, 'a': none}", '{1: 2}', 'dict(x=1)'],
  any: ['none', 'nope', 'None'],
};
const PATHS: Readonly<Record<Kind, readonly string[]>> = {
  str: ['p.s', 'p.t', 'p.ls[0]', 'p.alerts[0].status', "p['s']", 'p.d.severity', 'p.tree[0].name', 'p.alerts[0].labels.team'],
  int: ['p.n', 'p.i', 'p.ln[0]', 'p.alerts|length', "p['n']"],
  float: ['p.f', 'p.ln[1]', "p.alerts[0]['values'].A"],
  bool: ['p.b', 'p.z', "p.s == 'a'", 'p.i > 1'],
  list: ['p.ls', 'p.ln', 'p.lm', 'p.ll', 'p.alerts', 'p.alerts[0].tags', 'p.ll[0]', 'p.tree'],
  dict: ['p.d', 'p.dm', 'p.alerts[0]', 'p.alerts[0].labels', 'p'],
  any: [
    'p.z',
    'p.nope',
    'p.lm[0]',
    'p.dm.a',
    'p.dm._c',
    'p.dm.count',
    'p.d["items"]',
    'p.lm',
    'p.s.nope',
    'p.ls[9]',
    'p.n[0]',
    'p.dm["b"]',
    'p.ls.0',
  ],
};

/** Makes expressions. Kinds are wishes: a few percent are of another kind, so that errors are compared too. */
export class Expressions {
  readonly r: Random;
  scope: Scope;

  constructor(r: Random, scope: Scope) {
    this.r = r;
    this.scope = scope;
  }

  str = (depth: number): string => this.of('str', depth);
  bool = (depth: number): string => this.of('bool', depth);
  any = (depth: number): string => this.of(this.r.pick(KINDS), depth);
  key = (): string => this.r.pick(KEYS);
  attribute = (): string => this.r.pick(ATTRIBUTES);

  test = (): string => (this.r.chance(0.5) ? `'${this.r.pick(TESTS)}'` : `'${this.r.pick(COMPARING)}', ${this.any(0)}`);

  /** An expression that is likely of the kind. */
  of(kind: Kind, depth: number): string {
    const { r } = this;
    const wanted = r.chance(0.02) ? r.pick(KINDS) : kind;
    if (depth <= 0 || r.chance(0.25)) return this.leaf(wanted);
    const way = r.next();
    if (way < 0.35) return this.filtered(wanted, depth);
    if (way < 0.55) return this.called(wanted, depth);
    return this.composed(wanted, depth);
  }

  leaf(kind: Kind): string {
    const { r } = this;
    // Names that may be of another scope, or of none.
    if (r.chance(0.04)) return r.pick(['a', 'b', 'c', 'x', 'item', 'k', 'v', 'ns.n', 'loop.index', 'm0', 'varargs']);
    const own = this.scope.names.filter(([, of]) => of === kind || of === 'any' || kind === 'any');
    if (own.length > 0 && r.chance(0.4)) return r.pick(own)[0];
    if (this.scope.loop && r.chance(0.08))
      return `loop.${r.pick(['index', 'index0', 'revindex', 'first', 'last', 'length', 'previtem', 'nextitem', 'depth'])}`;
    return r.chance(0.7) ? r.pick(PATHS[kind]) : r.pick(LITERALS[kind]);
  }

  private filtered(kind: Kind, depth: number): string {
    const fitting = FILTERS.filter((filter) => filter.gives === kind || kind === 'any');
    if (fitting.length === 0) return this.composed(kind, depth);
    const chosen = this.r.pick(fitting);
    const operand = this.of(chosen.takes, depth - 1);
    return `${this.wrapped(operand)}|${chosen.text(this)}`;
  }

  private called(kind: Kind, depth: number): string {
    const fitting = METHODS.filter((method) => method.gives === kind || kind === 'any');
    if (fitting.length === 0) return this.composed(kind, depth);
    const chosen = this.r.pick(fitting);
    return `${this.wrapped(this.of(chosen.takes, depth - 1))}.${chosen.text(this)}`;
  }

  private wrapped(operand: string): string {
    return /^[a-z_][\w.]*(\[[^\]]*\])*$/i.test(operand) || (/^['[{(].*['\]})]$/.test(operand) && !/[|+~*%=<>]/.test(operand))
      ? operand
      : `(${operand})`;
  }

  private composed(kind: Kind, depth: number): string {
    const { r } = this;
    const next = depth - 1;
    const wrap = (text: string): string => (r.chance(0.6) ? this.wrapped(text) : text);
    const pair = (of: Kind, operators: readonly string[]): string =>
      `${wrap(this.of(of, next))} ${r.pick(operators)} ${wrap(this.of(of, next))}`;
    switch (kind) {
      case 'str':
        return r.pick([
          () => pair('str', ['~', '+', '~']),
          () => `${wrap(this.any(next))} ~ ${wrap(this.any(next))}`,
          () =>
            `${r.pick(["'%s'", "'%d'", "'%r|'", "'%5.2f'", "'%-6s|'", "'%x'", "'%03d'", "'%g'", "'%s-%s'"])} % ${this.wrapped(this.any(next))}`,
          () => `'%s/%s' % (${this.any(next)}, ${this.any(next)})`,
          () => `${this.wrapped(this.str(next))} * ${r.below(3)}`,
          () => `p.${r.pick(['s', 't'])}[${this.sliceText()}]`,
          () => this.format(next),
          () => `${wrap(this.str(next))} if ${this.bool(next)} else ${this.str(next)}`,
        ])();
      case 'int':
        return r.pick([
          () => pair('int', ['+', '-', '*', '//', '%']),
          () => `-${this.wrapped(this.of('int', next))}`,
          () => `${this.wrapped(this.of('int', 0))} ** ${r.below(4)}`,
        ])();
      case 'float':
        return r.pick([
          () => pair('float', ['+', '-', '*', '/', '//', '%']),
          () => `${wrap(this.of('int', next))} / ${wrap(this.of('int', next))}`,
          () => `-${this.wrapped(this.of('float', next))}`,
        ])();
      case 'bool':
        return this.condition(next);
      case 'list':
        return r.pick([
          () => `[${r.times(r.below(4), () => this.any(next)).join(', ')}]`,
          () => `(${this.any(next)}, ${this.any(next)})`,
          () => pair('list', ['+']),
          () => `${this.wrapped(this.of('list', next))} * ${r.below(3)}`,
          () => `p.${r.pick(['ls', 'ln', 'lm', 'alerts'])}[${this.sliceText()}]`,
        ])();
      case 'dict':
        return `{${r.times(r.below(3), () => `${this.key()}: ${this.any(next)}`).join(', ')}}`;
      default:
        return r.pick([
          () => `${wrap(this.any(next))} ${r.pick(['and', 'or'])} ${wrap(this.any(next))}`,
          () => `${this.wrapped(this.of('dict', next))}[${this.key()}]`,
          () => `${this.wrapped(this.of('list', next))}[${r.below(4) - 1}]`,
          () => `${this.wrapped(this.of('dict', next))}.${r.pick(['alertname', 'a', 'b', 'nope', 'count', '_c'])}`,
          () => `${wrap(this.any(next))} if ${this.bool(next)}`,
          () => pair('any', ['+', '-', '*', '/', '%', '//']),
        ])();
    }
  }

  private condition(depth: number): string {
    const { r } = this;
    const kind = r.pick(['str', 'int', 'float'] as const);
    return r.pick([
      () =>
        `${this.wrapped(this.of(kind, depth))} ${r.pick(['==', '!=', '<', '>', '<=', '>='])} ${this.wrapped(this.of(kind, depth))}`,
      () => `${this.wrapped(this.any(depth))} ${r.pick(['==', '!='])} ${this.wrapped(this.any(depth))}`,
      () =>
        `${this.wrapped(this.any(depth))} ${r.pick(['in', 'not in'])} ${this.wrapped(this.of(r.pick(['list', 'str', 'dict']), depth))}`,
      () => `${this.wrapped(this.any(depth))} is ${r.pick(['', 'not '])}${r.pick(TESTS)}`,
      () => `${this.wrapped(this.any(depth))} is ${r.pick(COMPARING)}(${this.any(depth)})`,
      () => `${this.bool(depth)} ${r.pick(['and', 'or'])} ${this.bool(depth)}`,
      () => `not ${this.bool(depth)}`,
      () =>
        `${this.of('int', 0)} ${r.pick(['<', '<=', '=='])} ${this.of('int', 0)} ${r.pick(['<', '!=', '>'])} ${this.of('float', 0)}`,
    ])();
  }

  private sliceText(): string {
    const bound = (): string => this.r.pick(['', '', '1', '-1', '2', '0', '-3', '9', 'p.i']);
    return this.r.chance(0.3) ? `${bound()}:${bound()}:${this.r.pick(['1', '2', '-1', '-2'])}` : `${bound()}:${bound()}`;
  }

  private format(depth: number): string {
    const { r } = this;
    const spec = r.pick([
      '',
      ':>8',
      ':<6',
      ':^7',
      ':05',
      ':+',
      ':,',
      ':.2f',
      ':e',
      ':x',
      ':.3',
      ':%',
      ':s',
      '!r',
      '!s:>6',
      ':_',
      ':g',
      ':08.1f',
      ':#x',
      ':d',
    ]);
    if (r.chance(0.3)) return `'{0${r.pick(['', '.a', '[a]', '[0]', '.nope'])}${spec}}'.format(${this.any(depth)})`;
    return `'{${r.chance(0.5) ? 'k' : ''}${spec}}'.format(${this.any(depth)}, k=${this.any(depth)})`;
  }
}
