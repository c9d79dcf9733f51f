import { BudgetError, PythonError } from '../errors.ts';
import { type NativeFunction, native } from '../native.ts';
import {
  compilePythonRegex,
  type PythonRegex,
  RegexFlagError,
  RegexGroupError,
  RegexLimitError,
  type RegexLimits,
  RegexSyntaxError,
} from '../regex/index.ts';
import type { RenderState } from '../runtime/state.ts';
import { textOf } from '../values/text.ts';
import type { Value } from '../values/types.ts';

/** Compiled patterns kept, the least recently used dropped first. */
const MOST_PATTERNS = 500;

/** Patterns compiled once for all templates of an environment; they hold nothing of a render. */
class PatternCache {
  readonly #patterns = new Map<string, PythonRegex>();

  get(source: string): PythonRegex {
    const known = this.#patterns.get(source);
    const pattern = known ?? compilePythonRegex(source, { flavour: 'regex' });
    this.#patterns.delete(source);
    this.#patterns.set(source, pattern);
    if (this.#patterns.size > MOST_PATTERNS) this.#patterns.delete(this.#patterns.keys().next().value as string);
    return pattern;
  }
}

type Search = (pattern: PythonRegex, text: string, limits: RegexLimits) => Value;

/**
 * Runs a search within the render's time for regular expressions. One that takes longer than its own share is None; when
 * all of them together have used up the render's, that is an error, as every used-up budget.
 */
function run(cache: PatternCache, value: Value, source: Value, rt: RenderState, search: Search): Value {
  const text = textOf(value);
  const pattern = textOf(source);
  if (text === undefined || pattern === undefined) return null;
  const { budget } = rt;
  const allowance = budget.regexAllowanceMs;
  if (allowance <= 0) throw used(rt);
  budget.step(1 + (pattern.length >> 4) + (text.length >> 8));
  const started = budget.monotonic();
  const deadline = started + allowance;
  try {
    return search(cache.get(pattern), text, { expired: () => budget.monotonic() > deadline });
  } catch (error) {
    if (error instanceof RegexFlagError) return null;
    if (error instanceof RegexSyntaxError) throw new PythonError('error', error.message);
    if (error instanceof RegexGroupError) throw new PythonError('IndexError', error.message);
    if (!(error instanceof RegexLimitError)) throw error;
    if (allowance < budget.limits.regexMs) throw used(rt);
    return null;
  } finally {
    budget.spendRegex(budget.monotonic() - started);
  }
}

const used = (rt: RenderState): BudgetError =>
  new BudgetError('regex', `the template's regular expressions take longer than ${rt.budget.limits.regexTotalMs} ms`);

/** `regex_replace`, `regex_match` and `regex_search`, with a pattern cache of their own. */
export function createRegexFilters(): readonly (readonly [string, NativeFunction])[] {
  const cache = new PatternCache();
  return [
    [
      'regex_replace',
      native('regex_replace', 'value, find, replace', ([value = null, find = null, replace = null], rt) => {
        const template = textOf(replace);
        if (template === undefined) return null;
        return run(cache, value, find, rt, (pattern, text, limits) =>
          pattern.sub(template, text, limits, (units) => rt.budget.grow(units * 2)),
        );
      }),
    ],
    [
      'regex_match',
      native('regex_match', 'value, pattern', ([value = null, source = null], rt) =>
        run(cache, value, source, rt, (pattern, text, limits) => pattern.testStart(text, limits)),
      ),
    ],
    [
      'regex_search',
      native('regex_search', 'value, pattern', ([value = null, source = null], rt) =>
        run(cache, value, source, rt, (pattern, text, limits) => pattern.test(text, limits)),
      ),
    ],
  ];
}
