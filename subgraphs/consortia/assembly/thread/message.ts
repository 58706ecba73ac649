// What travels between the doors and a worker.
import type { CoverProblem, CoverResult } from '../cover.ts';
import type { AllianceColumns } from '../alliance/columns.ts';
import type { AssemblyFault } from '../failure.ts';
import type { PreviousTeam, RepairResult } from '../explanation/repair.ts';
import type { Scenario, SensitivityResult, WeighOrder } from '../explanation/sensitivity.ts';
import type { Settings } from '../solve.ts';
import type { MatchingProblem, MatchingResult } from '../matching.ts';
import type { StatedProblem, Progress } from '../problem.ts';
import type { AssemblyResult } from '../result.ts';

/** A job as it is handed over. */
export type Order =
  | { readonly kind: 'ASSEMBLE'; readonly problem: StatedProblem; readonly settings: Settings }
  | {
      readonly kind: 'REPAIR';
      readonly problem: StatedProblem;
      readonly previous: PreviousTeam;
      readonly settings: Settings;
    }
  | ({ readonly kind: 'WEIGH' } & WeighOrder)
  | { readonly kind: 'COVER'; readonly problem: CoverProblem; readonly settings: Settings }
  | { readonly kind: 'MATCH'; readonly problem: MatchingProblem; readonly settings: Settings };

/** What a worker is told: names in slices, so that a large problem does not hold up the caller's thread. */
export type Delivery =
  | { readonly ids: readonly string[] }
  | { readonly order: Order; readonly columns: AllianceColumns | null };

/** The answer to a job, by its kind. */
export type Answer =
  | { readonly of: 'ASSEMBLE'; readonly result: AssemblyResult }
  | { readonly of: 'REPAIR'; readonly result: RepairResult }
  | { readonly of: 'WEIGH'; readonly result: SensitivityResult }
  | { readonly of: 'COVER'; readonly result: CoverResult }
  | { readonly of: 'MATCH'; readonly result: MatchingResult };

/** What a worker says. */
export type Message =
  | {
      readonly kind: 'PROGRESS';
      readonly progress: Progress;
      readonly soFar: AssemblyResult | null;
    }
  | { readonly kind: 'SCENARIO'; readonly scenario: Scenario; readonly of: number }
  | { readonly kind: 'ANSWER'; readonly answer: Answer }
  | {
      readonly kind: 'FAILURE';
      readonly code: 'INPUT' | 'SOLVER';
      readonly message: string;
      readonly faults: readonly AssemblyFault[];
    };
