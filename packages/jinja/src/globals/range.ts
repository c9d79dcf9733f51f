import { overflowError, typeError, valueError } from '../errors.ts';
import type { Runtime } from '../runtime-types.ts';
import { oneArg } from '../values/args.ts';
import { BoundMethod, PyType } from '../values/function.ts';
import { intValue } from '../values/numbers.ts';
import { items, repr, same, typeName } from '../values/ops.ts';
import { indexOf, sliceRange } from '../values/sequence.ts';
import { type HashKey, type Method, PyFloat, PyObject, type Value } from '../values/types.ts';

/** The sandbox allows no longer ranges. */
const MAX_RANGE = 100_000;

/** Python's range: its numbers are computed, not stored. */
export class PyRange extends PyObject {
  readonly start: number;
  readonly step: number;
  readonly count: number;
  readonly #stop: number;

  constructor(start: number, stop: number, step: number) {
    super();
    this.start = start;
    this.step = step;
    this.#stop = stop;
    this.count = Math.max(0, Math.ceil((stop - start) / step));
  }

  get typeName(): string {
    return 'range';
  }

  override get subscriptable(): boolean {
    return true;
  }

  override getAttr(name: string): Value | undefined {
    if (name === 'start') return this.start;
    if (name === 'stop') return this.#stop;
    if (name === 'step') return this.step;
    const method = rangeMethods.get(name);
    return method && new BoundMethod(name, this, method);
  }

  override getItem(key: Value): Value | undefined {
    const index = indexOf(key);
    if (index === undefined) return undefined;
    const place = index < 0 ? index + this.count : index;
    return place >= 0 && place < this.count ? this.start + place * this.step : undefined;
  }

  override getSlice(start: Value, stop: Value, step: Value): Value {
    const part = sliceRange(start, stop, step, this.count);
    const from = this.start + part.start * this.step;
    const by = this.step * part.step;
    return new PyRange(from, from + part.count * by, by);
  }

  override *iterate(): Generator<Value, undefined> {
    for (let i = 0; i < this.count; i++) yield this.start + i * this.step;
  }

  override length(): number {
    return this.count;
  }

  override contains(item: Value): boolean {
    const n = item instanceof PyFloat ? item.value : Number(intValue(item) ?? Number.NaN);
    const place = (n - this.start) / this.step;
    return Number.isInteger(place) && place >= 0 && place < this.count;
  }

  override equals(other: Value): boolean | undefined {
    if (!(other instanceof PyRange)) return undefined;
    if (this.count !== other.count || this.count === 0) return this.count === other.count;
    return this.start === other.start && (this.count === 1 || this.step === other.step);
  }

  override hashKey(): HashKey {
    return `\u0000r${this.count}:${this.count === 0 ? 0 : this.start}:${this.count < 2 ? 0 : this.step}`;
  }

  override repr(): string {
    return `range(${this.start}, ${this.#stop}${this.step === 1 ? '' : `, ${this.step}`})`;
  }
}

/** Whether Python computes the place; everything else it looks for one by one. */
const isInt = (v: Value): boolean => intValue(v) !== undefined;

function placeOf(range: PyRange, wanted: Value, rt: Runtime): number {
  const n = intValue(wanted);
  if (n !== undefined) return range.contains(wanted) ? (Number(n) - range.start) / range.step : -1;
  let place = 0;
  for (const item of items(range, rt)) {
    if (same(item, wanted, rt)) return place;
    place++;
  }
  return -1;
}

const rangeMethods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['count', oneArg<PyRange>('range', 'count', (range, wanted, rt) => (placeOf(range, wanted, rt) === -1 ? 0 : 1))],
  [
    'index',
    oneArg<PyRange>('range', 'index', (range, wanted, rt) => {
      const place = placeOf(range, wanted, rt);
      if (place !== -1) return place;
      throw valueError(isInt(wanted) ? `${repr(wanted, rt)} is not in range` : 'sequence.index(x): x not in sequence');
    }),
  ],
]);

function bound(v: Value): number {
  const n = v instanceof PyFloat || typeof v === 'string' ? undefined : intValue(v);
  if (n === undefined) throw typeError(`'${typeName(v)}' object cannot be interpreted as an integer`);
  return Number(n);
}

/** The global `range`, with the sandbox's limit. */
export const rangeType = new PyType('range', (args, kwargs) => {
  if (kwargs !== null && kwargs.size > 0) throw typeError('range() takes no keyword arguments');
  if (args.length === 0) throw typeError('range expected at least 1 argument, got 0');
  if (args.length > 3) throw typeError(`range expected at most 3 arguments, got ${args.length}`);
  const [first = 0, second, third = 1] = args.map(bound);
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  if (third === 0) throw valueError('range() arg 3 must not be zero');
  const range = new PyRange(start, stop, third);
  if (range.count > MAX_RANGE) {
    throw overflowError(`Range too big. The sandbox blocks ranges larger than MAX_RANGE (${MAX_RANGE}).`);
  }
  return range;
});
