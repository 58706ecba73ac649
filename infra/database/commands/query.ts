// find, count and distinct.
import { document, isDocument } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { keyText } from '../bson/key.ts';
import { compareValues } from '../bson/order.ts';
import { isIndex } from '../bson/path.ts';
import { readDocument, readFields } from '../bson/reader.ts';
import { writeDocument } from '../bson/writer.ts';
import { findCollection } from '../engine/catalogue.ts';
import type { Collection } from '../engine/collection.ts';
import type { Row } from '../engine/scan.ts';
import type { Sight } from '../engine/sight.ts';
import type { Scope } from '../expression/scope.ts';
import { limitFlow, mapFlow, PAUSE, skipFlow } from '../flow.ts';
import type { Flow } from '../flow.ts';
import { compileFilter } from '../query/filter.ts';
import { compileProjection } from '../query/projection.ts';
import { refuse, unknownField } from '../refusal.ts';
import { askRows, collationFor } from './ask.ts';
import type { Ask } from './ask.ts';
import { isCarried, NUMBERED } from './command-fields.ts';
import { FIRST_BATCH, isSnapshotRead, openCursor, snapshotTime } from './cursor-command.ts';
import { aggregateFlow } from './pipeline-source.ts';
import { collectionName, commandScope, documentArgument, numberArgument } from './context.ts';
import type { CommandContext, Handler } from './context.ts';

type Window = { skip: number; limit: number | undefined; isSingle: boolean; batchSize: number };

function readWindow(command: Document): Window {
  const skip = numberArgument(command, 'skip') ?? 0;
  const limit = numberArgument(command, 'limit') ?? 0;
  const batchSize = numberArgument(command, 'batchSize') ?? FIRST_BATCH;
  if (skip < 0)
    throw refuse(51_024, `BSON field 'skip' value must be >= 0, actual value '${skip}'`);
  if (batchSize < 0)
    throw refuse(51_024, `BSON field 'batchSize' value must be >= 0, actual value '${batchSize}'`);
  return {
    skip,
    limit: limit === 0 ? undefined : Math.abs(limit),
    isSingle: command.get('singleBatch') === true || limit < 0,
    batchSize,
  };
}

const FIND_FIELDS = new Set([
  ...NUMBERED,
  'find',
  'filter',
  'sort',
  'projection',
  'hint',
  'skip',
  'limit',
  'batchSize',
  'singleBatch',
  'max',
  'min',
  'returnKey',
  'showRecordId',
  'tailable',
  'oplogReplay',
  'noCursorTimeout',
  'awaitData',
  'allowPartialResults',
  'collation',
  'allowDiskUse',
  'let',
  'ntoreturn',
  'maxAwaitTimeMS',
  'rawData',
]);

function checkFind(command: Document): void {
  for (const name of command.keys())
    if (!FIND_FIELDS.has(name) && !isCarried(name)) throw unknownField(`find.${name}`);
  for (const name of ['max', 'min'])
    if ((documentArgument(command, name)?.size ?? 0) > 0)
      throw refuse(238, `the option '${name}' of find is not supported`);
  if (command.get('returnKey') === true)
    throw refuse(238, "the option 'returnKey' of find is not supported");
}

/** `find`. */
export const find: Handler = function* (context) {
  const { command, engine, database } = context;
  checkFind(command);
  const name = collectionName(context);
  const namespace = `${database}.${name}`;
  const collection = findCollection(engine, namespace, context.transaction);
  const window = readWindow(command);
  const scope = commandScope(context, collationFor(command, collection));
  const flow = findFlow(context, collection, name, window, scope);
  const isTailable = command.get('tailable') === true;
  if (isTailable && collection?.capped === undefined)
    throw refuse(2, 'error processing query: tailable cursor requested on non capped collection');
  return yield* openCursor(context, flow, {
    namespace,
    batchSize: window.batchSize,
    isSingle: window.isSingle,
  });
};

function findFlow(
  context: CommandContext,
  collection: Collection | undefined,
  name: string,
  window: Window,
  scope: Scope,
): Flow<Buffer> {
  const { command } = context;
  const filter = documentArgument(command, 'filter') ?? new Map();
  const sort = nonEmpty(documentArgument(command, 'sort'));
  const projection = nonEmpty(documentArgument(command, 'projection'));
  const shape = rowShape(command, projection, filter, scope);
  if (collection === undefined) {
    compileFilter(filter, scope);
    return noDocuments();
  }
  if (collection.view !== undefined) {
    const stages = queryStages(filter, sort, window, projection);
    return mapFlow(aggregateFlow(context, name, stages, scope), writeDocument);
  }
  const ask: Ask = {
    filter,
    sort,
    hint: command.get('hint'),
    limit: mostWanted(window),
    allowsDisk: command.get('allowDiskUse') !== false,
  };
  return mapFlow(windowed(askRows(collection, ask, scope, context.sight), window), shape);
}

function nonEmpty(spec: Document | undefined): Document | undefined {
  return spec === undefined || spec.size === 0 ? undefined : spec;
}

/** Of a single batch no more is read than it holds. */
function mostWanted({ limit, skip, isSingle, batchSize }: Window): number | undefined {
  if (limit !== undefined) return limit + skip;
  return isSingle ? batchSize + skip : undefined;
}

/** What a row looks like in the answer; without a projection the stored bytes go out as they are. */
function rowShape(
  command: Document,
  projection: Document | undefined,
  filter: Document,
  scope: Scope,
): (row: Row) => Buffer {
  const spec =
    projection === undefined ? undefined : compileProjection(projection, { scope, find: filter });
  const showsId = command.get('showRecordId') === true;
  if (spec === undefined && !showsId) return ({ bytes }) => bytes;
  return ({ id, bytes }) => {
    const source = readDocument(bytes);
    const made = spec === undefined ? source : spec.project(source);
    return writeDocument(showsId ? new Map([...made, ['$recordId', BigInt(id)]]) : made);
  };
}

function windowed(rows: Flow<Row>, { skip, limit }: Window): Flow<Row> {
  const skipped = skip > 0 ? skipFlow(rows, skip) : rows;
  return limit === undefined ? skipped : limitFlow(skipped, limit);
}

function* noDocuments(): Flow<Buffer> {
  // A collection that does not exist is empty.
}

/** The stages that answer as `find` would. */
export function queryStages(
  filter: Document,
  sort: Document | undefined,
  { skip, limit }: Pick<Window, 'skip' | 'limit'>,
  projection?: Document,
): Document[] {
  const stages = [document({ $match: filter })];
  if (sort !== undefined) stages.push(document({ $sort: sort }));
  if (skip > 0) stages.push(document({ $skip: skip }));
  if (limit !== undefined) stages.push(document({ $limit: limit }));
  if (projection !== undefined) stages.push(document({ $project: projection }));
  return stages;
}

/** `count`. */
export const countDocuments: Handler = function* (context) {
  const { command, engine, database } = context;
  const name = collectionName(context);
  const collection = findCollection(engine, `${database}.${name}`, context.transaction);
  const filter = documentArgument(command, 'query') ?? new Map();
  const scope = commandScope(context, collationFor(command, collection));
  const { skip, limit = Number.POSITIVE_INFINITY } = readWindow(command);
  compileFilter(filter, scope);
  if (collection === undefined) return document({ n: 0 });
  if (filter.size === 0 && isCounted(collection, context))
    return document({ n: Math.min(limit, Math.max(0, collection.records - skip)) });
  const flow: Flow<unknown> =
    collection.view === undefined
      ? askRows(collection, { filter, hint: command.get('hint') }, scope, context.sight)
      : aggregateFlow(context, name, [document({ $match: filter })], scope);
  let n = 0;
  for (const item of limitFlow(skipFlow(flow, skip), limit))
    if (item === PAUSE) yield PAUSE;
    else n += 1;
  return document({ n });
};

/** The number of all documents is kept; a snapshot may see another one. */
function isCounted({ view }: Collection, { sight }: CommandContext): boolean {
  return view === undefined && sight.upTo === Number.POSITIVE_INFINITY;
}

/** `distinct`. */
export const distinct: Handler = function* (context) {
  const { command, engine, database, sight } = context;
  const name = collectionName(context);
  const collection = findCollection(engine, `${database}.${name}`, context.transaction);
  const key = command.get('key');
  if (typeof key !== 'string')
    throw refuse(14, "BSON field 'distinct.key' is the wrong type, expected type 'string'");
  const filter = documentArgument(command, 'query') ?? new Map();
  const collation = collationFor(command, collection);
  const scope = commandScope(context, collation);
  compileFilter(filter, scope);
  const values = new Map<string, Value>();
  const parts = key.split('.');
  const add = (source: Document): void => {
    for (const value of reachedValues(source, parts, 0)) {
      const text = keyText(value, collation?.fold);
      if (!values.has(text)) values.set(text, value);
    }
  };
  if (collection !== undefined)
    yield* visitAll(documentsOf(context, collection, name, filter, scope, sight, parts), add);
  return document({
    values: [...values.values()].sort((left, right) => compareValues(left, right)),
    atClusterTime: isSnapshotRead(command) ? snapshotTime(context) : undefined,
  });
};

function documentsOf(
  context: CommandContext,
  collection: Collection,
  name: string,
  filter: Document,
  scope: Scope,
  sight: Sight,
  parts: readonly string[],
): Flow<Document> {
  if (collection.view !== undefined)
    return aggregateFlow(context, name, [document({ $match: filter })], scope);
  const wanted = new Set([parts[0] ?? '']);
  const rows = askRows(collection, { filter, hint: context.command.get('hint') }, scope, sight);
  return mapFlow(rows, ({ bytes }) => readFields(bytes, wanted));
}

function* visitAll<T>(
  flow: Flow<T>,
  visit: (item: T) => void,
): Generator<typeof PAUSE, void, undefined> {
  for (const item of flow)
    if (item === PAUSE) yield PAUSE;
    else visit(item);
}

/** Every value that a path reaches; arrays stand for their elements. */
function* reachedValues(value: Maybe, parts: readonly string[], at: number): Generator<Value> {
  const part = parts[at];
  if (part === undefined) {
    if (Array.isArray(value)) yield* value;
    else if (value !== undefined) yield value;
  } else if (Array.isArray(value)) {
    if (isIndex(part)) yield* reachedValues(value[Number(part)], parts, at + 1);
    for (const element of value) if (isDocument(element)) yield* reachedValues(element, parts, at);
  } else if (isDocument(value)) yield* reachedValues(value.get(part), parts, at + 1);
}
