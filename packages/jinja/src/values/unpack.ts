import { typeError, valueError } from '../errors.ts';
import type { Runtime } from '../runtime-types.ts';
import { isIterable, iterate, typeName } from './protocol.ts';
import { PyTuple } from './tuple.ts';
import type { Value } from './types.ts';

/** The items of a value that must have `count` of them. @throws PythonError TypeError or ValueError */
export function unpack(value: Value, count: number, rt: Runtime): readonly Value[] {
  const items = Array.isArray(value) ? value : value instanceof PyTuple ? value.items : take(value, count + 1, rt);
  if (items.length > count) throw valueError(`too many values to unpack (expected ${count})`);
  if (items.length < count) throw valueError(`not enough values to unpack (expected ${count}, got ${items.length})`);
  return items;
}

function take(value: Value, most: number, rt: Runtime): Value[] {
  if (!isIterable(value, rt)) throw typeError(`cannot unpack non-iterable ${typeName(value)} object`);
  const iterator = iterate(value, rt);
  const items: Value[] = [];
  for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
    items.push(next.value);
    if (items.length === most) break;
  }
  return items;
}
