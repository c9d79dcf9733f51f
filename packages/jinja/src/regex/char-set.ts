import { type CaseMode, caseVariants } from './case-fold.ts';
import type { CodePointTest } from './properties.ts';

/** What a class holds, before case is looked at. */
export type SetExpression =
  | { kind: 'range'; low: number; high: number }
  | { kind: 'test'; test: CodePointTest }
  | { kind: 'union'; items: readonly SetExpression[] }
  | { kind: 'not'; item: SetExpression }
  | { kind: 'intersection' | 'difference' | 'symmetric'; left: SetExpression; right: SetExpression };

/** A class ready for matching: a table for the first 256 code points, a test for the others. */
export class CharSet {
  readonly low: Uint8Array;
  readonly #contains: CodePointTest;
  readonly #negated: boolean;
  readonly #mode: CaseMode;
  #lastCode = -1;
  #lastAnswer = false;

  constructor(expression: SetExpression, mode: CaseMode = 'exact') {
    this.#negated = expression.kind === 'not';
    this.#contains = toTest(expression.kind === 'not' ? expression.item : expression);
    this.#mode = mode;
    this.low = new Uint8Array(256);
    for (let code = 0; code < 256; code++) this.low[code] = this.#decide(code) ? 1 : 0;
  }

  has(code: number): boolean {
    return code < 256 ? this.low[code] === 1 : this.hasHigh(code);
  }

  /** For code points from 256 on; remembers the last answer, since texts repeat themselves. */
  hasHigh(code: number): boolean {
    if (code === this.#lastCode) return this.#lastAnswer;
    this.#lastCode = code;
    this.#lastAnswer = this.#decide(code);
    return this.#lastAnswer;
  }

  #decide(code: number): boolean {
    let inside = this.#contains(code);
    if (!inside && this.#mode !== 'exact') inside = caseVariants(code, this.#mode).some((variant) => this.#contains(variant));
    return inside !== this.#negated;
  }
}

/** A test whose cost does not grow with the number of characters and repeated parts a class lists. */
function toTest(set: SetExpression): CodePointTest {
  switch (set.kind) {
    case 'range':
      return (code) => code >= set.low && code <= set.high;
    case 'test':
      return set.test;
    case 'union':
      return unionTest(set.items);
    case 'not': {
      const test = toTest(set.item);
      return (code) => !test(code);
    }
    default: {
      const left = toTest(set.left);
      const right = toTest(set.right);
      if (set.kind === 'intersection') return (code) => left(code) && right(code);
      if (set.kind === 'difference') return (code) => left(code) && !right(code);
      return (code) => left(code) !== right(code);
    }
  }
}

function unionTest(items: readonly SetExpression[]): CodePointTest {
  const ranges: (readonly [number, number])[] = [];
  const tests = new Set<CodePointTest>();
  const negated = new Set<CodePointTest>();
  const pending = [...items];
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    if (item.kind === 'union') pending.push(...item.items);
    else if (item.kind === 'range') ranges.push([item.low, item.high]);
    else if (item.kind === 'test') tests.add(item.test);
    else if (item.kind === 'not' && item.item.kind === 'test') negated.add(item.item.test);
    else tests.add(toTest(item));
  }
  const inRanges = rangesTest(ranges);
  const some = [...tests];
  const none = [...negated];
  return (code) => inRanges(code) || some.some((test) => test(code)) || none.some((test) => !test(code));
}

/** Binary search over ranges that neither overlap nor touch. */
function rangesTest(ranges: (readonly [number, number])[]): CodePointTest {
  const lows: number[] = [];
  const highs: number[] = [];
  for (const [low, high] of ranges.sort((one, other) => one[0] - other[0])) {
    const last = highs.length - 1;
    if (last >= 0 && low <= highs[last]! + 1) highs[last] = Math.max(highs[last]!, high);
    else {
      lows.push(low);
      highs.push(high);
    }
  }
  return (code) => {
    let from = 0;
    let to = lows.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (lows[middle]! <= code) from = middle + 1;
      else to = middle;
    }
    return from > 0 && code <= highs[from - 1]!;
  };
}
