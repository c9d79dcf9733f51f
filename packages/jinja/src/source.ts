import type { ErrorLocation } from './errors.ts';

/** What Python's `str.isspace` and `\s` call white space; JavaScript's differs by U+001C to U+001F, U+0085 and U+FEFF. */
const SPACE = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
export const spaces = new RegExp(`${SPACE}+`, 'y');
const trailingSpaces = new RegExp(`${SPACE}+$`);

/** Python's `text.rstrip()`. */
export function stripEnd(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  if (last > 0x20 && last < 0x80) return text;
  return text.replace(trailingSpaces, '');
}

/** Index after the white space that starts at `from`. */
export function skipSpaces(text: string, from: number): number {
  spaces.lastIndex = from;
  return spaces.test(text) ? spaces.lastIndex : from;
}

/** A template's text with its line ends made `\n`, and the places in it. */
export class Source {
  readonly text: string;
  #lineStarts: number[] | undefined;

  /** Drops one line end at the end of the text unless `keepTrailingNewline`. */
  constructor(template: string, keepTrailingNewline: boolean) {
    let text = template.includes('\r') ? template.replace(/\r\n?/g, '\n') : template;
    if (!keepTrailingNewline && text.endsWith('\n')) text = text.slice(0, -1);
    this.text = text;
  }

  #starts(): number[] {
    if (this.#lineStarts === undefined) {
      this.#lineStarts = [0];
      for (let at = this.text.indexOf('\n'); at !== -1; at = this.text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
    }
    return this.#lineStarts;
  }

  /** Line of an offset, from 1. */
  lineOf(offset: number): number {
    const starts = this.#starts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }

  locate(offset: number): ErrorLocation {
    const line = this.lineOf(offset);
    return { line, column: offset - (this.#starts()[line - 1] ?? 0) + 1, source: this.text };
  }

  /** The offset in code points, as Python counts. */
  codePointsBefore(offset: number): number {
    let count = 0;
    for (const _ of this.text.slice(0, offset)) count++;
    return count;
  }
}
