import { Parser } from 'htmlparser2';

const BLOCKS = new Set('p div h1 h2 h3 h4 h5 h6 blockquote pre ul ol dl table tr center'.split(' '));
const PARAGRAPHS = new Set('p h1 h2 h3 h4 h5 h6 blockquote pre ul ol dl table'.split(' '));

/** The words of sanitized HTML as plain text: paragraphs apart, list items with a dash, links with their address. Takes time by its length only. */
export function htmlToText(html: string): string {
  let out = '';
  /** What `out` ends with: looking it up there each time would read all of it again and again. */
  let lineEnds = 0;
  let endsInSpace = true;
  let preDepth = 0;
  const links: { href: string; from: number }[] = [];
  const add = (text: string) => {
    if (text === '') return;
    let ends = 0;
    while (ends < text.length && text[text.length - 1 - ends] === '\n') ends += 1;
    lineEnds = ends === text.length ? lineEnds + ends : ends;
    endsInSpace = /\s/.test(text.at(-1) ?? '');
    out += text;
  };
  const lineEnd = (count: number) => {
    if (out !== '' && lineEnds < count) add('\n'.repeat(count - lineEnds));
  };
  const parser = new Parser(
    {
      onopentag(tag, { href, alt }) {
        if (tag === 'br') add('\n');
        else if (tag === 'hr') {
          lineEnd(1);
          add('----\n');
        } else if (tag === 'img') add(alt ?? '');
        else if (tag === 'a') links.push({ href: href ?? '', from: out.length });
        else if (tag === 'li') {
          lineEnd(1);
          add('- ');
        } else if (tag === 'td' || tag === 'th') {
          if (out !== '' && lineEnds === 0) add('  ');
        } else if (BLOCKS.has(tag)) lineEnd(PARAGRAPHS.has(tag) ? 2 : 1);
        if (tag === 'pre') preDepth += 1;
      },
      ontext(text) {
        if (preDepth > 0) add(text);
        else {
          const words = text.replaceAll(/[ \t\r\n\f]+/g, ' ');
          add(endsInSpace ? words.trimStart() : words);
        }
      },
      onclosetag(tag) {
        if (tag === 'pre') preDepth = Math.max(0, preDepth - 1);
        if (tag === 'a') {
          const link = links.pop();
          const words = link === undefined ? '' : out.slice(link.from).trim();
          const address = link?.href.replace(/^mailto:/i, '') ?? '';
          if (address !== '' && words !== address) add(words === '' ? address : ` (${address})`);
        } else if (BLOCKS.has(tag) || tag === 'li') lineEnd(PARAGRAPHS.has(tag) ? 2 : 1);
      },
    },
    { decodeEntities: true },
  );
  parser.end(html);
  return out
    .split('\n')
    .map(withoutBlanksAtEnd)
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}

function withoutBlanksAtEnd(line: string): string {
  let end = line.length;
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end -= 1;
  return line.slice(0, end);
}
