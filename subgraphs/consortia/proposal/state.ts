import type { Steps } from '#kit/steps.ts';
import type { AssemblyStatus } from '../assembly/result.ts';

/**
 * Where a search stands. RUNNING: it waits or works. INTERRUPTED: the process that worked on it is gone. FAILED: the
 * solver broke down or refused the problem. The others are what the solver proved.
 */
export type SearchStatus = AssemblyStatus | 'RUNNING' | 'INTERRUPTED' | 'FAILED';

/** What can happen to a search. */
export type SearchStep =
  'work' | 'cancel' | 'prove' | 'find' | 'refute' | 'giveUp' | 'stop' | 'breakDown' | 'interrupt';

/** The states of a search and the steps between them. */
export const searchSteps: Steps<SearchStatus, SearchStep> = {
  // Tells how far it has come, and that it lives.
  work: { RUNNING: 'RUNNING' },
  // Somebody asks for its end; it goes on until its process sees that.
  cancel: { RUNNING: 'RUNNING' },
  prove: { RUNNING: 'OPTIMAL' },
  find: { RUNNING: 'WITHIN_GAP' },
  refute: { RUNNING: 'INFEASIBLE' },
  giveUp: { RUNNING: 'UNDECIDED' },
  stop: { RUNNING: 'CANCELLED' },
  breakDown: { RUNNING: 'FAILED' },
  interrupt: { RUNNING: 'INTERRUPTED' },
};

const stepTo: Readonly<Record<SearchStatus, SearchStep>> = {
  RUNNING: 'work',
  OPTIMAL: 'prove',
  WITHIN_GAP: 'find',
  INFEASIBLE: 'refute',
  UNDECIDED: 'giveUp',
  CANCELLED: 'stop',
  FAILED: 'breakDown',
  INTERRUPTED: 'interrupt',
};

/** Condition on a search in the database that a step is possible. */
export function whereCan(step: SearchStep): { status: { $in: SearchStatus[] } } {
  return { status: { $in: Object.keys(searchSteps[step]) as SearchStatus[] } };
}

/** Condition on a search in the database that it can come to stand so. */
export function whereCanBecome(status: SearchStatus): { status: { $in: SearchStatus[] } } {
  return whereCan(stepTo[status]);
}
