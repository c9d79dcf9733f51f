import { indexError, typeError, valueError } from '../errors.ts';
import type { Runtime } from '../runtime-types.ts';
import { intArg, noArgs, oneArg, positional } from './args.ts';
import { sortValues } from './order.ts';
import { items, repr, same, toArray, truthy, typeName } from './protocol.ts';
import { indexOf, sliceRange } from './sequence.ts';
import { ownList } from './shared.ts';
import type { PyTuple } from './tuple.ts';
import { type Kwargs, type Method, PyObject, type Value } from './types.ts';

/** Place of an equal item between start and stop; -1 when there is none. */
function placeOf(list: readonly Value[], args: readonly Value[], rt: Runtime): number {
  const [wanted, start = 0, stop = list.length] = args;
  for (const bound of [start, stop]) {
    if (indexOf(bound) === undefined) throw typeError('slice indices must be integers or have an __index__ method');
  }
  const { start: from, count } = sliceRange(start, stop, null, list.length);
  for (let i = from; i < from + count; i++) {
    rt.budget.step(1);
    if (same(list[i] as Value, wanted as Value, rt)) return i;
  }
  return -1;
}

function countOf(list: readonly Value[], wanted: Value, rt: Runtime): number {
  rt.budget.step(list.length);
  let count = 0;
  for (const item of list) if (same(item, wanted, rt)) count++;
  return count;
}

function sort(self: Value[], args: readonly Value[], kwargs: Kwargs, rt: Runtime): null {
  if (args.length > 0) throw typeError('sort() takes no positional arguments');
  for (const name of kwargs?.keys() ?? []) {
    if (name !== 'key' && name !== 'reverse') throw typeError(`'${name}' is an invalid keyword argument for sort()`);
  }
  const key = kwargs?.get('key') ?? null;
  const reverse = kwargs?.get('reverse') ?? false;
  if (indexOf(reverse) === undefined) throw typeError(`'${typeName(reverse)}' object cannot be interpreted as an integer`);
  const keyOf = key === null ? (item: Value): Value => item : (item: Value): Value => callKey(key, item, rt);
  const sorted = sortValues(self, keyOf, truthy(reverse, rt), rt);
  ownList(self).length = 0;
  for (const item of sorted) self.push(item);
  return null;
}

function callKey(key: Value, item: Value, rt: Runtime): Value {
  if (!(key instanceof PyObject) || !key.callable) throw typeError(`'${typeName(key)}' object is not callable`);
  return key.call([item], null, rt);
}

function pop(self: Value[], args: readonly Value[]): Value {
  const place = args.length === 0 ? -1 : intArg(args[0] as Value);
  if (self.length === 0) throw indexError('pop from empty list');
  const index = place < 0 ? place + self.length : place;
  if (index < 0 || index >= self.length) throw indexError('pop index out of range');
  return ownList(self).splice(index, 1)[0] as Value;
}

/** All methods of list. */
export const listMethods: ReadonlyMap<string, Method> = new Map<string, Method>([
  [
    'append',
    oneArg<Value[]>('list', 'append', (self, item, rt) => {
      rt.budget.grow(8);
      ownList(self).push(item);
      return null;
    }),
  ],
  [
    'extend',
    oneArg<Value[]>('list', 'extend', (self, more, rt) => {
      ownList(self);
      for (const item of Array.isArray(more) ? toArray(more, rt) : items(more, rt)) {
        rt.budget.grow(8);
        self.push(item);
      }
      return null;
    }),
  ],
  [
    'insert',
    positional<Value[]>('list', 'insert', 2, 2, (self, [place, item], rt) => {
      rt.budget.grow(8);
      rt.budget.step(1 + Math.floor(self.length / 64));
      ownList(self).splice(intArg(place as Value), 0, item as Value);
      return null;
    }),
  ],
  ['pop', positional<Value[]>('list', 'pop', 0, 1, (self, args) => pop(self, args))],
  [
    'remove',
    oneArg<Value[]>('list', 'remove', (self, item, rt) => {
      const place = placeOf(self, [item], rt);
      if (place === -1) throw valueError('list.remove(x): x not in list');
      ownList(self).splice(place, 1);
      return null;
    }),
  ],
  [
    'index',
    positional<Value[]>('list', 'index', 1, 3, (self, args, rt) => {
      const place = placeOf(self, args, rt);
      if (place === -1) throw valueError(`${repr(args[0] as Value, rt)} is not in list`);
      return place;
    }),
  ],
  ['count', oneArg<Value[]>('list', 'count', countOf)],
  ['sort', (self, args, kwargs, rt) => sort(self as Value[], args, kwargs, rt)],
  [
    'reverse',
    noArgs<Value[]>('list', 'reverse', (self, rt) => {
      rt.budget.step(1 + Math.floor(self.length / 64));
      ownList(self).reverse();
      return null;
    }),
  ],
  ['copy', noArgs<Value[]>('list', 'copy', toArray)],
  [
    'clear',
    noArgs<Value[]>('list', 'clear', (self) => {
      ownList(self).length = 0;
      return null;
    }),
  ],
]);

/** All methods of tuple. */
export const tupleMethods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['count', oneArg<PyTuple>('tuple', 'count', (self, wanted, rt) => countOf(self.items, wanted, rt))],
  [
    'index',
    positional<PyTuple>('tuple', 'index', 1, 3, (self, args, rt) => {
      const place = placeOf(self.items, args, rt);
      if (place === -1) throw valueError('tuple.index(x): x not in tuple');
      return place;
    }),
  ],
]);
