// The transaction that a command goes on with, or begins.
import { isDocument } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import { beginTransaction } from '../engine/commit.ts';
import type { Transaction } from '../engine/transaction.ts';
import { refuse } from '../refusal.ts';
import { latestNumber } from '../session.ts';
import type { Session } from '../session.ts';
import type { CommandBase } from './context.ts';
import type { Command } from './registry.ts';
import { abortOf, noSuchTransaction } from './transaction-command.ts';

/**
 * The transaction of a session by its number.
 *
 * @throws {CommandRefusal} 251 where there is none or it was aborted, 256 where it was committed, 225 where a newer one began
 */
export function findTransaction(base: CommandBase, session: Session, number: bigint): Transaction {
  const { command, server, connection } = base;
  if (command.get('startTransaction') === true) return startTransaction(base, session, number);
  const state = session.transaction;
  if (state === undefined || state.number !== number)
    throw noSuchTransaction(
      `Given transaction number ${number} does not match any in-progress transactions. The active transaction number is ${state?.number ?? -1}`,
    );
  if (state.state === 'committed')
    throw refuse(256, `Transaction with { txnNumber: ${number} } has been committed.`);
  if (state.transaction?.isOpen !== true)
    throw noSuchTransaction(`Transaction with { txnNumber: ${number} } has been aborted.`);
  if (hasReadLevel(command)) {
    abortOf(server, session);
    throw refuse(72, 'Only the first command in a transaction may specify a readConcern');
  }
  state.connection = connection.id;
  return state.transaction;
}

function hasReadLevel(command: Document): boolean {
  const concern = command.get('readConcern');
  return isDocument(concern) && concern.has('level');
}

const LEVELS = new Set<Value | undefined>([undefined, 'local', 'majority', 'snapshot']);

function startTransaction(
  { engine, server, command, connection }: CommandBase,
  session: Session,
  number: bigint,
): Transaction {
  const latest = latestNumber(session);
  if (
    latest !== undefined &&
    (latest > number || (latest === number && session.transaction?.state !== 'aborted'))
  )
    throw refuse(
      225,
      `Cannot start transaction ${number} on session ${session.key} because a newer transaction with txnNumber ${latest} has already started.`,
    );
  const concern = command.get('readConcern');
  if (isDocument(concern) && !LEVELS.has(concern.get('level')))
    throw refuse(
      72,
      "The readConcern level must be either 'local' (default), 'majority' or 'snapshot' in order to run in a transaction",
    );
  abortOf(server, session);
  const mark = { session: command.get('lsid') ?? null, number: command.get('txnNumber') ?? null };
  const transaction = beginTransaction(engine, mark);
  session.transaction = { number, state: 'active', transaction, connection: connection.id };
  return transaction;
}

/** Refuses what may not stand in a transaction. */
export function checkInTransaction(command: Document, name: string, found: Command): void {
  if (name === 'count')
    throw refuse(
      263,
      "Cannot run 'count' in a multi-document transaction. Please see http://dochub.mongodb.org/core/transaction-count for a recommended alternative.",
    );
  if (!found.inTransaction)
    throw refuse(263, `Cannot run '${name}' in a multi-document transaction.`);
  if (command.has('writeConcern'))
    throw refuse(72, 'writeConcern is not allowed within a multi-statement transaction');
}
