// Collections and indexes as the engine holds them.
import { readDocument } from '../bson/reader.ts';
import { toNumber } from '../bson/number.ts';
import { writeDocument } from '../bson/writer.ts';
import { document, isDocument, isNumeric, textOf } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import { collationOf } from '../query/collation.ts';
import type { Collation } from '../query/collation.ts';
import { compileFilter } from '../query/filter.ts';
import type { Filter } from '../query/filter.ts';
import { isDerived, readKind } from './index-kind.ts';
import type { IndexKind } from './index-kind.ts';

/** One field of an index. */
export type IndexField = { path: string; parts: readonly string[]; direction: 1 | -1 };

/** An index. */
export type Index = {
  id: number;
  name: string;
  key: Document;
  /** As it was asked for; what `listIndexes` shows. */
  spec: Document;
  /** What it is when it is no ordinary index. */
  kind: IndexKind | undefined;
  /** None for an index of words, paths or places: its keys do not follow from single fields. */
  fields: readonly IndexField[];
  directions: readonly number[];
  isUnique: boolean;
  isSparse: boolean;
  isHidden: boolean;
  /** Its documents of before are still being added: no query may use it, and it is not stored. */
  isBuilding: boolean;
  partial: Filter | undefined;
  partialSpec: Document | undefined;
  collation: Collation | undefined;
  /** Whether a document ever had an array on one of its paths. */
  isMultikey: boolean;
  /** On the paths of which fields, by their places: the others still give an order. */
  arrays: Set<number>;
  /** Seconds after which a document expires; undefined when it does not. */
  expireAfterSeconds: number | undefined;
  /** From which commit on it is complete; an older snapshot cannot use it. */
  since: number;
  /** How often a query used it, and since when. */
  uses: { count: number; since: Date };
};

/** A view: a pipeline on another collection. */
export type View = { on: string; pipeline: readonly Document[] };

/** A collection, or a view. */
export type Collection = {
  id: number;
  database: string;
  name: string;
  namespace: string;
  uuid: string;
  options: Document;
  indexes: Index[];
  nextRecord: number;
  records: number;
  validator: Filter | undefined;
  collation: Collation | undefined;
  view: View | undefined;
  keepsImages: boolean;
  /** How many documents and bytes a capped collection may hold. */
  capped: { documents: number; bytes: number } | undefined;
  since: number;
  /** Made in a transaction that has not committed: it has no tables yet. */
  isFresh: boolean;
};

const ID_INDEX: Document = document({ v: 2, key: document({ _id: 1 }), name: '_id_' });

/** The specification of the index on `_id`. */
export function idIndexSpec(): Document {
  return new Map(ID_INDEX);
}

/** Makes an index of its specification. */
export function makeIndex(
  id: number,
  spec: Document,
  collation: Collation | undefined,
  isMultikey: boolean,
  since: number,
  arrays?: readonly number[],
): Index {
  const key = spec.get('key');
  const name = textOf(spec.get('name') ?? '');
  const partialSpec = spec.get('partialFilterExpression');
  const kind = readKind(spec);
  const fields = isDocument(key) && !isDerived(kind) ? [...key].map(makeField) : [];
  return {
    id,
    name,
    key: documentOr(key),
    spec,
    kind,
    fields,
    directions: fields.map(({ direction }) => direction),
    isUnique: isUniqueSpec(spec) || name === '_id_',
    isSparse: spec.get('sparse') === true || isDerived(kind),
    isHidden: spec.get('hidden') === true,
    isBuilding: false,
    partial: isDocument(partialSpec) ? compileFilter(partialSpec) : undefined,
    partialSpec: isDocument(partialSpec) ? partialSpec : undefined,
    collation: spec.has('collation') ? collationOf(spec.get('collation')) : collation,
    isMultikey: isMultikey || isDerived(kind),
    arrays: arraysIn(fields, isMultikey, arrays),
    expireAfterSeconds: secondsOf(spec),
    since,
    uses: { count: 0, since: new Date() },
  };
}

function documentOr(value: Value | undefined): Document {
  return isDocument(value) ? value : new Map();
}

/** One that is prepared for it takes no new duplicates, although it may hold old ones. */
function isUniqueSpec(spec: Document): boolean {
  return spec.get('unique') === true || spec.get('prepareUnique') === true;
}

function secondsOf(spec: Document): number | undefined {
  const seconds = spec.get('expireAfterSeconds');
  return isNumeric(seconds) ? toNumber(seconds) : undefined;
}

/** Of an index that was made before they were told apart, any field may hold an array. */
function arraysIn(
  fields: readonly IndexField[],
  isMultikey: boolean,
  known: readonly number[] | undefined,
): Set<number> {
  return new Set(isMultikey ? (known ?? fields.keys()) : []);
}

function makeField([path, value]: readonly [string, Value]): IndexField {
  return {
    path,
    parts: path.split('.'),
    direction: isNumeric(value) && toNumber(value) < 0 ? -1 : 1,
  };
}

/** Applies options that can change, after making or `collMod`. */
export function applyOptions(collection: Collection): void {
  const { options } = collection;
  const validator = options.get('validator');
  const viewOn = options.get('viewOn');
  const pipeline = options.get('pipeline');
  const images = options.get('changeStreamPreAndPostImages');
  collection.validator =
    isDocument(validator) && validator.size > 0 ? compileFilter(validator) : undefined;
  collection.collation = collationOf(options.get('collation'));
  collection.view =
    typeof viewOn === 'string'
      ? { on: viewOn, pipeline: Array.isArray(pipeline) ? pipeline.filter(isDocument) : [] }
      : undefined;
  collection.keepsImages = isDocument(images) && images.get('enabled') === true;
  collection.capped = options.get('capped') === true ? cappedOf(options) : undefined;
}

function cappedOf(options: Document): { documents: number; bytes: number } {
  const [max, size] = [options.get('max'), options.get('size')];
  return {
    documents: isNumeric(max) && toNumber(max) > 0 ? toNumber(max) : Number.POSITIVE_INFINITY,
    bytes: isNumeric(size) ? toNumber(size) : Number.POSITIVE_INFINITY,
  };
}

/** What defines an index; without `arrays` any of its fields may hold one. */
export type IndexDefinition = {
  id: number;
  spec: Document;
  isMultikey: boolean;
  arrays?: readonly number[] | undefined;
};

/** What defines a collection, beside its documents. */
export type Definition = {
  database: string;
  name: string;
  uuid: string;
  options: Document;
  indexes: readonly IndexDefinition[];
};

/** Makes a collection of its definition. */
export function makeCollection(id: number, definition: Definition, since: number): Collection {
  const { database, name, uuid, options } = definition;
  const collection: Collection = {
    id,
    database,
    name,
    namespace: `${database}.${name}`,
    uuid,
    options,
    indexes: [],
    nextRecord: 1,
    records: 0,
    validator: undefined,
    collation: undefined,
    view: undefined,
    keepsImages: false,
    capped: undefined,
    since,
    isFresh: false,
  };
  applyOptions(collection);
  collection.indexes = definition.indexes.map((index) =>
    makeIndex(index.id, index.spec, collection.collation, index.isMultikey, since, index.arrays),
  );
  return collection;
}

/** The definition as the store keeps it. */
export function writeDefinition(collection: Collection): Buffer {
  const { database, name, uuid, options, indexes } = collection;
  return writeDocument(
    document({
      database,
      name,
      uuid,
      options,
      indexes: indexes
        .filter(({ isBuilding }) => !isBuilding)
        .map(({ id, spec, isMultikey, arrays }) =>
          document({ id, spec, isMultikey, arrays: [...arrays] }),
        ),
    }),
  );
}

/** Reads a definition that {@link writeDefinition} wrote. */
export function readDefinition(bytes: Buffer): Definition {
  const read = readDocument(bytes);
  const options = read.get('options');
  const indexes = read.get('indexes');
  return {
    database: textOf(read.get('database') ?? ''),
    name: textOf(read.get('name') ?? ''),
    uuid: textOf(read.get('uuid') ?? ''),
    options: isDocument(options) ? options : new Map(),
    indexes: (Array.isArray(indexes) ? indexes : []).filter(isDocument).map((index) => {
      const spec = index.get('spec');
      const arrays = index.get('arrays');
      return {
        id: Number(index.get('id')),
        spec: isDocument(spec) ? spec : new Map(),
        isMultikey: index.get('isMultikey') === true,
        arrays: Array.isArray(arrays) ? arrays.map(Number) : undefined,
      };
    }),
  };
}
