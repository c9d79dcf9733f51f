import { availableParallelism } from 'node:os';
import { type BudgetLimits, defaultLimits } from '../budget.ts';
import { BudgetError } from '../errors.ts';
import { RegexLimitError } from '../regex/index.ts';
import {
  type CreateEnvironment,
  type Job,
  JobRunner,
  type RegexJob,
  type RegexRequest,
  type RenderJob,
  type RenderRequest,
} from './job.ts';
import { LruCache } from './lru-cache.ts';
import { RenderThread } from './render-thread.ts';
import { threadCode } from './thread-code.ts';

export type RenderPoolOptions = {
  /**
   * Module that exports `createEnvironment(name)`, loaded here and in every thread: functions cannot be sent to a thread.
   * Default: an environment with the filters of Grafana OnCall.
   */
  readonly environmentModule?: URL;
  /** What each render may use, on a thread. */
  readonly limits?: Partial<BudgetLimits>;
  /** How long a render may hold up the calling thread before it is moved to one of its own. Default: 15. */
  readonly inlineMs?: number;
  /** Most threads at a time. Default: one less than the machine has processors, from 1 to 4. */
  readonly maxThreads?: number;
  /** Most jobs waiting for a thread; beyond it a job fails with RenderPoolBusyError. Default: 1000. */
  readonly maxWaiting?: number;
  /** Microseconds since 1970, where a request does not say. Default: the machine's clock. */
  readonly clock?: () => number;
  /** Gives seeds for `random`. Default: `Math.random`. */
  readonly random?: () => number;
};

/** More jobs wait for a thread than the pool holds. */
export class RenderPoolBusyError extends Error {
  override readonly name = 'RenderPoolBusyError';
  readonly code = 'RENDER_POOL_BUSY';
}

const DEFAULT_INLINE_MS = 15;
/** Parsing more JSON than this takes longer than a render may hold up the calling thread. */
const MOST_INLINE_JSON_UNITS = 256 * 1024;
/** Few renders need more, and working on so much at once can take longer than a render may hold up the calling thread. */
const MOST_INLINE_BYTES = 2 * 1024 * 1024;
/** What a thread gets beyond its own budgets before it is ended. */
const GRACE_MS = 500;
/** Templates and patterns remembered to take long, which are not tried inline again. */
const MOST_SLOW = 500;

type Queued = {
  readonly job: Job;
  readonly limitMs: number;
  readonly resolve: (result: string | boolean) => void;
  readonly reject: (error: Error) => void;
};

/**
 * Renders templates at once where they are quick, which nearly all are, and on a thread of its own what takes longer, so that no
 * template and no pattern holds up other work. A render that is moved starts again from scratch with the same clock and
 * random numbers, so it makes no difference where it runs.
 */
export class RenderPool {
  readonly #limits: BudgetLimits;
  readonly #environmentModule: string;
  readonly #inlineMs: number;
  readonly #maxThreads: number;
  readonly #maxWaiting: number;
  readonly #clock: () => number;
  readonly #random: () => number;
  readonly #threads = new Set<RenderThread>();
  readonly #queue: Queued[] = [];
  readonly #slow = new LruCache<true>(MOST_SLOW);
  #runner: Promise<JobRunner> | undefined;
  #threadCode: URL | undefined;
  #closed = false;

  constructor(options: RenderPoolOptions = {}) {
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#environmentModule = (options.environmentModule ?? new URL(defaultModule(), import.meta.url)).href;
    this.#inlineMs = options.inlineMs ?? DEFAULT_INLINE_MS;
    this.#maxThreads = options.maxThreads ?? Math.min(4, Math.max(1, availableParallelism() - 1));
    this.#maxWaiting = options.maxWaiting ?? 1000;
    this.#clock = options.clock ?? (() => Date.now() * 1000);
    this.#random = options.random ?? Math.random;
  }

  /** Throws what the template throws, BudgetError when it uses up a budget, RenderPoolBusyError. */
  async render(request: RenderRequest): Promise<string> {
    const job: RenderJob = {
      kind: 'render',
      template: request.template,
      context: request.context ?? {},
      json: request.json ?? {},
      environment: request.environment ?? '',
      nowUs: request.nowUs ?? this.#clock(),
      seed: Math.floor(this.#random() * 2 ** 32),
    };
    const runner = await this.#inline();
    const key = `render:${job.environment}\n${job.template}`;
    const units = Object.values(job.json).reduce((total, text) => total + text.length, 0);
    if (units <= MOST_INLINE_JSON_UNITS && !this.#slow.has(key)) {
      try {
        return runner.render(job, this.#inlineLimits());
      } catch (error) {
        if (!this.#isInlineLimit(error)) throw error;
        this.#slow.set(key, true);
      }
    }
    const limitMs = this.#limits.timeMs + this.#limits.regexTotalMs + GRACE_MS;
    return (await this.#onThread(job, limitMs)) as string;
  }

  /**
   * Whether a pattern is found anywhere in a text. Throws RegexSyntaxError, RegexLimitError when it takes longer than
   * `limits.regexMs`, RenderPoolBusyError.
   */
  async search(request: RegexRequest): Promise<boolean> {
    const job: RegexJob = { kind: 'regex', ...request, limitMs: this.#limits.regexMs };
    const runner = await this.#inline();
    const key = `regex:${job.flavour}:${job.pattern}`;
    if (!this.#slow.has(key)) {
      try {
        return runner.search(job, Math.min(this.#inlineMs, job.limitMs));
      } catch (error) {
        if (!(error instanceof RegexLimitError)) throw error;
        this.#slow.set(key, true);
      }
    }
    try {
      return (await this.#onThread(job, job.limitMs + GRACE_MS)) as boolean;
    } catch (error) {
      throw error instanceof BudgetError ? new RegexLimitError(error.message) : error;
    }
  }

  /** Ends all threads; jobs that are under way or wait fail. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#queue.splice(0)) reject(new Error('the pool is closed'));
    await Promise.all([...this.#threads].map((thread) => thread.close()));
  }

  #inline(): Promise<JobRunner> {
    this.#runner ??= (async () => {
      const module = (await import(/* @vite-ignore */ this.#environmentModule)) as { createEnvironment: CreateEnvironment };
      return new JobRunner(module.createEnvironment);
    })();
    return this.#runner;
  }

  #inlineLimits(): BudgetLimits {
    return {
      ...this.#limits,
      growthBytes: Math.min(MOST_INLINE_BYTES, this.#limits.growthBytes),
      outputBytes: Math.min(MOST_INLINE_BYTES, this.#limits.outputBytes),
      timeMs: Math.min(this.#inlineMs, this.#limits.timeMs),
      regexTotalMs: Math.min(this.#inlineMs, this.#limits.regexTotalMs),
    };
  }

  /** Whether a render ended because it ran inline, and may go further on a thread. */
  #isInlineLimit(error: unknown): boolean {
    if (!(error instanceof BudgetError)) return false;
    switch (error.kind) {
      case 'time':
      case 'regex':
        return true;
      case 'growth':
        return this.#limits.growthBytes > MOST_INLINE_BYTES;
      case 'output':
        return this.#limits.outputBytes > MOST_INLINE_BYTES;
      default:
        return false;
    }
  }

  async #onThread(job: Job, limitMs: number): Promise<string | boolean> {
    this.#threadCode ??= await threadCode(this.#environmentModule);
    const code = this.#threadCode;
    if (this.#closed) throw new Error('the pool is closed');
    if (this.#queue.length >= this.#maxWaiting) {
      throw new RenderPoolBusyError(`${this.#maxWaiting} templates already wait for a thread`);
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ job, limitMs, resolve, reject });
      this.#next(code);
    });
  }

  #next(code: URL): void {
    while (this.#queue.length > 0 && !this.#closed) {
      const thread = this.#freeThread(code);
      if (thread === undefined) return;
      const queued = this.#queue.shift();
      if (queued === undefined) return;
      thread
        .run(queued.job, queued.limitMs)
        .then(queued.resolve, queued.reject)
        .finally(() => this.#next(code));
    }
  }

  #freeThread(code: URL): RenderThread | undefined {
    for (const thread of this.#threads) if (thread.isFree) return thread;
    if (this.#threads.size >= this.#maxThreads) return undefined;
    const thread = new RenderThread(code, { environmentModule: this.#environmentModule, limits: this.#limits }, () => {
      this.#threads.delete(thread);
    });
    this.#threads.add(thread);
    return thread;
  }
}

const defaultModule = (): string => (import.meta.url.endsWith('.ts') ? './default-environment.ts' : './default-environment.js');
