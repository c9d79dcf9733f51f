/**
 * Work on JSON as text. Payloads are kept as they were received (ingest.md B-31), so what storage or Python cannot hold is
 * replaced in the text, and nothing else is touched.
 */

/** Deeper nesting counts as not parseable (ingest.md B-4). */
export const MAX_DEPTH = 512;
/** Python refuses to turn longer texts into integers. */
const MAX_INTEGER_DIGITS = 4_300;
const REPLACEMENT = '\uFFFD';

export const BYTE_ORDER_MARK = '\uFEFF';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const isOpening = (code: number): boolean => code === 0x7b || code === 0x5b;
const isClosing = (code: number): boolean => code === 0x7d || code === 0x5d;

/** Index behind the string that begins at `start`; the end of the text when it never ends. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) i += 1;
    else if (code === QUOTE) return i + 1;
  }
  return text.length;
}

/** Whether objects and lists nest deeper than `MAX_DEPTH`. Takes any text. */
export function isTooDeep(text: string): boolean {
  let openings = 0;
  for (let i = 0; i < text.length && openings <= MAX_DEPTH; i += 1) if (isOpening(text.charCodeAt(i))) openings += 1;
  if (openings <= MAX_DEPTH) return false;
  let depth = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i) - 1;
    else if (isOpening(code)) {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    } else if (isClosing(code)) depth -= 1;
  }
  return false;
}

/** What may need a repair: escaped NULs and surrogates, large exponents, very long digits. Also true for some texts that need none. */
const SUSPICIOUS_ESCAPE = /\\u(?:0000|[dD][89a-fA-F])/;
const SUSPICIOUS_NUMBER = /[\d.][eE]\+?\d{3}|\d{300}/;
const isSuspicious = (text: string): boolean =>
  (text.includes('\\u') && SUSPICIOUS_ESCAPE.test(text)) || SUSPICIOUS_NUMBER.test(text);
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/y;

/**
 * Valid JSON in which escaped NULs and lone surrogates are U+FFFD and numbers that Python does not hold are their text
 * (ingest.md B-4). Everything else stays as it was sent.
 */
export function repairJson(text: string): string {
  if (!isSuspicious(text)) return text;
  const parts: string[] = [];
  let copied = 0;
  const replace = (from: number, to: number, by: string) => {
    parts.push(text.slice(copied, from), by);
    copied = to;
  };
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      const end = endOfString(text, i);
      const fixed = repairEscapes(text.slice(i, end));
      if (fixed !== null) replace(i, end, fixed);
      i = end - 1;
    } else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      NUMBER.lastIndex = i;
      const number = NUMBER.exec(text)?.[0] ?? text.charAt(i);
      if (!holdsInPython(number)) replace(i, i + number.length, `"${number}"`);
      i += number.length - 1;
    }
  }
  parts.push(text.slice(copied));
  return parts.join('');
}

const holdsInPython = (number: string): boolean =>
  /[.eE]/.test(number) ? Number.isFinite(Number(number)) : number.length - (number.startsWith('-') ? 1 : 0) <= MAX_INTEGER_DIGITS;

const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|.)/gs;

/** A string literal without escaped NULs and lone surrogates; null when it has none. */
function repairEscapes(literal: string): string | null {
  if (!literal.includes('\\u')) return null;
  let changed = false;
  const units: { from: number; to: number; unit: number }[] = [];
  for (const match of literal.matchAll(ESCAPE)) {
    if (match[1] !== undefined)
      units.push({ from: match.index, to: match.index + match[0].length, unit: Number.parseInt(match[1], 16) });
  }
  const parts: string[] = [];
  let copied = 0;
  for (const [at, { from, to, unit }] of units.entries()) {
    const next = units[at + 1];
    const before = units[at - 1];
    const pairs =
      (isHigh(unit) && next !== undefined && next.from === to && isLow(next.unit)) ||
      (isLow(unit) && before !== undefined && before.to === from && isHigh(before.unit));
    if (unit !== 0 && (pairs || !(isHigh(unit) || isLow(unit)))) continue;
    parts.push(literal.slice(copied, from), REPLACEMENT);
    copied = to;
    changed = true;
  }
  if (!changed) return null;
  parts.push(literal.slice(copied));
  return parts.join('');
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/**
 * The text with raw control characters inside strings escaped and commas before a closing bracket dropped, which is what
 * hand-written senders get wrong (ingest.md B-22). Whether the result is JSON is for the caller to try.
 */
export function mendJson(text: string): string {
  const parts: string[] = [];
  let copied = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      const end = endOfString(text, i);
      parts.push(text.slice(copied, i), escapeControls(text.slice(i, end)));
      copied = end;
      i = end - 1;
    } else if (code === 0x2c) {
      const rest = /^\s*[\]}]/.test(text.slice(i + 1, i + 1_000));
      if (rest) {
        parts.push(text.slice(copied, i));
        copied = i + 1;
      }
    }
  }
  parts.push(text.slice(copied));
  return parts.join('');
}

const CONTROLS = /[\u0000-\u001f]/g;
const escapeControls = (literal: string): string =>
  literal.replace(CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Texts of the elements of the list under a key of the top object, as they were sent; the last of equal keys counts. */
export function listElements(text: string, key: string): string[] {
  let elements: string[] = [];
  const top = skipBlanks(text, 0);
  for (const member of members(text, top)) {
    if (member.key === key) elements = spans(text, member.value).map(([from, to]) => text.slice(from, to));
  }
  return elements;
}

/** Text of the value under a key of the top object, as it was sent; the last of equal keys counts. */
export function memberText(text: string, key: string): string | null {
  let found: string | null = null;
  for (const member of members(text, skipBlanks(text, 0)))
    if (member.key === key) found = text.slice(member.value, endOfValue(text, member.value));
  return found;
}

const BLANK = /[\s]*/y;
function skipBlanks(text: string, at: number): number {
  BLANK.lastIndex = at;
  return at + (BLANK.exec(text)?.[0].length ?? 0);
}

const SCALAR = /[^\s,\]}]*/y;
/** Index behind the value that begins at `at`, in valid JSON. */
function endOfValue(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code === QUOTE) return endOfString(text, at);
  if (!isOpening(code)) {
    SCALAR.lastIndex = at;
    return at + (SCALAR.exec(text)?.[0].length ?? 0);
  }
  let depth = 0;
  for (let i = at; i < text.length; i += 1) {
    const inner = text.charCodeAt(i);
    if (inner === QUOTE) i = endOfString(text, i) - 1;
    else if (isOpening(inner)) depth += 1;
    else if (isClosing(inner)) {
      depth -= 1;
      if (depth === 0) return i + 1;
    }
  }
  return text.length;
}

function* members(text: string, top: number): Generator<{ key: string; value: number }> {
  let at = skipBlanks(text, top + 1);
  while (text.charCodeAt(at) === QUOTE) {
    const keyEnd = endOfString(text, at);
    const key: string = JSON.parse(text.slice(at, keyEnd));
    const value = skipBlanks(text, skipBlanks(text, keyEnd) + 1);
    yield { key, value };
    at = skipBlanks(text, endOfValue(text, value));
    if (text[at] !== ',') return;
    at = skipBlanks(text, at + 1);
  }
}

function spans(text: string, list: number): [from: number, to: number][] {
  const found: [number, number][] = [];
  let at = skipBlanks(text, list + 1);
  while (at < text.length && text[at] !== ']') {
    const end = endOfValue(text, at);
    found.push([at, end]);
    at = skipBlanks(text, end);
    if (text[at] === ',') at = skipBlanks(text, at + 1);
  }
  return found;
}

/** Adds members at the end of an object's text. */
export function addMembers(text: string, added: Readonly<Record<string, number>>): string {
  const close = text.lastIndexOf('}');
  const inner = text.slice(0, close).trimEnd();
  const separator = inner.endsWith('{') ? '' : ', ';
  const members = Object.entries(added).map(([key, value]) => `${JSON.stringify(key)}: ${value}`);
  return `${inner}${separator}${members.join(', ')}}`;
}
