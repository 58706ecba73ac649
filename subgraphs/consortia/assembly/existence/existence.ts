// Is there a team at all? Decided over classes of firms that are taken apart only where that matters.
import { buildClassModel } from './class-model.ts';
import { firstClasses, placesOf, type FirmClass, type Places } from './classes.ts';
import { dearlyOut } from './dear.ts';
import { withoutDominated } from './dominance.ts';
import type { Scored } from '../search/draft.ts';
import { solveExactly } from '../search/exact.ts';
import { enoughFirms } from '../search/interchange.ts';
import { limits } from '../search/limits.ts';
import type { Programme } from '../search/programme.ts';
import { type Run, secondsFor, withShare } from '../search/run.ts';
import { likeliest, splitClass, usesOf, type ClassUse } from './splitting.ts';
import type { Task } from '../task/task.ts';

/** Whether a team exists: one of them, the proof that there is none, or neither in time. */
export type Existence =
  | { readonly outcome: 'TEAM'; readonly best: Scored }
  | { readonly outcome: 'NONE' }
  | { readonly outcome: 'UNDECIDED' };

/** Rounds at most; each takes the classes apart that the one before made use of. */
const mostRounds = 200;
const nodes = 20_000;
/** Firms that are searched as they are rather than in classes. */
const fewEnough = 300;
/** Firms of one class that are tried as themselves. */
const tries = 12;

/**
 * Decides whether a team of the whole pool exists, the rules being hard.
 *
 * First those firms are left out that no team within the budget or the size can have, and those that others can always stand
 * in for. Then classes: where the programme over
 * them has no solution, twice, the pool has none; where it has one, firms of the classes used are tried as they are, and where
 * that fails, the classes are split.
 *
 * @param share of the time left that this may take
 * @param few firms up to which they are searched as they are rather than in classes
 */
export function decideExistence(run: Run, stated: Task, share: number, few = fewEnough): Existence {
  const inTime = withShare(run, share);
  const affordable = dearlyOut(inTime, stated);
  if (affordable === null) return { outcome: 'NONE' };
  const places = placesOf(affordable);
  const task = withoutDominated(affordable, places);
  const enough = enoughFirms(task);
  if (enough.length <= few) return exactly(inTime, task, enough);
  const found = byClasses(inTime, task, places);
  if (found.outcome !== 'UNDECIDED' || enough.length > limits.exactFirms) return found;
  return exactly(inTime, task, enough);
}

function exactly(run: Run, task: Task, firms: readonly number[]): Existence {
  const settings = { gap: 0.5, share: 0.5, maxNodes: nodes, isVerdict: true };
  const { best, isInfeasible } = solveExactly(run, task, firms, settings);
  if (best) return { outcome: 'TEAM', best };
  return isInfeasible ? { outcome: 'NONE' } : { outcome: 'UNDECIDED' };
}

function byClasses(run: Run, task: Task, places: Places): Existence {
  let classes = firstClasses(task, places);
  for (let round = 0; round < mostRounds && run.left() > 0; round++) {
    const model = buildClassModel(task, classes);
    if (model.programme.values.length > limits.matrixEntries) break;
    const solved = runClasses(run, model.programme);
    if (solved === 'NONE') return { outcome: 'NONE' };
    if (solved === null) break;
    const uses = usesOf(model.columns, solved);
    const best = tryFirms(run, task, classes, uses);
    if (best) return { outcome: 'TEAM', best };
    const finer = takenApart(task, places, classes, uses);
    if (finer.length === classes.length) break;
    classes = finer;
  }
  return { outcome: 'UNDECIDED' };
}

// The values of a solution; null where neither one nor a proof was found.
function runClasses(run: Run, programme: Programme): Float64Array | 'NONE' | null {
  run.counts.integer++;
  const settings = { seed: run.seed, gap: 0.9, maxNodes: nodes };
  const solved = run.solver.run(programme, { ...settings, seconds: secondsFor(run) });
  run.counts.nodes += solved.nodes;
  if (solved.hasSolution) return solved.values;
  if (solved.status !== 'INFEASIBLE') {
    if (solved.nodes >= nodes) run.counts.hasHitNodes = true;
    else run.counts.hasHitTime = true;
    return null;
  }
  // "Infeasible with presolve, feasible without" is a known fault of the solver (ERGO-Code/HiGHS #3296).
  run.counts.integer++;
  const again = run.solver.run(programme, {
    ...settings,
    seconds: secondsFor(run),
    isPresolveOff: true,
  });
  return again.status === 'INFEASIBLE' ? 'NONE' : null;
}

function tryFirms(
  run: Run,
  task: Task,
  classes: readonly FirmClass[],
  uses: readonly ClassUse[],
): Scored | null {
  const firms = classes.flatMap((one, index) => {
    const use = uses[index];
    if (!use || use.members === 0) return [];
    return likeliest(task, one, use, Math.max(tries, 2 * use.members));
  });
  return solveExactly(run, task, firms, { gap: 0.9, share: 0.2, maxNodes: 200 }).best;
}

function takenApart(
  task: Task,
  places: Places,
  classes: readonly FirmClass[],
  uses: readonly ClassUse[],
): FirmClass[] {
  return classes.flatMap((one, index) => {
    const use = uses[index];
    return use && use.members > 0 ? splitClass(task, places, one, use) : [one];
  });
}
