// Documents that a stage makes itself: statistics, sessions, operations.
import { document, textOf } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import { isDocument } from '../bson/value.ts';
import { readDocument } from '../bson/reader.ts';
import type { Collection } from '../engine/collection.ts';
import { keysOf } from '../engine/index-key.ts';
import type { StoredRecord } from '../store/reader.ts';
import { refuse, unknownField } from '../refusal.ts';
import type { CommandContext } from './context.ts';

type Produce = (
  context: CommandContext,
  collection: Collection | undefined,
  argument: Value,
) => Document[];

const collStats: Produce = (context, collection, argument) => {
  if (collection === undefined)
    throw refuse(
      26,
      `Unable to retrieve storageStats in $collStats stage :: caused by :: Collection [${context.database}.${textOf(context.command.get('aggregate') ?? '')}] not found.`,
    );
  const made: Document = document({
    ns: collection.namespace,
    host: context.server.address,
    localTime: new Date(),
  });
  if (!isDocument(argument)) throw refuse(5_447_000, '$collStats must take a nested object');
  for (const name of argument.keys()) checkStatistic(name);
  if (argument.has('storageStats')) made.set('storageStats', storageStats(context, collection));
  if (argument.has('count')) made.set('count', collection.records);
  return [made];
};

/** Times and plans of queries are not counted. */
function checkStatistic(name: string): void {
  if (name === 'storageStats' || name === 'count') return;
  if (name === 'latencyStats' || name === 'queryExecStats')
    throw refuse(238, `$collStats with ${name} is not supported`);
  throw unknownField(`$collStats.${name}`);
}

/** Sizes of a collection; what SQLite does not tell for a table alone is estimated from a sample. */
export function storageStats({ engine }: CommandContext, collection: Collection): Document {
  const sample =
    collection.view === undefined && !collection.isFresh
      ? engine.store.records(collection.id, 0, 100, false)
      : [];
  const bytes = sample.reduce((total, { bytes: { length } }) => total + length, 0);
  const average = sample.length === 0 ? 0 : Math.round(bytes / sample.length);
  const size = average * collection.records;
  const indexSizes = sizesOfIndexes(collection, sample);
  const totalIndexSize = [...indexSizes.values()].reduce((total, one) => total + one, 0);
  return document({
    size,
    count: collection.records,
    avgObjSize: average,
    numOrphanDocs: 0,
    storageSize: size,
    freeStorageSize: 0,
    capped: collection.capped !== undefined,
    nindexes: collection.indexes.length,
    indexBuilds: [],
    totalIndexSize,
    indexSizes,
    totalSize: size + totalIndexSize,
    scaleFactor: 1,
  });
}

const RECORD_NUMBER_BYTES = 8;

/** The entries that the documents of a sample have, as many times as there are documents. */
function sizesOfIndexes(
  { indexes, records }: Collection,
  sample: readonly StoredRecord[],
): Map<string, number> {
  const documents = sample.map(({ bytes }) => readDocument(bytes));
  return new Map(
    indexes.map((index) => {
      const bytes = documents
        .flatMap((source) => keysOf(index, source).keys)
        .reduce((total, { length }) => total + length + RECORD_NUMBER_BYTES, 0);
      return [index.name, sample.length === 0 ? 0 : Math.round((bytes * records) / sample.length)];
    }),
  );
}

const indexStats: Produce = ({ server }, collection) =>
  (collection?.indexes ?? []).map(({ name, key, uses, spec }) =>
    document({
      name,
      key,
      host: server.address,
      accesses: document({ ops: BigInt(uses.count), since: uses.since }),
      spec,
    }),
  );

/** The operations that are running, as `$currentOp` and `currentOp` show them. */
export function currentOperations({ server }: CommandContext): Document[] {
  return [...server.operations.running.values()].map(({ id, command, namespace, startedAt }) => {
    const [name] = command.keys();
    return document({
      type: 'op',
      host: server.address,
      active: true,
      opid: id,
      op: name === 'getMore' ? 'getmore' : 'command',
      ns: namespace,
      command,
      secs_running: BigInt(Math.floor((Date.now() - startedAt) / 1000)),
      microsecs_running: BigInt((Date.now() - startedAt) * 1000),
    });
  });
}

const listSessions: Produce = ({ server }) =>
  [...server.sessions.values()].map(({ id, usedAt }) =>
    document({ _id: id, lastUse: new Date(usedAt) }),
  );

const PRODUCERS: ReadonlyMap<string, Produce> = new Map<string, Produce>([
  ['$collStats', collStats],
  ['$indexStats', indexStats],
  ['$currentOp', currentOperations],
  ['$listLocalSessions', listSessions],
  ['$listSessions', listSessions],
]);

/** The documents of such a stage; undefined for one that is unknown. */
export function produceDocuments(
  context: CommandContext,
  collection: Collection | undefined,
  stage: string,
  argument: Value,
): Document[] | undefined {
  return PRODUCERS.get(stage)?.(context, collection, argument);
}
