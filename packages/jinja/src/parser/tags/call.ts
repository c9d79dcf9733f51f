import type { CallBlock, Signature } from '../../ast.ts';
import { parseExpression } from '../expressions.ts';
import type { Parser } from '../parser.ts';
import { parseSignature } from '../targets.ts';

export function parseCallBlock(p: Parser): [CallBlock] {
  const { at } = p.advance();
  const signature: Signature = p.is('lparen') ? parseSignature(p) : { parameters: [], defaults: [] };
  const call = parseExpression(p);
  if (call.kind !== 'call') p.fail('expected call', at);
  return [{ kind: 'call-block', ...signature, call, body: p.lastBody('endcall'), at }];
}
