import { typeError } from '../errors.ts';
import { PyFunction } from '../values/function.ts';
import { length } from '../values/ops.ts';
import { iterate, same } from '../values/protocol.ts';
import { PyTuple } from '../values/tuple.ts';
import { type Kwargs, PyObject, type Value } from '../values/types.ts';
import type { RenderState } from './state.ts';

/** Renders a recursive loop once more for an inner list. */
export type Recurse = (iterable: Value, depth: number) => Value;

/** The variable `loop`: goes through the items, one ahead when the template asks for what comes next. */
export class LoopContext extends PyObject {
  readonly #rt: RenderState;
  readonly #iterable: Value;
  /** Null: `#iterable` can not say its length, as with a filtered loop. */
  readonly #items: Value[] | null;
  #iterator: Iterator<Value> | null;
  #at = 0;
  readonly #sized: boolean;
  readonly #recurse: Recurse | null;
  readonly #depth0: number;
  #length: number | undefined;
  #index0 = -1;
  #before: Value | undefined;
  #current: Value | undefined;
  #after: Value | undefined;
  #changed: readonly Value[] | undefined;

  /** @param filtered the items that pass the loop's `if`; then the length is known only at the end */
  constructor(rt: RenderState, iterable: Value, filtered: Iterator<Value> | null, recurse: Recurse | null, depth0: number) {
    super();
    this.#rt = rt;
    this.#iterable = iterable;
    this.#items = filtered === null && Array.isArray(iterable) ? iterable : null;
    this.#iterator = this.#items === null ? (filtered ?? iterate(iterable, rt)) : null;
    this.#sized = filtered === null;
    this.#recurse = recurse;
    this.#depth0 = depth0;
  }

  get typeName(): string {
    return 'LoopContext';
  }

  override get moduleName(): string {
    return 'jinja2.runtime';
  }

  override get callable(): boolean {
    return true;
  }

  #pull(): Value | undefined {
    if (this.#items !== null) {
      return this.#at < this.#items.length ? this.#items[this.#at++] : undefined;
    }
    const next = this.#iterator?.next();
    return next === undefined || next.done === true ? undefined : next.value;
  }

  /** Goes to the next item; undefined at the end. */
  advance(): Value | undefined {
    const next = this.#peek();
    this.#after = undefined;
    if (next === undefined) return undefined;
    this.#index0++;
    this.#before = this.#current;
    this.#current = next;
    return next;
  }

  #peek(): Value | undefined {
    if (this.#after === undefined) this.#after = this.#pull();
    return this.#after;
  }

  #count(): number {
    if (this.#length !== undefined) return this.#length;
    const known = this.#sized ? sizeOf(this.#iterable, this.#rt) : undefined;
    if (known === undefined) {
      const rest: Value[] = [];
      for (let item = this.#pull(); item !== undefined; item = this.#pull()) {
        this.#rt.budget.step();
        rest.push(item);
      }
      this.#iterator = rest[Symbol.iterator]();
      this.#length = rest.length + this.#index0 + 1 + (this.#after === undefined ? 0 : 1);
    } else this.#length = known;
    return this.#length;
  }

  override getAttr(name: string): Value | undefined {
    switch (name) {
      case 'index':
        return this.#index0 + 1;
      case 'index0':
        return this.#index0;
      case 'first':
        return this.#index0 === 0;
      case 'last':
        return this.#peek() === undefined;
      case 'length':
        return this.#count();
      case 'revindex':
        return this.#count() - this.#index0;
      case 'revindex0':
        return this.#count() - this.#index0 - 1;
      case 'depth':
        return this.#depth0 + 1;
      case 'depth0':
        return this.#depth0;
      case 'previtem':
        return this.#index0 === 0 ? this.#rt.undefined({ hint: 'there is no previous item' }) : this.#before;
      case 'nextitem':
        return orElse(this.#peek(), () => this.#rt.undefined({ hint: 'there is no next item' }));
      case 'cycle':
        return new PyFunction('cycle', (args, kwargs) => this.#cycle(args, kwargs), 'method');
      case 'changed':
        return new PyFunction('changed', (args, kwargs) => this.#isChanged(args, kwargs), 'method');
      default:
        return undefined;
    }
  }

  #cycle(args: readonly Value[], kwargs: Kwargs): Value {
    noKeywords('cycle', kwargs);
    if (args.length === 0) throw typeError('no items for cycling given');
    return args[this.#index0 % args.length] ?? null;
  }

  #isChanged(args: readonly Value[], kwargs: Kwargs): boolean {
    noKeywords('changed', kwargs);
    const last = this.#changed;
    const unchanged = last?.length === args.length && last.every((value, i) => same(value, args[i] ?? null, this.#rt));
    if (!unchanged) this.#changed = args;
    return !unchanged;
  }

  /** `loop(items)` in a recursive loop. */
  override call(args: readonly Value[], kwargs: Kwargs): Value {
    const [iterable = kwargs?.get('iterable')] = args;
    if (iterable === undefined) throw typeError("LoopContext.__call__() missing 1 required positional argument: 'iterable'");
    if (args.length > 1) throw typeError(`LoopContext.__call__() takes 2 positional arguments but ${args.length + 1} were given`);
    if (this.#recurse === null) throw typeError("The loop must have the 'recursive' marker to be called recursively.");
    return this.#recurse(iterable, this.#depth0 + 1);
  }

  /** The rest of the items, as Python's iteration over `loop` gives them: pairs of item and loop. */
  override *iterate(): Generator<Value, undefined> {
    for (let item = this.advance(); item !== undefined; item = this.advance()) yield new PyTuple([item, this]);
  }

  override get reiterable(): boolean {
    return false;
  }

  override length(): number {
    return this.#count();
  }

  override repr(): string {
    return `<LoopContext ${this.#index0 + 1}/${this.#count()}>`;
  }
}

/** None is a value like any other; only JavaScript's undefined is missing. */
const orElse = (value: Value | undefined, otherwise: () => Value): Value => (value === undefined ? otherwise() : value);

function noKeywords(method: string, kwargs: Kwargs): void {
  const [first] = kwargs?.keys() ?? [];
  if (first !== undefined) throw typeError(`LoopContext.${method}() got an unexpected keyword argument '${first}'`);
}

function sizeOf(iterable: Value, rt: RenderState): number | undefined {
  if (typeof iterable === 'string' || Array.isArray(iterable)) return length(iterable, rt);
  return iterable instanceof PyObject ? iterable.length(rt) : undefined;
}

/** The items of a loop with an `if`, tested one by one as the loop asks for them. */
export function* filterItems(iterable: Value, passes: (item: Value) => boolean, rt: RenderState): Generator<Value, undefined> {
  const iterator = iterate(iterable, rt);
  for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
    rt.budget.step();
    if (passes(next.value)) yield next.value;
  }
}
