import { Parser } from 'htmlparser2';

/** Tags that may stand in a mail, with the attributes that each may have. */
const ALLOWED: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    ...Object.fromEntries(
      'p br hr b strong i em u s del ins mark small sub sup code pre kbd samp blockquote ul li dl dt dd h1 h2 h3 h4 h5 h6 div span center thead tbody tfoot tr caption'
        .split(' ')
        .map((tag) => [tag, []]),
    ),
    ol: ['start'],
    table: ['border', 'cellpadding', 'cellspacing', 'width'],
    td: ['colspan', 'rowspan', 'align', 'valign', 'width'],
    th: ['colspan', 'rowspan', 'align', 'valign', 'width'],
    a: ['href', 'title'],
    img: ['src', 'alt', 'title', 'width', 'height'],
    font: ['color', 'size'],
  }),
);

/** Tags whose content is no text for people: it goes with them. */
const DROPPED_WITH_CONTENT = new Set(
  'script style head title iframe object embed applet noscript template svg math textarea select xml frameset noembed noframes'.split(
    ' ',
  ),
);
/** Real tags that are dropped while their content stays. What is neither is text that looks like a tag, and stays as text. */
const DROPPED = new Set(
  'html body form input button label fieldset legend section article header footer main nav aside figure figcaption abbr address cite q time var wbr meta link base video audio source canvas map area details summary option'.split(
    ' ',
  ),
);
const VOID = new Set(['br', 'hr', 'img']);
const MAX_DEPTH = 60;

const URL_SCHEMES: Readonly<Record<string, RegExp>> = { href: /^(?:https?:|mailto:)/i, src: /^https?:/i };
const NUMBER = /^\d{1,5}%?$/;
const COLOUR = String.raw`(?:#[0-9a-f]{3,8}|[a-z]{3,20}|rgb\([\d\s,.%]{1,30}\))`;
const SAFE_STYLES = new RegExp(
  `^(?:(?:color|background-color|background)\\s*:\\s*${COLOUR}|font-weight\\s*:\\s*(?:bold|normal|[1-9]00)|font-style\\s*:\\s*(?:italic|normal)` +
    `|text-align\\s*:\\s*(?:left|right|center)|text-decoration\\s*:\\s*(?:underline|line-through|none)` +
    `|(?:font-size|padding|margin|width)\\s*:\\s*\\d{1,4}(?:px|em|pt|%)?)$`,
  'i',
);

export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Keeps the declarations that only change how text looks. */
function safeStyle(style: string): string {
  return style
    .split(';')
    .map((declaration) => declaration.trim())
    .filter((declaration) => SAFE_STYLES.test(declaration))
    .join('; ');
}

function safeAttributes(tag: string, attributes: Readonly<Record<string, string>>): string {
  let text = '';
  const allowed = ALLOWED.get(tag) ?? [];
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'style') {
      const style = safeStyle(value);
      if (style !== '') text += ` style="${escapeHtml(style)}"`;
    } else if (allowed.includes(name) && isSafeValue(name, value)) text += ` ${name}="${escapeHtml(value)}"`;
  }
  return tag === 'a' ? `${text} rel="nofollow noopener" target="_blank"` : text;
}

function isSafeValue(name: string, value: string): boolean {
  const scheme = URL_SCHEMES[name];
  if (scheme !== undefined) return scheme.test(value.trim());
  if (['alt', 'title'].includes(name)) return true;
  if (['align', 'valign', 'color'].includes(name)) return /^#?[a-z0-9]{1,20}$/i.test(value);
  return NUMBER.test(value);
}

/**
 * HTML with only harmless tags and attributes, each one closed: no script, no form, no style that covers or loads something, no URL but
 * http, https and mailto. Text in angle brackets that is no HTML (`<none>`) stays as text.
 */
export function sanitizeHtml(html: string): string {
  let out = '';
  const open: string[] = [];
  let droppedDepth = 0;
  const parser: Parser = new Parser(
    {
      onopentag(tag, attributes) {
        if (DROPPED_WITH_CONTENT.has(tag)) droppedDepth += 1;
        if (droppedDepth > 0) return;
        if (!ALLOWED.has(tag)) {
          if (!DROPPED.has(tag)) out += escapeHtml(html.slice(parser.startIndex, parser.endIndex + 1));
          return;
        }
        if (VOID.has(tag)) {
          out += `<${tag}${safeAttributes(tag, attributes)}>`;
          return;
        }
        if (open.length >= MAX_DEPTH) return;
        open.push(tag);
        out += `<${tag}${safeAttributes(tag, attributes)}>`;
      },
      ontext(text) {
        if (droppedDepth === 0) out += escapeHtml(text);
      },
      onclosetag(tag, isImplied) {
        if (DROPPED_WITH_CONTENT.has(tag)) {
          droppedDepth = Math.max(0, droppedDepth - 1);
          return;
        }
        if (droppedDepth > 0 || VOID.has(tag)) return;
        if (!ALLOWED.has(tag)) {
          if (!DROPPED.has(tag) && !isImplied) out += escapeHtml(html.slice(parser.startIndex, parser.endIndex + 1));
          return;
        }
        const at = open.lastIndexOf(tag);
        if (at === -1) return;
        for (const left of open.splice(at).reverse()) out += `</${left}>`;
      },
    },
    { decodeEntities: true, lowerCaseTags: true, lowerCaseAttributeNames: true },
  );
  parser.end(html);
  for (const left of open.reverse()) out += `</${left}>`;
  return out;
}
