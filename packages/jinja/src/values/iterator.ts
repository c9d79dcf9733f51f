import { ADDRESS } from './address.ts';
import { PyObject, type Value } from './types.ts';

/** A lazy row of values that can be gone through once, such as the result of `map`. */
export class PyIterator extends PyObject {
  private readonly source: Iterator<Value>;
  private readonly type: string;
  private readonly maker: string;

  /**
   * @param type Python's name of the type: `generator`, `list_reverseiterator` …
   * @param maker the function that made a generator
   */
  constructor(source: Iterator<Value>, type = 'generator', maker = '') {
    super();
    this.source = source;
    this.type = type;
    this.maker = maker;
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
    return `<${this.type} object ${this.maker === '' ? '' : `${this.maker} `}${ADDRESS}>`;
  }
}
