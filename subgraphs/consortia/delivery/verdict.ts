/** A yes or no to what a project handed in. */
import { refuseAny, type Problem } from '#kit/refusal.ts';
import { stateAfter, type Steps } from '#kit/steps.ts';
import { readReason, reasonLength } from '../form/wording.ts';

/** A decision: a yes, or a no with a reason. */
export interface GivenVerdict<Step extends string> {
  isYes: boolean;
  /** What is done: the step of a yes, and that of a no. */
  steps: readonly [yes: Step, no: Step];
  verdict?: string | null | undefined;
}

/**
 * Where a decision leads, and what was said; a no says why.
 *
 * @throws {Refusal} WRONG_STATE at `path`, INVALID (verdict)
 */
export function readVerdict<State extends string, Step extends string>(
  table: Steps<State, Step>,
  from: State,
  { isYes, steps: [yes, no], verdict }: GivenVerdict<Step>,
  path: string[],
  decidedAt: Date,
): { status: State; verdict: string | null; decidedAt: Date } {
  const status = stateAfter(table, from, isYes ? yes : no, path);
  const faults: Problem[] = [];
  const least = isYes ? 0 : reasonLength.least;
  const said = readReason(verdict, { ...reasonLength, least }, ['verdict'], faults);
  refuseAny(faults);
  return { status, verdict: said, decidedAt };
}
