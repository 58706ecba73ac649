/** The most recently used values, by text. */
export class Cache<Value> {
  readonly #kept = new Map<string, Value>();
  readonly #most: number;
  #made = 0;
  #found = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** How often a value was there, and how often it had to be made. */
  get figures(): { found: number; made: number } {
    return { found: this.#found, made: this.#made };
  }

  /** The value kept for a key, made when there is none; what `make` throws is not kept. */
  get(key: string, make: () => Value): Value {
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      this.#found += 1;
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept;
    }
    const made = make();
    this.#made += 1;
    this.#kept.set(key, made);
    if (this.#kept.size > this.#most) {
      const [oldest] = this.#kept.keys();
      if (oldest !== undefined) this.#kept.delete(oldest);
    }
    return made;
  }
}
