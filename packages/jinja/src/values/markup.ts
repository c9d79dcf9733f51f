import { valueError } from '../errors.ts';
import type { Runtime } from '../runtime-types.ts';
import { codePoints } from './code-points.ts';
import { formatTemplate, mapOf } from './format/str-format.ts';
import { formatValue } from './format/value.ts';
import { BoundMethod } from './function.ts';
import { stripTags, unescapeHtml } from './html.ts';
import { printf } from './printf.ts';
import { hashKey, items, str } from './protocol.ts';
import { multiplyCount, repeatText } from './repeat.ts';
import { charAt, indexOf, sliceText } from './sequence.ts';
import { strRepr } from './str-repr.ts';
import { stringMethods } from './string-methods/index.ts';
import { joinText } from './string-methods/search.ts';
import { TextObject, textOf } from './text.ts';
import { PyTuple } from './tuple.ts';
import { type BinaryOp, type HashKey, type Method, PyObject, type Value } from './types.ts';

/** Text that is safe to print as HTML: what it is combined with is escaped first. Follows markupsafe's Markup. */
export class Markup extends TextObject {
  readonly value: string;

  constructor(value: string) {
    super();
    this.value = value;
  }

  get typeName(): string {
    return 'Markup';
  }

  override get moduleName(): string {
    return 'markupsafe';
  }

  override get subscriptable(): boolean {
    return true;
  }

  override getItem(key: Value): Value | undefined {
    const index = indexOf(key);
    const char = index === undefined ? undefined : charAt(this.value, index);
    return char === undefined ? undefined : new Markup(char);
  }

  override getSlice(start: Value, stop: Value, step: Value, rt: Runtime): Value {
    return new Markup(sliceText(this.value, start, stop, step, rt));
  }

  override iterate(): Iterator<Value> {
    return this.value[Symbol.iterator]();
  }

  override length(): number {
    return codePoints(this.value).length;
  }

  override repr(): string {
    return `Markup(${strRepr(this.value)})`;
  }

  override str(): string {
    return this.value;
  }

  override equals(other: Value): boolean | undefined {
    const text = textOf(other);
    return text === undefined ? undefined : text === this.value;
  }

  override hashKey(rt: Runtime): HashKey {
    return hashKey(this.value, rt);
  }

  override getAttr(name: string): Value | undefined {
    const method = markupMethods.get(name);
    return method && new BoundMethod(name, this, method);
  }

  override binary(op: BinaryOp, other: Value, reflected: boolean, rt: Runtime): Value | undefined {
    switch (op) {
      case '+': {
        if (textOf(other) === undefined && !hasHtml(other)) return undefined;
        const text = escapeMarkup(other, rt).value;
        rt.budget.grow(2 * (text.length + this.value.length));
        return new Markup(reflected ? text + this.value : this.value + text);
      }
      case '*': {
        const times = multiplyCount(other);
        return times === undefined ? undefined : new Markup(repeatText(this.value, times, rt));
      }
      case '%':
        return reflected ? undefined : new Markup(printf(this.value, markupArgs(other), rt, escapeText));
      default:
        return undefined;
    }
  }
}

/** Anything but a mapping is a single argument, never a row of them. */
const markupArgs = (args: Value): Value => (args instanceof PyTuple ? args : isMapping(args) ? args : new PyTuple([args]));

const isMapping = (v: Value): boolean =>
  Array.isArray(v) || (v instanceof PyObject && v.subscriptable && textOf(v) === undefined);

const hasHtml = (v: Value): boolean => v instanceof Markup;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&#39;', '"': '&#34;' };

/** `&`, `<`, `>` and both quotes as HTML entities. */
export function escapeHtml(text: string): string {
  return /[&<>'"]/.test(text) ? text.replace(/[&<>'"]/g, (char) => ENTITIES[char] as string) : text;
}

/** markupsafe's `escape`: what is safe already stays, everything else is shown as text and escaped. */
export function escapeMarkup(v: Value, rt: Runtime): Markup {
  if (v instanceof Markup) return v;
  const text = escapeHtml(str(v, rt));
  rt.budget.grow(2 * text.length);
  return new Markup(text);
}

const escapeText = (v: Value, rt: Runtime): string => escapeMarkup(v, rt).value;

/** `format(v, spec)` with the result escaped unless the value is safe. */
function escapeFormatted(v: Value, spec: string, rt: Runtime): string {
  if (!(v instanceof Markup)) return escapeHtml(formatValue(v, spec, rt));
  if (spec !== '') throw valueError('Unsupported format specification for Markup.');
  return v.value;
}

/** Methods whose other texts are escaped before they are used. */
const escapedArgs: readonly string[] = [
  'replace',
  'ljust',
  'rjust',
  'lstrip',
  'rstrip',
  'center',
  'strip',
  'translate',
  'expandtabs',
  'swapcase',
  'zfill',
  'capitalize',
  'title',
  'lower',
  'upper',
  'casefold',
  'removeprefix',
  'removesuffix',
];

const asMarkup = (v: Value): Value => (typeof v === 'string' ? new Markup(v) : v);

function markupMethod(name: string, method: Method): Method {
  if (escapedArgs.includes(name)) {
    return (self, args, kwargs, rt) => {
      const safe = args.map((arg) => (typeof arg === 'string' ? escapeHtml(arg) : arg));
      return asMarkup(method((self as Markup).value, safe, kwargs, rt));
    };
  }
  return (self, args, kwargs, rt) => method((self as Markup).value, args, kwargs, rt);
}

const splits: readonly string[] = ['split', 'rsplit', 'splitlines'];
const partitions: readonly string[] = ['partition', 'rpartition'];

export const markupMethods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ...[...stringMethods].map(([name, method]): [string, Method] => [name, markupMethod(name, method)]),
  ...splits.map((name): [string, Method] => [
    name,
    (self, args, kwargs, rt) =>
      ((stringMethods.get(name) as Method)((self as Markup).value, args, kwargs, rt) as Value[]).map(asMarkup),
  ]),
  ...partitions.map((name): [string, Method] => [
    name,
    (self, args, kwargs, rt) => {
      const safe = args.map((arg) => (typeof arg === 'string' ? escapeHtml(arg) : arg));
      const parts = (stringMethods.get(name) as Method)((self as Markup).value, safe, kwargs, rt) as PyTuple;
      return new PyTuple(parts.items.map(asMarkup));
    },
  ]),
  [
    'join',
    (self, args, _kwargs, rt) => {
      const parts: Value[] = [];
      for (const part of items(args[0] ?? null, rt)) parts.push(escapeMarkup(part, rt).value);
      return new Markup(joinText((self as Markup).value, parts, rt));
    },
  ],
  [
    'format',
    (self, args, kwargs, rt) =>
      new Markup(formatTemplate((self as Markup).value, { args, named: kwargs, show: escapeFormatted }, rt)),
  ],
  [
    'format_map',
    (self, args, kwargs, rt) =>
      new Markup(formatTemplate((self as Markup).value, { args: [], named: mapOf(args, kwargs), show: escapeFormatted }, rt)),
  ],
  ['escape', (_self, args, _kwargs, rt) => escapeMarkup(args[0] ?? '', rt)],
  ['unescape', (self) => unescapeHtml((self as Markup).value)],
  ['striptags', (self) => stripTags((self as Markup).value)],
]);
