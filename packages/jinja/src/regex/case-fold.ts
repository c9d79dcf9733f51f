/**
 * Which characters count as equal when case is ignored: Unicode's simple case folding, with Python's treatment of the
 * dotted and dotless i: in `re` all four are equal; in `regex` the dotted ones are, and the capital I and the small dotless one.
 */

/** Blocks that hold letters with case; the rest of Unicode has none. */
const CASED_RANGES: readonly (readonly [number, number])[] = [
  [0x41, 0x24ff],
  [0x2c00, 0x2dff],
  [0xa640, 0xabff],
  [0xfb00, 0xfb06],
  [0xff21, 0xff5a],
  [0x10400, 0x10cff],
  [0x118a0, 0x118df],
  [0x16e40, 0x16e7f],
  [0x1e900, 0x1e943],
];

const DOTTED_CAPITAL_I = 0x130;
const DOTLESS_SMALL_I = 0x131;
const NONE: readonly number[] = [];

let table: Map<number, readonly number[]> | undefined;

function single(text: string): number | undefined {
  const code = text.codePointAt(0);
  return code !== undefined && text.length === (code > 0xffff ? 2 : 1) ? code : undefined;
}

function build(): Map<number, readonly number[]> {
  const classes = new Map<number, number[]>();
  for (const [low, high] of CASED_RANGES) {
    for (let code = low; code <= high; code++) {
      if (code === DOTTED_CAPITAL_I || code === DOTLESS_SMALL_I) continue;
      const char = String.fromCodePoint(code);
      const upper = single(char.toUpperCase()) ?? code;
      const lower = single(String.fromCodePoint(upper).toLowerCase()) ?? single(char.toLowerCase()) ?? code;
      if (upper === code && lower === code && single(char.toLowerCase()) === code) continue;
      // The sharp s has no single capital of its own in JavaScript's mapping, but the capital one folds to it.
      const key = code === 0x1e9e ? 0xdf : lower;
      const members = classes.get(key);
      if (members === undefined) classes.set(key, key === code ? [key] : [key, code]);
      else if (!members.includes(code)) members.push(code);
    }
  }
  const result = new Map<number, readonly number[]>();
  for (const members of classes.values()) {
    if (members.length > 1) for (const code of members) result.set(code, members);
  }
  result.set(0x69, [0x69, 0x49, DOTTED_CAPITAL_I]);
  result.set(0x49, [0x49, 0x69, DOTLESS_SMALL_I]);
  result.set(DOTTED_CAPITAL_I, [DOTTED_CAPITAL_I, 0x69]);
  result.set(DOTLESS_SMALL_I, [DOTLESS_SMALL_I, 0x49]);
  return result;
}

/** How case is treated: it counts, it does not among ASCII letters, or by Unicode as the two modules see it. */
export type CaseMode = 'exact' | 'ascii' | 'regex' | 're';

/** What `re` takes for equal. */
const ALL_I: readonly number[] = [0x69, 0x49, DOTTED_CAPITAL_I, DOTLESS_SMALL_I];

/** All characters equal to `code` in a mode, itself among them; empty when there is only itself. */
export function caseVariants(code: number, mode: CaseMode): readonly number[] {
  if (mode === 'exact') return NONE;
  if (mode === 'ascii') {
    const isUpper = code >= 0x41 && code <= 0x5a;
    if (isUpper || (code >= 0x61 && code <= 0x7a)) return [code, isUpper ? code + 32 : code - 32];
    return NONE;
  }
  if (code < 0x41) return NONE;
  if (mode === 're' && ALL_I.includes(code)) return ALL_I;
  table ??= build();
  return table.get(code) ?? NONE;
}
