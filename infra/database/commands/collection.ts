// Commands on collections and databases: create, drop, rename, collMod, list.
import { areIdentical } from '../bson/order.ts';
import { showValue } from '../bson/show.ts';
import { Binary, document, isDocument, isNumeric, textOf } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import { writeDocument } from '../bson/writer.ts';
import {
  createCollection,
  dropCollection,
  findCollection,
  renameCollection,
  saveCollection,
  waitForLocks,
} from '../engine/catalogue.ts';
import { applyOptions, idIndexSpec } from '../engine/collection.ts';
import type { Collection } from '../engine/collection.ts';
import { collectionEvent } from '../engine/oplog.ts';
import { flowOf, mapFlow } from '../flow.ts';
import { collationOf } from '../query/collation.ts';
import { compileFilter } from '../query/filter.ts';
import { checkStoredFilter } from '../query/stored-filter.ts';
import { refuse, unknownField } from '../refusal.ts';
import { checkPipeline } from './aggregate.ts';
import { patiently, withWriteConcern } from './batch.ts';
import { isCarried, NUMBERED } from './command-fields.ts';
import { checkName, collectionName, documentArgument, numberArgument } from './context.ts';
import type { CommandContext, Handler } from './context.ts';
import { changeIndex } from './index-command.ts';
import { openCursor } from './cursor-command.ts';
import { storageStats } from './produce.ts';

const CREATE_OPTIONS = new Set([
  'capped',
  'autoIndexId',
  'idIndex',
  'size',
  'max',
  'storageEngine',
  'validator',
  'validationLevel',
  'validationAction',
  'indexOptionDefaults',
  'viewOn',
  'pipeline',
  'collation',
  'changeStreamPreAndPostImages',
  'clusteredIndex',
  'expireAfterSeconds',
]);
const REFUSED_OPTIONS = new Set(['timeseries', 'encryptedFields']);

const TAKEN_BY_CREATE = new Set(['create', 'flags', 'temp', ...NUMBERED]);

function createOptions(command: Document): Document {
  const options: Document = new Map();
  for (const [name, value] of command) {
    if (CREATE_OPTIONS.has(name)) options.set(name, value);
    else if (REFUSED_OPTIONS.has(name))
      throw refuse(238, `the option '${name}' of create is not supported`);
    else if (!TAKEN_BY_CREATE.has(name) && !isCarried(name)) throw unknownField(`create.${name}`);
  }
  const clustered = options.get('clusteredIndex');
  if (clustered !== undefined) options.set('clusteredIndex', clusteredIndex(clustered));
  const collation = collationOf(options.get('collation'));
  if (collation === undefined) options.delete('collation');
  else options.set('collation', collation.spec);
  return options;
}

/**
 * The index of a clustered collection: it is the one on `_id`, by another name.
 *
 * @throws {CommandRefusal} 197 for another key, or one that is not unique
 */
function clusteredIndex(given: Value): Document {
  const isRight =
    isDocument(given) &&
    areIdentical(given.get('key'), document({ _id: 1 })) &&
    given.get('unique') === true;
  if (!isRight)
    throw refuse(
      197,
      "The 'clusteredIndex' option must be for the key { _id: 1 } and have 'unique: true'",
    );
  const name = given.get('name');
  return document({
    v: 2,
    key: document({ _id: 1 }),
    name: typeof name === 'string' ? name : '_id_',
    unique: true,
  });
}

function checkOptions(context: CommandContext, options: Document): void {
  if (options.get('capped') === true && !options.has('size'))
    throw refuse(72, "the 'size' field is required when 'capped' is true");
  if (options.has('expireAfterSeconds') && !options.has('clusteredIndex'))
    throw refuse(
      72,
      "'expireAfterSeconds' is only supported on time-series collections or when the 'clusteredIndex' option is specified",
    );
  const validator = options.get('validator');
  if (isDocument(validator)) checkStoredFilter(validator, 2);
  const pipeline = options.get('pipeline');
  if (options.has('viewOn') && Array.isArray(pipeline))
    checkPipeline(pipeline.filter(isDocument), context);
}

/** `create`. */
export const create: Handler = (context) => {
  const { command, engine, database, transaction } = context;
  const name = collectionName(context);
  const options = createOptions(command);
  checkOptions(context, options);
  const known = findCollection(engine, `${database}.${name}`, transaction);
  if (known === undefined) createCollection(engine, database, name, options, transaction);
  else if (!areIdentical(known.options, options))
    throw refuse(
      48,
      `namespace ${known.namespace} already exists, but with different options: ${showValue(known.options)}`,
    );
  return withWriteConcern(command, new Map());
};

/** `drop`. */
export const drop: Handler = function* (context) {
  const { command, engine, database } = context;
  const name = collectionName(context);
  const collection = findCollection(engine, `${database}.${name}`);
  if (collection === undefined) return withWriteConcern(command, new Map());
  yield* patiently(() => {
    dropCollection(engine, collection);
  }, context);
  const counted = document({ nIndexesWas: collection.indexes.length, ns: collection.namespace });
  return withWriteConcern(command, counted);
};

/** `dropDatabase`. */
export const dropDatabase: Handler = function* (context) {
  const { command, engine, database } = context;
  const own = [...engine.collections.values()].filter(
    (collection) => collection.database === database,
  );
  for (const collection of own)
    yield* patiently(() => {
      dropCollection(engine, collection);
    }, context);
  if (own.length > 0)
    engine.oplog.append([{ operation: 'dropDatabase', database, collection: '' }]);
  return withWriteConcern(command, document(own.length > 0 ? { dropped: database } : {}));
};

function splitNamespace(value: Value | undefined): { database: string; name: string } {
  const text = textOf(value ?? '');
  const dot = text.indexOf('.');
  if (dot < 1) throw refuse(73, `Invalid namespace specified '${text}'`);
  const split = { database: text.slice(0, dot), name: text.slice(dot + 1) };
  checkName(split.database, split.name);
  return split;
}

/** `renameCollection`. */
export const rename: Handler = function* (context) {
  const { command, engine } = context;
  const from = splitNamespace(command.get('renameCollection'));
  const to = splitNamespace(command.get('to'));
  const collection = findCollection(engine, `${from.database}.${from.name}`);
  if (collection === undefined)
    throw refuse(26, `Source collection ${from.database}.${from.name} does not exist`);
  if (from.database === to.database && from.name === to.name)
    throw refuse(20, "Can't rename a collection to itself");
  const target = findCollection(engine, `${to.database}.${to.name}`);
  if (target !== undefined && command.get('dropTarget') !== true)
    throw refuse(48, 'target namespace exists');
  yield* patiently(() => {
    renameCollection(engine, collection, to, target);
  }, context);
  return withWriteConcern(command, new Map());
};

const MODIFIABLE = [
  'validator',
  'validationLevel',
  'validationAction',
  'changeStreamPreAndPostImages',
  'viewOn',
  'pipeline',
];

/** `collMod`. */
export const collMod: Handler = function* (context) {
  const { command, engine, database } = context;
  const name = collectionName(context);
  const collection = findCollection(engine, `${database}.${name}`);
  if (collection === undefined) throw refuse(26, `ns does not exist: ${database}.${name}`);
  checkModification(command);
  // What a transaction wrote was checked by the rules of before.
  yield* patiently(() => {
    waitForLocks(engine, collection);
  }, context);
  const index = documentArgument(command, 'index');
  const reply = index === undefined ? new Map() : yield* changeIndex(context, collection, index);
  for (const option of MODIFIABLE) {
    const value = command.get(option);
    if (value !== undefined) collection.options.set(option, value);
  }
  const validator = collection.options.get('validator');
  if (isDocument(validator)) checkStoredFilter(validator, 2);
  applyOptions(collection);
  engine.snapshots.beforeChange();
  saveCollection(engine, collection);
  const detail = document({
    operationDescription: index === undefined ? new Map() : document({ index }),
  });
  engine.oplog.append([collectionEvent('modify', collection, detail)]);
  return withWriteConcern(command, reply);
};

const TAKEN_BY_COLL_MOD = new Set(['collMod', 'index', 'dryRun', ...MODIFIABLE, ...NUMBERED]);

function checkModification(command: Document): void {
  for (const name of command.keys())
    if (!TAKEN_BY_COLL_MOD.has(name) && !isCarried(name))
      throw CREATE_OPTIONS.has(name)
        ? refuse(238, `the option '${name}' of collMod is not supported`)
        : unknownField(`collMod.${name}`);
  // Done for good, what was only to be tried would harm.
  if (command.get('dryRun') === true)
    throw refuse(238, "the option 'dryRun' of collMod is not supported");
}

function typeOf(collection: Collection): string {
  return collection.view === undefined ? 'collection' : 'view';
}

function describe(collection: Collection): Document {
  const isView = collection.view !== undefined;
  const uuid = new Binary(
    Buffer.from(collection.uuid.replaceAll('-', ''), 'hex'),
    Binary.SUBTYPE_UUID,
  );
  return document({
    name: collection.name,
    type: typeOf(collection),
    options: collection.options,
    info: document({ readOnly: isView, uuid: isView ? undefined : uuid }),
    idIndex: isView ? undefined : idIndexSpec(),
  });
}

/** `listCollections`. */
export const listCollections: Handler = function* (context) {
  const { command, engine, database } = context;
  const filter = compileFilter(documentArgument(command, 'filter') ?? new Map());
  const isShort = command.get('nameOnly') === true;
  const found = [...engine.collections.values()]
    .filter(
      (collection) =>
        collection.database === database && !collection.name.startsWith('tmp.agg_out.'),
    )
    .map((collection) =>
      isShort
        ? document({ name: collection.name, type: typeOf(collection) })
        : describe(collection),
    )
    .filter((described) => filter.matches(described));
  const cursor = documentArgument(command, 'cursor') ?? new Map();
  const batchSize = numberArgument(cursor, 'batchSize') ?? Number.POSITIVE_INFINITY;
  const namespace = `${database}.$cmd.listCollections`;
  return yield* openCursor(context, mapFlow(flowOf(found), writeDocument), {
    namespace,
    batchSize,
  });
};

/** `listDatabases`. */
export const listDatabases: Handler = (context) => {
  const { command, engine } = context;
  const filter = compileFilter(documentArgument(command, 'filter') ?? new Map());
  const isShort = command.get('nameOnly') === true;
  const sizes = new Map<string, number>();
  for (const collection of engine.collections.values()) {
    const size = isShort ? 0 : sizeOf(context, collection);
    sizes.set(collection.database, (sizes.get(collection.database) ?? 0) + size);
  }
  const databases = [...sizes]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, sizeOnDisk]) =>
      document(isShort ? { name } : { name, sizeOnDisk: BigInt(sizeOnDisk), empty: false }),
    )
    .filter((described) => filter.matches(described));
  const total = engine.store.size();
  return document({
    databases,
    totalSize: isShort ? undefined : BigInt(total),
    totalSizeMb: isShort ? undefined : BigInt(Math.round(total / 1_048_576)),
  });
};

function sizeOf(context: CommandContext, collection: Collection): number {
  const size = storageStats(context, collection).get('size');
  return isNumeric(size) ? Number(size) : 0;
}
