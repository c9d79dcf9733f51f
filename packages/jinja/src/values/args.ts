import { typeError } from '../errors.ts';
import type { Runtime } from '../runtime-types.ts';
import { className, typeName } from './protocol.ts';
import { indexOf } from './sequence.ts';
import { textOf } from './text.ts';
import type { Kwargs, Method, Value } from './types.ts';

/** Makers of methods that check their arguments as CPython's four ways of calling do, with the same complaints. */

const noKeywords = (type: string, name: string, kwargs: Kwargs): void => {
  if (kwargs !== null && kwargs.size > 0) throw typeError(`${type}.${name}() takes no keyword arguments`);
};

/** A method without arguments. */
export function noArgs<S extends Value>(type: string, name: string, run: (self: S, rt: Runtime) => Value): Method {
  return (self, args, kwargs, rt) => {
    noKeywords(type, name, kwargs);
    if (args.length > 0) throw typeError(`${type}.${name}() takes no arguments (${args.length} given)`);
    return run(self as S, rt);
  };
}

/** A method with exactly one positional argument. */
export function oneArg<S extends Value>(type: string, name: string, run: (self: S, arg: Value, rt: Runtime) => Value): Method {
  return (self, args, kwargs, rt) => {
    noKeywords(type, name, kwargs);
    if (args.length !== 1) throw typeError(`${type}.${name}() takes exactly one argument (${args.length} given)`);
    return run(self as S, args[0] as Value, rt);
  };
}

/** A method with `least` to `most` positional arguments. */
export function positional<S extends Value>(
  type: string,
  name: string,
  least: number,
  most: number,
  run: (self: S, args: readonly Value[], rt: Runtime) => Value,
): Method {
  return (self, args, kwargs, rt) => {
    noKeywords(type, name, kwargs);
    checkCount(name, args.length, least, most);
    return run(self as S, args, rt);
  };
}

export function checkCount(name: string, given: number, least: number, most: number): void {
  if (given >= least && given <= most) return;
  const [bound, count] = given < least ? ['at least ', least] : ['at most ', most];
  const shown = least === most ? `${count}` : `${bound}${count}`;
  throw typeError(`${name} expected ${shown} argument${count === 1 ? '' : 's'}, got ${given}`);
}

/** A method whose arguments may be given by place or by name; missing ones are undefined. */
export function named<S extends Value>(
  name: string,
  names: readonly string[],
  run: (self: S, args: readonly (Value | undefined)[], rt: Runtime) => Value,
): Method {
  return (self, args, kwargs, rt) => run(self as S, bindNames(name, names, 0, args, kwargs), rt);
}

/**
 * Arguments in the order of `names`, taken by place or by name.
 * @param required how many of the first names must be given
 * @throws PythonError TypeError in CPython's words
 */
export function bindNames(
  name: string,
  names: readonly string[],
  required: number,
  args: readonly Value[],
  kwargs: Kwargs,
): (Value | undefined)[] {
  const given = args.length + (kwargs?.size ?? 0);
  if (given > names.length) {
    const kind = kwargs === null || args.length > 0 ? '' : 'keyword ';
    throw typeError(`${name}() takes at most ${names.length} ${kind}argument${names.length === 1 ? '' : 's'} (${given} given)`);
  }
  const bound: (Value | undefined)[] = names.map((_, i) => args[i]);
  for (const [key, value] of kwargs ?? []) {
    const place = names.indexOf(key);
    if (place === -1) throw typeError(`'${key}' is an invalid keyword argument for ${name}()`);
    if (place < args.length) throw typeError(`argument for ${name}() given by name ('${key}') and position (${place + 1})`);
    bound[place] = value;
  }
  for (let i = 0; i < required; i++) {
    if (bound[i] === undefined) throw typeError(`${name}() missing required argument '${names[i]}' (pos ${i + 1})`);
  }
  return bound;
}

/** The text of an argument. @param place counts from 1, or a quoted name; undefined for the only one */
export function textArg(v: Value, name: string, place?: number | string): string {
  const text = textOf(v);
  if (text === undefined) {
    throw typeError(`${name}() argument${place === undefined ? '' : ` ${place}`} must be str, not ${shortName(v)}`);
  }
  return text;
}

/** CPython's argument parser says `None`, not `NoneType`. */
export const shortName = (v: Value): string => (v === null ? 'None' : className(v));

/** An index argument; ints too large are clamped where Python would overflow. */
export function intArg(v: Value): number {
  const index = indexOf(v);
  if (index === undefined) throw typeError(`'${typeName(v)}' object cannot be interpreted as an integer`);
  return index;
}
