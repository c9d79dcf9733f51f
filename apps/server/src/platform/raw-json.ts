import { randomUUID } from 'node:crypto';

/** While an object is written, which happens without a pause: what its `RawJson` values hold, and how their places are marked. */
let writing: { readonly mark: string; readonly texts: string[] } | null = null;

/** JSON text that goes into an answer as it is, so that payloads keep their numbers to the last digit. */
export class RawJson {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }

  /** Asked by `JSON.stringify`, which a function that looks at every value would make several times slower. */
  toJSON(): string {
    if (writing === null) throw new Error('RawJson is written by stringifyWithRaw');
    writing.texts.push(this.text);
    return `${writing.mark}:${writing.texts.length - 1}`;
  }
}

/** `JSON.stringify` that puts the text of `RawJson` values in their place. */
export function stringifyWithRaw(value: unknown): string {
  if (value instanceof RawJson) return value.text;
  const mark = randomUUID(); // a new one each time, so that nobody has it in a payload
  const texts: string[] = [];
  writing = { mark, texts };
  try {
    const text = JSON.stringify(value);
    if (texts.length === 0) return text;
    // They stand in the text in the order in which they were asked.
    let written = '';
    let from = 0;
    for (const [index, raw] of texts.entries()) {
      const place = `"${mark}:${index}"`;
      const at = text.indexOf(place, from);
      written += text.slice(from, at) + raw;
      from = at + place.length;
    }
    return written + text.slice(from);
  } finally {
    writing = null;
  }
}
