// Who may write what: transactions lock the documents and unique keys that they touch.
import { refuse } from '../refusal.ts';
import type { Transaction } from './transaction.ts';

/** Thrown when a write meets a lock: it is to be tried again when the transaction that has it has ended. */
export class Blocked extends Error {
  /** Undefined when nobody is in the way any more. */
  readonly holder: Transaction | undefined;

  constructor(holder: Transaction | undefined) {
    super('waits for a transaction');
    this.name = 'Blocked';
    this.holder = holder;
  }

  /** Resolves when it is worth trying again. */
  get ended(): Promise<void> {
    return this.holder?.ended ?? Promise.resolve();
  }
}

/** The refusal of a transaction that wants what another has or had. */
export function writeConflict(): Error {
  return refuse(
    112,
    'Caused by :: Write conflict during plan execution and yielding is disabled. :: Please retry your operation or multi-document transaction.',
    { labels: ['TransientTransactionError'] },
  );
}

/** Locks by name, and when documents changed last. */
export type Locks = {
  /** Takes a lock; throws `Blocked` when a transaction has it. */
  acquire: (name: string, transaction: Transaction | undefined) => void;
  release: (transaction: Transaction) => void;
  isChangedAfter: (name: string, sequence: number) => boolean;
  noteChange: (name: string, sequence: number) => void;
  /** Forgets the changes: no transaction is open. */
  forgetChanges: () => void;
  holderOf: (prefix: string) => Transaction | undefined;
};

/** Stands for a whole collection where changes are noted. */
export function collectionChange(collection: number): string {
  return `c${collection}`;
}

/** The lock of a document. */
export function recordLock(collection: number, record: number): string {
  return `r${collection}:${record}`;
}

/** The lock of a unique key. */
export function keyLock(index: number, key: Buffer): string {
  return `k${index}:${key.toString('latin1')}`;
}

/** Makes an empty lock table. */
export function makeLocks(): Locks {
  const holders = new Map<string, Transaction>();
  const changes = new Map<string, number>();
  return {
    acquire: (name, transaction) => {
      const holder = holders.get(name);
      if (holder === transaction && holder !== undefined) return;
      if (holder !== undefined) throw new Blocked(holder);
      if (transaction === undefined) return;
      holders.set(name, transaction);
      transaction.locks.push(name);
    },
    release: (transaction) => {
      for (const name of transaction.locks) holders.delete(name);
      transaction.locks.length = 0;
    },
    isChangedAfter: (name, sequence) => (changes.get(name) ?? 0) > sequence,
    noteChange: (name, sequence) => {
      changes.set(name, sequence);
    },
    forgetChanges: () => {
      changes.clear();
    },
    holderOf: (prefix) => {
      for (const [name, holder] of holders) if (name.startsWith(prefix)) return holder;
      return undefined;
    },
  };
}
