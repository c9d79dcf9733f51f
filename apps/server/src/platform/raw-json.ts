import { randomUUID } from 'node:crypto';

/** JSON text that goes into an answer as it is, so that payloads keep their numbers to the last digit. */
export class RawJson {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** `JSON.stringify` that puts the text of `RawJson` values in their place. */
export function stringifyWithRaw(value: unknown): string {
  const texts: string[] = [];
  const mark = randomUUID();
  const text = JSON.stringify(value, (_key, part: unknown) => {
    if (!(part instanceof RawJson)) return part;
    texts.push(part.text);
    return `${mark}:${texts.length - 1}`;
  });
  return texts.length === 0
    ? text
    : text.replace(new RegExp(`"${mark}:(\\d+)"`, 'g'), (_match, index: string) => texts[Number(index)] ?? 'null');
}
