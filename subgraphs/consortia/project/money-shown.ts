/** Whom a proposal's money is shown: its rivals only once the call is decided. */
import type { Context } from '../context.ts';
import { isParticipant } from './audience.ts';
import type { ProjectRecord } from './project.model.ts';
import type { ProjectStatus } from './state.ts';

/** States in which a project under a call is public, and its call does not know it or has not decided on it. */
const undecidedStatuses: readonly ProjectStatus[] = ['SEALED', 'SUBMITTED'];

/** What of a project says whether its money is shown. */
type Proposal = Pick<ProjectRecord, '_id' | 'callId' | 'status' | 'audience'>;

/**
 * Whether the viewer may see what a project is to cost, and who gets how much of it: those who take part, its reviewers and
 * the secretariat may; everybody else once its call is decided, or where it answers none.
 */
export async function maySeeMoney(
  { viewer, loaders }: Pick<Context, 'viewer' | 'loaders'>,
  project: Proposal,
): Promise<boolean> {
  const { _id, callId, status } = project;
  if (callId === null || !undecidedStatuses.includes(status)) return true;
  if (isParticipant(viewer, project)) return true;
  if (viewer.userId === null) return false;
  return (await loaders.reviewingUsers.load(_id)).includes(viewer.userId);
}

/** Money for all stages together, won; null when not stated, and for those who may not see it yet. */
export async function budgetShown(
  context: Context,
  project: ProjectRecord,
): Promise<number | null> {
  return (await maySeeMoney(context, project)) ? project.budget : null;
}

/** The budget by stage; empty when not divided, and for those who may not see it yet. */
export async function stagesShown(
  context: Context,
  project: ProjectRecord,
): Promise<ProjectRecord['stages']> {
  return (await maySeeMoney(context, project)) ? project.stages : [];
}

/** What the members bear themselves, won; null for those who may not see it yet. */
export async function matchingShown(
  context: Context,
  project: ProjectRecord,
): Promise<number | null> {
  return (await maySeeMoney(context, project)) ? project.matching : null;
}
