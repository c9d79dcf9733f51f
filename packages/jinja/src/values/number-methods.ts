import { overflowError, valueError } from '../errors.ts';
import { noArgs } from './args.ts';
import { bitLength, type Int, normalize } from './integers.ts';
import { intValue } from './numbers.ts';
import { PyTuple } from './tuple.ts';
import { type Method, PyFloat, type Value } from './types.ts';

const self = (v: Value): Int => intValue(v) as Int;

/** All methods of int (and bool). */
export const intMethods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['bit_length', noArgs<Value>('int', 'bit_length', (v) => bitLength(self(v)))],
  ['bit_count', noArgs<Value>('int', 'bit_count', (v) => bitCount(self(v)))],
  ['conjugate', noArgs<Value>('int', 'conjugate', self)],
  ['as_integer_ratio', noArgs<Value>('int', 'as_integer_ratio', (v) => new PyTuple([self(v), 1]))],
]);

function bitCount(n: Int): number {
  let count = 0;
  for (const digit of (n < 0 ? -n : n).toString(2)) if (digit === '1') count++;
  return count;
}

/** Attributes of int that are no methods. */
export function intAttribute(v: Value, name: string): Value | undefined {
  switch (name) {
    case 'real':
    case 'numerator':
      return self(v);
    case 'imag':
      return 0;
    case 'denominator':
      return 1;
    default:
      return undefined;
  }
}

/** All methods of float. */
export const floatMethods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['is_integer', noArgs<PyFloat>('float', 'is_integer', (f) => Number.isInteger(f.value))],
  ['conjugate', noArgs<PyFloat>('float', 'conjugate', (f) => f)],
  ['hex', noArgs<PyFloat>('float', 'hex', (f) => floatHex(f.value))],
  ['as_integer_ratio', noArgs<PyFloat>('float', 'as_integer_ratio', (f) => ratio(f.value))],
]);

export function floatAttribute(f: PyFloat, name: string): Value | undefined {
  if (name === 'real') return f;
  return name === 'imag' ? new PyFloat(0) : undefined;
}

function floatHex(x: number): string {
  if (Number.isNaN(x)) return 'nan';
  const sign = x < 0 || Object.is(x, -0) ? '-' : '';
  if (!Number.isFinite(x)) return `${sign}inf`;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(x));
  const bits = view.getBigUint64(0);
  const biased = Number(bits >> 52n);
  const fraction = (bits & 0xfffffffffffffn).toString(16).padStart(13, '0');
  if (x === 0) return `${sign}0x0.0p+0`;
  const power = biased === 0 ? -1022 : biased - 1023;
  return `${sign}0x${biased === 0 ? 0 : 1}.${fraction}p${power < 0 ? '-' : '+'}${Math.abs(power)}`;
}

function ratio(x: number): PyTuple {
  if (Number.isNaN(x)) throw valueError('cannot convert NaN to integer ratio');
  if (!Number.isFinite(x)) throw overflowError('cannot convert Infinity to integer ratio');
  let whole = x;
  let power = 0;
  while (!Number.isInteger(whole)) {
    whole *= 2;
    power++;
  }
  return new PyTuple([normalize(BigInt(whole)), normalize(1n << BigInt(power))]);
}
