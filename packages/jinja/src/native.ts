import { typeError } from './errors.ts';
import type { RenderState } from './runtime/state.ts';
import type { Kwargs, Value } from './values/types.ts';

/** A parameter without a default must be given. */
export interface Parameter {
  readonly name: string;
  readonly fallback: Value | undefined;
}

/** What a filter, test or global takes, in Python's terms, so that its complaints are Python's. */
export interface Signature {
  /** Name in Python's messages, such as `do_replace`. */
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** Arguments that Jinja2 passes before the caller's own, which Python's counts include. */
  readonly hidden: number;
  /** Whether further positional arguments are taken. */
  readonly rest: boolean;
  /** Whether further named arguments are taken. */
  readonly namedRest: boolean;
  /** True for a function that CPython has in C with exactly one argument. */
  readonly single: boolean;
}

/** Arguments in the order of the parameters, then what `*rest` and `**named` caught. */
export type NativeRun = (args: readonly Value[], rt: RenderState, rest: readonly Value[], named: Kwargs) => Value;

/** A filter, test or global. A filter's or test's first argument is its input. */
export interface NativeFunction {
  readonly signature: Signature;
  readonly run: NativeRun;
}

/**
 * Defines a function by its Python signature: `native('do_round', 'value, precision=0, method=common', run)`.
 * Defaults: `None`, `True`, `False`, integers, or text without quotes. `*` and `**` catch the rest; a leading `@` is a hidden argument.
 */
export function native(name: string, parameters: string, run: NativeRun): NativeFunction {
  const parts = parameters === '' ? [] : parameters.split(', ');
  return {
    signature: {
      name,
      hidden: parts.filter((part) => part === '@').length,
      rest: parts.includes('*'),
      namedRest: parts.includes('**'),
      single: false,
      parameters: parts.filter((part) => !['@', '*', '**'].includes(part)).map(readParameter),
    },
    run,
  };
}

/** A function of CPython's own with exactly one argument, such as `len`. */
export function nativeSingle(name: string, run: (value: Value, rt: RenderState) => Value): NativeFunction {
  const signature: Signature = {
    name,
    hidden: 0,
    rest: false,
    namedRest: false,
    single: true,
    parameters: [{ name: 'obj', fallback: undefined }],
  };
  return { signature, run: ([value], rt) => run(value as Value, rt) };
}

const constants: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['None', null],
  ['True', true],
  ['False', false],
]);

function readParameter(part: string): Parameter {
  const equals = part.indexOf('=');
  if (equals === -1) return { name: part, fallback: undefined };
  const text = part.slice(equals + 1);
  const constant = constants.get(text);
  const fallback = constant === undefined ? (/^\d+$/.test(text) ? Number(text) : text) : constant;
  return { name: part.slice(0, equals), fallback };
}

export interface Bound<T> {
  readonly args: readonly T[];
  readonly rest: readonly T[];
  readonly named: ReadonlyMap<string, T> | null;
}

/**
 * Puts arguments in the order of the parameters. Works on values when rendering and on their expressions when compiling.
 * @throws PythonError TypeError as Python words it
 */
export function bind<T>(
  signature: Signature,
  positional: readonly T[],
  named: ReadonlyMap<string, T> | null,
  fallbackOf: (value: Value) => T,
): Bound<T> {
  const { name, parameters, hidden } = signature;
  if (signature.single) checkSingle(signature, positional.length, named?.size ?? 0);
  const args: (T | undefined)[] = positional.slice(0, parameters.length);
  let others: Map<string, T> | null = null;
  for (const [key, value] of named ?? []) {
    const place = parameters.findIndex((parameter) => parameter.name === key);
    if (place === -1) {
      if (!signature.namedRest) throw typeError(`${name}() got an unexpected keyword argument '${key}'`);
      others ??= new Map();
      others.set(key, value);
    } else if (args[place] === undefined) args[place] = value;
    else throw typeError(`${name}() got multiple values for argument '${key}'`);
  }
  if (positional.length > parameters.length && !signature.rest) throw tooMany(signature, positional.length);
  const missing: string[] = [];
  const complete = parameters.map((parameter, i): T => {
    const given = args[i];
    if (given !== undefined) return given;
    if (parameter.fallback === undefined) missing.push(parameter.name);
    return fallbackOf(parameter.fallback ?? null);
  });
  if (missing.length > 0) {
    throw typeError(
      `${name}() missing ${missing.length} required positional ${plural('argument', missing.length)}: ${listed(missing)}`,
    );
  }
  return { args: complete, rest: positional.slice(parameters.length), named: others };

  function tooMany({ parameters: known }: Signature, given: number): Error {
    const most = known.length + hidden;
    const least = known.filter((parameter) => parameter.fallback === undefined).length + hidden;
    const takes = least === most ? `${most}` : `from ${least} to ${most}`;
    const were = given + hidden === 1 ? 'was' : 'were';
    return typeError(`${name}() takes ${takes} positional ${plural('argument', most)} but ${given + hidden} ${were} given`);
  }
}

function checkSingle({ name }: Signature, positional: number, named: number): void {
  if (named > 0) throw typeError(`${name}() takes no keyword arguments`);
  if (positional !== 1) throw typeError(`${name}() takes exactly one argument (${positional} given)`);
}

const plural = (word: string, count: number): string => (count === 1 ? word : `${word}s`);

function listed(names: readonly string[]): string {
  const quoted = names.map((name) => `'${name}'`);
  if (quoted.length < 3) return quoted.join(' and ');
  return `${quoted.slice(0, -1).join(', ')}, and ${quoted.at(-1)}`;
}

/** Calls a native function with arguments that are only known now. */
export function callNative(fn: NativeFunction, positional: readonly Value[], named: Kwargs, rt: RenderState): Value {
  const bound = bind(fn.signature, positional, named, (value) => value);
  return fn.run(bound.args, rt, bound.rest, bound.named);
}
