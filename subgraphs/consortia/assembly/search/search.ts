// The whole route for one task: draft, price the pool, first teams, discard by proof, exact search on the rest.
import { draftTeam, improveTeam, isBetter, type Scored } from './draft.ts';
import { solveExactly } from './exact.ts';
import { decideExistence } from '../existence/existence.ts';
import { fixFirms, type Fixed } from './fixing.ts';
import { limits } from './limits.ts';
import { leastViolation } from '../explanation/violation.ts';
import { firstFirms, priceOnce, priceOut, type Restricted } from './restrict.ts';
import { byValue } from './pricing.ts';
import type { Run } from './run.ts';
import { fixedFirms } from './score.ts';
import type { Task } from '../task/task.ts';

/** What the search found. */
export type Found =
  | {
      readonly outcome: 'TEAM';
      readonly best: Scored;
      /** Proven for the whole pool. */
      readonly bound: number;
      readonly gap: number;
      readonly survivors: readonly number[];
      /** Prices of the whole pool, for questions that come after; null where the pool was searched as it is. */
      readonly restricted: Restricted | null;
      readonly firms: ReadonlySet<number>;
    }
  | {
      readonly outcome: 'NONE';
      readonly proof: 'PHASE_ONE_BOUND' | 'EXACT_SEARCH';
      readonly violationBound: number;
    }
  | { readonly outcome: 'UNDECIDED' };

/** Gap up to which a result is called optimal. */
export const optimalGap = 1e-4;
/** Gap of first programmes, which are to find good teams rather than to prove them. */
export const firstGap = 0.002;

const stageNodes = 2_000;
const finalNodes = 200_000;

type Search = {
  readonly run: Run;
  readonly task: Task;
  readonly restricted: Restricted;
  best: Scored | null;
};

/** Relative distance between a team and what is proven. */
export function relativeGap(points: number, bound: number): number {
  return Math.max(0, points - bound) / Math.max(1e-9, Math.abs(points));
}

/**
 * Finds the best team of the whole pool.
 *
 * @param from firms to price first, such as those of an earlier search over the same instance
 * @param seed members of the first draft, where there is a team to keep
 */
export function searchTeam(
  run: Run,
  task: Task,
  from: Iterable<number> = [],
  seed: readonly number[] = [],
): Found {
  run.tell({ phase: 'DRAFT' });
  const draft = draftTeam(task, seed, (first) => tellBest(run, first));
  const best = draft?.score.broken === 0 ? draft : null;
  tellBest(run, best);
  run.tell({ phase: 'PRICING' });
  const firms = firstFirms(task, [...(draft?.team.firms ?? []), ...from]);
  let restricted = priceOut(run, task, firms);
  if (restricted === null) {
    // Too few firms to begin with, or no team at all: the violation of the rules decides.
    const least = leastViolation(run, task, firms);
    if (least.isProven)
      return { outcome: 'NONE', proof: 'PHASE_ONE_BOUND', violationBound: least.bound };
    restricted = priceOut(run, task, firms);
  }
  if (restricted === null) return withoutProgramme(run, task);
  run.tell({ phase: 'SEARCH' });
  return decide({ run, task, restricted, best });
}

function decide(search: Search): Found {
  polish(search);
  const fixed = firstStages(search);
  if (fixed && search.best) return finish(search, fixed, search.best);
  return withoutTeam(search);
}

function tellBest(run: Run, best: Scored | null): void {
  if (best) run.tell({ best: { team: best.team, points: best.score.points } });
}

function accept(search: Search, found: Scored | null): void {
  if (!found || found.score.broken > 0) return;
  if (!isBetter(found.score, search.best?.score ?? null)) return;
  search.best = found;
  tellBest(search.run, found);
}

function inOrder(search: Search): number[] {
  const { task, restricted } = search;
  const all = Array.from({ length: task.instance.firms }, (_, firm) => firm);
  return all.filter((firm) => task.out[firm] === 0).toSorted(byValue(restricted.priced.values));
}

function polish(search: Search): void {
  const { task, best } = search;
  if (!best) return;
  accept(search, improveTeam(task, best, inOrder(search)));
}

function fix(search: Search, best: Scored): Fixed {
  const cutoff = cutoffOf(search, best);
  const priced = fixFirms(search.task, search.restricted, cutoff, best.team.firms);
  const fixed = { ...priced, bound: onStep(search.task, priced.bound) };
  search.run.tell({ bound: Math.min(fixed.bound, best.score.points) });
  return fixed;
}

// Small programmes over the best-priced firms: good teams soon, and with them a small rest.
function firstStages(search: Search): Fixed | null {
  const { run, task } = search;
  const most = task.instance.maxPartners;
  let fixed = search.best ? fix(search, search.best) : null;
  for (const size of [Math.max(60, 4 * most), Math.max(240, 10 * most), Math.max(600, 20 * most)]) {
    if (isSmallEnough(search, fixed, size) || run.left() <= 0) break;
    fixed = stage(search, fixed, size);
    if (isSmallEnough(search, fixed, 600)) break;
    fixed = fixed && squeeze(search, fixed);
    if (isSmallEnough(search, fixed, 600)) break;
  }
  return fixed;
}

// The rest can be searched as it is, or there is next to nothing left to find.
function isSmallEnough(search: Search, fixed: Fixed | null, size: number): boolean {
  if (fixed === null) return false;
  const points = search.best?.score.points ?? Number.POSITIVE_INFINITY;
  return fixed.survivors.length <= size || relativeGap(points, fixed.bound) <= 0.005;
}

function stage(search: Search, fixed: Fixed | null, size: number): Fixed | null {
  const { run, task } = search;
  const pool = fixed ? fixed.survivors.toSorted(byValue(fixed.values)) : inOrder(search);
  const start = search.best?.team ?? null;
  const settings = { gap: firstGap, share: 0.2, maxNodes: stageNodes, start };
  const firms = withMembers(search, pool.slice(0, size));
  accept(search, solveExactly(run, task, firms, settings).best);
  return search.best ? fix(search, search.best) : fixed;
}

// A programme over all survivors prices those too that the first ones left outside, and so discards more.
function squeeze(search: Search, fixed: Fixed): Fixed {
  const { run, task, best } = search;
  let current = fixed;
  if (!best) return current;
  for (let round = 0; round < 3 && isWorthwhile(current) && run.left() > 0; round++) {
    const inside = new Set(current.survivors);
    const out = task.out.map((isOut, firm) => (isOut === 1 || !inside.has(firm) ? 1 : 0));
    const narrow = { ...task, out };
    const restricted = priceOnce(run, narrow, inside);
    if (!restricted) break;
    const next = fixFirms(narrow, restricted, cutoffOf(search, best), best.team.firms);
    const bound = Math.min(best.score.points, onStep(task, next.bound));
    const before = current.survivors.length;
    current = { ...next, bound: Math.max(current.bound, bound) };
    run.tell({ bound: current.bound });
    if (current.survivors.length > 0.8 * before) break;
  }
  return current;
}

function isWorthwhile({ survivors }: Fixed): boolean {
  return survivors.length > 100 && survivors.length <= limits.exactFirms;
}

// Only teams that are a whole step better are of interest.
function cutoffOf({ task }: Search, best: Scored): number {
  return best.score.points - task.step + 1e-6;
}

// The next value that a team can have.
function onStep({ step }: Task, bound: number): number {
  return step > 0 ? Math.ceil(bound / step - 1e-6) * step : bound;
}

function withMembers(search: Search, pool: readonly number[]): Set<number> {
  const firms = new Set(pool);
  for (const firm of search.best?.team.firms ?? []) firms.add(firm);
  for (const firm of fixedFirms(search.task)) firms.add(firm);
  return firms;
}

// Exact search on what is left; where that is too much, on the best of it, which may discard more.
function finish(search: Search, first: Fixed, best: Scored): Found {
  const { run } = search;
  let fixed = squeeze(search, first);
  let proven = fixed.bound;
  for (let round = 1; round <= 3; round++) {
    const points = search.best?.score.points ?? best.score.points;
    if (relativeGap(points, proven) <= run.gap || run.left() <= 0) break;
    const last = lastStage(search, fixed, round);
    if (last !== null) {
      proven = Math.max(proven, last);
      break;
    }
    fixed = squeeze(search, fix(search, search.best ?? best));
    proven = Math.max(proven, fixed.bound);
  }
  return teamFound(search, fixed, proven);
}

// The bound that the exact search over all that is left proves; null where it was over a part only.
function lastStage(search: Search, fixed: Fixed, round: number): number | null {
  const { run, task, best } = search;
  const isWhole = fixed.survivors.length <= limits.exactFirms;
  const order = fixed.survivors.toSorted(byValue(fixed.values));
  const firms = withMembers(search, isWhole ? order : order.slice(0, 1_000 * round));
  const result = solveExactly(run, task, firms, {
    gap: run.gap,
    share: 1,
    maxNodes: finalNodes,
    start: best?.team ?? null,
    ...(isWhole
      ? { onBound: (bound: number) => run.tell({ bound: Math.max(fixed.bound, bound) }) }
      : {}),
  });
  accept(search, result.best);
  if (!isWhole || result.isTooLarge) return null;
  // Teams with a discarded firm are no better than the team the discarding was based on.
  return Math.min(search.best?.score.points ?? Number.POSITIVE_INFINITY, result.bound);
}

function teamFound(search: Search, fixed: Fixed, proven: number): Found {
  const { best, restricted } = search;
  if (!best) return { outcome: 'UNDECIDED' };
  const bound = Math.min(onStep(search.task, proven), best.score.points);
  search.run.tell({ bound });
  return {
    outcome: 'TEAM',
    best,
    bound,
    gap: relativeGap(best.score.points, bound),
    survivors: fixed.survivors,
    restricted,
    firms: restricted.firms,
  };
}

// Neither the bound nor the linear programme decides: a rule is missed by next to nothing. Small pools can be searched.
function withoutProgramme(run: Run, task: Task): Found {
  const { firms } = task.instance;
  const pool = Array.from({ length: firms }, (_, firm) => firm);
  if (firms > limits.exactFirms) return onlyExistence(run, task, pool);
  const settings = { gap: run.gap, share: 1, maxNodes: finalNodes, isVerdict: true };
  const { best, bound, isInfeasible } = solveExactly(run, task, pool, settings);
  if (isInfeasible) return { outcome: 'NONE', proof: 'EXACT_SEARCH', violationBound: 0 };
  if (!best) return { outcome: 'UNDECIDED' };
  const gap = relativeGap(best.score.points, bound);
  const firmSet = new Set(pool);
  return { outcome: 'TEAM', best, bound, gap, survivors: pool, restricted: null, firms: firmSet };
}

// Of a large pool without prices nothing is proven about the points but that they are not below 0.
function onlyExistence(run: Run, task: Task, survivors: readonly number[]): Found {
  const found = decideExistence(run, task, 1);
  if (found.outcome === 'NONE')
    return { outcome: 'NONE', proof: 'EXACT_SEARCH', violationBound: 0 };
  if (found.outcome === 'UNDECIDED') return { outcome: 'UNDECIDED' };
  const { best } = found;
  tellBest(run, best);
  const firms = new Set(best.team.firms);
  return { outcome: 'TEAM', best, bound: 0, gap: 1, survivors, restricted: null, firms };
}

// The linear programme can be met, but no whole team has been found in the first stages.
function withoutTeam(search: Search): Found {
  const { run, task } = search;
  const order = inOrder(search);
  const isWhole = order.length <= limits.exactFirms;
  if (!isWhole) {
    const existence = decideExistence(run, task, 0.6);
    if (existence.outcome === 'NONE')
      return { outcome: 'NONE', proof: 'EXACT_SEARCH', violationBound: 0 };
    if (existence.outcome === 'TEAM') accept(search, existence.best);
  }
  if (!search.best) {
    const firms = withMembers(search, order.slice(0, limits.exactFirms));
    const settings = { gap: 0.005, share: 1, maxNodes: finalNodes, isVerdict: isWhole };
    const result = solveExactly(run, task, firms, settings);
    accept(search, result.best);
    if (isWhole && result.isInfeasible)
      return { outcome: 'NONE', proof: 'EXACT_SEARCH', violationBound: 0 };
  }
  if (search.best) return finish(search, fix(search, search.best), search.best);
  return { outcome: 'UNDECIDED' };
}
