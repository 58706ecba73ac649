/** How many of something each one has: sockets of an address, feeds of a viewer. */
export class Tally {
  readonly #counts = new Map<string, number>();

  /** How many there are now. */
  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  /** Counts one more, until the returned function is called. */
  add(key: string): () => void {
    this.#counts.set(key, this.of(key) + 1);
    let counted = true;
    return () => {
      if (!counted) return;
      counted = false;
      const left = this.of(key) - 1;
      if (left > 0) this.#counts.set(key, left);
      else this.#counts.delete(key);
    };
  }
}
