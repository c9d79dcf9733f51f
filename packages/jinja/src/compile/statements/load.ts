import type { Expression, Extends, Import, Include } from '../../ast.ts';
import { TemplateNotFound, TemplatesNotFound } from '../../errors.ts';
import type { RenderState } from '../../runtime/state.ts';
import { Undefined } from '../../runtime/undefined.ts';
import { items, str, truthy } from '../../values/ops.ts';
import { textOf } from '../../values/text.ts';
import type { Value } from '../../values/types.ts';
import { compileExpression } from '../expressions.ts';
import { type Evaluate, type Execute, failAssertion, NORMAL, type Scope } from '../scope.ts';

/** There is no loader: every template that is named is one that does not exist. */
function notFound(name: Value, rt: RenderState): never {
  if (name instanceof Undefined) name.fail(rt);
  throw new TemplateNotFound(str(name, rt));
}

/** `include` takes one name, or several of which the first that exists is used. */
function noneFound(names: Value, rt: RenderState): never {
  if (textOf(names) !== undefined || names instanceof Undefined) notFound(names, rt);
  if (!truthy(names, rt)) throw new TemplatesNotFound('Tried to select from an empty list of templates.');
  const shown = [...items(names, rt)].map((name) => (name instanceof Undefined ? name.message(rt) : str(name, rt)));
  throw new TemplatesNotFound(`none of the templates given were found: ${shown.join(', ')}`);
}

export function compileInclude(scope: Scope, node: Include): Execute {
  const template = compileExpression(scope, node.template);
  const { ignoreMissing, at } = node;
  return (f) => {
    const name = template(f);
    f.rt.at = at;
    try {
      return noneFound(name, f.rt);
    } catch (error) {
      if (ignoreMissing && error instanceof TemplateNotFound) return NORMAL;
      throw error;
    }
  };
}

export const compileImport = (scope: Scope, node: Import): Execute => compileMissing(scope, node.template, node.at);

export function compileExtends(scope: Scope, node: Extends): Execute {
  if (!scope.topLevel) failAssertion(scope, 'cannot use extend from a non top-level scope', node.at);
  return compileMissing(scope, node.template, node.at);
}

function compileMissing(scope: Scope, node: Expression, at: number): Execute {
  const template: Evaluate = compileExpression(scope, node);
  return (f) => {
    const name = template(f);
    f.rt.at = at;
    return notFound(name, f.rt);
  };
}
