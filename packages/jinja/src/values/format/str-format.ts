import { indexError, keyError, PythonError, typeError, valueError } from '../../errors.ts';
import type { Runtime } from '../../runtime-types.ts';
import { PyDict } from '../dict.ts';
import { repr, str, typeName } from '../protocol.ts';
import { strAscii, strRepr } from '../str-repr.ts';
import { isDigit } from '../string-methods/unicode.ts';
import type { Kwargs, Method, Value } from '../types.ts';
import { PyObject } from '../types.ts';
import { parseFieldName, parseFields } from './fields.ts';
import { formatValue } from './value.ts';

/** What `.format` fills fields from. */
export type FormatSource = {
  readonly args: readonly Value[];
  /** A dict for `format_map`, keyword arguments for `format`. */
  readonly named: Kwargs | Value;
  /** Shows a value that has been looked up and converted: `format(value, spec)`, or the escaping one of Markup. */
  readonly show: (v: Value, spec: string, rt: Runtime) => string;
};

/**
 * `str.format` as Jinja2's sandbox runs it: attributes and items inside fields go through the environment.
 * @throws PythonError, and what the environment's look-ups throw (SecurityError, UndefinedError)
 */
export function formatTemplate(template: string, source: FormatSource, rt: Runtime): string {
  const numbering: Numbering = { next: 0, manual: false };
  return expand(template, source, numbering, 2, rt);
}

type Numbering = { next: number; manual: boolean };

function expand(template: string, source: FormatSource, numbering: Numbering, depth: number, rt: Runtime): string {
  if (depth < 0) throw valueError('Max string recursion exceeded');
  let out = '';
  for (const { literal, field } of parseFields(template)) {
    rt.budget.step(1);
    out += literal;
    if (field === undefined) continue;
    const value = convert(lookUp(numbered(field.name, numbering), source, rt), field.conversion, rt);
    const spec = expand(field.spec, source, numbering, depth - 1, rt);
    const shown = source.show(value, spec, rt);
    rt.budget.grow(2 * shown.length);
    out += shown;
  }
  rt.budget.grow(2 * template.length);
  return out;
}

function numbered(name: string, numbering: Numbering): string {
  const switched = 'cannot switch from manual field specification to automatic field numbering';
  if (name === '') {
    if (numbering.manual) throw valueError(switched);
    return String(numbering.next++);
  }
  if (isDigit(name)) {
    if (numbering.next > 0) throw valueError(switched);
    numbering.manual = true;
  }
  return name;
}

function lookUp(name: string, source: FormatSource, rt: Runtime): Value {
  const { first, rest } = parseFieldName(name);
  let value = typeof first === 'string' ? byName(first, source.named, rt) : byPlace(first, source.args);
  for (const { isAttribute, key } of rest) {
    value = isAttribute ? rt.env.getAttribute(value, String(key), rt) : rt.env.getItem(value, key, rt);
  }
  return value;
}

function byPlace(place: number | bigint, args: readonly Value[]): Value {
  const value = args[Number(place)];
  if (value === undefined) throw indexError('tuple index out of range');
  return value;
}

function byName(name: string, named: Kwargs | Value, rt: Runtime): Value {
  let value: Value | undefined;
  if (named instanceof PyDict) value = named.getText(name);
  else if (named instanceof Map || named === null) value = (named as Kwargs)?.get(name);
  else if (named instanceof PyObject && named.subscriptable) value = named.getItem(name, rt);
  else notAMapping(named as Value);
  if (value === undefined) throw keyError(strRepr(name));
  return value;
}

function notAMapping(v: Value): never {
  if (typeof v === 'string') throw typeError("string indices must be integers, not 'str'");
  if (Array.isArray(v)) throw typeError('list indices must be integers or slices, not str');
  throw typeError(`'${typeName(v)}' object is not subscriptable`);
}

function convert(v: Value, conversion: string | undefined, rt: Runtime): Value {
  switch (conversion) {
    case undefined:
      return v;
    case 's':
      return str(v, rt);
    case 'r':
      return repr(v, rt);
    case 'a':
      return toAscii(v, rt);
    default:
      throw valueError(`Unknown conversion specifier ${conversion}`);
  }
}

/** Python's `ascii(v)`. */
export function toAscii(v: Value, rt: Runtime): string {
  if (typeof v === 'string') return strAscii(v);
  return strAscii(repr(v, rt)).slice(1, -1).replaceAll("\\'", "'").replaceAll('\\\\', '\\');
}

export const formatMethods: [string, Method][] = [
  ['format', (self, args, kwargs, rt) => formatTemplate(self as string, { args, named: kwargs, show: formatValue }, rt)],
  [
    'format_map',
    (self, args, kwargs, rt) => formatTemplate(self as string, { args: [], named: mapOf(args, kwargs), show: formatValue }, rt),
  ],
];

/** The one argument of `format_map`. */
export function mapOf(args: readonly Value[], kwargs: Kwargs): Value {
  const [mapping] = args;
  if (args.length !== 1 || mapping === undefined || (kwargs !== null && kwargs.size > 0)) {
    const given = args.length + (kwargs !== null && kwargs.size > 0 ? 1 : 0);
    throw new PythonError('TypeError', `format_map() takes exactly one argument ${given} given`);
  }
  if (mapping === null) throw typeError("'NoneType' object is not subscriptable");
  return mapping;
}
