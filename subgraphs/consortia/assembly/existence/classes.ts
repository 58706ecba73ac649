// Firms taken together: each class stands for several as if every one of them had the best of all of them.
import { at, range } from '../task/dense.ts';
import { pairsOf } from '../search/model.ts';
import type { Task } from '../task/task.ts';

/** Where each firm stands in the rules that count members: pairs of row and what it counts there. */
export type Places = readonly (readonly { readonly row: number; readonly extra: number }[])[];

/** Firms, and the best that any of them brings in each respect. A real team is one of classes too; not the other way round. */
export type FirmClass = {
  readonly firms: readonly number[];
  /** Members of every team; then the class is this one firm. */
  readonly isFixed: boolean;
  /** By requirement: how many of the firms can carry it, and the lowest price, won. */
  readonly work: ReadonlyMap<number, { readonly firms: number; readonly priceWon: number }>;
  readonly capacity: number;
  readonly entryWon: number;
  readonly mayLead: boolean;
  readonly mayRest: boolean;
  readonly kindBits: number;
  /** The affiliate group that all are of, or -1. */
  readonly group: number;
  /** By row: the most and the least that one of them counts there beside `everyone`. */
  readonly rows: ReadonlyMap<number, { readonly highest: number; readonly lowest: number }>;
};

/** Where each firm stands. */
export function placesOf({ instance, rows }: Task): Places {
  const places: { row: number; extra: number }[][] = range(0, instance.firms).map(() => []);
  for (const [row, { firms, extra }] of rows.entries())
    for (const [index, firm] of firms.entries())
      places[firm]?.push({ row, extra: at(extra, index) });
  return places;
}

/** One class of these firms. */
export function classOf(task: Task, places: Places, firms: readonly number[]): FirmClass {
  const { instance } = task;
  const [first = -1] = firms;
  const group = instance.group[first] ?? -1;
  const lowest = (of: Float64Array) =>
    firms.reduce((least, firm) => Math.min(least, at(of, firm)), Number.POSITIVE_INFINITY);
  return {
    firms,
    isFixed: firms.some((firm) => task.fixed[firm] === 1),
    work: workOf(task, firms),
    capacity: firms.reduce((most, firm) => Math.max(most, usefulCapacity(task, firm)), 0),
    entryWon: lowest(instance.entryWon),
    mayLead: firms.some((firm) => instance.mayLead[firm] === 1),
    mayRest: firms.some((firm) => task.exempt[firm] === 1),
    kindBits: firms.reduce((bits, firm) => bits | at(instance.kindBits, firm), 0),
    group: firms.every((firm) => instance.group[firm] === group) ? group : -1,
    rows: rowsOf(places, firms),
  };
}

/** What a firm can carry at once of what it can carry at all. */
export function usefulCapacity({ instance }: Task, firm: number): number {
  const pairs = at(instance.start, firm + 1) - at(instance.start, firm);
  return Math.min(at(instance.capacity, firm), pairs);
}

function workOf({ instance }: Task, firms: readonly number[]): FirmClass['work'] {
  const work = new Map<number, { firms: number; priceWon: number }>();
  for (const firm of firms)
    for (const pair of pairsOf(instance, firm)) {
      const requirement = at(instance.requirement, pair);
      const priceWon = at(instance.priceWon, pair);
      const known = work.get(requirement);
      if (known === undefined) work.set(requirement, { firms: 1, priceWon });
      else {
        known.firms++;
        known.priceWon = Math.min(known.priceWon, priceWon);
      }
    }
  return work;
}

// A firm that is not in a row counts 0 there.
function rowsOf(places: Places, firms: readonly number[]): FirmClass['rows'] {
  const rows = new Map<number, { highest: number; lowest: number; firms: number }>();
  for (const firm of firms)
    for (const { row, extra } of places[firm] ?? []) {
      const known = rows.get(row);
      if (known === undefined) rows.set(row, { highest: extra, lowest: extra, firms: 1 });
      else {
        known.highest = Math.max(known.highest, extra);
        known.lowest = Math.min(known.lowest, extra);
        known.firms++;
      }
    }
  for (const known of rows.values()) {
    if (known.firms === firms.length) continue;
    known.highest = Math.max(known.highest, 0);
    known.lowest = Math.min(known.lowest, 0);
  }
  return rows;
}

/**
 * Classes to begin with: firms that count alike in the rules about members, whatever they can carry and cost. Firms that
 * are in every team stand alone; conflicts are left to the splitting.
 */
export function firstClasses(task: Task, places: Places): FirmClass[] {
  const byLikeness = new Map<string, number[]>();
  for (const firm of range(0, task.instance.firms)) {
    if (task.out[firm] === 1) continue;
    const key = task.fixed[firm] === 1 ? `fixed ${firm}` : ruleLikeness(task, places, firm);
    const known = byLikeness.get(key);
    if (known) known.push(firm);
    else byLikeness.set(key, [firm]);
  }
  return [...byLikeness.values()].map((firms) => classOf(task, places, firms));
}

/** Equal for firms that count the same in every rule about members but conflicts. */
export function ruleLikeness(
  { instance, exempt, rows }: Task,
  places: Places,
  firm: number,
): string {
  const counted = (places[firm] ?? []).filter(
    ({ row }) => rows[row]?.constraint?.kind !== 'CONFLICT',
  );
  const own = [instance.kindBits, instance.mayLead, exempt].map((of) => at(of, firm));
  return `${own.join()};${counted.map(({ row, extra }) => `${row}:${extra}`).join()}`;
}
