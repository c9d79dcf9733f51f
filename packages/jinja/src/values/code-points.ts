/** Text by code points. JavaScript counts UTF-16 units, Python characters; they differ only where there are surrogates. */

const SURROGATE = /[\ud800-\udfff]/;

/** True when the text has no surrogates, so that units are code points. */
export const isBmp = (text: string): boolean => !SURROGATE.test(text);

export function codePointLength(text: string): number {
  if (isBmp(text)) return text.length;
  let length = 0;
  for (const _ of text) length++;
  return length;
}

/** The characters, one string each. */
export const codePoints = (text: string): string[] => (isBmp(text) ? text.split('') : Array.from(text));

/** The character at an index counted in code points from 0; undefined outside. */
export function codePointAt(text: string, index: number): string | undefined {
  if (index < 0) return undefined;
  if (isBmp(text)) return text[index];
  let at = 0;
  for (const char of text) if (at++ === index) return char;
  return undefined;
}

/** The part from `start` up to `stop`, both in code points and within the text. */
export function codePointSlice(text: string, start: number, stop: number): string {
  return isBmp(text) ? text.slice(start, stop) : Array.from(text).slice(start, stop).join('');
}

/** Units before a place counted in code points. */
export function unitIndex(text: string, index: number): number {
  if (isBmp(text)) return Math.min(index, text.length);
  let units = 0;
  let at = 0;
  for (const char of text) {
    if (at++ >= index) break;
    units += char.length;
  }
  return units;
}

/** Code points before a place counted in units. */
export const codePointIndex = (text: string, unit: number): number => codePointLength(text.slice(0, unit));

/** Order by code points: negative, 0 or positive. UTF-16 sorts characters from U+E000 after those above U+FFFF. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return x >= 0xd800 && y >= 0xd800 ? rank(x) - rank(y) : x - y;
  }
  return a.length - b.length;
}

const rank = (unit: number): number => (unit < 0xe000 ? unit + 0x2000 : unit - 0x800);
