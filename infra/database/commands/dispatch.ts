// From a message to its answer: sessions, transactions, retries, and what goes wrong.
import { readDocument } from '../bson/reader.ts';
import type { Document } from '../bson/value.ts';
import { writeDocument } from '../bson/writer.ts';
import type { Writable } from '../bson/writer.ts';
import { Blocked, writeConflict } from '../engine/locks.ts';
import type { Task } from '../flow.ts';
import { runTask } from '../operation.ts';
import { refuse } from '../refusal.ts';
import { latestNumber, useSession } from '../session.ts';
import type { Session } from '../session.ts';
import { isFileFailure } from '../store/sqlite-code.ts';
import { isUnfinished } from './batch.ts';
import { checkFields } from './command-fields.ts';
import { count, numberArgument, transactionNumber } from './context.ts';
import type { CommandBase, CommandContext, Connection, Reply, Server } from './context.ts';
import { errorReply } from './error-reply.ts';
import { failureOf, labelsValue } from './fail-point.ts';
import type { Failure } from './fail-point.ts';
import { clusterTime, hello } from './hello.ts';
import { checkInTransaction, findTransaction } from './open-transaction.ts';
import { ALIASES, COMMANDS, isSearchCommand, NOT_SUPPORTED } from './registry.ts';
import type { Command } from './registry.ts';
import { asRetried } from './retried.ts';
import { liveSight, transactionSight } from './sight.ts';
import { checkVersion } from './stable-api.ts';
import { abortOf, sessionKey } from './transaction-command.ts';

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

function databaseOf(command: Document): string {
  const database = command.get('$db');
  if (typeof database !== 'string') throw refuse(40_571, 'OP_MSG requests require a $db argument');
  return database;
}

function inSession(base: CommandBase, found: Command): Promise<Reply> {
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

async function retryable(
  base: CommandBase,
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

async function inTransaction(
  base: CommandBase,
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
