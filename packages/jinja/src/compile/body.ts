import type { Expression, Print, Statement } from '../ast.ts';
import { PythonError } from '../errors.ts';
import type { RenderState } from '../runtime/state.ts';
import { escapeMarkup } from '../values/markup.ts';
import type { Value } from '../values/types.ts';
import { isConstant } from './constant.ts';
import { compileExpression } from './expressions.ts';
import {
  BREAK,
  CONTINUE,
  type Evaluate,
  type Execute,
  enterScope,
  failSyntax,
  leaveScope,
  NORMAL,
  type Outcome,
  type Scope,
} from './scope.ts';
import { compileAutoescape } from './statements/autoescape.ts';
import { compileBlock } from './statements/block.ts';
import { compileCallBlock } from './statements/call.ts';
import { compileFilterBlock } from './statements/filter.ts';
import { compileFor } from './statements/for.ts';
import { compileIf } from './statements/if.ts';
import { compileExtends, compileImport, compileInclude } from './statements/load.ts';
import { compileMacro } from './statements/macro.ts';
import { compileSet, compileSetBlock } from './statements/set.ts';
import { compileWith } from './statements/with.ts';

/** Statements one after another; stops at a `break` or `continue`. */
export function compileBody(scope: Scope, body: readonly Statement[]): Execute {
  return inOrder(body.map((node) => compileStatement(scope, node)));
}

/** A body in a scope of its own, its variables set up before and taken away after it. */
export function compileScopedBody(scope: Scope, body: readonly Statement[]): Execute {
  const enter = enterScope(scope);
  const run = compileBody(scope, body);
  const leave = leaveScope(scope);
  if (enter === null && leave === null) return run;
  return (f) => {
    enter?.(f);
    const outcome = run(f);
    leave?.(f);
    return outcome;
  };
}

function inOrder(steps: readonly Execute[]): Execute {
  const [first, second, third] = steps;
  if (first === undefined) return () => NORMAL;
  if (second === undefined) return first;
  if (third === undefined) return (f) => first(f) || second(f);
  if (steps.length === 3) return (f) => first(f) || second(f) || third(f);
  return (f): Outcome => {
    for (const step of steps) {
      const outcome = step(f);
      if (outcome !== NORMAL) return outcome;
    }
    return NORMAL;
  };
}

function compileStatement(scope: Scope, node: Statement): Execute {
  switch (node.kind) {
    case 'data': {
      const { text } = node;
      return (f) => {
        f.rt.data(text);
        return NORMAL;
      };
    }
    case 'print':
      return compilePrint(scope, node);
    case 'if':
      return compileIf(scope, node);
    case 'for':
      return compileFor(scope, node);
    case 'set':
      return compileSet(scope, node);
    case 'set-block':
      return compileSetBlock(scope, node);
    case 'with':
      return compileWith(scope, node);
    case 'macro':
      return compileMacro(scope, node);
    case 'call-block':
      return compileCallBlock(scope, node);
    case 'filter-block':
      return compileFilterBlock(scope, node);
    case 'autoescape':
      return compileAutoescape(scope, node);
    case 'block':
      return compileBlock(scope, node);
    case 'include':
      return compileInclude(scope, node);
    case 'import':
      return compileImport(scope, node);
    case 'extends':
      return compileExtends(scope, node);
    case 'do': {
      const evaluate = compileExpression(scope, node.expression);
      return (f) => {
        evaluate(f);
        return NORMAL;
      };
    }
    case 'break':
      if (!scope.inLoop) failSyntax(scope, "'break' outside loop", node.at);
      return () => BREAK;
    case 'continue':
      if (!scope.inLoop) failSyntax(scope, "'continue' not properly in loop", node.at);
      return () => CONTINUE;
  }
}

function compilePrint(scope: Scope, node: Print): Execute {
  const { at } = node;
  const evaluate = compilePrinted(scope, node.expression);
  if (scope.escaping === 'off' || (scope.escaping === 'volatile' && isConstant(node.expression, 'volatile'))) {
    return (f) => {
      const value = evaluate(f);
      f.rt.at = at;
      f.rt.print(value);
      return NORMAL;
    };
  }
  const always = scope.escaping === 'on';
  return (f) => {
    const value = evaluate(f);
    f.rt.at = at;
    if (always || f.rt.autoescape) printEscaped(value, f.rt);
    else f.rt.print(value);
    return NORMAL;
  };
}

/** A slice that Jinja2 computes when it compiles gives an undefined value where it would fail when it runs. */
function compilePrinted(scope: Scope, node: Expression): Evaluate {
  const evaluate = compileExpression(scope, node);
  if (node.kind !== 'slice' || !isConstant(node, scope.escaping)) return evaluate;
  return (f) => {
    try {
      return evaluate(f);
    } catch (error) {
      if (!(error instanceof PythonError) || error.pyName !== 'TypeError') throw error;
      return f.rt.undefined({ hint: error.message });
    }
  };
}

const printEscaped = (value: Value, rt: RenderState): void => rt.print(escapeMarkup(value, rt));
