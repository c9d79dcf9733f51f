import type { CallBlock, MacroNode } from '../../ast.ts';
import { Macro, type MacroShape } from '../../runtime/macro.ts';
import { Frame } from '../../runtime/state.ts';
import { strRepr } from '../../values/str-repr.ts';
import { analyseBody, analyseSignature } from '../analyse.ts';
import { compileBody } from '../body.ts';
import { compileExpression } from '../expressions.ts';
import { type Evaluate, type Execute, enterScope, failAssertion, functionScope, NORMAL, type Scope } from '../scope.ts';
import { undeclared } from '../walk.ts';
import { compileAssign, compileExport } from './assign.ts';

export function compileMacro(scope: Scope, node: MacroNode): Execute {
  const value = compileMacroValue(scope, node.name, node);
  const target = { kind: 'target', name: node.name, at: node.at } as const;
  const assign = compileAssign(scope, target);
  const publish = compileExport(scope, target);
  return (f) => {
    assign(f, value(f));
    publish?.(f);
    return NORMAL;
  };
}

/** The macro as a value that remembers the frame it was made in. `name` is null for the body of a call block. */
export function compileMacroValue(outer: Scope, name: string | null, node: MacroNode | CallBlock): Evaluate {
  const scope = functionScope(outer);
  const names = node.parameters.map((parameter) => parameter.name);
  const special = undeclared(node.body, ['caller', 'kwargs', 'varargs']);
  checkCaller(scope, node, names, special);
  analyseSignature(scope.symbols, node);
  const shape: MacroShape = {
    name,
    parameters: names,
    usesCaller: special.has('caller'),
    usesKwargs: special.has('kwargs') && !names.includes('kwargs'),
    usesVarargs: special.has('varargs') && !names.includes('varargs'),
  };
  const extra = [
    ...(shape.usesCaller && !names.includes('caller') ? ['caller'] : []),
    ...(shape.usesKwargs ? ['kwargs'] : []),
    ...(shape.usesVarargs ? ['varargs'] : []),
  ];
  for (const parameter of extra) scope.symbols.parameter(parameter);
  analyseBody(scope.symbols, node.body);
  const slots = [...names, ...extra].map((parameter) => scope.symbols.ref(parameter).index);
  const enter = enterScope(scope);
  const defaults = compileDefaults(scope, node, names);
  const run = compileBody(scope, node.body);
  const { owner } = scope;
  return (outerFrame) => {
    const { rt } = outerFrame;
    const runMacro = (args: Parameters<ConstructorParameters<typeof Macro>[1]>[0]): string => {
      const f = new Frame(owner.size, outerFrame, rt, outerFrame.context);
      for (const [i, slot] of slots.entries()) f.vars[slot] = args[i];
      enter?.(f);
      return rt.capture(() => {
        for (const fill of defaults) fill(f);
        run(f);
      });
    };
    return new Macro(shape, runMacro, rt);
  };
}

/** `caller` may be a parameter only when a call without it still works. */
function checkCaller(scope: Scope, node: MacroNode | CallBlock, names: readonly string[], special: ReadonlySet<string>): void {
  const place = names.indexOf('caller');
  if (place === -1 || !special.has('caller')) return;
  if (place < names.length - node.defaults.length) {
    failAssertion(
      scope,
      'When defining macros or call blocks the special "caller" argument must be omitted or be given a default.',
      node.at,
    );
  }
}

/** Fills in what was not given, parameter by parameter: a default may use the parameters before it. */
function compileDefaults(scope: Scope, node: MacroNode | CallBlock, names: readonly string[]): ((f: Frame) => void)[] {
  const withoutDefault = names.length - node.defaults.length;
  return names.map((name, i) => {
    const { index } = scope.symbols.ref(name);
    const node_ = node.defaults[i - withoutDefault];
    const hint = `parameter ${strRepr(name)} was not provided`;
    const value: Evaluate = node_ === undefined ? (f) => f.rt.undefined({ hint, name }) : compileExpression(scope, node_);
    return (f) => {
      if (f.vars[index] === undefined) f.vars[index] = value(f);
    };
  });
}
