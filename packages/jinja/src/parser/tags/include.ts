import type { Include } from '../../ast.ts';
import { parseExpression } from '../expressions.ts';
import type { Parser } from '../parser.ts';
import { skipContext } from './import.ts';

export function parseInclude(p: Parser): [Include] {
  const { at } = p.advance();
  const template = parseExpression(p);
  const next = p.isName('ignore') ? p.look() : null;
  const ignoreMissing = next?.type === 'name' && next.value === 'missing';
  if (ignoreMissing) {
    p.advance();
    p.advance();
  }
  skipContext(p);
  return [{ kind: 'include', template, ignoreMissing, at }];
}
