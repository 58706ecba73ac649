// The nearest way out: the smallest change of the rules after which a team exists, and the best such team.
import { brokenRules } from './broken.ts';
import { solveExactly, type Exact } from '../search/exact.ts';
import { fixFirms } from '../search/fixing.ts';
import type { Instance } from '../task/instance.ts';
import { limits } from '../search/limits.ts';
import { prepare } from '../task/prepare.ts';
import { propose } from '../proposal.ts';
import { relaxProblem } from './relaxed.ts';
import type { Run } from '../search/run.ts';
import { optimalGap, searchTeam } from '../search/search.ts';
import { bestTeamTask, moneyUnit } from '../task/task.ts';
import type { StatedProblem } from '../problem.ts';
import type { Proposal, Relaxation } from '../result.ts';
import type { LeastViolation } from './violation.ts';

/** Firms in the first programme. */
const firstSize = 600;

/** The smallest change that helps; null where none was found in time. */
export function nearestRelaxation(
  run: Run,
  problem: StatedProblem,
  instance: Instance,
  least: LeastViolation,
): Relaxation | null {
  const nearest = leastBroken(run, instance, least);
  if (!nearest?.exact.best) return null;
  const changes = brokenRules(instance, nearest.exact.best.team);
  const relaxed = relaxProblem(problem, changes);
  return {
    changes,
    violation: nearest.exact.violation,
    isNearest: nearest.isProven,
    proposal: bestUnder(run, relaxed),
  };
}

/** The least that a team costs where the budget is the only thing in the way; null where no team exists. */
export function cheapestTeam(
  run: Run,
  instance: Instance,
): { costWon: number; isProven: boolean } | null {
  if ([...instance.demanded, ...(instance.lead ? [instance.lead] : [])].some((one) => one.firm < 0))
    return null;
  const unit = moneyUnit(instance);
  const objective = {
    constant: 0,
    x: instance.entryWon.map((won) => won / unit),
    y: instance.priceWon.map((won) => won / unit),
    u: 0,
  };
  const task = { ...bestTeamTask(instance, { objective }), budgetWon: Number.POSITIVE_INFINITY };
  const found = searchTeam(run, task);
  if (found.outcome !== 'TEAM') return null;
  return { costWon: found.best.score.costWon, isProven: found.gap <= optimalGap };
}

// Like the search for the best team: some firms first, then all that the bound does not rule out.
function leastBroken(run: Run, instance: Instance, least: LeastViolation) {
  const { restricted, task } = least;
  if (!restricted) return null;
  const { values } = restricted.priced;
  const order = Array.from(values.keys()).toSorted(
    (a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b,
  );
  const pool = new Set([...restricted.firms, ...order.slice(0, firstSize)]);
  const first = solveExactly(run, task, pool, { gap: 0, share: 0.4, maxNodes: 5_000 });
  if (!first.best) return null;
  if (first.violation <= least.bound + 1e-4) return { exact: first, isProven: true };
  const { survivors } = fixFirms(task, restricted, first.violation - 1e-6, []);
  if (survivors.every((firm) => pool.has(firm)) || pool.size === instance.firms)
    return { exact: first, isProven: isClosed(first) };
  if (survivors.length > limits.exactFirms) return { exact: first, isProven: false };
  const settings = { gap: 0, share: 0.5, maxNodes: 20_000, start: first.best.team };
  const second = solveExactly(run, task, survivors, settings);
  const exact = second.best && second.violation < first.violation ? second : first;
  return { exact, isProven: second.bound >= exact.violation - 1e-4 };
}

function isClosed(exact: Exact): boolean {
  return exact.bound >= exact.violation - 1e-4;
}

function bestUnder(run: Run, relaxed: StatedProblem): Proposal | null {
  const instance = prepare(relaxed);
  const isBlocked = instance.demanded.some(({ firm }) => firm < 0);
  if (isBlocked || run.left() <= 0) return null;
  const found = searchTeam(run, bestTeamTask(instance));
  if (found.outcome !== 'TEAM') return null;
  const { points } = found.best.score;
  const claim = { points, bound: found.bound, rank: 1, bestPoints: points, distance: null };
  return propose(relaxed, instance, found.best.team, claim);
}
