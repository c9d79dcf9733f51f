import type { Compare, CompareOperator, Expression } from '../ast.ts';
import { LoopContext } from '../runtime/loop.ts';
import { PyDict } from '../values/dict.ts';
import { dictMethods } from '../values/dict-methods.ts';
import { escapeHtml, Markup } from '../values/markup.ts';
import * as ops from '../values/ops.ts';
import { PyTuple } from '../values/tuple.ts';
import type { Value } from '../values/types.ts';
import { compileCall, compileFilter, compileTest } from './calls.ts';
import { isConstant } from './constant.ts';
import { type Evaluate, reader, type Scope } from './scope.ts';

export function compileExpression(scope: Scope, node: Expression): Evaluate {
  switch (node.kind) {
    case 'literal': {
      const { value } = node;
      return () => value;
    }
    case 'name':
      return compileName(scope, node.name);
    case 'tuple': {
      const items = compileAll(scope, node.items);
      return (f) => new PyTuple(items.map((item) => item(f)));
    }
    case 'list': {
      const items = compileAll(scope, node.items);
      return (f) => items.map((item) => item(f));
    }
    case 'dict': {
      const pairs = node.pairs.map(([key, value]) => [compileExpression(scope, key), compileExpression(scope, value)] as const);
      return (f) => {
        const dict = PyDict.empty();
        for (const [key, value] of pairs) dict.set(key(f), value(f), f.rt);
        return dict;
      };
    }
    case 'unary':
      return compileUnary(scope, node.operator, node.operand, node.at);
    case 'binary':
      return compileBinary(scope, node);
    case 'and': {
      const [left, right] = compileAll(scope, [node.left, node.right]) as [Evaluate, Evaluate];
      return (f) => {
        const value = left(f);
        return ops.truthy(value, f.rt) ? right(f) : value;
      };
    }
    case 'or': {
      const [left, right] = compileAll(scope, [node.left, node.right]) as [Evaluate, Evaluate];
      return (f) => {
        const value = left(f);
        return ops.truthy(value, f.rt) ? value : right(f);
      };
    }
    case 'concat':
      return compileConcat(scope, node.items, node.at);
    case 'compare':
      return compileCompare(scope, node);
    case 'conditional':
      return compileConditional({ ...scope, soft: true }, node);
    case 'attribute':
      return compileAttribute(compileExpression(scope, node.object), node.name, node.at);
    case 'item':
      return compileItem(scope, node.object, node.key, node.at);
    case 'slice':
      return compileSlice(scope, node);
    case 'call':
      return compileCall(scope, node, null);
    case 'filter':
      return compileFilter(scope, node, null);
    case 'test':
      return compileTest(scope, node);
  }
}

export const compileAll = (scope: Scope, nodes: readonly Expression[]): Evaluate[] =>
  nodes.map((node) => compileExpression(scope, node));

function compileName(scope: Scope, name: string): Evaluate {
  const read = reader(scope, scope.symbols.ref(name));
  return (f) => {
    const value = read(f);
    return value === undefined ? f.rt.undefined({ name }) : value;
  };
}

function compileUnary(scope: Scope, operator: '-' | '+' | 'not', node: Expression, at: number): Evaluate {
  const operand = compileExpression(scope, node);
  if (operator === 'not') return (f) => !ops.truthy(operand(f), f.rt);
  return (f) => {
    const value = operand(f);
    f.rt.at = at;
    return ops.unary(operator, value, f.rt);
  };
}

function compileBinary(
  scope: Scope,
  { operator, left: leftNode, right: rightNode, at }: Expression & { kind: 'binary' },
): Evaluate {
  const left = compileExpression(scope, leftNode);
  const right = compileExpression(scope, rightNode);
  if (operator === '+') {
    return (f) => {
      const a = left(f);
      const b = right(f);
      f.rt.at = at;
      return ops.add(a, b, f.rt);
    };
  }
  return (f) => {
    const a = left(f);
    const b = right(f);
    f.rt.at = at;
    return ops.binary(operator, a, b, f.rt);
  };
}

/** `~` escapes nothing while autoescape is off, and everything not yet safe once a safe text takes part when it is on. */
function compileConcat(scope: Scope, nodes: readonly Expression[], at: number): Evaluate {
  const items = compileAll(scope, nodes);
  const escaping = scope.escaping === 'on' && !nodes.every((node) => isConstant(node, 'on'));
  return (f) => {
    const { rt } = f;
    const values = items.map((item) => item(f));
    rt.at = at;
    let text = '';
    if (escaping && values.some((value) => value instanceof Markup)) {
      for (const value of values) text += value instanceof Markup ? value.value : escapeHtml(ops.str(value, rt));
      rt.budget.grow(2 * text.length);
      return new Markup(text);
    }
    for (const value of values) text += typeof value === 'string' ? value : ops.str(value, rt);
    rt.budget.grow(2 * text.length);
    return text;
  };
}

type Comparison = (a: Value, b: Value, f: Parameters<Evaluate>[0]) => boolean;

const comparisons: Record<CompareOperator, Comparison> = {
  '==': (a, b, f) => (a === b && typeof a !== 'object') || ops.equals(a, b, f.rt),
  '!=': (a, b, f) => !ops.equals(a, b, f.rt),
  '<': (a, b, f) => ops.order('<', a, b, f.rt),
  '<=': (a, b, f) => ops.order('<=', a, b, f.rt),
  '>': (a, b, f) => ops.order('>', a, b, f.rt),
  '>=': (a, b, f) => ops.order('>=', a, b, f.rt),
  in: (a, b, f) => ops.contains(b, a, f.rt),
  'not in': (a, b, f) => !ops.contains(b, a, f.rt),
};

/** `a < b < c` asks for b once, and for c only when `a < b`. */
function compileCompare(scope: Scope, node: Compare): Evaluate {
  const first = compileExpression(scope, node.first);
  const rest = node.rest.map(({ operator, operand, at }) => ({
    compare: comparisons[operator],
    operand: compileExpression(scope, operand),
    at,
  }));
  const [only] = rest;
  if (rest.length === 1 && only !== undefined) {
    const { compare, operand, at } = only;
    return (f) => {
      const a = first(f);
      const b = operand(f);
      f.rt.at = at;
      return compare(a, b, f);
    };
  }
  return (f) => {
    let left = first(f);
    for (const { compare, operand, at } of rest) {
      const right = operand(f);
      f.rt.at = at;
      if (!compare(left, right, f)) return false;
      left = right;
    }
    return true;
  };
}

function compileConditional(scope: Scope, node: Expression & { kind: 'conditional' }): Evaluate {
  const test = compileExpression(scope, node.test);
  const value = compileExpression(scope, node.value);
  if (node.otherwise !== null) {
    const otherwise = compileExpression(scope, node.otherwise);
    return (f) => (ops.truthy(test(f), f.rt) ? value(f) : otherwise(f));
  }
  const line = scope.unit.source.lineOf(node.at);
  const hint = `the inline if-expression on line ${line} evaluated to false and no else section was defined.`;
  return (f) => (ops.truthy(test(f), f.rt) ? value(f) : f.rt.undefined({ hint }));
}

export function compileAttribute(object: Evaluate, name: string, at: number): Evaluate {
  // A dict has no other attributes than its methods: straight to the key.
  const isPublic = !name.startsWith('_');
  const isKey = isPublic && !dictMethods.has(name);
  return (f) => {
    const value = object(f);
    if (isKey && value instanceof PyDict) {
      const item = value.getText(name);
      return item === undefined ? f.rt.undefined({ object: value, name }) : item;
    }
    f.rt.at = at;
    if (isPublic && value instanceof LoopContext) {
      const attribute = value.getAttr(name);
      if (attribute !== undefined) return attribute;
    }
    return f.rt.env.getAttribute(value, name, f.rt);
  };
}

function compileItem(scope: Scope, objectNode: Expression, keyNode: Expression, at: number): Evaluate {
  const object = compileExpression(scope, objectNode);
  const key = compileExpression(scope, keyNode);
  return (f) => {
    const value = object(f);
    const index = key(f);
    f.rt.at = at;
    return f.rt.env.getItem(value, index, f.rt);
  };
}

function compileSlice(scope: Scope, node: Expression & { kind: 'slice' }): Evaluate {
  const object = compileExpression(scope, node.object);
  const bound = (part: Expression | null): Evaluate => (part === null ? () => null : compileExpression(scope, part));
  const [start, stop, step] = [bound(node.start), bound(node.stop), bound(node.step)];
  const { at } = node;
  return (f) => {
    const value = object(f);
    const [from, to, by] = [start(f), stop(f), step(f)];
    f.rt.at = at;
    return ops.slice(value, from, to, by, f.rt);
  };
}
