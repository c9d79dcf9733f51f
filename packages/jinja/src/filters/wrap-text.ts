import type { RenderState } from '../runtime/state.ts';
import { codePointLength, codePointSlice } from '../values/code-points.ts';

export interface WrapOptions {
  readonly width: number;
  readonly breakLongWords: boolean;
  readonly breakOnHyphens: boolean;
}

// Python's textwrap counts only these as white space.
const blank = /^[\t\n\v\f\r ]*$/;
const wordPunctuation = '[\\p{L}\\p{N}_!"\'&.,?]';
const letter = '[\\p{L}_]';
const space = '[\\t\\n\\v\\f\\r ]';
const notSpace = '[^\\t\\n\\v\\f\\r ]';
/** Where a line may break: white space, dashes between words, hyphens inside them. The rules of Python's textwrap. */
const chunks = new RegExp(
  [
    `${space}+`,
    `(?<=${wordPunctuation})-{2,}(?=[\\p{L}\\p{N}_])`,
    `${notSpace}+?(?:-(?:(?<=${letter}{2}-)|(?<=${letter}-${letter}-))(?=${letter}-?${letter})|(?=${space}|$)|(?<=${wordPunctuation})(?=-{2,}[\\p{L}\\p{N}_]))`,
  ].join('|'),
  'gu',
);
const simpleChunks = new RegExp(`${space}+|${notSpace}+`, 'gu');

/** Python's `textwrap.wrap` without tab expansion, white space kept. */
export function wrapText(text: string, options: WrapOptions, rt: RenderState): string[] {
  const { width } = options;
  rt.budget.grow(2 * text.length);
  const pending = (text.match(options.breakOnHyphens ? chunks : simpleChunks) ?? []).reverse();
  const lines: string[] = [];
  while (pending.length > 0) {
    rt.budget.step();
    if (lines.length > 0 && blank.test(pending.at(-1) ?? '')) pending.pop();
    const line: string[] = [];
    let used = 0;
    for (let next = pending.at(-1); next !== undefined; next = pending.at(-1)) {
      const size = codePointLength(next);
      if (used + size > width) break;
      line.push(next);
      pending.pop();
      used += size;
    }
    const tooLong = pending.at(-1);
    if (tooLong !== undefined && codePointLength(tooLong) > width) breakWord(pending, line, used, options);
    if (line.length > 0 && blank.test(line.at(-1) ?? '')) line.pop();
    if (line.length > 0) lines.push(line.join(''));
  }
  return lines;
}

function breakWord(
  pending: string[],
  line: string[],
  used: number,
  { width, breakLongWords, breakOnHyphens }: WrapOptions,
): void {
  const word = pending.pop() ?? '';
  if (!breakLongWords) {
    if (line.length === 0) line.push(word);
    else pending.push(word);
    return;
  }
  const space = width < 1 ? 1 : width - used;
  let end = space;
  if (breakOnHyphens && codePointLength(word) > space) {
    const hyphen = codePointSlice(word, 0, space).lastIndexOf('-');
    if (hyphen > 0 && /[^-]/.test(word.slice(0, hyphen))) end = hyphen + 1;
  }
  line.push(codePointSlice(word, 0, end));
  pending.push(codePointSlice(word, end, codePointLength(word)));
}
