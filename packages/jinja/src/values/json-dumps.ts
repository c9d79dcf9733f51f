import { typeError, valueError } from '../errors.ts';
import type { Runtime } from '../runtime-types.ts';
import { PyDict } from './dict.ts';
import { intToText } from './integers.ts';
import { sortValues } from './order.ts';
import { className } from './protocol.ts';
import { textOf } from './text.ts';
import { PyTuple } from './tuple.ts';
import { floatRepr, PyFloat, type Value } from './types.ts';

/** How Python's `json.dumps` is asked to write. */
export type JsonStyle = {
  /** What a level is indented by; null writes all on one line. */
  readonly indent?: string | null;
  readonly sortKeys?: boolean;
  /** Everything outside ASCII as `\u` escapes. Python's default. */
  readonly ensureAscii?: boolean;
  readonly itemSeparator?: string;
  readonly keySeparator?: string;
};

/**
 * Python's `json.dumps(v)`.
 * @throws PythonError TypeError for what is no JSON, ValueError for a value inside itself
 */
export function dumpJson(v: Value, style: JsonStyle, rt: Runtime): string {
  const indent = style.indent ?? null;
  const writer: Writer = {
    rt,
    indent,
    sortKeys: style.sortKeys ?? false,
    ensureAscii: style.ensureAscii ?? true,
    itemSeparator: style.itemSeparator ?? (indent === null ? ', ' : ','),
    keySeparator: style.keySeparator ?? ': ',
    open: [],
  };
  return write(v, writer);
}

type Writer = Required<JsonStyle> & { readonly rt: Runtime; readonly open: Value[] };

function write(v: Value, w: Writer): string {
  const text = textOf(v);
  if (text !== undefined) return jsonString(text, w.ensureAscii);
  switch (typeof v) {
    case 'number':
    case 'bigint':
      return intToText(v);
    case 'boolean':
      return v ? 'true' : 'false';
    default:
      if (v === null) return 'null';
      if (v instanceof PyFloat) return jsonFloat(v.value);
      if (Array.isArray(v)) return nested(v, w, () => writeRow(v, w));
      if (v instanceof PyTuple) return nested(v, w, () => writeRow(v.items, w));
      if (v instanceof PyDict) return nested(v, w, () => writeDict(v, w));
      throw typeError(`Object of type ${className(v)} is not JSON serializable`);
  }
}

function nested(v: Value, w: Writer, run: () => string): string {
  if (w.open.includes(v)) throw valueError('Circular reference detected');
  w.open.push(v);
  w.rt.budget.enter();
  try {
    return run();
  } finally {
    w.rt.budget.leave();
    w.open.pop();
  }
}

function writeRow(items: readonly Value[], w: Writer): string {
  if (items.length === 0) return '[]';
  return `[${joined(
    items.map((item) => write(item, w)),
    w,
  )}]`;
}

function writeDict(dict: PyDict, w: Writer): string {
  if (dict.size === 0) return '{}';
  const pairs = [...dict.pairs()];
  const sorted = w.sortKeys ? sortValues(pairs, ([key]) => key, false, w.rt) : pairs;
  return `{${joined(
    sorted.map(([key, value]) => jsonString(keyText(key), w.ensureAscii) + w.keySeparator + write(value, w)),
    w,
  )}}`;
}

function joined(parts: readonly string[], w: Writer): string {
  const { budget } = w.rt;
  const newline = w.indent === null ? '' : `\n${w.indent.repeat(w.open.length)}`;
  let units = 0;
  for (const part of parts) units += part.length + newline.length + w.itemSeparator.length;
  budget.grow(2 * units);
  budget.step(parts.length);
  const body = parts.join(w.itemSeparator + newline);
  return w.indent === null ? body : `${newline}${body}\n${w.indent.repeat(w.open.length - 1)}`;
}

function keyText(key: Value): string {
  const text = textOf(key);
  if (text !== undefined) return text;
  switch (typeof key) {
    case 'number':
    case 'bigint':
      return intToText(key);
    case 'boolean':
      return key ? 'true' : 'false';
    default:
      if (key === null) return 'null';
      if (key instanceof PyFloat) return jsonFloat(key.value);
      throw typeError(`keys must be str, int, float, bool or None, not ${className(key)}`);
  }
}

function jsonFloat(x: number): string {
  if (Number.isNaN(x)) return 'NaN';
  if (!Number.isFinite(x)) return x > 0 ? 'Infinity' : '-Infinity';
  return floatRepr(x);
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
};
const unicodeEscape = (unit: string): string => SHORT[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Text in double quotes with JSON's escapes. */
export function jsonString(text: string, ensureAscii: boolean): string {
  if (ensureAscii) return `"${/^[ !#-[\]-~]*$/.test(text) ? text : text.replace(/[^ !#-[\]-~]/g, unicodeEscape)}"`;
  return `"${text.replace(/["\\\0-\x1f]/g, unicodeEscape)}"`;
}
