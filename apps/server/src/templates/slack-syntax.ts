/** `markdown`: [title](url); `dash`: title - url; `title`: the title alone. */
export type LinkForm = 'markdown' | 'dash' | 'title';

const SPECIAL = /<!(channel|here|everyone)(?:\|[^<>]*)?>/g;
const USER = /<@(\w+)(?:\|([^<>]*))?>/g;
const CHANNEL = /<#(\w+)(?:\|([^<>]*))?>/g;
/** Any characters up to the bar are the address (templates.md B-6). */
const LINK = /<((?:https?:\/\/|mailto:)[^|<>]*)\|([^<>]*)>/g;

/** Slack's own markup, which senders put into their texts, in the words of another channel. */
export function replaceSlackSyntax(text: string, links: LinkForm): string {
  if (!text.includes('<')) return text;
  const mention = links === 'title' ? '' : '@';
  return text
    .replaceAll(SPECIAL, (_whole, name: string) => `@${name}`)
    .replaceAll(USER, (_whole, id: string, name: string | undefined) => mention + (name === undefined || name === '' ? id : name))
    .replaceAll(CHANNEL, (_whole, id: string, name: string | undefined) => `#${name === undefined || name === '' ? id : name}`)
    .replaceAll(LINK, (_whole, url: string, title: string) => {
      if (links === 'markdown') return `[${title}](${url})`;
      return links === 'dash' ? `${title} - ${url}` : title;
    });
}
