import { PythonError } from '../errors.ts';
import { bind, native } from '../native.ts';
import { ADDRESS } from '../values/address.ts';
import { PyFunction, PyType } from '../values/function.ts';
import { PyTuple } from '../values/tuple.ts';
import { type Kwargs, PyObject, type Value } from '../values/types.ts';

const noParameters = (name: string, args: readonly Value[], kwargs: Kwargs): void => {
  bind(native(name, '@', () => null).signature, args, kwargs, (value) => value);
};

/** Gives its items in turn, again and again. */
export class Cycler extends PyObject {
  readonly #items: readonly Value[];
  #at = 0;

  constructor(items: readonly Value[]) {
    super();
    this.#items = items;
  }

  get typeName(): string {
    return 'Cycler';
  }

  override get moduleName(): string {
    return 'jinja2.utils';
  }

  get #current(): Value {
    return this.#items[this.#at] ?? null;
  }

  #next(): Value {
    const value = this.#current;
    this.#at = (this.#at + 1) % this.#items.length;
    return value;
  }

  override getAttr(name: string): Value | undefined {
    switch (name) {
      case 'items':
        return new PyTuple(this.#items);
      case 'pos':
        return this.#at;
      case 'current':
        return this.#current;
      case 'next':
        return this.#method('Cycler.next', () => this.#next());
      case 'reset':
        return this.#method('Cycler.reset', () => {
          this.#at = 0;
          return null;
        });
      default:
        return undefined;
    }
  }

  #method(name: string, run: () => Value): PyFunction {
    return new PyFunction(
      name,
      (args, kwargs) => {
        noParameters(name, args, kwargs);
        return run();
      },
      'method',
    );
  }

  override repr(): string {
    return `<jinja2.utils.Cycler object ${ADDRESS}>`;
  }
}

export const cyclerType = new PyType('jinja2.utils.Cycler', (args, kwargs) => {
  bind(native('Cycler.__init__', '@, *', () => null).signature, args, kwargs, (value) => value);
  if (args.length === 0) throw new PythonError('RuntimeError', 'at least one item has to be provided');
  return new Cycler(args);
});

/** Empty text the first time it is called, its separator from then on. */
export class Joiner extends PyObject {
  readonly #separator: Value;
  #used = false;

  constructor(separator: Value) {
    super();
    this.#separator = separator;
  }

  get typeName(): string {
    return 'Joiner';
  }

  override get moduleName(): string {
    return 'jinja2.utils';
  }

  override get callable(): boolean {
    return true;
  }

  override getAttr(name: string): Value | undefined {
    if (name === 'sep') return this.#separator;
    return name === 'used' ? this.#used : undefined;
  }

  override call(args: readonly Value[], kwargs: Kwargs): Value {
    noParameters('Joiner.__call__', args, kwargs);
    if (this.#used) return this.#separator;
    this.#used = true;
    return '';
  }

  override repr(): string {
    return `<jinja2.utils.Joiner object ${ADDRESS}>`;
  }
}

const joinerSignature = native('Joiner.__init__', '@, sep=None', () => null).signature;

export const joinerType = new PyType('jinja2.utils.Joiner', (args, kwargs) => {
  const { args: given } = bind<Value | undefined>(joinerSignature, args, kwargs, () => undefined);
  return new Joiner(given[0] === undefined ? ', ' : given[0]);
});
