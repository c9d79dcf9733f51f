import { FilterArgumentError } from '../errors.ts';
import { type NativeFunction, type NativeRun, native } from '../native.ts';
import type { RenderState } from '../runtime/state.ts';
import { PyIterator } from '../values/iterator.ts';
import { items, truthy } from '../values/ops.ts';
import { strRepr } from '../values/str-repr.ts';
import type { Kwargs, Value } from '../values/types.ts';
import { attributeGetter, type Getter } from './support.ts';

/** What `map` does to each item: reads an attribute, or applies a filter by name. */
function mapper(rest: readonly Value[], named: Kwargs, rt: RenderState): Getter {
  if (rest.length === 0 && named?.has('attribute')) {
    const unexpected = [...named.keys()].find((key) => key !== 'attribute' && key !== 'default');
    if (unexpected !== undefined) throw new FilterArgumentError(`Unexpected keyword argument ${strRepr(unexpected)}`);
    return attributeGetter(rt, named.get('attribute') ?? null, null, named.get('default') ?? null);
  }
  const [name, ...args] = rest;
  if (name === undefined) throw new FilterArgumentError('map requires a filter argument');
  return (item) => rt.env.callFilter(name, [item, ...args], named, rt);
}

/** What `select` and its kin ask of each item: a test by name, or its truth. */
function tester(rest: readonly Value[], named: Kwargs, byAttribute: boolean, rt: RenderState): (item: Value) => boolean {
  const [attribute] = rest;
  if (byAttribute && attribute === undefined) throw new FilterArgumentError('Missing parameter for attribute name');
  const getter = byAttribute ? attributeGetter(rt, attribute ?? null) : null;
  const [name, ...args] = byAttribute ? rest.slice(1) : rest;
  return (item) => {
    const value = getter === null ? item : getter(item);
    return truthy(name === undefined ? value : rt.env.callTest(name, [value, ...args], named, rt), rt);
  };
}

function* selected(
  value: Value,
  prepare: () => (item: Value) => boolean,
  keep: boolean,
  rt: RenderState,
): Generator<Value, undefined> {
  if (!truthy(value, rt)) return;
  const passes = prepare();
  for (const item of items(value, rt)) if (passes(item) === keep) yield item;
}

function* mapped(value: Value, rest: readonly Value[], named: Kwargs, rt: RenderState): Generator<Value, undefined> {
  if (!truthy(value, rt)) return;
  const change = mapper(rest, named, rt);
  for (const item of items(value, rt)) yield change(item);
}

const selector =
  (byAttribute: boolean, keep: boolean): NativeRun =>
  ([value = null], rt, rest, named) =>
    new PyIterator(
      selected(value, () => tester(rest, named, byAttribute, rt), keep, rt),
      'generator',
      'select_or_reject',
    );

export const selectFilters: readonly (readonly [string, NativeFunction])[] = [
  [
    'map',
    native(
      'sync_do_map',
      '@, value, *, **',
      ([value = null], rt, rest, named) => new PyIterator(mapped(value, rest, named, rt), 'generator', 'sync_do_map'),
    ),
  ],
  ['reject', native('sync_do_reject', '@, value, *, **', selector(false, false))],
  ['rejectattr', native('sync_do_rejectattr', '@, value, *, **', selector(true, false))],
  ['select', native('sync_do_select', '@, value, *, **', selector(false, true))],
  ['selectattr', native('sync_do_selectattr', '@, value, *, **', selector(true, true))],
];
