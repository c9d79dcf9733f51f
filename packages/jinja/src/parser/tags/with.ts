import type { With } from '../../ast.ts';
import { parseExpression } from '../expressions.ts';
import type { Parser } from '../parser.ts';
import { parseTargets } from '../targets.ts';

export function parseWith(p: Parser): [With] {
  const { at } = p.advance();
  const bindings: With['bindings'][number][] = [];
  while (!p.is('block_end')) {
    if (bindings.length > 0) p.expect('comma');
    const target = parseTargets(p);
    p.expect('assign');
    bindings.push({ target, value: parseExpression(p) });
  }
  return [{ kind: 'with', bindings, body: p.lastBody('endwith'), at }];
}
