// Sessions: who a command belongs to, its transaction, and the last retryable write.
import type { Timestamp } from 'bson';
import type { Snapshot } from './engine/snapshot.ts';
import type { Transaction } from './engine/transaction.ts';
import type { Value } from './bson/value.ts';

/** Where a transaction of a session stands. */
export type TransactionState = {
  number: bigint;
  state: 'active' | 'committed' | 'aborted';
  transaction: Transaction | undefined;
  /** The connection that used it last. */
  connection: number;
};

/** The last retryable write of a session. */
export type RetryState = { number: bigint; reply: Buffer };

/** A logical session. */
export type Session = {
  key: string;
  id: Value;
  usedAt: number;
  transaction: TransactionState | undefined;
  retry: RetryState | undefined;
  /** What its snapshot reads see. */
  snapshot: { snapshot: Snapshot; openedAt: number; time: Timestamp } | undefined;
};

/** All sessions by key. */
export type Sessions = Map<string, Session>;

/** How long an unused session lives. @see logicalSessionTimeoutMinutes */
export const SESSION_MINUTES = 30;

/** Finds a session, or begins it. */
export function useSession(sessions: Sessions, key: string, id: Value): Session {
  const known = sessions.get(key);
  if (known !== undefined) {
    known.usedAt = Date.now();
    return known;
  }
  const made: Session = {
    key,
    id,
    usedAt: Date.now(),
    transaction: undefined,
    retry: undefined,
    snapshot: undefined,
  };
  sessions.set(key, made);
  return made;
}

/** The highest number of a session: of its transaction, or of a write that may be sent again. */
export function latestNumber({ retry, transaction }: Session): bigint | undefined {
  const numbers = [retry?.number, transaction?.number].filter((number) => number !== undefined);
  return numbers.length === 0
    ? undefined
    : numbers.reduce((left, right) => (left > right ? left : right));
}
