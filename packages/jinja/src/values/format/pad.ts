import type { Runtime } from '../../runtime-types.ts';
import { codePointLength } from '../code-points.ts';
import { repeatText } from '../repeat.ts';
import type { Spec } from './spec.ts';

/** `text` filled up to the width; `prefix` (sign, `0x`) stays before the fill under `=`. */
export function padTo(prefix: string, text: string, spec: Spec, rt: Runtime): string {
  const gap = spec.width - prefix.length - codePointLength(text);
  if (gap <= 0) return prefix + text;
  switch (spec.align) {
    case '<':
      return prefix + text + repeatText(spec.fill, gap, rt);
    case '^': {
      const left = Math.floor(gap / 2);
      return repeatText(spec.fill, left, rt) + prefix + text + repeatText(spec.fill, gap - left, rt);
    }
    case '=':
      return prefix + repeatText(spec.fill, gap, rt) + text;
    default:
      return repeatText(spec.fill, gap, rt) + prefix + text;
  }
}

/** Digits with a separator every `size` from the right, with zeros in front until the text is `least` characters long. */
export function group(digits: string, separator: string, size: number, least: number, rt: Runtime): string {
  // n digits take n + floor((n - 1) / size) characters.
  let count = digits.length;
  if (count + Math.floor((count - 1) / size) < least) {
    count = Math.max(count, Math.floor((least * size) / (size + 1)) - 1);
    while (count + Math.floor((count - 1) / size) < least) count++;
  }
  const padded = repeatText('0', count - digits.length, rt) + digits;
  const first = padded.length % size || size;
  let out = padded.slice(0, first);
  for (let at = first; at < padded.length; at += size) out += separator + padded.slice(at, at + size);
  rt.budget.grow(2 * out.length);
  return out;
}
