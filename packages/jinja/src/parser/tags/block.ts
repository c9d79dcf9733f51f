import type { Block, Statement } from '../../ast.ts';
import type { Parser } from '../parser.ts';

const isBlank = (statement: Statement): boolean => statement.kind === 'data' && statement.text.trim() === '';

export function parseBlock(p: Parser): [Block] {
  const { at } = p.advance();
  const name = p.expect('name').value;
  const scoped = p.skipName('scoped');
  const required = p.skipName('required');
  if (p.is('sub')) {
    p.fail('Block names in Jinja have to be valid Python identifiers and may not contain hyphens, use an underscore instead.');
  }
  const body = p.lastBody('endblock');
  if (required && !body.every(isBlank)) p.fail('Required blocks can only contain comments or whitespace');
  p.skipName(name);
  return [{ kind: 'block', name, scoped, required, body, at }];
}
