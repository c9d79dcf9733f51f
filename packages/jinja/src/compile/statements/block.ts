import type { Block, Statement } from '../../ast.ts';
import { TemplateRuntimeError } from '../../errors.ts';
import { Frame } from '../../runtime/state.ts';
import { TemplateReference } from '../../runtime/template-reference.ts';
import { strRepr } from '../../values/str-repr.ts';
import type { Value } from '../../values/types.ts';
import { analyseBody } from '../analyse.ts';
import { compileScopedBody } from '../body.ts';
import { type Execute, failAssertion, NORMAL, type RunBlock, reader, type Scope, type Unit } from '../scope.ts';
import { FunctionScope, Symbols } from '../symbols.ts';
import { undeclared, walkStatements } from '../walk.ts';

/** Prints the block where it stands. */
export function compileBlock(scope: Scope, node: Block): Execute {
  const { name, scoped, required, at } = node;
  const { blocks } = scope.unit;
  if (required) {
    return (f) => {
      f.rt.at = at;
      throw new TemplateRuntimeError(`Required block ${strRepr(name)} not found`);
    };
  }
  const seen = scoped ? [...scope.symbols.storedNames()].map(([key, slot]) => [key, reader(scope, slot)] as const) : null;
  return (f) => {
    let { context } = f;
    if (seen !== null) {
      const names = new Map<string, Value>();
      for (const [key, read] of seen) {
        const value = read(f);
        if (value !== undefined) names.set(key, value);
      }
      context = context.derive(names);
    }
    f.rt.budget.enter();
    f.rt.budget.step();
    blocks.get(name)?.(f, context);
    f.rt.budget.leave();
    return NORMAL;
  };
}

/** All blocks of a template, nested ones too. They see the context, not the scopes around them. */
export function compileBlocks(unit: Unit, body: readonly Statement[]): void {
  const nodes = new Map<string, Block>();
  walkStatements(body, (node) => {
    if (node.kind !== 'block') return;
    if (nodes.has(node.name)) failAssertion(rootScope(unit), `block ${strRepr(node.name)} defined twice`, node.at);
    nodes.set(node.name, node);
  });
  for (const node of nodes.values()) unit.blocks.set(node.name, compileBlockBody(unit, node));
}

function compileBlockBody(unit: Unit, node: Block): RunBlock {
  const scope = rootScope(unit);
  const special = undeclared(node.body, ['self', 'super']);
  const self = special.has('self') ? scope.symbols.parameter('self') : null;
  const parent = special.has('super') ? scope.symbols.parameter('super') : null;
  analyseBody(scope.symbols, node.body);
  const run = compileScopedBody(scope, node.body);
  const { owner } = scope;
  const hint = `there is no parent block called ${strRepr(node.name)}.`;
  return (outer, context) => {
    const f = new Frame(owner.size, null, outer.rt, context);
    if (self !== null) f.vars[self.index] = new TemplateReference(f, unit.blocks);
    if (parent !== null) f.vars[parent.index] = f.rt.undefined({ hint, name: 'super' });
    run(f);
  };
}

/** The scope of a template, or of a block, which sees no other. */
export function rootScope(unit: Unit): Scope {
  const owner = new FunctionScope(null);
  return {
    unit,
    owner,
    symbols: new Symbols(owner, null),
    escaping: unit.autoescape ? 'on' : 'off',
    topLevel: false,
    soft: false,
    inLoop: false,
  };
}
