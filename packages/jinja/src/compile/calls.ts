import type { Arguments, Call, Filter, Test } from '../ast.ts';
import { PythonError, TemplateRuntimeError, typeError } from '../errors.ts';
import { bind, callNative, type NativeFunction } from '../native.ts';
import type { Frame } from '../runtime/state.ts';
import { PyDict } from '../values/dict.ts';
import * as ops from '../values/ops.ts';
import { strRepr } from '../values/str-repr.ts';
import { textOf } from '../values/text.ts';
import { type Kwargs, PyObject, type Value } from '../values/types.ts';
import { compileAll, compileExpression } from './expressions.ts';
import { type Evaluate, failAssertion, type Scope } from './scope.ts';

const ENVIRONMENT_CALL = 'jinja2.sandbox.SandboxedEnvironment.call()';

interface Given {
  readonly positional: (f: Frame) => Value[];
  readonly named: (f: Frame) => Kwargs;
}

/** @param callee who complains about bad `**` arguments */
function compileArguments(scope: Scope, args: Arguments, callee: string, extra: ReadonlyMap<string, Evaluate> | null): Given {
  const positional = compileAll(scope, args.positional);
  const rest = args.rest === null ? null : compileExpression(scope, args.rest);
  const named = [...args.named.map(({ name, value }) => [name, compileExpression(scope, value)] as const), ...(extra ?? [])];
  const namedRest = args.namedRest === null ? null : compileExpression(scope, args.namedRest);
  return {
    positional: rest === null ? compileRow(positional) : (f) => [...positional.map((arg) => arg(f)), ...spread(rest(f), f)],
    named:
      named.length === 0 && namedRest === null
        ? () => null
        : (f) => {
            const all = new Map(named.map(([name, value]) => [name, value(f)]));
            if (namedRest !== null) spreadNamed(all, namedRest(f), callee, f);
            return all;
          },
  };
}

function compileRow(items: readonly Evaluate[]): (f: Frame) => Value[] {
  const [first, second] = items;
  if (first === undefined) return () => [];
  if (second === undefined) return (f) => [first(f)];
  if (items.length === 2) return (f) => [first(f), second(f)];
  return (f) => items.map((item) => item(f));
}

function spread(value: Value, f: Frame): Value[] {
  if (!ops.isIterable(value, f.rt)) throw typeError(`Value after * must be an iterable, not ${ops.typeName(value)}`);
  return ops.toArray(value, f.rt);
}

function spreadNamed(into: Map<string, Value>, value: Value, callee: string, f: Frame): void {
  if (!(value instanceof PyDict)) {
    // Python asks for its keys: an undefined value says so itself.
    if (value instanceof PyObject) value.getAttr('keys', f.rt);
    throw typeError(`${callee} argument after ** must be a mapping, not ${ops.typeName(value)}`);
  }
  for (const [key, item] of value.pairs()) {
    const name = textOf(key);
    if (name === undefined) throw typeError('keywords must be strings');
    if (into.has(name)) throw typeError(`${callee} got multiple values for keyword argument '${name}'`);
    into.set(name, item);
  }
}

/** @param caller the body of a call block, passed as the argument `caller` */
export function compileCall(scope: Scope, { callee, args, at }: Call, caller: Evaluate | null): Evaluate {
  const given = compileArguments(scope, args, ENVIRONMENT_CALL, caller && new Map([['caller', caller]]));
  if (callee.kind === 'attribute' && !callee.name.startsWith('_')) {
    return compileMethodCall(compileExpression(scope, callee.object), callee.name, callee.at, given, at);
  }
  const evaluate = compileExpression(scope, callee);
  return (f) => {
    const fn = evaluate(f);
    const positional = given.positional(f);
    const named = given.named(f);
    f.rt.at = at;
    return f.rt.env.call(fn, positional, named, f.rt);
  };
}

/** Methods of built-in types are called without making a bound method first. */
function compileMethodCall(object: Evaluate, name: string, nameAt: number, given: Given, at: number): Evaluate {
  return (f) => {
    const value = object(f);
    const method = ops.findMethod(value, name);
    if (method !== undefined) {
      const positional = given.positional(f);
      const named = given.named(f);
      f.rt.at = at;
      return method(value, positional, named, f.rt);
    }
    f.rt.at = nameAt;
    const fn = f.rt.env.getAttribute(value, name, f.rt);
    const positional = given.positional(f);
    const named = given.named(f);
    f.rt.at = at;
    return f.rt.env.call(fn, positional, named, f.rt);
  };
}

/** @param body the input of a filter that has none of its own: what a block printed */
export function compileFilter(scope: Scope, node: Filter, body: Evaluate | null): Evaluate {
  const filter = find(scope, 'filter', node);
  const input = compileInput(scope, node, body);
  return compileNative(scope, filter, input, node.args, node.at);
}

function compileInput(scope: Scope, { input, at }: Filter, body: Evaluate | null): Evaluate {
  if (input === null) return body ?? failAssertion(scope, 'filter without input', at);
  return input.kind === 'filter' ? compileFilter(scope, input, body) : compileExpression(scope, input);
}

export function compileTest(scope: Scope, node: Test): Evaluate {
  const test = find(scope, 'test', node);
  return compileNative(scope, test, compileExpression(scope, node.input), node.args, node.at);
}

function find(scope: Scope, kind: 'filter' | 'test', { name, at }: Filter | Test): NativeFunction {
  const known = (kind === 'filter' ? scope.unit.filters : scope.unit.tests).get(name);
  if (known !== undefined) return known;
  if (!scope.soft) failAssertion(scope, `No ${kind} named ${strRepr(name)}.`, at);
  return {
    signature: { name, parameters: [], hidden: 0, rest: true, namedRest: true, single: false },
    run: () => {
      throw new TemplateRuntimeError(`No ${kind} named ${strRepr(name)} found.`);
    },
  };
}

function compileNative(scope: Scope, fn: NativeFunction, input: Evaluate, args: Arguments, at: number): Evaluate {
  const { signature, run } = fn;
  if (args.rest === null && args.namedRest === null) {
    const positional = [input, ...compileAll(scope, args.positional)];
    const named = args.named.map(({ name, value }) => [name, compileExpression(scope, value)] as const);
    try {
      const bound = bind<Evaluate>(signature, positional, new Map(named), (value) => () => value);
      return compileBound(run, compileRow(bound.args), bound.rest, bound.named, at);
    } catch (error) {
      // What Python says only when the filter is called must not stop the template from compiling.
      if (!(error instanceof PythonError)) throw error;
    }
  }
  const given = compileArguments(scope, args, `jinja2.filters.${signature.name}()`, null);
  return (f) => {
    const value = input(f);
    const positional = [value, ...given.positional(f)];
    const named = given.named(f);
    f.rt.at = at;
    return callNative(fn, positional, named, f.rt);
  };
}

function compileBound(
  run: NativeFunction['run'],
  args: (f: Frame) => Value[],
  rest: readonly Evaluate[],
  named: ReadonlyMap<string, Evaluate> | null,
  at: number,
): Evaluate {
  if (rest.length === 0 && named === null) {
    return (f) => {
      const values = args(f);
      f.rt.at = at;
      return run(values, f.rt, [], null);
    };
  }
  return (f) => {
    const values = args(f);
    const others = rest.map((arg) => arg(f));
    const byName = named === null ? null : new Map([...named].map(([name, value]) => [name, value(f)]));
    f.rt.at = at;
    return run(values, f.rt, others, byName);
  };
}
