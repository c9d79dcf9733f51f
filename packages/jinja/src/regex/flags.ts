import type { WordMode } from './ast.ts';
import type { CaseMode } from './case-fold.ts';

/** Whose rules hold: those of Python's own `re`, or of the `regex` module (its version 0 behaviour). */
export type RegexFlavour = 're' | 'regex';

export type Flags = {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly verbose: boolean;
  readonly ascii: boolean;
  /** Asked for by name; it is the default, but excludes `ascii`. */
  readonly unicode: boolean;
  readonly version0: boolean;
  /** `(?V1)`: set operations inside classes. */
  readonly version1: boolean;
};

export const NO_FLAGS: Flags = {
  ignoreCase: false,
  multiline: false,
  dotAll: false,
  verbose: false,
  ascii: false,
  unicode: false,
  version0: false,
  version1: false,
};

/** Flag letters and what they set. Letters with an empty change are accepted and change nothing here. */
const LETTERS: Record<RegexFlavour, ReadonlyMap<string, Partial<Flags>>> = {
  re: new Map<string, Partial<Flags>>([
    ['i', { ignoreCase: true }],
    ['m', { multiline: true }],
    ['s', { dotAll: true }],
    ['x', { verbose: true }],
    ['a', { ascii: true }],
    ['u', { unicode: true }],
  ]),
  regex: new Map<string, Partial<Flags>>([
    ['i', { ignoreCase: true }],
    ['m', { multiline: true }],
    ['s', { dotAll: true }],
    ['x', { verbose: true }],
    ['a', { ascii: true }],
    ['u', { unicode: true }],
    ['V0', { version0: true }],
    ['V1', { version1: true }],
    // Best and enhanced fuzzy match: without fuzzy matching they say nothing.
    ['b', {}],
    ['e', {}],
  ]),
};

/** Flags of the regex module that would change how everything matches, and are not supported. */
const UNSUPPORTED = new Set(['f', 'p', 'r', 'w', 'L']);

export function flagChange(flavour: RegexFlavour, letter: string): Partial<Flags> | 'unsupported' | undefined {
  if (flavour === 'regex' && UNSUPPORTED.has(letter)) return 'unsupported';
  return LETTERS[flavour].get(letter);
}

/** Flags that may only stand for a whole pattern, not in `(?flags:...)`. */
export function isGlobalOnly(flavour: RegexFlavour, letter: string): boolean {
  return flavour === 'regex' ? ['a', 'u', 'V0', 'V1', 'b', 'e'].includes(letter) : false;
}

export function caseMode(flags: Flags, flavour: RegexFlavour): CaseMode {
  if (!flags.ignoreCase) return 'exact';
  return flags.ascii ? 'ascii' : flavour;
}

export function wordMode(flags: Flags, flavour: RegexFlavour): WordMode {
  if (!flags.ascii) return flavour;
  return flavour === 're' ? 're-ascii' : 'ascii';
}
