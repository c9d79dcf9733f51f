import type { If, Statement } from '../../ast.ts';
import type { Parser } from '../parser.ts';
import { parseTuple } from '../primary.ts';

export function parseIf(p: Parser): [If] {
  const { at } = p.current;
  const branches: If['branches'][number][] = [];
  let otherwise: Statement[] = [];
  for (;;) {
    const tag = p.advance();
    if (tag.value === 'endif') break;
    if (tag.value === 'else') {
      otherwise = p.lastBody('endif');
      break;
    }
    const test = parseTuple(p, { condition: false });
    branches.push({ test, body: p.body(['elif', 'else', 'endif']), at: tag.at });
  }
  return [{ kind: 'if', branches, otherwise, at }];
}
