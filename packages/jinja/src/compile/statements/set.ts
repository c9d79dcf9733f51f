import type { SetBlock, Set as SetNode } from '../../ast.ts';
import { Markup } from '../../values/markup.ts';
import { str } from '../../values/ops.ts';
import { analyseBody, analyseExpression } from '../analyse.ts';
import { compileFilter } from '../calls.ts';
import { compileExpression } from '../expressions.ts';
import { type Execute, enterScope, innerScope, leaveScope, NORMAL, type Scope } from '../scope.ts';
import { compileAssign, compileExport, compileTargetCheck } from './assign.ts';
import { compileCapture } from './filter.ts';

export function compileSet(scope: Scope, node: SetNode): Execute {
  const check = compileTargetCheck(scope, node.target);
  const value = compileExpression(scope, node.value);
  const assign = compileAssign(scope, node.target);
  const publish = compileExport(scope, node.target);
  return (f) => {
    check?.(f);
    assign(f, value(f));
    publish?.(f);
    return NORMAL;
  };
}

/** What the body prints, filtered, as a variable. */
export function compileSetBlock(outer: Scope, node: SetBlock): Execute {
  const scope = innerScope(outer);
  analyseBody(scope.symbols, node.body);
  if (node.filter !== null) analyseExpression(scope.symbols, node.filter);
  const enter = enterScope(scope);
  const check = compileTargetCheck(outer, node.target);
  const { capture, captured } = compileCapture(scope, node.body, node.at);
  const body = node.filter === null ? captured : compileFilter(scope, node.filter, captured);
  const assign = compileAssign(outer, node.target);
  const publish = compileExport(outer, node.target);
  const leave = leaveScope(scope);
  return (f) => {
    enter?.(f);
    check?.(f);
    const outcome = capture(f);
    if (outcome !== NORMAL) return outcome;
    const value = body(f);
    const { rt } = f;
    assign(f, rt.escapes && !(value instanceof Markup) ? new Markup(str(value, rt)) : value);
    publish?.(f);
    leave?.(f);
    return NORMAL;
  };
}
