import type { Autoescape } from '../../ast.ts';
import { truthy } from '../../values/ops.ts';
import { analyseBody, analyseExpression } from '../analyse.ts';
import { compileBody } from '../body.ts';
import { compileExpression } from '../expressions.ts';
import { type Execute, enterScope, innerScope, leaveScope, type Scope } from '../scope.ts';

export function compileAutoescape(outer: Scope, node: Autoescape): Execute {
  const { on } = node;
  const literal = on.kind === 'literal' ? on.value : undefined;
  const isOn = literal !== null && literal !== false && literal !== 0 && literal !== '';
  const scope = innerScope(outer, { escaping: literal === undefined ? 'volatile' : isOn ? 'on' : 'off' });
  analyseExpression(scope.symbols, on);
  analyseBody(scope.symbols, node.body);
  const enter = enterScope(scope);
  const evaluate = compileExpression(scope, on);
  const run = compileBody(scope, node.body);
  const leave = leaveScope(scope);
  return (f) => {
    const before = f.rt.autoescape;
    enter?.(f);
    f.rt.autoescape = truthy(evaluate(f), f.rt);
    const outcome = run(f);
    f.rt.autoescape = before;
    leave?.(f);
    return outcome;
  };
}
