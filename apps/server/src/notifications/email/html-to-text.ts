import { Parser } from 'htmlparser2';

const BLOCKS = new Set('p div h1 h2 h3 h4 h5 h6 blockquote pre ul ol dl table tr center'.split(' '));
const PARAGRAPHS = new Set('p h1 h2 h3 h4 h5 h6 blockquote pre ul ol dl table'.split(' '));

/** The words of sanitized HTML as plain text: paragraphs apart, list items with a dash, links with their address. */
export function htmlToText(html: string): string {
  let out = '';
  let preDepth = 0;
  const links: { href: string; from: number }[] = [];
  const lineEnd = (count: number) => {
    const missing = count - (/\n*$/.exec(out)?.[0].length ?? 0);
    if (out !== '' && missing > 0) out += '\n'.repeat(missing);
  };
  const parser = new Parser(
    {
      onopentag(tag, { href, alt }) {
        if (tag === 'br') out += '\n';
        else if (tag === 'hr') {
          lineEnd(1);
          out += '----\n';
        } else if (tag === 'img') out += alt ?? '';
        else if (tag === 'a') links.push({ href: href ?? '', from: out.length });
        else if (tag === 'li') {
          lineEnd(1);
          out += '- ';
        } else if (tag === 'td' || tag === 'th') {
          if (!/(^|\n)$/.test(out)) out += '  ';
        } else if (BLOCKS.has(tag)) lineEnd(PARAGRAPHS.has(tag) ? 2 : 1);
        if (tag === 'pre') preDepth += 1;
      },
      ontext(text) {
        if (preDepth > 0) out += text;
        else {
          const words = text.replaceAll(/[ \t\r\n\f]+/g, ' ');
          out += /(^|\s)$/.test(out) ? words.trimStart() : words;
        }
      },
      onclosetag(tag) {
        if (tag === 'pre') preDepth = Math.max(0, preDepth - 1);
        if (tag === 'a') {
          const link = links.pop();
          const words = link === undefined ? '' : out.slice(link.from).trim();
          const address = link?.href.replace(/^mailto:/i, '') ?? '';
          if (address !== '' && words !== address) out += words === '' ? address : ` (${address})`;
        } else if (BLOCKS.has(tag) || tag === 'li') lineEnd(PARAGRAPHS.has(tag) ? 2 : 1);
      },
    },
    { decodeEntities: true },
  );
  parser.end(html);
  return out
    .replaceAll(/[ \t]+\n/g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}
