import { caseVariants } from './case-fold.ts';

/** What a class holds, before case is looked at. `test` answers for one code point. */
export type SetExpression =
  | { kind: 'range'; low: number; high: number }
  | { kind: 'test'; test: (code: number) => boolean }
  | { kind: 'union'; items: readonly SetExpression[] }
  | { kind: 'not'; item: SetExpression }
  | { kind: 'intersection' | 'difference' | 'symmetric'; left: SetExpression; right: SetExpression };

export function contains(set: SetExpression, code: number): boolean {
  switch (set.kind) {
    case 'range':
      return code >= set.low && code <= set.high;
    case 'test':
      return set.test(code);
    case 'union':
      return set.items.some((item) => contains(item, code));
    case 'not':
      return !contains(set.item, code);
    case 'intersection':
      return contains(set.left, code) && contains(set.right, code);
    case 'difference':
      return contains(set.left, code) && !contains(set.right, code);
    case 'symmetric':
      return contains(set.left, code) !== contains(set.right, code);
  }
}

/** How case is treated: not at all different, equal among ASCII letters only, or by Unicode. */
export type CaseMode = 'exact' | 'ascii' | 'unicode';

/** A class ready for matching: a table for the first 256 code points, the expression for the others. */
export class CharSet {
  readonly low: Uint8Array;
  readonly #expression: SetExpression;
  readonly #negated: boolean;
  readonly #mode: CaseMode;
  #lastCode = -1;
  #lastAnswer = false;

  constructor(expression: SetExpression, mode: CaseMode = 'exact') {
    this.#negated = expression.kind === 'not';
    this.#expression = expression.kind === 'not' ? expression.item : expression;
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
    let inside = contains(this.#expression, code);
    if (!inside && this.#mode !== 'exact') {
      inside = caseVariants(code, this.#mode === 'ascii').some((variant) => contains(this.#expression, variant));
    }
    return inside !== this.#negated;
  }
}
