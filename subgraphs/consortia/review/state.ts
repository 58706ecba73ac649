import type { Steps } from '#kit/steps.ts';

/** Where a review stands. */
export type ReviewStatus = 'ASSIGNED' | 'SUBMITTED' | 'RELEASED';

/** What can be done with a review. */
export type ReviewStep = 'score' | 'release';

/** The states of a review and the steps between them. A decision fixes it, an appeal may set it aside, as it stands. */
export const reviewSteps: Steps<ReviewStatus, ReviewStep> = {
  // Again until the call is decided.
  score: { ASSIGNED: 'SUBMITTED', SUBMITTED: 'SUBMITTED' },
  // What was scored is not taken out of the count.
  release: { ASSIGNED: 'RELEASED' },
};

/** Whether a review counts: neither given back nor set aside by an appeal. */
export function isCounting(review: { status: ReviewStatus; setAsideBy?: string }): boolean {
  return review.status !== 'RELEASED' && !review.setAsideBy;
}

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
