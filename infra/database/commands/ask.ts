// Asking one collection: a filter with its plan.
import { sortItems } from '../aggregation/sort-stage.ts';
import { readDocument } from '../bson/reader.ts';
import { document } from '../bson/value.ts';
import type { Document, Maybe } from '../bson/value.ts';
import type { Collection } from '../engine/collection.ts';
import { asksForNearest } from '../geo/region.ts';
import { asksForText, choosePlan } from '../engine/derived-plan.ts';
import { observe } from '../engine/observation.ts';
import type { Plan } from '../engine/planner.ts';
import { findRows, ROWS } from '../engine/scan.ts';
import type { Effort, Query, Row } from '../engine/scan.ts';
import type { Sight } from '../engine/sight.ts';
import type { Scope } from '../expression/scope.ts';
import type { Flow } from '../flow.ts';
import { collationOf } from '../query/collation.ts';
import type { Collation } from '../query/collation.ts';
import { compileFilter } from '../query/filter.ts';
import { readSort, sortsByMeasure } from '../query/sort.ts';
import type { Sort } from '../query/sort.ts';

/** The collation of a command, or else of its collection. */
export function collationFor(
  command: Document,
  collection: Collection | undefined,
): Collation | undefined {
  return command.has('collation') ? collationOf(command.get('collation')) : collection?.collation;
}

/** What is asked of one collection. */
export type Ask = {
  filter: Document;
  sort?: Document | undefined;
  hint?: Maybe;
  limit?: number | undefined;
  allowsDisk?: boolean;
  /** What is found will be locked. */
  isForWrite?: boolean;
};

/** A query with its plan. */
export function planQuery(collection: Collection, ask: Ask, scope: Scope, sight: Sight): Query {
  prepareSearch(collection, ask.filter, scope);
  const wanted = ask.sort ?? (asksForNearest(ask.filter) ? NEAREST_FIRST : undefined);
  const sort: Sort | undefined =
    wanted === undefined ? undefined : readSort(wanted, scope.collation, scope.search);
  const reader = sight.reader();
  const { filter } = ask;
  const request = {
    filter,
    sort,
    hint: ask.hint,
    collation: scope.collation,
    scope,
    upTo: sight.upTo,
  };
  const plan: Plan =
    collection.isFresh || collection.since > sight.upTo
      ? { kind: 'collection', isReverse: false, isSorted: sort === undefined }
      : choosePlan(collection, request, reader);
  const effort: Effort = { keys: 0, documents: 0 };
  return {
    filter,
    scope,
    sort,
    plan,
    limit: ask.limit,
    allowsDisk: ask.allowsDisk ?? true,
    isForWrite: ask.isForWrite ?? false,
    effort,
  };
}

/** Keeps account of a write that found nothing. */
export function observeMiss(collection: Collection, ask: Ask, scope: Scope, sight: Sight): void {
  if (sight.transaction !== undefined)
    observe(collection, planQuery(collection, ask, scope, sight).plan, sight);
}

const NEAREST_FIRST = document({ distance: document({ $meta: 'geoNearDistance' }) });

/** The rows that are asked for. */
export function askRows(collection: Collection, ask: Ask, scope: Scope, sight: Sight): Flow<Row> {
  const query = planQuery(collection, ask, scope, sight);
  if (query.sort === undefined || !sortsByMeasure(query.sort))
    return findRows(collection, query, sight);
  // The number by which they are sorted is of the whole document.
  const { sort, limit, allowsDisk } = query;
  const rows = findRows(collection, { ...query, sort: undefined, limit: undefined }, sight);
  return sortItems(rows, sort, { limit, allowsDisk }, { ...ROWS, fields: wholeDocument });
}

function wholeDocument({ bytes }: Row): Document {
  return readDocument(bytes);
}

/** Lets the search of a query know the text index of the collection that is asked. */
function prepareSearch({ indexes }: Collection, filter: Document, scope: Scope): void {
  if (asksForNearest(filter)) compileFilter(filter, scope);
  if (!asksForText(filter)) return;
  const { search } = scope;
  const kind = indexes.find((index) => index.kind?.kind === 'text' && !index.isBuilding)?.kind;
  search.textIndex = kind?.kind === 'text' ? kind : undefined;
  compileFilter(filter, scope);
}
