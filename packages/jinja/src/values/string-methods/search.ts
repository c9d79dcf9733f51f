import { typeError, valueError } from '../../errors.ts';
import type { Runtime } from '../../runtime-types.ts';
import { intArg, positional, textArg } from '../args.ts';
import { codePointIndex, codePointLength, isBmp, unitIndex } from '../code-points.ts';
import { className, items } from '../protocol.ts';
import { sliceRange } from '../sequence.ts';
import { textOf } from '../text.ts';
import { PyTuple } from '../tuple.ts';
import type { Method, Value } from '../types.ts';

/** Looking for text in text, and putting other text in its place. */

type Window = { readonly text: string; readonly startUnit: number; readonly empty: boolean };

/** The part that optional start and stop arguments (code points) leave; `empty` when start lies beyond the end of the text. */
function windowOf(self: string, start: Value, stop: Value): Window {
  if (start === null && stop === null) return { text: self, startUnit: 0, empty: false };
  const length = codePointLength(self);
  const from = sliceRange(start, null, null, length).start;
  const past = typeof start === 'number' && start > length;
  const { count } = sliceRange(from, stop, null, length);
  const stopAt = stop === null ? length : sliceRange(stop, null, null, length).start;
  const startUnit = unitIndex(self, from);
  return { text: self.slice(startUnit, unitIndex(self, from + count)), startUnit, empty: past || stopAt < from };
}

const toIndex = (self: string, unit: number): number => (isBmp(self) ? unit : codePointIndex(self, unit));

function find(self: string, args: readonly Value[], last: boolean): number {
  const [wanted, start = null, stop = null] = args;
  const text = searched(wanted as Value);
  const window = windowOf(self, start, stop);
  if (window.empty) return -1;
  const at = last ? window.text.lastIndexOf(text) : window.text.indexOf(text);
  return at === -1 ? -1 : toIndex(self, window.startUnit + at);
}

function searched(v: Value): string {
  const text = textOf(v);
  if (text === undefined) throw typeError(`must be str, not ${className(v)}`);
  return text;
}

function searchMethod(name: string, run: (self: string, args: readonly Value[]) => Value): [string, Method] {
  return [
    name,
    (self, args, kwargs, rt) => {
      if (kwargs !== null && kwargs.size > 0) throw typeError(`${name}() takes no keyword arguments`);
      if (args.length === 0) throw typeError(`${name}() takes at least 1 argument (0 given)`);
      if (args.length > 3) throw typeError(`${name}() takes at most 3 arguments (${args.length} given)`);
      rt.budget.step(1 + Math.floor((self as string).length / 256));
      return run(self as string, args);
    },
  ];
}

function found(place: number): number {
  if (place === -1) throw valueError('substring not found');
  return place;
}

function count(self: string, args: readonly Value[]): number {
  const [wanted, start = null, stop = null] = args;
  const text = searched(wanted as Value);
  const window = windowOf(self, start, stop);
  if (window.empty) return 0;
  if (text === '') return codePointLength(window.text) + 1;
  return window.text.split(text).length - 1;
}

function affix(name: 'startswith' | 'endswith', self: string, args: readonly Value[]): boolean {
  const [wanted, start = null, stop = null] = args as [Value, Value?, Value?];
  const window = windowOf(self, start, stop);
  const holds = (part: string): boolean =>
    !window.empty && (name === 'startswith' ? window.text.startsWith(part) : window.text.endsWith(part));
  const text = textOf(wanted);
  if (text !== undefined) return holds(text);
  if (!(wanted instanceof PyTuple)) throw typeError(`${name} first arg must be str or a tuple of str, not ${className(wanted)}`);
  return wanted.items.some((item) => {
    const part = textOf(item);
    if (part === undefined) throw typeError(`tuple for ${name} must only contain str, not ${className(item)}`);
    return holds(part);
  });
}

/** `most` replacements from the left; negative for all. An empty `old` stands before every character and at the end. */
export function replaceText(text: string, old: string, fresh: string, most: number, rt: Runtime): string {
  if (most === 0 || !text.includes(old)) return text;
  const parts = old === '' ? ['', ...text] : text.split(old);
  if (old === '') parts.push('');
  const times = most < 0 ? parts.length - 1 : Math.min(most, parts.length - 1);
  rt.budget.grow(2 * (text.length + times * Math.max(0, fresh.length - old.length)) + 8 * parts.length);
  if (times === parts.length - 1) return parts.join(fresh);
  const head = parts.slice(0, times).join(fresh);
  return head + fresh + parts.slice(times).join(old);
}

/** `separator.join(parts)`. @throws PythonError TypeError for parts that are not text */
export function joinText(separator: string, parts: Value, rt: Runtime): string {
  const texts: string[] = [];
  let units = 0;
  for (const part of joinable(parts, rt)) {
    const text = textOf(part);
    if (text === undefined) throw typeError(`sequence item ${texts.length}: expected str instance, ${className(part)} found`);
    units += text.length + separator.length;
    rt.budget.grow(2 * (text.length + separator.length) + 8);
    texts.push(text);
  }
  return units === 0 ? '' : texts.join(separator);
}

function joinable(parts: Value, rt: Runtime): Iterable<Value> {
  if (typeof parts !== 'object' || parts === null || (!Array.isArray(parts) && parts.iterate(rt) === undefined)) {
    if (typeof parts !== 'string') throw typeError('can only join an iterable');
  }
  return items(parts, rt);
}

export const searchMethods: [string, Method][] = [
  searchMethod('find', (self, args) => find(self, args, false)),
  searchMethod('rfind', (self, args) => find(self, args, true)),
  searchMethod('index', (self, args) => found(find(self, args, false))),
  searchMethod('rindex', (self, args) => found(find(self, args, true))),
  searchMethod('count', count),
  searchMethod('startswith', (self, args) => affix('startswith', self, args)),
  searchMethod('endswith', (self, args) => affix('endswith', self, args)),
  [
    'replace',
    positional<string>('str', 'replace', 2, 3, (self, [old, fresh, most], rt) =>
      replaceText(
        self,
        textArg(old as Value, 'replace', 1),
        textArg(fresh as Value, 'replace', 2),
        most === undefined ? -1 : intArg(most),
        rt,
      ),
    ),
  ],
  [
    'join',
    (self, args, kwargs, rt) => {
      if (kwargs !== null && kwargs.size > 0) throw typeError('str.join() takes no keyword arguments');
      if (args.length !== 1) throw typeError(`str.join() takes exactly one argument (${args.length} given)`);
      return joinText(self as string, args[0] as Value, rt);
    },
  ],
];
