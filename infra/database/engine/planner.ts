// Chooses how to find what a filter asks for.
import { keyAfter } from '../bson/key.ts';
import { toNumber } from '../bson/number.ts';
import { areIdentical } from '../bson/order.ts';
import { isDocument, isNumeric } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import type { Scope } from '../expression/scope.ts';
import type { Collation } from '../query/collation.ts';
import type { Sort } from '../query/sort.ts';
import { refuse } from '../refusal.ts';
import type { KeyRange, Reader } from '../store/reader.ts';
import { allValues, fieldBounds, turned } from './bounds.ts';
import type { FieldBounds, Interval } from './bounds.ts';
import type { Collection, Index } from './collection.ts';
import { isImplied } from './implication.ts';
import { readConditions } from './predicate.ts';
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
  bounded: number;
};

/** How documents are found. */
export type Plan =
  | { kind: 'collection'; isReverse: boolean; isSorted: boolean }
  | IndexPlan
  | { kind: 'union'; branches: IndexPlan[]; isSorted: false };

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

/**
 * Chooses a plan.
 *
 * @throws {CommandRefusal} 2 for a hint that names no index
 */
export function makePlan(collection: Collection, request: PlanRequest, reader: Reader): Plan {
  const natural = naturalOrder(request);
  if (natural !== undefined) return natural;
  const conditions = readConditions(request.filter, request.scope);
  const hinted = hintedIndex(collection, request.hint);
  const candidates = (hinted === undefined ? collection.indexes : [hinted])
    .filter((index) => isUsable(index, request, hinted))
    .map((index) => planIndex(index, conditions, request, hinted !== undefined))
    .filter((plan) => plan !== undefined);
  const best = chooseBest(candidates, reader);
  if (hinted !== undefined) return best ?? hintedPlan(hinted, request);
  if (best !== undefined && (best.bounded > 0 || conditions.alternatives.length === 0)) return best;
  return planUnion(collection, conditions, request, reader) ?? best ?? scanAll(request);
}

function scanAll({ sort }: PlanRequest): Plan {
  return {
    kind: 'collection',
    isReverse: false,
    isSorted: sort === undefined || sort.fields.length === 0,
  };
}

function naturalOrder({ hint, sort }: PlanRequest): Plan | undefined {
  const hinted = isDocument(hint) ? hint.get('$natural') : undefined;
  const [field] = sort?.fields ?? [];
  if (field?.path === '$natural')
    return { kind: 'collection', isReverse: field.direction < 0, isSorted: true };
  if (!isNumeric(hinted)) return undefined;
  return {
    kind: 'collection',
    isReverse: toNumber(hinted) < 0,
    isSorted: sort === undefined || sort.fields.length === 0,
  };
}

function hintedIndex(collection: Collection, hint: Maybe): Index | undefined {
  if (hint === undefined || (isDocument(hint) && hint.size === 0)) return undefined;
  const found = collection.indexes.find((index) =>
    typeof hint === 'string' ? index.name === hint : areIdentical(index.key, hint),
  );
  if (found === undefined)
    throw refuse(
      2,
      'error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index',
    );
  return found;
}

function isUsable(index: Index, request: PlanRequest, hinted: Index | undefined): boolean {
  return !index.isBuilding && (!index.isHidden || index === hinted) && index.since <= request.upTo;
}

function hintedPlan(index: Index, request: PlanRequest): IndexPlan {
  if (index.partialSpec !== undefined)
    throw refuse(
      291,
      'error processing query: planner returned error :: caused by :: No query solutions',
    );
  return wholeIndex(index, request);
}

function wholeIndex(index: Index, { sort }: PlanRequest): IndexPlan {
  return {
    kind: 'index',
    index,
    ranges: [{ low: Buffer.alloc(0), high: Buffer.from([0xff]) }],
    isReverse: false,
    isSorted: sort === undefined || sort.fields.length === 0,
    mergeAfter: undefined,
    bounded: 0,
  };
}

/** What the predicates come to for the first fields of an index. */
type Bounded = { fields: FieldBounds[]; predicates: Predicate[] };

function planIndex(
  index: Index,
  conditions: Conditions,
  request: PlanRequest,
  isHinted: boolean,
): IndexPlan | undefined {
  if (!mayPlan(index, conditions)) return undefined;
  const { fields } = boundFields(index, conditions.predicates, request);
  const isWhole = !index.isSparse || fields.some(({ needsField }) => needsField);
  const { ranges, prefixes } = rangesOf(index, fields);
  const order = mergeable(orderOf(index, fields, request), ranges.length);
  const isOfUse = isWhole && (fields.length > 0 || order.isSorted);
  if (!isOfUse && !isHinted) return undefined;
  return {
    kind: 'index',
    index,
    ranges,
    isReverse: order.isReverse,
    isSorted: order.isSorted || isUnordered(request),
    mergeAfter: order.needsMerge && ranges.length > 1 ? prefixes : undefined,
    bounded: fields.length,
  };
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
): Bounded {
  const bounded: Bounded = { fields: [], predicates: [] };
  let ranges = 1;
  for (const [at, field] of index.fields.entries()) {
    const onPath = predicates.filter(({ path }) => path === field.path);
    const allowed = index.isMultikey ? sameElement(index, at, onPath, bounded) : onPath;
    const bounds = fieldBounds(allowed, { index, collation: request.collation });
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
  return {
    ranges: sortRanges(
      heads.map((head) => ({ low: head, high: keyAfter(head) ?? Buffer.from([0xff]) })),
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
  const fixed = new Set(
    index.fields.filter((_, at) => points[at]?.intervals.length === 1).map(({ path }) => path),
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
  if (index.isMultikey || index.collation !== undefined || collation !== undefined) return false;
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
    if (field?.path !== path) return undefined;
    const isTurned = field.direction !== direction;
    if (isReverse !== undefined && isReverse !== isTurned) return undefined;
    isReverse = isTurned;
  }
  return { isSorted: true, isReverse: isReverse ?? false, needsMerge };
}

const MOST_COUNTED = 1000;

/** Chooses by counting entries, no more than a thousand for each candidate. */
function chooseBest(candidates: readonly IndexPlan[], reader: Reader): IndexPlan | undefined {
  const exact = candidates.find(
    ({ index, bounded, ranges }) =>
      index.isUnique && bounded === index.fields.length && ranges.length === 1,
  );
  if (exact !== undefined || candidates.length <= 1) return exact ?? candidates[0];
  const costs = candidates.map((plan) => ({ plan, cost: costOf(plan, reader) }));
  costs.sort(
    (left, right) =>
      left.cost - right.cost ||
      right.plan.bounded - left.plan.bounded ||
      Number(right.plan.isSorted) - Number(left.plan.isSorted),
  );
  return costs[0]?.plan;
}

function costOf({ index, ranges, bounded, isSorted }: IndexPlan, reader: Reader): number {
  if (bounded === 0) return MOST_COUNTED + 1;
  let count = 0;
  for (const range of ranges) {
    count += reader.countEntries(index.id, range, MOST_COUNTED - count);
    if (count >= MOST_COUNTED) break;
  }
  // Few documents are sorted at once; of many it is better to have the order.
  return count < MOST_COUNTED || isSorted ? count : MOST_COUNTED + 2;
}

/** An `$or` of which every branch has an index. */
function planUnion(
  collection: Collection,
  conditions: Conditions,
  request: PlanRequest,
  reader: Reader,
): Plan | undefined {
  for (const branches of conditions.alternatives) {
    const plans = branches.map((branch) =>
      planBranch(collection, branch, conditions, request, reader),
    );
    const known = plans.filter((plan) => plan !== undefined);
    if (known.length === plans.length && known.length > 0)
      return { kind: 'union', branches: known.flat(), isSorted: false };
  }
  return undefined;
}

function planBranch(
  collection: Collection,
  branch: Document,
  outer: Conditions,
  request: PlanRequest,
  reader: Reader,
): IndexPlan[] | undefined {
  const own = readConditions(branch, request.scope);
  const conditions = {
    predicates: [...outer.predicates, ...own.predicates],
    alternatives: own.alternatives,
  };
  const unsorted = { ...request, sort: undefined };
  const candidates = collection.indexes
    .filter((index) => isUsable(index, request, undefined))
    .map((index) => planIndex(index, conditions, unsorted, false))
    .filter((plan) => plan !== undefined && plan.bounded > 0)
    .filter((plan) => plan !== undefined);
  const best = chooseBest(candidates, reader);
  if (best !== undefined) return [best];
  const inner = planUnion(collection, conditions, request, reader);
  return inner?.kind === 'union' ? inner.branches : undefined;
}

/** The rarest value of an `$all`, so that an index is read where it is shortest. */
export function rarestFirst(filter: Document, collection: Collection, reader: Reader): Document {
  const changed: Document = new Map();
  for (const [path, argument] of filter)
    changed.set(path, rarestIn(path, argument, collection, reader));
  return changed;
}

const MOST_WEIGHED = 16;

function rarestIn(path: string, argument: Value, collection: Collection, reader: Reader): Value {
  const all = isDocument(argument) ? argument.get('$all') : undefined;
  if (all === undefined || !isDocument(argument)) return argument;
  const values = allValues(all);
  const index = collection.indexes.find(
    ({ fields, isHidden }) => fields[0]?.path === path && !isHidden,
  );
  if (index === undefined || values.length < 2 || !Array.isArray(all)) return argument;
  const weighed = values.slice(0, MOST_WEIGHED).map((value) => {
    const bounds = fieldBounds([{ path, operator: '$eq', argument: value, element: undefined }], {
      index,
      collation: index.collation,
    });
    const [interval] = bounds?.intervals ?? [];
    if (interval === undefined) return { value, count: Number.POSITIVE_INFINITY };
    const range = index.directions[0] === -1 ? turned(interval) : interval;
    return { value, count: reader.countEntries(index.id, range, MOST_COUNTED) };
  });
  const [rarest] = weighed.toSorted((left, right) => left.count - right.count);
  if (rarest === undefined) return argument;
  const others = all.filter((value) => value !== rarest.value);
  return new Map([...argument, ['$all', [rarest.value, ...others]]]);
}
