import type { Import } from '../../ast.ts';
import { TemplateAssertionError } from '../../errors.ts';
import { parseExpression } from '../expressions.ts';
import type { Parser } from '../parser.ts';
import { parseNameTarget } from '../targets.ts';

/** `with context` and `without context` change nothing where nothing can be loaded. */
export function skipContext(p: Parser): boolean {
  if (!p.isAnyName(['with', 'without'])) return false;
  const next = p.look();
  if (next.type !== 'name' || next.value !== 'context') return false;
  p.advance();
  p.advance();
  return true;
}

export function parseImport(p: Parser): [Import] {
  const { at } = p.advance();
  const template = parseExpression(p);
  p.expectName('as');
  const { name } = parseNameTarget(p);
  skipContext(p);
  return [{ kind: 'import', template, targets: [name], at }];
}

export function parseFrom(p: Parser): [Import] {
  const { at } = p.advance();
  const template = parseExpression(p);
  p.expectName('import');
  const targets: string[] = [];
  for (;;) {
    if (targets.length > 0) p.expect('comma');
    if (!p.is('name')) {
      p.expect('name');
    }
    if (skipContext(p)) break;
    const { name, at: nameAt } = parseNameTarget(p);
    if (name.startsWith('_')) {
      throw new TemplateAssertionError('names starting with an underline can not be imported', p.lexer.source.locate(nameAt));
    }
    targets.push(p.skipName('as') ? parseNameTarget(p).name : name);
    if (skipContext(p) || !p.is('comma')) break;
  }
  return [{ kind: 'import', template, targets, at }];
}
