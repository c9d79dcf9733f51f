import type { Autoescape } from '../../ast.ts';
import { parseExpression } from '../expressions.ts';
import type { Parser } from '../parser.ts';

export function parseAutoescape(p: Parser): [Autoescape] {
  const { at } = p.advance();
  const on = parseExpression(p);
  return [{ kind: 'autoescape', on, body: p.lastBody('endautoescape'), at }];
}
