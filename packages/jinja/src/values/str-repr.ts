/** Python's `repr` of str and bytes, and what counts as printable. */

const PLAIN = /^[ !#-&(-[\]-~]*$/;
const UNPRINTABLE = /[\p{C}\p{Z}]/u;

/** Python's isprintable of one code point given as text: all but the "other" and "separator" categories, and the blank. */
export const isPrintableChar = (char: string): boolean => char === ' ' || !UNPRINTABLE.test(char);

/** Text in single quotes, or in double quotes when it contains `'` and no `"`, with escapes for what is not printable. */
export function strRepr(text: string): string {
  if (PLAIN.test(text)) return `'${text}'`;
  return quote(text, (char) => (isPrintableChar(char) ? char : escapeChar(char)));
}

/** As `repr`, with everything outside ASCII escaped. */
export function strAscii(text: string): string {
  if (PLAIN.test(text)) return `'${text}'`;
  return quote(text, (char) => (char >= ' ' && char <= '~' ? char : escapeChar(char)));
}

export function bytesRepr(bytes: Uint8Array): string {
  return `b${quote(String.fromCharCode(...bytes), (char) => (char >= ' ' && char <= '~' ? char : escapeChar(char)))}`;
}

const SHORT: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function quote(text: string, show: (char: string) => string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = mark;
  for (const char of text) out += char === mark ? `\\${char}` : (SHORT[char] ?? show(char));
  return out + mark;
}

/** `\xNN`, `\uNNNN` or `\UNNNNNNNN`, whichever is the shortest that fits. */
export function escapeChar(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}
