import { FilterArgumentError, PythonError, typeError, valueError } from '../errors.ts';
import { type NativeFunction, native, nativeSingle } from '../native.ts';
import type { RenderState } from '../runtime/state.ts';
import { Undefined } from '../runtime/undefined.ts';
import { codePointLength } from '../values/code-points.ts';
import { PyDict } from '../values/dict.ts';
import { escapeMarkup, Markup } from '../values/markup.ts';
import { add, binary, length, order, repr, slice, str, truthy, typeName } from '../values/ops.ts';
import { toArray } from '../values/protocol.ts';
import { textOf } from '../values/text.ts';
import { PyTuple } from '../values/tuple.ts';
import type { Value } from '../values/types.ts';
import { callMethod, softStr, textMethod } from './support.ts';
import { wrapText } from './wrap-text.ts';

const wordStart = /([-\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000({[<]+)/u;
const words = /[\p{L}\p{N}_]+/gu;

/** Unlike Python's `title`, only certain characters begin a word. */
function title(v: Value, rt: RenderState): string {
  let out = '';
  for (const part of str(v, rt).split(wordStart)) {
    if (part === '') continue;
    const first = String.fromCodePoint(part.codePointAt(0) ?? 0);
    out += first.toUpperCase() + lower(part.slice(first.length), rt);
  }
  return out;
}

const lower = (text: string, rt: RenderState): string => str(callMethod(text, 'lower', [], rt), rt);

function replace([value = null, old = null, fresh = null, count = null]: readonly Value[], rt: RenderState): Value {
  const most = count === null ? -1 : count;
  if (!rt.autoescape) return callMethod(str(value, rt), 'replace', [str(old, rt), str(fresh, rt), most], rt);
  const safe = value instanceof Markup;
  const escaped = old instanceof Markup || (fresh instanceof Markup && !safe);
  const text = escaped ? escapeMarkup(value, rt) : softStr(value, rt);
  return callMethod(text, 'replace', [softStr(old, rt), softStr(fresh, rt), most], rt);
}

function indent([value = null, width = null, first = null, blank = null]: readonly Value[], rt: RenderState): Value {
  const given = textOf(width);
  const plain = given ?? str(binary('*', ' ', width, rt), rt);
  const safe = value instanceof Markup;
  const indention: Value = safe ? new Markup(plain) : plain;
  const newline: Value = safe ? new Markup('\n') : '\n';
  const lines = toArray(callMethod(addInPlace(value, newline, rt), 'splitlines', [], rt), rt);
  let out: Value;
  if (truthy(blank, rt)) out = callMethod(add(newline, indention, rt), 'join', [lines], rt);
  else {
    const [head = '', ...rest] = lines;
    out = head;
    if (rest.length > 0) {
      const indented = rest.map((line) => (truthy(line, rt) ? add(indention, line, rt) : line));
      out = add(out, add(newline, callMethod(newline, 'join', [indented], rt), rt), rt);
    }
  }
  return truthy(first, rt) ? add(indention, out, rt) : out;
}

/** `value += more`. A list would take in the characters, and then has no lines. */
function addInPlace(value: Value, more: Value, rt: RenderState): Value {
  if (Array.isArray(value)) return value;
  if (textOf(value) === undefined && !(value instanceof PyTuple) && !(value instanceof Undefined)) {
    throw typeError(`unsupported operand type(s) for +=: '${typeName(value)}' and '${typeName(more)}'`);
  }
  return add(value, more, rt);
}

function assertion(message: string): PythonError {
  return new PythonError('AssertionError', message);
}

function truncate(args: readonly Value[], rt: RenderState): Value {
  const [value = null, limit = null, killWords = null, end = null, slack = null] = args;
  const leeway = slack ?? 5;
  const endLength = length(end, rt);
  if (!order('>=', limit, endLength, rt)) throw assertion(`expected length >= ${endLength}, got ${str(limit, rt)}`);
  if (!order('>=', leeway, 0, rt)) throw assertion(`expected leeway >= 0, got ${str(leeway, rt)}`);
  if (order('<=', length(value, rt), add(limit, leeway, rt), rt)) return value;
  const kept = slice(value, null, binary('-', limit, endLength, rt), null, rt);
  if (truthy(killWords, rt)) return add(kept, end, rt);
  const [start = ''] = toArray(callMethod(kept, 'rsplit', [' ', 1], rt), rt);
  return add(start, end, rt);
}

function wordwrap(
  [value = null, width = null, breakLong = null, given = null, breakHyphens = null]: readonly Value[],
  rt: RenderState,
): Value {
  if (order('<=', width, 0, rt)) throw valueError(`invalid width ${repr(width, rt)} (must be > 0)`);
  const separator = given ?? '\n';
  const options = {
    width: Number(str(width, rt)),
    breakLongWords: truthy(breakLong, rt),
    breakOnHyphens: truthy(breakHyphens, rt),
  };
  const lines = toArray(callMethod(value, 'splitlines', [], rt), rt);
  const wrapped = lines.map((line) => callMethod(separator, 'join', [wrapText(str(line, rt), options, rt)], rt));
  return callMethod(separator, 'join', [wrapped], rt);
}

/** Named arguments go to `%(name)s`, positional ones to `%s`. */
function format(
  [value = null]: readonly Value[],
  rt: RenderState,
  rest: readonly Value[],
  named: ReadonlyMap<string, Value> | null,
): Value {
  const byName = named !== null && named.size > 0;
  if (byName && rest.length > 0) throw new FilterArgumentError("can't handle positional and keyword arguments at the same time");
  return binary('%', softStr(value, rt), byName ? PyDict.of(named, rt) : new PyTuple(rest), rt);
}

export const textFilters: readonly (readonly [string, NativeFunction])[] = [
  ['capitalize', native('do_capitalize', 's', ([s = null], rt) => textMethod(s, 'capitalize', [], rt))],
  [
    'center',
    native('do_center', 'value, width=80', ([value = null, width = null], rt) => textMethod(value, 'center', [width], rt)),
  ],
  ['format', native('do_format', 'value, *, **', format)],
  ['indent', native('do_indent', 's, width=4, first=False, blank=False', indent)],
  ['lower', native('do_lower', 's', ([s = null], rt) => textMethod(s, 'lower', [], rt))],
  ['replace', native('do_replace', '@, s, old, new, count=None', replace)],
  ['string', nativeSingle('markupsafe._speedups.soft_str', softStr)],
  ['title', native('do_title', 's', ([s = null], rt) => title(s, rt))],
  ['trim', native('do_trim', 'value, chars=None', ([value = null, chars = null], rt) => textMethod(value, 'strip', [chars], rt))],
  ['truncate', native('do_truncate', '@, s, length=255, killwords=False, end=..., leeway=None', truncate)],
  ['upper', native('do_upper', 's', ([s = null], rt) => textMethod(s, 'upper', [], rt))],
  [
    'wordcount',
    native('do_wordcount', 's', ([s = null], rt) => {
      const text = str(s, rt);
      rt.budget.grow(codePointLength(text));
      return text.match(words)?.length ?? 0;
    }),
  ],
  ['wordwrap', native('do_wordwrap', '@, s, width=79, break_long_words=True, wrapstring=None, break_on_hyphens=True', wordwrap)],
];
