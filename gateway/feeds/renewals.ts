/** Newer tokens that come in a connection, and what runs there and wants to know. */
import type { Signed } from '../identity/tokens.ts';

/** What hears of newer tokens of one connection. */
export class Renewals {
  readonly #listeners = new Set<(signed: Signed) => void>();

  /** Tells everything that runs on the connection. */
  renew(signed: Signed): void {
    for (const listener of this.#listeners) listener(signed);
  }

  /** Listens until the returned function is called. */
  heard(listener: (signed: Signed) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
