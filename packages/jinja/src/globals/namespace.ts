import type { Runtime } from '../runtime-types.ts';
import { PyDict } from '../values/dict.ts';
import { dictType } from '../values/dict-methods.ts';
import { PyType } from '../values/function.ts';
import { repr } from '../values/protocol.ts';
import { PyObject, type Value } from '../values/types.ts';

/** An object whose attributes `set` can change, also from inside a loop. */
export class Namespace extends PyObject {
  readonly #attributes: PyDict;

  constructor(attributes: PyDict) {
    super();
    this.#attributes = attributes;
  }

  get typeName(): string {
    return 'Namespace';
  }

  override get moduleName(): string {
    return 'jinja2.utils';
  }

  override getAttr(name: string): Value | undefined {
    return this.#attributes.getText(name);
  }

  set(name: string, value: Value, rt: Runtime): void {
    this.#attributes.set(name, value, rt);
  }

  override repr(rt: Runtime): string {
    return `<Namespace ${repr(this.#attributes, rt)}>`;
  }
}

/** `namespace(…)` takes what `dict(…)` takes. */
export const namespaceType = new PyType('jinja2.utils.Namespace', (args, kwargs, rt) => {
  const attributes = dictType.call(args, kwargs, rt);
  return new Namespace(attributes instanceof PyDict ? attributes : PyDict.empty());
});
