import type { If } from '../../ast.ts';
import { truthy } from '../../values/ops.ts';
import { compileBody } from '../body.ts';
import { compileExpression } from '../expressions.ts';
import type { Execute, Scope } from '../scope.ts';

/** Branches share the scope around them. */
export function compileIf(outer: Scope, node: If): Execute {
  const scope: Scope = { ...outer, soft: true };
  const branches = node.branches.map(({ test, body }) => ({
    test: compileExpression(scope, test),
    run: compileBody(scope, body),
  }));
  const otherwise = compileBody(scope, node.otherwise);
  const [only] = branches;
  if (branches.length === 1 && only !== undefined) {
    const { test, run } = only;
    return (f) => (truthy(test(f), f.rt) ? run(f) : otherwise(f));
  }
  return (f) => {
    for (const { test, run } of branches) if (truthy(test(f), f.rt)) return run(f);
    return otherwise(f);
  };
}
