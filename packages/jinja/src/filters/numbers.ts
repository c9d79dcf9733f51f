import { FilterArgumentError, typeError, valueError } from '../errors.ts';
import { type NativeFunction, native, nativeSingle } from '../native.ts';
import type { RenderState } from '../runtime/state.ts';
import { fixed } from '../values/format/digits.ts';
import { type Int, normalize } from '../values/integers.ts';
import { intValue } from '../values/numbers.ts';
import { absolute, add, divide, items, multiply, power, truthy, typeName } from '../values/ops.ts';
import { strRepr } from '../values/str-repr.ts';
import { textOf } from '../values/text.ts';
import { PyFloat, type Value } from '../values/types.ts';
import { floatToInt, toFloat, toInt } from './convert.ts';
import { attributeGetter, indexArg } from './support.ts';

/** Python's `round` on an int with negative digits: half to even. */
function roundInt(n: Int, digits: number): Int {
  if (digits >= 0) return n;
  if (-digits > 400) return 0;
  const unit = 10n ** BigInt(-digits);
  const value = BigInt(n);
  const rest = ((value % unit) + unit) % unit;
  const down = value - rest;
  const up = rest * 2n > unit || (rest * 2n === unit && (down / unit) % 2n !== 0n);
  return normalize(up ? down + unit : down);
}

function roundFloat(x: number, digits: number): number {
  if (!Number.isFinite(x) || digits > 323) return x;
  if (digits < -308) return Object.is(x, -0) || x < 0 ? -0 : 0;
  if (digits >= 0) return Number(fixed(x, digits));
  if (Math.abs(x) >= 2 ** 53) return Number(roundInt(normalize(BigInt(x)), digits));
  const unit = 10 ** -digits;
  const quotient = Math.floor(Math.abs(x) / unit);
  const rest = Math.abs(x) - quotient * unit;
  const up = rest * 2 > unit || (rest * 2 === unit && quotient % 2 === 1);
  return Math.sign(x) * (up ? quotient + 1 : quotient) * unit;
}

/** Half to even, to an int. */
function roundToInt(x: number): Int {
  if (Number.isNaN(x)) throw valueError('cannot convert float NaN to integer');
  return Number.isFinite(x) ? (floatToInt(Number(fixed(x, 0))) ?? 0) : (floatToInt(x) ?? 0);
}

function round(value: Value, precision: Value): Value {
  const n = typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? intValue(value) : undefined;
  if (n !== undefined) return precision === null ? n : roundInt(n, indexArg(precision));
  if (!(value instanceof PyFloat)) throw typeError(`type ${typeName(value)} doesn't define __round__ method`);
  return precision === null ? roundToInt(value.value) : new PyFloat(roundFloat(value.value, indexArg(precision)));
}

/** `math.ceil` or `math.floor`. */
function towards(direction: 'ceil' | 'floor', v: Value): Value {
  if (v instanceof PyFloat) {
    const x = v.value;
    if (Number.isNaN(x)) throw valueError('cannot convert float NaN to integer');
    return floatToInt(direction === 'ceil' ? Math.ceil(x) : Math.floor(x)) ?? 0;
  }
  const n = intValue(v);
  if (n === undefined) throw typeError(`must be real number, not ${typeName(v)}`);
  return n;
}

function fileSize(value: Value, binary: boolean, rt: RenderState): string {
  const bytes = toFloat(value, rt);
  if (bytes === undefined) {
    const text = textOf(value);
    if (text !== undefined) throw valueError(`could not convert string to float: ${strRepr(text)}`);
    throw typeError(`float() argument must be a string or a real number, not '${typeName(value)}'`);
  }
  const base = binary ? 1024 : 1000;
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${floatToInt(bytes)} Bytes`;
  const units = 'KMGTPEZY'.split('').map((letter) => (binary ? `${letter}iB` : `${letter === 'K' ? 'k' : letter}B`));
  let unit = base;
  for (const [i, name] of units.entries()) {
    unit = base ** (i + 2);
    if (bytes < unit || i === units.length - 1) return `${fixed((base * bytes) / unit, 1)} ${name}`;
  }
  return '';
}

function sum(iterable: Value, start: Value, getter: ((v: Value) => Value) | null, rt: RenderState): Value {
  if (textOf(start) !== undefined) throw typeError("sum() can't sum strings [use ''.join(seq) instead]");
  let total = start;
  for (const item of items(iterable, rt)) total = add(total, getter === null ? item : getter(item), rt);
  return total;
}

export const numberFilters: readonly (readonly [string, NativeFunction])[] = [
  ['abs', nativeSingle('abs', (value, rt) => absolute(value, rt))],
  [
    'int',
    native('do_int', 'value, default=0, base=10', ([value = null, fallback = null, base = null], rt) => {
      const whole = toInt(value, intValue(base) === undefined ? -1 : Number(intValue(base)), rt);
      if (whole !== undefined) return whole;
      const x = toFloat(value, rt);
      return (x === undefined ? undefined : floatToInt(x)) ?? fallback;
    }),
  ],
  [
    'float',
    native('do_float', 'value, default=0.0', ([value = null, fallback = null], rt) => {
      const x = toFloat(value, rt);
      if (x !== undefined) return new PyFloat(x);
      return fallback === '0.0' ? new PyFloat(0) : fallback;
    }),
  ],
  [
    'round',
    native('do_round', 'value, precision=0, method=common', ([value = null, precision = null, method], rt) => {
      const how = typeof method === 'string' ? method : '';
      if (how === 'common') return round(value, precision);
      if (how !== 'ceil' && how !== 'floor') throw new FilterArgumentError('method must be common, ceil or floor');
      const scale = power(10, precision, rt);
      return divide(towards(how, multiply(value, scale, rt)), scale, rt);
    }),
  ],
  [
    'filesizeformat',
    native('do_filesizeformat', 'value, binary=False', ([value = null, binary = null], rt) =>
      fileSize(value, truthy(binary, rt), rt),
    ),
  ],
  [
    'sum',
    native('sync_do_sum', '@, iterable, attribute=None, start=0', ([iterable = null, attribute = null, start = null], rt) =>
      sum(iterable, start, attribute === null ? null : attributeGetter(rt, attribute), rt),
    ),
  ],
];
