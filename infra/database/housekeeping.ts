// What has to be done now and then: expiring documents, sessions, cursors and history.
import { toNumber } from './bson/number.ts';
import { document, isNumeric } from './bson/value.ts';
import type { Document } from './bson/value.ts';
import { removeDocuments } from './commands/change.ts';
import type { CommandContext, Server } from './commands/context.ts';
import { abortOf, endSession } from './commands/transaction-command.ts';
import type { Cursor } from './cursor.ts';
import type { Collection } from './engine/collection.ts';
import { makeScope } from './expression/scope.ts';
import type { Task } from './flow.ts';
import { nextTurn, runTask } from './operation.ts';
import { SESSION_MINUTES } from './session.ts';
import type { Session } from './session.ts';

const EVERY_MILLIS = 1000;
const SNAPSHOT_MILLIS = 300_000;
const CURSOR_MILLIS = 600_000;
const SESSION_MILLIS = SESSION_MINUTES * 60_000;
const RETRY_PRUNE_EVERY = 300;

/** Starts the work in the background; the result stops it. */
export function startHousekeeping(server: Server): () => void {
  let isBusy = false;
  let rounds = 0;
  const work = async (): Promise<void> => {
    isBusy = true;
    rounds += 1;
    try {
      endOld(server, Date.now());
      await prune(server, rounds);
      await expireDocuments(server);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      process.stderr.write(`database: housekeeping failed: ${reason}\n`);
    }
    isBusy = false;
  };
  const timer = setInterval(() => {
    if (!isBusy && !server.engine.isClosing) void work();
  }, EVERY_MILLIS);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

/** Ends what was left behind. */
export function endOld(server: Server, now: number): void {
  for (const session of server.sessions.values()) endWhatIsOld(server, session, now);
  for (const cursor of server.cursors.all.values())
    if (isIdle(cursor, now)) server.cursors.close(cursor.id);
}

function endWhatIsOld(server: Server, session: Session, now: number): void {
  const startedAt = session.transaction?.transaction?.startedAt ?? now;
  if (now - startedAt > server.transactionSeconds * 1000) abortOf(server, session);
  if (now - (session.snapshot?.openedAt ?? now) > SNAPSHOT_MILLIS) closeSnapshot(session);
  if (now - session.usedAt > SESSION_MILLIS) endSession(server, session);
}

function closeSnapshot(session: Session): void {
  session.snapshot?.snapshot.close();
  session.snapshot = undefined;
}

function isIdle({ hasTimeout, isBusy, usedAt }: Cursor, now: number): boolean {
  return hasTimeout && !isBusy && now - usedAt > CURSOR_MILLIS;
}

async function prune({ engine }: Server, rounds: number): Promise<void> {
  // In pieces, each a commit of its own, so that others get a turn; as many as were written since.
  while (!engine.isClosing && engine.oplog.prune(engine.logLimits)) await nextTurn();
  if (rounds % RETRY_PRUNE_EVERY !== 0) return;
  engine.committer.touch();
  engine.store.pruneRetryRecords(Date.now() - SESSION_MILLIS);
}

async function expireDocuments(server: Server): Promise<void> {
  for (const collection of server.engine.collections.values()) {
    const seconds = collection.options.get('expireAfterSeconds');
    if (isNumeric(seconds)) await expire(server, collection, '_id', toNumber(seconds));
    for (const { expireAfterSeconds, fields, isBuilding } of collection.indexes) {
      const path = fields[0]?.path;
      if (expireAfterSeconds === undefined || path === undefined || isBuilding) continue;
      await expire(server, collection, path, expireAfterSeconds);
    }
  }
}

async function expire(
  server: Server,
  collection: Collection,
  path: string,
  seconds: number,
): Promise<void> {
  const before = new Date(Date.now() - seconds * 1000);
  const filter = document({ [path]: document({ $lt: before }) });
  const context = internalContext(server, collection.database);
  try {
    await runTask(removal(context, collection, filter), context.operation);
  } finally {
    context.operation.finish();
  }
}

function* removal(context: CommandContext, collection: Collection, filter: Document): Task<void> {
  yield* removeDocuments(context, collection, { filter, scope: makeScope(), isMulti: true });
}

/** The context of work that no client asked for. */
export function internalContext(server: Server, database: string): CommandContext {
  const { engine } = server;
  const command = new Map();
  return {
    server,
    engine,
    command,
    name: 'internal',
    database,
    connection: {
      id: 0,
      address: 'internal',
      user: undefined,
      conversation: undefined,
      metadata: undefined,
      close: () => {},
    },
    session: undefined,
    transaction: undefined,
    sight: { reader: () => engine.store, upTo: Number.POSITIVE_INFINITY, transaction: undefined },
    operation: server.operations.begin(command, database, 0),
  };
}
