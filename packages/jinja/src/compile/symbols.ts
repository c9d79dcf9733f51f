/** A variable of a function: its place in the function's frame. One per name and depth of scope. */
export interface Slot {
  readonly owner: FunctionScope;
  readonly index: number;
}

/** How a variable gets its value when its scope is entered. */
export type Load =
  | { readonly how: 'parameter' }
  | { readonly how: 'resolve'; readonly name: string }
  | { readonly how: 'alias'; readonly from: Slot }
  | { readonly how: 'undefined' };

/**
 * What runs with a frame of its own: the template, a macro, a call block, a block, a recursive loop.
 * Scopes inside it share its frame, scopes at the same depth even their slots.
 */
export class FunctionScope {
  readonly parent: FunctionScope | null;
  readonly #slots = new Map<string, Slot>();
  /** True when a macro or call block inside may read the frame after a scope has ended. */
  captured = false;

  constructor(parent: FunctionScope | null) {
    this.parent = parent;
  }

  get size(): number {
    return this.#slots.size;
  }

  slot(level: number | string, name: string): Slot {
    const key = `${level} ${name}`;
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      slot = { owner: this, index: this.#slots.size };
      this.#slots.set(key, slot);
    }
    return slot;
  }

  /** How many frames out from this one the slot lies. */
  hopsTo(slot: Slot): number {
    let hops = 0;
    for (let scope: FunctionScope | null = this; scope !== null && scope !== slot.owner; scope = scope.parent) hops++;
    return hops;
  }
}

/** Names of one scope: where each is held and where its value comes from. Jinja2's rules for what `set` hides. */
export class Symbols {
  readonly parent: Symbols | null;
  readonly owner: FunctionScope;
  readonly level: number;
  /** Keeps a loop's filter apart from its body, which is at the same level. */
  readonly #prefix: string;
  #refs = new Map<string, Slot>();
  loads = new Map<Slot, Load>();
  stores = new Set<string>();

  constructor(owner: FunctionScope, parent: Symbols | null, prefix = '') {
    this.owner = owner;
    this.parent = parent;
    this.level = parent === null ? 0 : parent.level + 1;
    this.#prefix = prefix;
  }

  /** A copy for one branch of an `if`. */
  branch(): Symbols {
    const copy = new Symbols(this.owner, this.parent, this.#prefix);
    copy.#refs = new Map(this.#refs);
    copy.loads = new Map(this.loads);
    copy.stores = new Set(this.stores);
    return copy;
  }

  #define(name: string, load: Load): Slot {
    const slot = this.owner.slot(`${this.#prefix}${this.level}`, name);
    this.#refs.set(name, slot);
    this.loads.set(slot, load);
    return slot;
  }

  find(name: string): Slot | undefined {
    return this.#refs.get(name) ?? this.parent?.find(name);
  }

  /** The slot of a name that the analysis has met. */
  ref(name: string): Slot {
    const slot = this.find(name);
    if (slot === undefined) throw new Error(`name ${name} was not analysed`);
    return slot;
  }

  parameter(name: string): Slot {
    this.stores.add(name);
    return this.#define(name, { how: 'parameter' });
  }

  load(name: string): void {
    if (this.find(name) === undefined) this.#define(name, { how: 'resolve', name });
  }

  store(name: string): void {
    this.stores.add(name);
    if (this.#refs.has(name)) return;
    const outer = this.parent?.find(name);
    this.#define(name, outer === undefined ? { how: 'undefined' } : { how: 'alias', from: outer });
  }

  /** Takes in the branches of an `if`. A name that only some of them set keeps what it had outside. */
  merge(branches: readonly Symbols[]): void {
    const counts = new Map<string, number>();
    for (const branch of branches) {
      for (const name of branch.stores) if (!this.stores.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    for (const branch of branches) {
      for (const [name, slot] of branch.#refs) this.#refs.set(name, slot);
      for (const [slot, load] of branch.loads) this.loads.set(slot, load);
      for (const name of branch.stores) this.stores.add(name);
    }
    for (const [name, count] of counts) {
      if (count === branches.length) continue;
      const outer = this.parent?.find(name);
      this.loads.set(this.ref(name), outer === undefined ? { how: 'resolve', name } : { how: 'alias', from: outer });
    }
  }

  /** Every name with a value here or further out, the nearest first: what a scoped block sees. */
  storedNames(): Map<string, Slot> {
    const names = new Map<string, Slot>();
    for (let symbols: Symbols | null = this; symbols !== null; symbols = symbols.parent) {
      for (const name of symbols.stores) if (!names.has(name)) names.set(name, this.ref(name));
    }
    return names;
  }
}
