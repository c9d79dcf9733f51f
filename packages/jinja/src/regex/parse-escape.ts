import type { SetExpression } from './char-set.ts';
import type { RegexFlavour } from './flags.ts';
import { asciiOnly, type CodePointTest, DIGIT, HORIZONTAL_SPACE, propertyTest, SPACE, WORD } from './properties.ts';
import { isAsciiLetter, isHexDigit, isOctalDigit, type Scanner } from './scanner.ts';

const CONTROLS: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };
const HEX_LENGTHS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

export type EscapeContext = { flavour: RegexFlavour; ascii: boolean };

/** `\d \D \s \S \w \W`, and the regex module's `\h`, `\p{...}` and `\P{...}`, as a set; undefined for another letter. */
export function parseClassEscape(scanner: Scanner, letter: string, context: EscapeContext): SetExpression | undefined {
  const mode = context.ascii ? 'ascii' : context.flavour;
  switch (letter) {
    case 'd':
      return { kind: 'test', test: DIGIT[mode] };
    case 'D':
      return not(DIGIT[mode]);
    case 's':
      return { kind: 'test', test: SPACE[mode] };
    case 'S':
      return not(SPACE[mode]);
    case 'w':
      return { kind: 'test', test: WORD[mode] };
    case 'W':
      return not(WORD[mode]);
  }
  if (context.flavour === 're') return undefined;
  if (letter === 'h') return { kind: 'test', test: HORIZONTAL_SPACE };
  return letter === 'p' || letter === 'P' ? parseProperty(scanner, letter === 'P', context.ascii) : undefined;
}

const not = (test: CodePointTest): SetExpression => ({ kind: 'not', item: { kind: 'test', test } });

/** `\p{name}`, `\p{^name}`, `\pL`. Without a closing brace `\p` is the letter p, as the regex module reads it. */
function parseProperty(scanner: Scanner, negated: boolean, onlyAscii: boolean): SetExpression | undefined {
  const start = scanner.position;
  let name: string;
  let inverted = negated;
  if (scanner.take('{')) {
    if (scanner.take('^')) inverted = !inverted;
    name = scanner.takeWhile((char) => /^[A-Za-z0-9 &_\-./:=]$/u.test(char));
    if (!scanner.take('}')) {
      scanner.position = start;
      return undefined;
    }
  } else if (/^[LMNPSCZ]$/u.test(scanner.peek())) {
    name = scanner.next();
  } else {
    return undefined;
  }
  const test = propertyTest(name, false);
  if (test === undefined) scanner.fail('unknown property');
  const limited = onlyAscii ? asciiOnly(test) : test;
  return inverted ? not(limited) : { kind: 'test', test: limited };
}

/**
 * The character that an escape stands for: `\n`, `\x41`, `\u0041`, `\101`, `\.`; undefined when it must mean something
 * else (a class, a reference, an assertion). The scanner stands behind the letter.
 */
export function parseCharacterEscape(scanner: Scanner, letter: string, context: EscapeContext): number | undefined {
  const control = CONTROLS[letter];
  if (control !== undefined && letter !== 'b') return control;
  const length = HEX_LENGTHS[letter];
  if (length !== undefined) return parseHex(scanner, letter, length);
  if (letter === 'N') {
    const start = scanner.position;
    if (scanner.take('{')) {
      scanner.takeWhile((char) => char !== '}');
      // Character names need Unicode's name list, which JavaScript does not carry.
      if (scanner.take('}')) scanner.fail('undefined character name');
      scanner.position = start;
    }
    if (context.flavour === 're') scanner.fail('missing {');
    return 'N'.codePointAt(0);
  }
  if (letter >= '0' && letter <= '9') return undefined;
  if (isAsciiLetter(letter)) {
    const isLiteral = context.flavour === 'regex' && (letter === 'p' || letter === 'P' || letter === 'g');
    return isLiteral ? letter.codePointAt(0) : undefined;
  }
  return letter.codePointAt(0);
}

function parseHex(scanner: Scanner, letter: string, length: number): number {
  const start = scanner.position;
  const digits = scanner.takeWhile(isHexDigit, length);
  if (digits.length < length) scanner.fail(`incomplete escape \\${letter}${digits}`, start);
  const code = Number.parseInt(digits, 16);
  if (code > 0x10ffff) scanner.fail(`bad hex escape \\${letter}${digits}`, start);
  return code;
}

/** Octal digits after `\0`, or three of them starting with `first`; undefined when it is not an octal escape. */
export function parseOctalEscape(
  scanner: Scanner,
  first: string,
  insideClass: boolean,
  flavour: RegexFlavour,
): number | undefined {
  const position = scanner.position;
  const more = scanner.takeWhile(isOctalDigit, 2);
  const isOctal = first === '0' || (isOctalDigit(first) && (more.length === 2 || insideClass));
  if (!isOctal) {
    scanner.position = position;
    return undefined;
  }
  const code = Number.parseInt(first + more, 8);
  if (flavour === 're' && code > 0o377) scanner.fail(`octal escape value \\${first}${more} outside of range 0-0o377`);
  return code;
}
