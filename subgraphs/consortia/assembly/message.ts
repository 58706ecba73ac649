// What travels between the door and its worker.
import type { AssemblyFault } from './failure.ts';
import type { AssemblyProblem, AssemblyResult, Progress } from './types.ts';
import type { Settings } from './solve.ts';

/** A job as it is handed over. */
export type Order = {
  readonly kind: 'ASSEMBLE';
  readonly problem: AssemblyProblem;
  readonly settings: Settings;
};

/** What a worker says. */
export type Message =
  | {
      readonly kind: 'PROGRESS';
      readonly progress: Progress;
      readonly soFar: AssemblyResult | null;
    }
  | { readonly kind: 'RESULT'; readonly result: AssemblyResult }
  | {
      readonly kind: 'FAILURE';
      readonly code: 'INPUT' | 'SOLVER';
      readonly message: string;
      readonly faults: readonly AssemblyFault[];
    };
