// Commands on indexes.
import { toNumber } from '../bson/number.ts';
import { areIdentical } from '../bson/order.ts';
import { readDocument } from '../bson/reader.ts';
import { showValue } from '../bson/show.ts';
import { document, isDocument, isNumeric, typeName } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import { writeDocument } from '../bson/writer.ts';
import { isWildcardPath, checkWildcard } from '../engine/wildcard.ts';
import { geoSpec, readGeoIndex } from '../geo/geo-index.ts';
import { isTextKey, textSpec } from '../text/text-index.ts';
import {
  createCollection,
  createIndexes as buildIndexes,
  dropIndex,
  findCollection,
} from '../engine/catalogue.ts';
import { keysOf } from '../engine/index-key.ts';
import { makeIndex } from '../engine/collection.ts';
import type { Collection, Index } from '../engine/collection.ts';
import { flowOf, mapFlow, PAUSE } from '../flow.ts';
import type { Task } from '../flow.ts';
import { collationOf } from '../query/collation.ts';
import { checkStoredFilter } from '../query/stored-filter.ts';
import { refuse, unknownField } from '../refusal.ts';
import { Blocked, writeConflict } from '../engine/locks.ts';
import { patiently, withWriteConcern } from './batch.ts';
import { checkWritable } from './change.ts';
import { collectionName, documentArgument, documentsArgument, numberArgument } from './context.ts';
import type { CommandContext, Handler } from './context.ts';
import { FIRST_BATCH, openCursor } from './cursor-command.ts';

const SPEC_FIELDS = new Set([
  'key',
  'name',
  'v',
  'unique',
  'sparse',
  'background',
  'expireAfterSeconds',
  'partialFilterExpression',
  'collation',
  'hidden',
  'ns',
  'dropDups',
  'storageEngine',
  'prepareUnique',
  'weights',
  'default_language',
  'language_override',
  'textIndexVersion',
  '2dsphereIndexVersion',
  'bits',
  'min',
  'max',
  'wildcardProjection',
  'clustered',
]);

/** Kinds of index that MongoDB has and we have not. */
const OTHER_KINDS = new Set(['geoHaystack', 'columnstore']);

const DERIVED_KINDS = new Set<Value>(['hashed', 'text', '2dsphere', '2d']);

function checkKey(key: Value | undefined): asserts key is Document {
  if (!isDocument(key) || key.size === 0) throw refuse(67, 'Index keys cannot be an empty object');
  for (const [path, kind] of key) {
    checkPath(path);
    checkKind(kind);
  }
}

function checkPath(path: string): void {
  if (isWildcardPath(path)) return;
  if (path.split('.').includes('')) throw refuse(67, 'Index keys cannot contain an empty field.');
  if (path.startsWith('$') && !/^\$(?:ref|id|db)$/.test(path))
    throw refuse(67, "Index key contains an illegal field name: field name starts with '$'.");
}

function checkKind(kind: Value): void {
  // Keys are kept as they are and not as their hashes, which serves equality as well.
  if (DERIVED_KINDS.has(kind)) return;
  if (typeof kind === 'string' && OTHER_KINDS.has(kind))
    throw refuse(238, `indexes of kind '${kind}' are not supported`);
  const direction = isNumeric(kind) ? toNumber(kind) : Number.NaN;
  if (Number.isNaN(direction) || direction === 0)
    throw refuse(
      67,
      `Values in v:2 index key pattern cannot be of type ${typeName(kind)}. Only numbers > 0, numbers < 0, and strings are allowed.`,
    );
}

function checkSpec(spec: Document): Document {
  for (const name of spec.keys())
    if (!SPEC_FIELDS.has(name))
      throw refuse(
        197,
        `The field '${name}' is not valid for an index specification. Specification: ${showValue(spec)}`,
      );
  const key = spec.get('key');
  if (key === undefined)
    throw refuse(
      9,
      "Error in specification: The 'key' field is a required property of an index specification",
    );
  checkKey(key);
  if (typeof spec.get('name') !== 'string')
    throw refuse(
      9,
      "Error in specification: The 'name' field is a required property of an index specification",
    );
  checkOptions(spec, key);
  checkKinds(spec, key);
  const geo = readGeoIndex(key);
  if (geo !== undefined) return normalize(geoSpec(spec, geo));
  return normalize(isTextKey(key) ? textSpec(spec) : spec);
}

function checkKinds(spec: Document, key: Document): void {
  // `$**` with the kind text is a text index of every string.
  if (!isTextKey(key)) checkWildcard(spec, key);
  const kinds = [...key.values()].filter((kind) => typeof kind === 'string');
  const hashed = kinds.filter((kind) => kind === 'hashed').length;
  if (hashed > 1) throw refuse(31_303, 'A maximum of one index field is allowed to be hashed');
  if (hashed > 0 && spec.get('unique') === true)
    throw refuse(
      16_764,
      'Currently hashed indexes cannot guarantee uniqueness. Use a regular index.',
    );
  if (new Set(kinds).size > 1)
    throw refuse(67, `Can't use more than one index plugin for a single index.`);
}

function checkOptions(spec: Document, key: Document): void {
  const seconds = spec.get('expireAfterSeconds');
  if (seconds !== undefined) {
    if (!isNumeric(seconds) || toNumber(seconds) < 0 || toNumber(seconds) > 2_147_483_647)
      throw refuse(67, "TTL index 'expireAfterSeconds' option must be within an acceptable range");
    if (key.size > 1)
      throw refuse(
        67,
        'TTL indexes are single-field indexes, compound indexes do not support TTL.',
      );
    if (key.has('_id'))
      throw refuse(
        197,
        "The field 'expireAfterSeconds' is not valid for an _id index specification.",
      );
  }
  const partial = spec.get('partialFilterExpression');
  if (partial === undefined) return;
  if (!isDocument(partial))
    throw refuse(14, "The field 'partialFilterExpression' must be an object");
  if (spec.get('sparse') === true)
    throw refuse(67, 'cannot mix "partialFilterExpression" and "sparse" options');
  checkStoredFilter(partial, 67);
}

/** The specification as it is kept: with its version, and a collation with all its defaults. */
function normalize(spec: Document): Document {
  const made: Document = new Map([['v', 2], ...spec]);
  for (const name of ['ns', 'background', 'dropDups']) made.delete(name);
  for (const name of ['unique', 'sparse', 'hidden'])
    if (made.get(name) === false) made.delete(name);
  const collation = collationOf(made.get('collation'));
  if (collation === undefined) made.delete('collation');
  else made.set('collation', collation.spec);
  return made;
}

/** Builds indexes; outside of a transaction it waits for those that changed the collection. */
function* build(
  context: CommandContext,
  collection: Collection,
  specs: readonly Document[],
): Task<number> {
  for (;;) {
    try {
      return yield* buildIndexes(context.engine, collection, specs, context.transaction);
    } catch (error) {
      if (!(error instanceof Blocked)) throw error;
      if (context.transaction !== undefined) throw writeConflict();
      yield error.ended;
    }
  }
}

/** `createIndexes`. */
export const createIndexes: Handler = function* (context) {
  const { command, engine, database, transaction } = context;
  const name = collectionName(context);
  const given = documentsArgument(command, 'indexes');
  if (given.length === 0) throw refuse(2, 'Must specify at least one index to create');
  const specs = given.map(checkSpec);
  const known = findCollection(engine, `${database}.${name}`, transaction);
  checkWritable(known);
  if (transaction !== undefined && known !== undefined && !known.isFresh)
    throw refuse(
      263,
      `Cannot create new indexes on existing collection ${known.namespace} in a multi-document transaction.`,
    );
  const collection = known ?? createCollection(engine, database, name, new Map(), transaction);
  const before = collection.indexes.length;
  const built = yield* build(context, collection, specs);
  return withWriteConcern(
    command,
    document({
      numIndexesBefore: before,
      numIndexesAfter: collection.indexes.length,
      createdCollectionAutomatically: known === undefined,
      note: built === 0 ? 'all indexes already exist' : undefined,
      commitQuorum: 'votingMembers',
    }),
  );
};

function existing(context: CommandContext): Collection {
  const name = collectionName(context);
  const namespace = `${context.database}.${name}`;
  const collection = findCollection(context.engine, namespace, context.transaction);
  if (collection === undefined) throw refuse(26, `ns does not exist: ${namespace}`);
  return collection;
}

/** A clustered collection shows its index on `_id` by the name and with the options that it was given. */
function idSpec({ options }: Collection, spec: Document): Document {
  const clustered = options.get('clusteredIndex');
  return isDocument(clustered) ? new Map([...clustered, ['clustered', true]]) : spec;
}

/** `listIndexes`. */
export const listIndexes: Handler = function* (context) {
  const collection = existing(context);
  if (collection.view !== undefined)
    throw refuse(166, `Namespace ${collection.namespace} is a view, not a collection`);
  const specs = collection.indexes
    .filter(({ isBuilding }) => !isBuilding)
    .map(({ name, spec }) => (name === '_id_' ? idSpec(collection, spec) : spec));
  const cursor = documentArgument(context.command, 'cursor') ?? new Map();
  return yield* openCursor(context, mapFlow(flowOf(specs), writeDocument), {
    namespace: collection.namespace,
    batchSize: numberArgument(cursor, 'batchSize') ?? FIRST_BATCH,
  });
};

function findIndex(collection: Collection, asked: Value): Index {
  const index = collection.indexes.find(({ name, key }) =>
    typeof asked === 'string' ? name === asked : areIdentical(key, asked),
  );
  if (index === undefined)
    throw typeof asked === 'string'
      ? refuse(27, `index not found with name [${asked}]`)
      : refuse(27, `can't find index with key: ${showValue(asked)}`);
  if (index.name === '_id_') throw refuse(72, 'cannot drop _id index');
  return index;
}

/** `dropIndexes`. */
export const dropIndexes: Handler = function* (context) {
  const { command, engine, database } = context;
  const name = collectionName(context);
  const collection = findCollection(engine, `${database}.${name}`);
  if (collection === undefined) throw refuse(26, `ns not found ${database}.${name}`);
  const before = collection.indexes.length;
  const asked = command.get('index');
  if (asked === undefined)
    throw refuse(40_414, "BSON field 'dropIndexes.index' is missing but a required field");
  const dropped =
    asked === '*'
      ? collection.indexes.filter((index) => index.name !== '_id_')
      : (Array.isArray(asked) ? asked : [asked]).map((one) => findIndex(collection, one));
  for (const index of dropped)
    yield* patiently(() => {
      dropIndex(engine, collection, index);
    }, context);
  return withWriteConcern(command, document({ nIndexesWas: before }));
};

const CHANGEABLE = new Set([
  'name',
  'keyPattern',
  'expireAfterSeconds',
  'hidden',
  'unique',
  'prepareUnique',
]);

/** The index part of `collMod`. */
export function* changeIndex(
  context: CommandContext,
  collection: Collection,
  change: Document,
): Task<Document> {
  for (const name of change.keys())
    if (!CHANGEABLE.has(name)) throw unknownField(`collMod.index.${name}`);
  const asked = change.get('name') ?? change.get('keyPattern');
  const index = collection.indexes.find(({ name, key }) =>
    typeof asked === 'string' ? name === asked : areIdentical(key, asked),
  );
  if (index === undefined)
    throw refuse(27, `cannot find index ${showValue(asked)} for ns ${collection.namespace}`);
  const reply: Document = new Map();
  for (const name of ['expireAfterSeconds', 'hidden', 'unique', 'prepareUnique']) {
    const value = change.get(name);
    if (value === undefined) continue;
    if (name === 'unique') yield* makeUnique(context, collection, index);
    reply.set(`${name}_old`, index.spec.get(name) ?? null);
    reply.set(`${name}_new`, value);
    index.spec.set(name, value);
  }
  if (index.spec.get('unique') === true) index.spec.delete('prepareUnique');
  const changed = makeIndex(
    index.id,
    index.spec,
    collection.collation,
    index.isMultikey,
    index.since,
    [...index.arrays],
  );
  collection.indexes[collection.indexes.indexOf(index)] = changed;
  return reply;
}

/** Only an index that takes no new duplicates any more can be made unique. */
function* makeUnique(
  context: CommandContext,
  collection: Collection,
  { spec, ...index }: Index,
): Task<void> {
  if (spec.get('unique') === true) return;
  if (spec.get('prepareUnique') !== true)
    throw refuse(
      72,
      `Cannot make index '${index.name}' unique; it must be prepared with 'prepareUnique: true' first`,
    );
  yield* checkDuplicates(context, collection, { spec, ...index });
}

const CHUNK = 500;

function* checkDuplicates(
  { engine }: CommandContext,
  collection: Collection,
  index: Index,
): Task<void> {
  const holders = new Map<string, Value[]>();
  let after = 0;
  for (;;) {
    const records = engine.store.records(collection.id, after, CHUNK, false);
    for (const { id, bytes } of records) {
      after = id;
      const source = readDocument(bytes);
      for (const key of keysOf(index, source).keys) {
        const text = key.toString('latin1');
        holders.set(text, [...(holders.get(text) ?? []), source.get('_id') ?? null]);
      }
    }
    if (records.length < CHUNK) break;
    yield PAUSE;
  }
  const violations = [...holders.values()]
    .filter((ids) => ids.length > 1)
    .map((ids) => document({ ids }));
  if (violations.length > 0)
    throw refuse(
      359,
      'Cannot convert the index to unique. Please resolve conflicting documents before running collMod again.',
      { fields: new Map<string, Value>([['violations', violations]]) },
    );
}
