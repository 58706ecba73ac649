// Batches of write statements: what failed, what was done, and where to go on after a crash.
import { readDocument } from '../bson/reader.ts';
import { writeDocument } from '../bson/writer.ts';
import { document, isDocument } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import { Blocked, writeConflict } from '../engine/locks.ts';
import type { Transaction } from '../engine/transaction.ts';
import { PAUSE } from '../flow.ts';
import type { Task } from '../flow.ts';
import { CommandRefusal, refuse } from '../refusal.ts';
import { transactionNumber } from './context.ts';
import type { CommandContext } from './context.ts';

/** What a batch has done so far. */
export type Progress = {
  /** The statement that is next. */
  next: number;
  n: number;
  modified: number;
  upserted: Document[];
  errors: Document[];
};

const MOST_STATEMENTS = 100_000;

/** Refuses a batch of no or of too many statements. */
export function checkBatchSize(size: number): void {
  if (size < 1 || size > MOST_STATEMENTS)
    throw refuse(
      16,
      `Write batch sizes must be between 1 and ${MOST_STATEMENTS}. Got ${size} operations.`,
    );
}

/**
 * Runs statements one after the other. An ordered batch ends at the first that fails, as does one in a transaction.
 */
export function* runBatch<Statement extends object>(
  context: CommandContext,
  statements: readonly Statement[],
  runStatement: (statement: Statement, progress: Progress, at: number) => Task<void>,
): Task<Progress> {
  const progress = readProgress(context);
  const isOrdered = context.command.get('ordered') !== false;
  const stopsAtError = isOrdered || context.transaction !== undefined;
  for (; progress.next < statements.length; progress.next += 1) {
    const statement = statements[progress.next];
    if (statement === undefined) break;
    try {
      yield* withCheckpoints(context, progress, runStatement(statement, progress, progress.next));
    } catch (error) {
      progress.errors.push(writeError(error, progress.next));
      if (stopsAtError) break;
    }
  }
  return progress;
}

/** Before others get a turn, it is noted how far the batch is: after a crash it goes on from there. */
function* withCheckpoints(
  context: CommandContext,
  progress: Progress,
  task: Task<void>,
): Task<void> {
  for (;;) {
    const step = task.next();
    if (step.done === true) return;
    noteProgress(context, progress);
    // The driver of the task throws here when it must stop; the statement's own clean-up runs too.
    try {
      yield step.value;
    } catch (error) {
      task.throw(error);
    }
  }
}

/** The entry of `writeErrors` for a failure; failures of another kind go on up. */
export function writeError(error: unknown, index: number): Document {
  if (!(error instanceof CommandRefusal) || error.labels.length > 0 || STOPS.has(error.code))
    throw error;
  return new Map<string, Value>([
    ['index', index],
    ['code', error.code],
    ...error.fields,
    ['errmsg', error.message],
  ]);
}

// Time is up, or somebody stopped the command: that is not the statement's fault.
const STOPS = new Set([50, 11_600, 11_601]);

const PROGRESS = '_progress';

function noteProgress(
  { engine, session, command, transaction }: CommandContext,
  progress: Progress,
): void {
  const number = transactionNumber(command);
  if (session === undefined || number === undefined || transaction !== undefined) return;
  if (progress.next === 0) return;
  engine.committer.touch();
  const reply = writeDocument(
    document({
      [PROGRESS]: progress.next,
      n: progress.n,
      modified: progress.modified,
      upserted: progress.upserted,
      errors: progress.errors,
    }),
  );
  engine.store.putRetryRecord({
    session: session.key,
    number: String(number),
    at: Date.now(),
    reply,
  });
  session.retry = { number, reply };
}

/** Whether a stored reply is only the state of a batch that was interrupted. */
export function isUnfinished(reply: Document): boolean {
  return reply.has(PROGRESS);
}

function readProgress({ session, command }: CommandContext): Progress {
  const number = transactionNumber(command);
  const known =
    session?.retry !== undefined && number !== undefined && session.retry.number === number
      ? readDocument(session.retry.reply)
      : undefined;
  if (known === undefined || !isUnfinished(known))
    return { next: 0, n: 0, modified: 0, upserted: [], errors: [] };
  const list = (name: string): Document[] => {
    const value = known.get(name);
    return Array.isArray(value) ? value.filter(isDocument) : [];
  };
  return {
    next: Number(known.get(PROGRESS)),
    n: Number(known.get('n')),
    modified: Number(known.get('modified')),
    upserted: list('upserted'),
    errors: list('errors'),
  };
}

// In a transaction: how long it waits for others, all in all, for one thing that it does.
const PATIENCE_MILLIS = 300;

/**
 * Does one thing to the data, and waits for transactions that are in the way: a single write as long as it takes, one
 * in a transaction for a moment.
 */
export function* patiently<T>(work: () => T, { transaction }: CommandContext): Task<T> {
  const deadline = performance.now() + PATIENCE_MILLIS;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Blocked)) throw error;
      if (transaction === undefined) yield error.ended;
      else if (error.holder !== undefined)
        yield* waitInTransaction(transaction, error.holder, deadline);
    }
  }
}

function* waitInTransaction(
  transaction: Transaction,
  holder: Transaction,
  deadline: number,
): Task<void> {
  const left = deadline - performance.now();
  if (left <= 0 || waitsFor(holder, transaction)) throw writeConflict();
  transaction.waitsFor = holder;
  try {
    yield soonerOf(holder.ended, left);
  } finally {
    transaction.waitsFor = undefined;
  }
  // It may itself have been ended meanwhile.
  if (!transaction.isOpen) throw writeConflict();
}

/** Whether a transaction waits for another, through however many. */
function waitsFor(transaction: Transaction, other: Transaction): boolean {
  for (let next: Transaction | undefined = transaction; next !== undefined; next = next.waitsFor)
    if (next === other) return true;
  return false;
}

async function soonerOf(event: Promise<void>, millis: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, millis);
  await Promise.race([event, promise]);
  clearTimeout(timer);
}

/** Gives others a turn after so many steps. */
export function* pauseEvery(
  count: number,
  every: number,
): Generator<typeof PAUSE, void, undefined> {
  if (count % every === 0) yield PAUSE;
}

/** The reply of a write command. */
export function writeReply(progress: Progress, withModified: boolean): Document {
  return document({
    n: progress.n,
    nModified: withModified ? progress.modified : undefined,
    upserted: progress.upserted.length > 0 ? progress.upserted : undefined,
    writeErrors: progress.errors.length > 0 ? progress.errors : undefined,
  });
}

/** Adds what a write concern asks for and one machine cannot give. */
export function withWriteConcern(command: Document, reply: Document): Document {
  const concern = command.get('writeConcern');
  const w = isDocument(concern) ? concern.get('w') : undefined;
  const error = concernError(w);
  return error === undefined ? reply : new Map([...reply, ['writeConcernError', error]]);
}

function concernError(w: Value | undefined): Document | undefined {
  if (typeof w === 'number' && w > 1)
    return document({
      code: 100,
      codeName: 'UnsatisfiableWriteConcern',
      errmsg: 'Not enough data-bearing nodes',
      errInfo: document({
        writeConcern: document({ w, wtimeout: 0, provenance: 'clientSupplied' }),
      }),
    });
  if (typeof w !== 'string' || w === 'majority') return undefined;
  return document({
    code: 79,
    codeName: 'UnknownReplWriteConcern',
    errmsg: `No write concern mode named '${w}' found in replica set configuration`,
    errInfo: document({ writeConcern: document({ w, wtimeout: 0, provenance: 'clientSupplied' }) }),
  });
}
