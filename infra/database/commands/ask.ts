// Asking one collection: a filter with its plan.
import type { Document, Maybe } from '../bson/value.ts';
import type { Collection } from '../engine/collection.ts';
import { makePlan, rarestFirst } from '../engine/planner.ts';
import type { Plan } from '../engine/planner.ts';
import { findRows } from '../engine/scan.ts';
import type { Effort, Query, Row, Sight } from '../engine/scan.ts';
import type { Scope } from '../expression/scope.ts';
import type { Flow } from '../flow.ts';
import { collationOf } from '../query/collation.ts';
import type { Collation } from '../query/collation.ts';
import { readSort } from '../query/sort.ts';
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
};

/** A query with its plan. */
export function planQuery(collection: Collection, ask: Ask, scope: Scope, sight: Sight): Query {
  const sort: Sort | undefined =
    ask.sort === undefined ? undefined : readSort(ask.sort, scope.collation);
  const reader = sight.reader();
  const filter = collection.isFresh ? ask.filter : rarestFirst(ask.filter, collection, reader);
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
      : makePlan(collection, request, reader);
  const effort: Effort = { keys: 0, documents: 0 };
  return {
    filter,
    scope,
    sort,
    plan,
    limit: ask.limit,
    allowsDisk: ask.allowsDisk ?? true,
    effort,
  };
}

/** The rows that are asked for. */
export function askRows(collection: Collection, ask: Ask, scope: Scope, sight: Sight): Flow<Row> {
  return findRows(collection, planQuery(collection, ask, scope, sight), sight);
}
