import { PythonError, valueError } from '../errors.ts';
import { PyDict } from './dict.ts';
import { normalize } from './integers.ts';
import { shareList } from './shared.ts';
import { PyFloat, type Value } from './types.ts';

/** Levels of nesting a document may have: what Python's own parser bears. */
const MOST_DEPTH = 990;

/**
 * Values from JSON text as Python's `json.loads` gives them: `1` is an int and `1.0` a float, ints are exact, keys keep their order, the last
 * of equal keys wins, `NaN` and `Infinity` are floats.
 * What it gives is immutable and may be handed to any number of renders: a template that changes it works on a copy.
 * @throws PythonError JSONDecodeError with Python's message and place, RecursionError beyond 990 levels
 */
export const parseJson = (text: string): Value => readJson(text, true);

/** As `parseJson`, giving values that a template may change. */
export const parseOwnJson = (text: string): Value => readJson(text, false);

function readJson(text: string, shared: boolean): Value {
  const reader = new Reader(text, shared);
  if (text.startsWith('\ufeff')) throw reader.error('Unexpected UTF-8 BOM (decode using utf-8-sig)', 0);
  reader.skipSpace();
  const value = reader.value(0);
  reader.skipSpace();
  if (reader.at < text.length) throw reader.error('Extra data', reader.at);
  return value;
}

const NUMBER = /(-?(?:0|[1-9]\d*))(\.\d+)?([eE][-+]?\d+)?/y;
const PLAIN = /[^"\\\0-\x1f]*/y;
const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

class Reader {
  at = 0;
  readonly text: string;
  private readonly shared: boolean;

  constructor(text: string, shared: boolean) {
    this.text = text;
    this.shared = shared;
  }

  private list(items: Value[]): Value[] {
    return this.shared ? shareList(items) : items;
  }

  private dict(dict: PyDict): PyDict {
    return this.shared ? dict.freeze() : dict;
  }

  error(what: string, at: number): PythonError {
    const before = this.text.slice(0, at);
    const line = before.split('\n').length;
    const column = Array.from(before.slice(before.lastIndexOf('\n') + 1)).length + 1;
    return new PythonError('JSONDecodeError', `${what}: line ${line} column ${column} (char ${Array.from(before).length})`);
  }

  skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.at++;
    }
  }

  value(depth: number): Value {
    switch (this.text.charCodeAt(this.at)) {
      case 0x22:
        return this.string();
      case 0x7b:
        return this.object(depth + 1);
      case 0x5b:
        return this.array(depth + 1);
      default: {
        const word = this.word();
        return word === undefined ? this.number() : word;
      }
    }
  }

  private word(): Value | undefined {
    const { text, at } = this;
    const take = <V extends Value>(word: string, value: () => V): V | undefined => {
      if (!text.startsWith(word, at)) return undefined;
      this.at += word.length;
      return value();
    };
    switch (text[at]) {
      case 'n':
        return take('null', () => null);
      case 't':
        return take('true', () => true);
      case 'f':
        return take('false', () => false);
      case 'N':
        return take('NaN', () => new PyFloat(Number.NaN));
      case 'I':
        return take('Infinity', () => new PyFloat(Number.POSITIVE_INFINITY));
      case '-':
        return take('-Infinity', () => new PyFloat(Number.NEGATIVE_INFINITY));
      default:
        return undefined;
    }
  }

  private number(): Value {
    NUMBER.lastIndex = this.at;
    const match = NUMBER.exec(this.text);
    if (match === null) throw this.error('Expecting value', this.at);
    this.at = NUMBER.lastIndex;
    const [all, whole = '', fraction, exponent] = match;
    if (fraction !== undefined || exponent !== undefined) return new PyFloat(Number(all));
    if (whole.length < 16) return Number(whole) + 0;
    const digits = whole.length - (whole.startsWith('-') ? 1 : 0);
    if (digits > 4300) {
      throw valueError(
        `Exceeds the limit (4300 digits) for integer string conversion: value has ${digits} digits; use sys.set_int_max_str_digits() to increase the limit`,
      );
    }
    return normalize(BigInt(whole));
  }

  private string(): string {
    const start = this.at;
    this.at++;
    PLAIN.lastIndex = this.at;
    PLAIN.test(this.text);
    if (this.text.charCodeAt(PLAIN.lastIndex) === 0x22) {
      const plain = this.text.slice(this.at, PLAIN.lastIndex);
      this.at = PLAIN.lastIndex + 1;
      return plain;
    }
    return this.escapedString(start);
  }

  private escapedString(start: number): string {
    const { text } = this;
    let out = '';
    for (;;) {
      PLAIN.lastIndex = this.at;
      PLAIN.test(text);
      out += text.slice(this.at, PLAIN.lastIndex);
      this.at = PLAIN.lastIndex;
      const char = text[this.at];
      if (char === undefined) throw this.error('Unterminated string starting at', start);
      if (char === '"') {
        this.at++;
        return out;
      }
      if (char !== '\\') throw this.error('Invalid control character at', this.at);
      out += this.escape(start);
    }
  }

  private escape(start: number): string {
    const { text, at } = this;
    const letter = text[at + 1];
    if (letter === undefined) throw this.error('Unterminated string starting at', start);
    if (letter !== 'u') {
      const char = ESCAPES[letter];
      if (char === undefined) throw this.error('Invalid \\escape', at);
      this.at += 2;
      return char;
    }
    const hex = text.slice(at + 2, at + 6);
    if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw this.error('Invalid \\uXXXX escape', at + 1);
    this.at += 6;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  private array(depth: number): Value[] {
    this.checkDepth(depth);
    this.at++;
    this.skipSpace();
    const items: Value[] = [];
    if (this.text[this.at] === ']') {
      this.at++;
      return this.list(items);
    }
    for (;;) {
      items.push(this.value(depth));
      this.skipSpace();
      const char = this.text[this.at];
      if (char === ']') break;
      if (char !== ',') throw this.error("Expecting ',' delimiter", this.at);
      this.at++;
      this.skipSpace();
    }
    this.at++;
    return this.list(items);
  }

  private object(depth: number): PyDict {
    this.checkDepth(depth);
    this.at++;
    this.skipSpace();
    const entries = new Map<string, Value>();
    // Keys that begin with U+0000 need the dict's care; they come once in a lifetime.
    let dict: PyDict | undefined;
    if (this.text[this.at] === '}') {
      this.at++;
      return this.dict(PyDict.ofTextMap(entries));
    }
    for (;;) {
      if (this.text[this.at] !== '"') throw this.error('Expecting property name enclosed in double quotes', this.at);
      const key = this.string();
      this.skipSpace();
      if (this.text[this.at] !== ':') throw this.error("Expecting ':' delimiter", this.at);
      this.at++;
      this.skipSpace();
      const value = this.value(depth);
      if (dict === undefined && key.charCodeAt(0) === 0) dict = PyDict.ofTextMap(entries);
      if (dict === undefined) entries.set(key, value);
      else dict.setScalar(key, value);
      this.skipSpace();
      const char = this.text[this.at];
      if (char === '}') break;
      if (char !== ',') throw this.error("Expecting ',' delimiter", this.at);
      this.at++;
      this.skipSpace();
    }
    this.at++;
    return this.dict(dict ?? PyDict.ofTextMap(entries));
  }

  private checkDepth(depth: number): void {
    if (depth > MOST_DEPTH)
      throw new PythonError('RecursionError', 'maximum recursion depth exceeded while decoding a JSON document');
  }
}
