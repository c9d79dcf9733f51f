import { PythonError } from '../errors.ts';
import type { Runtime } from '../runtime-types.ts';
import { guardedRepr, hashKey, repr, same, textKey } from './protocol.ts';
import { SharedValueError } from './shared.ts';
import { PyTuple } from './tuple.ts';
import { type HashKey, PyObject, type Value } from './types.ts';

type Entries = Map<HashKey, Value>;

/** What a dict that is not opened yet will hold. */
export type Contents = { entries: Entries; originals: Map<HashKey, Value> | null; shared: boolean };

/**
 * A dict in insertion order with Python's key equality (1, 1.0 and True are one key).
 * It may be made from a source that is read, level by level, only when somebody looks inside: a template pays for what it touches.
 */
export class PyDict extends PyObject {
  private entries: Entries;
  /** Keys whose hash key is not the key itself: floats, tuples, True … */
  private originals: Map<HashKey, Value> | null = null;
  /** True when `entries` belongs to another dict and must be copied before the first change. */
  private shared = false;
  private pending: (() => Contents) | null;
  /** True for a dict that several renders may see: it is never changed. */
  private frozen = false;
  /** Whether all values are immutable; undefined when not known. */
  private flat: boolean | undefined = undefined;

  private constructor(entries: Entries, pending: (() => Contents) | null) {
    super();
    this.entries = entries;
    this.pending = pending;
  }

  static empty(): PyDict {
    return new PyDict(new Map(), null);
  }

  /** A dict with text keys, taken over from the map given. No key may start with U+0000. */
  static ofTextMap(entries: Map<string, Value>): PyDict {
    return new PyDict(entries, null);
  }

  static of(pairs: Iterable<readonly [Value, Value]>, rt: Runtime): PyDict {
    const dict = PyDict.empty();
    for (const [key, value] of pairs) dict.set(key, value, rt);
    return dict;
  }

  /** A dict that calls `open` for its contents when it is first looked into. */
  static lazy(open: () => Contents): PyDict {
    return new PyDict(new Map(), open);
  }

  get typeName(): string {
    return 'dict';
  }

  private opened(): Entries {
    if (this.pending !== null) this.open(this.pending);
    return this.entries;
  }

  private open(pending: () => Contents): void {
    const contents = pending();
    this.pending = null;
    this.entries = contents.entries;
    this.originals = contents.originals;
    this.shared = contents.shared;
  }

  private ownEntries(): Entries {
    if (this.frozen) throw new SharedValueError();
    this.opened();
    this.flat = undefined;
    if (this.shared) {
      this.entries = new Map(this.entries);
      this.originals = this.originals && new Map(this.originals);
      this.shared = false;
    }
    return this.entries;
  }

  /** Contents for a copy of this dict; `copyValue` copies a mutable value. A dict of immutable values is shared until one side changes. */
  contentsFor(copyValue: (v: Value) => Value): Contents {
    const entries = this.opened();
    this.flat ??= isFlat(entries);
    if (this.flat) {
      this.shared = true;
      return { entries, originals: this.originals, shared: true };
    }
    const copy: Entries = new Map();
    for (const [key, value] of entries) copy.set(key, typeof value === 'object' && value !== null ? copyValue(value) : value);
    return { entries: copy, originals: this.originals && new Map(this.originals), shared: false };
  }

  /** Makes the dict immutable; what is inside must be so already. */
  freeze(): this {
    this.opened();
    this.frozen = true;
    return this;
  }

  get isFrozen(): boolean {
    return this.frozen;
  }

  get size(): number {
    return this.opened().size;
  }

  /** The value of a text key. */
  getText(name: string): Value | undefined {
    return (this.pending === null ? this.entries : this.opened()).get(textKey(name));
  }

  get(key: Value, rt: Runtime): Value | undefined {
    if (typeof key === 'string') return this.getText(key);
    return this.opened().get(hashKey(key, rt));
  }

  has(key: Value, rt: Runtime): boolean {
    return this.opened().has(hashKey(key, rt));
  }

  set(key: Value, value: Value, rt: Runtime): void {
    const hash = hashKey(key, rt);
    const entries = this.ownEntries();
    if (hash !== key && !entries.has(hash)) {
      this.originals ??= new Map();
      this.originals.set(hash, key);
    }
    if (!entries.has(hash)) rt.budget.grow(32);
    entries.set(hash, value);
  }

  /** As `set` for a plain key, when there is no render whose budget could pay. */
  setScalar(key: string | number | bigint | boolean | null, value: Value): void {
    const hash = typeof key === 'string' ? textKey(key) : typeof key === 'boolean' ? Number(key) : key;
    const entries = this.ownEntries();
    if (hash !== key && !entries.has(hash)) {
      this.originals ??= new Map();
      this.originals.set(hash, key);
    }
    entries.set(hash, value);
  }

  /** Gives the contents away; the dict must not be used again. */
  takeContents(): Contents {
    return { entries: this.opened(), originals: this.originals, shared: false };
  }

  /** The removed value; undefined when there is no such key. */
  delete(key: Value, rt: Runtime): Value | undefined {
    const hash = hashKey(key, rt);
    const value = this.opened().get(hash);
    if (value === undefined) return undefined;
    this.ownEntries().delete(hash);
    this.originals?.delete(hash);
    return value;
  }

  clear(): void {
    this.ownEntries().clear();
    this.originals = null;
  }

  /** A shallow copy. */
  copy(rt: Runtime): PyDict {
    const entries = this.opened();
    rt.budget.grow(32 * entries.size);
    const copy = new PyDict(new Map(entries), null);
    copy.originals = this.originals && new Map(this.originals);
    return copy;
  }

  private keyOf(hash: HashKey): Value {
    return this.originals === null ? (hash as Value) : (this.originals.get(hash) ?? (hash as Value));
  }

  lastKey(): Value | undefined {
    let last: HashKey | undefined;
    for (const hash of this.opened().keys()) last = hash;
    return last === undefined ? undefined : this.keyOf(last);
  }

  *keys(): Generator<Value, undefined> {
    const entries = this.opened();
    const size = entries.size;
    for (const hash of entries.keys()) {
      yield this.keyOf(hash);
      this.checkSize(size);
    }
  }

  *values(): Generator<Value, undefined> {
    const entries = this.opened();
    const size = entries.size;
    for (const value of entries.values()) {
      yield value;
      this.checkSize(size);
    }
  }

  *pairs(): Generator<[Value, Value], undefined> {
    const entries = this.opened();
    const size = entries.size;
    for (const [hash, value] of entries) {
      yield [this.keyOf(hash), value];
      this.checkSize(size);
    }
  }

  /** As `pairs`, in tuples; written out because it is what most loops over dicts go through. */
  tuples(): Iterator<Value, undefined> {
    const size = this.size;
    const entries = this.entries.entries();
    return {
      next: () => {
        this.checkSize(size);
        const next = entries.next();
        if (next.done === true) return { done: true, value: undefined };
        const [hash, value] = next.value;
        return { done: false, value: new PyTuple([this.keyOf(hash), value]) };
      },
    };
  }

  /** All pairs at once. */
  toTuples(rt: Runtime): PyTuple[] {
    const entries = this.opened();
    rt.budget.step(entries.size);
    rt.budget.grow(64 * entries.size);
    const rows: PyTuple[] = [];
    for (const [hash, value] of entries) rows.push(new PyTuple([this.keyOf(hash), value]));
    return rows;
  }

  private checkSize(size: number): void {
    if (this.entries.size !== size) throw new PythonError('RuntimeError', 'dictionary changed size during iteration');
  }

  override get subscriptable(): boolean {
    return true;
  }

  override getItem(key: Value, rt: Runtime): Value | undefined {
    return this.get(key, rt);
  }

  override iterate(): Iterator<Value> {
    return this.keys();
  }

  override length(): number {
    return this.size;
  }

  override truthy(): boolean {
    return this.size > 0;
  }

  override contains(item: Value, rt: Runtime): boolean {
    return this.has(item, rt);
  }

  override repr(rt: Runtime): string {
    return guardedRepr(this, '{...}', rt, () => {
      let out = '';
      for (const [key, value] of this.pairs()) {
        const shown = `${repr(key, rt)}: ${repr(value, rt)}`;
        rt.budget.grow(2 * shown.length + 4);
        rt.budget.step(1);
        out += out === '' ? shown : `, ${shown}`;
      }
      return `{${out}}`;
    });
  }

  override equals(other: Value, rt: Runtime): boolean | undefined {
    if (!(other instanceof PyDict)) return undefined;
    if (other === this) return true;
    const mine = this.opened();
    const theirs = other.opened();
    if (mine.size !== theirs.size) return false;
    rt.budget.enter();
    try {
      for (const [hash, value] of mine) {
        rt.budget.step(1);
        const theirValue = theirs.get(hash);
        if (theirValue === undefined || !same(value, theirValue, rt)) return false;
      }
      return true;
    } finally {
      rt.budget.leave();
    }
  }

  override hashKey(): undefined {
    return undefined;
  }
}

function isFlat(entries: Entries): boolean {
  for (const value of entries.values()) {
    if (
      typeof value === 'object' &&
      value !== null &&
      (Array.isArray(value) || value instanceof PyDict || value instanceof PyTuple)
    )
      return false;
  }
  return true;
}

/** What `.keys()`, `.values()` and `.items()` give: a window on the dict, not a copy. */
export class DictView extends PyObject {
  readonly kind: 'keys' | 'values' | 'items';
  readonly dict: PyDict;

  constructor(kind: 'keys' | 'values' | 'items', dict: PyDict) {
    super();
    this.kind = kind;
    this.dict = dict;
  }

  get typeName(): string {
    return `dict_${this.kind}`;
  }

  override iterate(): Iterator<Value> {
    if (this.kind === 'keys') return this.dict.keys();
    return this.kind === 'values' ? this.dict.values() : this.dict.tuples();
  }

  override length(): number {
    return this.dict.size;
  }

  override contains(item: Value, rt: Runtime): boolean | undefined {
    if (this.kind === 'keys') return this.dict.has(item, rt);
    if (this.kind === 'values') return undefined;
    if (!(item instanceof PyTuple) || item.items.length !== 2) return false;
    const found = this.dict.get(item.items[0] as Value, rt);
    return found !== undefined && same(found, item.items[1] as Value, rt);
  }

  override equals(other: Value, rt: Runtime): boolean | undefined {
    if (this.kind === 'values' || !(other instanceof DictView) || other.kind === 'values')
      return this === other ? true : undefined;
    if (this.dict.size !== other.dict.size) return false;
    for (const item of { [Symbol.iterator]: () => this.iterate() }) if (other.contains(item, rt) !== true) return false;
    return true;
  }

  override hashKey(): HashKey | undefined {
    return this.kind === 'values' ? this : undefined;
  }

  override repr(rt: Runtime): string {
    return guardedRepr(this, '...', rt, () => `${this.typeName}(${repr([...{ [Symbol.iterator]: () => this.iterate() }], rt)})`);
  }
}
