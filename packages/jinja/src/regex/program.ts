import type { AssertionKind, WordMode } from './ast.ts';
import type { CharSet } from './char-set.ts';

/**
 * Instructions of the matcher. Each has up to four operands; `pc` counts instructions. The letters name the operands:
 *
 * - Char code, dir · Set set, dir: one character, then on (dir 1) or back (dir -1, inside look-behinds)
 * - Split first, second: try `first`; `second` when that fails · Jump to
 * - Save slot: notes the position
 * - RunGreedy / RunLazy / RunPossessive set, min, max, dir: a repeated single character
 * - Enter reg · EmptyCheck reg, exit: an iteration that matched nothing ends its loop
 * - CountInit reg · CountLoop reg, min, max, body + the loop's exit in `exits` (lazy loops: CountLoopLazy)
 * - CountEmptyCheck countReg, startReg, min, exit
 * - CountStep countReg: one more iteration, of a lazy loop
 * - Look after, negate · Atomic after: the body follows, ending in Accept
 * - Backreference group, dir · IfGroup group, otherwise · Assert kind
 */
export const Op = {
  Char: 1,
  Set: 2,
  Split: 3,
  Jump: 4,
  Save: 5,
  RunGreedy: 6,
  RunLazy: 7,
  RunPossessive: 8,
  Enter: 9,
  EmptyCheck: 10,
  CountInit: 11,
  CountLoop: 12,
  CountLoopLazy: 13,
  CountStep: 14,
  CountEmptyCheck: 15,
  Look: 16,
  Atomic: 17,
  Backreference: 18,
  IfGroup: 19,
  Assert: 20,
  Grapheme: 21,
  Fail: 22,
  Prune: 23,
  Skip: 24,
  Keep: 25,
  Accept: 26,
} as const;

/** What an Assert instruction checks. */
export type Assertion = { kind: AssertionKind; word: WordMode };

/** Where remembering failures is allowed for an instruction, and which loop starts belong to the state there. */
export type MemoPoint = { id: number; registers: readonly number[] };

/** A compiled pattern, made for the matcher in match.ts. */
export type Program = {
  readonly ops: Uint8Array;
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly c: Int32Array;
  readonly d: Int32Array;
  readonly sets: readonly CharSet[];
  readonly assertions: readonly Assertion[];
  /** Per instruction: the set that a Run's continuation starts with, as a single code point, or -1. */
  readonly followedBy: Int32Array;
  /** Per instruction: its memo point, or -1. */
  readonly memoIds: Int32Array;
  readonly memoPointsByInstruction: ReadonlyMap<number, MemoPoint>;
  /** How many states there are to remember at each position. */
  readonly memoStateCount: number;
  /** Whether any memo point has registers. */
  readonly memoHasRegisters: boolean;
  readonly groupCount: number;
  readonly registerCount: number;
  /** Matches can only begin at the start of the text. */
  readonly anchored: boolean;
  /** Characters that a match can begin with; undefined when it may be empty or begin with anything. */
  readonly firstSet: CharSet | undefined;
  /** A text that every match contains, or the empty string. */
  readonly requiredText: string;
  /** The pattern as a whole is this text, and has no groups; undefined otherwise. */
  readonly literal: string | undefined;
};
