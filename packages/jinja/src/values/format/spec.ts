import { valueError } from '../../errors.ts';

/** A parsed format specification: `[[fill]align][sign][z][#][0][width][,_][.precision][type]`. */
export type Spec = {
  readonly fill: string;
  readonly align: string;
  readonly alignGiven: boolean;
  readonly sign: string;
  readonly noNegativeZero: boolean;
  readonly alternate: boolean;
  readonly width: number;
  readonly separator: string;
  /** -1 when not given. */
  readonly precision: number;
  readonly type: string;
};

const FORM = /^(?:(.)?([<>=^]))?([ +-])?(z)?(#)?(0)?(\d*)(?:(,)?(_)?(,)?)(?:(\.)(\d*))?(.*)$/su;

/**
 * @param typeName of the value, for messages
 * @param defaults type and alignment of values of this kind
 * @throws PythonError ValueError in CPython's words
 */
export function parseSpec(text: string, typeName: string, defaults: { readonly type: string; readonly align: string }): Spec {
  const match = FORM.exec(text);
  if (match === null) throw valueError(`Invalid format specifier '${text}' for object of type '${typeName}'`);
  const [, fill, align, sign = '', z, alternate, zero, width = '', comma, underscore, comma2, point, precision = '', rest = ''] =
    match;
  // With a fill of its own the zero is the first digit of the width.
  const zeroFill = zero !== undefined && fill === undefined;
  if (!fits(width)) throw valueError('Too many decimal digits in format string');
  if ((comma ?? comma2) !== undefined && underscore !== undefined) throw valueError("Cannot specify both ',' and '_'.");
  if (point !== undefined && precision === '') throw valueError('Format specifier missing precision');
  if (!fits(precision)) throw valueError('Too many decimal digits in format string');
  const [type = defaults.type, ...more] = rest;
  if (more.length > 0) throw valueError(`Invalid format specifier '${text}' for object of type '${typeName}'`);
  const separator = comma ?? underscore ?? '';
  if (separator !== '' || comma2 !== undefined)
    checkSeparator(comma2 === undefined ? separator : ',', comma2 === undefined ? type : ',');
  return {
    fill: fill ?? (zeroFill ? '0' : ' '),
    align: align ?? (zeroFill && defaults.align === '>' ? '=' : defaults.align),
    alignGiven: align !== undefined,
    sign,
    noNegativeZero: z !== undefined,
    alternate: alternate !== undefined,
    width: width === '' ? 0 : Number(width),
    separator,
    precision: point === undefined ? -1 : Number(precision),
    type,
  };
}

const fits = (digits: string): boolean => digits.length < 19 || BigInt(digits) < 2n ** 63n;

function checkSeparator(separator: string, type: string): void {
  if ('defgEG%F'.includes(type) || type === '') return;
  if (separator === '_' && 'boxX'.includes(type)) return;
  throw valueError(`Cannot specify '${separator}' with '${showCode(type)}'.`);
}

/** A format code as messages show it: hexadecimal outside printable ASCII. */
export const showCode = (type: string): string =>
  type > ' ' && type < '\u0080' ? type : `\\x${(type.codePointAt(0) ?? 0).toString(16)}`;

export function unknownCode(type: string, typeName: string): Error {
  return valueError(`Unknown format code '${showCode(type)}' for object of type '${typeName}'`);
}
