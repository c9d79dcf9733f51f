/** Decimal digits of floats, rounded half to even from the exact binary value, as C's printf and Python do. */

export type Decimal = {
  /** Digits without a point, the first one not 0 unless the value is. */
  readonly digits: string;
  /** Where the point stands, counted from the left of the digits: 1 for `d.ddd`, 0 for `0.ddd`, negative for smaller ones. */
  readonly point: number;
};

/** A finite, non-negative float as `mantissa * 2 ** exponent`. */
function parts(x: number): [bigint, number] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  return exponent === 0 ? [fraction, -1074] : [fraction | 0x10000000000000n, exponent - 1075];
}

/** `x * 10 ** scale` rounded half to even to a whole number; `x` is finite and not negative. */
function scaled(x: number, scale: number): bigint {
  const [mantissa, exponent] = parts(x);
  let numerator = mantissa;
  let denominator = 1n;
  if (exponent >= 0) numerator <<= BigInt(exponent);
  else denominator <<= BigInt(-exponent);
  if (scale >= 0) numerator *= 10n ** BigInt(scale);
  else denominator *= 10n ** BigInt(-scale);
  const whole = numerator / denominator;
  const twice = 2n * (numerator - whole * denominator);
  const up = twice > denominator || (twice === denominator && (whole & 1n) === 1n);
  return up ? whole + 1n : whole;
}

/** Beyond this many places a float has only zeros. */
const MOST_PLACES = 1100;

/** `x` with `places` digits after the point, such as `12.50`; `x` is finite. */
export function fixed(x: number, places: number): string {
  if (x < 0 || Object.is(x, -0)) return `-${fixed(-x, places)}`;
  if (places <= 20 && x < 1e21) {
    // toFixed rounds correctly but for exact ties, which have exactly places + 1 binary digits after the point.
    const halves = x * 2 ** (places + 1);
    if (!Number.isInteger(halves) || Number.isInteger(halves / 2)) return x.toFixed(places);
    const twice = halves * 5 ** places;
    if (twice < Number.MAX_SAFE_INTEGER) return pointed(String(evenHalf(twice)), places);
  }
  const exactPlaces = Math.min(places, MOST_PLACES);
  return pointed(scaled(x, exactPlaces).toString() + '0'.repeat(places - exactPlaces), places);
}

/** Half of an odd number, rounded to even. */
function evenHalf(odd: number): number {
  const down = (odd - 1) / 2;
  return down % 2 === 0 ? down : down + 1;
}

/** Digits with a point before the last `places` of them. */
function pointed(digits: string, places: number): string {
  if (places === 0) return digits;
  const padded = digits.padStart(places + 1, '0');
  return `${padded.slice(0, -places)}.${padded.slice(-places)}`;
}

/** The `count` (1 or more) significant digits of `x`, which is finite and not negative. */
export function significant(x: number, count: number): Decimal {
  if (x === 0) return { digits: '0'.repeat(count), point: 1 };
  const exact = Math.min(count, MOST_PLACES);
  let exponent = Number(x.toExponential().split('e')[1]);
  let digits = scaled(x, exact - 1 - exponent).toString();
  if (digits.length > exact) {
    exponent++;
    digits = digits.slice(0, exact);
  }
  return { digits: digits + '0'.repeat(count - exact), point: exponent + 1 };
}

/** The fewest digits that read back as `x`, which is finite and not negative. */
export function shortest(x: number): Decimal {
  const [mantissa = '0', exponent = '0'] = x.toExponential().split('e');
  return { digits: mantissa.replace('.', ''), point: Number(exponent) + 1 };
}
