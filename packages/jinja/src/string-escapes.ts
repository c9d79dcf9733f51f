const simple: Partial<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};
const hexLengths: Partial<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** Python writes these as escapes before it decodes, so a backslash in front of one meets `\x`, `\u` or `\U`. */
function escapeNonAscii(text: string): string {
  return text.replace(/[^\0-\x7f]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
    return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
  });
}

/** The text of a string literal's inside, decoded as Jinja2 does it (`encode('ascii', 'backslashreplace').decode('unicode-escape')`). */
export function decodeEscapes(literal: string, fail: (message: string) => never): string {
  if (!literal.includes('\\')) return literal;
  const text = escapeNonAscii(literal);
  let decoded = '';
  let from = 0;
  for (let at = text.indexOf('\\'); at !== -1; at = text.indexOf('\\', from)) {
    decoded += text.slice(from, at);
    const kind = text[at + 1] ?? '';
    const plain = simple[kind];
    const octal = /^[0-7]{1,3}/.exec(text.slice(at + 1, at + 4))?.[0];
    const length = hexLengths[kind];
    if (plain !== undefined) {
      decoded += plain;
      from = at + 2;
    } else if (octal !== undefined) {
      decoded += String.fromCharCode(Number.parseInt(octal, 8));
      from = at + 1 + octal.length;
    } else if (length !== undefined) {
      const digits = text.slice(at + 2, at + 2 + length);
      if (digits.length < length || !/^[0-9a-fA-F]*$/.test(digits)) fail(`truncated \\${kind.padEnd(length + 1, 'X')} escape`);
      const code = Number.parseInt(digits, 16);
      if (code > 0x10ffff) fail('illegal Unicode character');
      decoded += String.fromCodePoint(code);
      from = at + 2 + length;
    } else if (kind === 'N') {
      fail(/^\{[^}]+\}/.test(text.slice(at + 2)) ? 'unknown Unicode character name' : 'malformed \\N character escape');
    } else {
      decoded += `\\${kind}`;
      from = at + 2;
    }
  }
  return decoded + text.slice(from);
}
