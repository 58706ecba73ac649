// Plans to read one index: which ranges of it hold what a filter asks for, and in which order.
import { keyAfter } from '../bson/key.ts';
import type { Document, Maybe } from '../bson/value.ts';
import type { Scope } from '../expression/scope.ts';
import type { Collation } from '../query/collation.ts';
import type { Sort } from '../query/sort.ts';
import type { KeyRange, Reader } from '../store/reader.ts';
import { fieldBounds, turned } from './bounds.ts';
import type { FieldBounds, Interval } from './bounds.ts';
import type { Index } from './collection.ts';
import { lightestIn } from './lightest.ts';
import { isImplied } from './implication.ts';
import type { Conditions, Predicate } from './predicate.ts';

/** One index and the parts of it that are read. */
export type IndexPlan = {
  kind: 'index';
  index: Index;
  ranges: KeyRange[];
  isReverse: boolean;
  /** Whether the documents come in the order that was asked for. */
  isSorted: boolean;
  /** The ranges must be merged to be in order: by what follows this many bytes of each key. */
  mergeAfter: readonly number[] | undefined;
  /** Keys that whatever is wanted has beside the one that is read. */
  also: readonly Buffer[];
  bounded: number;
};

/** What a plan is made for. */
export type PlanRequest = {
  filter: Document;
  sort?: Sort | undefined;
  hint?: Maybe;
  collation: Collation | undefined;
  scope: Scope;
  /** The commit that the reader sees; an index made later is of no use to it. */
  upTo: number;
};

/** The plan to read a whole index. */
export function wholeIndex(index: Index, { sort }: PlanRequest): IndexPlan {
  return {
    kind: 'index',
    index,
    ranges: [{ low: Buffer.alloc(0), high: Buffer.from([0xff]) }],
    isReverse: false,
    isSorted: sort === undefined || sort.fields.length === 0,
    mergeAfter: undefined,
    also: [],
    bounded: 0,
  };
}

/** What the predicates come to for the first fields of an index. */
type Bounded = { fields: FieldBounds[]; predicates: Predicate[] };

/**
 * The plan to answer a filter from an index.
 *
 * @returns undefined when the index is of no use to it
 */
export function planIndex(
  index: Index,
  conditions: Conditions,
  request: PlanRequest,
  reader: Reader,
  isHinted = false,
): IndexPlan | undefined {
  if (!mayPlan(index, conditions) || (!isHinted && isForeign(index, conditions, request)))
    return undefined;
  const { fields } = boundFields(index, conditions.predicates, request, reader);
  const { ranges, prefixes } = rangesOf(index, fields);
  const order = mergeable(orderOf(index, fields, request), ranges.length);
  if (!isHinted && !isOfUse(index, fields, order)) return undefined;
  return {
    kind: 'index',
    index,
    ranges,
    isReverse: order.isReverse,
    isSorted: order.isSorted || isUnordered(request),
    mergeAfter: order.needsMerge && ranges.length > 1 ? prefixes : undefined,
    also: furtherKeys(index, fields),
    bounded: fields.length,
  };
}

/** Values are whole keys only where an index has one field. */
function furtherKeys(index: Index, [first]: readonly FieldBounds[]): readonly Buffer[] {
  return index.fields.length === 1 ? (first?.also ?? []) : [];
}

function isOfUse({ isSparse }: Index, fields: readonly FieldBounds[], order: Order): boolean {
  const isWhole = !isSparse || fields.some(({ needsField }) => needsField);
  return isWhole && (fields.length > 0 || order.isSorted);
}

/** Whether neither the filter nor the order has anything to do with the first field of an index. */
function isForeign({ fields }: Index, { predicates }: Conditions, request: PlanRequest): boolean {
  return isUnordered(request) && !predicates.some(({ path }) => path === fields[0]?.path);
}

function mayPlan({ partialSpec }: Index, { predicates }: Conditions): boolean {
  return partialSpec === undefined || isImplied(partialSpec, predicates);
}

function isUnordered({ sort }: PlanRequest): boolean {
  return sort === undefined || sort.fields.length === 0;
}

/** Too many ranges are sorted afterwards, as each of them is a query of its own. */
function mergeable(order: Order, ranges: number): Order {
  return order.needsMerge && ranges > MOST_MERGED ? UNSORTED : order;
}

const MOST_MERGED = 50;
const MOST_RANGES = 2000;

function boundFields(
  index: Index,
  predicates: readonly Predicate[],
  request: PlanRequest,
  reader: Reader,
): Bounded {
  const bounded: Bounded = { fields: [], predicates: [] };
  let ranges = 1;
  for (const [at, field] of index.fields.entries()) {
    const onPath = predicates.filter(({ path }) => path === field.path);
    const allowed = index.isMultikey ? sameElement(index, at, onPath, bounded) : onPath;
    // Only the values of the first field can be counted without knowing the others.
    const lightest = at === 0 ? lightestIn(index, reader) : undefined;
    const bounds = fieldBounds(allowed, { index, collation: request.collation, lightest });
    if (bounds === undefined || ranges * bounds.intervals.length > MOST_RANGES) break;
    ranges *= bounds.intervals.length;
    bounded.fields.push(bounds);
    bounded.predicates.push(...allowed);
    if (!bounds.intervals.every(({ isPoint }) => isPoint)) break;
  }
  return bounded;
}

/**
 * Two fields under one array can be bounded together only by conditions on the same element:
 * otherwise one element may fulfil the first and another the second, and no key holds both.
 */
function sameElement(
  index: Index,
  at: number,
  predicates: readonly Predicate[],
  bounded: Bounded,
): readonly Predicate[] {
  const root = index.fields[at]?.parts[0];
  const isShared = index.fields.slice(0, at).some(({ parts }) => parts[0] === root);
  if (!isShared) return predicates;
  const elements = new Set(
    bounded.predicates
      .filter(({ path }) => path.split('.')[0] === root)
      .map(({ element }) => element),
  );
  const [element] = elements;
  if (elements.size !== 1 || element === undefined) return [];
  return predicates.filter((predicate) => predicate.element === element);
}

function rangesOf(
  index: Index,
  fields: readonly FieldBounds[],
): { ranges: KeyRange[]; prefixes: number[] } {
  let heads: Buffer[] = [Buffer.alloc(0)];
  for (const [at, { intervals }] of fields.entries()) {
    const own = index.directions[at] === -1 ? intervals.map(turned).toReversed() : intervals;
    if (!own.every(({ isPoint }) => isPoint)) return openRanges(heads, own);
    heads = heads.flatMap((head) => own.map(({ low }) => Buffer.concat([head, low])));
  }
  // Keys are prefix-free: behind the values of all fields nothing can follow.
  const isOneKey = fields.length === index.fields.length;
  return {
    ranges: sortRanges(
      heads.map((head) => ({ low: head, high: keyAfter(head) ?? Buffer.from([0xff]), isOneKey })),
    ),
    prefixes: heads
      .toSorted((left, right) => Buffer.compare(left, right))
      .map((head) => head.length),
  };
}

function openRanges(
  heads: readonly Buffer[],
  intervals: readonly Interval[],
): { ranges: KeyRange[]; prefixes: number[] } {
  const ranges = heads.flatMap((head) =>
    intervals.map(({ low, high }) => ({
      low: Buffer.concat([head, low]),
      high: Buffer.concat([head, high]),
    })),
  );
  const byLow = ranges.map((range, at) => ({
    range,
    head: heads[Math.floor(at / intervals.length)]?.length ?? 0,
  }));
  byLow.sort((left, right) => Buffer.compare(left.range.low, right.range.low));
  return { ranges: byLow.map(({ range }) => range), prefixes: byLow.map(({ head }) => head) };
}

function sortRanges(ranges: KeyRange[]): KeyRange[] {
  return ranges.sort((left, right) => Buffer.compare(left.low, right.low));
}

type Order = { isSorted: boolean; isReverse: boolean; needsMerge: boolean };

const UNSORTED: Order = { isSorted: false, isReverse: false, needsMerge: false };

/** Whether the index gives the order that was asked for. */
function orderOf(
  index: Index,
  fields: readonly FieldBounds[],
  { sort, collation }: PlanRequest,
): Order {
  if (sort === undefined || sort.fields.length === 0 || !keepsOrder(index, fields, collation))
    return UNSORTED;
  const points = fields.filter(({ intervals }) => intervals.every(({ isPoint }) => isPoint));
  // One element of an array may be fixed, but by its array a document is sorted by its least one.
  const fixed = new Set(
    index.fields
      .filter((_, at) => points[at]?.intervals.length === 1 && !index.arrays.has(at))
      .map(({ path }) => path),
  );
  const wanted = sort.fields.filter(({ path }) => !fixed.has(path));
  return (
    followOrder(
      index,
      points.length,
      wanted,
      points.some(({ intervals }) => intervals.length > 1),
    ) ??
    followOrder(index, leadingFixed(index, fixed), wanted, false) ??
    UNSORTED
  );
}

/** Whether an index has every document, and in the plain order of values. */
function keepsOrder(
  index: Index,
  fields: readonly FieldBounds[],
  collation: Collation | undefined,
): boolean {
  if (index.collation !== undefined || collation !== undefined) return false;
  return fields.length > 0 || (!index.isSparse && index.partialSpec === undefined);
}

function leadingFixed(index: Index, fixed: ReadonlySet<string>): number {
  const first = index.fields.findIndex(({ path }) => !fixed.has(path));
  return first < 0 ? index.fields.length : first;
}

function followOrder(
  index: Index,
  from: number,
  wanted: Sort['fields'],
  needsMerge: boolean,
): Order | undefined {
  let isReverse: boolean | undefined;
  for (const [at, { path, direction }] of wanted.entries()) {
    const field = index.fields[from + at];
    if (field?.path !== path || index.arrays.has(from + at)) return undefined;
    const isTurned = field.direction !== direction;
    if (isReverse !== undefined && isReverse !== isTurned) return undefined;
    isReverse = isTurned;
  }
  return { isSorted: true, isReverse: isReverse ?? false, needsMerge };
}
