import type { With } from '../../ast.ts';
import { analyseBody, analyseTarget } from '../analyse.ts';
import { compileBody } from '../body.ts';
import { compileExpression } from '../expressions.ts';
import { type Execute, enterScope, innerScope, leaveScope, type Scope } from '../scope.ts';
import { compileAssign } from './assign.ts';

/** The values are computed outside: none sees the names before it. */
export function compileWith(outer: Scope, node: With): Execute {
  const scope = innerScope(outer);
  for (const { target } of node.bindings) analyseTarget(scope.symbols, target, true);
  analyseBody(scope.symbols, node.body);
  const enter = enterScope(scope);
  const bindings = node.bindings.map(({ target, value }) => ({
    assign: compileAssign(scope, target),
    value: compileExpression(outer, value),
  }));
  const run = compileBody(scope, node.body);
  const leave = leaveScope(scope);
  return (f) => {
    enter?.(f);
    for (const { assign, value } of bindings) assign(f, value(f));
    const outcome = run(f);
    leave?.(f);
    return outcome;
  };
}
