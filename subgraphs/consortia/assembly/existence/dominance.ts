// Firms that others can always stand in for: whether a team exists does not depend on them.
import { ruleLikeness, usefulCapacity, type Places } from './classes.ts';
import { at } from '../task/dense.ts';
import { pairsOf } from '../search/model.ts';
import type { Task } from '../task/task.ts';

/** Bits of one word of the set of requirements that a firm can carry. */
const wordBits = 31;

type Standing = {
  readonly firm: number;
  readonly work: readonly number[];
  readonly pairs: number;
  readonly capacity: number;
  readonly entryWon: number;
  /** May stand in for others: of no group, in no conflict. */
  readonly isFree: boolean;
};

/**
 * The task without firms for each of which there are as many others as a team has members, each of which counts the same in
 * the rules, can carry all that the firm can, at no higher price, and as much at once: in any team one of them is not in it
 * and can take the firm's place.
 */
export function withoutDominated(task: Task, places: Places): Task {
  if (!Number.isFinite(task.mostMembers)) return task;
  const out = Uint8Array.from(task.out);
  for (const firms of alikeInRules(task, places).values())
    for (const firm of dominated(task, places, firms)) out[firm] = 1;
  return { ...task, out };
}

function alikeInRules(task: Task, places: Places): Map<string, number[]> {
  const alike = new Map<string, number[]>();
  for (const [firm, isOut] of task.out.entries()) {
    if (isOut === 1 || task.fixed[firm] === 1) continue;
    const key = ruleLikeness(task, places, firm);
    const known = alike.get(key);
    if (known) known.push(firm);
    else alike.set(key, [firm]);
  }
  return alike;
}

function dominated(task: Task, places: Places, firms: readonly number[]): number[] {
  const order = (a: Standing, b: Standing) =>
    b.pairs - a.pairs || b.capacity - a.capacity || a.entryWon - b.entryWon || a.firm - b.firm;
  const kept: Standing[] = [];
  const gone: number[] = [];
  for (const one of firms.map((firm) => standingOf(task, places, firm)).toSorted(order))
    if (hasEnough(task, kept, one)) gone.push(one.firm);
    else if (one.isFree) kept.push(one);
  return gone;
}

function standingOf(task: Task, places: Places, firm: number): Standing {
  const { instance, rows } = task;
  const pairs = pairsOf(instance, firm);
  const work = Array.from({ length: Math.ceil(instance.must.length / wordBits) }, () => 0);
  for (const pair of pairs) {
    const requirement = at(instance.requirement, pair);
    const word = Math.floor(requirement / wordBits);
    work[word] = at(work, word) | (1 << (requirement % wordBits));
  }
  const hasConflict = places[firm]?.some(({ row }) => rows[row]?.constraint?.kind === 'CONFLICT');
  const isFree = (instance.group[firm] ?? -1) < 0 && hasConflict !== true;
  const capacity = usefulCapacity(task, firm);
  const entryWon = at(instance.entryWon, firm);
  return { firm, work, pairs: pairs.length, capacity, entryWon, isFree };
}

function hasEnough(task: Task, kept: readonly Standing[], one: Standing): boolean {
  let found = 0;
  for (const other of kept) {
    if (!canStandIn(task, other, one)) continue;
    found++;
    if (found >= task.mostMembers) return true;
  }
  return false;
}

function canStandIn(task: Task, other: Standing, one: Standing): boolean {
  if (other.capacity < one.capacity) return false;
  for (const [word, bits] of one.work.entries())
    if ((at(other.work, word) & bits) !== bits) return false;
  return task.budgetWon === Number.POSITIVE_INFINITY || isNoDearer(task, other, one);
}

function isNoDearer({ instance }: Task, other: Standing, one: Standing): boolean {
  if (other.entryWon > one.entryWon) return false;
  const { start, requirement, priceWon } = instance;
  let place = at(start, other.firm);
  // Both lists are in the order of the requirements.
  for (const pair of pairsOf(instance, one.firm)) {
    while (at(requirement, place) !== at(requirement, pair)) place++;
    if (at(priceWon, place) > at(priceWon, pair)) return false;
  }
  return true;
}
