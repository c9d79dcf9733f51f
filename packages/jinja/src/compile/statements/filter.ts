import type { FilterBlock, Statement } from '../../ast.ts';
import { typeError } from '../../errors.ts';
import { Markup } from '../../values/markup.ts';
import { typeName } from '../../values/ops.ts';
import { textOf } from '../../values/text.ts';
import { analyseBody, analyseExpression } from '../analyse.ts';
import { compileBody } from '../body.ts';
import { compileFilter } from '../calls.ts';
import { type Evaluate, type Execute, enterScope, innerScope, leaveScope, NORMAL, type Scope } from '../scope.ts';

export function compileFilterBlock(outer: Scope, node: FilterBlock): Execute {
  const scope = innerScope(outer, { inLoop: false });
  analyseBody(scope.symbols, node.body);
  analyseExpression(scope.symbols, node.filter);
  const enter = enterScope(scope);
  const filter = compileFilter(scope, node.filter, compileCaptured(scope, node.body));
  const leave = leaveScope(scope);
  const { at } = node;
  return (f) => {
    enter?.(f);
    const value = filter(f);
    f.rt.at = at;
    const text = textOf(value);
    if (text === undefined) throw typeError(`sequence item 0: expected str instance, ${typeName(value)} found`);
    f.rt.data(text);
    leave?.(f);
    return NORMAL;
  };
}

/** What a body prints, as a filter's input: safe text where autoescape is on. */
export function compileCaptured(scope: Scope, body: readonly Statement[]): Evaluate {
  const run = compileBody(scope, body);
  const { escaping } = scope;
  return (f) => {
    const text = f.rt.capture(() => run(f));
    return escaping === 'on' || (escaping === 'volatile' && f.rt.autoescape) ? new Markup(text) : text;
  };
}
