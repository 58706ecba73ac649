/** Money that may have been granted twice: the same firm, cost item and purpose in two projects. Pure. */
import { setImmediate as nextTurn } from 'node:timers/promises';

import { searchForm } from '#kit/text.ts';
import { countable } from '../form/within.ts';

/** A funded project as far as its purpose and plan tell. */
export interface FundedProject {
  _id: string;
  callId: string | null;
  /** What a text search finds it by: parts of its title and summary. */
  grams: readonly string[];
  requirements: readonly { technologyId: string }[];
  plan: readonly { companyId: string; item: string; amount: number }[];
}

/** A cost item that one firm plans in two projects, won. */
export interface DoubledItem {
  item: string;
  /** In the first project. */
  amount: number;
  /** In the second. */
  otherAmount: number;
}

/** Two projects that may be paid for the same thing. */
export interface DoubledPair {
  companyId: string;
  /** Their ids, the earlier first. */
  projectIds: [string, string];
  /** How alike their purposes are, 0 to 1. */
  likeness: number;
  items: DoubledItem[];
  /** What would be paid twice: the lesser amount of every item, won. */
  amount: number;
}

/** Which pairs are looked for. */
export interface DuplicateSearch {
  /** How alike purposes are at least, 0 to 1. */
  leastLikeness: number;
  /** Pairs that are told: those of the largest amounts. */
  most: number;
  /** Only of these firms; null for all. */
  firms: readonly string[] | null;
  /** Only pairs with this project; null for all. */
  projectId: string | null;
}

/** Pairs that are compared before others have their turn. */
const pairsATurn = 20_000;

/**
 * Pairs of projects in which a firm plans the same item for a like purpose, the largest amount first. Other work has its
 * turn in between, and no more is kept than is told.
 */
export async function duplicatesIn(
  projects: readonly FundedProject[],
  search: DuplicateSearch,
): Promise<DoubledPair[]> {
  let found: DoubledPair[] = [];
  let compared = 0;
  for (const [one, other] of pairsOf(projects, search)) {
    const pair = pairFrom(one, other, search.leastLikeness);
    if (pair) found.push(pair);
    compared += 1;
    if (compared % pairsATurn > 0) continue;
    found = largestOf(found, search.most);
    await nextTurn();
  }
  return largestOf(found, search.most);
}

/** What one firm plans in a project. */
interface Planned {
  companyId: string;
  project: LookedAt;
  /** Numbers of its items, ascending. */
  forms: Int32Array;
}

/** Every two projects that one firm plans in, the earlier first. */
function* pairsOf(
  projects: readonly FundedProject[],
  { firms, projectId }: DuplicateSearch,
): Generator<[one: Planned, other: Planned]> {
  const numbers = new Numbers();
  const planned = projects
    .toSorted((a, b) => (a._id < b._id ? -1 : 1))
    .map((project) => lookedAt(project, numbers))
    .flatMap((project) =>
      [...project.planned].map(([companyId, items]): Planned => {
        return { companyId, project, forms: numbers.of(items.keys()) };
      }),
    );
  for (const [companyId, entries] of Map.groupBy(planned, (each) => each.companyId)) {
    if (firms && !firms.includes(companyId)) continue;
    for (const [index, one] of entries.entries())
      for (const other of entries.slice(index + 1))
        if (projectId === null || [one.project.id, other.project.id].includes(projectId))
          yield [one, other];
  }
}

function pairFrom(one: Planned, other: Planned, leastLikeness: number): DoubledPair | null {
  if (inBoth(one.forms, other.forms) === 0) return null;
  const likeness = likenessIn(one.project, other.project);
  if (likeness < leastLikeness) return null;
  const { companyId } = one;
  const items = doubledItems(companyId, one.project, other.project);
  const projectIds: [string, string] = [one.project.id, other.project.id];
  return { companyId, projectIds, likeness, items, amount: lesserOf(items) };
}

function largestOf(pairs: readonly DoubledPair[], most: number): DoubledPair[] {
  return pairs
    .toSorted((a, b) => b.amount - a.amount || (keyOf(a) < keyOf(b) ? -1 : 1))
    .slice(0, most);
}

/** A project as it is compared with many others: read once. */
interface LookedAt {
  id: string;
  /** Numbers of its grams and technologies, ascending. */
  grams: Int32Array;
  technologies: Int32Array;
  /** What each firm plans, by the form in which items are compared. */
  planned: ReadonlyMap<string, ReadonlyMap<string, { item: string; amount: number }>>;
}

/** Words by number: a great many lists of them are compared as numbers in order. */
class Numbers {
  readonly #known = new Map<string, number>();

  /** Numbers of words, each once, ascending. */
  of(words: Iterable<string>): Int32Array {
    const numbers = new Set<number>();
    for (const word of words) {
      const number = this.#known.get(word) ?? this.#known.size;
      this.#known.set(word, number);
      numbers.add(number);
    }
    return Int32Array.from(numbers).toSorted();
  }
}

function lookedAt({ _id, grams, requirements, plan }: FundedProject, numbers: Numbers): LookedAt {
  const planned = new Map<string, Map<string, { item: string; amount: number }>>();
  for (const { companyId, item, amount } of plan) {
    if (amount === 0) continue;
    const items = planned.get(companyId) ?? new Map<string, { item: string; amount: number }>();
    planned.set(companyId, items);
    const form = searchForm(item);
    items.set(form, { item, amount: amount + (items.get(form)?.amount ?? 0) });
  }
  const technologies = numbers.of(requirements.map(({ technologyId }) => technologyId));
  return { id: _id, grams: numbers.of(grams), technologies, planned };
}

/** How alike two purposes are: by the words or by the technologies, whichever says more; 0 to 1. */
export function likenessOf(one: FundedProject, other: FundedProject): number {
  const numbers = new Numbers();
  return likenessIn(lookedAt(one, numbers), lookedAt(other, numbers));
}

function likenessIn(one: LookedAt, other: LookedAt): number {
  return Math.max(overlap(one.grams, other.grams), overlap(one.technologies, other.technologies));
}

/** Jaccard's index: what both have, as a part of what either has; 0 when neither has anything. */
function overlap(one: Int32Array, other: Int32Array): number {
  const both = inBoth(one, other);
  const either = one.length + other.length - both;
  return either === 0 ? 0 : both / either;
}

/** How many numbers are in both of two ascending lists. */
function inBoth(one: Int32Array, other: Int32Array): number {
  let [both, place, otherPlace] = [0, 0, 0];
  while (place < one.length && otherPlace < other.length) {
    const difference = (one[place] ?? 0) - (other[otherPlace] ?? 0);
    if (difference === 0) both += 1;
    if (difference <= 0) place += 1;
    if (difference >= 0) otherPlace += 1;
  }
  return both;
}

function doubledItems(companyId: string, one: LookedAt, other: LookedAt): DoubledItem[] {
  const others = other.planned.get(companyId);
  const doubled: DoubledItem[] = [];
  for (const [form, { item, amount }] of one.planned.get(companyId) ?? []) {
    const found = others?.get(form);
    if (found) doubled.push({ item, amount, otherAmount: found.amount });
  }
  return doubled;
}

/** What would be paid twice, as far as whole won can be counted. */
function lesserOf(items: readonly DoubledItem[]): number {
  return countable(
    items.reduce((total, each) => total + Math.min(each.amount, each.otherAmount), 0),
  );
}

function keyOf({ companyId, projectIds }: DoubledPair): string {
  return [companyId, ...projectIds].join(' ');
}
