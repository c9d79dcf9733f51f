import { Budget, type BudgetLimits, defaultLimits, type MonotonicClock } from './budget.ts';
import { compile, type RunTemplate } from './compile/index.ts';
import { BudgetError, PythonError, TemplateError, TemplateRuntimeError } from './errors.ts';
import { builtinFilters } from './filters/index.ts';
import { builtinGlobals } from './globals/index.ts';
import { defaultSyntax, type SyntaxOptions } from './lexer.ts';
import { callNative, type NativeFunction } from './native.ts';
import { type Extension, parse } from './parser/index.ts';
import { Context, type RenderContext, RenderState } from './runtime/state.ts';
import { Undefined, type UndefinedKind, undefinedClasses } from './runtime/undefined.ts';
import type { Clock, RandomSource, Runtime, RuntimeEnvironment } from './runtime-types.ts';
import { isHidden } from './sandbox.ts';
import type { Source } from './source.ts';
import { builtinTests } from './tests/index.ts';
import { fromJs } from './values/from-js.ts';
import * as ops from './values/ops.ts';
import { SharedValueError } from './values/shared.ts';
import { strRepr } from './values/str-repr.ts';
import { textOf } from './values/text.ts';
import type { Kwargs, Value } from './values/types.ts';

export interface EnvironmentOptions {
  /** What each render may use; what is not named keeps its default. */
  readonly limits?: Partial<BudgetLimits>;
  /** Microseconds since 1970, for what templates can ask about time. Default: the machine's clock. */
  readonly clock?: Clock;
  /** For `random`. Default: `Math.random`. */
  readonly random?: RandomSource;
  /** Milliseconds that never go back, for the time budget. Default: `performance.now`. */
  readonly monotonic?: MonotonicClock;
  /** Tags of Jinja2's extensions. Default: none. */
  readonly extensions?: readonly Extension[];
  /** Whether printed values are escaped for HTML where a template does not say. Default: false. */
  readonly autoescape?: boolean;
  /** What a missing value does: Jinja2's `Undefined` (default), `ChainableUndefined` or `StrictUndefined`. */
  readonly undefined?: UndefinedKind;
  /** Changes every value a template prints, except text marked safe. Text of the template itself stays. */
  readonly escapeOutput?: (text: string) => string;
  /** Delimiters and white space. */
  readonly syntax?: Partial<SyntaxOptions>;
}

export interface RenderOptions {
  readonly limits?: Partial<BudgetLimits>;
  readonly clock?: Clock;
  readonly random?: RandomSource;
}

/** A filter or test written in TypeScript: its input comes first. */
export type NativeCall = (args: readonly Value[], kwargs: Kwargs, rt: RenderState) => Value;

/** A sandboxed Jinja2 environment without a loader: settings, filters, tests and globals shared by templates. */
export class Environment implements RuntimeEnvironment {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly autoescape: boolean;
  readonly escapeOutput: ((text: string) => string) | null;
  readonly undefinedClass: typeof Undefined;
  readonly limits: Partial<BudgetLimits>;
  readonly monotonic: MonotonicClock;
  readonly syntax: SyntaxOptions;
  readonly extensions: readonly Extension[];
  readonly #filters = new Map(builtinFilters);
  readonly #tests = new Map(builtinTests);
  readonly #globals = new Map(builtinGlobals);

  constructor(options: EnvironmentOptions = {}) {
    this.clock = options.clock ?? (() => Date.now() * 1000);
    this.random = options.random ?? Math.random;
    this.monotonic = options.monotonic ?? (() => performance.now());
    this.autoescape = options.autoescape ?? false;
    this.escapeOutput = options.escapeOutput ?? null;
    this.undefinedClass = undefinedClasses[options.undefined ?? 'default'];
    this.limits = options.limits ?? {};
    this.syntax = { ...defaultSyntax, ...options.syntax };
    this.extensions = options.extensions ?? [];
  }

  get filters(): ReadonlyMap<string, NativeFunction> {
    return this.#filters;
  }

  get tests(): ReadonlyMap<string, NativeFunction> {
    return this.#tests;
  }

  get globals(): ReadonlyMap<string, Value> {
    return this.#globals;
  }

  addFilter(name: string, filter: NativeCall | NativeFunction): this {
    this.#filters.set(name, toNative(name, filter));
    return this;
  }

  addTest(name: string, test: NativeCall | NativeFunction): this {
    this.#tests.set(name, toNative(name, test));
    return this;
  }

  /** A value all templates see, unless their context has one of the same name. Use `PyFunction` for functions. */
  addGlobal(name: string, value: Value): this {
    this.#globals.set(name, value);
    return this;
  }

  /** @throws TemplateSyntaxError, TemplateAssertionError */
  compile(template: string): Template {
    try {
      const { node, source } = parse(template, this.syntax, this.extensions);
      const library = { filters: this.#filters, tests: this.#tests, autoescape: this.autoescape };
      return new Template(this, source, compile(node, source, library));
    } catch (error) {
      throw isStackOverflow(error) ? new PythonError('RecursionError', 'maximum recursion depth exceeded') : error;
    }
  }

  /** Compiles and renders in one go. */
  render(template: string, context: RenderContext = {}, options: RenderOptions = {}): string {
    return this.compile(template).render(context, options);
  }

  getAttribute(value: Value, name: string, rt: Runtime): Value {
    if (isHidden(value, name)) return this.#unsafe(value, name);
    const attribute = ops.getAttr(value, name, rt);
    if (attribute !== undefined) return name.startsWith('_') ? this.#unsafe(value, name) : attribute;
    const item = ops.getItem(value, name, rt);
    return item === undefined ? this.#missing(value, name) : item;
  }

  getItem(value: Value, key: Value, rt: Runtime): Value {
    const item = ops.getItem(value, key, rt);
    if (item !== undefined) return item;
    const name = textOf(key);
    if (name !== undefined) {
      if (isHidden(value, name)) return this.#unsafe(value, name);
      const attribute = ops.getAttr(value, name, rt);
      if (attribute !== undefined) return name.startsWith('_') ? this.#unsafe(value, name) : attribute;
    }
    return this.#missing(value, key);
  }

  /** The filter `attr`: attributes, never items. */
  attributeOnly(value: Value, name: string, rt: Runtime): Value {
    if (isHidden(value, name)) return this.#unsafe(value, name);
    const attribute = ops.getAttr(value, name, rt);
    if (attribute === undefined) return this.#missing(value, name);
    return name.startsWith('_') ? this.#unsafe(value, name) : attribute;
  }

  #missing(object: Value, name: Value): Value {
    return new this.undefinedClass({ object, name });
  }

  #unsafe(object: Value, name: string): Value {
    const hint = `access to attribute ${strRepr(name)} of ${strRepr(ops.className(object))} object is unsafe.`;
    return new this.undefinedClass({ hint, object, name, unsafe: true });
  }

  /** Calls what a template calls. */
  call(callee: Value, args: readonly Value[], kwargs: Kwargs, rt: RenderState): Value {
    return ops.call(callee, args, kwargs, rt);
  }

  /** Applies a filter named at run time. @throws TemplateRuntimeError when there is none */
  callFilter(name: Value, args: readonly Value[], kwargs: Kwargs, rt: RenderState): Value {
    return callNative(lookUp(this.#filters, 'filter', name, rt), args, kwargs, rt);
  }

  /** Applies a test named at run time. @throws TemplateRuntimeError when there is none */
  callTest(name: Value, args: readonly Value[], kwargs: Kwargs, rt: RenderState): Value {
    return callNative(lookUp(this.#tests, 'test', name, rt), args, kwargs, rt);
  }
}

/** A compiled template: render it as often as you like, each time with its own context and budgets. */
export class Template {
  readonly #env: Environment;
  readonly #source: Source;
  readonly #run: RunTemplate;

  constructor(env: Environment, source: Source, run: RunTemplate) {
    this.#env = env;
    this.#source = source;
    this.#run = run;
  }

  /**
   * @param context values by name: plain JavaScript ones, or what `parseJson` gives; a template changes only its own copy
   * @throws TemplateError of some class, with line and column
   */
  render(context: RenderContext = {}, options: RenderOptions = {}): string {
    const env = this.#env;
    const limits = { ...defaultLimits, ...env.limits, ...options.limits };
    const budget = new Budget(limits, env.monotonic);
    try {
      return this.#renderWith(budget, new Context(context, env.globals), options);
    } catch (error) {
      if (!(error instanceof SharedValueError)) throw error;
    }
    // The template changes what it was given: once more, with a copy, in the time that is left.
    const rest = new Budget({ ...limits, timeMs: Math.max(0, budget.timeLeftMs) }, env.monotonic);
    return this.#renderWith(rest, new Context(context, env.globals, fromJs), options);
  }

  #renderWith(budget: Budget, context: Context, options: RenderOptions): string {
    const env = this.#env;
    const rt = new RenderState(env, budget, options.clock ?? env.clock, options.random ?? env.random);
    try {
      this.#run(rt, context);
    } catch (error) {
      const found = isStackOverflow(error) ? new BudgetError('depth', 'maximum recursion depth exceeded') : error;
      throw found instanceof TemplateError ? found.locate(this.#source.locate(rt.at)) : found;
    }
    return rt.out;
  }
}

/** V8's own limit, for what is nested deeper than the budget's levels allow for. */
const isStackOverflow = (error: unknown): boolean => error instanceof RangeError && /call stack/.test(error.message);

function toNative(name: string, fn: NativeCall | NativeFunction): NativeFunction {
  if (typeof fn !== 'function') return fn;
  return {
    signature: { name, parameters: [], hidden: 0, rest: true, namedRest: true, single: false },
    run: (_args, rt, rest, named) => fn(rest, named, rt),
  };
}

function lookUp(
  known: ReadonlyMap<string, NativeFunction>,
  kind: 'filter' | 'test',
  name: Value,
  rt: RenderState,
): NativeFunction {
  const text = textOf(name);
  const found = text === undefined ? undefined : known.get(text);
  if (found !== undefined) return found;
  const hint = name instanceof Undefined ? ` (${name.message(rt)}; did you forget to quote the callable name?)` : '';
  throw new TemplateRuntimeError(`No ${kind} named ${ops.repr(name, rt)}.${hint}`);
}
