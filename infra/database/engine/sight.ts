// What a query can see.
import type { Reader } from '../store/reader.ts';
import type { Transaction } from './transaction.ts';

/** From where a query reads: the live data or a snapshot, and what its transaction wrote. */
export type Sight = {
  reader: () => Reader;
  /** The commit up to which it sees. */
  upTo: number;
  transaction: Transaction | undefined;
};
