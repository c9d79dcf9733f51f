import { attributeError, typeError } from '../errors.ts';
import type { RenderState } from '../runtime/state.ts';
import { Undefined } from '../runtime/undefined.ts';
import { Markup } from '../values/markup.ts';
import { intValue } from '../values/numbers.ts';
import { call, getAttr, str, typeName } from '../values/ops.ts';
import { textOf } from '../values/text.ts';
import type { Value } from '../values/types.ts';

/** markupsafe's `soft_str`: text as it is, safe text stays safe, everything else as it prints. */
export const softStr = (v: Value, rt: RenderState): string | Markup =>
  typeof v === 'string' || v instanceof Markup ? v : str(v, rt);

/** Calls a method of a value, as Python's `v.name(*args)`. */
export function callMethod(v: Value, name: string, args: readonly Value[], rt: RenderState): Value {
  const method = getAttr(v, name, rt);
  if (method === undefined) throw attributeError(`'${typeName(v)}' object has no attribute '${name}'`);
  return call(method, args, null, rt);
}

/** Calls a text method on whatever the value prints as. */
export const textMethod = (v: Value, name: string, args: readonly Value[], rt: RenderState): Value =>
  callMethod(softStr(v, rt), name, args, rt);

/** How filters get at the part of an item they look at. */
export type Getter = (item: Value) => Value;

const partsOf = (attribute: Value): Value[] => {
  if (attribute === null) return [];
  const text = textOf(attribute);
  if (text === undefined) return [attribute];
  return text.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
};

/**
 * Follows a dotted path with `environment.getitem`, digits as indices.
 * @param fallback stands in for a part that is missing; null means none
 */
export function attributeGetter(rt: RenderState, attribute: Value, after: Getter | null = null, fallback: Value = null): Getter {
  const parts = partsOf(attribute);
  return (item) => {
    let value = item;
    for (const part of parts) {
      value = rt.env.getItem(value, part, rt);
      if (fallback !== null && value instanceof Undefined) value = fallback;
    }
    return after === null ? value : after(value);
  };
}

/** As `attributeGetter` for a list of paths with commas between them: gives a list of values. */
export function attributesGetter(rt: RenderState, attribute: Value, after: Getter | null): (item: Value) => Value[] {
  const text = textOf(attribute);
  const paths: Value[] = text === undefined ? [attribute] : text.split(',');
  const getters = paths.map((path) => attributeGetter(rt, path, after));
  return (item) => getters.map((getter) => getter(item));
}

/** Text in lower case, for comparisons without regard to case; null when case counts. */
export function caseFold(caseSensitive: boolean, rt: RenderState): Getter | null {
  if (caseSensitive) return null;
  return (v) => {
    if (typeof v === 'string') return v.toLowerCase();
    return v instanceof Markup ? callMethod(v, 'lower', [], rt) : v;
  };
}

/** An argument that Python uses as an index. */
export function indexArg(v: Value): number {
  const n = typeof v === 'number' || typeof v === 'boolean' || typeof v === 'bigint' ? intValue(v) : undefined;
  if (n === undefined) throw typeError(`'${typeName(v)}' object cannot be interpreted as an integer`);
  return Number(n);
}
