import { BudgetError } from './errors.ts';

/** What one render may use. */
export interface BudgetLimits {
  /** Turns of loops, calls, items handled by filters. */
  readonly steps: number;
  /** Bytes of printed text, two per UTF-16 unit. */
  readonly outputBytes: number;
  /** Nested macro calls, recursive loops and nested values. */
  readonly depth: number;
  /** Bytes that all operations together may allocate, freed or not. */
  readonly growthBytes: number;
  /** Milliseconds from the start of the render. */
  readonly timeMs: number;
  /** Milliseconds of one regular expression call. */
  readonly regexMs: number;
  /** Milliseconds of all regular expression calls of the render. */
  readonly regexTotalMs: number;
}

export const defaultLimits: BudgetLimits = {
  steps: 10_000_000,
  outputBytes: 64 * 1024 * 1024,
  depth: 200,
  growthBytes: 64 * 1024 * 1024,
  timeMs: 1_000,
  regexMs: 2_000,
  regexTotalMs: 5_000,
};

/** Steps between two looks at the clock. */
const CLOCK_STEPS = 2_048;
/** Bytes of growth between two looks at the clock. */
const CLOCK_BYTES = 1024 * 1024;

/** Milliseconds of a clock that never goes back. */
export type MonotonicClock = () => number;

/** Counts what one render uses and stops it at its limits. Every operation whose cost a template chooses asks here first. */
export class Budget {
  readonly limits: BudgetLimits;
  readonly monotonic: MonotonicClock;
  #deadline: number;
  #steps = 0;
  #chunk: number;
  #fuel: number;
  #growth = 0;
  #growthCheck: number;
  #output = 0;
  #depth = 0;
  #regexMs = 0;

  constructor(limits: Partial<BudgetLimits> = {}, monotonic: MonotonicClock = () => performance.now()) {
    this.limits = { ...defaultLimits, ...limits };
    this.monotonic = monotonic;
    this.#deadline = monotonic() + this.limits.timeMs;
    this.#chunk = Math.min(CLOCK_STEPS, this.limits.steps);
    this.#fuel = this.#chunk;
    this.#growthCheck = Math.min(CLOCK_BYTES, this.limits.growthBytes);
  }

  /** Steps taken so far. */
  get steps(): number {
    return this.#steps + this.#chunk - this.#fuel;
  }

  /** Milliseconds until the render must end; negative when it is over. */
  get timeLeftMs(): number {
    return this.#deadline - this.monotonic();
  }

  /** Takes `n` steps. */
  step(n = 1): void {
    this.#fuel -= n;
    if (this.#fuel < 0) this.#refuel();
  }

  #refuel(): void {
    this.#steps += this.#chunk - this.#fuel;
    if (this.#steps > this.limits.steps) {
      this.#fuel = 0;
      this.#chunk = 0;
      throw new BudgetError('steps', `the template takes more than ${this.limits.steps} steps`);
    }
    this.#chunk = Math.min(CLOCK_STEPS, this.limits.steps - this.#steps);
    this.#fuel = this.#chunk;
    this.checkTime();
  }

  /** Looks at the clock now. `step` and `grow` do so every few thousand steps and every MiB. */
  checkTime(): void {
    if (this.monotonic() > this.#deadline) {
      throw new BudgetError('time', `the template takes longer than ${this.limits.timeMs} ms`);
    }
  }

  /** Announces an allocation of about `bytes` before it is made. A UTF-16 unit counts two, a list slot eight. */
  grow(bytes: number): void {
    this.#growth += bytes;
    if (!(this.#growth <= this.#growthCheck)) this.#growSlow();
  }

  #growSlow(): void {
    if (!(this.#growth <= this.limits.growthBytes)) {
      this.#growth = this.limits.growthBytes;
      throw new BudgetError('growth', `the template needs more than ${this.limits.growthBytes} bytes`);
    }
    this.#growthCheck = Math.min(this.#growth + CLOCK_BYTES, this.limits.growthBytes);
    this.checkTime();
  }

  /** Announces printed text, in UTF-16 units. */
  print(units: number): void {
    this.#output += units * 2;
    if (this.#output > this.limits.outputBytes) {
      throw new BudgetError('output', `the template prints more than ${this.limits.outputBytes} bytes`);
    }
  }

  /** Goes one level deeper; every `enter` needs a `leave`, in `finally`. */
  enter(): void {
    if (this.#depth >= this.limits.depth) throw new BudgetError('depth', 'maximum recursion depth exceeded');
    this.#depth++;
  }

  leave(): void {
    this.#depth--;
  }

  /** Milliseconds the next regular expression call may take: 0 when the render has used them all. */
  get regexAllowanceMs(): number {
    return Math.max(0, Math.min(this.limits.regexMs, this.limits.regexTotalMs - this.#regexMs));
  }

  /** Books the time of a regular expression call; it does not count towards `timeMs`. */
  spendRegex(ms: number): void {
    this.#regexMs += ms;
    this.#deadline += ms;
  }
}
