// Group commit: whatever one turn of the event loop writes becomes durable together, and is answered afterwards.
import type { Store } from './store.ts';

/** Collects the writes of a turn. */
export type Committer = {
  /** Call before writing. */
  touch: () => void;
  /** Resolves when everything written up to now is durable; undefined when it is already. */
  settled: () => Promise<void> | undefined;
  /** Makes durable now what was written in this turn. */
  flush: () => void;
};

/** What happens around a commit. */
export type CommitHooks = {
  /** Last writes before the commit. */
  beforeCommit: () => void;
  afterCommit: () => void;
  /** The store failed: nothing may go on. */
  onFailure: (error: unknown) => void;
};

/** Makes the committer of a store. */
export function makeCommitter(store: Store, hooks: CommitHooks): Committer {
  let isOpen = false;
  let waiting: PromiseWithResolvers<void> | undefined;
  const flush = (): void => {
    if (!isOpen) return;
    try {
      hooks.beforeCommit();
      store.commit();
    } catch (error) {
      hooks.onFailure(error);
      return;
    }
    isOpen = false;
    const done = waiting;
    waiting = undefined;
    hooks.afterCommit();
    done?.resolve();
  };
  return {
    touch: () => {
      if (isOpen) return;
      store.begin();
      isOpen = true;
      setImmediate(flush);
    },
    settled: () => {
      if (!isOpen) return undefined;
      waiting ??= Promise.withResolvers<void>();
      return waiting.promise;
    },
    flush,
  };
}
