// Cursors on the wire: the first batch, the next ones, and their end.
import { document, isDocument, textOf } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import type { Writable } from '../bson/writer.ts';
import { takeBatch } from '../cursor.ts';
import type { Cursor } from '../cursor.ts';
import type { Flow, Task } from '../flow.ts';
import { refuse } from '../refusal.ts';
import { numberArgument } from './context.ts';
import type { CommandContext, Handler, Reply } from './context.ts';

/** Documents in the first batch, when the client does not say. */
export const FIRST_BATCH = 101;

/** How a cursor is opened. */
export type CursorOptions = { namespace: string; batchSize: number; isSingle?: boolean };

/** Answers with the first batch, and keeps a cursor for the rest. */
export function* openCursor(
  context: CommandContext,
  flow: Flow<Buffer>,
  options: CursorOptions,
): Task<Reply> {
  const { command, server, session, transaction } = context;
  const { documents, isLast, waiting } =
    options.batchSize === 0 && options.isSingle !== true
      ? { documents: [], isLast: false, waiting: undefined }
      : yield* takeBatch(flow, options.batchSize);
  if (isLast || options.isSingle === true) {
    flow.return();
    return cursorReply('firstBatch', documents, 0n, options.namespace, context);
  }
  const cursor = server.cursors.open(
    {
      namespace: options.namespace,
      flow,
      session: session?.key,
      transaction,
      tail: undefined,
      hasTimeout: command.get('noCursorTimeout') !== true,
    },
    waiting,
  );
  return cursorReply('firstBatch', documents, cursor.id, options.namespace, context);
}

/** The reply of a command that reads by cursor. */
export function cursorReply(
  batch: 'firstBatch' | 'nextBatch',
  documents: Buffer[],
  id: bigint,
  namespace: string,
  context: CommandContext,
  token?: ReadonlyMap<string, Writable>,
): Reply {
  const cursor = new Map<string, Writable>([
    [batch, documents],
    ['id', id],
    ['ns', namespace],
  ]);
  if (token !== undefined) cursor.set('postBatchResumeToken', token);
  const snapshot = context.session?.snapshot;
  if (
    batch === 'firstBatch' &&
    snapshot !== undefined &&
    context.transaction === undefined &&
    isSnapshotRead(context.command)
  )
    cursor.set('atClusterTime', snapshotTime(context));
  return new Map<string, Writable>([['cursor', cursor]]);
}

/** Whether a command reads from a snapshot outside of a transaction. */
export function isSnapshotRead(command: Document): boolean {
  const concern = command.get('readConcern');
  return isDocument(concern) && concern.get('level') === 'snapshot' && !command.has('autocommit');
}

/** The time of the session's snapshot. */
export function snapshotTime({ session, engine }: CommandContext): Value {
  return session?.snapshot === undefined ? engine.timestamp() : session.snapshot.time;
}

/** `getMore`. */
export const getMore: Handler = function* (context) {
  const { command, server, database } = context;
  const id = command.get('getMore');
  if (typeof id !== 'bigint' && typeof id !== 'number')
    throw refuse(14, "BSON field 'getMore.getMore' is the wrong type, expected type 'long'");
  const cursor = server.cursors.find(BigInt(id));
  checkCursor(cursor, context, `${database}.${textOf(command.get('collection') ?? '')}`);
  const size = numberArgument(command, 'batchSize') ?? 0;
  const most = size === 0 ? Number.POSITIVE_INFINITY : size;
  cursor.isBusy = true;
  try {
    return cursor.tail === undefined
      ? yield* nextBatch(cursor, most, context)
      : yield* tailBatch(cursor, most, context);
  } catch (error) {
    cursor.isBusy = false;
    server.cursors.close(cursor.id);
    throw error;
  } finally {
    cursor.isBusy = false;
  }
};

function checkCursor(
  cursor: Cursor,
  { session, transaction }: CommandContext,
  namespace: string,
): void {
  if (cursor.namespace !== namespace)
    throw refuse(
      13,
      `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`,
    );
  if (cursor.session !== undefined && cursor.session !== session?.key)
    throw refuse(
      50_737,
      `Cannot run getMore on cursor ${cursor.id}, which was created in another session`,
    );
  if (cursor.transaction !== transaction)
    throw refuse(
      50_740,
      `Cannot run getMore on cursor ${cursor.id}, which belongs to another transaction`,
    );
  if (cursor.isBusy) throw refuse(12_051, 'clientcursor already in use? driver problem?');
}

function* nextBatch(cursor: Cursor, most: number, context: CommandContext): Task<Reply> {
  const { documents, isLast, waiting } = yield* takeBatch(cursor.flow, most, cursor.waiting);
  cursor.waiting = waiting;
  const isKilled = !context.server.cursors.all.has(cursor.id);
  if (isLast || isKilled) context.server.cursors.close(cursor.id);
  if (isKilled) throw refuse(237, 'cursor was killed');
  return cursorReply('nextBatch', documents, isLast ? 0n : cursor.id, cursor.namespace, context);
}

const AWAIT_MILLIS = 1000;

function* tailBatch(cursor: Cursor, most: number, context: CommandContext): Task<Reply> {
  const { tail } = cursor;
  if (tail === undefined) return new Map();
  const deadline = Date.now() + (numberArgument(context.command, 'maxTimeMS') ?? AWAIT_MILLIS);
  for (;;) {
    if (!context.server.cursors.all.has(cursor.id))
      throw refuse(43, `cursor id ${cursor.id} not found`);
    const { documents, isLast } = tail.take(most);
    const left = deadline - Date.now();
    if (documents.length > 0 || isLast || left <= 0) {
      if (isLast) context.server.cursors.close(cursor.id);
      return cursorReply(
        'nextBatch',
        documents,
        isLast ? 0n : cursor.id,
        cursor.namespace,
        context,
        tail.resumeToken(),
      );
    }
    yield waitFor(tail.news(), left);
  }
}

async function waitFor(news: Promise<void>, millis: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, millis);
  await Promise.race([news, promise]);
  clearTimeout(timer);
}

/** `killCursors`. */
export const killCursors: Handler = ({ command, server }) => {
  const ids = command.get('cursors');
  if (!Array.isArray(ids))
    throw refuse(40_414, "BSON field 'killCursors.cursors' is missing but a required field");
  const killed: Value[] = [];
  const unknown: Value[] = [];
  for (const id of ids)
    if ((typeof id === 'bigint' || typeof id === 'number') && server.cursors.close(BigInt(id)))
      killed.push(id);
    else unknown.push(id);
  // Streams that wait look whether they are still wanted.
  for (const watcher of server.engine.watchers) watcher();
  return document({
    cursorsKilled: killed,
    cursorsNotFound: unknown,
    cursorsAlive: [],
    cursorsUnknown: [],
  });
};
