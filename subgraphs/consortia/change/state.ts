import type { Steps } from '#kit/steps.ts';

/** Where a change of a plan stands. */
export type PlanChangeStatus = 'PROPOSED' | 'APPROVED' | 'REJECTED' | 'WITHDRAWN';

/** What can be done with a change of a plan. */
export type PlanChangeStep = 'approve' | 'reject' | 'withdraw';

/** The states of a change of a plan and the steps between them. */
export const planChangeSteps: Steps<PlanChangeStatus, PlanChangeStep> = {
  approve: { PROPOSED: 'APPROVED' },
  reject: { PROPOSED: 'REJECTED' },
  withdraw: { PROPOSED: 'WITHDRAWN' },
};
