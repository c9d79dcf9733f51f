import { overflowError } from '../errors.ts';
import type { Runtime } from '../runtime-types.ts';
import type { Value } from './types.ts';

/**
 * How often a sequence is repeated by `* v`: 0 for negative numbers, undefined when `v` is no int.
 * @throws PythonError OverflowError beyond what an index can hold
 */
export function multiplyCount(v: Value): number | undefined {
  if (typeof v === 'boolean') return v ? 1 : 0;
  if (typeof v === 'number') return Math.max(0, v);
  if (typeof v !== 'bigint') return undefined;
  if (v < -(2n ** 63n) || v >= 2n ** 63n) throw overflowError("cannot fit 'int' into an index-sized integer");
  return v < 0n ? 0 : Number(v);
}

/** `text * times`, paid for before it is built. */
export function repeatText(text: string, times: number, rt: Runtime): string {
  rt.budget.grow(2 * text.length * times);
  return text.length === 0 ? '' : text.repeat(times);
}
