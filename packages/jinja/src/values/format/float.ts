import { type Decimal, fixed, shortest, significant } from './digits.ts';

export type FloatStyle = {
  /** `r` is the shortest text that reads back. */
  readonly type: 'e' | 'f' | 'g' | 'r';
  readonly precision: number;
  /** `#`: keep the point and trailing zeros. */
  readonly alternate: boolean;
  /** Show whole numbers with `.0`, as a format without a type does. */
  readonly pointZero: boolean;
};

/** The text of a non-negative float without sign; `inf` and `nan` as such. */
export function floatText(x: number, style: FloatStyle): string {
  if (Number.isNaN(x)) return 'nan';
  if (x === Number.POSITIVE_INFINITY) return 'inf';
  const { type, precision, alternate, pointZero } = style;
  if (type === 'f') {
    const text = fixed(x, precision);
    return alternate && precision === 0 ? `${text}.` : text;
  }
  if (type === 'e') return exponential(significant(x, precision + 1), alternate, false);
  const decimal = type === 'r' ? shortest(x) : significant(x, Math.max(1, precision));
  const limit = type === 'r' ? 16 : Math.max(1, precision) - (pointZero ? 1 : 0);
  if (decimal.point <= -4 || decimal.point > limit) return exponential(decimal, alternate, !alternate);
  return positional(decimal, alternate, pointZero);
}

function exponential({ digits, point }: Decimal, alternate: boolean, stripZeros: boolean): string {
  const tail = stripZeros ? digits.slice(1).replace(/0+$/, '') : digits.slice(1);
  const exponent = /^0*$/.test(digits) ? 0 : point - 1;
  const shown = `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  return `${digits[0]}${tail !== '' || alternate ? '.' : ''}${tail}e${shown}`;
}

function positional({ digits, point }: Decimal, alternate: boolean, pointZero: boolean): string {
  const whole = point <= 0 ? '0' : digits.slice(0, point).padEnd(point, '0');
  const all = point <= 0 ? '0'.repeat(-point) + digits : digits.slice(point);
  const tail = alternate ? all : all.replace(/0+$/, '');
  if (tail !== '') return `${whole}.${tail}`;
  if (pointZero) return `${whole}.0`;
  return alternate ? `${whole}.` : whole;
}
