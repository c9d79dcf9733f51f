import type { CaseMode } from './case-fold.ts';
import type { SetExpression } from './char-set.ts';

/** Zero-width checks that need no operand. */
export type AssertionKind =
  | 'line-start'
  | 'line-end'
  | 'start'
  | 'end'
  | 'end-or-final-newline'
  | 'word-boundary'
  | 'not-word-boundary'
  | 'word-start'
  | 'word-end'
  | 'search-start';

/** What `\w` and `\b` mean where the node stands. */
export type WordMode = 'ascii' | 're-ascii' | 're' | 'regex';

export type RepeatMode = 'greedy' | 'lazy' | 'possessive';

export type LookNode = { type: 'look'; behind: boolean; negate: boolean; body: RegexNode };

/** A parsed pattern. Groups are numbered from 1; `max` may be Infinity. */
export type RegexNode =
  | { type: 'char'; code: number }
  | { type: 'set'; set: SetExpression; ignoreCase: CaseMode }
  | { type: 'sequence'; items: readonly RegexNode[] }
  | { type: 'alternatives'; items: readonly RegexNode[] }
  | { type: 'repeat'; body: RegexNode; min: number; max: number; mode: RepeatMode }
  | { type: 'group'; index: number; body: RegexNode }
  | { type: 'atomic'; body: RegexNode }
  | LookNode
  | { type: 'assertion'; kind: AssertionKind; word: WordMode }
  | { type: 'backreference'; index: number; ignoreCase: CaseMode }
  | { type: 'conditional'; test: number | LookNode; yes: RegexNode; no: RegexNode }
  | { type: 'grapheme' }
  | { type: 'verb'; verb: 'fail' | 'prune' | 'skip' | 'keep' };

export type ParsedPattern = {
  root: RegexNode;
  groupCount: number;
  groupNames: ReadonlyMap<string, number>;
};

export const EMPTY: RegexNode = { type: 'sequence', items: [] };
