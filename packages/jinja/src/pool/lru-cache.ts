/** Values by key, the least recently used dropped first. */
export class LruCache<T> {
  readonly #most: number;
  readonly #entries = new Map<string, T>();

  constructor(most: number) {
    this.#most = most;
  }

  /** The known value, or what `make` gives, which is kept unless it throws. */
  get(key: string, make: () => T): T {
    const known = this.#entries.get(key);
    const value = known === undefined ? make() : known;
    this.set(key, value);
    return value;
  }

  set(key: string, value: T): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#most) return;
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#entries.delete(oldest.value);
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }
}
