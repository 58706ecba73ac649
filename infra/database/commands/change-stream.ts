// Change streams: cursors on the log of changes.
import { compilePipeline, readStage } from '../aggregation/pipeline.ts';
import type { Pipeline } from '../aggregation/pipeline.ts';
import type { World } from '../aggregation/stage.ts';
import { areEqual } from '../bson/order.ts';
import { readDocument } from '../bson/reader.ts';
import { showValue } from '../bson/show.ts';
import { isDocument, Timestamp } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { writeDocument } from '../bson/writer.ts';
import type { Batch, TailCursor } from '../cursor.ts';
import { findCollection } from '../engine/catalogue.ts';
import type { Engine } from '../engine/engine.ts';
import { positionOf } from '../engine/oplog.ts';
import type { LogEntry } from '../engine/oplog.ts';
import { makeScope } from '../expression/scope.ts';
import { drainFlow, flowOf, PAUSE } from '../flow.ts';
import type { Flow } from '../flow.ts';
import { collationOf } from '../query/collation.ts';
import { refuse } from '../refusal.ts';
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
  '$changeStreamSplitLargeEvent',
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
    if (!OPTIONS.has(name))
      throw refuse(40_415, `BSON field '$changeStream.${name}' is an unknown field.`);
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

/** Where a stream begins. */
type Start = { position: number; resumed: LogEntry | undefined };

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

function readStart(context: CommandContext, spec: Document): Start {
  const { oplog } = context.engine;
  const token = spec.get('resumeAfter') ?? spec.get('startAfter');
  const time = spec.get('startAtOperationTime');
  if (token !== undefined) {
    const { position, isInvalidate } = readToken(token);
    if (isInvalidate && spec.has('resumeAfter'))
      throw refuse(
        260,
        "Attempting to resume a change stream using 'resumeAfter' is not allowed from an invalidate notification.",
      );
    checkHistory(oplog.pruned(), position);
    const [entry] = isInvalidate ? [] : oplog.read(position - 1, 1);
    return { position, resumed: entry?.position === position ? entry : undefined };
  }
  if (!(time instanceof Timestamp)) return { position: startNow(context), resumed: undefined };
  const position = positionOf(time) - 1;
  checkHistory(oplog.pruned(), position);
  return { position, resumed: undefined };
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

type StreamState = { position: number; isInvalid: boolean };

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
  const { position, resumed } = readStart(context, spec);
  const state: StreamState = { position, isInvalid: false };
  let ending = resumed !== undefined && isInvalidating(resumed.event, scope) ? resumed : undefined;
  return {
    resumeToken: () => resumeToken(state.position, state.isInvalid),
    news: makeNews(engine),
    take: (most) => {
      const documents: Buffer[] = [];
      if (most === 0) return { documents, isLast: false };
      if (ending !== undefined) {
        end(state, ending, pipeline, documents);
        ending = undefined;
        return { documents, isLast: true };
      }
      return takeEvents({ engine, state, scope, options, pipeline }, most, documents);
    },
  };
}

function compileStages(stages: readonly Document[], command: Document, engine: Engine): Pipeline {
  const scope = makeScope({
    collation: collationOf(command.get('collation')),
    clusterTime: engine.timestamp(),
  });
  const kept = stages.filter((stage) => !stage.has('$changeStreamSplitLargeEvent'));
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
};

function takeEvents(reading: Reading, most: number, documents: Buffer[]): Batch {
  const { engine, state } = reading;
  for (;;) {
    const entries = engine.oplog.read(state.position, READ_AT_ONCE);
    for (const entry of entries) {
      const outcome = takeEntry(reading, entry, documents);
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
  documents: Buffer[],
): 'taken' | 'full' | 'end' {
  const { state, scope, pipeline } = reading;
  const event = eventBytes(reading, entry);
  if (event !== undefined) {
    const bytes = documents.reduce((total, { length }) => total + length, event.length);
    if (documents.length > 0 && bytes > MOST_BYTES) return 'full';
    documents.push(event);
  }
  state.position = entry.position;
  if (!isInvalidating(entry.event, scope)) return 'taken';
  end(state, entry, pipeline, documents);
  return 'end';
}

function eventBytes({ scope, options, pipeline }: Reading, entry: LogEntry): Buffer | undefined {
  if (!isInScope(entry.event, scope, options.isExpanded)) return undefined;
  return throughPipeline(changeEvent(entry, options), pipeline);
}

function throughPipeline(event: Document, pipeline: Pipeline): Buffer | undefined {
  const [made] = drainFlow(pipeline.run(flowOf([event])));
  if (made === undefined) return undefined;
  const id: Value = event.get('_id') ?? null;
  if (!areEqual(made.get('_id'), id))
    throw refuse(
      280,
      'Encountered an event whose _id field, which contains the resume token, was modified by the pipeline. Modifying the _id field of an event makes it impossible to resume the stream from that point. Only transformations that retain the unmodified _id field are allowed.',
      { labels: FATAL },
    );
  return writeDocument(made);
}

function end(state: StreamState, entry: LogEntry, pipeline: Pipeline, documents: Buffer[]): void {
  state.isInvalid = true;
  const last = throughPipeline(invalidateEvent(entry), pipeline);
  if (last !== undefined) documents.push(last);
}
