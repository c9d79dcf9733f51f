import { hiddenAttributes } from './hidden-attributes.ts';
import { PyFunction, PyType } from './values/function.ts';
import { PyIterator } from './values/iterator.ts';
import { typeName } from './values/ops.ts';
import type { Value } from './values/types.ts';

/**
 * Whether Python's object would have an attribute of this name that the sandbox hides. All names with a leading `_` are hidden, but
 * only those that exist are: `payload._source` is a key of the dict.
 */
export function isHidden(value: Value, name: string): boolean {
  if (name.startsWith('_')) return hiddenAttributes(typeName(value)).has(name);
  if (value instanceof PyIterator) return typeName(value) === 'generator' && (name === 'gi_frame' || name === 'gi_code');
  return value instanceof PyType && !(value instanceof PyFunction) && name === 'mro';
}
