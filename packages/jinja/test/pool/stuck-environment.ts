import { isMainThread } from 'node:worker_threads';
import { Environment } from '../../src/environment.ts';
import { BudgetError } from '../../src/errors.ts';

/** An environment whose filters move a render to a thread, and hold that thread without ever looking at a budget. */
export function createEnvironment(): Environment {
  const env = new Environment();
  env.addFilter('wait_for_thread', ([value]) => {
    if (isMainThread) throw new BudgetError('time', 'not here');
    return value ?? null;
  });
  env.addFilter('hang', () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    return null;
  });
  return env;
}
