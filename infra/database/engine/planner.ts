// Chooses how to find what a filter asks for.
import { toNumber } from '../bson/number.ts';
import { areIdentical } from '../bson/order.ts';
import { isDocument, isNumeric } from '../bson/value.ts';
import type { Document, Maybe } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import type { Reader } from '../store/reader.ts';
import type { Collection, Index } from './collection.ts';
import { planIndex, wholeIndex } from './index-plan.ts';
import type { IndexPlan, PlanRequest } from './index-plan.ts';
import { readConditions } from './predicate.ts';
import type { Conditions } from './predicate.ts';

/** How documents are found. */
export type Plan =
  | { kind: 'collection'; isReverse: boolean; isSorted: boolean }
  | IndexPlan
  | { kind: 'union'; branches: IndexPlan[]; isSorted: false };

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
    .map((index) => planIndex(index, conditions, request, reader, hinted !== undefined))
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

const MOST_COUNTED = 1000;

/** Chooses by counting entries, no more than a thousand for each candidate. */
function chooseBest(candidates: readonly IndexPlan[], reader: Reader): IndexPlan | undefined {
  // A range of a unique index, as a page that follows an _id asks for, may hold anything.
  const exact = candidates.find(
    ({ index, ranges }) => index.isUnique && ranges.length === 1 && ranges[0]?.isOneKey === true,
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
    .map((index) => planIndex(index, conditions, unsorted, reader))
    .filter((plan) => plan !== undefined && plan.bounded > 0)
    .filter((plan) => plan !== undefined);
  const best = chooseBest(candidates, reader);
  if (best !== undefined) return [best];
  const inner = planUnion(collection, conditions, request, reader);
  return inner?.kind === 'union' ? inner.branches : undefined;
}
