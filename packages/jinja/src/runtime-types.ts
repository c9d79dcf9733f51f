import type { Budget } from './budget.ts';
import type { Value } from './values/types.ts';

/** Microseconds since 1970-01-01T00:00:00Z, a whole number. */
export type Clock = () => number;

/** A number from 0 up to but not including 1. */
export type RandomSource = () => number;

/** What value code may ask of the environment that renders. */
export interface RuntimeEnvironment {
  /** Jinja2's `environment.getattr` under the sandbox: attribute, then item, then an undefined value. Never a JavaScript property. */
  getAttribute(value: Value, name: string, rt: Runtime): Value;
  /** Jinja2's `environment.getitem` under the sandbox: item, then attribute, then an undefined value. */
  getItem(value: Value, key: Value, rt: Runtime): Value;
}

/** What every operation that may loop, grow, or ask for time or chance is handed as its last parameter. One per render. */
export interface Runtime {
  readonly budget: Budget;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly env: RuntimeEnvironment;
}
