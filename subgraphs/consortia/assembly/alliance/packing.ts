// A problem stated in lists of objects, in columns.
import { buildAlliance } from './builder.ts';
import type { Alliance } from './table.ts';
import type { StatedProblem } from '../problem.ts';

/** A problem whose alliance is columns. */
export type PackedProblem = Omit<StatedProblem, keyof Alliance> & Alliance;

/** Rows taken in at once: a few milliseconds of work. */
const sliceSize = 2_000;

/** The problem in columns; itself where it has them. */
export function packed(problem: StatedProblem): PackedProblem {
  const steps = packing(problem);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** The same, step by step: other work may be done between the steps. Capabilities that nobody asks for are left out. */
export function* packing(problem: StatedProblem): Generator<undefined, PackedProblem> {
  if (isPacked(problem)) return problem;
  const builder = buildAlliance();
  let row = 0;
  const isPause = () => ++row % sliceSize === 0;
  for (const firm of problem.candidates) {
    builder.addFirm(firm);
    if (isPause()) yield;
  }
  const wanted = new Set(problem.requirements.map(({ technologyId }) => technologyId));
  for (const capability of problem.capabilities) {
    if (wanted.has(capability.technologyId))
      builder.addCapability(builder.placeOf(capability.candidateId), capability);
    if (isPause()) yield;
  }
  for (const { a, b, strength } of problem.history) {
    builder.addHistory(builder.placeOf(a), builder.placeOf(b), strength);
    if (isPause()) yield;
  }
  return { ...problem, ...builder.finish() };
}

function isPacked(problem: StatedProblem): problem is PackedProblem {
  const { candidates, capabilities, history } = problem;
  return [candidates, capabilities, history].every((rows) => 'columns' in rows);
}
