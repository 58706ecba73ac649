import type { Steps } from '#kit/steps.ts';

/** Where a misconduct case stands. */
export type CaseState =
  | 'RECEIVED'
  | 'ASSESSED'
  | 'INVESTIGATING'
  | 'HEARING'
  | 'DECIDED'
  | 'APPEALED'
  | 'UPHELD'
  | 'OVERTURNED'
  | 'CLOSED';

/** What can be done with a case. */
export type CaseStep =
  | 'assess'
  | 'dismiss'
  | 'investigate'
  | 'hear'
  | 'decide'
  | 'appeal'
  | 'uphold'
  | 'overturn'
  | 'close';

/** How a case goes: what is not here is refused. */
export const caseSteps: Steps<CaseState, CaseStep> = {
  assess: { RECEIVED: 'ASSESSED' },
  dismiss: { ASSESSED: 'CLOSED' },
  investigate: { ASSESSED: 'INVESTIGATING' },
  hear: { INVESTIGATING: 'HEARING' },
  decide: { HEARING: 'DECIDED' },
  appeal: { DECIDED: 'APPEALED' },
  uphold: { APPEALED: 'UPHELD' },
  overturn: { APPEALED: 'OVERTURNED' },
  close: { DECIDED: 'CLOSED', UPHELD: 'CLOSED', OVERTURNED: 'CLOSED' },
};
