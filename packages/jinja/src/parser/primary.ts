import type { DictNode, Expression, ListNode } from '../ast.ts';
import { describeToken, quoted } from '../tokens.ts';
import { normalize } from '../values/integers.ts';
import { PyFloat, type Value } from '../values/types.ts';
import { parseExpression, parseWithoutCondition } from './expressions.ts';
import type { Parser } from './parser.ts';

const constants: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
]);

export const isConstant = (name: string): boolean => constants.has(name);

export function parsePrimary(p: Parser): Expression {
  const token = p.current;
  const { at, value } = token;
  switch (token.type) {
    case 'name': {
      p.advance();
      const constant = constants.get(value);
      return constant === undefined ? { kind: 'name', name: value, at } : { kind: 'literal', value: constant, at };
    }
    case 'string': {
      let text = '';
      while (p.is('string')) text += p.advance().value;
      return { kind: 'literal', value: text, at };
    }
    case 'integer':
      p.advance();
      return { kind: 'literal', value: parseInteger(p, value, at), at };
    case 'float':
      p.advance();
      return { kind: 'literal', value: new PyFloat(Number(value)), at };
    case 'lparen': {
      p.advance();
      const inner = parseTuple(p, { parenthesized: true });
      p.expect('rparen');
      return inner;
    }
    case 'lbracket':
      return parseList(p);
    case 'lbrace':
      return parseDict(p);
    default:
      p.fail(`unexpected ${quoted(describeToken(token))}`, at);
  }
}

/** Python refuses decimal literals of more than 4300 digits. */
function parseInteger(p: Parser, text: string, at: number): number | bigint {
  if (text.length > 4300 && /^\d+$/.test(text)) {
    p.fail(`Exceeds the limit (4300 digits) for integer string conversion: value has ${text.length} digits`, at);
  }
  const small = Number(text);
  return Number.isSafeInteger(small) ? small : normalize(BigInt(text));
}

export interface TupleRules {
  /** Empty parentheses are an empty tuple; nothing at all is an error. */
  readonly parenthesized?: boolean;
  /** Items are primaries, as in the targets of `for` and `set`. */
  readonly simple?: boolean;
  /** Items may end in `if … else …`. Default true. */
  readonly condition?: boolean;
}

/** One expression, or several with commas, which make a tuple. */
export function parseTuple(p: Parser, rules: TupleRules = {}): Expression {
  const parseItem = rules.simple ? parsePrimary : rules.condition === false ? parseWithoutCondition : parseExpression;
  const items: Expression[] = [];
  let at = p.current.at;
  let isTuple = false;
  for (;;) {
    if (items.length > 0) p.expect('comma');
    if (p.is('variable_end') || p.is('block_end') || p.is('rparen')) break;
    items.push(parseItem(p));
    if (!p.is('comma')) break;
    isTuple = true;
    at = p.current.at;
  }
  const [only] = items;
  if (!isTuple) {
    if (only !== undefined) return only;
    if (!rules.parenthesized) p.fail(`Expected an expression, got ${quoted(describeToken(p.current))}`);
  }
  return { kind: 'tuple', items, at: only?.at ?? at };
}

function parseList(p: Parser): ListNode {
  const { at } = p.expect('lbracket');
  const items: Expression[] = [];
  while (!p.is('rbracket')) {
    if (items.length > 0) p.expect('comma');
    if (p.is('rbracket')) break;
    items.push(parseExpression(p));
  }
  p.expect('rbracket');
  return { kind: 'list', items, at };
}

function parseDict(p: Parser): DictNode {
  const { at } = p.expect('lbrace');
  const pairs: [Expression, Expression][] = [];
  while (!p.is('rbrace')) {
    if (pairs.length > 0) p.expect('comma');
    if (p.is('rbrace')) break;
    const key = parseExpression(p);
    p.expect('colon');
    pairs.push([key, parseExpression(p)]);
  }
  p.expect('rbrace');
  return { kind: 'dict', pairs, at };
}
