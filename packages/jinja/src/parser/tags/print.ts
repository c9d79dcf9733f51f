import type { Print } from '../../ast.ts';
import { parseExpression } from '../expressions.ts';
import type { Parser } from '../parser.ts';

export function parsePrint(p: Parser): Print[] {
  p.advance();
  const printed: Print[] = [];
  while (!p.is('block_end')) {
    if (printed.length > 0) p.expect('comma');
    const expression = parseExpression(p);
    printed.push({ kind: 'print', expression, at: expression.at });
  }
  return printed;
}
