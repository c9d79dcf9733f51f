import type { NativeFunction } from '../native.ts';
import { htmlFilters } from './html.ts';
import { numberFilters } from './numbers.ts';
import { selectFilters } from './select.ts';
import { sequenceFilters } from './sequences.ts';
import { textFilters } from './text.ts';
import { valueFilters } from './values.ts';

/** All filters of Jinja2 3.1. */
export const builtinFilters: ReadonlyMap<string, NativeFunction> = new Map([
  ...htmlFilters,
  ...numberFilters,
  ...selectFilters,
  ...sequenceFilters,
  ...textFilters,
  ...valueFilters,
]);
