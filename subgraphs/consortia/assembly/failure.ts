// The ways a job can fail that are not answers.

/** One fault of the input. */
export type AssemblyFault = {
  readonly code: 'INVALID' | 'DUPLICATE' | 'UNKNOWN_ID' | 'LIMIT_REACHED';
  readonly path: readonly string[];
  readonly message: string;
};

/**
 * A job that cannot be done. INPUT: the problem is not well formed, and `faults` says where, all at once.
 * SOLVER: the solver broke down (out of memory, or a worker that ended by itself).
 */
export class AssemblyFailure extends Error {
  override readonly name = 'AssemblyFailure';
  readonly code: 'INPUT' | 'SOLVER';
  readonly faults: readonly AssemblyFault[];

  constructor(code: 'INPUT' | 'SOLVER', message: string, faults: readonly AssemblyFault[] = []) {
    super(message);
    this.code = code;
    this.faults = faults;
  }
}

/** The failure that reports faults of the input. */
export function inputFailure(faults: readonly AssemblyFault[]): AssemblyFailure {
  const first = faults[0];
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  return new AssemblyFailure('INPUT', `${first?.message ?? 'Bad input.'}${more}`, faults);
}
