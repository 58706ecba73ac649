import type { Steps } from '#kit/steps.ts';

/** Where an appeal stands. */
export type AppealStatus = 'FILED' | 'RESCORING' | 'UPHELD' | 'REJECTED' | 'WITHDRAWN';

/** What can be done with an appeal. */
export type AppealStep = 'reject' | 'rerank' | 'rescore' | 'settle' | 'withdraw';

/** The states of an appeal and the steps between them. */
export const appealSteps: Steps<AppealStatus, AppealStep> = {
  reject: { FILED: 'REJECTED' },
  rerank: { FILED: 'UPHELD' },
  rescore: { FILED: 'RESCORING' },
  // Ranked again on the new scores.
  settle: { RESCORING: 'UPHELD' },
  withdraw: { FILED: 'WITHDRAWN' },
};
