// Plans that read an index of words or of paths.
import { keyAfter } from '../bson/key.ts';
import { areIdentical } from '../bson/order.ts';
import { isDocument } from '../bson/value.ts';
import type { Document, Maybe } from '../bson/value.ts';
import { asksForNearest } from '../geo/region.ts';
import { textSearch } from '../query/search.ts';
import { refuse } from '../refusal.ts';
import type { KeyRange, Reader } from '../store/reader.ts';
import { wordKey } from '../text/text-index.ts';
import { fieldBounds, turned } from './bounds.ts';
import type { Interval } from './bounds.ts';
import type { Collection, Index } from './collection.ts';
import { isImplied } from './implication.ts';
import { isDerived } from './index-kind.ts';
import type { IndexKind } from './index-kind.ts';
import type { IndexPlan, PlanRequest } from './index-plan.ts';
import { makePlan } from './planner.ts';
import type { Plan } from './planner.ts';
import { readConditions } from './predicate.ts';
import type { Conditions, Predicate } from './predicate.ts';
import { isServed, pathKey } from './wildcard.ts';

/**
 * Chooses a plan; indexes of words and of paths are looked at where no ordinary one helps.
 *
 * @throws {CommandRefusal} 27 for `$text` without a text index, 2 for a hint that names no index
 */
export function choosePlan(collection: Collection, request: PlanRequest, reader: Reader): Plan {
  if (asksForText(request.filter)) return textPlan(collection, request);
  if (asksForNearest(request.filter)) return nearPlan(collection, request);
  return collection.indexes.some(({ kind }) => isDerived(kind))
    ? planWithDerived(collection, request, reader)
    : makePlan(collection, request, reader);
}

function planWithDerived(collection: Collection, request: PlanRequest, reader: Reader): Plan {
  const hinted = hintedIndex(collection, request.hint);
  if (hinted !== undefined)
    return pathPlan([hinted], request, reader) ?? { kind: 'collection', ...unordered(request) };
  const plan = makePlan(collection, request, reader);
  const isForced = request.hint !== undefined || request.sort?.fields[0]?.path === '$natural';
  if (plan.kind !== 'collection' || isForced) return plan;
  return (
    pathPlan(collection.indexes, request, reader) ?? unionPlan(collection, request, reader) ?? plan
  );
}

function unordered({ sort }: PlanRequest): { isReverse: boolean; isSorted: boolean } {
  return { isReverse: false, isSorted: sort === undefined || sort.fields.length === 0 };
}

/** Whether a filter holds a `$text` that every document must match. */
export function asksForText(filter: Document): boolean {
  if (filter.has('$text')) return true;
  const all = filter.get('$and');
  return Array.isArray(all) && all.some((one) => isDocument(one) && asksForText(one));
}

function textPlan(collection: Collection, request: PlanRequest): Plan {
  const index = collection.indexes.find(
    (one) => one.kind?.kind === 'text' && isUsable(one, request) && !one.isHidden,
  );
  if (index === undefined) throw refuse(27, 'text index required for $text query');
  const conditions = readConditions(request.filter, request.scope);
  if (index.partialSpec !== undefined && !isImplied(index.partialSpec, conditions.predicates))
    throw refuse(
      27,
      'the partial text index does not hold everything that the $text query asks for',
    );
  const { words } = textSearch(request.scope.search);
  return indexPlan(index, [...words].map(wordKey).map(rangeOf), request);
}

/** Every place is looked at, as any of them may be the nearest. */
function nearPlan(collection: Collection, request: PlanRequest): Plan {
  const index = collection.indexes.find(
    (one) =>
      one.kind?.kind === 'geo' && isUsable(one, request) && asksUnder(one.kind, request.filter),
  );
  if (index === undefined)
    throw refuse(
      291,
      `error processing query: ns=${collection.namespace}: planner returned error :: caused by :: unable to find index for $geoNear query`,
    );
  return index.partialSpec === undefined
    ? indexPlan(index, [{ low: Buffer.alloc(0), high: Buffer.from([0xff]) }], request)
    : { kind: 'collection', ...unordered(request) };
}

function asksUnder(kind: IndexKind | undefined, filter: Document): boolean {
  return [...filter].some(([name, argument]) => {
    if (name === '$and' && Array.isArray(argument))
      return argument.some((one) => isDocument(one) && asksUnder(kind, one));
    return (
      kind?.kind === 'geo' &&
      kind.paths.includes(name) &&
      isDocument(argument) &&
      (argument.has('$near') || argument.has('$nearSphere'))
    );
  });
}

function rangeOf(key: Buffer): KeyRange {
  return { low: key, high: keyAfter(key) ?? Buffer.from([0xff]) };
}

function indexPlan(index: Index, ranges: KeyRange[], request: PlanRequest): IndexPlan {
  return {
    kind: 'index',
    index,
    ranges: ranges.toSorted((left, right) => Buffer.compare(left.low, right.low)),
    ...unordered(request),
    mergeAfter: undefined,
    also: [],
    bounded: 1,
  };
}

function isUsable(index: Index, request: PlanRequest): boolean {
  return !index.isBuilding && index.since <= request.upTo;
}

function hintedIndex(collection: Collection, hint: Maybe): Index | undefined {
  if (hint === undefined) return undefined;
  return collection.indexes.find(
    ({ kind, name, key }) =>
      isDerived(kind) && (typeof hint === 'string' ? name === hint : areIdentical(key, hint)),
  );
}

const MOST_COUNTED = 1000;

/** The path and the index that leave the fewest documents. */
function pathPlan(
  indexes: readonly Index[],
  request: PlanRequest,
  reader: Reader,
): IndexPlan | undefined {
  const conditions = readConditions(request.filter, request.scope);
  const plans = indexes
    .filter((index) => isUsable(index, request) && (!index.isHidden || request.hint !== undefined))
    .flatMap((index) => pathPlans(index, conditions, request));
  if (plans.length <= 1) return plans[0];
  const costs = plans.map((plan) => ({ plan, cost: costOf(plan, reader) }));
  return costs.toSorted((left, right) => left.cost - right.cost)[0]?.plan;
}

function costOf({ index, ranges }: IndexPlan, reader: Reader): number {
  let count = 0;
  for (const range of ranges) {
    count += reader.countEntries(index.id, range, MOST_COUNTED - count);
    if (count >= MOST_COUNTED) break;
  }
  return count;
}

function pathPlans(index: Index, conditions: Conditions, request: PlanRequest): IndexPlan[] {
  const { kind, partialSpec } = index;
  if (kind?.kind !== 'wildcard') return [];
  if (partialSpec !== undefined && !isImplied(partialSpec, conditions.predicates)) return [];
  const paths = new Map<string, Predicate[]>();
  for (const predicate of conditions.predicates)
    if (isServed(predicate) && kind.covers(predicate.path))
      paths.set(predicate.path, [...(paths.get(predicate.path) ?? []), predicate]);
  return [...paths].flatMap(([path, predicates]) => {
    const bounds = fieldBounds(predicates, { index, collation: request.collation });
    if (bounds === undefined) return [];
    const own = kind.direction === -1 ? bounds.intervals.map(turned) : bounds.intervals;
    return [
      indexPlan(
        index,
        own.map((interval) => under(pathKey(path), interval)),
        request,
      ),
    ];
  });
}

function under(prefix: Buffer, { low, high }: Interval): KeyRange {
  return { low: Buffer.concat([prefix, low]), high: Buffer.concat([prefix, high]) };
}

/** An `$or` of which every branch has an index of any kind. */
function unionPlan(collection: Collection, request: PlanRequest, reader: Reader): Plan | undefined {
  const { alternatives } = readConditions(request.filter, request.scope);
  for (const branches of alternatives) {
    const plans = branches.map((branch) => {
      const own = { ...request, filter: branch, sort: undefined };
      const plan = choosePlan(collection, own, reader);
      return plan.kind === 'collection' ? undefined : plan;
    });
    const known = plans.filter((plan) => plan !== undefined);
    if (known.length === plans.length && known.length > 0)
      return {
        kind: 'union',
        branches: known.flatMap((plan) => (plan.kind === 'union' ? plan.branches : [plan])),
        isSorted: false,
      };
  }
  return undefined;
}
