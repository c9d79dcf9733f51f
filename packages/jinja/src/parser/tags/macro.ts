import type { MacroNode } from '../../ast.ts';
import type { Parser } from '../parser.ts';
import { parseNameTarget, parseSignature } from '../targets.ts';

export function parseMacro(p: Parser): [MacroNode] {
  const { at } = p.advance();
  const { name } = parseNameTarget(p);
  const signature = parseSignature(p);
  return [{ kind: 'macro', name, ...signature, body: p.lastBody('endmacro'), at }];
}
