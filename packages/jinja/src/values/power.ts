import { bitLength } from './integers.ts';

/**
 * Powers of floats rounded once. JavaScript leaves the last digits of `**` to the engine, and V8's differ from the C library's that Python uses.
 */

/** Binary places of the fixed-point numbers below. */
const PLACES = 192n;
const ONE = 1n << PLACES;

/** `f ** g`. */
export function accuratePower(f: number, g: number): number {
  const estimate = f ** g;
  if (!Number.isFinite(estimate) || estimate === 0 || f === 0 || Math.abs(f) === 1) return estimate;
  if (g === 1 || (g === 2 && Number.isSafeInteger(estimate))) return estimate;
  const exact = Number.isInteger(g) && Math.abs(g) <= 40 ? integerPower(Math.abs(f), g) : exponential(Math.abs(f), g);
  return estimate < 0 ? -exact : exact;
}

/** A positive float as a whole number times a power of two. */
function split(x: number): [bigint, number] {
  let exponent = 0;
  let whole = x;
  while (whole < 2 ** 52) {
    whole *= 2;
    exponent--;
  }
  while (whole >= 2 ** 53) {
    whole /= 2;
    exponent++;
  }
  return [BigInt(whole), exponent];
}

function integerPower(f: number, g: number): number {
  const [mantissa, exponent] = split(f);
  const power = mantissa ** BigInt(Math.abs(g));
  if (g > 0) return scaleByPowerOfTwo(power, exponent * g);
  // A quotient with 66 bits or more, its last bit standing for the remainder.
  const shift = BigInt(bitLength(power) + 66);
  const quotient = (1n << shift) / power;
  return scaleByPowerOfTwo(quotient * power === 1n << shift ? quotient : quotient | 1n, exponent * g - Number(shift));
}

/** By logarithm and exponential in fixed point. */
function exponential(f: number, g: number): number {
  const [mantissa, exponent] = split(f);
  // f = m * 2 ** e with 1 <= m < 2
  const m = mantissa << (PLACES - 52n);
  const log = naturalLog(m) + BigInt(exponent + 52) * LN2;
  const [factor, scale] = split(Math.abs(g));
  const product = scale >= 0 ? (log * factor) << BigInt(scale) : (log * factor) >> BigInt(-scale);
  const t = g < 0 ? -product : product;
  let twos = t / LN2;
  if (t < 0n && twos * LN2 !== t) twos -= 1n;
  return scaleByPowerOfTwo(exponentialSeries(t - twos * LN2), Number(twos) - Number(PLACES));
}

/** ln m for 1 <= m < 2, as 2 artanh((m - 1) / (m + 1)). */
function naturalLog(m: bigint): bigint {
  const z = ((m - ONE) << PLACES) / (m + ONE);
  const square = (z * z) >> PLACES;
  let term = z;
  let sum = 0n;
  for (let n = 1n; term !== 0n; n += 2n) {
    sum += term / n;
    term = (term * square) >> PLACES;
  }
  return 2n * sum;
}

const LN2 = naturalLog(2n * ONE - 1n);

function exponentialSeries(t: bigint): bigint {
  let term = ONE;
  let sum = 0n;
  for (let n = 1n; term !== 0n; n++) {
    sum += term;
    term = ((term * t) >> PLACES) / n;
  }
  return sum;
}

/** `n * 2 ** power` rounded once to a float; `n` is not negative. */
export function scaleByPowerOfTwo(n: bigint, power: number): number {
  if (n === 0n) return 0;
  const top = bitLength(n) - 1 + power;
  if (top >= -1022) return Number(n) * 2 ** Math.trunc(power / 2) * 2 ** (power - Math.trunc(power / 2));
  // Subnormal: round to the multiple of 2 ** -1074 by hand.
  const drop = BigInt(-1074 - power);
  if (drop <= 0n) return Number(n << -drop) * 2 ** -1074;
  const kept = n >> drop;
  const rest = n - (kept << drop);
  const half = 1n << (drop - 1n);
  const up = rest > half || (rest === half && (kept & 1n) === 1n);
  return Number(up ? kept + 1n : kept) * 2 ** -1074;
}
