import { PythonError } from '../errors.ts';
import type { Value } from '../values/types.ts';

/** Errors that the added filters answer with None: Python's ValueError with what derives from it, TypeError and AttributeError. */
const CAUGHT = new Set<string>([
  'ValueError',
  'JSONDecodeError',
  'UnicodeDecodeError',
  'UnicodeEncodeError',
  'TypeError',
  'AttributeError',
]);

export const isCaught = (error: unknown): boolean => error instanceof PythonError && CAUGHT.has(error.pyName);

/** What `run` answers, or null where it fails because of its input. */
export function orNone(run: () => Value): Value {
  try {
    return run();
  } catch (error) {
    if (isCaught(error)) return null;
    throw error;
  }
}
