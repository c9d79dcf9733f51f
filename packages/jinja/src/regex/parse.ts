import { type AssertionKind, EMPTY, type LookNode, type ParsedPattern, type RegexNode, type RepeatMode } from './ast.ts';
import { caseVariants } from './case-fold.ts';
import { RegexFlagError, RegexSyntaxError } from './errors.ts';
import { caseMode, type Flags, flagChange, isGlobalOnly, NO_FLAGS, type RegexFlavour, wordMode } from './flags.ts';
import { fixedWidth } from './measure.ts';
import { parseClass } from './parse-class.ts';
import { parseCharacterEscape, parseClassEscape, parseOctalEscape } from './parse-escape.ts';
import { isDigit, Scanner } from './scanner.ts';

/** Deeper nesting than any real pattern has; keeps the parser's own recursion small. */
const MAX_DEPTH = 200;
/** As the regex module: a count has to fit in 32 bits. */
const MAX_COUNT = 0xffff_ffff;

/** A flag for the whole pattern was found in its middle: parsing starts again with it. */
class FlagsChanged extends Error {
  readonly flags: Flags;

  constructor(flags: Flags) {
    super();
    this.flags = flags;
  }
}

/** Longer than any real pattern; keeps the time that compiling takes small. */
const MAX_LENGTH = 20_000;

/** Reads a pattern. Throws RegexSyntaxError where Python would raise `error`. */
export function parsePattern(source: string, flavour: RegexFlavour): ParsedPattern {
  if (source.length > MAX_LENGTH) throw new RegexSyntaxError('pattern is too large');
  let flags = NO_FLAGS;
  for (;;) {
    try {
      return new Parser(source, flavour, flags).parse();
    } catch (error) {
      if (!(error instanceof FlagsChanged)) throw error;
      flags = error.flags;
    }
  }
}

const ASSERTIONS: Record<RegexFlavour, Readonly<Record<string, AssertionKind>>> = {
  re: { A: 'start', Z: 'end', b: 'word-boundary', B: 'not-word-boundary' },
  regex: {
    A: 'start',
    Z: 'end',
    b: 'word-boundary',
    B: 'not-word-boundary',
    m: 'word-start',
    M: 'word-end',
    G: 'search-start',
  },
};

const VERBS: Readonly<Record<string, 'fail' | 'prune' | 'skip'>> = { F: 'fail', FAIL: 'fail', PRUNE: 'prune', SKIP: 'skip' };

class Parser {
  readonly #scanner: Scanner;
  readonly #source: string;
  #laterNames: ReadonlyMap<string, number> | undefined;
  readonly #flavour: RegexFlavour;
  readonly #wholeFlags: Flags;
  #flags: Flags;
  #depth = 0;
  #groupCount = 0;
  /** Whether anything but flags and comments was read. */
  #hasContent = false;
  readonly #names = new Map<string, number>();
  readonly #open = new Set<number>();
  /** References made by number or name, checked when all groups are known (the regex module allows forward ones). */
  readonly #pending: { position: number; index: number }[] = [];

  constructor(source: string, flavour: RegexFlavour, flags: Flags) {
    this.#scanner = new Scanner(source);
    this.#source = source;
    this.#flavour = flavour;
    this.#wholeFlags = flags;
    this.#flags = flags;
  }

  parse(): ParsedPattern {
    const root = this.#parseAlternatives();
    if (!this.#scanner.atEnd) this.#scanner.fail('unbalanced parenthesis');
    for (const { position, index } of this.#pending) {
      if (index > this.#groupCount) this.#scanner.fail('invalid group reference', position);
    }
    return { root, groupCount: this.#groupCount, groupNames: this.#names };
  }

  #parseAlternatives(beforeBranch?: () => void): RegexNode {
    if (++this.#depth > MAX_DEPTH) this.#scanner.fail('pattern is nested too deeply');
    const flagsOutside = this.#flags;
    const branches: RegexNode[] = [];
    do {
      beforeBranch?.();
      this.#hasContent ||= branches.length > 0;
      branches.push(this.#parseSequence());
    } while (this.#scanner.take('|'));
    this.#flags = flagsOutside;
    this.#depth -= 1;
    return branches.length === 1 && branches[0] !== undefined ? branches[0] : { type: 'alternatives', items: branches };
  }

  #parseSequence(): RegexNode {
    const items: RegexNode[] = [];
    for (;;) {
      this.#skipIgnored();
      const char = this.#scanner.peek();
      if (char === '' || char === '|' || char === ')') break;
      const start = this.#scanner.position;
      const atom = this.#parseAtom();
      if (atom === undefined) {
        // Flags and comments are nothing that could be repeated.
        if (this.#parseCount() !== undefined) this.#scanner.fail('nothing to repeat', start + 4);
        continue;
      }
      this.#hasContent = true;
      items.push(this.#parseRepeats(atom));
    }
    return items.length === 1 && items[0] !== undefined ? items[0] : { type: 'sequence', items };
  }

  /** Comments, and with the verbose flag blanks and `#` lines. */
  #skipIgnored(): void {
    for (;;) {
      if (this.#scanner.take('(?#')) {
        this.#scanner.takeWhile((char) => char !== ')');
        if (!this.#scanner.take(')')) this.#scanner.fail('missing )');
      } else if (this.#flags.verbose && /^[\t-\r ]$/u.test(this.#scanner.peek())) {
        this.#scanner.next();
      } else if (this.#flags.verbose && this.#scanner.take('#')) {
        this.#scanner.takeWhile((char) => char !== '\n');
      } else {
        return;
      }
    }
  }

  #parseAtom(): RegexNode | undefined {
    const start = this.#scanner.position;
    if (this.#parseCount() !== undefined) this.#scanner.fail('nothing to repeat', start);
    const char = this.#scanner.next();
    switch (char) {
      case '(':
        return this.#parseGroup();
      case '[':
        return this.#setNode(
          parseClass(this.#scanner, {
            flavour: this.#flavour,
            ascii: this.#flags.ascii,
            setOperations: this.#flags.version1,
          }),
        );
      case '.': {
        const all: RegexNode = { type: 'set', set: { kind: 'range', low: 0, high: 0x10ffff }, ignoreCase: 'exact' };
        if (this.#flags.dotAll) return all;
        return { type: 'set', set: { kind: 'not', item: { kind: 'range', low: 10, high: 10 } }, ignoreCase: 'exact' };
      }
      case '^':
        return this.#assertion(this.#flags.multiline ? 'line-start' : 'start');
      case '$':
        return this.#assertion(this.#flags.multiline ? 'line-end' : 'end-or-final-newline');
      case '\\':
        return this.#parseEscape();
      default:
        return this.#character(char.codePointAt(0) ?? 0);
    }
  }

  #character(code: number): RegexNode {
    const mode = caseMode(this.#flags, this.#flavour);
    if (mode === 'exact' || caseVariants(code, mode).length < 2) return { type: 'char', code };
    return { type: 'set', set: { kind: 'range', low: code, high: code }, ignoreCase: mode };
  }

  #setNode(set: Extract<RegexNode, { type: 'set' }>['set']): RegexNode {
    return { type: 'set', set, ignoreCase: caseMode(this.#flags, this.#flavour) };
  }

  #assertion(kind: AssertionKind): RegexNode {
    return { type: 'assertion', kind, word: wordMode(this.#flags, this.#flavour) };
  }

  #parseRepeats(atom: RegexNode): RegexNode {
    this.#skipIgnored();
    const start = this.#scanner.position;
    const count = this.#parseCount();
    if (count === undefined) return atom;
    if (this.#flavour === 're' && atom.type === 'assertion') this.#scanner.fail('nothing to repeat', start);
    if (count.min > count.max) this.#scanner.fail('min repeat greater than max repeat', start + 1);
    if (this.#flags.verbose && this.#flavour === 'regex') this.#skipIgnored();
    let mode: RepeatMode = 'greedy';
    if (this.#scanner.take('?')) mode = 'lazy';
    else if (this.#scanner.take('+')) mode = 'possessive';
    this.#skipIgnored();
    const again = this.#scanner.position;
    if (this.#parseCount() !== undefined) this.#scanner.fail('multiple repeat', again);
    return { type: 'repeat', body: atom, min: count.min, max: count.max, mode };
  }

  /** `*`, `+`, `?` or a count in braces; undefined, and nothing taken, when there is none. */
  #parseCount(): { min: number; max: number } | undefined {
    const scanner: Scanner = this.#scanner;
    if (scanner.take('*')) return { min: 0, max: Number.POSITIVE_INFINITY };
    if (scanner.take('+')) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (scanner.take('?')) return { min: 0, max: 1 };
    if (scanner.peek() !== '{') return undefined;
    const start = scanner.position;
    scanner.next();
    const skipBlanks = () => this.#flavour === 'regex' && this.#flags.verbose && scanner.takeWhile((char) => char === ' ');
    skipBlanks();
    const low = scanner.takeWhile(isDigit);
    skipBlanks();
    const hasComma = scanner.take(',');
    skipBlanks();
    const high = hasComma ? scanner.takeWhile(isDigit) : low;
    skipBlanks();
    if (!scanner.take('}') || (low === '' && !hasComma)) {
      scanner.position = start;
      this.#refuseFuzzy();
      return undefined;
    }
    const min = low === '' ? 0 : Number(low);
    const max = high === '' ? Number.POSITIVE_INFINITY : Number(high);
    if (min > MAX_COUNT || (max > MAX_COUNT && max !== Number.POSITIVE_INFINITY)) scanner.fail('repeat count too big', start + 1);
    return { min, max };
  }

  /** `{e<=1}` asks for an inexact match; taking it for plain characters would silently match something else. */
  #refuseFuzzy(): void {
    if (this.#flavour === 're') return;
    let text = '';
    for (let ahead = 0; ahead < 80 && !text.endsWith('}'); ahead++) text += this.#scanner.peek(ahead);
    const limit = '(?:[idse](?:<=?\\d+)?|\\d+<=?[idse]<=?\\d+)';
    const cost = '(?:\\d*[idse](?:\\+\\d*[idse])*<=?\\d+)';
    if (new RegExp(`^\\{(?:${limit}|${cost})(?:,(?:${limit}|${cost}))*(?::[^}]*)?\\}$`, 'u').test(text)) {
      this.#scanner.fail('fuzzy matching is not supported');
    }
  }

  #parseEscape(): RegexNode {
    const scanner: Scanner = this.#scanner;
    const context = { flavour: this.#flavour, ascii: this.#flags.ascii };
    const letter = scanner.next();
    if (letter === '') scanner.fail('bad escape (end of pattern)');
    const assertion = ASSERTIONS[this.#flavour][letter];
    if (assertion !== undefined) return this.#assertion(assertion);
    if (isDigit(letter)) return this.#parseNumberEscape(letter);
    const set = parseClassEscape(scanner, letter, context);
    if (set !== undefined) return this.#setNode(set);
    if (this.#flavour === 'regex') {
      if (letter === 'X') return { type: 'grapheme' };
      if (letter === 'K') return { type: 'verb', verb: 'keep' };
      if (letter === 'L') scanner.fail('undefined named list');
      if (letter === 'g') {
        const start = scanner.position;
        const nameStart = start + 1;
        const name = scanner.take('<') ? scanner.takeWhile((char) => /^[\p{L}\p{N}_]$/u.test(char)) : '';
        if (name !== '' && scanner.take('>')) return this.#reference(name, nameStart, false);
        scanner.position = start;
      }
    }
    const code = parseCharacterEscape(scanner, letter, context);
    return code === undefined ? scanner.fail(`bad escape \\${letter}`) : this.#character(code);
  }

  #parseNumberEscape(first: string): RegexNode {
    const scanner: Scanner = this.#scanner;
    const octal = parseOctalEscape(scanner, first, false, this.#flavour);
    if (octal !== undefined) return this.#character(octal);
    const digits = first + scanner.takeWhile(isDigit, 1);
    return this.#reference(digits, scanner.position, true);
  }

  /** A reference to what a group matched, by number or name. */
  #reference(name: string, position: number, checkOpen: boolean): RegexNode {
    const index = this.#groupIndex(name, position);
    const isForward = index > this.#groupCount;
    if (this.#flavour === 're' && isForward) this.#scanner.fail('invalid group reference', position);
    if (checkOpen && this.#open.has(index)) this.#scanner.fail('cannot refer to an open group');
    return { type: 'backreference', index, ignoreCase: caseMode(this.#flags, this.#flavour) };
  }

  /** The number of a group; a name that comes later counts as a reference checked at the end. */
  #groupIndex(name: string, position: number): number {
    if (/^\d+$/u.test(name)) {
      const index = Number(name);
      if (index === 0) this.#scanner.fail('bad character in group name', position + 1);
      this.#pending.push({ position, index });
      return index;
    }
    const known = this.#names.get(name) ?? this.#findLaterGroup(name);
    return known ?? this.#scanner.fail('unknown group', position - 1);
  }

  /** The number of a group that comes later in the pattern; the regex module allows references to it. */
  #findLaterGroup(name: string): number | undefined {
    if (this.#flavour === 're') return undefined;
    this.#laterNames ??= scanGroupNames(this.#source);
    return this.#laterNames.get(name);
  }

  #parseGroup(): RegexNode | undefined {
    const scanner: Scanner = this.#scanner;
    if (this.#flavour === 'regex' && /^[A-Za-z]$/u.test(scanner.peek(1)) && scanner.take('*')) {
      const verb = VERBS[scanner.takeWhile((char) => /^[A-Za-z]$/u.test(char))];
      if (verb === undefined) scanner.fail('unknown verb', 2);
      this.#close();
      return { type: 'verb', verb };
    }
    if (!scanner.take('?')) return this.#capture(this.#newGroup(undefined));
    if (scanner.take(':')) return inParentheses(this.#closed(this.#parseAlternatives()));
    if (scanner.take('>')) return { type: 'atomic', body: this.#closed(this.#parseAlternatives()) };
    const look = this.#parseLook();
    if (look !== undefined) return look;
    if (scanner.take('P')) return this.#parsePythonGroup();
    if (scanner.take('(')) return this.#parseConditional();
    if (this.#flavour === 'regex') {
      if (scanner.take('<')) return this.#capture(this.#newGroup(this.#parseName('>')));
      if (scanner.take('|')) return this.#parseBranchReset();
      if (/^[R0-9&]$/u.test(scanner.peek())) scanner.fail('recursive patterns are not supported');
    }
    return this.#parseFlags();
  }

  #parseLook(): LookNode | undefined {
    const scanner: Scanner = this.#scanner;
    for (const [prefix, behind, negate] of [
      ['=', false, false],
      ['!', false, true],
      ['<=', true, false],
      ['<!', true, true],
    ] as const) {
      if (!scanner.take(prefix)) continue;
      const body = this.#closed(this.#parseAlternatives());
      if (behind && this.#flavour === 're' && fixedWidth(body) === undefined) {
        throw new RegexSyntaxError('look-behind requires fixed-width pattern');
      }
      return { type: 'look', behind, negate, body };
    }
    return undefined;
  }

  /** Behind `(?P`: a named group or a reference to one. */
  #parsePythonGroup(): RegexNode {
    const scanner: Scanner = this.#scanner;
    if (scanner.take('<')) return this.#capture(this.#newGroup(this.#parseName('>')));
    if (scanner.take('=')) {
      const start = scanner.position;
      const name = this.#parseName(')', this.#flavour === 'regex');
      return this.#reference(name, start, true);
    }
    if (this.#flavour === 'regex' && /^[>&]$/u.test(scanner.peek())) scanner.fail('recursive patterns are not supported');
    scanner.fail('unknown extension');
  }

  #parseName(end: string, allowNumber = false): string {
    const scanner: Scanner = this.#scanner;
    const name = scanner.takeWhile((char) => char !== end && char !== ')' && char !== '>');
    if (name === '') scanner.fail('missing group name');
    const isNumber = allowNumber && /^\d+$/u.test(name);
    if (!isNumber && !/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) scanner.fail('bad character in group name');
    if (!scanner.take(end)) scanner.fail(`missing ${end}`);
    return name;
  }

  #newGroup(name: string | undefined): number {
    if (name !== undefined) {
      const known = this.#names.get(name);
      if (known !== undefined) {
        if (this.#flavour === 're') this.#scanner.fail(`redefinition of group name '${name}'`);
        return known;
      }
    }
    this.#groupCount += 1;
    if (name !== undefined) this.#names.set(name, this.#groupCount);
    return this.#groupCount;
  }

  #capture(index: number): RegexNode {
    const wasOpen = this.#open.has(index);
    this.#open.add(index);
    const body = this.#closed(this.#parseAlternatives());
    if (!wasOpen) this.#open.delete(index);
    return { type: 'group', index, body };
  }

  /** `(?|...|...)`: every branch counts its groups from the same number. */
  #parseBranchReset(): RegexNode {
    const base = this.#groupCount;
    let highest = base;
    const body = this.#parseAlternatives(() => {
      highest = Math.max(highest, this.#groupCount);
      this.#groupCount = base;
    });
    this.#groupCount = Math.max(highest, this.#groupCount);
    return this.#closed(body);
  }

  #parseConditional(): RegexNode {
    const scanner: Scanner = this.#scanner;
    const start = scanner.position;
    if (this.#flavour === 'regex' && scanner.take('?')) {
      const test = this.#parseLook() ?? scanner.fail('expected lookaround conditional', start);
      return this.#conditionalBranches(test);
    }
    const name = this.#parseName(')', true);
    if (this.#flavour === 'regex' && name === 'DEFINE' && !this.#names.has(name)) {
      this.#closed(this.#parseAlternatives());
      return EMPTY;
    }
    return this.#conditionalBranches(this.#groupIndex(name, start));
  }

  #conditionalBranches(test: number | LookNode): RegexNode {
    const yes = this.#parseSequence();
    const no = this.#scanner.take('|') ? this.#parseSequence() : EMPTY;
    this.#close();
    return { type: 'conditional', test, yes, no };
  }

  /** `(?flags)`, `(?flags-flags:...)`; the scanner stands behind the `?`. */
  #parseFlags(): RegexNode | undefined {
    const scanner: Scanner = this.#scanner;
    const start = scanner.position;
    const on = this.#parseFlagLetters();
    const off = scanner.take('-') ? this.#parseFlagLetters() : undefined;
    if (off?.length === 0) scanner.fail("bad inline flags: no flags after '-'");
    if (off?.some((letter) => on.includes(letter))) scanner.fail('bad inline flags: flag turned on and off');
    const isScoped = scanner.take(':');
    if (!isScoped && (on.length + (off?.length ?? 0) === 0 || !scanner.take(')'))) scanner.fail('unknown extension');
    if (!isScoped && off !== undefined && !this.#flags.version1) scanner.fail('bad inline flags: cannot turn flags off');
    if (this.#flavour === 're' && off?.some((letter) => letter === 'a' || letter === 'u')) {
      scanner.fail("bad inline flags: cannot turn off flags 'a', 'u' and 'L'");
    }
    const changed = this.#changeFlags(this.#flags, on, off ?? [], isScoped);
    if (isScoped) {
      const outside = this.#flags;
      this.#flags = changed;
      const body = this.#closed(this.#parseAlternatives());
      this.#flags = outside;
      return inParentheses(body);
    }
    if (this.#flavour === 're' && (this.#hasContent || this.#depth > 1)) {
      scanner.fail('global flags not at the start of the expression', start - 2);
    }
    if (changed.version1) {
      this.#flags = changed;
      return undefined;
    }
    const whole = this.#changeFlags(this.#wholeFlags, on, [], false);
    if (JSON.stringify(whole) !== JSON.stringify(this.#wholeFlags)) throw new FlagsChanged(whole);
    return undefined;
  }

  #parseFlagLetters(): string[] {
    const letters: string[] = [];
    while (/^[A-Za-z]$/u.test(this.#scanner.peek())) {
      const start = this.#scanner.position;
      let letter = this.#scanner.next();
      if (letter === 'V') letter += this.#scanner.next();
      if (flagChange(this.#flavour, letter) === undefined) this.#scanner.fail('unknown extension', start);
      letters.push(letter);
    }
    return letters;
  }

  #changeFlags(flags: Flags, on: readonly string[], off: readonly string[], isScoped: boolean): Flags {
    if (on.includes('a') && on.includes('u'))
      throw new RegexFlagError('ASCII, LOCALE and UNICODE flags are mutually incompatible');
    let result = flags;
    for (const letter of on) {
      const change = flagChange(this.#flavour, letter);
      if (change === 'unsupported') this.#scanner.fail(`flag ${letter} is not supported`);
      if (!(isScoped && isGlobalOnly(this.#flavour, letter))) result = { ...result, ...change };
    }
    for (const letter of off) {
      const change = flagChange(this.#flavour, letter);
      if (change === 'unsupported' || change === undefined || isGlobalOnly(this.#flavour, letter)) continue;
      for (const key of Object.keys(change)) result = { ...result, [key]: false };
    }
    if (result.ascii && result.unicode) throw new RegexFlagError('ASCII, LOCALE and UNICODE flags are mutually incompatible');
    if (result.version0 && result.version1) throw new RegexFlagError('VERSION0 and VERSION1 flags are mutually incompatible');
    return result;
  }

  #closed(body: RegexNode): RegexNode {
    this.#close();
    return body;
  }

  #close(): void {
    if (!this.#scanner.take(')')) this.#scanner.fail('missing )');
  }
}

/** `re` refuses to repeat a bare assertion, but takes one in parentheses. */
const inParentheses = (body: RegexNode): RegexNode => (body.type === 'assertion' ? { type: 'sequence', items: [body] } : body);

/** Numbers of named groups, found by counting parentheses: enough for a reference to a group that comes later. */
function scanGroupNames(source: string): ReadonlyMap<string, number> {
  const names = new Map<string, number>();
  const named = /\(\?P?<([\p{L}_][\p{L}\p{N}_]*)>/uy;
  let count = 0;
  let inClass = false;
  for (let at = 0; at < source.length; at++) {
    const char = source[at];
    if (char === '\\') at += 1;
    else if (inClass) inClass = char !== ']';
    else if (char === '[') {
      inClass = true;
      // A bracket in first place is a member.
      if (source[at + 1] === '^') at += 1;
      if (source[at + 1] === ']') at += 1;
    } else if (char === '(') {
      named.lastIndex = at;
      const name = named.exec(source)?.[1];
      const isPlain = source[at + 1] !== '?' && source[at + 1] !== '*';
      if (isPlain || (name !== undefined && !names.has(name))) count += 1;
      if (name !== undefined && !names.has(name)) names.set(name, count);
    }
  }
  return names;
}
