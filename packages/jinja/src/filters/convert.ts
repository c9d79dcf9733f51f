import { PythonError } from '../errors.ts';
import type { RenderState } from '../runtime/state.ts';
import { type Int, normalize } from '../values/integers.ts';
import { intValue, toDouble, truncate } from '../values/numbers.ts';
import { stripText } from '../values/string-methods/split.ts';
import { textOf } from '../values/text.ts';
import { PyFloat, PyObject, type Value } from '../values/types.ts';

/** More digits than Python turns into an int. */
const MAX_DIGITS = 4300;
const prefixes: Readonly<Record<string, number>> = { '0x': 16, '0o': 8, '0b': 2 };
const floatText = /^[+-]?(?:(?:\d+(?:_\d+)*)(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/;
const specialFloat = /^([+-]?)(inf|infinity|nan)$/i;

/** Decimal digits of any script as ASCII ones. */
const asciiDigits = (text: string): string =>
  text.replace(/[^\0-\x7f]/gu, (char) => (/\p{Nd}/u.test(char) ? String(digitValue(char)) : char));

/** Digits come in runs of ten, the zeros at multiples of the run. */
function digitValue(char: string): number {
  let code = char.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - 1))) {
    code--;
    value++;
  }
  return value;
}

/** Python's `int(text, base)`; undefined where it raises ValueError. Base 0 goes by the prefix. */
export function parsePyInt(input: string, base: number): Int | undefined {
  const text = asciiDigits(stripText(input, undefined, true, true)).toLowerCase();
  const [, sign = '', body = ''] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (!Number.isInteger(base) || base < 0 || base === 1 || base > 36) return undefined;
  const prefix = prefixes[body.slice(0, 2)];
  const prefixed = prefix !== undefined && (base === 0 || base === prefix);
  const radix = base === 0 ? (prefix ?? 10) : base;
  const digits = (prefixed ? body.slice(2).replace(/^_/, '') : body).split('_');
  if (digits.some((run) => run === '') || (base === 0 && !prefixed && /^0+[1-9]/.test(digits.join('')))) return undefined;
  const joined = digits.join('');
  if ((radix & (radix - 1)) !== 0 && joined.length > MAX_DIGITS) return undefined;
  const value = accumulate(joined, radix);
  if (value === undefined) return undefined;
  return sign === '-' ? normalize(-BigInt(value)) : value;
}

function accumulate(digits: string, radix: number): Int | undefined {
  const valid = [...digits].every((digit) => {
    const value = Number.parseInt(digit, 36);
    return !Number.isNaN(value) && value < radix;
  });
  if (!valid) return undefined;
  const small = Number.parseInt(digits, radix);
  if (Number.isSafeInteger(small)) return small;
  if (radix === 10) return normalize(BigInt(digits));
  let value = 0n;
  for (const digit of digits) value = value * BigInt(radix) + BigInt(Number.parseInt(digit, 36));
  return normalize(value);
}

/** Python's `float(text)`; undefined where it raises ValueError. */
export function parsePyFloat(input: string): number | undefined {
  const text = asciiDigits(stripText(input, undefined, true, true));
  const special = specialFloat.exec(text);
  if (special !== null) {
    if (special[2]?.toLowerCase() === 'nan') return Number.NaN;
    return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  return floatText.test(text) ? Number(text.replaceAll('_', '')) : undefined;
}

/** Python's `float(v)`; undefined where it raises TypeError or ValueError. */
export function toFloat(v: Value, rt: RenderState): number | undefined {
  if (v instanceof PyFloat) return v.value;
  const text = textOf(v);
  if (text !== undefined) return parsePyFloat(text);
  const n = intValue(v);
  if (n !== undefined) return toDouble(n);
  const converted = v instanceof PyObject ? v.convert('float', rt) : undefined;
  return converted instanceof PyFloat ? converted.value : undefined;
}

/** Python's `int(v)`, for text with a base; undefined where it raises TypeError or ValueError. */
export function toInt(v: Value, base: number, rt: RenderState): Int | undefined {
  const text = textOf(v);
  if (text !== undefined) return parsePyInt(text, base);
  if (v instanceof PyFloat) return floatToInt(v.value);
  const n = intValue(v);
  if (n !== undefined) return n;
  const converted = v instanceof PyObject ? v.convert('int', rt) : undefined;
  return converted === undefined ? undefined : intValue(converted);
}

/** @throws PythonError OverflowError for infinity */
export function floatToInt(x: number): Int | undefined {
  if (Number.isNaN(x)) return undefined;
  if (!Number.isFinite(x)) throw new PythonError('OverflowError', 'cannot convert float infinity to integer');
  return truncate(x);
}
