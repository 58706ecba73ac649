// Beginning and ending transactions.
import { addCollection } from './catalogue.ts';
import type { Engine } from './engine.ts';
import { writeConflict } from './locks.ts';
import type { TransactionMark } from './oplog.ts';
import { makeTransaction } from './transaction.ts';
import type { Transaction } from './transaction.ts';
import { commitCount, commitRecord } from './apply.ts';

/** Begins a transaction on the data as they are now. */
export function beginTransaction(engine: Engine, mark: TransactionMark | undefined): Transaction {
  engine.transactions += 1;
  return makeTransaction(engine.snapshots.open(engine.oplog.now()), mark);
}

/** Ends a transaction without a trace. */
export function endTransaction(engine: Engine, transaction: Transaction): void {
  if (!transaction.isOpen) return;
  transaction.isOpen = false;
  engine.locks.release(transaction);
  transaction.snapshot.close();
  engine.transactions -= 1;
  if (engine.transactions === 0) engine.locks.forgetChanges();
  transaction.finish();
}

/**
 * Applies everything that a transaction wrote, in one commit of the store.
 *
 * @throws {CommandRefusal} 112 when somebody made a collection that it made too; it is ended then
 */
export function commitTransaction(engine: Engine, transaction: Transaction): void {
  for (const namespace of transaction.fresh.keys())
    if (engine.collections.has(namespace)) {
      endTransaction(engine, transaction);
      throw writeConflict();
    }
  // Its own snapshot is not needed any more, and must not be kept for it.
  transaction.snapshot.close();
  for (const collection of transaction.fresh.values()) addCollection(engine, collection);
  for (const { collection, records, recordsDelta } of transaction.overlays.values()) {
    for (const [id, record] of records) commitRecord(engine, collection, id, record);
    commitCount(engine, collection, recordsDelta);
  }
  if (transaction.events.length > 0) engine.oplog.append(transaction.events, transaction.mark);
  endTransaction(engine, transaction);
}
