import { typeError } from '../errors.ts';
import { type NativeFunction, native } from '../native.ts';
import type { RenderState } from '../runtime/state.ts';
import { Undefined } from '../runtime/undefined.ts';
import { PyDict } from '../values/dict.ts';
import { Markup } from '../values/markup.ts';
import { binary, contains, equals, isCallable, isHashable, isIterable, order, str } from '../values/ops.ts';
import { isLower, isUpper } from '../values/string-methods/predicates.ts';
import { textOf } from '../values/text.ts';
import { PyFloat, PyObject, type Value } from '../values/types.ts';

type Check = (value: Value, rt: RenderState) => boolean;
type Comparison = (a: Value, b: Value, rt: RenderState) => boolean;

const isInt = (v: Value): boolean => typeof v === 'number' || typeof v === 'bigint';

/** Python's test: a length, and items by index. */
function isSequence(v: Value): boolean {
  if (textOf(v) !== undefined || Array.isArray(v)) return true;
  return v instanceof PyObject && v.subscriptable && !(v instanceof PyFloat);
}

/** Whether there is a filter or test of that name; unhashable names are a TypeError as in Python. */
function names(known: ReadonlyMap<string, unknown>, v: Value, rt: RenderState): boolean {
  if (!isHashable(v, rt)) throw typeError(`unhashable type: '${Array.isArray(v) ? 'list' : 'dict'}'`);
  const name = textOf(v);
  return name !== undefined && known.has(name);
}

const checks: Readonly<Record<string, Check>> = {
  boolean: (v) => typeof v === 'boolean',
  callable: isCallable,
  defined: (v) => !(v instanceof Undefined),
  escaped: (v) => v instanceof Markup,
  even: (v, rt) => equals(binary('%', v, 2, rt), 0, rt),
  false: (v) => v === false,
  filter: (v, rt) => names(rt.env.filters, v, rt),
  float: (v) => v instanceof PyFloat,
  integer: isInt,
  iterable: isIterable,
  lower: (v, rt) => isLower(str(v, rt)),
  mapping: (v) => v instanceof PyDict,
  none: (v) => v === null,
  number: (v) => isInt(v) || typeof v === 'boolean' || v instanceof PyFloat,
  odd: (v, rt) => equals(binary('%', v, 2, rt), 1, rt),
  sequence: isSequence,
  string: (v) => textOf(v) !== undefined,
  test: (v, rt) => names(rt.env.tests, v, rt),
  true: (v) => v === true,
  undefined: (v) => v instanceof Undefined,
  upper: (v, rt) => isUpper(str(v, rt)),
};

/** Python's operator functions, under all their names. */
const operators: readonly (readonly [string, readonly string[], Comparison])[] = [
  ['eq', ['==', 'eq', 'equalto'], equals],
  ['ne', ['!=', 'ne'], (a, b, rt) => !equals(a, b, rt)],
  ['gt', ['>', 'gt', 'greaterthan'], (a, b, rt) => order('>', a, b, rt)],
  ['ge', ['>=', 'ge'], (a, b, rt) => order('>=', a, b, rt)],
  ['lt', ['<', 'lt', 'lessthan'], (a, b, rt) => order('<', a, b, rt)],
  ['le', ['<=', 'le'], (a, b, rt) => order('<=', a, b, rt)],
];

/** The same object, not only an equal one; ints and texts that are equal count as the same. */
const isSame: Comparison = (a, b) => a === b;

function operatorTest(name: string, compare: Comparison): NativeFunction {
  const test = native(name, '*', (_args, rt, rest) => {
    const [a, b] = rest;
    if (a === undefined || b === undefined || rest.length > 2)
      throw typeError(`${name} expected 2 arguments, got ${rest.length}`);
    return compare(a, b, rt);
  });
  return test;
}

/** All tests of Jinja2 3.1. */
export const builtinTests: ReadonlyMap<string, NativeFunction> = new Map<string, NativeFunction>([
  ...Object.entries(checks).map(([name, check]): [string, NativeFunction] => {
    const hidden = name === 'filter' || name === 'test' ? '@, value' : 'value';
    return [name, native(`test_${name}`, hidden, ([value = null], rt) => check(value, rt))];
  }),
  ...operators.flatMap(([name, aliases, compare]) => {
    const test = operatorTest(name, compare);
    return aliases.map((alias): [string, NativeFunction] => [alias, test]);
  }),
  ['divisibleby', native('test_divisibleby', 'value, num', ([a = null, b = null], rt) => equals(binary('%', a, b, rt), 0, rt))],
  ['in', native('test_in', 'value, seq', ([item = null, container = null], rt) => contains(container, item, rt))],
  ['sameas', native('test_sameas', 'value, other', ([a = null, b = null], rt) => isSame(a, b, rt))],
]);
