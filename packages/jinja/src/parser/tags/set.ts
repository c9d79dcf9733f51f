import type { Filter, SetBlock, Set as SetNode } from '../../ast.ts';
import type { Parser } from '../parser.ts';
import { parseFilter, parseFilterChain } from '../postfix.ts';
import { parseTuple } from '../primary.ts';
import { parseSetTarget } from '../targets.ts';

export function parseSet(p: Parser): [SetNode | SetBlock] {
  const { at } = p.advance();
  const target = parseSetTarget(p);
  if (p.skip('assign')) return [{ kind: 'set', target, value: parseTuple(p), at }];
  const filter: Filter | null = p.skip('pipe') ? parseFilterChain(p, parseFilter(p, null)) : null;
  return [{ kind: 'set-block', target, filter, body: p.lastBody('endset'), at }];
}
