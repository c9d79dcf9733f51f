import type { Runtime } from '../runtime-types.ts';

/**
 * A Python value as this engine holds it. None is `null`, bool a JavaScript boolean, str a JavaScript string, list an array.
 * An int is a `number` inside ±(2^53 - 1), never -0, and a `bigint` only outside that range; every operation normalises.
 * Everything else, floats too, is a `PyObject`. JavaScript's `undefined` is never a value: it means "there is no such thing".
 */
export type Value = null | boolean | number | bigint | string | Value[] | PyObject;

/** Keyword arguments of a call in the order written; null when there are none. */
export type Kwargs = ReadonlyMap<string, Value> | null;

/** A method of a type, called with its instance: what `getAttr` binds into a `PyFunction`. */
export type Method<Self = Value> = (self: Self, args: readonly Value[], kwargs: Kwargs, rt: Runtime) => Value;

/** What a dict finds a key by: equal values give the same key by JavaScript's SameValueZero. */
export type HashKey = string | number | bigint | null | object;

export type BinaryOp = '+' | '-' | '*' | '/' | '//' | '%' | '**';
export type OrderOp = '<' | '<=' | '>' | '>=';

/**
 * Base of all values that are not plain JavaScript ones. Templates reach an object only through these methods; its own
 * JavaScript properties are out of reach. A method that answers `undefined` says what Python's NotImplemented or a missing slot says.
 */
export abstract class PyObject {
  /** Name that Python's own error messages use, such as `dict` or `datetime.datetime`. */
  abstract readonly typeName: string;

  /** Module of the type: Jinja2 prints it for all but `builtins` ("datetime.datetime object"). */
  get moduleName(): string {
    const dot = this.typeName.lastIndexOf('.');
    return dot === -1 ? 'builtins' : this.typeName.slice(0, dot);
  }

  /** Python's `type(x).__name__`. */
  get className(): string {
    return this.typeName.slice(this.typeName.lastIndexOf('.') + 1);
  }

  get callable(): boolean {
    return false;
  }

  /** A public attribute or bound method, `undefined` when there is none. Names that start with `_` are the sandbox's business. */
  getAttr(_name: string, _rt: Runtime): Value | undefined {
    return undefined;
  }

  /** False: `x[k]` is a TypeError ("object is not subscriptable"). */
  get subscriptable(): boolean {
    return false;
  }

  /** The item, or `undefined` when there is none (where Python raises KeyError or IndexError, or TypeError for a bad key). */
  getItem(_key: Value, _rt: Runtime): Value | undefined {
    return undefined;
  }

  /** `x[start:stop:step]`; `undefined` when the type has no slices. Bounds are ints or null. */
  getSlice(_start: Value, _stop: Value, _step: Value, _rt: Runtime): Value | undefined {
    return undefined;
  }

  /** A fresh iterator (an iterator answers itself); `undefined` when not iterable. */
  iterate(_rt: Runtime): Iterator<Value> | undefined {
    return undefined;
  }

  /** True when a second `iterate` starts from the beginning: false for generators. */
  get reiterable(): boolean {
    return true;
  }

  /** Python's `len`; `undefined` when the type has none. */
  length(_rt: Runtime): number | undefined {
    return undefined;
  }

  /** `item in x`; `undefined` means: search by iterating. */
  contains(_item: Value, _rt: Runtime): boolean | undefined {
    return undefined;
  }

  truthy(rt: Runtime): boolean {
    const length = this.length(rt);
    return length === undefined || length !== 0;
  }

  abstract repr(rt: Runtime): string;

  str(rt: Runtime): string {
    return this.repr(rt);
  }

  /** `format(x, spec)`; `undefined` when the type takes no spec but the empty one. */
  format(_spec: string, _rt: Runtime): string | undefined {
    return undefined;
  }

  /** `x == other`; `undefined` when this type does not know the other. */
  equals(other: Value, _rt: Runtime): boolean | undefined {
    return this === other ? true : undefined;
  }

  /** `x op other`; `undefined` when this type does not order itself against the other. */
  order(_op: OrderOp, _other: Value, _rt: Runtime): boolean | undefined {
    return undefined;
  }

  /** `undefined` for unhashable types. Default: identity. */
  hashKey(_rt: Runtime): HashKey | undefined {
    return this;
  }

  /** `x op other`, or `other op x` when `reflected`; `undefined` for NotImplemented. */
  binary(_op: BinaryOp, _other: Value, _reflected: boolean, _rt: Runtime): Value | undefined {
    return undefined;
  }

  /** `-x`, `+x`, `abs(x)`; `undefined` when the type has no such thing. */
  unary(_op: '-' | '+' | 'abs', _rt: Runtime): Value | undefined {
    return undefined;
  }

  /** `int(x)` or `float(x)`; `undefined` when the type has no such conversion. */
  convert(_to: 'int' | 'float', _rt: Runtime): Value | undefined {
    return undefined;
  }

  /** Called only when `callable`. */
  call(_args: readonly Value[], _kwargs: Kwargs, _rt: Runtime): Value {
    throw new TypeError(`${this.typeName} is not callable`);
  }
}

/** A Python float. */
export class PyFloat extends PyObject {
  readonly value: number;

  constructor(value: number) {
    super();
    this.value = value;
  }

  get typeName(): string {
    return 'float';
  }

  override truthy(): boolean {
    return this.value !== 0;
  }

  override repr(): string {
    return floatRepr(this.value);
  }

  override unary(op: '-' | '+' | 'abs'): Value {
    if (op === '-') return new PyFloat(-this.value);
    return op === '+' ? this : new PyFloat(Math.abs(this.value));
  }
}

/** Python's repr of a float: shortest text that reads back, `.0` for whole numbers, exponent form from 1e16 and below 1e-4. */
export function floatRepr(x: number): string {
  if (Number.isInteger(x) && Math.abs(x) < 1e16) return Object.is(x, -0) ? '-0.0' : `${x}.0`;
  if (Number.isNaN(x)) return 'nan';
  if (x === Number.POSITIVE_INFINITY) return 'inf';
  if (x === Number.NEGATIVE_INFINITY) return '-inf';
  const absolute = Math.abs(x);
  // JavaScript goes over to exponents only below 1e-6 and from 1e21.
  if (absolute >= 1e-4 && absolute < 1e16) return String(x);
  const [mantissa = '', exponent = '0'] = x.toExponential().split('e');
  const power = Math.abs(Number(exponent));
  return `${mantissa}e${exponent.startsWith('-') ? '-' : '+'}${power < 10 ? '0' : ''}${power}`;
}
