import type { Expression, Statement, Target } from './ast.ts';
import { argumentExpressions, childExpressions, walkTarget } from './compile/walk.ts';
import { builtinGlobals } from './globals/index.ts';
import { defaultSyntax, type SyntaxOptions } from './lexer.ts';
import { type Extension, parse } from './parser/index.ts';
import type { Source } from './source.ts';

/** A step of a path: a key, an index, or null for any item of a list or any key not written in the template. */
export type PathStep = string | number | null;

/** A value of the context that a template reads, such as `payload.alerts[].labels.team`. */
export interface UsedPath {
  readonly root: string;
  readonly steps: readonly PathStep[];
  /** The path as one text; `[]` stands for any item. */
  readonly text: string;
  /** Where it is read first; both count from 1. */
  readonly line: number;
  readonly column: number;
}

export interface Analysis {
  /** Names a template expects in its context, in the order it reads them; its own variables and Jinja2's globals are left out. */
  readonly variables: readonly string[];
  readonly paths: readonly UsedPath[];
  readonly filters: readonly string[];
  readonly tests: readonly string[];
}

type Path = { readonly root: string; readonly steps: readonly PathStep[] };
/** What a name of the template itself stands for: a path of the context, or null for a value of its own. */
type Names = Map<string, Path | null>;

const SAME_ROW = new Set(['default', 'd', 'list', 'sort', 'reverse', 'unique', 'select', 'reject', 'selectattr', 'rejectattr']);
const ONE_ITEM = new Set(['first', 'last', 'random', 'min', 'max']);

/**
 * What a template reads, for editors that complete names and warn of missing ones. Loops and assignments are followed:
 * `{% for a in payload.alerts %}{{ a.status }}{% endfor %}` reads `payload.alerts[].status`.
 * @throws TemplateSyntaxError
 */
export function analyze(
  template: string,
  options: { readonly syntax?: Partial<SyntaxOptions>; readonly extensions?: readonly Extension[] } = {},
): Analysis {
  const { node, source } = parse(template, { ...defaultSyntax, ...options.syntax }, options.extensions);
  const analyzer = new Analyzer(source);
  analyzer.body(node.body, [new Map()]);
  return analyzer.result();
}

class Analyzer {
  readonly #source: Source;
  readonly #variables = new Set<string>();
  readonly #paths = new Map<string, UsedPath>();
  readonly #filters = new Set<string>();
  readonly #tests = new Set<string>();

  constructor(source: Source) {
    this.#source = source;
  }

  result(): Analysis {
    return {
      variables: [...this.#variables],
      paths: [...this.#paths.values()],
      filters: [...this.#filters],
      tests: [...this.#tests],
    };
  }

  body(statements: readonly Statement[], scopes: Names[]): void {
    for (const node of statements) this.#statement(node, scopes);
  }

  #statement(node: Statement, scopes: Names[]): void {
    switch (node.kind) {
      case 'print':
      case 'do':
        this.#read(node.expression, scopes);
        return;
      case 'if':
        for (const { test, body } of node.branches) {
          this.#read(test, scopes);
          this.body(body, scopes);
        }
        this.body(node.otherwise, scopes);
        return;
      case 'for': {
        const row = this.#read(node.iterable, scopes);
        const inner: Names = new Map([['loop', null]]);
        bind(inner, node.target, row === null ? null : step(row, null), node.iterable);
        if (node.test !== null) this.#read(node.test, [...scopes, inner]);
        this.body(node.body, [...scopes, inner]);
        this.body(node.otherwise, [...scopes, new Map()]);
        return;
      }
      case 'set':
        bind(last(scopes), node.target, this.#read(node.value, scopes), null);
        return;
      case 'set-block':
        this.body(node.body, [...scopes, new Map()]);
        if (node.filter !== null) this.#read(node.filter, scopes);
        bind(last(scopes), node.target, null, null);
        return;
      case 'with': {
        const inner: Names = new Map();
        for (const { target, value } of node.bindings) bind(inner, target, this.#read(value, scopes), null);
        this.body(node.body, [...scopes, inner]);
        return;
      }
      case 'macro':
      case 'call-block': {
        if (node.kind === 'macro') last(scopes).set(node.name, null);
        else this.#read(node.call, scopes);
        const own = ['caller', 'kwargs', 'varargs', ...node.parameters.map(({ name }) => name)];
        const inner = [...scopes, new Map(own.map((name): [string, null] => [name, null]))];
        for (const value of node.defaults) this.#read(value, inner);
        this.body(node.body, inner);
        return;
      }
      case 'filter-block':
        this.#read(node.filter, scopes);
        this.body(node.body, [...scopes, new Map()]);
        return;
      case 'autoescape':
        this.#read(node.on, scopes);
        this.body(node.body, [...scopes, new Map()]);
        return;
      case 'block':
        this.body(node.body, [...scopes, new Map([['self', null] as const, ['super', null] as const])]);
        return;
      case 'include':
      case 'extends':
        this.#read(node.template, scopes);
        return;
      case 'import':
        this.#read(node.template, scopes);
        for (const name of node.targets) last(scopes).set(name, null);
        return;
      case 'data':
      case 'break':
      case 'continue':
        return;
    }
  }

  /** Records what an expression reads; answers its path when it is one. */
  #read(node: Expression, scopes: Names[]): Path | null {
    const path = this.#path(node, scopes);
    if (path !== null) this.#record(path, node);
    return path;
  }

  #record({ root, steps }: Path, node: Expression): void {
    const text = textOf(root, steps);
    this.#variables.add(root);
    if (this.#paths.has(text)) return;
    const { line = 1, column = 1 } = this.#source.locate(startOf(node));
    this.#paths.set(text, { root, steps, text, line, column });
  }

  #path(node: Expression, scopes: Names[]): Path | null {
    switch (node.kind) {
      case 'name': {
        const scope = scopes.findLast((names) => names.has(node.name));
        if (scope !== undefined) return scope.get(node.name) ?? null;
        return builtinGlobals.has(node.name) || node.name === 'self' ? null : { root: node.name, steps: [] };
      }
      case 'attribute': {
        const object = this.#path(node.object, scopes);
        return object && step(object, node.name);
      }
      case 'item': {
        const object = this.#path(node.object, scopes);
        const { key } = node;
        if (key.kind !== 'literal') this.#read(key, scopes);
        const known =
          key.kind === 'literal' && (typeof key.value === 'string' || typeof key.value === 'number') ? key.value : null;
        return object && step(object, known);
      }
      case 'slice':
        for (const bound of [node.start, node.stop, node.step]) if (bound !== null) this.#read(bound, scopes);
        return this.#path(node.object, scopes);
      case 'filter':
        return this.#filter(node, scopes);
      case 'call':
        return this.#call(node, scopes);
      case 'test':
        this.#tests.add(node.name);
        break;
      default:
    }
    for (const child of childExpressions(node)) this.#read(child, scopes);
    return null;
  }

  #filter(node: Expression & { kind: 'filter' }, scopes: Names[]): Path | null {
    this.#filters.add(node.name);
    for (const argument of argumentExpressions(node.args)) this.#read(argument, scopes);
    if (node.input === null) return null;
    const input = this.#path(node.input, scopes);
    if (input === null) return null;
    if (SAME_ROW.has(node.name)) return input;
    if (ONE_ITEM.has(node.name)) return step(input, null);
    this.#record(input, node.input);
    return null;
  }

  /** `get`, `items` and `values` of an object lead further into it. */
  #call({ callee, args }: Expression & { kind: 'call' }, scopes: Names[]): Path | null {
    for (const argument of argumentExpressions(args)) this.#read(argument, scopes);
    if (callee.kind !== 'attribute') {
      this.#read(callee, scopes);
      return null;
    }
    const object = this.#path(callee.object, scopes);
    if (object === null) return null;
    const [key] = args.positional;
    if (callee.name === 'get' && key?.kind === 'literal' && typeof key.value === 'string') return step(object, key.value);
    if (callee.name === 'items' || callee.name === 'values') return object;
    this.#record(object, callee.object);
    return null;
  }
}

const step = ({ root, steps }: Path, next: PathStep): Path => ({ root, steps: [...steps, next] });

const last = (scopes: Names[]): Names => scopes[scopes.length - 1] ?? new Map();

/** In `for key, value in object.items()` the second name is the item; other tuples are values of their own. */
function bind(names: Names, target: Target, path: Path | null, iterable: Expression | null): void {
  if (target.kind === 'target') {
    names.set(target.name, path);
    return;
  }
  const isItems = iterable?.kind === 'call' && iterable.callee.kind === 'attribute' && iterable.callee.name === 'items';
  const [, second] = target.kind === 'targets' ? target.items : [];
  walkTarget(target, (part) => {
    if (part.kind === 'target') names.set(part.name, isItems && part === second ? path : null);
  });
}

/** Where the expression begins: an attribute's own place is its name. */
function startOf(node: Expression): number {
  const [first] = childExpressions(node);
  return first === undefined ? node.at : Math.min(node.at, startOf(first));
}

function textOf(root: string, steps: readonly PathStep[]): string {
  let text = root;
  for (const next of steps) {
    if (next === null) text += '[]';
    else if (typeof next === 'number') text += `[${next}]`;
    else text += /^[\p{L}_][\p{L}\p{N}_]*$/u.test(next) ? `.${next}` : `[${JSON.stringify(next)}]`;
  }
  return text;
}
