import type { WordMode } from './ast.ts';
import type { Assertion } from './program.ts';
import { WORD } from './properties.ts';

const LINE_FEED = 10;

/** Whether a zero-width check holds between `pos - 1` and `pos`. */
export function holds(assertion: Assertion, codes: Int32Array, pos: number, searchStart: number): boolean {
  const { kind, word } = assertion;
  const length = codes.length;
  switch (kind) {
    case 'start':
      return pos === 0;
    case 'end':
      return pos === length;
    case 'end-or-final-newline':
      return pos === length || (pos === length - 1 && codes[pos] === LINE_FEED);
    case 'line-start':
      return pos === 0 || codes[pos - 1] === LINE_FEED;
    case 'line-end':
      return pos === length || codes[pos] === LINE_FEED;
    case 'search-start':
      return pos === searchStart;
    case 'word-boundary':
      return isWord(codes, pos - 1, word) !== isWord(codes, pos, word);
    case 'not-word-boundary':
      // Python's `re` finds no \B in an empty text (fixed only in 3.14).
      if (length === 0 && (word === 're' || word === 're-ascii')) return false;
      return isWord(codes, pos - 1, word) === isWord(codes, pos, word);
    case 'word-start':
      return !isWord(codes, pos - 1, word) && isWord(codes, pos, word);
    case 'word-end':
      return isWord(codes, pos - 1, word) && !isWord(codes, pos, word);
  }
}

function isWord(codes: Int32Array, at: number, mode: WordMode): boolean {
  const code = codes[at];
  return code !== undefined && WORD[mode === 're-ascii' ? 'ascii' : mode](code);
}

/** No user-perceived character that matters is longer. */
const LONGEST_CLUSTER = 256;

/** The other end of the grapheme cluster that begins (or, backwards, ends) at `pos`; -1 when there is none. */
export function graphemeEnd(codes: Int32Array, pos: number, direction: 1 | -1): number {
  const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
  if (direction === 1) {
    if (pos >= codes.length) return -1;
    const text = String.fromCodePoint(...codes.subarray(pos, pos + LONGEST_CLUSTER));
    const first = segmenter.segment(text)[Symbol.iterator]().next();
    return first.done ? -1 : pos + Array.from(first.value.segment).length;
  }
  if (pos <= 0) return -1;
  const text = String.fromCodePoint(...codes.subarray(Math.max(0, pos - LONGEST_CLUSTER), pos));
  const last = [...segmenter.segment(text)].at(-1);
  return last === undefined ? -1 : pos - Array.from(last.segment).length;
}
