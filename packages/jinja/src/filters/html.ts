import { typeError, valueError } from '../errors.ts';
import { type NativeFunction, native, nativeSingle } from '../native.ts';
import type { RenderState } from '../runtime/state.ts';
import { Undefined } from '../runtime/undefined.ts';
import { PyDict } from '../values/dict.ts';
import { stripTags } from '../values/html.ts';
import { dumpJson } from '../values/json-dumps.ts';
import { escapeMarkup, Markup } from '../values/markup.ts';
import { binary, isIterable, items, repr, str, truthy, typeName } from '../values/ops.ts';
import { textOf } from '../values/text.ts';
import type { Value } from '../values/types.ts';
import { unpack } from '../values/unpack.ts';
import { callMethod } from './support.ts';
import { urlize } from './urlize.ts';

function xmlattr([attributes = null, autospace = null]: readonly Value[], rt: RenderState): Value {
  const pairs: string[] = [];
  for (const pair of items(callMethod(attributes, 'items', [], rt), rt)) {
    const [key = null, value = null] = items(pair, rt);
    if (value === null || value instanceof Undefined) continue;
    if (textOf(key) === undefined) throw typeError(`expected string or bytes-like object, got '${typeName(key)}'`);
    if (/[\s/>=]/.test(str(key, rt))) throw valueError(`Invalid character in attribute name: ${repr(key, rt)}`);
    pairs.push(`${escapeMarkup(key, rt).value}="${escapeMarkup(value, rt).value}"`);
  }
  const text = truthy(autospace, rt) && pairs.length > 0 ? ` ${pairs.join(' ')}` : pairs.join(' ');
  rt.budget.grow(2 * text.length);
  return rt.autoescape ? new Markup(text) : text;
}

/** Percent-encodes UTF-8; in query strings blanks become `+` and `/` is encoded too. */
function quoteUrl(v: Value, query: boolean, rt: RenderState): string {
  const text = str(v, rt);
  rt.budget.grow(6 * text.length);
  const encoded = encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return query ? encoded.replaceAll('%20', '+') : encoded.replaceAll('%2F', '/');
}

function urlencode(value: Value, rt: RenderState): string {
  if (textOf(value) !== undefined || !isIterable(value, rt)) return quoteUrl(value, false, rt);
  const pairs = value instanceof PyDict ? callMethod(value, 'items', [], rt) : value;
  const parts: string[] = [];
  for (const pair of items(pairs, rt)) {
    const [key = null, item = null] = unpack(pair, 2, rt);
    parts.push(`${quoteUrl(key, true, rt)}=${quoteUrl(item, true, rt)}`);
  }
  return parts.join('&');
}

const jsonEscapes: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026', "'": '\\u0027' };

/** JSON that may stand in HTML, also inside an attribute. */
function tojson([value = null, indent = null]: readonly Value[], rt: RenderState): Markup {
  // Python writes a lone text without asking for the indentation.
  const step = indent === null || textOf(value) !== undefined ? null : (textOf(indent) ?? str(binary('*', ' ', indent, rt), rt));
  const text = dumpJson(value, { sortKeys: true, indent: step }, rt);
  return new Markup(text.replace(/[<>&']/g, (char) => jsonEscapes[char] ?? char));
}

export const htmlFilters: readonly (readonly [string, NativeFunction])[] = [
  ['escape', nativeSingle('markupsafe._speedups.escape', escapeMarkup)],
  ['e', nativeSingle('markupsafe._speedups.escape', escapeMarkup)],
  ['forceescape', native('do_forceescape', 'value', ([value = null], rt) => escapeMarkup(str(value, rt), rt))],
  ['safe', native('do_mark_safe', 'value', ([value = null], rt) => new Markup(str(value, rt)))],
  ['striptags', native('do_striptags', 'value', ([value = null], rt) => stripTags(str(value, rt)))],
  ['tojson', native('do_tojson', '@, value, indent=None', tojson)],
  ['urlencode', native('do_urlencode', 'value', ([value = null], rt) => urlencode(value, rt))],
  [
    'urlize',
    native('do_urlize', '@, value, trim_url_limit=None, nofollow=False, target=None, rel=None, extra_schemes=None', urlize),
  ],
  ['xmlattr', native('do_xmlattr', '@, d, autospace=True', xmlattr)],
];
