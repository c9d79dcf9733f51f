import type { Arguments, Call, Expression, Filter, GetSlice } from '../ast.ts';
import { link, parseExpression } from './expressions.ts';
import type { Parser } from './parser.ts';
import { parsePrimary } from './primary.ts';

export const noArguments: Arguments = { positional: [], named: [], rest: null, namedRest: null };

/** Attributes, items and calls, then (unless a sign stands before) filters, tests and further calls. */
export function parsePostfix(p: Parser, start: Expression, withFilters: boolean): Expression {
  let expression = parseAccess(p, start);
  if (!withFilters) return expression;
  for (let chain = 0; ; chain = link(p, chain)) {
    if (p.skip('pipe')) expression = parseFilter(p, expression);
    else if (p.isName('is')) expression = parseTest(p, expression);
    else if (p.is('lparen')) expression = parseCall(p, expression);
    else return expression;
  }
}

function parseAccess(p: Parser, start: Expression): Expression {
  let expression = start;
  for (let chain = 0; ; chain = link(p, chain)) {
    if (p.is('dot')) expression = parseDot(p, expression);
    else if (p.is('lbracket')) expression = parseBrackets(p, expression);
    else if (p.is('lparen')) expression = parseCall(p, expression);
    else return expression;
  }
}

function parseDot(p: Parser, object: Expression): Expression {
  p.advance();
  const { type, value, at } = p.advance();
  if (type === 'name') return { kind: 'attribute', object, name: value, at };
  if (type !== 'integer') p.fail('expected name or number', at);
  return { kind: 'item', object, key: { kind: 'literal', value: Number(value), at }, at };
}

function parseBrackets(p: Parser, object: Expression): Expression {
  const { at } = p.advance();
  const keys: (Expression | Omit<GetSlice, 'object'>)[] = [];
  while (!p.is('rbracket')) {
    if (keys.length > 0) p.expect('comma');
    keys.push(parseSubscript(p));
  }
  p.expect('rbracket');
  const [only] = keys;
  if (keys.length === 1 && only !== undefined) {
    return only.kind === 'slice' && !('object' in only)
      ? { ...only, object, at }
      : { kind: 'item', object, key: only as Expression, at };
  }
  const items = keys.map((key) =>
    key.kind === 'slice' && !('object' in key) ? p.fail('invalid syntax', at) : (key as Expression),
  );
  return { kind: 'item', object, key: { kind: 'tuple', items, at }, at };
}

function parseSubscript(p: Parser): Expression | Omit<GetSlice, 'object'> {
  const at = p.current.at;
  let start: Expression | null = null;
  if (!p.is('colon')) {
    start = parseExpression(p);
    if (!p.is('colon')) return start;
  }
  p.advance();
  const atEnd = (): boolean => p.is('rbracket') || p.is('comma');
  const stop = p.is('colon') || atEnd() ? null : parseExpression(p);
  const step = p.skip('colon') && !atEnd() ? parseExpression(p) : null;
  return { kind: 'slice', start, stop, step, at };
}

export function parseCall(p: Parser, callee: Expression): Call {
  const { at } = p.current;
  return { kind: 'call', callee, args: parseArguments(p), at };
}

function parseArguments(p: Parser): Arguments {
  const { at } = p.expect('lparen');
  const positional: Expression[] = [];
  const named: { name: string; value: Expression }[] = [];
  let rest: Expression | null = null;
  let namedRest: Expression | null = null;
  const ensure = (valid: boolean): void => {
    if (!valid) p.fail('invalid syntax for function call expression', at);
  };
  for (let first = true; !p.is('rparen'); first = false) {
    if (!first) {
      p.expect('comma');
      if (p.is('rparen')) break;
    }
    if (p.is('mul')) {
      ensure(rest === null && namedRest === null);
      p.advance();
      rest = parseExpression(p);
    } else if (p.is('pow')) {
      ensure(namedRest === null);
      p.advance();
      namedRest = parseExpression(p);
    } else if (p.is('name') && p.look().type === 'assign') {
      ensure(namedRest === null);
      const name = p.advance();
      p.advance();
      if (named.some((other) => other.name === name.value)) p.fail(`keyword argument repeated: ${name.value}`, name.at);
      named.push({ name: name.value, value: parseExpression(p) });
    } else {
      ensure(rest === null && namedRest === null && named.length === 0);
      positional.push(parseExpression(p));
    }
  }
  p.expect('rparen');
  return { positional, named, rest, namedRest };
}

function parseDottedName(p: Parser): { name: string; at: number } {
  const { at, value } = p.expect('name');
  let name = value;
  while (p.skip('dot')) name += `.${p.expect('name').value}`;
  return { name, at };
}

/** One filter with its arguments, from its name on. */
export function parseFilter(p: Parser, input: Expression | null): Filter {
  const { name, at } = parseDottedName(p);
  const args = p.is('lparen') ? parseArguments(p) : noArguments;
  return { kind: 'filter', name, input, args, at };
}

/** Further filters after the first, each with the one before as input. */
export function parseFilterChain(p: Parser, first: Filter): Filter {
  let filter = first;
  for (let chain = 0; p.skip('pipe'); chain = link(p, chain)) filter = parseFilter(p, filter);
  return filter;
}

const startsArgument = new Set(['name', 'string', 'integer', 'float', 'lparen', 'lbracket', 'lbrace']);

function parseTest(p: Parser, input: Expression): Expression {
  p.advance();
  const negation = p.isName('not') ? p.advance() : null;
  const { name, at } = parseDottedName(p);
  let args = noArguments;
  if (p.is('lparen')) args = parseArguments(p);
  else if (startsArgument.has(p.current.type) && !p.isAnyName(['else', 'or', 'and'])) {
    if (p.isName('is')) p.fail('You cannot chain multiple tests with is');
    args = { ...noArguments, positional: [p.nest(10, () => parseAccess(p, parsePrimary(p)))] };
  }
  const test: Expression = { kind: 'test', name, input, args, at };
  return negation === null ? test : { kind: 'unary', operator: 'not', operand: test, at: negation.at };
}
