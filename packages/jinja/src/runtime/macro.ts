import { typeError } from '../errors.ts';
import { PyDict } from '../values/dict.ts';
import { strRepr } from '../values/str-repr.ts';
import { PyTuple } from '../values/tuple.ts';
import { type Kwargs, PyObject, type Value } from '../values/types.ts';
import type { RenderState } from './state.ts';

export interface MacroShape {
  /** Null for the body of a call block. */
  readonly name: string | null;
  readonly parameters: readonly string[];
  readonly usesCaller: boolean;
  readonly usesKwargs: boolean;
  readonly usesVarargs: boolean;
}

/** Values of the parameters in order (undefined where not given), then caller, kwargs and varargs as far as used. */
export type RunMacro = (args: readonly (Value | undefined)[]) => string;

/** A macro, or the body of a call block (`caller`). */
export class Macro extends PyObject {
  readonly #shape: MacroShape;
  readonly #run: RunMacro;
  readonly #rt: RenderState;

  constructor(shape: MacroShape, run: RunMacro, rt: RenderState) {
    super();
    this.#shape = shape;
    this.#run = run;
    this.#rt = rt;
  }

  get typeName(): string {
    return 'Macro';
  }

  override get moduleName(): string {
    return 'jinja2.runtime';
  }

  override get callable(): boolean {
    return true;
  }

  override getAttr(name: string): Value | undefined {
    const { name: own, parameters, usesCaller, usesKwargs, usesVarargs } = this.#shape;
    switch (name) {
      case 'name':
        return own;
      case 'arguments':
        return new PyTuple(parameters);
      case 'catch_kwargs':
        return usesKwargs;
      case 'catch_varargs':
        return usesVarargs;
      case 'caller':
        return usesCaller;
      case 'explicit_caller':
        return parameters.includes('caller');
      default:
        return undefined;
    }
  }

  override call(args: readonly Value[], kwargs: Kwargs): Value {
    const rt = this.#rt;
    const bound = this.#bind(args, kwargs);
    rt.budget.enter();
    rt.budget.step();
    const text = this.#run(bound);
    rt.budget.leave();
    return rt.rendered(text);
  }

  #bind(args: readonly Value[], kwargs: Kwargs): (Value | undefined)[] {
    const { name, parameters, usesCaller, usesKwargs, usesVarargs } = this.#shape;
    const bound: (Value | undefined)[] = args.slice(0, parameters.length);
    const left = new Map(kwargs ?? []);
    let callerGiven = bound.length === parameters.length && parameters.includes('caller');
    for (const parameter of parameters.slice(bound.length)) {
      bound.push(left.get(parameter));
      left.delete(parameter);
      if (parameter === 'caller') callerGiven = true;
    }
    if (usesCaller && !callerGiven) {
      const caller = left.get('caller') ?? null;
      left.delete('caller');
      bound.push(caller ?? this.#rt.undefined({ hint: 'No caller defined', name: 'caller' }));
    }
    const shown = name === null ? 'None' : strRepr(name);
    const [unknown] = left.keys();
    if (usesKwargs) bound.push(PyDict.of(left, this.#rt));
    else if (unknown !== undefined) {
      throw typeError(
        left.has('caller')
          ? `macro ${shown} was invoked with two values for the special caller argument. This is most likely a bug.`
          : `macro ${shown} takes no keyword argument ${strRepr(unknown)}`,
      );
    }
    if (usesVarargs) bound.push(new PyTuple(args.slice(parameters.length)));
    else if (args.length > parameters.length) {
      throw typeError(`macro ${shown} takes not more than ${parameters.length} argument(s)`);
    }
    return bound;
  }

  override repr(): string {
    const { name } = this.#shape;
    return `<Macro ${name === null ? 'anonymous' : strRepr(name)}>`;
  }
}
