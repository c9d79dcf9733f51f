import type { FilterBlock } from '../../ast.ts';
import type { Parser } from '../parser.ts';
import { parseFilter, parseFilterChain } from '../postfix.ts';

export function parseFilterBlock(p: Parser): [FilterBlock] {
  const { at } = p.advance();
  const filter = parseFilterChain(p, parseFilter(p, null));
  return [{ kind: 'filter-block', filter, body: p.lastBody('endfilter'), at }];
}
