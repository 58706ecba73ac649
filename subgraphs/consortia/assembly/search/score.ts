// Points and broken rules of one team, counted on the numbers of the instance.
import { add, at, real, whole } from '../task/dense.ts';
import { firmOfPair, type Instance, type QuotaRow, type Team } from '../task/instance.ts';
import { knownIn } from './model.ts';
import type { Task } from '../task/task.ts';
import { kinds } from '../problem.ts';

/** What a team is worth. `broken` counts units by which rules are broken; 0 is a team one may propose. */
export type Score = { readonly points: number; readonly broken: number; readonly costWon: number };

/** How many requirements each member carries. */
export function loads(instance: Instance, team: Pick<Team, 'pairs'>): Map<number, number> {
  const load = new Map<number, number>();
  for (const pair of team.pairs) {
    const firm = firmOfPair(instance, pair);
    load.set(firm, (load.get(firm) ?? 0) + 1);
  }
  return load;
}

/** Scores a team against a task. */
export function score(task: Task, team: Team): Score {
  const { instance } = task;
  const load = loads(instance, team);
  const costWon = teamCost(instance, team);
  const broken =
    brokenNeeds(task, team) +
    brokenWork(task, team, load) +
    brokenRows(task, team) +
    (costWon > task.budgetWon ? 1 : 0);
  return { points: points(task, team), broken, costWon };
}

/** Entry costs and prices of a team, won. */
export function teamCost(instance: Instance, team: Pick<Team, 'firms' | 'pairs'>): number {
  let sum = 0;
  for (const firm of team.firms) sum += at(instance.entryWon, firm);
  for (const pair of team.pairs) sum += at(instance.priceWon, pair);
  return sum;
}

function points(task: Task, team: Team): number {
  const { objective, instance } = task;
  const members = new Set(team.firms);
  let sum = objective.constant;
  for (const pair of team.pairs) sum += at(objective.y, pair);
  for (const firm of team.firms) {
    sum += at(objective.x, firm);
    if (objective.u > 0) sum += objective.u * Math.max(0, 1 - knownIn(instance, firm, members));
  }
  return sum;
}

function brokenNeeds(task: Task, team: Team): number {
  const { instance } = task;
  const count = new Int32Array(instance.must.length);
  const groups = new Set<string>();
  let broken = 0;
  for (const pair of team.pairs) {
    const requirement = at(instance.requirement, pair);
    add(count, requirement, 1);
    const group = whole(instance.group, firmOfPair(instance, pair));
    if (group < 0) continue;
    const key = `${group}:${requirement}`;
    if (groups.has(key)) broken++;
    groups.add(key);
  }
  for (const [requirement, found] of count.entries()) {
    broken += Math.max(0, at(task.needs, requirement) - found);
    broken += Math.max(0, found - at(instance.want, requirement));
  }
  return broken;
}

function brokenWork(task: Task, team: Team, load: ReadonlyMap<number, number>): number {
  const members = new Set(team.firms);
  const isLed = members.has(team.lead) && task.instance.mayLead[team.lead] === 1;
  const breaks = (firm: number) => {
    const carried = load.get(firm) ?? 0;
    const isIdle = carried === 0 && firm !== team.lead && task.exempt[firm] === 0;
    return isIdle || carried > at(task.instance.capacity, firm) || task.out[firm] === 1;
  };
  const outsiders = [...load.keys()].filter((firm) => !members.has(firm));
  const missing = fixedFirms(task).filter((firm) => !members.has(firm));
  const unled = isLed ? 0 : task.leads;
  return unled + outsiders.length + missing.length + team.firms.filter(breaks).length;
}

/** The firms that are in every team of a task. */
export function fixedFirms(task: Task): number[] {
  const { demanded, lead } = task.instance;
  const named = [...demanded.map(({ firm }) => firm), lead?.firm ?? -1];
  return [...new Set(named)].filter((firm) => task.fixed[firm] === 1);
}

function brokenRows(task: Task, team: Team): number {
  const members = new Set(team.firms);
  let broken = 0;
  for (const row of task.rows) {
    const found = rowValue(row, members);
    // A hair of tolerance: shares are fractions.
    broken += Math.max(0, row.least - found - 1e-9) + Math.max(0, found - row.most - 1e-9);
  }
  let bits = 0;
  for (const firm of team.firms) bits |= at(task.instance.kindBits, firm);
  return broken + Math.max(0, task.minKinds - kindsIn(bits));
}

/** What a row counts for these members. */
export function rowValue(row: QuotaRow, members: ReadonlySet<number>): number {
  let found = row.everyone * members.size;
  for (const firm of members) found += extraOf(row, firm);
  return found;
}

/** What a firm of a row counts beside `everyone`; rows list their firms in ascending order. */
export function extraOf({ firms, extra }: QuotaRow, firm: number): number {
  let low = 0;
  let high = firms.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = whole(firms, middle);
    if (found === firm) return real(extra, middle);
    if (found < firm) low = middle + 1;
    else high = middle - 1;
  }
  return 0;
}

/** How many kinds these bits stand for. */
export function kindsIn(bits: number): number {
  return kinds.filter((_, kind) => ((bits >> kind) & 1) === 1).length;
}
