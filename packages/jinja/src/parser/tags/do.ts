import type { Do } from '../../ast.ts';
import type { Parser } from '../parser.ts';
import { parseTuple } from '../primary.ts';

export function parseDo(p: Parser): [Do] {
  const { at } = p.advance();
  return [{ kind: 'do', expression: parseTuple(p), at }];
}
