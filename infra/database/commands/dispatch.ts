// From a message to its answer: sessions, transactions, retries, and what goes wrong.
import { readDocument } from '../bson/reader.ts';
import { document, isDocument, Timestamp } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import { writeDocument } from '../bson/writer.ts';
import type { Writable } from '../bson/writer.ts';
import { beginTransaction } from '../engine/commit.ts';
import { Blocked, writeConflict } from '../engine/locks.ts';
import { positionOf, timestampOf } from '../engine/oplog.ts';
import type { Sight } from '../engine/sight.ts';
import type { Transaction } from '../engine/transaction.ts';
import type { Task } from '../flow.ts';
import { runTask } from '../operation.ts';
import { CommandRefusal, codeName, refuse } from '../refusal.ts';
import { useSession } from '../session.ts';
import { isFileFailure } from '../store/sqlite-code.ts';
import type { Session } from '../session.ts';
import { isUnfinished } from './batch.ts';
import { asRetried } from './retried.ts';
import { checkFields } from './command-fields.ts';
import { count, numberArgument, transactionNumber } from './context.ts';
import type { CommandContext, Connection, Reply, Server } from './context.ts';
import { failureOf, labelsValue } from './fail-point.ts';
import type { Failure } from './fail-point.ts';
import { clusterTime, hello } from './hello.ts';
import { isSnapshotRead } from './cursor-command.ts';
import { transactionSight } from './sight.ts';
import { ALIASES, COMMANDS, isSearchCommand, NOT_SUPPORTED } from './registry.ts';
import type { Command } from './registry.ts';
import { checkVersion } from './stable-api.ts';
import { abortOf, noSuchTransaction, sessionKey } from './transaction-command.ts';

/** What a client is answered: a document, or nothing but a closed connection. */
export type Answer = Buffer | undefined;

/** Runs a command and writes its answer once everything it wrote is durable. */
export async function answerCommand(
  server: Server,
  connection: Connection,
  command: Document,
): Promise<Answer> {
  const [name = ''] = command.keys();
  if (name === 'hello' || name.toLowerCase() === 'ismaster')
    return writeReply(server, hello(server, command, connection));
  const failure =
    server.failPoints === undefined
      ? undefined
      : failureOf(server.failPoints, command, name, connection.metadata);
  const before = server.engine.oplog.durable();
  connection.unheard = undefined;
  const answer =
    failure === undefined
      ? writeReply(server, await reply(server, connection, command, name))
      : await answerByFailure(failure, server, connection, command, name);
  if (WRITES.has(name) && server.engine.oplog.durable() > before)
    connection.unheard = { before, at: performance.now() };
  return answer;
}

const WRITES = new Set(['insert', 'update', 'delete', 'findAndModify', 'commitTransaction']);

/** Answers as a fail point says. */
async function answerByFailure(
  failure: Failure,
  server: Server,
  connection: Connection,
  command: Document,
  name: string,
): Promise<Answer> {
  if (failure.blockMillis > 0) await sleep(failure.blockMillis);
  if (failure.runsBefore) await reply(server, connection, command, name);
  if (failure.closesConnection) return undefined;
  const made = failure.error ?? (await reply(server, connection, command, name));
  const extended = new Map<string, Writable>(made);
  if (failure.writeConcernError !== undefined)
    extended.set('writeConcernError', failure.writeConcernError);
  const labels = labelsValue(failure.labels);
  if (labels !== undefined) extended.set('errorLabels', labels);
  return writeReply(server, extended);
}

function sleep(millis: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, millis);
  });
}

function writeReply(server: Server, made: Reply): Buffer {
  const whole = new Map<string, Writable>(made);
  if (!whole.has('ok')) whole.set('ok', 1);
  for (const [name, value] of clusterTime(server.engine)) whole.set(name, value);
  return writeDocument(whole);
}

async function reply(
  server: Server,
  connection: Connection,
  command: Document,
  name: string,
): Promise<Reply> {
  let made: Reply;
  try {
    made = await execute(server, connection, command, ALIASES.get(name) ?? name);
  } catch (error) {
    // A file that cannot be read is not to be written to either.
    if (isFileFailure(error)) server.engine.fail(error);
    made = errorReply(error);
  }
  // A reply must not tell what a crash could still take back.
  await server.engine.committer.settled();
  return made;
}

/** The answer to a command that failed. */
export function errorReply(error: unknown): Reply {
  const refusal = error instanceof Blocked ? writeConflict() : error;
  if (refusal instanceof CommandRefusal) {
    const made: Document = new Map<string, Value>([
      ['ok', 0],
      ['errmsg', refusal.message],
      ['code', refusal.code],
      ['codeName', codeName(refusal.code)],
      ...refusal.fields,
    ]);
    const labels = labelsValue(refusal.labels);
    if (labels !== undefined) made.set('errorLabels', labels);
    return made;
  }
  process.stderr.write(
    `database: ${refusal instanceof Error ? (refusal.stack ?? refusal.message) : String(refusal)}\n`,
  );
  return document({
    ok: 0,
    errmsg: 'internal error; see the log of the database',
    code: 1,
    codeName: 'InternalError',
  });
}

/** Only there where the server was started for it. */
const FAIL_POINTS = 'configureFailPoint';

function findCommand(
  server: Server,
  connection: Connection,
  command: Document,
  name: string,
): Command {
  const found = COMMANDS.get(name);
  checkVersion(command, name);
  if (found === undefined || (name === FAIL_POINTS && server.failPoints === undefined))
    throw unknownCommand(name);
  if (server.authenticate !== undefined && connection.user === undefined && !found.isOpen)
    throw refuse(13, `Command ${name} requires authentication`);
  checkFields(command, name);
  return found;
}

function unknownCommand(name: string): Error {
  if (isSearchCommand(name))
    return refuse(
      31_082,
      'Using Atlas Search Database Commands and the $listSearchIndexes aggregation stage requires additional configuration. Please connect to Atlas or an AtlasCLI local deployment to enable.',
    );
  return NOT_SUPPORTED.has(name)
    ? refuse(238, `the command '${name}' is not supported by the embedded database`)
    : refuse(59, `no such command: '${name}'`);
}

async function execute(
  server: Server,
  connection: Connection,
  command: Document,
  name: string,
): Promise<Reply> {
  const found = findCommand(server, connection, command, name);
  if (server.engine.isClosing) throw refuse(11_600, 'interrupted at shutdown');
  count(server, name);
  const database = databaseOf(command);
  const lsid = command.get('lsid');
  const key = sessionKey(lsid);
  const session =
    key === undefined || lsid === undefined ? undefined : useSession(server.sessions, key, lsid);
  const maxMillis = name === 'getMore' ? 0 : (numberArgument(command, 'maxTimeMS') ?? 0);
  const first = command.get(name);
  const operation = server.operations.begin(
    command,
    typeof first === 'string' ? `${database}.${first}` : database,
    maxMillis,
  );
  const base = {
    server,
    engine: server.engine,
    command,
    name,
    database,
    connection,
    session,
    operation,
  };
  try {
    return await inSession(base, found);
  } finally {
    operation.finish();
  }
}

type Base = Omit<CommandContext, 'transaction' | 'sight'>;

function databaseOf(command: Document): string {
  const database = command.get('$db');
  if (typeof database !== 'string') throw refuse(40_571, 'OP_MSG requests require a $db argument');
  return database;
}

function inSession(base: Base, found: Command): Promise<Reply> {
  const { command, name, session } = base;
  const isEnd = name === 'commitTransaction' || name === 'abortTransaction';
  if (command.get('autocommit') === false && !isEnd) return inTransaction(base, found, session);
  const number = transactionNumber(command);
  if (number !== undefined && session !== undefined && !isEnd) {
    if (!found.isRetryable)
      throw refuse(
        72,
        `txnNumber may only be provided for multi-document transactions and retryable write commands. autocommit:false was not provided, and ${name} is not a retryable write command.`,
      );
    return retryable(base, found, session, number);
  }
  return run({ ...base, transaction: undefined, sight: liveSight(base) }, found);
}

function run(context: CommandContext, found: Command): Promise<Reply> {
  const made = found.run(context);
  return 'next' in made
    ? runTask(withBlocking(made, context), context.operation)
    : Promise.resolve(made);
}

/** A command that waits nowhere itself still waits for a transaction that is in its way. */
function* withBlocking(task: Task<Reply>, context: CommandContext): Task<Reply> {
  try {
    return yield* task;
  } catch (error) {
    if (error instanceof Blocked && context.transaction !== undefined) throw writeConflict();
    throw error;
  }
}

function liveSight(base: Base): Sight {
  const live: Sight = {
    reader: () => base.engine.store,
    upTo: Number.POSITIVE_INFINITY,
    transaction: undefined,
  };
  if (base.session === undefined || !isSnapshotRead(base.command)) return live;
  const { snapshot } = openSnapshot(base, base.session);
  return { reader: snapshot.reader, upTo: snapshot.sequence, transaction: undefined };
}

const SNAPSHOT_COMMANDS = new Set(['find', 'aggregate', 'distinct']);

/** The snapshot of a session: the one of the time that is asked for, or a new one. */
function openSnapshot(
  { engine, command, name, server }: Base,
  session: Session,
): NonNullable<Session['snapshot']> {
  if (!SNAPSHOT_COMMANDS.has(name))
    throw refuse(72, `Command ${name} does not support readConcern level snapshot`);
  const concern = command.get('readConcern');
  const asked = isDocument(concern) ? concern.get('atClusterTime') : undefined;
  const known = session.snapshot;
  if (asked instanceof Timestamp && known !== undefined && known.time.equals(asked)) return known;
  const opened =
    asked instanceof Timestamp
      ? (engine.snapshots.at(positionOf(asked)) ?? currentSnapshot(server, asked))
      : engine.snapshots.open(engine.oplog.now());
  known?.snapshot.close();
  session.snapshot = {
    snapshot: opened,
    openedAt: Date.now(),
    time: asked instanceof Timestamp ? asked : timestampOf(opened.position),
  };
  return session.snapshot;
}

/** The present, if nothing was written since the time that is asked for. */
function currentSnapshot(
  { engine }: Server,
  asked: Timestamp,
): ReturnType<typeof engine.snapshots.open> {
  if (positionOf(asked) < engine.oplog.now())
    throw refuse(
      239,
      `Read timestamp ${asked.t}, ${asked.i} is older than the oldest available timestamp.`,
    );
  return engine.snapshots.open(engine.oplog.now());
}

async function retryable(
  base: Base,
  found: Command,
  session: Session,
  number: bigint,
): Promise<Reply> {
  const { engine } = base;
  const known = session.retry;
  if (known !== undefined && known.number === number) {
    const answer = readDocument(known.reply);
    if (!isUnfinished(answer)) return asRetried(answer, base.command, base.name);
  }
  const latest = latestNumber(session);
  if (latest !== undefined && latest > number)
    throw refuse(
      225,
      `Retryable write with txnNumber ${number} is prohibited on session ${session.key} because a newer retryable write with txnNumber ${latest} has already started on this session.`,
    );
  const made = await run({ ...base, transaction: undefined, sight: liveSight(base) }, found);
  const answer = writeDocument(made);
  session.retry = { number, reply: answer };
  engine.committer.touch();
  engine.store.putRetryRecord({
    session: session.key,
    number: String(number),
    at: Date.now(),
    reply: answer,
  });
  return made;
}

function latestNumber({ retry, transaction }: Session): bigint | undefined {
  const numbers = [retry?.number, transaction?.number].filter((number) => number !== undefined);
  return numbers.length === 0
    ? undefined
    : numbers.reduce((left, right) => (left > right ? left : right));
}

async function inTransaction(
  base: Base,
  found: Command,
  session: Session | undefined,
): Promise<Reply> {
  const { command, name, server } = base;
  const number = transactionNumber(command);
  if (session === undefined || number === undefined)
    throw refuse(72, 'Transaction commands need a session and a txnNumber');
  const transaction = findTransaction(base, session, number);
  try {
    checkInTransaction(command, name, found);
    const sight = transactionSight(base, transaction);
    const made = await run({ ...base, transaction, sight }, found);
    if (made.has('writeErrors') || (made.get('nErrors') ?? 0) !== 0) abortOf(server, session);
    return made;
  } catch (error) {
    abortOf(server, session);
    throw error;
  }
}

function findTransaction(base: Base, session: Session, number: bigint): Transaction {
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
  { engine, server, command, connection }: Base,
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

function checkInTransaction(command: Document, name: string, found: Command): void {
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
