import { keyError, overflowError, typeError, valueError } from '../errors.ts';
import type { Runtime } from '../runtime-types.ts';
import { codePointLength, codePointSlice, codePoints } from './code-points.ts';
import { PyDict } from './dict.ts';
import { floatText } from './format/float.ts';
import { toAscii } from './format/str-format.ts';
import { type Int, intToText } from './integers.ts';
import { intValue, toDouble, truncate } from './numbers.ts';
import { className, repr, str, typeName } from './protocol.ts';
import { repeatText } from './repeat.ts';
import { textOf } from './text.ts';
import { PyTuple } from './tuple.ts';
import { PyFloat, PyObject, type Value } from './types.ts';

/** How text conversions are shown: Markup escapes them. */
export type Escape = (text: Value, rt: Runtime) => string;

type Directive = {
  readonly key: string | undefined;
  readonly flags: string;
  readonly width: number;
  readonly precision: number;
  readonly code: string;
};

/** Python's `template % args`. */
export function printf(template: string, args: Value, rt: Runtime, escapeWith?: Escape): string {
  const source = new Arguments(args, rt);
  const chars = codePoints(template);
  let out = '';
  let at = 0;
  while (at < chars.length) {
    const char = chars[at] as string;
    at++;
    if (char !== '%') {
      out += char;
    } else if (chars[at] === '%') {
      out += '%';
      at++;
    } else {
      const { directive, end } = parse(chars, at, source);
      at = end;
      const shown = show(directive, source.next(), at - 1, rt, escapeWith);
      rt.budget.grow(2 * shown.length);
      out += shown;
    }
  }
  source.checkAllUsed();
  rt.budget.grow(2 * template.length);
  rt.budget.step(1 + Math.floor(template.length / 16));
  return out;
}

/** What `%` takes its values from: a tuple's items, one value, or a mapping's. */
class Arguments {
  private readonly mapping: Value | undefined;
  private items: readonly Value[];
  private used = 0;
  private readonly rt: Runtime;

  constructor(args: Value, rt: Runtime) {
    this.rt = rt;
    this.items = args instanceof PyTuple ? args.items : [args];
    const isMapping = Array.isArray(args) || (args instanceof PyObject && args.subscriptable && !(args instanceof PyTuple));
    this.mapping = isMapping && textOf(args) === undefined ? args : undefined;
  }

  next(): Value {
    const value = this.items[this.used];
    if (value === undefined) throw typeError('not enough arguments for format string');
    this.used++;
    return value;
  }

  checkMapping(): void {
    if (this.mapping === undefined) throw typeError('format requires a mapping');
  }

  /** Makes the value of a key the next and only one. */
  select(key: string): void {
    if (Array.isArray(this.mapping)) throw typeError('list indices must be integers or slices, not str');
    const { mapping, rt } = this;
    const value = mapping instanceof PyDict ? mapping.getText(key) : (mapping as PyObject).getItem(key, rt);
    if (value === undefined) throw keyError(repr(key, rt));
    this.items = [value];
    this.used = 0;
  }

  checkAllUsed(): void {
    if (this.used < this.items.length && this.mapping === undefined) {
      throw typeError('not all arguments converted during string formatting');
    }
  }
}

function parse(chars: readonly string[], from: number, source: Arguments): { directive: Directive; end: number } {
  let at = from;
  let key: string | undefined;
  if (chars[at] === '(') {
    source.checkMapping();
    let open = 1;
    const start = ++at;
    while (at < chars.length && open > 0) {
      if (chars[at] === '(') open++;
      else if (chars[at] === ')') open--;
      at++;
    }
    if (open > 0) throw valueError('incomplete format key');
    key = chars.slice(start, at - 1).join('');
    source.select(key);
  }
  let flags = '';
  while (at < chars.length && '-+ #0'.includes(chars[at] as string)) flags += chars[at++];
  let width = 0;
  if (chars[at] === '*') {
    width = starred(source, '*');
    at++;
    if (width < 0) {
      flags += '-';
      width = -width;
    }
  } else {
    [width, at] = digits(chars, at, 'width too big');
  }
  let precision = -1;
  if (chars[at] === '.') {
    at++;
    if (chars[at] === '*') {
      precision = Math.max(0, starred(source, '*'));
      at++;
    } else {
      [precision, at] = digits(chars, at, 'precision too big');
    }
  }
  if (at < chars.length && 'hlL'.includes(chars[at] as string)) at++;
  const code = chars[at];
  if (code === undefined) throw valueError('incomplete format');
  return { directive: { key, flags, width, precision, code }, end: at + 1 };
}

function starred(source: Arguments, shown: string): number {
  const n = intValue(source.next());
  if (n === undefined) throw typeError(`${shown} wants int`);
  if (typeof n === 'bigint') throw overflowError('Python int too large to convert to C ssize_t');
  return n;
}

const isDigit = (char: string): boolean => char >= '0' && char <= '9';

function digits(chars: readonly string[], from: number, tooBig: string): [number, number] {
  let at = from;
  while (at < chars.length && isDigit(chars[at] as string)) at++;
  const text = chars.slice(from, at).join('');
  if (text.length > 18 && BigInt(text) > 9223372036854775807n) throw valueError(tooBig);
  return [text === '' ? 0 : Number(text), at];
}

function show(d: Directive, v: Value, place: number, rt: Runtime, escapeWith: Escape | undefined): string {
  switch (d.code) {
    case 's':
      return showText(d, escapeWith === undefined ? str(v, rt) : escapeWith(v, rt), rt);
    case 'r':
      return showText(d, escapeWith === undefined ? repr(v, rt) : escapeWith(repr(v, rt), rt), rt);
    case 'a':
      return showText(d, escapeWith === undefined ? toAscii(v, rt) : escapeWith(toAscii(v, rt), rt), rt);
    case 'c':
      return showText(d, charOf(v), rt);
    case 'd':
    case 'i':
    case 'u':
    case 'o':
    case 'x':
    case 'X':
      return showInt(d, v, rt);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
      return showFloat(d, v, rt);
    default: {
      const code = d.code.codePointAt(0) as number;
      const shown = code > 31 && code < 127 ? d.code : '?';
      throw valueError(`unsupported format character '${shown}' (0x${code.toString(16)}) at index ${place}`);
    }
  }
}

function showText(d: Directive, text: string, rt: Runtime): string {
  const cut = d.precision >= 0 && d.precision < codePointLength(text) ? codePointSlice(text, 0, d.precision) : text;
  return fill(d, '', cut, ' ', rt);
}

function fill(d: Directive, prefix: string, text: string, char: string, rt: Runtime): string {
  const gap = d.width - prefix.length - codePointLength(text);
  if (gap <= 0) return prefix + text;
  if (d.flags.includes('-')) return prefix + text + repeatText(' ', gap, rt);
  const filling = repeatText(char, gap, rt);
  return char === ' ' ? filling + prefix + text : prefix + filling + text;
}

function charOf(v: Value): string {
  const text = textOf(v);
  if (text !== undefined && codePointLength(text) === 1) return text;
  const code = intValue(v);
  if (code === undefined) throw typeError('%c requires int or char');
  if (code < 0 || code > 0x10ffff) throw overflowError('%c arg not in range(0x110000)');
  return String.fromCodePoint(Number(code));
}

const signOf = (d: Directive, negative: boolean): string =>
  negative ? '-' : d.flags.includes('+') ? '+' : d.flags.includes(' ') ? ' ' : '';

const zeroFill = (d: Directive): string => (d.flags.includes('0') ? '0' : ' ');

function showInt(d: Directive, v: Value, rt: Runtime): string {
  const n = intFor(d.code, v, rt);
  const negative = n < 0;
  const magnitude = negative ? -n : n;
  const radix = d.code === 'o' ? 8 : d.code === 'x' || d.code === 'X' ? 16 : 10;
  let text = radix === 10 ? intToText(magnitude) : magnitude.toString(radix);
  if (d.code === 'X') text = text.toUpperCase();
  if (d.precision > text.length) text = repeatText('0', d.precision - text.length, rt) + text;
  const prefix = radix === 10 || !d.flags.includes('#') ? '' : `0${d.code}`;
  return fill(d, signOf(d, negative) + prefix, text, zeroFill(d), rt);
}

function intFor(code: string, v: Value, rt: Runtime): Int {
  const n = intValue(v);
  if (n !== undefined) return n;
  const whole = !'oxX'.includes(code);
  if (whole && v instanceof PyFloat) return truncate(v.value);
  const converted = whole && v instanceof PyObject && textOf(v) === undefined ? v.convert('int', rt) : undefined;
  const int = converted === undefined ? undefined : intValue(converted);
  if (int !== undefined) return int;
  throw typeError(`%${code} format: ${whole ? 'a real number' : 'an integer'} is required, not ${className(v)}`);
}

function showFloat(d: Directive, v: Value, rt: Runtime): string {
  const x = floatFor(v, rt);
  const precision = d.precision === -1 ? 6 : d.precision;
  if (precision > 2 ** 31 - 1) throw valueError('precision too big');
  rt.budget.grow(4 * precision);
  const type = d.code.toLowerCase() as 'e' | 'f' | 'g';
  const text = floatText(Math.abs(x), { type, precision, alternate: d.flags.includes('#'), pointZero: false });
  const shown = d.code === type ? text : text.toUpperCase();
  return fill(d, signOf(d, x < 0 || Object.is(x, -0)), shown, zeroFill(d), rt);
}

function floatFor(v: Value, rt: Runtime): number {
  if (v instanceof PyFloat) return v.value;
  const n = intValue(v);
  if (n !== undefined) return toDouble(n);
  const converted = v instanceof PyObject && textOf(v) === undefined ? v.convert('float', rt) : undefined;
  if (converted instanceof PyFloat) return converted.value;
  throw typeError(`must be real number, not ${typeName(v)}`);
}
