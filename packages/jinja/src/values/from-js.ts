import { PyDateTime } from './datetime/datetime.ts';
import { type Contents, PyDict } from './dict.ts';
import { intOf, normalize } from './integers.ts';
import { isSharedList } from './shared.ts';
import { PyTuple } from './tuple.ts';
import { PyFloat, PyObject, type Value } from './types.ts';

/**
 * A template's own copy of a value from outside: of a Python value (from `parseJson`, say) or of a plain JavaScript one. Objects and Maps
 * become dicts, whole numbers ints, other numbers floats, Dates aware datetimes in UTC, undefined None. What is inside a dict is copied
 * only when the template looks into it.
 * @throws TypeError for functions and symbols
 */
export function fromJs(v: unknown): Value {
  switch (typeof v) {
    case 'string':
    case 'boolean':
      return v;
    case 'number':
      return Number.isInteger(v) && !Object.is(v, -0) ? intOf(v) : new PyFloat(v);
    case 'bigint':
      return normalize(v);
    case 'undefined':
      return null;
    case 'object':
      return v === null ? null : fromObject(v);
    default:
      throw new TypeError(`No template value can be made from a ${typeof v}`);
  }
}

/** As `fromJs`, but what `parseJson` gave is taken as it is: it is immutable. */
export function shareJs(v: unknown): Value {
  if (v instanceof PyDict && v.isFrozen) return v;
  return Array.isArray(v) && isSharedList(v) ? (v as Value[]) : fromJs(v);
}

function fromObject(v: object): Value {
  if (v instanceof PyDict) return PyDict.lazy(() => v.contentsFor(fromJs));
  if (Array.isArray(v)) return v.map(fromJs);
  if (v instanceof PyTuple) return new PyTuple(v.items.map(fromJs));
  if (v instanceof PyObject) return v;
  if (v instanceof Date) return PyDateTime.fromEpochMs(v.getTime());
  return PyDict.lazy(() => contentsOf(v instanceof Map ? v : Object.entries(v)));
}

function contentsOf(entries: Iterable<[unknown, unknown]>): Contents {
  const dict = PyDict.empty();
  for (const [key, value] of entries) dict.setScalar(scalar(key), fromJs(value));
  return dict.takeContents();
}

function scalar(key: unknown): string | number | bigint | boolean | null {
  const value = fromJs(key);
  if (value instanceof PyObject || Array.isArray(value))
    throw new TypeError('Keys of a Map must be text, whole numbers, booleans or null');
  return value;
}
