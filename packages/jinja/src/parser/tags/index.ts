import type { Statement } from '../../ast.ts';
import type { Parser } from '../parser.ts';
import { parseAutoescape } from './autoescape.ts';
import { parseBlock } from './block.ts';
import { parseCallBlock } from './call.ts';
import { parseDo } from './do.ts';
import { parseExtends } from './extends.ts';
import { parseFilterBlock } from './filter.ts';
import { parseFor } from './for.ts';
import { parseIf } from './if.ts';
import { parseFrom, parseImport } from './import.ts';
import { parseInclude } from './include.ts';
import { parseBreak, parseContinue } from './loop-controls.ts';
import { parseMacro } from './macro.ts';
import { parsePrint } from './print.ts';
import { parseSet } from './set.ts';
import { parseWith } from './with.ts';

/** Reads a tag from its name, which is the current token, up to the end mark of its last tag. */
export type TagParser = (p: Parser) => Statement[];

/** Tags that Jinja2 has as extensions. */
export type Extension = 'do' | 'loopcontrols';

const builtin: readonly (readonly [string, TagParser])[] = [
  ['for', parseFor],
  ['if', parseIf],
  ['block', parseBlock],
  ['extends', parseExtends],
  ['print', parsePrint],
  ['macro', parseMacro],
  ['include', parseInclude],
  ['from', parseFrom],
  ['import', parseImport],
  ['set', parseSet],
  ['with', parseWith],
  ['autoescape', parseAutoescape],
  ['call', parseCallBlock],
  ['filter', parseFilterBlock],
];

const extensions: Record<Extension, readonly (readonly [string, TagParser])[]> = {
  do: [['do', parseDo]],
  loopcontrols: [
    ['break', parseBreak],
    ['continue', parseContinue],
  ],
};

export const tagParsers = (enabled: readonly Extension[]): ReadonlyMap<string, TagParser> =>
  new Map([...builtin, ...enabled.flatMap((extension) => extensions[extension])]);
