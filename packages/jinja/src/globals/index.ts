import { callNative } from '../native.ts';
import type { RenderState } from '../runtime/state.ts';
import { dictType } from '../values/dict-methods.ts';
import { PyFunction } from '../values/function.ts';
import type { Value } from '../values/types.ts';
import { cyclerType, joinerType } from './cycler.ts';
import { lipsumFunction } from './lipsum.ts';
import { namespaceType } from './namespace.ts';
import { rangeType } from './range.ts';

/** All globals of Jinja2 3.1. */
export const builtinGlobals: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['cycler', cyclerType],
  ['dict', dictType],
  ['joiner', joinerType],
  [
    'lipsum',
    new PyFunction('generate_lorem_ipsum', (args, kwargs, rt) => callNative(lipsumFunction, args, kwargs, rt as RenderState)),
  ],
  ['namespace', namespaceType],
  ['range', rangeType],
]);
