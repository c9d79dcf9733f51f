import type { Statement } from '../ast.ts';
import { PythonError, TemplateSyntaxError } from '../errors.ts';
import type { Lexer } from '../lexer.ts';
import { describeToken, describeType, quoted, type Token, type TokenType } from '../tokens.ts';
import type { TagParser } from './tags/index.ts';

/** How deep a template may nest before Python itself would give up; a pair of brackets weighs 10, a prefix operator 1. */
const MAX_WEIGHT = 1_000;

/**
 * The reader all rules of the grammar share: one token ahead, tags that are open, and Jinja2's messages.
 * A rule is a function that takes the parser; `parseStatements` and the expression rules call each other.
 */
export class Parser {
  readonly lexer: Lexer;
  readonly tags: ReadonlyMap<string, TagParser>;
  current: Token;
  #next: Token | undefined;
  readonly #openTags: string[] = [];
  readonly #endTags: (readonly string[])[] = [];
  #weight = 0;

  constructor(lexer: Lexer, tags: ReadonlyMap<string, TagParser>) {
    this.lexer = lexer;
    this.tags = tags;
    this.current = lexer.next();
  }

  /** Goes one token on and returns the one it was at. */
  advance(): Token {
    const token = this.current;
    this.current = this.#next ?? this.lexer.next();
    this.#next = undefined;
    return token;
  }

  /** The token after the current one. */
  look(): Token {
    this.#next ??= this.lexer.next();
    return this.#next;
  }

  is(type: TokenType): boolean {
    return this.current.type === type;
  }

  isName(name: string): boolean {
    return this.current.type === 'name' && this.current.value === name;
  }

  isAnyName(names: readonly string[]): boolean {
    return this.current.type === 'name' && names.includes(this.current.value);
  }

  skip(type: TokenType): boolean {
    if (this.current.type !== type) return false;
    this.advance();
    return true;
  }

  skipName(name: string): boolean {
    if (!this.isName(name)) return false;
    this.advance();
    return true;
  }

  expect(type: TokenType): Token {
    if (this.current.type !== type) this.#unexpected(describeType(type));
    return this.advance();
  }

  expectName(name: string): Token {
    if (!this.isName(name)) this.#unexpected(name);
    return this.advance();
  }

  #unexpected(expected: string): never {
    if (this.is('eof')) this.fail(`unexpected end of template, expected ${quoted(expected)}.`);
    this.fail(`expected token ${quoted(expected)}, got ${quoted(describeToken(this.current))}`);
  }

  fail(message: string, at: number = this.current.at): never {
    throw new TemplateSyntaxError(message, this.lexer.source.locate(at));
  }

  /** Runs a rule that may contain itself. */
  nest<T>(weight: number, rule: () => T): T {
    this.#weight += weight;
    if (this.#weight > MAX_WEIGHT) {
      throw new PythonError('RecursionError', 'maximum recursion depth exceeded', this.lexer.source.locate(this.current.at));
    }
    const result = rule();
    this.#weight -= weight;
    return result;
  }

  /** The body of a tag up to one of its end tags, whose name is the current token afterwards. */
  body(endTags: readonly string[]): Statement[] {
    this.skip('colon');
    this.expect('block_end');
    const body = this.subparse(endTags);
    if (this.is('eof')) this.#failOpen(null, [...this.#endTags, endTags], this.current.at);
    return body;
  }

  /** The body of a tag with one end tag, which it goes past. */
  lastBody(endTag: string): Statement[] {
    const body = this.body([endTag]);
    this.advance();
    return body;
  }

  /** Statements up to an end tag, or to the end of the template when there is none to wait for. */
  subparse(endTags: readonly string[] | null): Statement[] {
    const body: Statement[] = [];
    if (endTags !== null) this.#endTags.push(endTags);
    while (!this.is('eof')) {
      const token = this.current;
      if (token.type === 'data') {
        this.advance();
        body.push({ kind: 'data', text: token.value, at: token.at });
      } else if (token.type === 'variable_begin') {
        this.advance();
        body.push(...this.#print());
      } else {
        this.advance();
        if (endTags !== null && this.isAnyName(endTags)) break;
        body.push(...this.nest(5, () => this.#statement()));
        this.expect('block_end');
      }
    }
    if (endTags !== null) this.#endTags.pop();
    return body;
  }

  /** Set by the expression rules: they import this class, so it can not import them. */
  parsePrinted: () => Statement[] = () => [];

  #print(): Statement[] {
    const printed = this.parsePrinted();
    this.expect('variable_end');
    return printed;
  }

  #statement(): Statement[] {
    const token = this.current;
    if (token.type !== 'name') this.fail('tag name expected', token.at);
    const parse = this.tags.get(token.value);
    if (parse === undefined) this.#failOpen(token.value, this.#endTags, token.at);
    this.#openTags.push(token.value);
    const parsed = parse(this);
    this.#openTags.pop();
    return parsed;
  }

  /** An unknown tag, or null for the end of the template, while `expected` end tags are open. */
  #failOpen(tag: string | null, expected: readonly (readonly string[])[], at: number): never {
    const message = [tag === null ? 'Unexpected end of template.' : `Encountered unknown tag ${quoted(tag)}.`];
    const innermost = expected.at(-1);
    if (innermost !== undefined) {
      const names = innermost.map(quoted).join(' or ');
      message.push(
        tag !== null && expected.some((names) => names.includes(tag))
          ? `You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for ${names}.`
          : `Jinja was looking for the following tags: ${names}.`,
      );
    }
    const open = this.#openTags.at(-1);
    if (tag === null || open !== undefined) {
      if (open !== undefined) message.push(`The innermost block that needs to be closed is ${quoted(open)}.`);
    }
    this.fail(message.join(' '), at);
  }
}
