import type { BudgetLimits } from '../budget.ts';
import type { Environment, Template } from '../environment.ts';
import { compilePythonRegex, type PythonRegex, type RegexFlavour } from '../regex/index.ts';
import { parseJson } from '../values/json.ts';
import type { Value } from '../values/types.ts';
import { LruCache } from './lru-cache.ts';

/** What one rendering needs; everything in it can be sent to a thread. */
export type RenderRequest = {
  readonly template: string;
  /** Variables as plain JavaScript values that structured cloning takes. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Variables as JSON text: keeps `1.0` apart from `1` and integers exact. They go before those of `context`. */
  readonly json?: Readonly<Record<string, string>>;
  /** Handed to `createEnvironment`: which of the application's environments to use. Default: the empty text. */
  readonly environment?: string;
  /** Microseconds since 1970 that the template sees as now. */
  readonly nowUs?: number;
};

/** A rendering with all that decides its result, so that it comes out the same wherever it runs. */
export type RenderJob = {
  readonly kind: 'render';
  readonly template: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly json: Readonly<Record<string, string>>;
  readonly environment: string;
  readonly nowUs: number;
  readonly seed: number;
};

export type RegexRequest = { readonly pattern: string; readonly text: string; readonly flavour: RegexFlavour };

export type RegexJob = RegexRequest & { readonly kind: 'regex'; readonly limitMs: number };

export type Job = RenderJob | RegexJob;

/** Gives the application's environments by name; a module that has one is loaded in every thread. */
export type CreateEnvironment = (name: string) => Environment;

const MOST_TEMPLATES = 1000;
const MOST_PATTERNS = 500;
const MOST_PARSED = 16;
const MOST_KEPT_JSON_UNITS = 64 * 1024;

/** Runs jobs where it is: keeps environments, compiled templates and patterns. */
export class JobRunner {
  readonly #createEnvironment: CreateEnvironment;
  readonly #environments = new Map<string, Environment>();
  readonly #templates = new LruCache<Template>(MOST_TEMPLATES);
  readonly #parsed = new LruCache<Value>(MOST_PARSED);
  readonly #patterns = new LruCache<PythonRegex>(MOST_PATTERNS);

  constructor(createEnvironment: CreateEnvironment) {
    this.#createEnvironment = createEnvironment;
  }

  /** Throws what the template throws. */
  render(job: RenderJob, limits: Partial<BudgetLimits>): string {
    const template = this.#template(job);
    const context = new Map<string, unknown>();
    for (const [name, text] of Object.entries(job.json)) context.set(name, this.#parse(text));
    for (const [name, value] of Object.entries(job.context)) context.set(name, value);
    return template.render(context, { limits, clock: () => job.nowUs, random: seededRandom(job.seed) });
  }

  /** Whether a pattern is found; throws RegexSyntaxError, RegexLimitError. */
  search(job: RegexJob, limitMs: number): boolean {
    const key = `${job.flavour}:${job.pattern}`;
    const pattern = this.#patterns.get(key, () => compilePythonRegex(job.pattern, { flavour: job.flavour }));
    const deadline = performance.now() + limitMs;
    return pattern.test(job.text, { expired: () => performance.now() > deadline });
  }

  /** Many templates look at the same payload in a row; what `parseJson` gives is immutable. */
  #parse(text: string): Value {
    return text.length > MOST_KEPT_JSON_UNITS ? parseJson(text) : this.#parsed.get(text, () => parseJson(text));
  }

  #template(job: RenderJob): Template {
    return this.#templates.get(`${job.environment}\n${job.template}`, () => {
      let environment = this.#environments.get(job.environment);
      if (environment === undefined) {
        environment = this.#createEnvironment(job.environment);
        this.#environments.set(job.environment, environment);
      }
      return environment.compile(job.template);
    });
  }
}

/** Mulberry32: small, and the same numbers for the same seed everywhere. */
function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
