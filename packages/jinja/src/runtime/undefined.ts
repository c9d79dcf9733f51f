import { SecurityError, UndefinedError } from '../errors.ts';
import type { Runtime } from '../runtime-types.ts';
import { repr } from '../values/protocol.ts';
import { strRepr } from '../values/str-repr.ts';
import { type HashKey, PyObject, type Value } from '../values/types.ts';

/** What a missing value knows of itself; its message is made only when somebody trips over it. */
export interface UndefinedOrigin {
  /** The whole message; goes before the rest. */
  readonly hint?: string;
  /** What the value was looked for in; absent for a variable. */
  readonly object?: Value;
  readonly name?: Value;
  /** The sandbox hid the value: tripping over it is a SecurityError. */
  readonly unsafe?: boolean;
}

const EVERY: object = {};

/** Jinja2's `Undefined`: prints nothing, is false and empty, equals its like, and fails at everything else. */
export class Undefined extends PyObject {
  readonly origin: UndefinedOrigin;

  constructor(origin: UndefinedOrigin) {
    super();
    this.origin = origin;
  }

  get typeName(): string {
    return 'Undefined';
  }

  override get moduleName(): string {
    return 'jinja2.runtime';
  }

  /** Python can call it, only to be told that it is undefined. */
  override get callable(): boolean {
    return true;
  }

  override get subscriptable(): boolean {
    return true;
  }

  message(rt: Runtime): string {
    const { hint, object, name = null } = this.origin;
    if (hint) return hint;
    if (object === undefined) return `${repr(name, rt)} is undefined`;
    if (typeof name !== 'string') return `${describeObject(object)} has no element ${repr(name, rt)}`;
    return `${strRepr(describeObject(object))} has no attribute ${strRepr(name)}`;
  }

  fail(rt: Runtime): never {
    if (this.origin.unsafe) throw new SecurityError(this.message(rt));
    throw new UndefinedError(this.message(rt));
  }

  override getAttr(_name: string, rt: Runtime): Value {
    this.fail(rt);
  }

  override getItem(_key: Value, rt: Runtime): Value {
    this.fail(rt);
  }

  override getSlice(_start: Value, _stop: Value, _step: Value, rt: Runtime): Value {
    this.fail(rt);
  }

  override iterate(_rt: Runtime): Iterator<Value> {
    return [][Symbol.iterator]();
  }

  override length(_rt: Runtime): number {
    return 0;
  }

  override truthy(_rt: Runtime): boolean {
    return false;
  }

  override repr(_rt: Runtime): string {
    return this.typeName;
  }

  override str(_rt: Runtime): string {
    return '';
  }

  override equals(other: Value, _rt: Runtime): boolean {
    return other instanceof Undefined;
  }

  override order(_op: string, _other: Value, rt: Runtime): boolean {
    this.fail(rt);
  }

  override hashKey(_rt: Runtime): HashKey {
    return EVERY;
  }

  override binary(_op: string, _other: Value, _reflected: boolean, rt: Runtime): Value {
    this.fail(rt);
  }

  override unary(op: '-' | '+' | 'abs', rt: Runtime): Value | undefined {
    if (op === 'abs') return undefined;
    this.fail(rt);
  }

  override convert(_to: 'int' | 'float', rt: Runtime): Value {
    this.fail(rt);
  }

  override call(_args: readonly Value[], _kwargs: unknown, rt: Runtime): Value {
    this.fail(rt);
  }
}

/** Attributes and items of it are undefined again instead of failing. */
export class ChainableUndefined extends Undefined {
  override get typeName(): string {
    return 'ChainableUndefined';
  }

  override getAttr(): Value {
    return this;
  }

  override getItem(): Value {
    return this;
  }
}

/** Fails at everything but being tested for `defined`. */
export class StrictUndefined extends Undefined {
  override get typeName(): string {
    return 'StrictUndefined';
  }

  override iterate(rt: Runtime): Iterator<Value> {
    this.fail(rt);
  }

  override length(rt: Runtime): number {
    this.fail(rt);
  }

  override truthy(rt: Runtime): boolean {
    this.fail(rt);
  }

  override str(rt: Runtime): string {
    this.fail(rt);
  }

  override equals(_other: Value, rt: Runtime): boolean {
    this.fail(rt);
  }

  override contains(_item: Value, rt: Runtime): boolean {
    this.fail(rt);
  }

  override hashKey(rt: Runtime): HashKey {
    this.fail(rt);
  }
}

export type UndefinedKind = 'default' | 'chainable' | 'strict';

export const undefinedClasses: Record<UndefinedKind, typeof Undefined> = {
  default: Undefined,
  chainable: ChainableUndefined,
  strict: StrictUndefined,
};

/** "dict object", "datetime.datetime object", "None": how Jinja2's messages name what a value was looked for in. */
function describeObject(object: Value): string {
  if (object === null) return 'None';
  if (Array.isArray(object)) return 'list object';
  if (!(object instanceof PyObject)) {
    return { string: 'str object', boolean: 'bool object', number: 'int object', bigint: 'int object' }[
      typeof object as 'string'
    ];
  }
  const module = object.moduleName;
  return module === 'builtins' ? `${object.className} object` : `${module}.${object.className} object`;
}
