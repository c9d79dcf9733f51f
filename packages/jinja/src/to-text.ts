import { Budget } from './budget.ts';
import { Environment } from './environment.ts';
import { RenderState } from './runtime/state.ts';
import { fromJs } from './values/from-js.ts';
import { repr, str } from './values/ops.ts';

function state(): RenderState {
  const env = new Environment();
  return new RenderState(env, new Budget(), env.clock, env.random);
}

/** Python's `str(value)` of a value of this package or a plain JavaScript one. */
export const toStr = (value: unknown): string => str(fromJs(value), state());

/** Python's `repr(value)`. */
export const toRepr = (value: unknown): string => repr(fromJs(value), state());
