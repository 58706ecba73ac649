import { refusal } from './refusal.ts';

/** A state machine as data: for each step, from which states it leads where. What is not there is refused. */
export type Steps<State extends string, Step extends string> = Readonly<
  Record<Step, Readonly<Partial<Record<State, State>>>>
>;

/**
 * The state that a step leads to.
 *
 * @throws {Refusal} WRONG_STATE at `path` when the step is not possible in this state
 */
export function stateAfter<State extends string, Step extends string>(
  steps: Steps<State, Step>,
  state: State,
  step: Step,
  path: string[],
): State {
  const next = steps[step][state];
  if (next !== undefined) return next;
  throw refusal('WRONG_STATE', `This is not possible in state ${state}.`, path, {
    rule: 'STATE',
    limit: Object.keys(steps[step]).join(', '),
    found: state,
  });
}

/** The machine as a Mermaid state diagram, drawn from its table. */
export function drawSteps(steps: Steps<string, string>, first: string): string {
  const arrows = Object.entries(steps).flatMap(([step, moves]) =>
    Object.entries(moves).map(([from, to]) => `  ${from} --> ${to}: ${step}`),
  );
  return ['stateDiagram-v2', `  [*] --> ${first}`, ...arrows].join('\n');
}

/** States that can be reached from a first one by any steps, itself among them, in the order of their names. */
export function reachable(steps: Steps<string, string>, first: string): string[] {
  const found = new Set([first]);
  for (const state of found)
    for (const moves of Object.values(steps)) {
      const next = moves[state];
      if (next !== undefined) found.add(next);
    }
  return [...found].toSorted();
}
