import type { Steps } from '#kit/steps.ts';

/** Where a milestone stands. */
export type MilestoneStatus = 'PLANNED' | 'DELIVERED' | 'RETURNED' | 'ACCEPTED';

/** What can be done with a milestone. */
export type MilestoneStep = 'file' | 'deliver' | 'accept' | 'return';

/** The states of a milestone and the steps between them. */
export const milestoneSteps: Steps<MilestoneStatus, MilestoneStep> = {
  file: { PLANNED: 'PLANNED', RETURNED: 'RETURNED' },
  deliver: { PLANNED: 'DELIVERED', RETURNED: 'DELIVERED' },
  accept: { DELIVERED: 'ACCEPTED' },
  return: { DELIVERED: 'RETURNED' },
};

/** States in which a milestone is waited for. */
export const openStatuses: readonly MilestoneStatus[] = ['PLANNED', 'RETURNED'];
