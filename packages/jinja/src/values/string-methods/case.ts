import { noArgs } from '../args.ts';
import type { Method } from '../types.ts';
import { casefold, isCasedChar, isLowerChar, isUpperChar, lowerCharAt, titleChar } from './unicode.ts';

/** Changes of case. Python and JavaScript agree on upper and lower, both using the full Unicode mappings. */

const firstChar = (text: string): string => String.fromCodePoint(text.codePointAt(0) as number);

export function capitalize(text: string): string {
  if (text === '') return '';
  const first = firstChar(text);
  return titleChar(first) + text.toLowerCase().slice(first.toLowerCase().length);
}

/** Capitals after everything that has no case, so `It'S`. */
export function titleCase(text: string): string {
  let out = '';
  let unit = 0;
  let inWord = false;
  for (const char of text) {
    out += inWord ? lowerCharAt(text, unit, char) : titleChar(char);
    inWord = isCasedChar(char);
    unit += char.length;
  }
  return out;
}

function swapCase(text: string): string {
  let out = '';
  let unit = 0;
  for (const char of text) {
    if (isUpperChar(char)) out += lowerCharAt(text, unit, char);
    else out += isLowerChar(char) ? char.toUpperCase() : char;
    unit += char.length;
  }
  return out;
}

const changes: Readonly<Record<string, (text: string) => string>> = {
  upper: (text) => text.toUpperCase(),
  lower: (text) => text.toLowerCase(),
  title: titleCase,
  capitalize,
  swapcase: swapCase,
  casefold,
};

export const caseMethods: [string, Method][] = Object.entries(changes).map(([name, change]) => [
  name,
  noArgs<string>('str', name, (self, rt) => {
    rt.budget.grow(4 * self.length);
    return change(self);
  }),
]);
