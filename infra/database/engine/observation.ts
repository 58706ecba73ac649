// What transactions have read, and moving their snapshots on where nothing of that has changed.
import { collectionChange, recordLock } from './locks.ts';
import type { Collection } from './collection.ts';
import type { Engine } from './engine.ts';
import type { IndexPlan } from './index-plan.ts';
import type { Plan } from './planner.ts';
import type { Sight } from './sight.ts';
import type { ObservedKey, Transaction } from './transaction.ts';

const MOST_KEYS = 1000;

/** Notes what a transaction is about to read. */
export function observe(collection: Collection, plan: Plan, sight: Sight): void {
  const observed = sight.transaction?.observed;
  if (observed === undefined || collection.isFresh) return;
  // That it is not there yet has been read too.
  if (collection.since > sight.upTo) observed.isEverything = true;
  else if (isLookup(plan) && observed.keys.length + plan.ranges.length <= MOST_KEYS)
    for (const { low: key } of plan.ranges) {
      const holders = sight.reader().holders(plan.index.id, key);
      observed.keys.push({ collection, index: plan.index, key, holders });
    }
  else observed.collections.add(collection);
}

/** Whether a plan looks up single keys of a unique index. */
export function isLookup(plan: Plan): plan is IndexPlan {
  return (
    plan.kind === 'index' &&
    plan.index.isUnique &&
    plan.ranges.every(({ isOneKey }) => isOneKey === true)
  );
}

/**
 * Lets a transaction see the data as they are now, if everything that it has read is still the same: then it might as
 * well have begun now, and what somebody else wrote meanwhile need not make it begin again.
 *
 * @returns whether it does
 */
export function moveSnapshot(engine: Engine, transaction: Transaction): boolean {
  const { observed, snapshot } = transaction;
  const { sequence } = snapshot;
  const isSame =
    !observed.isEverything &&
    [...observed.collections].every((one) => isSameCollection(engine, one, sequence)) &&
    observed.keys.every((one) => isSameKey(engine, one, sequence));
  if (!isSame) return false;
  transaction.snapshot = engine.snapshots.open(engine.oplog.now());
  snapshot.close();
  return true;
}

function isSameCollection(engine: Engine, collection: Collection, since: number): boolean {
  return (
    isThere(engine, collection) &&
    !engine.locks.isChangedAfter(collectionChange(collection.id), since)
  );
}

function isSameKey(engine: Engine, observed: ObservedKey, since: number): boolean {
  const { collection, index, key, holders } = observed;
  if (!isThere(engine, collection) || !collection.indexes.includes(index)) return false;
  const present = engine.store.holders(index.id, key);
  return (
    present.length === holders.length &&
    present.every(
      (id) =>
        holders.includes(id) && !engine.locks.isChangedAfter(recordLock(collection.id, id), since),
    )
  );
}

function isThere({ collections }: Engine, collection: Collection): boolean {
  return collections.get(collection.namespace) === collection;
}
