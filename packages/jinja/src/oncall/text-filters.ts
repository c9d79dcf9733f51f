import { valueError } from '../errors.ts';
import { type NativeFunction, native } from '../native.ts';
import type { RenderState } from '../runtime/state.ts';
import { decodeBytes, PyBytes } from '../values/bytes.ts';
import { parseOwnJson } from '../values/json.ts';
import { dumpJson, type JsonStyle } from '../values/json-dumps.ts';
import { textOf } from '../values/text.ts';
import type { Value } from '../values/types.ts';
import { orNone } from './attempt.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const SEXTETS = new Map(Array.from(ALPHABET, (char, index) => [char.charCodeAt(0), index]));
const PADDING = 0x3d;

/**
 * Base 64 as Python's `binascii` reads it when it is not strict: other characters are skipped, and what comes behind
 * complete padding is not looked at. Throws ValueError where the length does not fit.
 */
function decodeBase64(codes: ArrayLike<number>): Uint8Array {
  const bytes: number[] = [];
  let place = 0;
  let left = 0;
  let padding = 0;
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0;
    if (code === PADDING) {
      padding += 1;
      if (place >= 2 && place + padding >= 4) return Uint8Array.from(bytes);
      continue;
    }
    const sextet = SEXTETS.get(code);
    if (sextet === undefined) continue;
    padding = 0;
    if (place === 0) left = sextet;
    else if (place === 1) {
      bytes.push((left << 2) | (sextet >> 4));
      left = sextet & 15;
    } else if (place === 2) {
      bytes.push((left << 4) | (sextet >> 2));
      left = sextet & 3;
    } else bytes.push((left << 6) | sextet);
    place = (place + 1) % 4;
  }
  if (place !== 0) throw valueError('Incorrect padding');
  return Uint8Array.from(bytes);
}

function base64Decode(value: Value, rt: RenderState): Value {
  const bytes = value instanceof PyBytes ? value.bytes : undefined;
  const source = textOf(value);
  if (bytes === undefined && source === undefined) return null;
  const size = bytes?.length ?? source?.length ?? 0;
  rt.budget.grow(size * 8);
  rt.budget.step(size >> 4);
  const codes = bytes ?? Uint16Array.from(source ?? '', (char) => char.charCodeAt(0));
  if (codes.some((code) => code > 127) && bytes === undefined) return null;
  return orNone(() => decodeBytes(decodeBase64(codes), 'utf-8', 'strict'));
}

function parse(value: Value, rt: RenderState): Value {
  return orNone(() => {
    const source = value instanceof PyBytes ? decodeBytes(value.bytes, 'utf-8', 'strict') : textOf(value);
    if (source === undefined) return null;
    rt.budget.grow(source.length * 16);
    rt.budget.step(source.length >> 4);
    return parseOwnJson(source);
  });
}

const PRETTY: JsonStyle = { sortKeys: true, indent: '    ', itemSeparator: ',', keySeparator: ': ', ensureAscii: false };

const dump = (style: JsonStyle) => (args: readonly Value[], rt: RenderState) =>
  orNone(() => dumpJson(args[0] ?? null, style, rt));

/** Filters for JSON and base 64. */
export const textFilters: readonly (readonly [string, NativeFunction])[] = [
  ['tojson_pretty', native('tojson_pretty', 'value', dump(PRETTY))],
  ['json_dumps', native('json_dumps', 'value', dump({}))],
  ['parse_json', native('parse_json', 'value', ([value = null], rt) => parse(value, rt))],
  ['b64decode', native('b64decode', 'value', ([value = null], rt) => base64Decode(value, rt))],
];
