import { overflowError, valueError, zeroDivision } from '../errors.ts';
import type { Runtime } from '../runtime-types.ts';
import { bitLength, type Int, intOf, normalize } from './integers.ts';
import { accuratePower, scaleByPowerOfTwo } from './power.ts';
import { type BinaryOp, PyFloat, type Value } from './types.ts';

/**
 * `a op b` of two plain numbers as Python computes it: ints stay ints of any size, a float makes the result a float.
 * `undefined` when either is no number.
 */
export function arithmetic(op: BinaryOp, a: Value, b: Value, rt: Runtime): Value | undefined {
  const x = intValue(a);
  const y = intValue(b);
  if (x !== undefined && y !== undefined) return intArithmetic(op, x, y, rt);
  const f = x === undefined ? floatValue(a) : floatFromInt(x, b);
  if (f === undefined) return undefined;
  const g = y === undefined ? floatValue(b) : floatFromInt(y, a);
  return g === undefined ? undefined : floatArithmetic(op, f, g);
}

/** The int that a bool or int is; undefined for anything else. */
export function intValue(v: Value): Int | undefined {
  switch (typeof v) {
    case 'number':
    case 'bigint':
      return v;
    case 'boolean':
      return v ? 1 : 0;
    default:
      return undefined;
  }
}

const floatValue = (v: Value): number | undefined => (v instanceof PyFloat ? v.value : undefined);

/** The int as a float, asked for only when the other operand is one. */
const floatFromInt = (n: Int, other: Value): number | undefined => (other instanceof PyFloat ? toDouble(n) : undefined);

/** @throws PythonError OverflowError beyond the largest float */
export function toDouble(n: Int): number {
  const x = Number(n);
  if (!Number.isFinite(x)) throw overflowError('int too large to convert to float');
  return x;
}

function intArithmetic(op: BinaryOp, x: Int, y: Int, rt: Runtime): Value {
  switch (op) {
    case '+': {
      const sum = typeof x === 'number' && typeof y === 'number' ? x + y : Number.NaN;
      return Number.isSafeInteger(sum) ? sum : bigResult(BigInt(x) + BigInt(y), rt);
    }
    case '-': {
      const difference = typeof x === 'number' && typeof y === 'number' ? x - y : Number.NaN;
      return Number.isSafeInteger(difference) ? difference : bigResult(BigInt(x) - BigInt(y), rt);
    }
    case '*':
      return intTimes(x, y, rt);
    case '/':
      return new PyFloat(trueDivide(x, y));
    case '//':
      return intFloorDivide(x, y);
    case '%':
      return intModulo(x, y);
    default:
      return intPower(x, y, rt);
  }
}

function bigResult(n: bigint, rt: Runtime): Int {
  rt.budget.grow(16 + bitLength(n) / 8);
  return normalize(n);
}

function intTimes(x: Int, y: Int, rt: Runtime): Int {
  if (typeof x === 'number' && typeof y === 'number') {
    const product = x * y;
    if (Number.isSafeInteger(product)) return product === 0 ? 0 : product;
  }
  payForProduct(bitLength(x), bitLength(y), rt);
  return normalize(BigInt(x) * BigInt(y));
}

/** The cost of a product grows with the product of the lengths: a step for 64 × 64 words. */
function payForProduct(xBits: number, yBits: number, rt: Runtime): void {
  rt.budget.grow((xBits + yBits) / 8);
  rt.budget.step(1 + Math.floor((xBits / 4096) * (yBits / 4096)));
}

/** The quotient of two ints rounded once, as Python does even where neither fits a float. */
function trueDivide(x: Int, y: Int): number {
  if (y === 0) throw zeroDivision('division by zero');
  if (typeof x === 'number' && typeof y === 'number') return x / y;
  const negative = x < 0 !== y < 0;
  let a = BigInt(x);
  let b = BigInt(y);
  if (a < 0n) a = -a;
  if (b < 0n) b = -b;
  // Scale so that the whole quotient has 66 bits or more: a sticky last bit then stands for the remainder.
  const shift = 66 - (bitLength(a) - bitLength(b));
  const scaled = shift > 0 ? (a << BigInt(shift)) / b : a / (b << BigInt(-shift));
  const exact = shift > 0 ? scaled * b === a << BigInt(shift) : scaled * (b << BigInt(-shift)) === a;
  const result = scaleByPowerOfTwo(exact ? scaled : scaled | 1n, -shift);
  if (!Number.isFinite(result)) throw overflowError('integer division result too large for a float');
  return negative ? -result : result;
}

export function intFloorDivide(x: Int, y: Int): Int {
  if (y === 0) throw zeroDivision('integer division or modulo by zero');
  if (typeof x === 'number' && typeof y === 'number') {
    const whole = (x - smallModulo(x, y)) / y;
    return Number.isSafeInteger(whole) ? (whole === 0 ? 0 : whole) : normalize(bigFloorDivide(BigInt(x), BigInt(y)));
  }
  return normalize(bigFloorDivide(BigInt(x), BigInt(y)));
}

function bigFloorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

export function intModulo(x: Int, y: Int): Int {
  if (y === 0) throw zeroDivision('integer modulo by zero');
  if (typeof x === 'number' && typeof y === 'number') return smallModulo(x, y);
  const b = BigInt(y);
  const rest = BigInt(x) % b;
  return normalize(rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest);
}

function smallModulo(x: number, y: number): number {
  const rest = x % y;
  if (rest === 0) return 0;
  return rest < 0 !== y < 0 ? rest + y : rest;
}

function intPower(x: Int, y: Int, rt: Runtime): Value {
  if (y < 0) {
    if (x === 0) throw zeroDivision('0.0 cannot be raised to a negative power');
    return new PyFloat(floatPower(toDouble(x), toDouble(y)));
  }
  if (typeof x === 'number' && typeof y === 'number') {
    if (y === 0 || x === 1) return 1;
    if (x === 0) return 0;
    if (x === -1) return y % 2 === 0 ? 1 : -1;
    const power = x ** y;
    // JavaScript's ** is exact below 2 ** 53 only as far as products are: check by size, compute small ones by multiplying.
    if (Math.abs(power) <= Number.MAX_SAFE_INTEGER) return smallPower(x, y);
  } else if (x === 0 || x === 1) {
    return x;
  } else if (x === -1) {
    return BigInt(y) % 2n === 0n ? 1 : -1;
  }
  const bits = bitLength(x) * Number(y);
  rt.budget.grow(bits / 8);
  payForProduct(bits / 2, bits / 2, rt);
  return normalize(BigInt(x) ** BigInt(y));
}

function smallPower(x: number, y: number): number {
  let product = 1;
  for (let i = 0; i < y; i++) product *= x;
  return product;
}

function floatArithmetic(op: BinaryOp, f: number, g: number): Value {
  switch (op) {
    case '+':
      return new PyFloat(f + g);
    case '-':
      return new PyFloat(f - g);
    case '*':
      return new PyFloat(f * g);
    case '/':
      if (g === 0) throw zeroDivision('float division by zero');
      return new PyFloat(f / g);
    case '//':
      return new PyFloat(floatDivmod(f, g, 'float floor division by zero')[0]);
    case '%':
      return new PyFloat(floatDivmod(f, g, 'float modulo')[1]);
    default:
      return new PyFloat(floatPower(f, g));
  }
}

/** Floor quotient and modulo of floats, with the corrections and signs of zero that CPython applies. */
export function floatDivmod(f: number, g: number, zeroMessage: string): [number, number] {
  if (g === 0) throw zeroDivision(zeroMessage);
  let rest = f % g;
  let quotient = (f - rest) / g;
  if (rest !== 0) {
    if (g < 0 !== rest < 0) {
      rest += g;
      quotient -= 1;
    }
  } else {
    rest = g < 0 ? -0 : 0;
  }
  if (quotient === 0) return [f / g < 0 || Object.is(f / g, -0) ? -0 : 0, rest];
  let floored = Math.floor(quotient);
  if (quotient - floored > 0.5) floored += 1;
  return [floored, rest];
}

/** @throws PythonError OverflowError for a finite power too large, ZeroDivisionError for 0 to a negative one, ValueError-free otherwise */
function floatPower(f: number, g: number): number {
  if (f === 1 || g === 0) return 1;
  if (f === 0 && g < 0) throw zeroDivision('0.0 cannot be raised to a negative power');
  if (f === -1 && !Number.isFinite(g) && !Number.isNaN(g)) return 1;
  if (f < 0 && Number.isFinite(f) && Number.isFinite(g) && !Number.isInteger(g)) {
    throw valueError('complex numbers are not supported');
  }
  const power = accuratePower(f, g);
  if (!Number.isFinite(power) && Number.isFinite(f) && Number.isFinite(g)) {
    throw overflowError("(34, 'Numerical result out of range')");
  }
  return power;
}

/** `int(x)` of a float: towards zero. @throws PythonError OverflowError or ValueError for inf and nan */
export function truncate(x: number): Int {
  if (Number.isNaN(x)) throw valueError('cannot convert float NaN to integer');
  if (!Number.isFinite(x)) throw overflowError('cannot convert float infinity to integer');
  return intOf(Math.trunc(x));
}
