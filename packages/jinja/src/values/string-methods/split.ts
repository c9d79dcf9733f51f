import { typeError, valueError } from '../../errors.ts';
import type { Runtime } from '../../runtime-types.ts';
import { intArg, named, oneArg, positional } from '../args.ts';
import { codePoints } from '../code-points.ts';
import { className } from '../protocol.ts';
import { textOf } from '../text.ts';
import { PyTuple } from '../tuple.ts';
import type { Method, Value } from '../types.ts';
import { SPACE } from './unicode.ts';

/** Taking text apart: strip, split, partition, lines, prefix and suffix. */

const LEADING = new RegExp(`^[${SPACE}]+`);
const SPACES = new RegExp(`[${SPACE}]+`, 'g');
const SPACE_CHAR = new RegExp(`[${SPACE}]`);

const trimEnd = (text: string): string => {
  let end = text.length;
  while (end > 0 && SPACE_CHAR.test(text[end - 1] as string)) end--;
  return text.slice(0, end);
};

/** Removes white space, or the characters in `chars`, from the sides asked for. */
export function stripText(text: string, chars: string | undefined, left: boolean, right: boolean): string {
  if (chars === undefined) {
    const rest = left ? text.replace(LEADING, '') : text;
    return right ? trimEnd(rest) : rest;
  }
  const set = new Set(chars);
  const all = codePoints(text);
  let start = 0;
  let end = all.length;
  if (left) while (start < end && set.has(all[start] as string)) start++;
  if (right) while (end > start && set.has(all[end - 1] as string)) end--;
  return all.slice(start, end).join('');
}

function stripMethod(name: string, left: boolean, right: boolean): [string, Method] {
  return [
    name,
    positional<string>('str', name, 0, 1, (self, [chars = null], rt) => {
      rt.budget.grow(2 * self.length);
      const set = textOf(chars);
      if (chars !== null && set === undefined) throw typeError(`${name} arg must be None or str`);
      return stripText(self, set, left, right);
    }),
  ];
}

/** Parts between runs of white space, at most `most` cuts from the left; a negative number means all. */
export function splitSpace(text: string, most: number): string[] {
  const rest = text.replace(LEADING, '');
  if (rest === '') return [];
  if (most < 0) return trimEnd(rest).split(SPACES);
  const out: string[] = [];
  let from = 0;
  for (const gap of rest.matchAll(SPACES)) {
    if (out.length === most) break;
    out.push(rest.slice(from, gap.index));
    from = gap.index + gap[0].length;
  }
  if (from < rest.length) out.push(rest.slice(from));
  return out;
}

function splitSpaceFromRight(text: string, most: number): string[] {
  if (most < 0) return splitSpace(text, -1);
  let rest = trimEnd(text);
  const out: string[] = [];
  while (rest !== '' && out.length < most) {
    let start = rest.length;
    while (start > 0 && !SPACE_CHAR.test(rest[start - 1] as string)) start--;
    out.push(rest.slice(start));
    rest = trimEnd(rest.slice(0, start));
  }
  if (rest !== '') out.push(rest);
  return out.reverse();
}

export function splitBy(text: string, separator: string, most: number): string[] {
  if (separator === '') throw valueError('empty separator');
  const parts = text.split(separator);
  if (most < 0 || parts.length <= most + 1) return parts;
  return [...parts.slice(0, most), parts.slice(most).join(separator)];
}

function splitByFromRight(text: string, separator: string, most: number): string[] {
  if (separator === '') throw valueError('empty separator');
  const out: string[] = [];
  let rest = text;
  while (most < 0 || out.length < most) {
    const at = rest.lastIndexOf(separator);
    if (at === -1) break;
    out.push(rest.slice(at + separator.length));
    rest = rest.slice(0, at);
  }
  out.push(rest);
  return out.reverse();
}

type Splitter = {
  space: (text: string, most: number) => string[];
  by: (text: string, separator: string, most: number) => string[];
};

function splitMethod(name: string, { space, by }: Splitter): [string, Method] {
  return [
    name,
    named<string>(name, ['sep', 'maxsplit'], (self, [sep = null, maxsplit], rt) => {
      const separator = textOf(sep);
      const most = maxsplit === undefined ? -1 : intArg(maxsplit);
      if (sep !== null && separator === undefined) throw typeError(`must be str or None, not ${className(sep)}`);
      rt.budget.grow(4 * self.length + 16);
      const parts = separator === undefined ? space(self, most) : by(self, separator, most);
      rt.budget.grow(8 * parts.length);
      rt.budget.step(1 + Math.floor(parts.length / 8));
      return parts;
    }),
  ];
}

const LINE_END = /\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]/g;

export function splitLines(text: string, keepEnds: boolean): string[] {
  const out: string[] = [];
  let from = 0;
  for (const end of text.matchAll(LINE_END)) {
    const next = end.index + end[0].length;
    out.push(text.slice(from, keepEnds ? next : end.index));
    from = next;
  }
  if (from < text.length) out.push(text.slice(from));
  return out;
}

function partition(text: string, separator: Value, fromRight: boolean): Value {
  const wanted = textOf(separator);
  if (wanted === undefined) throw typeError(`must be str, not ${className(separator)}`);
  if (wanted === '') throw valueError('empty separator');
  const at = fromRight ? text.lastIndexOf(wanted) : text.indexOf(wanted);
  if (at === -1) return new PyTuple(fromRight ? ['', '', text] : [text, '', '']);
  return new PyTuple([text.slice(0, at), wanted, text.slice(at + wanted.length)]);
}

function removeMethod(name: string, remove: (text: string, part: string) => string): [string, Method] {
  return [
    name,
    oneArg<string>('str', name, (self, part) => {
      const text = textOf(part);
      if (text === undefined)
        throw typeError(`${name}() argument must be str, not ${className(part) === 'NoneType' ? 'None' : className(part)}`);
      return remove(self, text);
    }),
  ];
}

const payForCopy = (self: string, rt: Runtime): void => rt.budget.grow(2 * self.length + 48);

export const splitMethods: [string, Method][] = [
  stripMethod('strip', true, true),
  stripMethod('lstrip', true, false),
  stripMethod('rstrip', false, true),
  splitMethod('split', { space: splitSpace, by: splitBy }),
  splitMethod('rsplit', { space: splitSpaceFromRight, by: splitByFromRight }),
  [
    'splitlines',
    named<string>('splitlines', ['keepends'], (self, [keepends], rt) => {
      rt.budget.grow(4 * self.length);
      return splitLines(self, keepends !== undefined && intArg(keepends) !== 0);
    }),
  ],
  [
    'partition',
    oneArg<string>('str', 'partition', (self, sep, rt) => {
      payForCopy(self, rt);
      return partition(self, sep, false);
    }),
  ],
  [
    'rpartition',
    oneArg<string>('str', 'rpartition', (self, sep, rt) => {
      payForCopy(self, rt);
      return partition(self, sep, true);
    }),
  ],
  removeMethod('removeprefix', (text, part) => (part !== '' && text.startsWith(part) ? text.slice(part.length) : text)),
  removeMethod('removesuffix', (text, part) => (part !== '' && text.endsWith(part) ? text.slice(0, -part.length) : text)),
];
