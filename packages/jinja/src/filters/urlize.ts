import type { RenderState } from '../runtime/state.ts';
import { str } from '../values/ops.ts';
import type { Value } from '../values/types.ts';

export function urlize([value = null]: readonly Value[], rt: RenderState): Value {
  return str(value, rt);
}
