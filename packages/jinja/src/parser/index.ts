import type { TemplateNode } from '../ast.ts';
import { defaultSyntax, Lexer, type SyntaxOptions } from '../lexer.ts';
import type { Source } from '../source.ts';
import { Parser } from './parser.ts';
import { parseTuple } from './primary.ts';
import { type Extension, tagParsers } from './tags/index.ts';

export type { Extension } from './tags/index.ts';

/** Parses a template; throws `TemplateSyntaxError`, or `TemplateAssertionError` for what is only wrong in meaning. */
export function parse(
  template: string,
  options: SyntaxOptions = defaultSyntax,
  extensions: readonly Extension[] = [],
): { node: TemplateNode; source: Source } {
  const lexer = new Lexer(template, options);
  const p = new Parser(lexer, tagParsers(extensions));
  p.parsePrinted = () => {
    const expression = parseTuple(p);
    return [{ kind: 'print', expression, at: expression.at }];
  };
  return { node: { body: p.subparse(null) }, source: lexer.source };
}
