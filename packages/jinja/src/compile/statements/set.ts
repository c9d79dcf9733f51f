import type { SetBlock, Set as SetNode } from '../../ast.ts';
import { Markup } from '../../values/markup.ts';
import { str } from '../../values/ops.ts';
import { analyseBody, analyseExpression } from '../analyse.ts';
import { compileBody } from '../body.ts';
import { compileFilter } from '../calls.ts';
import { compileExpression } from '../expressions.ts';
import { type Evaluate, type Execute, enterScope, innerScope, leaveScope, NORMAL, type Scope } from '../scope.ts';
import { compileAssign, compileExport, compileTargetCheck } from './assign.ts';
import { compileCaptured } from './filter.ts';

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
  const scope = innerScope(outer, { inLoop: false });
  analyseBody(scope.symbols, node.body);
  if (node.filter !== null) analyseExpression(scope.symbols, node.filter);
  const enter = enterScope(scope);
  const check = compileTargetCheck(outer, node.target);
  const body =
    node.filter === null ? compilePlain(scope, node) : compileFilter(scope, node.filter, compileCaptured(scope, node.body));
  const assign = compileAssign(outer, node.target);
  const publish = compileExport(outer, node.target);
  const leave = leaveScope(scope);
  return (f) => {
    enter?.(f);
    check?.(f);
    const value = body(f);
    const { rt } = f;
    if (!rt.autoescape) assign(f, value);
    else assign(f, value instanceof Markup ? value : new Markup(str(value, rt)));
    publish?.(f);
    leave?.(f);
    return NORMAL;
  };
}

function compilePlain(scope: Scope, node: SetBlock): Evaluate {
  const run = compileBody(scope, node.body);
  return (f) => f.rt.rendered(f.rt.capture(() => run(f)));
}
