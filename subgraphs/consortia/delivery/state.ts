import type { Steps } from '#kit/steps.ts';

/** Where a demand of money back stands. */
export type RecoveryStatus = 'DEMANDED' | 'PAID' | 'WAIVED';

/** What can be done with a demand of money back. */
export type RecoveryStep = 'payPart' | 'pay' | 'waive' | 'bounce';

/** The states of a demand of money back and the steps between them. */
export const recoverySteps: Steps<RecoveryStatus, RecoveryStep> = {
  payPart: { DEMANDED: 'DEMANDED' },
  // All that is due.
  pay: { DEMANDED: 'PAID' },
  waive: { DEMANDED: 'WAIVED' },
  // A repayment did not arrive after all: what it paid is due again.
  bounce: { DEMANDED: 'DEMANDED', PAID: 'DEMANDED', WAIVED: 'DEMANDED' },
};
