import { HTML_ENTITIES } from './html-entities.ts';
import { splitSpace } from './string-methods/split.ts';

/** Python's `html.unescape` and markupsafe's `striptags`. */

let entities: ReadonlyMap<string, string> | undefined;

/** Names with their semicolon where it is needed, without where it may be left out. */
function entityTable(): ReadonlyMap<string, string> {
  if (entities !== undefined) return entities;
  const table = new Map<string, string>();
  for (const entry of HTML_ENTITIES.split(' ')) {
    const [, name = '', mark, text = ''] = /^([^:!]+)([:!])(.+)$/su.exec(entry) ?? [];
    table.set(`${name};`, text);
    if (mark === '!') table.set(name, text);
  }
  entities = table;
  return table;
}

const REFERENCE = /&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)/gu;

/** Character references replaced by what they stand for; unknown ones stay. */
export function unescapeHtml(text: string): string {
  return text.includes('&') ? text.replace(REFERENCE, (_all, body: string) => replaceReference(body)) : text;
}

/** What the numbers 128 to 159 mean in HTML. */
const WINDOWS_1252 =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';

function replaceReference(body: string): string {
  if (!body.startsWith('#')) return replaceName(body);
  const hex = body[1] === 'x' || body[1] === 'X';
  const code = Number.parseInt(body.slice(hex ? 2 : 1), hex ? 16 : 10);
  if (code === 0) return '\ufffd';
  if (code === 13) return '\r';
  if (code >= 0x80 && code <= 0x9f) return WINDOWS_1252[code - 0x80] as string;
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return '\ufffd';
  return isInvalid(code) ? '' : String.fromCodePoint(code);
}

/** Controls and noncharacters, which references may not name. */
const isInvalid = (code: number): boolean =>
  (code < 0x20 && code !== 9 && code !== 10 && code !== 12) ||
  code === 0x7f ||
  (code >= 0xfdd0 && code <= 0xfdef) ||
  (code & 0xfffe) === 0xfffe;

function replaceName(name: string): string {
  const table = entityTable();
  const whole = table.get(name);
  if (whole !== undefined) return whole;
  for (let end = name.length - 1; end > 1; end--) {
    const text = table.get(name.slice(0, end));
    if (text !== undefined) return text + name.slice(end);
  }
  return `&${name}`;
}

/** Text without what lies between `open` and `close`, those included; an `open` without `close` stays. */
function removeBetween(text: string, open: string, close: string): string {
  let out = '';
  let at = 0;
  for (;;) {
    const from = text.indexOf(open, at);
    const to = from === -1 ? -1 : text.indexOf(close, from + open.length);
    if (to === -1) return out + text.slice(at);
    out += text.slice(at, from);
    at = to + close.length;
  }
}

/** Comments and tags removed, white space made single blanks, references replaced. */
export function stripTags(text: string): string {
  const bare = removeBetween(removeBetween(text, '<!--', '-->'), '<', '>');
  return unescapeHtml(splitSpace(bare, -1).join(' '));
}
