import { FilterArgumentError, keyError, typeError } from '../errors.ts';
import { type NativeFunction, native, nativeSingle } from '../native.ts';
import type { RenderState } from '../runtime/state.ts';
import { Undefined } from '../runtime/undefined.ts';
import { DictView, PyDict } from '../values/dict.ts';
import { PyIterator } from '../values/iterator.ts';
import { escapeMarkup, Markup } from '../values/markup.ts';
import {
  binary,
  getItem,
  isIterable,
  items,
  iterate,
  length,
  order,
  repr,
  slice,
  str,
  toArray,
  truthy,
  typeName,
} from '../values/ops.ts';
import { sortValues } from '../values/order.ts';
import { equals, hashKey } from '../values/protocol.ts';
import { textOf } from '../values/text.ts';
import { PyTuple } from '../values/tuple.ts';
import type { HashKey, Value } from '../values/types.ts';
import { attributeGetter, attributesGetter, callMethod, caseFold, indexArg, softStr } from './support.ts';

type Args = readonly Value[];

function join([value = null, separator = null, attribute = null]: Args, rt: RenderState): Value {
  const getter = attribute === null ? null : attributeGetter(rt, attribute);
  const parts: Value[] = [];
  for (const item of items(value, rt)) parts.push(getter === null ? item : getter(item));
  if (rt.autoescape) return joinSafe(parts, separator, rt);
  const texts = parts.map((part) => str(part, rt));
  return callMethod(str(separator, rt), 'join', [texts], rt);
}

/** With autoescape one safe part, or a safe separator, makes the whole safe: everything else is escaped. */
function joinSafe(parts: Value[], separator: Value, rt: RenderState): Value {
  if (separator instanceof Markup) return callMethod(separator, 'join', [parts.map((part) => softStr(part, rt))], rt);
  const safe = parts.some((part) => part instanceof Markup);
  const between = safe ? escapeMarkup(separator, rt) : str(separator, rt);
  return callMethod(between, 'join', [parts.map((part) => (part instanceof Markup ? part : str(part, rt)))], rt);
}

function* sliceParts([value = null, count = null, fill = null]: Args, rt: RenderState): Generator<Value, undefined> {
  const all = toArray(value, rt);
  binary('//', all.length, count, rt);
  const slices = indexArg(count);
  const perSlice = Math.floor(all.length / slices);
  const longer = all.length - perSlice * slices;
  let offset = 0;
  for (let number = 0; number < slices; number++) {
    rt.budget.step();
    const start = offset + number * perSlice;
    if (number < longer) offset++;
    const part = all.slice(start, offset + (number + 1) * perSlice);
    if (fill !== null && number >= longer) part.push(fill);
    rt.budget.grow(8 * part.length);
    yield part;
  }
}

function* batch([value = null, count = null, fill = null]: Args, rt: RenderState): Generator<Value, undefined> {
  let row: Value[] = [];
  for (const item of items(value, rt)) {
    rt.budget.grow(8);
    if (equals(row.length, count, rt)) {
      yield row;
      row = [];
    }
    row.push(item);
  }
  if (row.length === 0) return;
  if (fill !== null && order('<', row.length, count, rt)) {
    const missing = indexArg(count) - row.length;
    rt.budget.grow(8 * missing);
    for (let i = 0; i < missing; i++) row.push(fill);
  }
  yield row;
}

function* unique([value = null, caseSensitive = null, attribute = null]: Args, rt: RenderState): Generator<Value, undefined> {
  const getter = attributeGetter(rt, attribute, caseFold(truthy(caseSensitive, rt), rt));
  const seen = new Set<HashKey>();
  for (const item of items(value, rt)) {
    const key = hashKey(getter(item), rt);
    if (seen.has(key)) continue;
    seen.add(key);
    rt.budget.grow(32);
    yield item;
  }
}

function* pairs([value = null]: Args, rt: RenderState): Generator<Value, undefined> {
  if (value instanceof Undefined) return;
  if (!(value instanceof PyDict)) throw typeError('Can only get item pairs from a mapping.');
  yield* items(callMethod(value, 'items', [], rt), rt);
}

function sort([value = null, reverse = null, caseSensitive = null, attribute = null]: Args, rt: RenderState): Value {
  const getter = attributesGetter(rt, attribute, caseFold(truthy(caseSensitive, rt), rt));
  return sortValues(toArray(value, rt), getter, indexArg(reverse) !== 0, rt);
}

function dictsort([value = null, caseSensitive = null, by = null, reverse = null]: Args, rt: RenderState): Value {
  const place = textOf(by) === 'key' ? 0 : textOf(by) === 'value' ? 1 : null;
  if (place === null) throw new FilterArgumentError('You can only sort by either "key" or "value"');
  const fold = caseFold(truthy(caseSensitive, rt), rt);
  const rows = value instanceof PyDict ? value.toTuples(rt) : toArray(callMethod(value, 'items', [], rt), rt);
  const keyOf = (row: Value): Value => {
    const part = (row instanceof PyTuple ? row.items[place] : getItem(row, place, rt)) ?? null;
    return fold === null ? part : fold(part);
  };
  return sortValues<Value>(rows, keyOf, indexArg(reverse) !== 0, rt);
}

/** A group with its fields by name; in every other way a tuple. */
class Group extends PyTuple {
  override get typeName(): string {
    return '_GroupTuple';
  }

  override get moduleName(): string {
    return 'jinja2.filters';
  }

  override getAttr(name: string): Value | undefined {
    if (name === 'grouper') return this.items[0];
    return name === 'list' ? this.items[1] : undefined;
  }
}

function groupby([value = null, attribute = null, fallback = null, caseSensitive = null]: Args, rt: RenderState): Value {
  const folded = truthy(caseSensitive, rt) ? null : caseFold(false, rt);
  const keyOf = attributeGetter(rt, attribute, folded, fallback);
  const shownOf = attributeGetter(rt, attribute, null, fallback);
  const rows = toArray(value, rt).map((item) => ({ item, key: keyOf(item) }));
  const groups: Group[] = [];
  let last: { key: Value; members: Value[] } | null = null;
  for (const { item, key } of sortValues(rows, (row) => row.key, false, rt)) {
    rt.budget.step();
    if (last !== null && equals(last.key, key, rt)) last.members.push(item);
    else {
      last = { key, members: [item] };
      groups.push(new Group([folded === null ? key : shownOf(item), last.members]));
    }
  }
  return groups;
}

function extreme(sign: '<' | '>', [value = null, caseSensitive = null, attribute = null]: Args, rt: RenderState): Value {
  const keyOf = attributeGetter(rt, attribute, caseFold(truthy(caseSensitive, rt), rt));
  let best: { item: Value; key: Value } | null = null;
  for (const item of items(value, rt)) {
    const key = keyOf(item);
    if (best === null || order(sign, key, best.key, rt)) best = { item, key };
  }
  return best === null ? rt.undefined({ hint: 'No aggregated item, sequence was empty.' }) : best.item;
}

/** Python's `reversed(v)` as an array; undefined where it raises TypeError. */
function reversed(v: Value, rt: RenderState): Value[] | undefined {
  if (v instanceof PyIterator || !isIterable(v, rt)) return undefined;
  const reversible =
    textOf(v) !== undefined || Array.isArray(v) || v instanceof PyTuple || v instanceof PyDict || v instanceof DictView;
  return reversible || v instanceof Undefined || hasItems(v) ? toArray(v, rt).reverse() : undefined;
}

const hasItems = (v: Value): boolean => v !== null && typeof v === 'object' && !Array.isArray(v) && v.subscriptable;

const reverseNames: Readonly<Record<string, string>> = {
  list: 'list_reverseiterator',
  dict: 'dict_reversekeyiterator',
  range: 'range_iterator',
};

function reverse(value: Value, rt: RenderState): Value {
  if (textOf(value) !== undefined) return slice(value, null, null, -1, rt);
  const backwards = reversed(value, rt);
  if (backwards !== undefined) return new PyIterator(backwards[Symbol.iterator](), reverseNames[typeName(value)] ?? 'reversed');
  if (!isIterable(value, rt)) throw new FilterArgumentError('argument must be iterable');
  return toArray(value, rt).reverse();
}

function first(value: Value, rt: RenderState): Value {
  const next = iterate(value, rt).next();
  return next.done === true ? rt.undefined({ hint: 'No first item, sequence was empty.' }) : next.value;
}

function last(value: Value, rt: RenderState): Value {
  if (Array.isArray(value) && value.length > 0) return value.at(-1) as Value;
  const backwards = reversed(value, rt);
  if (backwards === undefined) throw typeError(`'${typeName(value)}' object is not reversible`);
  const [item] = backwards;
  return item === undefined ? rt.undefined({ hint: 'No last item, sequence was empty.' }) : item;
}

function random(value: Value, rt: RenderState): Value {
  const count = length(value, rt);
  if (count === 0) return rt.undefined({ hint: 'No random item, sequence was empty.' });
  const index = Math.floor(rt.random() * count);
  const item = getItem(value, index, rt);
  if (item !== undefined) return item;
  throw value instanceof PyDict ? keyError(repr(index, rt)) : typeError(`'${typeName(value)}' object is not subscriptable`);
}

const lazy =
  (maker: string, run: (args: Args, rt: RenderState) => Generator<Value, undefined>) =>
  (args: Args, rt: RenderState): Value =>
    new PyIterator(run(args, rt), 'generator', maker);

export const sequenceFilters: readonly (readonly [string, NativeFunction])[] = [
  ['batch', native('do_batch', 'value, linecount, fill_with=None', lazy('do_batch', batch))],
  ['count', nativeSingle('len', length)],
  ['dictsort', native('do_dictsort', 'value, case_sensitive=False, by=key, reverse=False', dictsort)],
  ['first', native('sync_do_first', '@, seq', ([value = null], rt) => first(value, rt))],
  ['groupby', native('sync_do_groupby', '@, value, attribute, default=None, case_sensitive=False', groupby)],
  ['items', native('do_items', 'value', lazy('do_items', pairs))],
  ['join', native('sync_do_join', '@, value, d=, attribute=None', join)],
  ['last', native('do_last', '@, seq', ([value = null], rt) => last(value, rt))],
  ['length', nativeSingle('len', length)],
  ['list', native('sync_do_list', 'value', ([value = null], rt) => toArray(value, rt))],
  ['max', native('do_max', '@, value, case_sensitive=False, attribute=None', (args, rt) => extreme('>', args, rt))],
  ['min', native('do_min', '@, value, case_sensitive=False, attribute=None', (args, rt) => extreme('<', args, rt))],
  ['random', native('do_random', '@, seq', ([value = null], rt) => random(value, rt))],
  ['reverse', native('do_reverse', 'value', ([value = null], rt) => reverse(value, rt))],
  ['slice', native('sync_do_slice', 'value, slices, fill_with=None', lazy('sync_do_slice', sliceParts))],
  ['sort', native('do_sort', '@, value, reverse=False, case_sensitive=False, attribute=None', sort)],
  ['unique', native('sync_do_unique', '@, value, case_sensitive=False, attribute=None', lazy('do_unique', unique))],
];
