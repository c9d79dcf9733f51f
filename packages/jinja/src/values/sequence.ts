import { typeError, valueError } from '../errors.ts';
import type { Runtime } from '../runtime-types.ts';
import { codePointAt, codePointLength, codePointSlice, codePoints, isBmp } from './code-points.ts';
import type { Value } from './types.ts';

/** A place as Python's `__index__` sees it: bool and int are, a bigint is far outside; undefined for anything else. */
export function indexOf(v: Value): number | undefined {
  if (typeof v === 'number') return v;
  if (typeof v === 'boolean') return v ? 1 : 0;
  return typeof v === 'bigint' ? Number(v) : undefined;
}

/** The item at an index that counts from the end when negative; undefined outside. */
export function itemAt(items: readonly Value[], index: number): Value | undefined {
  return items[index < 0 ? index + items.length : index];
}

/** The character at an index that counts from the end when negative; undefined outside. */
export function charAt(text: string, index: number): string | undefined {
  if (isBmp(text)) return text[index < 0 ? index + text.length : index];
  return codePointAt(text, index < 0 ? index + codePointLength(text) : index);
}

export type SliceRange = { readonly start: number; readonly step: number; readonly count: number };

/** Python's `slice.indices` for a length, with the number of items it takes. @throws PythonError for bad bounds */
export function sliceRange(start: Value, stop: Value, step: Value, length: number): SliceRange {
  const stride = step === null ? 1 : bound(step);
  if (stride === 0) throw valueError('slice step cannot be zero');
  const first = clamp(start, stride > 0 ? 0 : length - 1, length, stride);
  const last = clamp(stop, stride > 0 ? length : -1, length, stride);
  const span = stride > 0 ? last - first : first - last;
  return { start: first, step: stride, count: span <= 0 ? 0 : Math.floor((span - 1) / Math.abs(stride)) + 1 };
}

function bound(v: Value): number {
  const index = indexOf(v);
  if (index === undefined) throw typeError('slice indices must be integers or None or have an __index__ method');
  return index;
}

function clamp(v: Value, missing: number, length: number, stride: number): number {
  if (v === null) return missing;
  const index = bound(v);
  if (index < 0) return index + length < 0 ? (stride < 0 ? -1 : 0) : index + length;
  return index >= length ? (stride < 0 ? length - 1 : length) : index;
}

export function sliceItems<T>(items: readonly T[], range: SliceRange, rt: Runtime): T[] {
  rt.budget.grow(8 * range.count);
  if (range.step === 1) return items.slice(range.start, range.start + range.count);
  const out: T[] = [];
  for (let i = 0, at = range.start; i < range.count; i++, at += range.step) out.push(items[at] as T);
  return out;
}

export function sliceText(text: string, start: Value, stop: Value, step: Value, rt: Runtime): string {
  const range = sliceRange(start, stop, step, codePointLength(text));
  rt.budget.grow(2 * range.count);
  if (range.step === 1) return codePointSlice(text, range.start, range.start + range.count);
  return sliceItems(codePoints(text), range, rt).join('');
}
