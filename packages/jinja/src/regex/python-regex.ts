import { compileProgram } from './compile.ts';
import { RegexSyntaxError } from './errors.ts';
import type { RegexFlavour } from './flags.ts';
import { Matcher, type RegexLimits } from './match.ts';
import { parsePattern } from './parse.ts';
import type { Program } from './program.ts';
import { parseReplacement, type Replacement } from './template.ts';
import { TextCodes } from './text-codes.ts';

export type RegexMatch = {
  /** Where the match begins and ends, in code points. */
  readonly start: number;
  readonly end: number;
  /** The text of the match, then of each group; undefined for a group that took no part. */
  readonly groups: readonly (string | undefined)[];
};

/** Called for each piece of text that a replacement adds, with its length in UTF-16 units, so that a budget can stop it. */
export type GrowthCheck = (units: number) => void;

/** A compiled pattern. Searching is bounded by `limits`; without them only memory bounds it. */
export class PythonRegex {
  readonly source: string;
  readonly groupNames: ReadonlyMap<string, number>;
  readonly #flavour: RegexFlavour;
  readonly #program: Program;

  constructor(source: string, flavour: RegexFlavour) {
    this.source = source;
    this.#flavour = flavour;
    const parsed = parsePattern(source, flavour);
    this.groupNames = parsed.groupNames;
    this.#program = compileProgram(parsed);
  }

  get groupCount(): number {
    return this.#program.groupCount;
  }

  /** Whether the pattern matches anywhere: cheaper than `search`. Throws RegexLimitError. */
  test(text: string, limits?: RegexLimits): boolean {
    if (this.#cannotMatch(text)) return false;
    if (this.#program.literal !== undefined) return true;
    return this.#run(text, limits, (matcher) => matcher.search(0));
  }

  /** Whether the pattern matches at the start. Throws RegexLimitError. */
  testStart(text: string, limits?: RegexLimits): boolean {
    if (this.#program.literal !== undefined) return text.startsWith(this.#program.literal);
    if (this.#cannotMatch(text)) return false;
    return this.#run(text, limits, (matcher) => matcher.match(0));
  }

  /** The first match anywhere. Throws RegexLimitError. */
  search(text: string, limits?: RegexLimits): RegexMatch | undefined {
    if (this.#cannotMatch(text)) return undefined;
    return this.#run(text, limits, (matcher, input) => (matcher.search(0) ? toMatch(input, matcher.slots) : undefined));
  }

  /** The match at the start of the text, if there is one. Throws RegexLimitError. */
  match(text: string, limits?: RegexLimits): RegexMatch | undefined {
    if (this.#cannotMatch(text)) return undefined;
    return this.#run(text, limits, (matcher, input) => (matcher.match(0) ? toMatch(input, matcher.slots) : undefined));
  }

  /**
   * The text with every match replaced. A template without a backslash is taken as it is; `\1`, `\g<name>` and escapes are
   * read as Python does. Throws RegexSyntaxError or RegexGroupError for a bad template, RegexLimitError, and whatever
   * `onGrowth` throws.
   */
  sub(template: string, text: string, limits?: RegexLimits, onGrowth?: GrowthCheck): string {
    const replacement = parseReplacement(template, { count: this.groupCount, names: this.groupNames }, this.#flavour);
    if (this.#cannotMatch(text)) return text;
    return this.#run(text, limits, (matcher, input) => replaceAll(matcher, input, replacement, onGrowth));
  }

  #run<T>(text: string, limits: RegexLimits | undefined, search: (matcher: Matcher, input: TextCodes) => T): T {
    const input = new TextCodes(text);
    try {
      return search(new Matcher(this.#program, input.codes, limits), input);
    } finally {
      input.release();
    }
  }

  #cannotMatch(text: string): boolean {
    const { requiredText } = this.#program;
    return requiredText !== '' && !text.includes(requiredText);
  }
}

function replaceAll(matcher: Matcher, input: TextCodes, replacement: Replacement, onGrowth: GrowthCheck | undefined): string {
  let result = '';
  let copied = 0;
  let from = 0;
  let lastEmpty = -1;
  while (from <= input.codes.length && matcher.search(from, lastEmpty)) {
    const start = matcher.slots[0] ?? 0;
    const end = matcher.slots[1] ?? 0;
    if (replacement.some((part) => typeof part === 'number' && part * 2 >= matcher.slots.length)) {
      throw new RegexSyntaxError('invalid group reference');
    }
    const piece = input.slice(copied, start) + expand(replacement, input, matcher.slots);
    onGrowth?.(piece.length);
    result += piece;
    copied = end;
    lastEmpty = start === end ? end : -1;
    from = end;
  }
  return result + input.slice(copied, input.codes.length);
}

function group(input: TextCodes, slots: Int32Array, index: number): string | undefined {
  const start = slots[index * 2] ?? -1;
  const end = slots[index * 2 + 1] ?? -1;
  return start < 0 || end < 0 ? undefined : input.slice(start, end);
}

function expand(replacement: Replacement, input: TextCodes, slots: Int32Array): string {
  let text = '';
  for (const part of replacement) text += typeof part === 'string' ? part : (group(input, slots, part) ?? '');
  return text;
}

function toMatch(input: TextCodes, slots: Int32Array): RegexMatch {
  const groups = Array.from({ length: slots.length / 2 }, (_, index) => group(input, slots, index));
  return { start: slots[0] ?? 0, end: slots[1] ?? 0, groups };
}

export type RegexOptions = {
  /** `re` is Python's own module, `regex` the third-party one that templates use. */
  flavour: RegexFlavour;
};

/** Compiles a pattern in Python's syntax. Throws RegexSyntaxError. */
export function compilePythonRegex(source: string, options: RegexOptions): PythonRegex {
  return new PythonRegex(source, options.flavour);
}
