// Change streams: cursors on the log of changes.
import { compilePipeline, readStage } from '../aggregation/pipeline.ts';
import type { Pipeline } from '../aggregation/pipeline.ts';
import type { World } from '../aggregation/stage.ts';
import { areEqual } from '../bson/order.ts';
import { readDocument } from '../bson/reader.ts';
import { showValue } from '../bson/show.ts';
import { isDocument, Timestamp } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import type { Batch, TailCursor } from '../cursor.ts';
import { findCollection } from '../engine/catalogue.ts';
import type { Engine } from '../engine/engine.ts';
import { positionOf } from '../engine/oplog.ts';
import type { LogEntry } from '../engine/oplog.ts';
import { makeScope } from '../expression/scope.ts';
import { drainFlow, flowOf, PAUSE } from '../flow.ts';
import type { Flow } from '../flow.ts';
import { collationOf } from '../query/collation.ts';
import { refuse, unknownField } from '../refusal.ts';
import { askRows } from './ask.ts';
import {
  changeEvent,
  invalidateEvent,
  isInScope,
  isInvalidating,
  readToken,
  resumeToken,
} from './change-event.ts';
import type { StreamOptions, StreamScope } from './change-event.ts';
import type { CommandContext, Reply } from './context.ts';
import { cursorReply } from './cursor-command.ts';
import { partsOf, readsSplit, SPLIT_STAGE } from './split-event.ts';

const OPTIONS = new Set([
  'fullDocument',
  'fullDocumentBeforeChange',
  'resumeAfter',
  'startAfter',
  'startAtOperationTime',
  'allChangesForCluster',
  'showExpandedEvents',
  'showSystemEvents',
  'showRawUpdateDescription',
  'matchCollectionUUIDForUpdateLookup',
]);

const STAGES = new Set([
  '$match',
  '$project',
  '$addFields',
  '$set',
  '$unset',
  '$replaceRoot',
  '$replaceWith',
  '$redact',
  SPLIT_STAGE,
]);

const FULL_DOCUMENT = ['default', 'updateLookup', 'whenAvailable', 'required'];
const BEFORE_CHANGE = ['off', 'whenAvailable', 'required'];

const FATAL = ['NonResumableChangeStreamError'];

function choice(spec: Document, name: string, allowed: readonly string[]): string {
  const value = spec.get(name);
  if (value === undefined) return allowed[0] ?? '';
  if (typeof value !== 'string' || !allowed.includes(value))
    throw refuse(
      2,
      `Enumeration value ${showValue(value)} for field '$changeStream.${name}' is not a valid value.`,
    );
  return value;
}

function checkSpec(spec: Document, stages: readonly Document[]): void {
  for (const name of spec.keys())
    if (!OPTIONS.has(name)) throw unknownField(`$changeStream.${name}`);
  const starts = ['resumeAfter', 'startAfter', 'startAtOperationTime'].filter((name) =>
    spec.has(name),
  );
  if (starts.length > 1)
    throw refuse(40_674, 'Only one type of resume option is allowed, but multiple were found.');
  for (const stage of stages) {
    const [name] = readStage(stage);
    if (!STAGES.has(name)) throw refuse(20, `${name} is not permitted in a $changeStream pipeline`);
  }
}

/** Where a stream begins: after a position, and after so many fragments of the event that follows. */
type Start = { position: number; resumed: LogEntry | undefined; fragments: number };

const RACE_MILLIS = 25;

/**
 * A stream without a starting point begins after what is durable. A write on another connection that was answered just
 * now still belongs to it, if neither what the client sent there since nor the time that it tells shows that it had
 * read the answer when it asked for the stream: the two were under way together.
 */
function startNow({ server, engine, command, connection }: CommandContext): number {
  const gossip = command.get('$clusterTime');
  const seen = isDocument(gossip) ? gossip.get('clusterTime') : undefined;
  if (!(seen instanceof Timestamp)) return engine.oplog.durable();
  const since = performance.now() - RACE_MILLIS;
  let start = engine.oplog.durable();
  for (const other of server.connections.values())
    if (other !== connection && other.unheard !== undefined && other.unheard.at >= since)
      start = Math.min(start, Math.max(positionOf(seen), other.unheard.before));
  return start;
}

function readStart(context: CommandContext, spec: Document, isSplit: boolean): Start {
  const { oplog } = context.engine;
  const time = spec.get('startAtOperationTime');
  const token = spec.get('resumeAfter') ?? spec.get('startAfter');
  if (token !== undefined) return startAfter(context, token, spec.has('resumeAfter'), isSplit);
  if (!(time instanceof Timestamp))
    return { position: startNow(context), resumed: undefined, fragments: 0 };
  const position = positionOf(time) - 1;
  checkHistory(oplog.pruned(), position);
  return { position, resumed: undefined, fragments: 0 };
}

function startAfter(
  { engine: { oplog } }: CommandContext,
  token: Value,
  isResumed: boolean,
  isSplit: boolean,
): Start {
  const { position, isInvalidate, fragment } = readToken(token);
  if (isInvalidate && isResumed)
    throw refuse(
      260,
      "Attempting to resume a change stream using 'resumeAfter' is not allowed from an invalidate notification.",
    );
  checkHistory(oplog.pruned(), position);
  if (fragment > 0 && !isSplit)
    throw refuse(
      280,
      `This token is of a fragment: the stream can only be resumed with ${SPLIT_STAGE}.`,
      { labels: FATAL },
    );
  if (fragment > 0) return { position: position - 1, resumed: undefined, fragments: fragment };
  const [entry] = isInvalidate ? [] : oplog.read(position - 1, 1);
  const resumed = entry?.position === position ? entry : undefined;
  return { position, resumed, fragments: 0 };
}

function checkHistory(pruned: number, position: number): void {
  if (position < pruned)
    throw refuse(
      286,
      'Resume of change stream was not possible, as the resume point may no longer be in the oplog.',
      { labels: FATAL },
    );
}

const NOWHERE: World = {
  open: () => flowOf([]),
  findByIndex: () => undefined,
  write: (_stage, _argument, source) => source,
  produce: () => undefined,
};

/** Opens a change stream: an `aggregate` whose first stage is `$changeStream`. */
export function openChangeStream(
  context: CommandContext,
  stages: readonly Document[],
  batchSize: number,
): Reply {
  const { command, database, server } = context;
  const [first, ...rest] = stages;
  const spec = first?.get('$changeStream');
  if (!isDocument(spec)) throw refuse(50_808, '$changeStream stage expects a document as argument');
  if (context.transaction !== undefined)
    throw refuse(
      263,
      'Operation not permitted in transaction :: caused by :: Aggregation stage $changeStream cannot run within a multi-document transaction',
    );
  checkSpec(spec, rest);
  const name = command.get('aggregate');
  const scope = scopeOf(spec, database, name);
  const namespace = typeof name === 'string' ? `${database}.${name}` : `${database}.$cmd.aggregate`;
  const tail = makeStream(context, spec, rest, scope);
  const { documents, isLast } = tail.take(batchSize);
  if (isLast)
    return cursorReply('firstBatch', documents, 0n, namespace, context, tail.resumeToken());
  const cursor = server.cursors.open({
    namespace,
    flow: nothing(),
    session: context.session?.key,
    transaction: undefined,
    tail,
    hasTimeout: false,
  });
  return cursorReply('firstBatch', documents, cursor.id, namespace, context, tail.resumeToken());
}

function* nothing(): Flow<Buffer> {
  // A stream is read by its tail.
}

function scopeOf(spec: Document, database: string, name: Maybe): StreamScope {
  if (spec.get('allChangesForCluster') === true) {
    if (database !== 'admin')
      throw refuse(
        73,
        "A $changeStream may only be opened with 'allChangesForCluster' on the 'admin' database",
      );
    return { database: undefined, collection: undefined };
  }
  return { database, collection: typeof name === 'string' ? name : undefined };
}

function lookUpIn(context: CommandContext): StreamOptions['lookUp'] {
  return (database, name, key) => {
    const collection = findCollection(context.engine, `${database}.${name}`);
    if (collection === undefined) return undefined;
    const filter: Document = new Map([['_id', key.get('_id') ?? null]]);
    for (const row of askRows(collection, { filter, limit: 1 }, makeScope(), context.sight))
      if (row !== PAUSE) return readDocument(row.bytes);
    return undefined;
  };
}

const READ_AT_ONCE = 500;
const MOST_BYTES = 16 * 1024 * 1024;

/** What was taken: everything up to a position, and so many fragments of the event after it. */
type StreamState = { position: number; isInvalid: boolean; fragments: number };

function makeStream(
  context: CommandContext,
  spec: Document,
  stages: readonly Document[],
  scope: StreamScope,
): TailCursor {
  const { engine, command } = context;
  const options: StreamOptions = {
    fullDocument: choice(spec, 'fullDocument', FULL_DOCUMENT),
    beforeChange: choice(spec, 'fullDocumentBeforeChange', BEFORE_CHANGE),
    isExpanded: spec.get('showExpandedEvents') === true,
    lookUp: lookUpIn(context),
  };
  const pipeline = compileStages(stages, command, engine);
  const isSplit = readsSplit(stages);
  const { position, resumed, fragments } = readStart(context, spec, isSplit);
  const state: StreamState = { position, isInvalid: false, fragments };
  let ending = resumed !== undefined && isInvalidating(resumed.event, scope) ? resumed : undefined;
  return {
    resumeToken: () =>
      state.fragments > 0
        ? resumeToken(state.position + 1, false, state.fragments)
        : resumeToken(state.position, state.isInvalid),
    news: makeNews(engine),
    take: (most) => {
      const documents: Buffer[] = [];
      if (most === 0) return { documents, isLast: false };
      if (ending !== undefined) {
        end(state, ending, pipeline, documents);
        ending = undefined;
        return { documents, isLast: true };
      }
      return takeEvents({ engine, state, scope, options, pipeline, isSplit }, most, documents);
    },
  };
}

function compileStages(stages: readonly Document[], command: Document, engine: Engine): Pipeline {
  const scope = makeScope({
    collation: collationOf(command.get('collation')),
    clusterTime: engine.timestamp(),
  });
  const kept = stages.filter((stage) => !stage.has(SPLIT_STAGE));
  return compilePipeline(kept, { scope, database: '', world: NOWHERE, allowsDisk: false });
}

/** Resolves at the next commit; all who wait on one stream wait for the same. */
function makeNews({ watchers }: Engine): () => Promise<void> {
  let pending: Promise<void> | undefined;
  return () => {
    pending ??= new Promise((resolve) => {
      const watcher = (): void => {
        watchers.delete(watcher);
        pending = undefined;
        resolve();
      };
      watchers.add(watcher);
    });
    return pending;
  };
}

type Reading = {
  engine: Engine;
  state: StreamState;
  scope: StreamScope;
  options: StreamOptions;
  pipeline: Pipeline;
  isSplit: boolean;
};

function takeEvents(reading: Reading, most: number, documents: Buffer[]): Batch {
  const { engine, state } = reading;
  for (;;) {
    const entries = engine.oplog.read(state.position, READ_AT_ONCE);
    for (const entry of entries) {
      const outcome = takeEntry(reading, entry, most, documents);
      if (outcome === 'end') return { documents, isLast: true };
      if (outcome === 'full' || documents.length >= most) return { documents, isLast: false };
    }
    if (entries.length < READ_AT_ONCE) return { documents, isLast: false };
  }
}

/** Takes one entry; one that does not fit any more stays for the next batch. */
function takeEntry(
  reading: Reading,
  entry: LogEntry,
  most: number,
  documents: Buffer[],
): 'taken' | 'full' | 'end' {
  const { state, scope, pipeline } = reading;
  const parts = partsAfter(reading, entry, documents);
  if (parts === undefined) return 'full';
  for (const part of parts.slice(state.fragments)) {
    const bytes = documents.reduce((total, { length }) => total + length, part.length);
    if (documents.length > 0 && (bytes > MOST_BYTES || documents.length >= most)) return 'full';
    documents.push(part);
    if (parts.length > 1) {
      // Nothing lies between what was taken and this event: a token names its fragment by the position after.
      state.position = entry.position - 1;
      state.fragments += 1;
    }
  }
  state.position = entry.position;
  state.fragments = 0;
  if (!isInvalidating(entry.event, scope)) return 'taken';
  end(state, entry, pipeline, documents);
  return 'end';
}

/** The parts of an event; nothing when it is refused but those before it are to be sent first. */
function partsAfter(
  reading: Reading,
  entry: LogEntry,
  documents: readonly Buffer[],
): readonly Buffer[] | undefined {
  try {
    return eventParts(reading, entry);
  } catch (error) {
    if (documents.length === 0) throw error;
    return undefined;
  }
}

function eventParts(
  { scope, options, pipeline, isSplit }: Reading,
  entry: LogEntry,
): readonly Buffer[] {
  if (!isInScope(entry.event, scope, options.isExpanded)) return [];
  const made = throughPipeline(changeEvent(entry, options), pipeline);
  return made === undefined ? [] : partsOf(made, entry.position, isSplit);
}

function throughPipeline(event: Document, pipeline: Pipeline): Document | undefined {
  const [made] = drainFlow(pipeline.run(flowOf([event])));
  if (made === undefined) return undefined;
  const id: Value = event.get('_id') ?? null;
  if (!areEqual(made.get('_id'), id))
    throw refuse(
      280,
      'Encountered an event whose _id field, which contains the resume token, was modified by the pipeline. Modifying the _id field of an event makes it impossible to resume the stream from that point. Only transformations that retain the unmodified _id field are allowed.',
      { labels: FATAL },
    );
  return made;
}

function end(state: StreamState, entry: LogEntry, pipeline: Pipeline, documents: Buffer[]): void {
  state.isInvalid = true;
  const last = throughPipeline(invalidateEvent(entry), pipeline);
  if (last !== undefined) documents.push(...partsOf(last, entry.position, false));
}
