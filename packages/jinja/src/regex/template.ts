import { RegexGroupError, RegexSyntaxError } from './errors.ts';
import type { RegexFlavour } from './flags.ts';
import { parseCharacterEscape } from './parse-escape.ts';
import { isAsciiLetter, isDigit, isOctalDigit, Scanner } from './scanner.ts';

/** A replacement text taken apart: plain text and numbers of groups. */
export type Replacement = readonly (string | number)[];

type Groups = { count: number; names: ReadonlyMap<string, number> };

/** Reads `\1`, `\g<name>`, `\n` and so on as Python does in the replacement of `sub`. */
export function parseReplacement(template: string, groups: Groups, flavour: RegexFlavour): Replacement {
  if (!template.includes('\\')) return template === '' ? [] : [template];
  const scanner = new Scanner(template);
  const parts: (string | number)[] = [];
  let text = '';
  while (!scanner.atEnd) {
    const char = scanner.next();
    const part = char === '\\' ? parseEscape(scanner, groups, flavour) : char;
    if (typeof part === 'number') {
      if (text !== '') parts.push(text);
      text = '';
      parts.push(part);
    } else {
      text += part;
    }
  }
  if (text !== '') parts.push(text);
  return parts;
}

function parseEscape(scanner: Scanner, groups: Groups, flavour: RegexFlavour): string | number {
  const letter = scanner.next();
  if (letter === '') scanner.fail('bad escape (end of pattern)');
  if (letter === '\\') return '\\';
  if (letter === 'g') return parseGroupName(scanner, groups);
  if (isDigit(letter)) return parseNumber(scanner, letter, groups, flavour);
  if (letter === 'b') return '\b';
  const hasCodes = flavour === 'regex' && /^[xuUN]$/u.test(letter);
  if (hasCodes || /^[abtnvfr]$/u.test(letter)) {
    const code = parseCharacterEscape(scanner, letter, { flavour, ascii: false });
    if (code !== undefined) return String.fromCodePoint(code);
  }
  if (isAsciiLetter(letter)) scanner.fail(`bad escape \\${letter}`);
  return `\\${letter}`;
}

function parseGroupName(scanner: Scanner, groups: Groups): number {
  if (!scanner.take('<')) scanner.fail('missing <');
  const name = scanner.takeWhile((char) => char !== '>');
  if (name === '') scanner.fail('missing group name');
  if (!scanner.take('>')) scanner.fail('missing >');
  if (/^\d+$/u.test(name)) return checked(Number(name), groups);
  if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) scanner.fail('bad character in group name');
  const index = groups.names.get(name);
  if (index === undefined) throw new RegexGroupError('unknown group');
  return index;
}

/** `\0` and three octal digits are characters, everything else is a group of one or two digits. */
function parseNumber(scanner: Scanner, first: string, groups: Groups, flavour: RegexFlavour): string | number {
  if (first === '0') return octal(first + scanner.takeWhile(isOctalDigit, 2), flavour);
  const start = scanner.position;
  const more = scanner.takeWhile(isDigit, 1);
  if (isOctalDigit(first) && more !== '' && isOctalDigit(more) && isOctalDigit(scanner.peek())) {
    return octal(first + more + scanner.next(), flavour);
  }
  scanner.position = start + more.length;
  const index = Number(first + more);
  // The regex module only looks when it has something to replace.
  return flavour === 'regex' ? index : checked(index, groups);
}

function octal(digits: string, flavour: RegexFlavour): string {
  const code = Number.parseInt(digits, 8);
  if (flavour === 're' && code > 0o377) throw new RegexSyntaxError(`octal escape value \\${digits} outside of range 0-0o377`);
  return String.fromCodePoint(code);
}

function checked(index: number, groups: Groups): number {
  if (index > groups.count) throw new RegexSyntaxError('invalid group reference');
  return index;
}
