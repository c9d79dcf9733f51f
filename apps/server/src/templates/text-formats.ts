import MarkdownIt from 'markdown-it';
import { replaceEmojiCodes } from './emoji.ts';
import { DEFAULT_LENGTHS } from './lengths.ts';
import { type LinkForm, replaceSlackSyntax } from './slack-syntax.ts';

/** How texts of templates are brought into the form of a channel (templates.md 8). All functions take and give plain strings. */

const TITLE = DEFAULT_LENGTHS.title;

/** The first `limit` characters and two dots, when there are more. Counts code points. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const characters = Array.from(text.slice(0, limit * 2 + 1));
  return characters.length <= limit ? text : `${characters.slice(0, limit).join('')}..`;
}

/** Titles of lists and channels (templates.md B-4). */
export const cutTitle = (text: string, most = TITLE): string => cut(text, most);
/** Any other result of a template. */
export const cutResult = (text: string, most = DEFAULT_LENGTHS.result): string => cut(text, most);

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
export const escapeEntities = (text: string): string => text.replace(/[&<>]/g, (character) => ENTITIES[character] ?? character);

const withEmoji = (text: string, links: LinkForm): string => replaceEmojiCodes(replaceSlackSyntax(text, links));

/** Signs and lines of a text that are read as Markdown; log files and long lists of labels have fewer. */
const MOST_SIGNS = 3_000;
const MOST_LINES = 2_000;
/** Sum of the squares of the lengths of words that are longer than `LONG_WORD`: what finding addresses in them costs. */
const MOST_LONG_WORDS = 40_000_000;
const LONG_WORD = 200;
const SIGN = /[[\]*`<!]/g;
const WORD = /\S+/g;

const countOf = (text: string, pattern: RegExp): number => {
  let count = 0;
  for (const _ of text.matchAll(pattern)) count += 1;
  return count;
};

/** Whether reading a text as Markdown would take much longer than its length says: the reader looks at some of it again and again. */
function isOdd(text: string): boolean {
  if (countOf(text, SIGN) > MOST_SIGNS || countOf(text, /\n/g) > MOST_LINES) return true;
  let cost = 0;
  for (const [word] of text.matchAll(WORD)) if (word.length > LONG_WORD) cost += word.length ** 2;
  return cost > MOST_LONG_WORDS;
}

/** HTML of a text in Markdown; an odd one is shown as it is. */
const render = (reader: MarkdownIt, text: string): string =>
  isOdd(text) ? `<p>${escapeEntities(text).replaceAll(/\r?\n/g, '<br>\n')}</p>` : reader.render(text);

/** Markdown with `*` alone as emphasis and every line end a break; raw HTML stays text unless `html` says otherwise. */
function markdown(html: boolean): MarkdownIt {
  const reader = new MarkdownIt({ html, breaks: true, linkify: true });
  const UNDERSCORE = 0x5f;
  const rules = reader.inline.ruler as unknown as {
    __rules__: { name: string; fn: (state: never, silent: boolean) => boolean }[];
  };
  const emphasis = rules.__rules__.find((rule) => rule.name === 'emphasis')?.fn;
  if (emphasis === undefined) throw new Error('markdown-it has no rule "emphasis"');
  reader.inline.ruler.at('emphasis', (state, silent) =>
    state.src.charCodeAt(state.pos) === UNDERSCORE ? false : emphasis(state as never, silent),
  );
  reader.disable('strikethrough');
  const open = reader.renderer.rules.link_open ?? ((tokens, at, options, _env, self) => self.renderToken(tokens, at, options));
  reader.renderer.rules.link_open = (tokens, at, options, env, self) => {
    tokens[at]?.attrSet('rel', 'nofollow noopener');
    tokens[at]?.attrSet('target', '_blank');
    return open(tokens, at, options, env, self);
  };
  return reader;
}

const escaping = markdown(false);
const passing = markdown(true);

/** Plain text; who shows it escapes it, once (templates.md B-14). */
export const webTitle = (text: string, most = TITLE): string => cutTitle(withEmoji(text, 'markdown'), most);
/** HTML without anything live from the payload (templates.md B-8). */
export const webMessage = (text: string): string => render(escaping, withEmoji(text, 'markdown')).trim();

export const emailTitle = (text: string, most = TITLE): string =>
  cutTitle(withEmoji(text, 'dash').replaceAll(/\r?\n/g, ' '), most);
/** HTML as template and payload have it. Not to be trusted: the mail's writer sanitises it. */
export const emailMessage = (text: string): string => render(passing, withEmoji(text, 'dash')).trim();

/** One line of plain text, without the signs of Markdown. */
export const smsTitle = (text: string, most = TITLE): string =>
  cutTitle(markdownToText(withEmoji(text, 'title')).replaceAll(/~(\w+)~/g, '$1'), most);
export const phoneTitle = (text: string, most = TITLE): string => smsTitle(text, most).replaceAll('"', '');

const HTML_ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };

function markdownToText(text: string): string {
  const html = render(passing, text)
    .replaceAll(/<br>\n?/g, '\n')
    .replaceAll(/<[^<>]*>/g, '');
  return html
    .replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => HTML_ENTITIES[entity] ?? entity)
    .replaceAll(/(?<!\w)_([^_\n]+)_(?!\w)/g, '$1')
    .trim();
}

/** Line ends become one blank (templates.md B-15). */
export const slackTitle = (text: string, most = TITLE): string => cutTitle(text.replaceAll(/(?:\r?\n|\r)+/g, ' ').trim(), most);
const LITERAL = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/g;

/**
 * A payload's JSON text for Telegram's templates, which write HTML: in every string value, keys not, Slack's syntax and emoji codes are
 * replaced and `&`, `<`, `>` escaped (templates.md 8.1).
 */
export const telegramPayload = (json: string): string =>
  json.replaceAll(LITERAL, (literal, colon: string | undefined) =>
    colon === undefined ? JSON.stringify(escapeEntities(withEmoji(JSON.parse(literal), 'dash'))) : literal,
  );
export const telegramTitle = (text: string, most = TITLE): string => cutTitle(withEmoji(text, 'dash'), most);
export const telegramMessage = (text: string): string => withEmoji(text, 'dash');

const MOST_PUSH_CHARACTERS = 200;
export function pushText(text: string): string {
  const characters = Array.from(text);
  return characters.length <= MOST_PUSH_CHARACTERS ? text : `${characters.slice(0, MOST_PUSH_CHARACTERS).join('')}...`;
}

/** An address of an image that a browser can load; null for anything else (templates.md 8.1). */
export function imageUrl(text: string): string | null {
  if (!/^(?:https?|ftps?):\/\/[^\s/?#]/i.test(text) || /\s/.test(text)) return null;
  const host = URL.canParse(text) ? new URL(text).hostname : '';
  return host === 'localhost' || host.includes('.') || host.startsWith('[') ? text : null;
}
