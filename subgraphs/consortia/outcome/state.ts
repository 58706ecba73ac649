import type { Steps } from '#kit/steps.ts';

/** Where a service that came out of a project stands. */
export type OutcomeStatus = 'DRAFT' | 'HANDED_OVER';

/** The states of an outcome and the step between them. */
export const outcomeSteps: Steps<OutcomeStatus, 'handOver'> = {
  handOver: { DRAFT: 'HANDED_OVER' },
};
