import type { For } from '../../ast.ts';
import { parseExpression } from '../expressions.ts';
import type { Parser } from '../parser.ts';
import { parseTuple } from '../primary.ts';
import { parseTargets } from '../targets.ts';

export function parseFor(p: Parser): [For] {
  const { at } = p.advance();
  const target = parseTargets(p);
  p.expectName('in');
  const iterable = parseTuple(p, { condition: false });
  const test = p.skipName('if') ? parseExpression(p) : null;
  const recursive = p.skipName('recursive');
  const body = p.body(['endfor', 'else']);
  const otherwise = p.advance().value === 'else' ? p.lastBody('endfor') : [];
  return [{ kind: 'for', target, iterable, test, recursive, body, otherwise, at }];
}
