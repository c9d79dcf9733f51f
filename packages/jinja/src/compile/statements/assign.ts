import type { Target } from '../../ast.ts';
import { TemplateRuntimeError } from '../../errors.ts';
import { Namespace } from '../../globals/namespace.ts';
import type { Frame } from '../../runtime/state.ts';
import { PyTuple } from '../../values/tuple.ts';
import type { Value } from '../../values/types.ts';
import { unpack } from '../../values/unpack.ts';
import { reader, type Scope } from '../scope.ts';
import { walkTarget } from '../walk.ts';

/** Gives a value to a target: a name, names to unpack into, or a namespace's attribute. */
export type Assign = (f: Frame, value: Value) => void;

export function compileAssign(scope: Scope, target: Target): Assign {
  switch (target.kind) {
    case 'target': {
      const { index } = scope.symbols.ref(target.name);
      return (f, value) => {
        f.vars[index] = value;
      };
    }
    case 'namespace': {
      const read = reader(scope, scope.symbols.ref(target.name));
      const { attribute } = target;
      return (f, value) => {
        const namespace = read(f);
        if (namespace instanceof Namespace) namespace.set(attribute, value, f.rt);
      };
    }
    case 'targets': {
      const parts = target.items.map((item) => compileAssign(scope, item));
      const { at } = target;
      const [first, second] = parts;
      if (first !== undefined && second !== undefined && parts.length === 2) {
        return (f, value) => {
          f.rt.at = at;
          const values = value instanceof PyTuple && value.items.length === 2 ? value.items : unpack(value, 2, f.rt);
          first(f, values[0] ?? null);
          second(f, values[1] ?? null);
        };
      }
      return (f, value) => {
        f.rt.at = at;
        const values = unpack(value, parts.length, f.rt);
        for (const [i, part] of parts.entries()) part(f, values[i] ?? null);
      };
    }
  }
}

/** The check that Jinja2 makes before it computes what to assign; null when there is nothing to check. */
export function compileTargetCheck(scope: Scope, target: Target): ((f: Frame) => void) | null {
  if (target.kind !== 'namespace') return null;
  const read = reader(scope, scope.symbols.ref(target.name));
  const { at } = target;
  return (f) => {
    f.rt.at = at;
    if (!(read(f) instanceof Namespace)) throw new TemplateRuntimeError('cannot assign attribute on non-namespace object');
  };
}

/** Makes what the top level of the template sets visible to blocks; null elsewhere. */
export function compileExport(scope: Scope, target: Target): ((f: Frame) => void) | null {
  if (!scope.topLevel) return null;
  const names: (readonly [string, number])[] = [];
  walkTarget(target, (part) => {
    if (part.kind === 'target') names.push([part.name, scope.symbols.ref(part.name).index]);
  });
  return (f) => {
    for (const [name, index] of names) {
      const value = f.vars[index];
      if (value !== undefined) f.context.set(name, value);
    }
  };
}
