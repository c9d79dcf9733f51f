import type { Budget } from '../budget.ts';
import type { Environment } from '../environment.ts';
import type { Clock, RandomSource, Runtime } from '../runtime-types.ts';
import { fromJs, shareJs } from '../values/from-js.ts';
import { Markup } from '../values/markup.ts';
import { str } from '../values/ops.ts';
import type { Value } from '../values/types.ts';
import type { Undefined, UndefinedOrigin } from './undefined.ts';

/** Values handed to a render, by name: plain JavaScript ones or values of this package. */
export type RenderContext = Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown>;

/** Names a template can read. Values are converted when first asked for, and once. */
export class Context {
  readonly #given: RenderContext;
  readonly #globals: ReadonlyMap<string, Value>;
  readonly #convert: (v: unknown) => Value;
  readonly #vars = new Map<string, Value | undefined>();

  /** @param convert `shareJs`, or `fromJs` when the template changes what it is given */
  constructor(given: RenderContext, globals: ReadonlyMap<string, Value>, convert: (v: unknown) => Value = shareJs) {
    this.#given = given;
    this.#globals = globals;
    this.#convert = convert;
  }

  /** Undefined when there is no such name. */
  resolve(name: string): Value | undefined {
    const known = this.#vars.get(name);
    if (known !== undefined || this.#vars.has(name)) return known;
    const value = this.#find(name);
    this.#vars.set(name, value);
    return value;
  }

  #find(name: string): Value | undefined {
    const given = this.#given;
    if (given instanceof Map) {
      if (given.has(name)) return this.#convert(given.get(name));
    } else if (Object.hasOwn(given, name)) return this.#convert((given as Readonly<Record<string, unknown>>)[name]);
    const value = this.#globals.get(name);
    return value === undefined ? undefined : fromJs(value);
  }

  /** What the top level of the template sets, blocks see. */
  set(name: string, value: Value): void {
    this.#vars.set(name, value);
  }

  /** The same names with some put over them, for a scoped block. */
  derive(names: ReadonlyMap<string, Value>): Context {
    const derived = new Context(this.#given, this.#globals, this.#convert);
    for (const [name, value] of this.#vars) derived.#vars.set(name, value);
    for (const [name, value] of names) derived.#vars.set(name, value);
    return derived;
  }
}

/** Everything that belongs to one render. */
export class RenderState implements Runtime {
  readonly budget: Budget;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly env: Environment;
  /** Text printed so far, by the template or by the macro or block that is running. */
  out = '';
  /** Whether the statement that runs is inside `autoescape true`. */
  autoescape: boolean;
  /** Source offset of what runs now, for errors. */
  at = 0;
  readonly #undefined: typeof Undefined;
  readonly #escapeOutput: ((text: string) => string) | null;

  constructor(env: Environment, budget: Budget, clock: Clock, random: RandomSource) {
    this.env = env;
    this.budget = budget;
    this.clock = clock;
    this.random = random;
    this.autoescape = env.autoescape;
    this.#undefined = env.undefinedClass;
    this.#escapeOutput = env.escapeOutput;
  }

  undefined(origin: UndefinedOrigin): Undefined {
    return new this.#undefined(origin);
  }

  /** Prints literal text of the template. */
  data(text: string): void {
    this.budget.print(text.length);
    this.out += text;
  }

  /** Prints a value without autoescape. */
  print(value: Value): void {
    let text = typeof value === 'string' ? value : str(value, this);
    if (this.#escapeOutput !== null && !(value instanceof Markup)) text = this.#escapeOutput(text);
    this.budget.print(text.length);
    this.out += text;
  }

  /** Runs `body` with an output of its own and answers what it printed. */
  capture(body: () => void): string {
    const outer = this.out;
    this.out = '';
    body();
    const text = this.out;
    this.out = outer;
    return text;
  }

  /** What a macro or block printed, as a value: marked safe when what it printed has been escaped already. */
  rendered(text: string): Value {
    return this.escapes ? new Markup(text) : text;
  }

  /** Whether what is printed now is escaped in some way. */
  get escapes(): boolean {
    return this.autoescape || this.#escapeOutput !== null;
  }
}

/** Variables of one run of a function: see `FunctionScope`. */
export class Frame {
  readonly vars: (Value | undefined)[];
  readonly parent: Frame | null;
  readonly rt: RenderState;
  readonly context: Context;

  constructor(size: number, parent: Frame | null, rt: RenderState, context: Context) {
    this.vars = new Array<Value | undefined>(size).fill(undefined);
    this.parent = parent;
    this.rt = rt;
    this.context = context;
  }
}
