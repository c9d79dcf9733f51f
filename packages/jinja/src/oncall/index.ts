import type { Environment } from '../environment.ts';
import { SecurityError } from '../errors.ts';
import { callNative, native } from '../native.ts';
import type { RenderState } from '../runtime/state.ts';
import { PyDateTime } from '../values/datetime/datetime.ts';
import { PyTimezone } from '../values/datetime/timezone.ts';
import { PyFunction } from '../values/function.ts';
import { dateFilters } from './date-filters.ts';
import { createRegexFilters } from './regex-filters.ts';
import { textFilters } from './text-filters.ts';

const timeFunction = native('time', '', (_args, rt) => PyDateTime.fromEpochUs(rt.clock(), PyTimezone.utc));

/**
 * Makes an environment understand templates written for Grafana OnCall: its extra filters (dates, JSON, base 64, regular
 * expressions), the global `time()`, and no `range`. Gives the environment back.
 */
export function oncall<E extends Environment>(env: E): E {
  for (const [name, filter] of [...dateFilters, ...textFilters, ...createRegexFilters()]) env.addFilter(name, filter);
  env.addGlobal('time', new PyFunction('time', (args, kwargs, rt) => callNative(timeFunction, args, kwargs, rt as RenderState)));
  env.addGlobal(
    'range',
    new PyFunction('range', () => {
      throw new SecurityError("use of 'range' is restricted");
    }),
  );
  return env;
}
