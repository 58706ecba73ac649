import type { Steps } from '#kit/steps.ts';

/** Where an agreement stands. */
export type AgreementStatus = 'OPEN' | 'VOID' | 'IN_FORCE' | 'ENDED';

/** What happens to an agreement. */
export type AgreementStep = 'sign' | 'outdate' | 'seal' | 'consent' | 'reopen' | 'end';

/** The states of an agreement and the steps between them; `agreementStatus` finds where one stands. */
export const agreementSteps: Steps<AgreementStatus, AgreementStep> = {
  sign: { OPEN: 'OPEN' },
  // Nobody does it: members, terms or project moved on, or a later one was drawn up.
  outdate: { OPEN: 'VOID' },
  seal: { OPEN: 'IN_FORCE' },
  consent: { IN_FORCE: 'IN_FORCE' },
  // By the consent of every member.
  reopen: { IN_FORCE: 'ENDED' },
  // With its project, by the consent of every member or by the secretariat.
  end: { IN_FORCE: 'ENDED' },
};
