import { typeError } from '../errors.ts';
import type { Runtime } from '../runtime-types.ts';
import { PyBytes } from './bytes.ts';
import { DictView, PyDict } from './dict.ts';
import { dictMethods, viewMethods } from './dict-methods.ts';
import { BoundMethod } from './function.ts';
import { listMethods, tupleMethods } from './list-methods.ts';
import { floatAttribute, floatMethods, intAttribute, intMethods } from './number-methods.ts';
import { arithmetic, intValue } from './numbers.ts';
import { printf } from './printf.ts';
import { items, same, typeName } from './protocol.ts';
import { multiplyCount, repeatText } from './repeat.ts';
import { charAt, indexOf, itemAt, sliceItems, sliceRange, sliceText } from './sequence.ts';
import { stringMethods } from './string-methods/index.ts';
import { textOf } from './text.ts';
import { PyTuple, repeatItems } from './tuple.ts';
import { type BinaryOp, type Kwargs, type Method, PyFloat, PyObject, type Value } from './types.ts';

/** The operations of the language on values: the one face the interpreter uses. All throw Python's errors in Python's words. */

export { order } from './order.ts';
export { className, equals, isIterable, items, iterate, length, repr, same, str, toArray, truthy, typeName } from './protocol.ts';

export function add(a: Value, b: Value, rt: Runtime): Value {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return binary('+', a, b, rt);
}

export const multiply = (a: Value, b: Value, rt: Runtime): Value => binary('*', a, b, rt);
export const divide = (a: Value, b: Value, rt: Runtime): Value => binary('/', a, b, rt);
export const power = (a: Value, b: Value, rt: Runtime): Value => binary('**', a, b, rt);

/** `a op b`. */
export function binary(op: BinaryOp, a: Value, b: Value, rt: Runtime): Value {
  const number = arithmetic(op, a, b, rt);
  if (number !== undefined) return number;
  const result = sequenceOp(op, a, b, rt) ?? objectOp(op, a, b, rt);
  if (result !== undefined) return result;
  throw unsupported(op, a, b);
}

function sequenceOp(op: BinaryOp, a: Value, b: Value, rt: Runtime): Value | undefined {
  if (op === '%' && typeof a === 'string') return printf(a, b, rt);
  if (op === '+') {
    if (typeof a === 'string' && typeof b === 'string') {
      rt.budget.grow(2 * (a.length + b.length));
      return a + b;
    }
    if (Array.isArray(a) && Array.isArray(b)) {
      rt.budget.grow(8 * (a.length + b.length));
      return a.concat(b);
    }
    return undefined;
  }
  if (op !== '*') return undefined;
  if (typeof a === 'string' || Array.isArray(a)) return repeat(a, b, rt);
  return typeof b === 'string' || Array.isArray(b) ? repeat(b, a, rt) : undefined;
}

function repeat(sequence: string | Value[], by: Value, rt: Runtime): Value | undefined {
  const times = multiplyCount(by);
  if (times === undefined) return undefined;
  return typeof sequence === 'string' ? repeatText(sequence, times, rt) : repeatItems(sequence, times, rt);
}

function objectOp(op: BinaryOp, a: Value, b: Value, rt: Runtime): Value | undefined {
  const result = a instanceof PyObject ? a.binary(op, b, false, rt) : undefined;
  return result ?? (b instanceof PyObject ? b.binary(op, a, true, rt) : undefined);
}

/** Sequences whose own `+` and `*` say what is wrong; those of Markup leave it to the other side. */
const isSequence = (v: Value): boolean =>
  typeof v === 'string' || Array.isArray(v) || v instanceof PyTuple || v instanceof PyBytes;

function unsupported(op: BinaryOp, a: Value, b: Value): Error {
  if (op === '+' && isSequence(a) && !(a instanceof PyBytes)) {
    const kind = typeof a === 'string' ? 'str' : Array.isArray(a) ? 'list' : 'tuple';
    return typeError(`can only concatenate ${kind} (not "${typeName(b)}") to ${kind}`);
  }
  if (op === '+' && a instanceof PyBytes) return typeError(`can't concat ${typeName(b)} to bytes`);
  if (op === '*' && (isSequence(a) || isSequence(b))) {
    return typeError(`can't multiply sequence by non-int of type '${typeName(isSequence(a) ? b : a)}'`);
  }
  return typeError(`unsupported operand type(s) for ${op === '**' ? '** or pow()' : op}: '${typeName(a)}' and '${typeName(b)}'`);
}

/** `-v` or `+v`. */
export function unary(op: '-' | '+', v: Value, rt: Runtime): Value {
  const n = intValue(v);
  if (n !== undefined) return op === '+' ? n : n === 0 ? 0 : -n;
  const result = v instanceof PyObject ? v.unary(op, rt) : undefined;
  if (result === undefined) throw typeError(`bad operand type for unary ${op}: '${typeName(v)}'`);
  return result;
}

/** Python's `abs`. */
export function absolute(v: Value, rt: Runtime): Value {
  const n = intValue(v);
  if (n !== undefined) return n < 0 ? -n : n;
  const result = v instanceof PyObject ? v.unary('abs', rt) : undefined;
  if (result === undefined) throw typeError(`bad operand type for abs(): '${typeName(v)}'`);
  return result;
}

/** `item in container`. */
export function contains(container: Value, item: Value, rt: Runtime): boolean {
  if (typeof container === 'string') return textContains(container, item, rt);
  if (Array.isArray(container)) {
    for (const mine of container) {
      rt.budget.step(1);
      if (same(mine, item, rt)) return true;
    }
    return false;
  }
  const text = textOf(container);
  if (text !== undefined) return textContains(text, item, rt);
  const known = container instanceof PyObject ? container.contains(item, rt) : undefined;
  if (known !== undefined) return known;
  if (!(container instanceof PyObject) || container.iterate(rt) === undefined) {
    throw typeError(`argument of type '${typeName(container)}' is not iterable`);
  }
  for (const mine of items(container, rt)) if (same(mine, item, rt)) return true;
  return false;
}

function textContains(text: string, item: Value, rt: Runtime): boolean {
  const part = textOf(item);
  if (part === undefined) throw typeError(`'in <string>' requires string as left operand, not ${typeName(item)}`);
  rt.budget.step(1 + Math.floor(text.length / 1024));
  return text.includes(part);
}

/** The method of a built-in type, to be called with its instance; undefined when it has none of that name. */
export function findMethod(v: Value, name: string): Method | undefined {
  switch (typeof v) {
    case 'string':
      return stringMethods.get(name);
    case 'number':
    case 'bigint':
    case 'boolean':
      return intMethods.get(name);
    default:
      if (v === null) return undefined;
      if (Array.isArray(v)) return listMethods.get(name);
      if (v instanceof PyDict) return dictMethods.get(name);
      if (v instanceof PyFloat) return floatMethods.get(name);
      if (v instanceof PyTuple) return tupleMethods.get(name);
      return v instanceof DictView && v.kind !== 'values' ? viewMethods.get(name) : undefined;
  }
}

/** A public attribute or bound method by Python's `getattr`; undefined when there is none. Names with a leading `_` are never found here. */
export function getAttr(v: Value, name: string, rt: Runtime): Value | undefined {
  const method = findMethod(v, name);
  if (method !== undefined) return new BoundMethod(name, v, method);
  switch (typeof v) {
    case 'number':
    case 'bigint':
    case 'boolean':
      return intAttribute(v, name);
    case 'string':
      return undefined;
    default:
      if (v === null || Array.isArray(v)) return undefined;
      return v instanceof PyFloat ? floatAttribute(v, name) : v.getAttr(name, rt);
  }
}

/**
 * `v[key]`; undefined where Python raises KeyError, IndexError or TypeError, which Jinja2 turns into an undefined value.
 * An undefined value throws its own error.
 */
export function getItem(v: Value, key: Value, rt: Runtime): Value | undefined {
  if (v instanceof PyDict) return typeof key === 'string' ? v.getText(key) : dictItem(v, key, rt);
  if (Array.isArray(v)) {
    const index = indexOf(key);
    return index === undefined ? undefined : itemAt(v, index);
  }
  if (typeof v === 'string') {
    const index = indexOf(key);
    return index === undefined ? undefined : charAt(v, index);
  }
  if (v instanceof PyTuple) {
    const index = indexOf(key);
    return index === undefined ? undefined : itemAt(v.items, index);
  }
  return v instanceof PyObject ? v.getItem(key, rt) : undefined;
}

/** Lists and dicts are no keys: asking for them finds nothing. */
function dictItem(dict: PyDict, key: Value, rt: Runtime): Value | undefined {
  return isHashable(key, rt) ? dict.get(key, rt) : undefined;
}

export function isHashable(v: Value, rt: Runtime): boolean {
  if (Array.isArray(v)) return false;
  if (v instanceof PyTuple) return v.items.every((item) => isHashable(item, rt));
  return !(v instanceof PyObject) || v instanceof PyFloat || v.hashKey(rt) !== undefined;
}

/** `v[start:stop:step]`; bounds left out are null. */
export function slice(v: Value, start: Value, stop: Value, step: Value, rt: Runtime): Value {
  if (typeof v === 'string') return sliceText(v, start, stop, step, rt);
  if (Array.isArray(v)) return sliceItems(v, sliceRange(start, stop, step, v.length), rt);
  if (v instanceof PyTuple) return new PyTuple(sliceItems(v.items, sliceRange(start, stop, step, v.items.length), rt));
  if (v instanceof PyDict) throw typeError("unhashable type: 'slice'");
  const part = v instanceof PyObject ? v.getSlice(start, stop, step, rt) : undefined;
  if (part === undefined) throw typeError(`'${typeName(v)}' object is not subscriptable`);
  return part;
}

export const isCallable = (v: Value): boolean => v instanceof PyObject && v.callable;

export function call(f: Value, args: readonly Value[], kwargs: Kwargs, rt: Runtime): Value {
  if (f instanceof PyObject && f.callable) return f.call(args, kwargs, rt);
  throw typeError(`'${typeName(f)}' object is not callable`);
}
