import type { BinaryOperator, Compare, CompareOperator, Expression } from '../ast.ts';
import type { TokenType } from '../tokens.ts';
import type { Parser } from './parser.ts';
import { parsePostfix } from './postfix.ts';
import { parsePrimary } from './primary.ts';

const mathOperators: Partial<Record<TokenType, BinaryOperator>> = { add: '+', sub: '-' };
const termOperators: Partial<Record<TokenType, BinaryOperator>> = { mul: '*', div: '/', floordiv: '//', mod: '%' };
const compareOperators: Partial<Record<TokenType, CompareOperator>> = {
  eq: '==',
  ne: '!=',
  lt: '<',
  lteq: '<=',
  gt: '>',
  gteq: '>=',
};

/** Chains of operators, of branches and of filters longer than this overrun Python's stack when Jinja2 compiles them. */
const MAX_CHAIN = 400;

/** A chain's next link; left-deep trees are walked recursively later. */
export function link(p: Parser, length: number): number {
  if (length >= MAX_CHAIN) p.nest(Number.POSITIVE_INFINITY, () => null);
  return length + 1;
}

/** condexpr: or_expr ["if" or_expr ["else" condexpr]]* */
export function parseExpression(p: Parser): Expression {
  return p.nest(10, () => {
    let at = p.current.at;
    let expression = parseOr(p);
    let chain = 0;
    while (p.skipName('if')) {
      chain = link(p, chain);
      const test = parseOr(p);
      const otherwise = p.skipName('else') ? parseExpression(p) : null;
      expression = { kind: 'conditional', test, value: expression, otherwise, at };
      at = p.current.at;
    }
    return expression;
  });
}

/** An expression without a trailing `if`, as in the head of a loop. */
export const parseWithoutCondition = (p: Parser): Expression => p.nest(10, () => parseOr(p));

function parseOr(p: Parser): Expression {
  let left = parseAnd(p);
  for (let chain = 0; p.isName('or'); chain = link(p, chain)) {
    const { at } = p.advance();
    left = { kind: 'or', left, right: parseAnd(p), at };
  }
  return left;
}

function parseAnd(p: Parser): Expression {
  let left = parseNot(p);
  for (let chain = 0; p.isName('and'); chain = link(p, chain)) {
    const { at } = p.advance();
    left = { kind: 'and', left, right: parseNot(p), at };
  }
  return left;
}

function parseNot(p: Parser): Expression {
  if (!p.isName('not')) return parseCompare(p);
  const { at } = p.advance();
  return { kind: 'unary', operator: 'not', operand: p.nest(1, () => parseNot(p)), at };
}

function parseCompare(p: Parser): Expression {
  const first = parseSum(p);
  const rest: { operator: CompareOperator; operand: Expression; at: number }[] = [];
  for (;;) {
    const at = p.current.at;
    const operator = takeCompareOperator(p);
    if (operator === null) break;
    rest.push({ operator, operand: parseSum(p), at });
  }
  if (rest.length === 0) return first;
  const compare: Compare = { kind: 'compare', first, rest, at: rest[0]?.at ?? first.at };
  return compare;
}

function takeCompareOperator(p: Parser): CompareOperator | null {
  const operator = compareOperators[p.current.type];
  if (operator !== undefined) {
    p.advance();
    return operator;
  }
  if (p.skipName('in')) return 'in';
  const next = p.isName('not') ? p.look() : null;
  if (next?.type !== 'name' || next.value !== 'in') return null;
  p.advance();
  p.advance();
  return 'not in';
}

function parseSum(p: Parser): Expression {
  return parseBinary(p, mathOperators, parseConcat);
}

/** `~` binds tighter than `+` and looser than `*`. */
function parseConcat(p: Parser): Expression {
  const first = parseTerm(p);
  if (!p.is('tilde')) return first;
  const items = [first];
  while (p.skip('tilde')) items.push(parseTerm(p));
  return { kind: 'concat', items, at: first.at };
}

function parseTerm(p: Parser): Expression {
  return parseBinary(p, termOperators, parsePower);
}

/** Powers associate to the left, unlike Python's. */
function parsePower(p: Parser): Expression {
  return parseBinary(p, { pow: '**' }, parseUnary);
}

function parseBinary(
  p: Parser,
  table: Partial<Record<TokenType, BinaryOperator>>,
  parseOperand: (p: Parser) => Expression,
): Expression {
  let left = parseOperand(p);
  let chain = 0;
  for (;;) {
    const operator = table[p.current.type];
    if (operator === undefined) return left;
    chain = link(p, chain);
    const { at } = p.advance();
    left = { kind: 'binary', operator, left, right: parseOperand(p), at };
  }
}

/** A sign binds tighter than filters and tests: `-1|abs` is `(-1)|abs`. */
export function parseUnary(p: Parser): Expression {
  return parsePostfix(p, parseSigned(p), true);
}

function parseSigned(p: Parser): Expression {
  const operator = p.is('sub') ? '-' : p.is('add') ? '+' : null;
  if (operator === null) return parsePrimary(p);
  const { at } = p.advance();
  return p.nest(1, () => ({ kind: 'unary', operator, operand: parsePostfix(p, parseSigned(p), false), at }));
}
