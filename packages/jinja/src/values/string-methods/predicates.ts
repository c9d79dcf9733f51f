import { noArgs } from '../args.ts';
import { isPrintableChar } from '../str-repr.ts';
import type { Method } from '../types.ts';
import {
  isAlpha,
  isCasedChar,
  isDecimal,
  isDigit,
  isIdentifier,
  isLowerChar,
  isNumeric,
  isSpace,
  isTitleChar,
  isUpperChar,
} from './unicode.ts';

/** Questions about all characters of a text. */

const every = (text: string, holds: (char: string) => boolean): boolean => {
  for (const char of text) if (!holds(char)) return false;
  return true;
};

const isAlnumChar = (char: string): boolean => isAlpha(char) || isNumeric(char);

export function isUpper(text: string): boolean {
  let found = false;
  for (const char of text) {
    if (isLowerChar(char) || isTitleChar(char)) return false;
    found ||= isUpperChar(char);
  }
  return found;
}

export function isLower(text: string): boolean {
  let found = false;
  for (const char of text) {
    if (isUpperChar(char) || isTitleChar(char)) return false;
    found ||= isLowerChar(char);
  }
  return found;
}

function isTitle(text: string): boolean {
  let found = false;
  let inWord = false;
  for (const char of text) {
    const capital = isUpperChar(char) || isTitleChar(char);
    if (capital && inWord) return false;
    if (!capital && isLowerChar(char) && !inWord) return false;
    inWord = isCasedChar(char);
    found ||= inWord;
  }
  return found;
}

const predicates: Readonly<Record<string, (text: string) => boolean>> = {
  isdigit: isDigit,
  isdecimal: isDecimal,
  isnumeric: isNumeric,
  isalpha: isAlpha,
  isalnum: (text) => text !== '' && every(text, isAlnumChar),
  isspace: isSpace,
  isupper: isUpper,
  islower: isLower,
  istitle: isTitle,
  isidentifier: isIdentifier,
  isprintable: (text) => every(text, isPrintableChar),
  isascii: (text) => /^[\0-\x7f]*$/.test(text),
};

export const predicateMethods: [string, Method][] = Object.entries(predicates).map(([name, holds]) => [
  name,
  noArgs<string>('str', name, (self, rt) => {
    rt.budget.step(1 + Math.floor(self.length / 64));
    return holds(self);
  }),
]);
