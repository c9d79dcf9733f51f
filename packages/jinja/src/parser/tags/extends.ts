import type { Extends } from '../../ast.ts';
import { parseExpression } from '../expressions.ts';
import type { Parser } from '../parser.ts';

export function parseExtends(p: Parser): [Extends] {
  const { at } = p.advance();
  return [{ kind: 'extends', template: parseExpression(p), at }];
}
