import { typeError } from '../errors.ts';
import type { Runtime } from '../runtime-types.ts';
import { codePointLength } from './code-points.ts';
import { intToText } from './integers.ts';
import { strRepr } from './str-repr.ts';
import { type HashKey, PyFloat, PyObject, type Value } from './types.ts';

/** What every value answers, whether it is held as a plain JavaScript value or as an object. */

/** The name Python's error messages give the type. */
export function typeName(v: Value): string {
  switch (typeof v) {
    case 'string':
      return 'str';
    case 'number':
    case 'bigint':
      return 'int';
    case 'boolean':
      return 'bool';
    default:
      if (v === null) return 'NoneType';
      return Array.isArray(v) ? 'list' : v.typeName;
  }
}

/** Python's `type(v).__name__`. */
export const className = (v: Value): string => (v instanceof PyObject ? v.className : typeName(v));

export function truthy(v: Value, rt: Runtime): boolean {
  switch (typeof v) {
    case 'boolean':
      return v;
    case 'string':
      return v !== '';
    case 'number':
      return v !== 0;
    case 'bigint':
      return true;
    default:
      if (v === null) return false;
      return Array.isArray(v) ? v.length > 0 : v.truthy(rt);
  }
}

/** Containers whose repr is under way, so that one inside itself prints as `[...]`. */
const underWay: unknown[] = [];

/**
 * Runs `show` unless the container is being shown already, in which case `again` (such as `[...]`) stands for it.
 * @throws BudgetError of kind depth
 */
export function guardedRepr(container: object, again: string, rt: Runtime, show: () => string): string {
  if (underWay.length > 0 && underWay.includes(container)) return again;
  underWay.push(container);
  rt.budget.enter();
  try {
    return show();
  } finally {
    rt.budget.leave();
    underWay.pop();
  }
}

/** Shows items with `", "` between them; the budget counts the text as it grows. */
export function reprItems(items: Iterable<Value>, rt: Runtime): string {
  let out = '';
  let first = true;
  for (const item of items) {
    const shown = repr(item, rt);
    rt.budget.grow(2 * shown.length + 4);
    rt.budget.step(1);
    out += first ? shown : `, ${shown}`;
    first = false;
  }
  return out;
}

export function repr(v: Value, rt: Runtime): string {
  switch (typeof v) {
    case 'string':
      return strRepr(v);
    case 'number':
      return String(v);
    case 'bigint':
      return intToText(v);
    case 'boolean':
      return v ? 'True' : 'False';
    default:
      if (v === null) return 'None';
      if (Array.isArray(v)) return guardedRepr(v, '[...]', rt, () => `[${reprItems(v, rt)}]`);
      return v.repr(rt);
  }
}

export function str(v: Value, rt: Runtime): string {
  if (typeof v === 'string') return v;
  return v instanceof PyObject ? v.str(rt) : repr(v, rt);
}

/** Python's `==`. */
export function equals(a: Value, b: Value, rt: Runtime): boolean {
  switch (typeof a) {
    case 'string':
      if (typeof b === 'string') return a === b;
      break;
    case 'number':
    case 'bigint':
    case 'boolean':
      if (!(b instanceof PyObject) || b instanceof PyFloat) return numberEquals(a, b);
      break;
    default:
      if (a === null) {
        if (!(b instanceof PyObject)) return b === null;
      } else if (Array.isArray(a)) {
        if (Array.isArray(b)) return listEquals(a, b, rt);
      } else if (a instanceof PyFloat) {
        if (!(b instanceof PyObject) || b instanceof PyFloat) return numberEquals(a, b);
      } else {
        return a.equals(b, rt) ?? (b instanceof PyObject ? b.equals(a, rt) : undefined) ?? false;
      }
  }
  return b instanceof PyObject ? (b.equals(a, rt) ?? false) : false;
}

/** Equality as containers see it: the same object is equal to itself even when it says otherwise (nan). */
export const same = (a: Value, b: Value, rt: Runtime): boolean => a === b || equals(a, b, rt);

/** `items` alike in length and, one by one, in value. */
export function listEquals(a: readonly Value[], b: readonly Value[], rt: Runtime): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  rt.budget.enter();
  try {
    for (let i = 0; i < a.length; i++) {
      rt.budget.step(1);
      if (!same(a[i] as Value, b[i] as Value, rt)) return false;
    }
    return true;
  } finally {
    rt.budget.leave();
  }
}

function numberEquals(a: number | bigint | boolean | PyFloat, b: Value): boolean {
  const x = plainNumber(a);
  const y = plainNumber(b);
  if (x === undefined || y === undefined) return false;
  // Comparing bigint with number is exact, but === never holds between them.
  return typeof x === typeof y ? x === y : x >= y && x <= y;
}

/** The JavaScript number or bigint of an int, bool or float; undefined for anything else. */
export function plainNumber(v: Value): number | bigint | undefined {
  switch (typeof v) {
    case 'number':
    case 'bigint':
      return v;
    case 'boolean':
      return v ? 1 : 0;
    default:
      return v instanceof PyFloat ? v.value : undefined;
  }
}

/** Marks keys that are not text; text that begins with it gets a second one. */
export const KEY_MARK = '\u0000';

/** The hash key of a text. */
export const textKey = (text: string): string => (text.charCodeAt(0) === 0 ? `${KEY_MARK}s${text}` : text);

/**
 * The key by which dicts find a value: equal values have the same one.
 * @throws PythonError TypeError for what Python cannot hash
 */
export function hashKey(v: Value, rt: Runtime): HashKey {
  switch (typeof v) {
    case 'string':
      return textKey(v);
    case 'number':
    case 'bigint':
      return v;
    case 'boolean':
      return v ? 1 : 0;
    default: {
      if (v === null) return null;
      const key = Array.isArray(v) ? undefined : v instanceof PyFloat ? floatKey(v) : v.hashKey(rt);
      if (key === undefined) throw typeError(`unhashable type: '${typeName(v)}'`);
      return key;
    }
  }
}

function floatKey(float: PyFloat): HashKey {
  const x = float.value;
  if (Number.isNaN(x)) return float;
  return Number.isInteger(x) && !Number.isSafeInteger(x) ? BigInt(x) : x;
}

/** A text for a hash key, different for different keys; objects that hash by identity get a number. */
export function hashKeyText(key: HashKey): string {
  switch (typeof key) {
    case 'string':
      return `s${key.length}:${key}`;
    case 'number':
    case 'bigint':
      return `n${key};`;
    default:
      return key === null ? 'N' : `o${identity(key)};`;
  }
}

const identities = new WeakMap<object, number>();
let lastIdentity = 0;

function identity(object: object): number {
  const known = identities.get(object);
  if (known !== undefined) return known;
  lastIdentity++;
  identities.set(object, lastIdentity);
  return lastIdentity;
}

/** @throws PythonError TypeError when not iterable */
export function iterate(v: Value, rt: Runtime): Iterator<Value> {
  if (typeof v === 'string') return v[Symbol.iterator]();
  if (Array.isArray(v)) return v[Symbol.iterator]();
  const iterator = v instanceof PyObject ? v.iterate(rt) : undefined;
  if (iterator === undefined) throw typeError(`'${typeName(v)}' object is not iterable`);
  return iterator;
}

/** As `iterate`, for a `for … of` loop that pays a step for each item. */
export function* items(v: Value, rt: Runtime): Generator<Value, void> {
  const iterator = iterate(v, rt);
  for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
    rt.budget.step(1);
    yield next.value;
  }
}

/** Python's `list(v)`: always a new array. */
export function toArray(v: Value, rt: Runtime): Value[] {
  if (Array.isArray(v)) {
    rt.budget.grow(8 * v.length);
    return v.slice();
  }
  const out: Value[] = [];
  const iterator = iterate(v, rt);
  for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
    rt.budget.step(1);
    rt.budget.grow(8);
    out.push(next.value);
  }
  return out;
}

export function isIterable(v: Value, rt: Runtime): boolean {
  return typeof v === 'string' || Array.isArray(v) || (v instanceof PyObject && v.iterate(rt) !== undefined);
}

/** Python's `len`. @throws PythonError TypeError when there is none */
export function length(v: Value, rt: Runtime): number {
  if (typeof v === 'string') return codePointLength(v);
  if (Array.isArray(v)) return v.length;
  const n = v instanceof PyObject ? v.length(rt) : undefined;
  if (n === undefined) throw typeError(`object of type '${typeName(v)}' has no len()`);
  return n;
}
