import { typeError } from '../../errors.ts';
import type { Runtime } from '../../runtime-types.ts';
import { intArg, named, oneArg, positional } from '../args.ts';
import { codePointLength } from '../code-points.ts';
import { className } from '../protocol.ts';
import { repeatText } from '../repeat.ts';
import { textOf } from '../text.ts';
import type { Method, Value } from '../types.ts';

/** Filling text up to a width counted in code points. */

function fillOf(v: Value | undefined): string {
  if (v === undefined) return ' ';
  const text = textOf(v);
  if (text === undefined) throw typeError(`The fill character must be a unicode character, not ${className(v)}`);
  if (codePointLength(text) !== 1) throw typeError('The fill character must be exactly one character long');
  return text;
}

type Split = (gap: number, width: number) => number;

function padMethod(name: string, leftOf: Split): [string, Method] {
  return [
    name,
    positional<string>('str', name, 1, 2, (self, [width, fill], rt) => {
      const wanted = intArg(width as Value);
      const char = fillOf(fill);
      const gap = wanted - codePointLength(self);
      if (gap <= 0) return self;
      const left = leftOf(gap, wanted);
      return repeatText(char, left, rt) + self + repeatText(char, gap - left, rt);
    }),
  ];
}

/** Left part of the gap when centring: the odd blank goes left when the width is odd, as CPython does it. */
export const centreLeft: Split = (gap, width) => Math.floor(gap / 2) + (gap & width & 1);

function zfill(self: string, width: number, rt: Runtime): string {
  const gap = width - codePointLength(self);
  if (gap <= 0) return self;
  const sign = self.startsWith('-') || self.startsWith('+') ? (self[0] as string) : '';
  return sign + repeatText('0', gap, rt) + self.slice(sign.length);
}

function expandTabs(self: string, size: number, rt: Runtime): string {
  let out = '';
  let column = 0;
  for (const char of self) {
    if (char === '\t') {
      const blanks = size > 0 ? size - (column % size) : 0;
      out += repeatText(' ', blanks, rt);
      column += blanks;
    } else {
      out += char;
      column = char === '\n' || char === '\r' ? 0 : column + 1;
    }
  }
  return out;
}

export const padMethods: [string, Method][] = [
  padMethod('ljust', () => 0),
  padMethod('rjust', (gap) => gap),
  padMethod('center', centreLeft),
  ['zfill', oneArg<string>('str', 'zfill', (self, width, rt) => zfill(self, intArg(width), rt))],
  [
    'expandtabs',
    named<string>('expandtabs', ['tabsize'], (self, [size], rt) => {
      rt.budget.grow(2 * self.length);
      return expandTabs(self, size === undefined ? 8 : intArg(size), rt);
    }),
  ],
];
