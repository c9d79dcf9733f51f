import type { Runtime } from '../runtime-types.ts';
import { guardedRepr, hashKey, hashKeyText, KEY_MARK, listEquals, repr, reprItems, same } from './protocol.ts';
import { multiplyCount } from './repeat.ts';
import { type BinaryOp, type HashKey, PyObject, type Value } from './types.ts';

/** An immutable row of values. */
export class PyTuple extends PyObject {
  readonly items: readonly Value[];

  constructor(items: readonly Value[]) {
    super();
    this.items = items;
  }

  get typeName(): string {
    return 'tuple';
  }

  override get subscriptable(): boolean {
    return true;
  }

  override iterate(): Iterator<Value> {
    return this.items[Symbol.iterator]();
  }

  override length(): number {
    return this.items.length;
  }

  override contains(item: Value, rt: Runtime): boolean {
    rt.budget.step(this.items.length);
    return this.items.some((mine) => same(mine, item, rt));
  }

  override repr(rt: Runtime): string {
    return guardedRepr(this, '(...)', rt, () => {
      if (this.items.length === 1) return `(${repr(this.items[0] as Value, rt)},)`;
      return `(${reprItems(this.items, rt)})`;
    });
  }

  override equals(other: Value, rt: Runtime): boolean | undefined {
    return other instanceof PyTuple ? listEquals(this.items, other.items, rt) : undefined;
  }

  override hashKey(rt: Runtime): HashKey {
    let key = `${KEY_MARK}t`;
    for (const item of this.items) key += hashKeyText(hashKey(item, rt));
    rt.budget.grow(key.length);
    return key;
  }

  override binary(op: BinaryOp, other: Value, reflected: boolean, rt: Runtime): Value | undefined {
    if (op === '+' && !reflected && other instanceof PyTuple) {
      rt.budget.grow(8 * (this.items.length + other.items.length));
      return new PyTuple([...this.items, ...other.items]);
    }
    if (op !== '*') return undefined;
    const times = multiplyCount(other);
    return times === undefined ? undefined : new PyTuple(repeatItems(this.items, times, rt));
  }
}

/** `items * times`, paid for before it is built. */
export function repeatItems(items: readonly Value[], times: number, rt: Runtime): Value[] {
  rt.budget.grow(8 * items.length * times);
  rt.budget.step(items.length * times);
  const out: Value[] = [];
  for (let i = 0; i < times; i++) for (const item of items) out.push(item);
  return out;
}
