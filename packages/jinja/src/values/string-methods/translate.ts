import { PythonError, typeError, valueError } from '../../errors.ts';
import type { Runtime } from '../../runtime-types.ts';
import { oneArg, positional } from '../args.ts';
import { codePoints } from '../code-points.ts';
import { PyDict } from '../dict.ts';
import { className, typeName } from '../protocol.ts';
import { charAt, itemAt } from '../sequence.ts';
import { escapeChar } from '../str-repr.ts';
import { textOf } from '../text.ts';
import { PyTuple } from '../tuple.ts';
import { type Method, PyObject, type Value } from '../types.ts';

/** `translate` and the tables for it. */

/** What the table says about a character; undefined when it does not have it. */
function lookUp(table: Value, code: number, rt: Runtime): Value | undefined {
  if (table instanceof PyDict) return table.get(code, rt);
  if (typeof table === 'string') return charAt(table, code);
  if (Array.isArray(table)) return itemAt(table, code);
  if (table instanceof PyTuple) return itemAt(table.items, code);
  if (table instanceof PyObject && table.subscriptable) return table.getItem(code, rt);
  throw typeError(`'${typeName(table)}' object is not subscriptable`);
}

function translate(self: string, table: Value, rt: Runtime): string {
  let out = '';
  for (const char of self) {
    rt.budget.step(1);
    const fresh = lookUp(table, char.codePointAt(0) as number, rt);
    if (fresh === null) continue;
    const text = fresh === undefined ? char : replacement(fresh);
    rt.budget.grow(2 * text.length);
    out += text;
  }
  return out;
}

function replacement(v: Value): string {
  const text = textOf(v);
  if (text !== undefined) return text;
  const code = typeof v === 'boolean' ? Number(v) : v;
  if (typeof code !== 'number' && typeof code !== 'bigint') throw typeError('character mapping must return integer, None or str');
  if (code < 0 || code > 0x10ffff) throw valueError('character mapping must be in range(0x110000)');
  return String.fromCodePoint(Number(code));
}

function maketrans(args: readonly Value[], rt: Runtime): PyDict {
  const [from, to, dropped] = args;
  const table = PyDict.empty();
  if (to === undefined) {
    if (!(from instanceof PyDict)) throw typeError('if you give only one argument to maketrans it must be a dict');
    for (const [key, value] of from.pairs()) table.set(tableKey(key), value, rt);
    return table;
  }
  const left = textOf(from as Value);
  if (left === undefined) throw typeError('first maketrans argument must be a string if there is a second argument');
  const right = textOf(to);
  if (right === undefined) throw typeError(`maketrans() argument 2 must be str, not ${className(to)}`);
  const chars = codePoints(left);
  const fresh = codePoints(right);
  if (chars.length !== fresh.length) throw valueError('the first two maketrans arguments must have equal length');
  chars.forEach((char, i) => {
    table.set(char.codePointAt(0) as number, (fresh[i] as string).codePointAt(0) as number, rt);
  });
  if (dropped === undefined) return table;
  const gone = textOf(dropped);
  if (gone === undefined) throw typeError(`maketrans() argument 3 must be str, not ${className(dropped)}`);
  for (const char of gone) table.set(char.codePointAt(0) as number, null, rt);
  return table;
}

function tableKey(key: Value): Value {
  const text = textOf(key);
  if (text !== undefined) {
    const [char, ...more] = text;
    if (char === undefined || more.length > 0) throw valueError('string keys in translate table must be of length 1');
    return char.codePointAt(0) as number;
  }
  if (typeof key !== 'number' && typeof key !== 'bigint' && typeof key !== 'boolean') {
    throw typeError('keys in translate table must be strings or integers');
  }
  return key;
}

/** `str.encode`'s codecs, by their usual names. */
const CODECS: Readonly<Record<string, 'utf-8' | 'ascii' | 'latin-1' | 'utf-16-le' | 'utf-16'>> = {
  utf8: 'utf-8',
  'utf-8': 'utf-8',
  u8: 'utf-8',
  ascii: 'ascii',
  'us-ascii': 'ascii',
  '646': 'ascii',
  latin1: 'latin-1',
  'latin-1': 'latin-1',
  'iso-8859-1': 'latin-1',
  iso8859_1: 'latin-1',
  l1: 'latin-1',
  'utf-16': 'utf-16',
  utf16: 'utf-16',
  'utf-16-le': 'utf-16-le',
  'utf-16le': 'utf-16-le',
};

/**
 * Text as bytes.
 * @throws PythonError LookupError for an unknown codec, UnicodeEncodeError for what the codec cannot say
 */
export function encodeText(text: string, encoding: string, errors: string): Uint8Array {
  const codec = CODECS[encoding.toLowerCase().replaceAll('_', '-')] ?? CODECS[encoding.toLowerCase()];
  if (codec === undefined) throw new PythonError('LookupError', `unknown encoding: ${encoding}`);
  if (codec === 'utf-16' || codec === 'utf-16-le') {
    const bytes = Buffer.from(text, 'utf16le');
    return codec === 'utf-16' ? Buffer.concat([Buffer.from([0xff, 0xfe]), bytes]) : bytes;
  }
  const limit = codec === 'utf-8' ? 0x110000 : codec === 'ascii' ? 0x80 : 0x100;
  const chars = Array.from(text);
  const fits = (char: string): boolean => {
    const code = char.codePointAt(0) as number;
    return codec === 'utf-8' ? code < 0xd800 || code > 0xdfff : code < limit;
  };
  const out = chars.map((char, at) => (fits(char) ? char : substitute(chars, at, fits, codec, errors))).join('');
  return new Uint8Array(Buffer.from(out, codec === 'utf-8' ? 'utf8' : 'latin1'));
}

function substitute(
  chars: readonly string[],
  at: number,
  fits: (char: string) => boolean,
  codec: string,
  errors: string,
): string {
  const char = chars[at] as string;
  const code = char.codePointAt(0) as number;
  switch (errors) {
    case 'ignore':
      return '';
    case 'replace':
      return '?';
    case 'xmlcharrefreplace':
      return `&#${code};`;
    case 'backslashreplace':
      return escapeChar(char);
    case 'strict': {
      let end = at;
      while (end < chars.length && !fits(chars[end] as string)) end++;
      const why = codec === 'utf-8' ? 'surrogates not allowed' : `ordinal not in range(${codec === 'ascii' ? 128 : 256})`;
      const what =
        end - at === 1 ? `character '${escapeChar(char)}' in position ${at}` : `characters in position ${at}-${end - 1}`;
      throw new PythonError('UnicodeEncodeError', `'${codec}' codec can't encode ${what}: ${why}`);
    }
    default:
      throw new PythonError('LookupError', `unknown error handler name '${errors}'`);
  }
}

export const translateMethods: [string, Method][] = [
  ['translate', oneArg<string>('str', 'translate', (self, table, rt) => translate(self, table, rt))],
  ['maketrans', positional<string>('str', 'maketrans', 1, 3, (_self, args, rt) => maketrans(args, rt))],
];
