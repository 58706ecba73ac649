// Sorting a stream: in memory, of the first ones only, or on disk.
import { readDocument } from '../bson/reader.ts';
import { writeDocument } from '../bson/writer.ts';
import type { Document, Maybe } from '../bson/value.ts';
import { weigh } from '../expression/accumulator.ts';
import { PAUSE, PAUSE_EVERY } from '../flow.ts';
import type { Flow } from '../flow.ts';
import { compareSortValues, sortKey, sortValues } from '../query/sort.ts';
import type { Sort } from '../query/sort.ts';
import { refuse } from '../refusal.ts';
import { openSpill } from '../store/temporary.ts';
import type { Spill } from '../store/temporary.ts';

/** Most bytes (about) that a blocking stage keeps in memory. @see https://www.mongodb.com/docs/manual/core/aggregation-pipeline-limits/ */
export const MEMORY_LIMIT = 100 * 1024 * 1024;

type Row<T> = { item: T; values: Maybe[]; weight: number };

/** What sorting needs to know of the items. */
export type Sortable<T> = {
  fields: (item: T, wanted: ReadonlySet<string>) => Document;
  weigh: (item: T) => number;
  write: (item: T) => Buffer;
  read: (bytes: Buffer) => T;
};

const DOCUMENTS: Sortable<Document> = {
  fields: (item) => item,
  weigh,
  write: writeDocument,
  read: readDocument,
};

/** How a stream is sorted. */
export type SortOptions = {
  /** How many are wanted at all; then only so many are kept. */
  limit?: number | undefined;
  allowsDisk: boolean;
};

/** What was used of memory, and what follows from it. */
export function memoryRefusal(stage: string): Error {
  const refused =
    stage === '$sort'
      ? `Executor error during $sort :: caused by :: Sort exceeded memory limit of ${MEMORY_LIMIT} bytes, but did not opt in to external sorting.`
      : `Exceeded memory limit for ${stage}, but didn't allow external sort. Pass allowDiskUse:true to opt in.`;
  return refuse(292, refused);
}

/** The documents in order. */
export function sortFlow(source: Flow<Document>, sort: Sort, options: SortOptions): Flow<Document> {
  return sortItems(source, sort, options, DOCUMENTS);
}

/** The items in order. */
export function* sortItems<T>(
  source: Flow<T>,
  sort: Sort,
  options: SortOptions,
  sortable: Sortable<T>,
): Flow<T> {
  const sorter = makeSorter(sort, options, sortable);
  try {
    for (const item of source)
      if (item === PAUSE) yield PAUSE;
      else sorter.add(item);
    yield* sorter.rows();
  } finally {
    sorter.close();
  }
}

type Sorter<T> = { add: (item: T) => void; rows: () => Flow<T>; close: () => void };

function makeSorter<T>(
  sort: Sort,
  { limit, allowsDisk }: SortOptions,
  sortable: Sortable<T>,
): Sorter<T> {
  const rows: Row<T>[] = [];
  const wanted = new Set(sort.fields.map(({ parts }) => parts[0] ?? ''));
  let weight = 0;
  let spill: Spill | undefined;
  const order = (left: Row<T>, right: Row<T>): number =>
    compareSortValues(left.values, right.values, sort);
  const keepFirst = (count: number): void => {
    rows.sort(order).splice(count);
    weight = rows.reduce((total, kept) => total + kept.weight, 0);
  };
  const addToDisk = (heap: Spill, row: Row<T>): void => {
    heap.add(sortKey(row.values, sort), sortable.write(row.item));
  };
  const moveToDisk = (): void => {
    if (!allowsDisk || sort.collation !== undefined) throw memoryRefusal('$sort');
    spill = openSpill();
    for (const kept of rows) addToDisk(spill, kept);
    rows.length = 0;
  };
  return {
    add: (item) => {
      const values = sortValues(sortable.fields(item, wanted), sort);
      const row = { item, values, weight: sortable.weigh(item) };
      if (spill !== undefined) {
        addToDisk(spill, row);
        return;
      }
      rows.push(row);
      weight += row.weight;
      if (limit !== undefined && rows.length >= limit * 2 + PAUSE_EVERY) keepFirst(limit);
      if (weight > MEMORY_LIMIT) moveToDisk();
    },
    rows: () => (spill === undefined ? sortedRows(rows, order) : spilledRows(spill, sortable)),
    close: () => {
      spill?.close();
    },
  };
}

function* sortedRows<T>(rows: Row<T>[], order: (left: Row<T>, right: Row<T>) => number): Flow<T> {
  rows.sort(order);
  for (const [at, row] of rows.entries()) {
    yield row.item;
    if (at % PAUSE_EVERY === 0) yield PAUSE;
  }
}

function* spilledRows<T>(spill: Spill, sortable: Sortable<T>): Flow<T> {
  for (const row of spill.rows()) yield row === PAUSE ? PAUSE : sortable.read(row.row);
}
