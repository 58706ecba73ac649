import type { Steps } from '#kit/steps.ts';

/** Where a demand of money back stands. */
export type RecoveryStatus = 'DEMANDED' | 'PAID' | 'WAIVED';

/** The states of a demand of money back and the steps between them. */
export const recoverySteps: Steps<RecoveryStatus, 'pay' | 'waive'> = {
  pay: { DEMANDED: 'PAID' },
  waive: { DEMANDED: 'WAIVED' },
};
