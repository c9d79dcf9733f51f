import { nameToEmoji } from 'gemoji';

const CODE = /:([a-zA-Z0-9_+-]+):/g;
const OWN_NAMES: Readonly<Record<string, string>> = { simple_smile: 'slightly_smiling_face' };

/** Emoji for their codes, such as `:fire:`; hyphens count as underscores, unknown codes stay. */
export function replaceEmojiCodes(text: string): string {
  if (!text.includes(':')) return text;
  return text.replaceAll(CODE, (whole, code: string) => {
    const name = code.toLowerCase();
    const underscored = name.replaceAll('-', '_');
    return find(name) ?? find(OWN_NAMES[underscored] ?? underscored) ?? whole;
  });
}

const find = (name: string): string | undefined => (Object.hasOwn(nameToEmoji, name) ? nameToEmoji[name] : undefined);
