import type { CallBlock } from '../../ast.ts';
import { typeError } from '../../errors.ts';
import { typeName } from '../../values/ops.ts';
import { textOf } from '../../values/text.ts';
import { compileCall } from '../calls.ts';
import { type Execute, NORMAL, type Scope } from '../scope.ts';
import { compileMacroValue } from './macro.ts';

/** What the call gives must be text: Jinja2 joins it with what stands around it. */
export function compileCallBlock(scope: Scope, node: CallBlock): Execute {
  const call = compileCall(scope, node.call, compileMacroValue(scope, null, node));
  const { at } = node;
  return (f) => {
    const value = call(f);
    f.rt.at = at;
    const text = textOf(value);
    if (text === undefined) throw typeError(`sequence item 0: expected str instance, ${typeName(value)} found`);
    f.rt.data(text);
    return NORMAL;
  };
}
