import { PyObject, type Value } from './types.ts';

/** A lazy row of values that can be gone through once, such as the result of `map`. */
export class PyIterator extends PyObject {
  private readonly source: Iterator<Value>;
  private readonly type: string;

  /** @param type Python's name of the type: `generator`, `list_reverseiterator` … */
  constructor(source: Iterator<Value>, type = 'generator') {
    super();
    this.source = source;
    this.type = type;
  }

  get typeName(): string {
    return this.type;
  }

  override get reiterable(): boolean {
    return false;
  }

  override iterate(): Iterator<Value> {
    return this.source;
  }

  override repr(): string {
    return `<${this.type} object>`;
  }
}
