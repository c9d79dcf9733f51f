/** Texts up to this many units share one buffer: making a new one costs more than filling it. */
const SHARED_UNITS = 64 * 1024;

/** The shared buffer while nobody uses it. */
let spare: Int32Array | undefined;

/** A text as code points, with the way back to the string. */
export class TextCodes {
  readonly codes: Int32Array;
  readonly #text: string;
  readonly #buffer: Int32Array;
  /** Where each code point begins in the string; undefined when every one is a single unit. */
  readonly #offsets: Int32Array | undefined;

  constructor(text: string) {
    this.#text = text;
    const units = text.length;
    const buffer = takeBuffer(units);
    this.#buffer = buffer;
    if (!/[\ud800-\udbff]/.test(text)) {
      for (let unit = 0; unit < units; unit++) buffer[unit] = text.charCodeAt(unit);
      this.codes = buffer.subarray(0, units);
      return;
    }
    const offsets = new Int32Array(units + 1);
    let count = 0;
    for (let unit = 0; unit < units; unit++) {
      const code = text.codePointAt(unit) ?? 0;
      offsets[count] = unit;
      buffer[count] = code;
      count += 1;
      if (code > 0xffff) unit += 1;
    }
    offsets[count] = units;
    this.#offsets = offsets;
    this.codes = buffer.subarray(0, count);
  }

  slice(start: number, end: number): string {
    if (this.#offsets === undefined) return this.#text.slice(start, end);
    return this.#text.slice(this.#offsets[start], this.#offsets[end]);
  }

  /** Gives the buffer back; nothing may read `codes` afterwards. */
  release(): void {
    if (this.#buffer.length === SHARED_UNITS) spare = this.#buffer;
  }
}

function takeBuffer(units: number): Int32Array {
  if (units > SHARED_UNITS) return new Int32Array(units);
  const buffer = spare ?? new Int32Array(SHARED_UNITS);
  spare = undefined;
  return buffer;
}
