import type { Expression, NamespaceTarget, NameTarget, Signature, Target } from '../ast.ts';
import { quoted } from '../tokens.ts';
import { parseExpression } from './expressions.ts';
import type { Parser } from './parser.ts';
import { isConstant, parseTuple } from './primary.ts';

/** Names Python's syntax tree uses in "can't assign to". */
const nodeNames: Partial<Record<Expression['kind'], string>> = { literal: 'const', attribute: 'getattr', item: 'getitem' };
const operatorNames: Record<string, string> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '//': 'floordiv',
  '%': 'mod',
  '**': 'pow',
};

function nodeName(node: Expression): string {
  if (node.kind === 'binary') return operatorNames[node.operator] ?? '';
  if (node.kind === 'unary') return node.operator === 'not' ? 'not' : node.operator === '-' ? 'neg' : 'pos';
  if (node.kind === 'conditional') return 'condexpr';
  if (node.kind === 'slice') return 'getitem';
  return nodeNames[node.kind] ?? node.kind;
}

function isTarget(node: Expression): boolean {
  if (node.kind === 'name') return true;
  return node.kind === 'tuple' && node.items.every(isTarget);
}

function toTarget(node: Expression): Target {
  if (node.kind === 'tuple') return { kind: 'targets', items: node.items.map(toTarget), at: node.at };
  return { kind: 'target', name: node.kind === 'name' ? node.name : '', at: node.at };
}

function checked(p: Parser, node: Expression): Target {
  if (!isTarget(node)) p.fail(`can't assign to ${quoted(nodeName(node))}`, node.at);
  return toTarget(node);
}

/** Names, and tuples of names, on the left side of `for` and `set`. */
export function parseTargets(p: Parser): Target {
  return checked(p, parseTuple(p, { simple: true }));
}

/** The same, or `namespace.attribute`. */
export function parseSetTarget(p: Parser): Target {
  if (p.look().type !== 'dot') return parseTargets(p);
  const { value: name, at } = p.expect('name');
  p.advance();
  const target: NamespaceTarget = { kind: 'namespace', name, attribute: p.expect('name').value, at };
  return target;
}

/** A single name, such as a macro's. */
export function parseNameTarget(p: Parser): NameTarget {
  const { value: name, at } = p.expect('name');
  if (isConstant(name)) p.fail("can't assign to 'name'", at);
  return { kind: 'target', name, at };
}

/** Parameters of a macro or a call block, in brackets. */
export function parseSignature(p: Parser): Signature {
  const parameters: NameTarget[] = [];
  const defaults: Expression[] = [];
  p.expect('lparen');
  while (!p.is('rparen')) {
    if (parameters.length > 0) p.expect('comma');
    const parameter = parseNameTarget(p);
    if (p.skip('assign')) defaults.push(parseExpression(p));
    else if (defaults.length > 0) p.fail('non-default argument follows default argument');
    if (parameters.some((other) => other.name === parameter.name)) {
      p.fail(`duplicate argument ${quoted(parameter.name)} in function definition`, parameter.at);
    }
    parameters.push(parameter);
  }
  p.expect('rparen');
  return { parameters, defaults };
}
