import { keyError, typeError, valueError } from '../errors.ts';
import type { Runtime } from '../runtime-types.ts';
import { checkCount, noArgs, positional } from './args.ts';
import { DictView, PyDict } from './dict.ts';
import { PyFunction, PyType } from './function.ts';
import { isIterable, items, repr, toArray, typeName } from './protocol.ts';
import { PyTuple } from './tuple.ts';
import { type Kwargs, type Method, PyObject, type Value } from './types.ts';

/** What `dict(...)` and `.update(...)` do with their arguments: a mapping or pairs, then keywords. */
function fillDict(dict: PyDict, name: string, args: readonly Value[], kwargs: Kwargs, rt: Runtime): void {
  checkCount(name, args.length, 0, 1);
  const [source] = args;
  if (source instanceof PyDict) {
    for (const [key, value] of source === dict ? [] : source.pairs()) {
      rt.budget.step(1);
      dict.set(key, value, rt);
    }
  } else if (source !== undefined) {
    // Python asks for `keys` first, which an undefined value does not take.
    if (source instanceof PyObject) source.getAttr('keys', rt);
    let place = 0;
    for (const pair of items(source, rt)) {
      if (!isIterable(pair, rt)) throw typeError(`cannot convert dictionary update sequence element #${place} to a sequence`);
      const row = toArray(pair, rt);
      if (row.length !== 2)
        throw valueError(`dictionary update sequence element #${place} has length ${row.length}; 2 is required`);
      dict.set(row[0] as Value, row[1] as Value, rt);
      place++;
    }
  }
  for (const [key, value] of kwargs ?? []) dict.set(key, value, rt);
}

function fromKeys(args: readonly Value[], rt: Runtime): PyDict {
  const [keys, value = null] = args;
  const dict = PyDict.empty();
  for (const key of items(keys as Value, rt)) dict.set(key, value, rt);
  return dict;
}

const fromKeysMethod = positional<Value>('dict', 'fromkeys', 1, 2, (_self, args, rt) => fromKeys(args, rt));

/** The global `dict`. */
export const dictType: PyType = new PyType(
  'dict',
  (args, kwargs, rt) => {
    const dict = PyDict.empty();
    fillDict(dict, 'dict', args, kwargs, rt);
    return dict;
  },
  new Map([
    [
      'fromkeys',
      new PyFunction('fromkeys', (args, kwargs, rt) => fromKeysMethod(null, args, kwargs, rt), 'builtin_function_or_method'),
    ],
  ]),
);

function pop(self: PyDict, args: readonly Value[], rt: Runtime): Value {
  const [key, missing] = args as [Value, Value?];
  const removed = self.delete(key, rt);
  const value = removed === undefined ? missing : removed;
  if (value === undefined) throw keyError(repr(key, rt));
  return value;
}

const view = (kind: 'keys' | 'values' | 'items'): [string, Method] => [
  kind,
  noArgs<PyDict>('dict', kind, (self) => new DictView(kind, self)),
];

/** All methods of dict. */
export const dictMethods: ReadonlyMap<string, Method> = new Map<string, Method>([
  [
    'get',
    positional<PyDict>('dict', 'get', 1, 2, (self, [key, missing = null], rt) => {
      const found = self.get(key as Value, rt);
      return found === undefined ? missing : found;
    }),
  ],
  view('keys'),
  view('values'),
  view('items'),
  ['pop', positional<PyDict>('dict', 'pop', 1, 2, pop)],
  [
    'popitem',
    noArgs<PyDict>('dict', 'popitem', (self, rt) => {
      const key = self.lastKey();
      if (key === undefined) throw keyError("'popitem(): dictionary is empty'");
      rt.budget.step(1 + Math.floor(self.size / 16));
      return new PyTuple([key, self.delete(key, rt) as Value]);
    }),
  ],
  [
    'setdefault',
    positional<PyDict>('dict', 'setdefault', 1, 2, (self, [key, missing = null], rt) => {
      const found = self.get(key as Value, rt);
      if (found !== undefined) return found;
      self.set(key as Value, missing, rt);
      return missing;
    }),
  ],
  [
    'update',
    (self, args, kwargs, rt) => {
      fillDict(self as PyDict, 'update', args, kwargs, rt);
      return null;
    },
  ],
  ['copy', noArgs<PyDict>('dict', 'copy', (self, rt) => self.copy(rt))],
  [
    'clear',
    noArgs<PyDict>('dict', 'clear', (self) => {
      self.clear();
      return null;
    }),
  ],
  ['fromkeys', fromKeysMethod],
]);

/** Methods of the views that `.keys()` and `.items()` give. */
export const viewMethods: ReadonlyMap<string, Method> = new Map<string, Method>([
  [
    'isdisjoint',
    (self, args, _kwargs, rt) => {
      if (args.length !== 1) throw typeError(`${typeName(self)}.isdisjoint() takes exactly one argument (${args.length} given)`);
      const mine = self as DictView;
      for (const item of items(args[0] as Value, rt)) if (mine.contains(item, rt) === true) return false;
      return true;
    },
  ],
]);
