// Why each member is in: what it carries, which rules it serves, whom it knows, and what the team would be without it.
import type { Ranked } from './alternatives.ts';
import { at, range } from '../task/dense.ts';
import { betterOf, draftTeam, improveTeam, type Scored } from '../search/draft.ts';
import { solveExactly } from '../search/exact.ts';
import { fixFirms } from '../search/fixing.ts';
import { firmOfPair, type Instance, type Team } from '../task/instance.ts';
import { limits } from '../search/limits.ts';
import { fixedFirms, kindsIn, rowValue } from '../search/score.ts';
import { byValue } from '../search/pricing.ts';
import { withShare, type Run } from '../search/run.ts';
import { firstGap, optimalGap, relativeGap, searchTeam, type Found } from '../search/search.ts';
import { bestTeamTask, type Task } from '../task/task.ts';
import type { Constraint } from '../problem.ts';
import type { Reason } from '../result.ts';

type TeamFound = Found & { outcome: 'TEAM' };

/** Firms in the first programme without a member, beside those that could be in the best team. */
const poolSize = 120;

/** Reasons of a member, by the place of the proposal and the number of the firm. */
export type Reasons = (proposal: number, firm: number) => readonly Reason[];

/**
 * Explains the members of all proposals.
 *
 * @param isDeep also solve the best proposal again without each of its members
 */
export function explainTeams(
  run: Run,
  instance: Instance,
  found: TeamFound,
  ranked: readonly Ranked[],
  isDeep: boolean,
): Reasons {
  const task = bestTeamTask(instance);
  const without = isDeep ? withoutEach(run, task, found) : new Map<number, Reason>();
  return (proposal, firm) => {
    const team = ranked[proposal]?.team;
    if (!team) return [];
    const absence = proposal === 0 ? without.get(firm) : undefined;
    return [
      ...roleReasons(instance, team, firm),
      ...workReasons(instance, team, firm),
      ...servedRules(task, team, firm).map((constraint) => ({
        kind: 'SERVES' as const,
        constraint,
      })),
      ...historyReasons(instance, team, firm),
      ...(absence ? [absence] : []),
    ];
  };
}

function roleReasons(instance: Instance, team: Team, firm: number): Reason[] {
  const reasons: Reason[] = [];
  if (firm === team.lead) reasons.push({ kind: 'LEADS', isNamed: instance.lead?.firm === firm });
  if (instance.demanded.some((one) => one.firm === firm)) reasons.push({ kind: 'DEMANDED' });
  return reasons;
}

function workReasons(instance: Instance, team: Team, firm: number): Reason[] {
  const carried = team.pairs
    .filter((pair) => firmOfPair(instance, pair) === firm)
    .map((pair) => at(instance.requirement, pair));
  if (carried.length === 0) return [];
  const name = (index: number) => instance.requirementIds[index] ?? '';
  const only = carried.filter((index) => instance.funnels[index]?.notExcluded === 1);
  return [{ kind: 'CARRIES', requirementIds: carried.map(name), onlyProviderOf: only.map(name) }];
}

/** Rules that the team meets with nothing to spare and that this member counts for. */
export function servedRules(task: Task, team: Team, firm: number): Constraint[] {
  const rest = new Set(team.firms.filter((other) => other !== firm));
  const members = new Set(team.firms);
  const served: Constraint[] = [];
  for (const row of task.rows) {
    if (row.constraint === null || row.constraint.kind === 'MIN_PARTNERS') continue;
    const isMet = rowValue(row, members) >= row.least - 1e-9;
    if (isMet && rowValue(row, rest) < row.least - 1e-9) served.push(row.constraint);
  }
  const bits = (firms: Iterable<number>) =>
    [...firms].reduce((sum, one) => sum | at(task.instance.kindBits, one), 0);
  if (kindsIn(bits(members)) >= task.minKinds && kindsIn(bits(rest)) < task.minKinds)
    served.push({ kind: 'MIN_KINDS' });
  return served;
}

function historyReasons(instance: Instance, team: Team, firm: number): Reason[] {
  const { historyStart, historyFirm, historyStrength } = instance;
  const others = range(at(historyStart, firm), at(historyStart, firm + 1))
    .filter((k) => at(historyStrength, k) > 0)
    .map((k) => at(historyFirm, k));
  const known = team.firms.filter((other) => others.includes(other));
  if (known.length === 0) return [];
  return [{ kind: 'KNOWS', candidateIds: known.map((other) => instance.ids[other] ?? '') }];
}

function withoutEach(run: Run, task: Task, found: TeamFound): Map<number, Reason> {
  const demanded = new Set(fixedFirms(task));
  const asked = found.best.team.firms.filter((firm) => !demanded.has(firm));
  const reasons = new Map<number, Reason>();
  for (const [index, firm] of asked.entries()) {
    if (run.left() <= 0) break;
    // To each its part of the time, so that a hard one leaves something to the others.
    const reason = withoutOne(withShare(run, 1 / (asked.length - index)), task, found, firm);
    if (reason) reasons.set(firm, reason);
  }
  return reasons;
}

// The best team without one firm; proven for the whole pool, like every other search.
function withoutOne(run: Run, task: Task, found: TeamFound, firm: number): Reason | null {
  const without = bestTeamTask(task.instance, { out: [firm] });
  const again = replaceOne(run, without, found) ?? searchTeam(run, without, found.firms);
  if (again.outcome === 'NONE') return { kind: 'INDISPENSABLE' };
  if (again.outcome !== 'TEAM') return null;
  const before = new Set(found.best.team.firms);
  const comers = again.best.team.firms.filter((other) => !before.has(other));
  const points = Math.max(0, again.best.score.points - found.best.score.points);
  return {
    kind: 'ADDS',
    points,
    weight: weightOf(points / found.best.score.points),
    replacedBy: comers.map((other) => task.instance.ids[other] ?? ''),
    isExact: again.gap <= optimalGap,
  };
}

// The prices of the first search bound every team without the firm too, so a small pool is often enough.
function replaceOne(run: Run, without: Task, found: TeamFound): TeamFound | null {
  const { restricted } = found;
  if (!restricted) return null;
  const { values } = restricted.priced;
  const order = [...restricted.firms].toSorted(byValue(values));
  const start = nextBest(without, found, order)?.team ?? null;
  const pool = new Set([...found.survivors, ...order.slice(0, poolSize), ...(start?.firms ?? [])]);
  const settings = { gap: firstGap, share: 0.5, maxNodes: 20_000 };
  const first = solveExactly(run, without, pool, { ...settings, start });
  if (!first.best) return null;
  const { team, score } = first.best;
  const { survivors, bound } = fixFirms(without, restricted, score.points + 1e-6, team.firms);
  if (survivors.length > limits.exactFirms)
    return { ...found, best: first.best, bound, gap: relativeGap(score.points, bound) };
  const narrow = { ...settings, gap: optimalGap, share: 1, start: team };
  const last = solveExactly(run, without, survivors, narrow);
  const best = betterOf(last.best, first.best);
  const proven = Math.min(best.score.points, Math.max(bound, last.bound));
  return { ...found, best, bound: proven, gap: relativeGap(best.score.points, proven) };
}

// The other members with whom helps best: a start.
function nextBest(without: Task, { best }: TeamFound, order: readonly number[]): Scored | null {
  const others = best.team.firms.filter((member) => without.out[member] === 0);
  const draft = draftTeam(without, others);
  return draft && improveTeam(without, draft, order);
}

// Classes, because points tell a reader what the others ask for. Below 0.1 % is noise of the inputs.
function weightOf(share: number): 'NONE' | 'LITTLE' | 'MUCH' {
  if (share < 0.001) return 'NONE';
  return share < 0.01 ? 'LITTLE' : 'MUCH';
}
