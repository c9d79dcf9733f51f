import type { For } from '../../ast.ts';
import { filterItems, LoopContext } from '../../runtime/loop.ts';
import { Frame } from '../../runtime/state.ts';
import { Markup } from '../../values/markup.ts';
import { iterate, truthy } from '../../values/ops.ts';
import type { Value } from '../../values/types.ts';
import { analyseLoop } from '../analyse.ts';
import { compileBody, compileScopedBody } from '../body.ts';
import { compileExpression } from '../expressions.ts';
import {
  BREAK,
  type Evaluate,
  type Execute,
  enterScope,
  failAssertion,
  functionScope,
  innerScope,
  leaveScope,
  NORMAL,
  type Outcome,
  type Scope,
} from '../scope.ts';
import { Symbols } from '../symbols.ts';
import { undeclared, walkStatements, walkTarget } from '../walk.ts';
import { compileAssign } from './assign.ts';

/** Runs the loop over a value in the frame given. */
type RunLoop = (f: Frame, iterable: Value, depth0: number, recurse: ((items: Value, depth0: number) => Value) | null) => Outcome;

export function compileFor(outer: Scope, node: For): Execute {
  checkLoopName(outer, node);
  const iterable = compileExpression(outer, node.iterable);
  const { at } = node;
  if (!node.recursive) {
    const run = compileLoop(outer, node, { ...innerScope(outer), inLoop: true }, innerScope(outer));
    return (f) => {
      const items = iterable(f);
      f.rt.at = at;
      return run(f, items, 0, null);
    };
  }
  const scope = functionScope(outer);
  const run = compileLoop(outer, node, { ...scope, inLoop: true }, innerScope(outer, { owner: scope.owner, inLoop: false }));
  const render = compileRecursion(scope, run);
  return (f) => {
    const items = iterable(f);
    f.rt.at = at;
    f.rt.data(render(f, items, 0));
    return NORMAL;
  };
}

/** A recursive loop is a function: it runs in a frame of its own and gives what it printed. */
function compileRecursion(scope: Scope, run: RunLoop): (outer: Frame, items: Value, depth0: number) => string {
  const { owner, escaping } = scope;
  const render = (outer: Frame, items: Value, depth0: number): string => {
    const { rt } = outer;
    const f = new Frame(owner.size, outer, rt, outer.context);
    rt.budget.enter();
    const recurse = (inner: Value, depth: number): Value => {
      const text = render(outer, inner, depth);
      return escaping === 'on' || (escaping === 'volatile' && rt.autoescape) ? new Markup(text) : text;
    };
    const text = rt.capture(() => run(f, items, depth0, recurse));
    rt.budget.leave();
    return text;
  };
  return render;
}

function compileLoop(outer: Scope, node: For, scope: Scope, elseScope: Scope): RunLoop {
  const loop = usesLoop(node) ? scope.symbols.parameter('loop') : null;
  analyseLoop(scope.symbols, node, 'body');
  const assign = compileAssign(scope, node.target);
  const enter = enterScope(scope);
  const filter = compileLoopFilter(outer, scope, node);
  const body = compileBody(scope, node.body);
  const leave = leaveScope(scope);
  const otherwise = compileElse(elseScope, node);
  const loopIndex = loop?.index ?? null;

  /** Returns false when the loop is left for good; counts a turn that came to its end. */
  const finish = (f: Frame, completed: boolean): Outcome => {
    leave?.(f);
    return completed || otherwise === null ? NORMAL : otherwise(f);
  };

  if (loopIndex === null && filter === null) {
    return (f, iterable) => {
      const { budget } = f.rt;
      let completed = false;
      const turn = (item: Value): boolean => {
        budget.step();
        assign(f, item);
        enter?.(f);
        const outcome = body(f);
        if (outcome === NORMAL) completed = true;
        return outcome !== BREAK;
      };
      if (Array.isArray(iterable)) {
        for (let i = 0; i < iterable.length; i++) if (!turn(iterable[i] as Value)) break;
      } else {
        const iterator = iterate(iterable, f.rt);
        for (let next = iterator.next(); next.done !== true; next = iterator.next()) if (!turn(next.value)) break;
      }
      return finish(f, completed);
    };
  }
  return (f, iterable, depth0, recurse) => {
    const { budget } = f.rt;
    const items = filter === null ? null : filterItems(iterable, filter(f), f.rt);
    const context = new LoopContext(f.rt, iterable, items, recurse, depth0);
    let completed = false;
    for (let item = context.advance(); item !== undefined; item = context.advance()) {
      budget.step();
      assign(f, item);
      if (loopIndex !== null) f.vars[loopIndex] = context;
      enter?.(f);
      const outcome = body(f);
      if (outcome === NORMAL) completed = true;
      else if (outcome === BREAK) break;
    }
    return finish(f, completed);
  };
}

function compileElse(scope: Scope, node: For): Execute | null {
  if (node.otherwise.length === 0) return null;
  analyseLoop(scope.symbols, node, 'else');
  return compileScopedBody(scope, node.otherwise);
}

/** The loop's `if`, with its variables apart from the body's: it is asked about the next item while the body still has this one. */
function compileLoopFilter(outer: Scope, body: Scope, node: For): ((f: Frame) => (item: Value) => boolean) | null {
  if (node.test === null) return null;
  const scope: Scope = { ...innerScope(outer), owner: body.owner, symbols: new Symbols(body.owner, outer.symbols, 'filter ') };
  analyseLoop(scope.symbols, node, 'test');
  const enter = enterScope(scope);
  const assign = compileAssign(scope, node.target);
  const test: Evaluate = compileExpression(scope, node.test);
  return (f) => {
    let entered = false;
    return (item) => {
      if (!entered) enter?.(f);
      entered = true;
      assign(f, item);
      return truthy(test(f), f.rt);
    };
  };
}

function usesLoop(node: For): boolean {
  if (node.recursive || undeclared(node.body, ['loop']).has('loop')) return true;
  let scoped = false;
  walkStatements([...node.body, ...node.otherwise], (child) => {
    if (child.kind === 'block' && child.scoped) scoped = true;
  });
  return scoped;
}

/** Inside a loop nothing may set a variable named `loop`. */
function checkLoopName(scope: Scope, node: For): void {
  const check = (target: Parameters<typeof walkTarget>[0]): void =>
    walkTarget(target, (part) => {
      if (part.kind === 'target' && part.name === 'loop') {
        failAssertion(scope, "Can't assign to special loop variable in for-loop target", part.at);
      }
    });
  check(node.target);
  walkStatements([...node.body, ...node.otherwise], (child) => {
    if (child.kind === 'set' || child.kind === 'set-block' || child.kind === 'for') check(child.target);
  });
}
