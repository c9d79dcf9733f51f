import { RegexSyntaxError } from './errors.ts';

/** A cursor over the code points of a pattern or a replacement. */
export class Scanner {
  readonly codes: readonly number[];
  position = 0;

  constructor(text: string) {
    this.codes = Array.from(text, (char) => char.codePointAt(0) ?? 0);
  }

  get atEnd(): boolean {
    return this.position >= this.codes.length;
  }

  /** The character `ahead` places on, or the empty string at the end. */
  peek(ahead = 0): string {
    const code = this.codes[this.position + ahead];
    return code === undefined ? '' : String.fromCodePoint(code);
  }

  /** Takes one character; the empty string at the end. */
  next(): string {
    const char = this.peek();
    if (char !== '') this.position += 1;
    return char;
  }

  /** Takes `text` if it comes next. */
  take(text: string): boolean {
    let at = this.position;
    for (const char of text) {
      if (this.codes[at] !== char.codePointAt(0)) return false;
      at += 1;
    }
    this.position = at;
    return true;
  }

  /** Takes characters as long as they fit `accepts`. */
  takeWhile(accepts: (char: string) => boolean, most = Number.POSITIVE_INFINITY): string {
    let text = '';
    for (let count = 0; count < most; count++) {
      const char = this.peek();
      if (char === '' || !accepts(char)) break;
      text += char;
      this.position += 1;
    }
    return text;
  }

  fail(reason: string, position = this.position): never {
    throw new RegexSyntaxError(reason, position);
  }
}

export const isDigit = (char: string): boolean => char >= '0' && char <= '9' && char.length === 1;
export const isOctalDigit = (char: string): boolean => char >= '0' && char <= '7' && char.length === 1;
export const isHexDigit = (char: string): boolean => /^[0-9A-Fa-f]$/u.test(char);
export const isAsciiLetter = (char: string): boolean => /^[A-Za-z]$/u.test(char);
