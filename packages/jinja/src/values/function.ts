import type { Runtime } from '../runtime-types.ts';
import { ADDRESS } from './address.ts';
import { typeName } from './protocol.ts';
import { type Kwargs, type Method, PyObject, type Value } from './types.ts';

export type Call = (args: readonly Value[], kwargs: Kwargs, rt: Runtime) => Value;

/** Something callable. */
export class PyFunction extends PyObject {
  readonly name: string;
  private readonly kind: 'function' | 'method' | 'builtin_function_or_method';
  private readonly run: Call;

  constructor(name: string, run: Call, kind: 'function' | 'method' | 'builtin_function_or_method' = 'function') {
    super();
    this.name = name;
    this.run = run;
    this.kind = kind;
  }

  get typeName(): string {
    return this.kind;
  }

  override get callable(): boolean {
    return true;
  }

  override call(args: readonly Value[], kwargs: Kwargs, rt: Runtime): Value {
    return this.run(args, kwargs, rt);
  }

  override repr(): string {
    if (this.kind === 'function') return `<function ${this.name} ${ADDRESS}>`;
    return `<${this.kind === 'method' ? 'bound' : 'built-in'} method ${this.name} ${ADDRESS}>`;
  }
}

/** A method together with its instance. */
export class BoundMethod extends PyObject {
  readonly name: string;
  private readonly self: Value;
  private readonly method: Method;

  constructor(name: string, self: Value, method: Method) {
    super();
    this.name = name;
    this.self = self;
    this.method = method;
  }

  get typeName(): string {
    return 'builtin_function_or_method';
  }

  override get callable(): boolean {
    return true;
  }

  override call(args: readonly Value[], kwargs: Kwargs, rt: Runtime): Value {
    return this.method(this.self, args, kwargs, rt);
  }

  override equals(other: Value): boolean | undefined {
    return other instanceof BoundMethod ? other.method === this.method && other.self === this.self : undefined;
  }

  /** As Python shows it, with an address that is always the same. */
  override repr(): string {
    return `<built-in method ${this.name} of ${typeName(this.self)} object ${ADDRESS}>`;
  }
}

/** A class that templates can call, such as `dict`. */
export class PyType extends PyObject {
  readonly name: string;
  private readonly construct: Call;
  private readonly statics: ReadonlyMap<string, Value>;

  constructor(name: string, construct: Call, statics: ReadonlyMap<string, Value> = new Map()) {
    super();
    this.name = name;
    this.construct = construct;
    this.statics = statics;
  }

  get typeName(): string {
    return 'type';
  }

  override get callable(): boolean {
    return true;
  }

  override getAttr(name: string): Value | undefined {
    return this.statics.get(name);
  }

  override call(args: readonly Value[], kwargs: Kwargs, rt: Runtime): Value {
    return this.construct(args, kwargs, rt);
  }

  override repr(): string {
    return `<class '${this.name}'>`;
  }
}
