// Finds documents: reads what the plan says, checks every one, and brings them in order.
import { readDocument, readFields } from '../bson/reader.ts';
import type { Document } from '../bson/value.ts';
import { sortItems } from '../aggregation/sort-stage.ts';
import type { Sortable } from '../aggregation/sort-stage.ts';
import type { Scope } from '../expression/scope.ts';
import { filterFlow, PAUSE } from '../flow.ts';
import type { Flow } from '../flow.ts';
import { compileFilter } from '../query/filter.ts';
import type { Filter } from '../query/filter.ts';
import { compareSortValues, sortValues } from '../query/sort.ts';
import type { Sort } from '../query/sort.ts';
import type { IndexedRecord, KeyRange, StoredRecord } from '../store/reader.ts';
import type { Collection, Index } from './collection.ts';
import { keysOf } from './index-key.ts';
import type { IndexPlan } from './index-plan.ts';
import { isLookup, observe } from './observation.ts';
import type { Plan } from './planner.ts';
import type { Sight } from './sight.ts';
import type { OverlayRecord } from './transaction.ts';

/** A document that was found. */
export type Row = { id: number; bytes: Buffer };

/** What a query looked at, for explain. */
export type Effort = { keys: number; documents: number };

/** A query on one collection. */
export type Query = {
  filter: Document;
  scope: Scope;
  sort: Sort | undefined;
  plan: Plan;
  /** How many documents are wanted, when that is known. */
  limit: number | undefined;
  allowsDisk: boolean;
  /** What it finds is about to be locked, so that it need not be kept account of. */
  isForWrite: boolean;
  effort: Effort;
};

// What a row takes in memory beside its bytes.
const ROW_OVERHEAD = 200;

const FIRST_CHUNK = 100;
const CHUNK = 400;

/** Finds the documents of a query, in its order. */
export function findRows(collection: Collection, query: Query, sight: Sight): Flow<Row> {
  const filter = compileFilter(query.filter, query.scope);
  if (!isLockedAtOnce(query)) observe(collection, query.plan, sight);
  const overlay = overlayRecords(collection, sight);
  const stored = storedRows(collection, query, sight, filter, overlay);
  const own = ownRows(overlay, filter);
  const { sort, plan } = query;
  if (sort === undefined || sort.fields.length === 0 || sort.fields[0]?.path === '$natural')
    return own.length === 0 ? stored : joinFlows(stored, own);
  if (!plan.isSorted) return sortRows(joinFlows(stored, own), sort, query);
  return own.length === 0 ? stored : mergeRows(stored, own, sort);
}

/** A single document that is about to be locked; of several some may be passed over, which is something read. */
function isLockedAtOnce({ isForWrite, plan }: Query): boolean {
  return isForWrite && isLookup(plan) && plan.ranges.length === 1;
}

function overlayRecords(
  collection: Collection,
  { transaction }: Sight,
): ReadonlyMap<number, OverlayRecord> | undefined {
  const records = transaction?.overlays.get(collection.id)?.records;
  // A copy: what the transaction writes while the cursor is open is not for it.
  return records === undefined ? undefined : new Map(records);
}

function ownRows(overlay: ReadonlyMap<number, OverlayRecord> | undefined, filter: Filter): Row[] {
  const rows: Row[] = [];
  for (const [id, { bytes, document }] of overlay ?? [])
    if (bytes !== undefined && document !== undefined && filter.matches(document))
      rows.push({ id, bytes });
  return rows;
}

function* joinFlows(first: Flow<Row>, second: readonly Row[]): Flow<Row> {
  yield* first;
  yield* second;
}

/** Documents of the store that match, without those that the transaction changed. */
function storedRows(
  collection: Collection,
  query: Query,
  sight: Sight,
  filter: Filter,
  overlay: ReadonlyMap<number, OverlayRecord> | undefined,
): Flow<Row> {
  if (collection.isFresh || collection.since > sight.upTo) return noRows();
  const all = planRows(collection, query, sight);
  const isAll = query.filter.size === 0;
  return filterFlow(all, (row) => {
    if (overlay?.has(row.id) === true) return false;
    query.effort.documents += 1;
    return isAll || filter.matches(read(row, filter));
  });
}

function* noRows(): Flow<Row> {
  // Nothing is there yet.
}

function read({ bytes }: Row, { fields }: Filter): Document {
  return fields === undefined ? readDocument(bytes) : readFields(bytes, fields);
}

function planRows(collection: Collection, query: Query, sight: Sight): Flow<StoredRecord> {
  const { plan } = query;
  const first = Math.max(1, Math.min(query.limit ?? FIRST_CHUNK, CHUNK));
  if (plan.kind === 'collection') return collectionRows(collection, sight, plan.isReverse, first);
  if (plan.kind === 'union') return unionRows(collection, plan.branches, query, sight);
  return indexRows(collection, plan, query, sight, first);
}

type Chunk<T> = { rows: readonly T[]; isLast: boolean };

/** Reads chunk by chunk, the first one small: often more is not asked for. */
function* chunkRows<T>(first: number, next: (size: number) => Chunk<T>): Flow<T> {
  for (let size = first; ; size = CHUNK) {
    const { rows, isLast } = next(size);
    yield* rows;
    if (isLast) return;
    yield PAUSE;
  }
}

function collectionRows(
  collection: Collection,
  sight: Sight,
  isReverse: boolean,
  first: number,
): Flow<StoredRecord> {
  let after = isReverse ? Number.MAX_SAFE_INTEGER : 0;
  return chunkRows(first, (size) => {
    const rows = sight.reader().records(collection.id, after, size, isReverse);
    after = rows.at(-1)?.id ?? after;
    return { rows, isLast: rows.length < size };
  });
}

/** The documents of a range; what is not asked for is not read: a key takes as long as a document. */
function rangeRows(
  collection: Collection,
  plan: IndexPlan,
  range: KeyRange,
  query: Query,
  sight: Sight,
  first: number,
): Flow<StoredRecord> {
  const special = specialRows(collection, plan, range, query, sight, first);
  if (special !== undefined) return special;
  const { index, isReverse } = plan;
  const keyAt = (row: StoredRecord) => (range.isOneKey === true ? range.low : onlyKey(index, row));
  let last: StoredRecord | undefined;
  return chunkRows(first, (size) => {
    const after = last === undefined ? undefined : { id: last.id, key: keyAt(last) };
    const rows = sight
      .reader()
      .entryRecords(index.id, collection.id, range, size, isReverse, after);
    query.effort.keys += rows.length;
    last = rows.at(-1);
    return { rows, isLast: rows.length < size };
  });
}

/** Ranges that are not read entry by entry without their keys. */
function specialRows(
  collection: Collection,
  plan: IndexPlan,
  range: KeyRange,
  query: Query,
  sight: Sight,
  first: number,
): Flow<StoredRecord> | undefined {
  const { index, isReverse, also } = plan;
  if (range.isOneKey !== true)
    return index.isMultikey ? keyedRows(collection, plan, range, query, sight, first) : undefined;
  if (index.isUnique) return keyRows(collection, plan, range, query, sight);
  return also.length > 0 && !isReverse
    ? jointRows(collection, plan, range, query, sight, first)
    : undefined;
}

function* keyRows(
  collection: Collection,
  { index }: IndexPlan,
  { low }: KeyRange,
  query: Query,
  sight: Sight,
): Flow<StoredRecord> {
  const rows = sight.reader().keyRecords(index.id, collection.id, low);
  query.effort.keys += rows.length;
  yield* rows;
}

/** The documents under a key that are under others too; only those are read. */
function jointRows(
  collection: Collection,
  { index, also }: IndexPlan,
  range: KeyRange,
  query: Query,
  sight: Sight,
  first: number,
): Flow<StoredRecord> {
  let after = 0;
  return chunkRows(first, (size) => {
    const { seen, last, records } = sight
      .reader()
      .jointRecords(index.id, collection.id, [range.low, ...also], after, size);
    query.effort.keys += seen;
    after = last;
    return { rows: records, isLast: seen < size };
  });
}

/** An index that is not multikey has one key for each of its documents. */
function onlyKey(index: Index, { bytes }: StoredRecord): Buffer {
  const [key] = keysOf(index, readDocument(bytes)).keys;
  if (key === undefined) throw new Error(`the index ${index.name} holds a document without a key`);
  return key;
}

function keyedRows(
  collection: Collection,
  plan: IndexPlan,
  range: KeyRange,
  query: Query,
  sight: Sight,
  first: number,
): Flow<IndexedRecord> {
  let last: IndexedRecord | undefined;
  return chunkRows(first, (size) => {
    const rows = sight
      .reader()
      .entries(plan.index.id, collection.id, range, size, plan.isReverse, last);
    query.effort.keys += rows.length;
    last = rows.at(-1);
    return { rows, isLast: rows.length < size };
  });
}

function indexRows(
  collection: Collection,
  plan: IndexPlan,
  query: Query,
  sight: Sight,
  first: number,
): Flow<StoredRecord> {
  plan.index.uses.count += 1;
  const rows =
    plan.mergeAfter === undefined
      ? chainRanges(collection, plan, query, sight, first)
      : mergeRanges(collection, plan, query, sight, first);
  return plan.index.isMultikey ? onceEach(rows) : rows;
}

/** A document may be found under several of its keys. */
function onceEach(rows: Flow<StoredRecord>): Flow<StoredRecord> {
  const seen = new Set<number>();
  return filterFlow(rows, ({ id }) => {
    const isNew = !seen.has(id);
    if (isNew) seen.add(id);
    return isNew;
  });
}

function* chainRanges(
  collection: Collection,
  plan: IndexPlan,
  query: Query,
  sight: Sight,
  first: number,
): Flow<StoredRecord> {
  const ranges = plan.isReverse ? plan.ranges.toReversed() : plan.ranges;
  for (const range of ranges) yield* rangeRows(collection, plan, range, query, sight, first);
}

type Head = { flow: Flow<IndexedRecord>; prefix: number; entry: IndexedRecord };

/** Reads several ranges side by side, always going on with the one whose next key comes first. */
function* mergeRanges(
  collection: Collection,
  plan: IndexPlan,
  query: Query,
  sight: Sight,
  first: number,
): Flow<StoredRecord> {
  const heads: Head[] = [];
  for (const [at, range] of plan.ranges.entries()) {
    const flow = keyedRows(collection, plan, range, query, sight, first);
    const entry = nextEntry(flow);
    if (entry !== undefined) heads.push({ flow, prefix: plan.mergeAfter?.[at] ?? 0, entry });
  }
  let count = 0;
  while (heads.length > 0) {
    const best = heads.reduce((left, right) =>
      isBefore(right, left, plan.isReverse) ? right : left,
    );
    yield best.entry;
    const entry = nextEntry(best.flow);
    if (entry === undefined) heads.splice(heads.indexOf(best), 1);
    else best.entry = entry;
    count += 1;
    if (count % FIRST_CHUNK === 0) yield PAUSE;
  }
}

function nextEntry(flow: Flow<IndexedRecord>): IndexedRecord | undefined {
  for (;;) {
    const step = flow.next();
    if (step.done === true) return undefined;
    if (step.value !== PAUSE) return step.value;
  }
}

function isBefore(left: Head, right: Head, isReverse: boolean): boolean {
  const order = Buffer.compare(
    left.entry.key.subarray(left.prefix),
    right.entry.key.subarray(right.prefix),
  );
  return isReverse ? order > 0 : order < 0;
}

function* unionRows(
  collection: Collection,
  branches: readonly IndexPlan[],
  query: Query,
  sight: Sight,
): Flow<StoredRecord> {
  const seen = new Set<number>();
  for (const branch of branches)
    for (const row of indexRows(collection, branch, query, sight, FIRST_CHUNK))
      if (row === PAUSE) yield PAUSE;
      else if (!seen.has(row.id)) {
        seen.add(row.id);
        yield row;
      }
}

function* mergeRows(stored: Flow<Row>, own: Row[], sort: Sort): Flow<Row> {
  const waiting = own
    .map((row) => ({ row, values: sortValues(readDocument(row.bytes), sort) }))
    .sort((left, right) => compareSortValues(left.values, right.values, sort));
  for (const row of stored) {
    if (row === PAUSE) {
      yield PAUSE;
      continue;
    }
    const values = sortValues(readDocument(row.bytes), sort);
    for (
      let [next] = waiting;
      next !== undefined && compareSortValues(next.values, values, sort) < 0;
      [next] = waiting
    ) {
      yield next.row;
      waiting.shift();
    }
    yield row;
  }
  for (const { row } of waiting) yield row;
}

const ID_BYTES = 8;

/** Rows are sorted by the fields that count; the rest stays bytes. */
export const ROWS: Sortable<Row> = {
  fields: ({ bytes }, wanted) => readFields(bytes, wanted),
  weigh: ({ bytes }) => bytes.length + ROW_OVERHEAD,
  write: ({ id, bytes }) => {
    const head = Buffer.alloc(ID_BYTES);
    head.writeDoubleBE(id);
    return Buffer.concat([head, bytes]);
  },
  read: (bytes) => ({ id: bytes.readDoubleBE(), bytes: bytes.subarray(ID_BYTES) }),
};

function sortRows(rows: Flow<Row>, sort: Sort, { limit, allowsDisk }: Query): Flow<Row> {
  return sortItems(rows, sort, { limit, allowsDisk }, ROWS);
}
