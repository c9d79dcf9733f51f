import { valueError } from '../errors.ts';

/** Ints: a safe `number`, or a `bigint` outside that range. */
export type Int = number | bigint;

const MOST_DIGITS = 4300;
/** 4300 digits are at most this many hexadecimal ones. */
const MOST_HEX = Math.ceil(MOST_DIGITS / Math.log10(16)) + 1;

/** The one form of an int. */
export function normalize(n: bigint): Int {
  return n >= -9007199254740991n && n <= 9007199254740991n ? Number(n) : n;
}

/** A whole JavaScript number (never NaN or infinite) as an int. */
export function intOf(x: number): Int {
  if (Number.isSafeInteger(x)) return x === 0 ? 0 : x;
  return BigInt(x);
}

/**
 * Decimal digits of an int.
 * @throws PythonError ValueError beyond 4300 digits, Python's own limit
 */
export function intToText(n: Int): string {
  if (typeof n === 'number') return String(n);
  const hex = (n < 0n ? -n : n).toString(16).length;
  if (hex <= MOST_HEX) {
    const text = n.toString();
    if (text.length - (n < 0n ? 1 : 0) <= MOST_DIGITS) return text;
  }
  throw valueError(
    'Exceeds the limit (4300 digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit',
  );
}

/** Bits of the magnitude, without a sign bit: Python's `int.bit_length`. */
export function bitLength(n: Int): number {
  if (typeof n === 'number') {
    let x = Math.abs(n);
    if (x < 0x80000000) return 32 - Math.clz32(x);
    let high = 0;
    while (x >= 0x80000000) {
      x = Math.floor(x / 0x80000000);
      high += 31;
    }
    return high + 32 - Math.clz32(x);
  }
  const hex = (n < 0n ? -n : n).toString(16);
  return (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex[0] ?? '0', 16)));
}
