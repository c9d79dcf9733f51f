import { FilterArgumentError } from '../errors.ts';
import type { RenderState } from '../runtime/state.ts';
import { codePointLength, codePointSlice } from '../values/code-points.ts';
import { escapeHtml, escapeMarkup, Markup } from '../values/markup.ts';
import { items, order, str, truthy } from '../values/ops.ts';
import { strRepr } from '../values/str-repr.ts';
import { splitSpace } from '../values/string-methods/split.ts';
import { textOf } from '../values/text.ts';
import type { Value } from '../values/types.ts';

const spaceRuns = /([\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+)/;
const opening = /^(?:\(|&lt;)+/;
const closings = ['&gt;', ')', '.', ','];
const brackets = [
  ['(', ')'],
  ['&lt;', '&gt;'],
] as const;
const knownDomains = new Set(['com', 'net', 'int', 'edu', 'gov', 'org', 'info', 'mil']);
const label = /^[\p{L}\p{N}_%-]+$/u;
const longLabel = /^[\p{L}\p{N}_%-]{2,63}$/u;
const topLevel = /^(?:[a-z]{2,63}|xn--[\p{L}\p{N}_%]{2,59})$/iu;
const ipv4 = /^\p{Nd}{1,3}(?:\.\p{Nd}{1,3}){3}$/u;
const ipv6 = /^\[(?:[\da-f]{0,4}:){2}(?:[\da-f]{0,4}:?){1,6}\]$/i;
const schemeText = /^[\p{L}\p{N}_.+-]{2,}:\/{0,2}$/u;
const wordCharacters = /^[\p{L}\p{N}_]+$/u;
const domain = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u;

/** Whether the word is a web address: with a scheme, beginning with `www.`, or under one of the old top-level domains. */
function isWebAddress(word: string): boolean {
  const scheme = /^https?:\/\//i.exec(word)?.[0] ?? '';
  const rest = word.slice(scheme.length);
  const pathAt = rest.search(/[/?#]/);
  const authority = pathAt === -1 ? rest : rest.slice(0, pathAt);
  const host = authority.replace(/:\p{Nd}{1,5}$/u, '');
  if (scheme !== '' && (ipv6.test(host) || ipv4.test(host))) return true;
  const www = /^www\./i.test(host);
  const labels = (scheme === '' && www ? host.slice(4) : host).split('.');
  const last = labels.pop() ?? '';
  if ((scheme !== '' || www) && topLevel.test(last) && labels.every((part) => label.test(part))) return true;
  const all = host.split('.');
  return (
    scheme === '' &&
    all.length > 1 &&
    knownDomains.has(last.toLowerCase()) &&
    all.slice(0, -1).every((part) => longLabel.test(part))
  );
}

function isMailAddress(word: string): boolean {
  const at = word.lastIndexOf('@');
  const host = word.slice(at + 1);
  const dot = host.lastIndexOf('.');
  return at > 0 && dot > 0 && domain.test(host.slice(0, dot)) && wordCharacters.test(host.slice(dot + 1));
}

interface LinkStyle {
  readonly attributes: string;
  readonly trim: (url: string) => string;
  readonly schemes: readonly string[];
}

function link(word: string, { attributes, trim, schemes }: LinkStyle): string {
  if (isWebAddress(word)) {
    const url = /^https?:\/\//.test(word) ? word : `https://${word}`;
    return `<a href="${url}"${attributes}>${trim(word)}</a>`;
  }
  if (word.startsWith('mailto:') && isMailAddress(word.slice(7))) return `<a href="${word}">${word.slice(7)}</a>`;
  if (word.includes('@') && !word.startsWith('www.') && !word.includes(':') && isMailAddress(word)) {
    return `<a href="mailto:${word}">${word}</a>`;
  }
  let shown = word;
  for (const scheme of schemes) {
    if (shown !== scheme && shown.startsWith(scheme)) shown = `<a href="${shown}"${attributes}>${shown}</a>`;
  }
  return shown;
}

const count = (text: string, part: string): number => text.split(part).length - 1;

/** Takes brackets and punctuation off a word, as far as they do not belong to the address. */
function linkWord(word: string, style: LinkStyle): string {
  const head = opening.exec(word)?.[0] ?? '';
  let middle = word.slice(head.length);
  let tail = '';
  for (let found = endOf(middle); found !== undefined; found = endOf(middle)) {
    tail = found + tail;
    middle = middle.slice(0, -found.length);
  }
  for (const [open, close] of brackets) {
    const opened = count(middle, open);
    if (opened <= count(middle, close)) continue;
    for (let moves = Math.min(opened, count(tail, close)); moves > 0; moves--) {
      const end = tail.indexOf(close) + close.length;
      middle += tail.slice(0, end);
      tail = tail.slice(end);
    }
  }
  return `${head}${link(middle, style)}${tail}`;
}

const endOf = (text: string): string | undefined => closings.find((end) => text.endsWith(end));

function relations(rel: Value, noFollow: boolean): string {
  const names = new Set([...splitSpace(textOf(rel) ?? '', -1), 'noopener']);
  if (noFollow) names.add('nofollow');
  return [...names].sort().join(' ');
}

/** Makes links of the web and mail addresses in a text, which is escaped first. */
export function urlize(args: readonly Value[], rt: RenderState): Value {
  const [value = null, limit = null, noFollow = null, target = null, rel = null, extra = null] = args;
  const schemes = extra === null ? [] : [...items(extra, rt)].map((scheme) => str(scheme, rt));
  for (const scheme of schemes) {
    if (!schemeText.test(scheme)) throw new FilterArgumentError(`${strRepr(scheme)} is not a valid URI scheme prefix.`);
  }
  const targetAttribute = truthy(target, rt) ? ` target="${escapeMarkup(target, rt).value}"` : '';
  const style: LinkStyle = {
    attributes: ` rel="${escapeHtml(relations(rel, truthy(noFollow, rt)))}"${targetAttribute}`,
    trim: (url) =>
      limit !== null && order('>', codePointLength(url), limit, rt)
        ? `${codePointSlice(url, 0, Number(str(limit, rt)))}...`
        : url,
    schemes,
  };
  let out = '';
  for (const word of escapeMarkup(value, rt).value.split(spaceRuns)) {
    rt.budget.step();
    const shown = linkWord(word, style);
    rt.budget.grow(2 * shown.length);
    out += shown;
  }
  return rt.autoescape ? new Markup(out) : out;
}
