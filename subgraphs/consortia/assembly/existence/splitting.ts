// Where a team of classes is not one of firms: which class to take apart, and by what.
import { classOf, usefulCapacity, type FirmClass, type Places } from './classes.ts';
import { at, range } from '../task/dense.ts';
import { pairsOf } from '../search/model.ts';
import type { Task } from '../task/task.ts';
import { kinds } from '../problem.ts';

/** How a solution uses a class. */
export type ClassUse = {
  readonly members: number;
  /** Requirements that members of the class carry. */
  readonly carried: readonly number[];
};

/** Classes up to this size are taken apart into single firms. */
const smallClass = 8;
/** Properties to split by at once. */
const mostProperties = 3;

type Property = (firm: number) => number;

/**
 * The parts of a class, in which the firms are more alike in what a solution makes of them; the class alone where they are
 * alike in all of that.
 */
export function splitClass(
  task: Task,
  places: Places,
  whole: FirmClass,
  use: ClassUse,
): FirmClass[] {
  const { firms } = whole;
  if (firms.length === 1) return [whole];
  if (firms.length <= smallClass) return firms.map((firm) => classOf(task, places, [firm]));
  const thresholds = chosenThresholds(task, places, whole, use);
  if (thresholds.length === 0) return [whole];
  const parts = Map.groupBy(firms, (firm) =>
    thresholds.reduce((bits, isBelow) => 2 * bits + Number(isBelow(firm)), 0),
  );
  return [...parts.values()].map((part) => classOf(task, places, part));
}

// What rules see goes before what money sees, and affiliates come last; of equal rank, those that halve the class best.
function chosenThresholds(task: Task, places: Places, whole: FirmClass, use: ClassUse) {
  const ranks = [
    ruleProperties(task, places, whole, use),
    task.budgetWon === Number.POSITIVE_INFINITY ? [] : priceProperties(task, use),
  ];
  const { group } = task.instance;
  const ranked = [...ranks, [(firm: number) => group[firm] ?? -1]];
  const found: ((firm: number) => boolean)[] = [];
  for (const properties of ranked.slice(0, 2))
    found.push(...halving(whole, properties).slice(0, mostProperties - found.length));
  return found.length > 0 ? found : halving(whole, ranked[2] ?? []);
}

function halving({ firms }: FirmClass, properties: readonly Property[]) {
  return properties
    .flatMap((property) => {
      const values = Float64Array.from(firms, property).sort();
      const least = at(values, 0);
      const middle = at(values, values.length >> 1);
      const threshold = middle > least ? middle : values.find((value) => value > least);
      if (threshold === undefined) return [];
      const below = values.filter((value) => value < threshold).length;
      const isBelow = (firm: number) => property(firm) < threshold;
      return [{ isBelow, balance: Math.min(below, firms.length - below) }];
    })
    .toSorted((a, b) => b.balance - a.balance)
    .map(({ isBelow }) => isBelow);
}

function ruleProperties(task: Task, places: Places, whole: FirmClass, use: ClassUse): Property[] {
  const { instance, exempt } = task;
  const rows = [...whole.rows].filter(([, { highest, lowest }]) => highest !== lowest);
  const able = (requirement: number) => (firm: number) =>
    Number(pairOf(task, firm, requirement) >= 0);
  return [
    ...rows.map(
      ([row]) =>
        (firm: number) =>
          places[firm]?.find((place) => place.row === row)?.extra ?? 0,
    ),
    ...use.carried.map(able),
    (firm) => usefulCapacity(task, firm),
    (firm) => at(instance.mayLead, firm),
    (firm) => at(exempt, firm),
    ...(task.minKinds > 0
      ? kinds.map((_, kind) => (firm: number) => (at(instance.kindBits, firm) >> kind) & 1)
      : []),
  ];
}

function priceProperties(task: Task, { carried }: ClassUse): Property[] {
  const { entryWon, priceWon } = task.instance;
  return [
    (firm) => at(entryWon, firm),
    ...carried.map((requirement) => (firm: number) => {
      const pair = pairOf(task, firm, requirement);
      return pair < 0 ? 0 : at(priceWon, pair);
    }),
  ];
}

/** The pair of a firm and a requirement, or -1. */
export function pairOf({ instance }: Task, firm: number, requirement: number): number {
  return pairsOf(instance, firm).find((pair) => instance.requirement[pair] === requirement) ?? -1;
}

/**
 * Firms that are most like what a solution makes of a class: those that can carry most of it, then most at once, then the
 * cheapest.
 */
export function likeliest(
  task: Task,
  { firms }: FirmClass,
  use: ClassUse,
  count: number,
): number[] {
  if (firms.length <= count) return [...firms];
  const { entryWon, priceWon } = task.instance;
  const ranks = new Map(
    firms.map((firm) => {
      const pairs = use.carried.map((requirement) => pairOf(task, firm, requirement));
      const held = pairs.filter((pair) => pair >= 0);
      const won = held.reduce((sum, pair) => sum + at(priceWon, pair), at(entryWon, firm));
      return [firm, { held: held.length, capacity: usefulCapacity(task, firm), won }];
    }),
  );
  const rank = (firm: number) => ranks.get(firm) ?? { held: 0, capacity: 0, won: 0 };
  const order = (a: number, b: number) => {
    const [first, second] = [rank(a), rank(b)];
    return (
      second.held - first.held ||
      second.capacity - first.capacity ||
      first.won - second.won ||
      a - b
    );
  };
  return firms.toSorted(order).slice(0, count);
}

/** How a solution uses each class. */
export function usesOf(
  columns: readonly { readonly members: number; readonly work: ReadonlyMap<number, number> }[],
  values: Float64Array,
): ClassUse[] {
  return range(0, columns.length).map((index) => {
    const { members = 0, work = new Map<number, number>() } = columns[index] ?? {};
    const carried = [...work].filter(([, column]) => at(values, column) > 0.5);
    return {
      members: Math.round(at(values, members)),
      carried: carried.map(([requirement]) => requirement),
    };
  });
}
