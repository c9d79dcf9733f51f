import type { TemplateNode } from '../ast.ts';
import type { NativeFunction } from '../native.ts';
import { type Context, Frame, type RenderState } from '../runtime/state.ts';
import { TemplateReference } from '../runtime/template-reference.ts';
import type { Source } from '../source.ts';
import { analyseBody } from './analyse.ts';
import { compileScopedBody } from './body.ts';
import type { RunBlock, Scope, Unit } from './scope.ts';
import { compileBlocks, rootScope } from './statements/block.ts';
import { undeclared, walkStatements } from './walk.ts';

/** Renders a template into the state's output. */
export type RunTemplate = (rt: RenderState, context: Context) => void;

export interface Library {
  readonly filters: ReadonlyMap<string, NativeFunction>;
  readonly tests: ReadonlyMap<string, NativeFunction>;
  readonly autoescape: boolean;
}

/**
 * Turns a syntax tree into nested JavaScript functions. No code is generated or evaluated, so nothing a template says can become
 * JavaScript, and it works under a content security policy without `unsafe-eval`.
 * @throws TemplateAssertionError
 */
export function compile(node: TemplateNode, source: Source, library: Library): RunTemplate {
  let capturing = false;
  walkStatements(node.body, ({ kind }) => {
    if (kind === 'macro' || kind === 'call-block') capturing = true;
  });
  const unit: Unit = { ...library, source, blocks: new Map<string, RunBlock>(), capturing };
  const scope: Scope = { ...rootScope(unit), topLevel: true };
  const self = undeclared(node.body, ['self']).has('self') ? scope.symbols.parameter('self') : null;
  analyseBody(scope.symbols, node.body);
  const run = compileScopedBody(scope, node.body);
  compileBlocks(unit, node.body);
  const { owner } = scope;
  return (rt, context) => {
    const f = new Frame(owner.size, null, rt, context);
    if (self !== null) f.vars[self.index] = new TemplateReference(f, unit.blocks);
    run(f);
  };
}
