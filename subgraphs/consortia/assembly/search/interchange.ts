// Firms that are alike for all rules: whether a team exists at all is seen from a few of each.
import { at, range } from '../task/dense.ts';
import type { Task } from '../task/task.ts';

/**
 * Firms such that a team of them exists where a team of the whole pool does. Two firms with the same kinds, group,
 * useful capacity, work, place in every rule and, under a budget, costs can change places in any team; of such firms no team has more than work
 * for them, or members, is left.
 */
export function enoughFirms(task: Task): number[] {
  const places = placesOf(task);
  const kept = new Map<string, number>();
  return range(0, task.instance.firms).filter((firm) => {
    if (task.out[firm] === 1) return false;
    if (task.fixed[firm] === 1) return true;
    const key = likenessOf(task, firm, places[firm] ?? []);
    const before = kept.get(key) ?? 0;
    kept.set(key, before + 1);
    return before < mostOf(task, firm);
  });
}

/** Where each firm stands in the rules that count members. */
function placesOf({ instance, rows }: Task): (string[] | undefined)[] {
  const places: (string[] | undefined)[] = Array.from({ length: instance.firms });
  for (const [row, { firms, extra }] of rows.entries())
    for (const [index, firm] of firms.entries())
      (places[firm] ??= []).push(`${row}:${at(extra, index)}`);
  return places;
}

function likenessOf(task: Task, firm: number, places: readonly string[]): string {
  const { kindBits, mayLead, capacity, group, entryWon, requirement, priceWon } = task.instance;
  const costs = task.budgetWon < Number.POSITIVE_INFINITY;
  const work = pairsOf(task.instance, firm);
  const pairs = work.map((pair) => [at(requirement, pair), costs ? at(priceWon, pair) : 0]);
  const own = [kindBits, mayLead, task.exempt, group].map((of) => at(of, firm));
  const useful = Math.min(at(capacity, firm), work.length);
  return JSON.stringify([own, useful, costs ? at(entryWon, firm) : 0, pairs, places]);
}

/** Members of a likeness that a team can have: each works, leads, or may rest. */
function mostOf({ instance, exempt, mostMembers }: Task, firm: number): number {
  if (exempt[firm] === 1) return mostMembers;
  const { want, requirement, mayLead } = instance;
  const work = pairsOf(instance, firm).map((pair) => at(want, at(requirement, pair)));
  const sum = work.reduce((all, each) => all + each, 0);
  return Math.min(mostMembers, sum + at(mayLead, firm));
}

function pairsOf({ start }: Task['instance'], firm: number): number[] {
  return range(at(start, firm), at(start, firm + 1));
}
