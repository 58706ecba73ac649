import type { Steps } from '#kit/steps.ts';

/** Where a progress report stands. */
export type ReportStatus = 'SUBMITTED' | 'ACCEPTED' | 'RETURNED';

/** The states of a report and the steps between them; one that is returned is followed by another. */
export const reportSteps: Steps<ReportStatus, 'accept' | 'return'> = {
  accept: { SUBMITTED: 'ACCEPTED' },
  return: { SUBMITTED: 'RETURNED' },
};

/** Where a site visit stands. */
export type VisitStatus = 'PLANNED' | 'DONE' | 'CANCELLED';

/** The states of a site visit and the steps between them. */
export const visitSteps: Steps<VisitStatus, 'record' | 'cancel'> = {
  record: { PLANNED: 'DONE' },
  cancel: { PLANNED: 'CANCELLED' },
};
