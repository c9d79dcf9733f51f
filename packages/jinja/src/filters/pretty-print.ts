import type { RenderState } from '../runtime/state.ts';
import { repr } from '../values/ops.ts';
import type { Value } from '../values/types.ts';

export function prettyPrint(value: Value, rt: RenderState): string {
  return repr(value, rt);
}
