import { overflowError, valueError } from '../../errors.ts';
import type { Runtime } from '../../runtime-types.ts';
import { type Int, intToText } from '../integers.ts';
import { toDouble } from '../numbers.ts';
import { floatText } from './float.ts';
import { group, padTo } from './pad.ts';
import { parseSpec, type Spec, unknownCode } from './spec.ts';

/** `format(n, spec)` of an int or bool. */
export function formatInt(n: Int, text: string, typeName: string, rt: Runtime): string {
  const spec = parseSpec(text, typeName, { type: 'd', align: '>' });
  if ('eEfFgG%'.includes(spec.type)) return formatParsedFloat(toDouble(n), spec, rt);
  if (!'bcdoxXn'.includes(spec.type)) throw unknownCode(spec.type, typeName);
  if (spec.precision !== -1) throw valueError('Precision not allowed in integer format specifier');
  if (spec.noNegativeZero) throw valueError('Negative zero coercion (z) not allowed in integer format specifier');
  if (spec.type === 'c') return formatChar(n, spec, rt);
  const negative = n < 0;
  const magnitude = negative ? -n : n;
  const { digits, prefix } = intDigits(magnitude, spec);
  const sign = signText(negative, spec.sign);
  return padTo(sign + prefix, grouped(digits, '', sign.length + prefix.length, spec, rt), spec, rt);
}

function intDigits(n: Int, spec: Spec): { digits: string; prefix: string } {
  switch (spec.type) {
    case 'b':
      return { digits: n.toString(2), prefix: spec.alternate ? '0b' : '' };
    case 'o':
      return { digits: n.toString(8), prefix: spec.alternate ? '0o' : '' };
    case 'x':
      return { digits: n.toString(16), prefix: spec.alternate ? '0x' : '' };
    case 'X':
      return { digits: n.toString(16).toUpperCase(), prefix: spec.alternate ? '0X' : '' };
    default:
      return { digits: intToText(n), prefix: '' };
  }
}

function formatChar(n: Int, spec: Spec, rt: Runtime): string {
  if (spec.sign !== '') throw valueError("Sign not allowed with integer format specifier 'c'");
  if (spec.alternate) throw valueError("Alternate form (#) not allowed with integer format specifier 'c'");
  if (n < -(2n ** 63n) || n >= 2n ** 63n) throw overflowError('Python int too large to convert to C long');
  if (n < 0 || n > 0x10ffff) throw overflowError('%c arg not in range(0x110000)');
  return padTo('', String.fromCodePoint(Number(n)), spec, rt);
}

const signText = (negative: boolean, sign: string): string => (negative ? '-' : sign === '+' || sign === ' ' ? sign : '');

/** Whole digits with separators; zeros that fill up the width get separators too. `rest` is what follows them. */
function grouped(digits: string, rest: string, taken: number, spec: Spec, rt: Runtime): string {
  if (spec.separator === '') return digits + rest;
  const least = spec.fill === '0' && spec.align === '=' ? spec.width - taken - rest.length : 0;
  return group(digits, spec.separator, 'boxX'.includes(spec.type) && spec.type !== '' ? 4 : 3, least, rt) + rest;
}

/** `format(x, spec)` of a float. */
export function formatFloat(x: number, text: string, rt: Runtime): string {
  const spec = parseSpec(text, 'float', { type: '', align: '>' });
  if (!'eEfFgGn%'.includes(spec.type)) throw unknownCode(spec.type, 'float');
  return formatParsedFloat(x, spec, rt);
}

function formatParsedFloat(x: number, spec: Spec, rt: Runtime): string {
  const percent = spec.type === '%';
  const value = percent ? x * 100 : x;
  const lower = spec.type.toLowerCase();
  const type = percent
    ? 'f'
    : lower === 'n'
      ? 'g'
      : lower === ''
        ? spec.precision === -1
          ? 'r'
          : 'g'
        : (lower as 'e' | 'f' | 'g');
  const precision = spec.precision === -1 ? 6 : spec.precision;
  if (precision > 2 ** 31 - 1) throw valueError('precision too big');
  rt.budget.grow(4 * precision);
  let body = floatText(Math.abs(value), { type, precision, alternate: spec.alternate, pointZero: spec.type === '' });
  if ('EFG'.includes(spec.type) && spec.type !== '') body = body.toUpperCase();
  let negative = value < 0 || Object.is(value, -0);
  if (negative && spec.noNegativeZero && /^[0.]*(?:e.*)?$/i.test(body)) negative = false;
  const sign = signText(negative, spec.sign);
  const [, whole = '', tail = ''] = /^(\d*)(.*)$/s.exec(body) ?? [];
  const rest = percent ? `${tail}%` : tail;
  // inf and nan have no digits: nothing to separate.
  return padTo(sign, whole === '' ? rest : grouped(whole, rest, sign.length, spec, rt), spec, rt);
}
