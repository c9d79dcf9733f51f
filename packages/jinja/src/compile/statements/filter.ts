import type { FilterBlock, Statement } from '../../ast.ts';
import { typeError } from '../../errors.ts';
import type { Frame } from '../../runtime/state.ts';
import { Markup } from '../../values/markup.ts';
import { typeName } from '../../values/ops.ts';
import { textOf } from '../../values/text.ts';
import { analyseBody, analyseExpression } from '../analyse.ts';
import { compileBody } from '../body.ts';
import { compileFilter } from '../calls.ts';
import { type Evaluate, type Execute, enterScope, innerScope, leaveScope, NORMAL, type Outcome, type Scope } from '../scope.ts';

export function compileFilterBlock(outer: Scope, node: FilterBlock): Execute {
  const scope = innerScope(outer);
  analyseBody(scope.symbols, node.body);
  analyseExpression(scope.symbols, node.filter);
  const enter = enterScope(scope);
  const { capture, captured } = compileCapture(scope, node.body, node.at);
  const filter = compileFilter(scope, node.filter, captured);
  const leave = leaveScope(scope);
  const { at } = node;
  return (f) => {
    enter?.(f);
    const outcome = capture(f);
    if (outcome !== NORMAL) return outcome;
    const value = filter(f);
    f.rt.at = at;
    const text = textOf(value);
    if (text === undefined) throw typeError(`sequence item 0: expected str instance, ${typeName(value)} found`);
    f.rt.data(text);
    leave?.(f);
    return NORMAL;
  };
}

/** A body whose text is kept instead of printed, and that text as a filter's input: safe where autoescape is on. */
export function compileCapture(scope: Scope, body: readonly Statement[], at: number): { capture: Execute; captured: Evaluate } {
  const run = compileBody(scope, body);
  const { escaping } = scope;
  const { index } = scope.owner.slot('text', `${at}`);
  return {
    capture: (f: Frame): Outcome => {
      let outcome: Outcome = NORMAL;
      const text = f.rt.capture(() => {
        outcome = run(f);
      });
      f.vars[index] = escaping === 'on' || (escaping === 'volatile' && f.rt.autoescape) ? new Markup(text) : text;
      return outcome;
    },
    captured: (f) => f.vars[index] ?? null,
  };
}
