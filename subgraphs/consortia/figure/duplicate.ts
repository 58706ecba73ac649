/** Money that may have been granted twice: the same firm, cost item and purpose in two projects. Pure. */
import { searchForm } from '#kit/text.ts';

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

/**
 * Every pair of projects in which a firm plans the same item for a like purpose, the largest amount first.
 *
 * @param leastLikeness of the purposes, 0 to 1
 */
export function duplicatesIn(
  projects: readonly FundedProject[],
  leastLikeness: number,
): DoubledPair[] {
  const byFirm = Map.groupBy(
    projects.flatMap((project) => firmsIn(project).map((companyId) => ({ companyId, project }))),
    ({ companyId }) => companyId,
  );
  return [...byFirm]
    .flatMap(([companyId, entries]) =>
      pairsOf(entries.map(({ project }) => project)).flatMap(([one, other]) => {
        const items = doubledItems(companyId, one, other);
        const likeness = items.length > 0 ? likenessOf(one, other) : 0;
        if (items.length === 0 || likeness < leastLikeness) return [];
        const amount = items.reduce(
          (sum, each) => sum + Math.min(each.amount, each.otherAmount),
          0,
        );
        const projectIds: [string, string] = [one._id, other._id];
        const most = Number.MAX_SAFE_INTEGER;
        return [{ companyId, projectIds, likeness, items, amount: Math.min(amount, most) }];
      }),
    )
    .toSorted((a, b) => b.amount - a.amount || (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** How alike two purposes are: by the words or by the technologies, whichever says more; 0 to 1. */
export function likenessOf(one: FundedProject, other: FundedProject): number {
  const technologies = ({ requirements }: FundedProject) =>
    requirements.map(({ technologyId }) => technologyId);
  return Math.max(overlap(one.grams, other.grams), overlap(technologies(one), technologies(other)));
}

/** Jaccard's index: what both have, as a part of what either has; 0 when neither has anything. */
function overlap(one: readonly string[], other: readonly string[]): number {
  const [a, b] = [new Set(one), new Set(other)];
  const either = a.union(b).size;
  return either === 0 ? 0 : a.intersection(b).size / either;
}

function firmsIn({ plan }: FundedProject): string[] {
  return [...new Set(plan.map(({ companyId }) => companyId))];
}

function pairsOf(projects: readonly FundedProject[]): [FundedProject, FundedProject][] {
  const inOrder = projects.toSorted((a, b) => (a._id < b._id ? -1 : 1));
  return inOrder.flatMap((one, index) =>
    inOrder.slice(index + 1).map((other): [FundedProject, FundedProject] => [one, other]),
  );
}

function doubledItems(companyId: string, one: FundedProject, other: FundedProject): DoubledItem[] {
  const planned = (project: FundedProject) => {
    const amounts = new Map<string, { item: string; amount: number }>();
    for (const { item, amount, ...entry } of project.plan) {
      if (entry.companyId !== companyId || amount === 0) continue;
      const form = searchForm(item);
      amounts.set(form, { item, amount: amount + (amounts.get(form)?.amount ?? 0) });
    }
    return amounts;
  };
  const others = planned(other);
  return [...planned(one)].flatMap(([form, { item, amount }]) => {
    const found = others.get(form);
    return found ? [{ item, amount, otherAmount: found.amount }] : [];
  });
}

function keyOf({ companyId, projectIds }: DoubledPair): string {
  return [companyId, ...projectIds].join(' ');
}
