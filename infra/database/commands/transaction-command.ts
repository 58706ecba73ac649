// Commands on transactions and sessions.
import { randomUUID } from 'node:crypto';
import { Binary, bytesOf, document, isDocument } from '../bson/value.ts';
import type { Value } from '../bson/value.ts';
import { writeDocument } from '../bson/writer.ts';
import { commitTransaction, endTransaction } from '../engine/commit.ts';
import type { Transaction } from '../engine/transaction.ts';
import { refuse } from '../refusal.ts';
import { SESSION_MINUTES } from '../session.ts';
import type { Session, TransactionState } from '../session.ts';
import { withWriteConcern } from './batch.ts';
import { transactionNumber } from './context.ts';
import type { CommandContext, Handler, Server } from './context.ts';

const TRANSIENT = ['TransientTransactionError'];

/** There is no such transaction. */
export function noSuchTransaction(message: string): Error {
  return refuse(251, message, { labels: TRANSIENT });
}

/** Ends the transaction of a session, if it has one that is open. */
export function abortOf(server: Server, session: Session): void {
  const { transaction: state } = session;
  if (state?.transaction === undefined || state.state !== 'active') return;
  state.state = 'aborted';
  closeCursors(server, state.transaction);
  endTransaction(server.engine, state.transaction);
  state.transaction = undefined;
}

/** What a session's record says when its last transaction committed. */
export const COMMITTED = 'committed';

/** The state of the transaction that a command is to end. */
function stateToEnd({ command, session }: CommandContext): {
  session: Session;
  state: TransactionState;
} {
  const number = transactionNumber(command);
  const state = session?.transaction;
  if (session === undefined || state === undefined || state.number !== number)
    throw noSuchTransaction(
      `Given transaction number ${number} does not match any in-progress transactions. The active transaction number is ${state?.number ?? -1}`,
    );
  if (state.state === 'aborted')
    throw noSuchTransaction(`Transaction with { txnNumber: ${number} } has been aborted.`);
  return { session, state };
}

/** `commitTransaction`. */
export const commit: Handler = (context) => {
  const { command, server, engine } = context;
  const { session, state } = stateToEnd(context);
  const { transaction } = state;
  if (state.state === 'committed' || transaction === undefined)
    return withWriteConcern(command, new Map());
  closeCursors(server, transaction);
  const hasWritten = transaction.events.length > 0;
  state.state = 'aborted';
  state.transaction = undefined;
  commitTransaction(engine, transaction);
  state.state = 'committed';
  if (hasWritten) noteCommit(context, session, state.number);
  return withWriteConcern(command, new Map());
};

/** In the same commit of the store: a driver that never saw the answer asks again after a crash. */
function noteCommit({ engine }: CommandContext, { key }: Session, number: bigint): void {
  const reply = writeDocument(document({ [COMMITTED]: true }));
  engine.committer.touch();
  engine.store.putRetryRecord({ session: key, number: String(number), at: Date.now(), reply });
}

function closeCursors(server: Server, transaction: Transaction): void {
  for (const cursor of server.cursors.all.values())
    if (cursor.transaction === transaction) server.cursors.close(cursor.id);
}

/** `abortTransaction`. */
export const abort: Handler = (context) => {
  const { session, state } = stateToEnd(context);
  if (state.state === 'committed')
    throw refuse(256, `Transaction with { txnNumber: ${state.number} } has been committed.`);
  abortOf(context.server, session);
  return withWriteConcern(context.command, new Map());
};

/** The key of a session's id. */
export function sessionKey(id: Value | undefined): string | undefined {
  const uuid = isDocument(id) ? id.get('id') : undefined;
  return uuid instanceof Binary ? Buffer.from(bytesOf(uuid)).toString('hex') : undefined;
}

/** Forgets a session with everything it holds. */
export function endSession(server: Server, session: Session): void {
  abortOf(server, session);
  session.snapshot?.snapshot.close();
  session.snapshot = undefined;
  server.sessions.delete(session.key);
}

function sessionsIn({ command, server, name }: CommandContext): Session[] {
  const ids = command.get(name);
  if (!Array.isArray(ids)) return [];
  return ids
    .map((id) => server.sessions.get(sessionKey(id) ?? ''))
    .filter((session) => session !== undefined);
}

/** `endSessions`. */
export const endSessions: Handler = (context) => {
  for (const session of sessionsIn(context)) endSession(context.server, session);
  return new Map();
};

/** `killSessions` and `killAllSessions`: what they do is ended, they themselves may go on. */
export const killSessions: Handler = (context) => {
  const { server, name, command } = context;
  const named = command.get(name);
  const isAll = name.startsWith('killAll') || (Array.isArray(named) && named.length === 0);
  for (const session of isAll ? server.sessions.values() : sessionsIn(context)) {
    abortOf(server, session);
    for (const cursor of server.cursors.all.values())
      if (cursor.session === session.key) server.cursors.close(cursor.id);
  }
  return new Map();
};

/** `refreshSessions`. */
export const refreshSessions: Handler = (context) => {
  for (const session of sessionsIn(context)) session.usedAt = Date.now();
  return new Map();
};

/** `startSession`. */
export const startSession: Handler = () =>
  document({
    id: document({
      id: new Binary(Buffer.from(randomUUID().replaceAll('-', ''), 'hex'), Binary.SUBTYPE_UUID),
    }),
    timeoutMinutes: SESSION_MINUTES,
  });
