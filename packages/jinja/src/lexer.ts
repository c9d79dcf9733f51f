import { TemplateSyntaxError } from './errors.ts';
import { Source, skipSpaces, stripEnd } from './source.ts';
import { decodeEscapes } from './string-escapes.ts';
import { type Operator, operators, quoted, type Token, type TokenType } from './tokens.ts';

export interface SyntaxOptions {
  readonly blockStart: string;
  readonly blockEnd: string;
  readonly variableStart: string;
  readonly variableEnd: string;
  readonly commentStart: string;
  readonly commentEnd: string;
  /** Drops the line end after a block tag. */
  readonly trimBlocks: boolean;
  /** Drops blanks and tabs before a block tag that starts its line. */
  readonly lstripBlocks: boolean;
  readonly keepTrailingNewline: boolean;
}

export const defaultSyntax: SyntaxOptions = {
  blockStart: '{%',
  blockEnd: '%}',
  variableStart: '{{',
  variableEnd: '}}',
  commentStart: '{#',
  commentEnd: '#}',
  trimBlocks: false,
  lstripBlocks: false,
  keepTrailingNewline: false,
};

const float = /(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iuy;
const integer = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[0-9a-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iuy;
const name = /[\p{L}\p{N}\p{XIDC}_]+/uy;
const identifier = /^[\p{XIDS}_]\p{XIDC}*$/u;
const string = /'[^'\\]*(?:\\[\s\S][^'\\]*)*'|"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y;
const closing: Partial<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

type Part = 'block' | 'variable' | 'comment' | 'raw';
type State = 'data' | 'block' | 'variable';

/** Turns a template into tokens one by one, so that the first error in the text wins, be it the lexer's or the parser's. */
export class Lexer {
  readonly source: Source;
  readonly #options: SyntaxOptions;
  readonly #text: string;
  /** Start marks, longest first, as Jinja2 prefers them at the same place. */
  readonly #starts: readonly (readonly [string, Part])[];
  readonly #brackets: string[] = [];
  readonly #queue: Token[] = [];
  #state: State = 'data';
  #at = 0;
  /** Offset of the last token: where Jinja2 reports the end of the template. */
  #last = 0;

  constructor(template: string, options: SyntaxOptions = defaultSyntax) {
    this.source = new Source(template, options.keepTrailingNewline);
    this.#text = this.source.text;
    this.#options = options;
    const starts: [string, Part][] = [
      [options.commentStart, 'comment'],
      [options.blockStart, 'block'],
      [options.variableStart, 'variable'],
    ];
    this.#starts = starts.sort(([a], [b]) => b.length - a.length);
  }

  /** The next token; after the last one `eof` for ever. */
  next(): Token {
    for (;;) {
      const queued = this.#queue.shift();
      if (queued !== undefined) {
        this.#last = queued.at;
        return queued;
      }
      if (this.#at >= this.#text.length) return { type: 'eof', value: '', at: this.#last };
      if (this.#state === 'data') this.#lexData();
      else this.#lexCode(this.#state);
    }
  }

  fail(message: string, at: number): never {
    throw new TemplateSyntaxError(message, this.source.locate(at));
  }

  #push(type: TokenType, value: string, at: number): void {
    this.#queue.push({ type, value, at });
  }

  /** Text up to the next start mark, and that mark. */
  #lexData(): void {
    const start = this.#at;
    const found = this.#findStart(start);
    if (found === null) {
      this.#push('data', this.#text.slice(start), start);
      this.#at = this.#text.length;
      return;
    }
    const { at, part, sign, end } = found;
    const data = this.#stripBefore(this.#text.slice(start, at), start, part, sign);
    if (data !== '') this.#push('data', data, start);
    this.#at = end;
    if (part === 'comment') this.#skipComment(at);
    else if (part === 'raw') this.#lexRaw(end);
    else {
      this.#push(part === 'block' ? 'block_begin' : 'variable_begin', '', at);
      this.#state = part;
    }
  }

  #findStart(from: number): { at: number; part: Part; sign: string; end: number } | null {
    let best: { at: number; mark: string; part: Part } | null = null;
    for (const [mark, part] of this.#starts) {
      const at = this.#text.indexOf(mark, from);
      if (at !== -1 && (best === null || at < best.at)) best = { at, mark, part };
    }
    if (best === null) return null;
    const { at, mark, part } = best;
    const next = this.#text[at + mark.length];
    const sign = next === '-' || next === '+' ? next : '';
    const end = at + mark.length + sign.length;
    if (part === 'block') {
      const rawEnd = this.#rawTagEnd(end);
      if (rawEnd !== -1) return { at, part: 'raw', sign, end: rawEnd };
    }
    return { at, part, sign, end };
  }

  /** Where the tag `raw` ends, when it is one; `from` is after the start mark. */
  #rawTagEnd(from: number): number {
    const word = skipSpaces(this.#text, from);
    if (!this.#text.startsWith('raw', word)) return -1;
    const end = skipSpaces(this.#text, word + 3);
    const { blockEnd } = this.#options;
    if (this.#text.startsWith(`-${blockEnd}`, end)) return skipSpaces(this.#text, end + 1 + blockEnd.length);
    return this.#text.startsWith(blockEnd, end) ? end + blockEnd.length : -1;
  }

  #stripBefore(data: string, start: number, part: Part, sign: string): string {
    if (sign === '-') return stripEnd(data);
    if (sign === '+' || !this.#options.lstripBlocks || part === 'variable') return data;
    const line = data.lastIndexOf('\n') + 1;
    const startsLine = line > 0 || start === 0 || this.#text[start - 1] === '\n';
    return startsLine && line < data.length && skipSpaces(data, line) === data.length ? data.slice(0, line) : data;
  }

  #skipComment(at: number): void {
    const { commentEnd, trimBlocks } = this.#options;
    const end = this.#text.indexOf(commentEnd, this.#at);
    // As in Jinja2, a mark that is the very last thing needs no end.
    if (end === -1 && this.#at === this.#text.length) return;
    if (end === -1) {
      if (this.#at < this.#text.length) this.fail('Missing end of comment tag', at);
      return;
    }
    const sign = end > this.#at ? this.#text[end - 1] : '';
    this.#at = this.#afterEnd(end + commentEnd.length, sign ?? '', trimBlocks);
  }

  /** What follows an end mark is dropped: all white space after `-`, one line end when blocks are trimmed. */
  #afterEnd(end: number, sign: string, trim: boolean): number {
    if (sign === '-') return skipSpaces(this.#text, end);
    return trim && sign !== '+' && this.#text[end] === '\n' ? end + 1 : end;
  }

  #lexRaw(start: number): void {
    const { blockStart, blockEnd, trimBlocks } = this.#options;
    for (let at = this.#text.indexOf(blockStart, start); at !== -1; at = this.#text.indexOf(blockStart, at + 1)) {
      const next = this.#text[at + blockStart.length];
      const sign = next === '-' || next === '+' ? next : '';
      const word = skipSpaces(this.#text, at + blockStart.length + sign.length);
      if (!this.#text.startsWith('endraw', word)) continue;
      const tail = skipSpaces(this.#text, word + 6);
      const endSign = this.#text.startsWith(`-${blockEnd}`, tail) ? '-' : this.#text.startsWith(`+${blockEnd}`, tail) ? '+' : '';
      if (endSign === '' && !this.#text.startsWith(blockEnd, tail)) continue;
      const data = this.#stripBefore(this.#text.slice(start, at), start, 'raw', sign);
      if (data !== '') this.#push('data', data, start);
      this.#at = this.#afterEnd(tail + endSign.length + blockEnd.length, endSign, trimBlocks);
      return;
    }
    if (start < this.#text.length) this.fail('Missing end of raw directive', start);
    this.#at = start;
  }

  /** One token inside a tag. The end mark counts only outside brackets. */
  #lexCode(state: 'block' | 'variable'): void {
    const text = this.#text;
    if (this.#brackets.length === 0 && this.#lexEnd(state)) return;
    const at = this.#at;
    const blank = skipSpaces(text, at);
    if (blank !== at) {
      this.#at = blank;
      return;
    }
    if (!this.#lexWord(at)) this.#lexOperator(at);
  }

  /** Numbers, names and strings. */
  #lexWord(at: number): boolean {
    const text = this.#text;
    // A number straight after a dot is an index: a.1.5 is a[1][5].
    const decimal = text[at - 1] === '.' ? null : match(float, text, at);
    const digits = decimal ?? match(integer, text, at);
    if (digits !== null) {
      this.#take(decimal === null ? 'integer' : 'float', digits.replaceAll('_', ''), at, digits.length);
      return true;
    }
    const word = match(name, text, at);
    if (word !== null) {
      if (!identifier.test(word)) this.fail('Invalid character in identifier', at);
      this.#take('name', word, at, word.length);
      return true;
    }
    const literal = match(string, text, at);
    if (literal === null) return false;
    const decoded = decodeEscapes(literal.slice(1, -1), (message) => this.fail(message, at));
    this.#take('string', decoded, at, literal.length);
    return true;
  }

  #take(type: TokenType, value: string, at: number, length: number): void {
    this.#push(type, value, at);
    this.#at = at + length;
  }

  #lexEnd(state: 'block' | 'variable'): boolean {
    const { blockEnd, variableEnd, trimBlocks } = this.#options;
    const mark = state === 'block' ? blockEnd : variableEnd;
    const at = this.#at;
    const first = this.#text[at];
    const sign = first === '-' || (first === '+' && state === 'block') ? first : '';
    const signed = sign !== '' && this.#text.startsWith(mark, at + 1);
    if (!signed && !this.#text.startsWith(mark, at)) return false;
    this.#push(state === 'block' ? 'block_end' : 'variable_end', '', at);
    const used = signed ? sign : '';
    this.#at = this.#afterEnd(at + used.length + mark.length, used, trimBlocks && state === 'block');
    this.#state = 'data';
    return true;
  }

  #lexOperator(at: number): void {
    const two = this.#text.slice(at, at + 2);
    const text = two in operators ? two : two.slice(0, 1);
    if (!(text in operators)) {
      const character = String.fromCodePoint(this.#text.codePointAt(at) ?? 0);
      this.fail(`unexpected char ${quoted(character)} at ${this.source.codePointsBefore(at)}`, at);
    }
    const close = closing[text];
    if (close !== undefined) this.#brackets.push(close);
    else if (text === ')' || text === ']' || text === '}') {
      const expected = this.#brackets.pop();
      if (expected === undefined) this.fail(`unexpected '${text}'`, at);
      if (expected !== text) this.fail(`unexpected '${text}', expected '${expected}'`, at);
    }
    this.#take(operators[text as Operator], text, at, text.length);
  }
}

function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}
