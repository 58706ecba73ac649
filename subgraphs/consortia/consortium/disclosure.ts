/** What of a consortium whom is shown: terms, answers and shares stay between the parties until it is sealed. */
import type { Problem } from '#kit/refusal.ts';
import { hasRole } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { isInside, isParticipant } from '../project/audience.ts';
import { maySeeMoney } from '../project/money-shown.ts';
import type { ProjectRecord, RequirementRecord } from '../project/project.model.ts';
import { shownRequirements } from '../project/project.ts';
import type { ConsortiumRecord } from './consortium.model.ts';
import type { MembershipRecord } from './membership.model.ts';
import { worthOf } from './proposed.ts';
import { findBreaches } from './seal.ts';
import { shareAmounts, shareTotal } from './shares.ts';
import { isStanding, type MembershipStatus } from './state.ts';

/**
 * Memberships of a consortium: all for the lead's firm and the secretariat, and once it is sealed for all who take part;
 * before, for those who take part or are asked to, their own and those that stand; accepted ones for others.
 */
export async function membershipsShown(
  { viewer, loaders }: Context,
  { _id, projectId, status: state }: Pick<ConsortiumRecord, '_id' | 'projectId' | 'status'>,
): Promise<MembershipRecord[]> {
  const all = await loaders.membershipsIn.load(_id);
  const project = await loaders.project.load(projectId);
  if (!project || !isParticipant(viewer, project))
    return all.filter(({ status }) => status === 'ACCEPTED');
  if (state === 'SEALED' || isInside(viewer, project.leadCompanyId)) return all;
  return all.filter(({ status, companyId }) => isStanding(status) || isInside(viewer, companyId));
}

/** Whether the viewer belongs to a firm that takes part or is asked to, or to the secretariat. */
async function isPart({ viewer, loaders }: Context, { projectId, companyId }: MembershipRecord) {
  if (isInside(viewer, companyId)) return true;
  const project = await loaders.project.load(projectId);
  return project !== null && isParticipant(viewer, project);
}

/**
 * Why a firm declined or left: for itself, the lead's firm and the secretariat; once the team is sealed for all who take
 * part; null for others.
 */
export async function reasonShown(
  context: Context,
  membership: MembershipRecord,
): Promise<string | null> {
  const mayKnow =
    (await isParty(context, membership)) ||
    ((await isSealed(context, membership.consortiumId)) && (await isPart(context, membership)));
  return mayKnow ? membership.reason : null;
}

async function isSealed({ loaders }: Context, consortiumId: string): Promise<boolean> {
  const consortium = await loaders.consortium.load(consortiumId);
  return consortium?.status === 'SEALED';
}

/** Where a membership stands; that a firm asks for other terms is between it, the lead's firm and the secretariat. */
export async function statusShown(
  context: Context,
  membership: MembershipRecord,
): Promise<MembershipStatus> {
  const { status } = membership;
  if (status !== 'COUNTERED' || (await isParty(context, membership))) return status;
  return 'INVITED';
}

/** Whether the viewer belongs to the membership's firm, to the lead's, or to the secretariat. */
async function isParty({ viewer, loaders }: Context, { projectId, companyId }: MembershipRecord) {
  if (isInside(viewer, companyId)) return true;
  const project = await loaders.project.load(projectId);
  return project !== null && isInside(viewer, project.leadCompanyId);
}

/** Other terms that a firm asks for, for itself, the lead's firm and the secretariat; null for others. */
export async function counterShown(context: Context, membership: MembershipRecord) {
  const { counter, projectId } = membership;
  if (!counter || !(await isParty(context, membership))) return null;
  const { requirementIds, ...terms } = counter;
  const requirements = await requirementsOf(context, { projectId, requirementIds });
  const project = await context.loaders.project.load(projectId);
  const shareAmount = worthOf(terms.share, project?.budget ?? null);
  return { ...terms, shareAmount, requirements };
}

/** What a membership answers for; requirements that the project no longer has are left out. */
export async function requirementsOf(
  context: Context,
  { projectId, requirementIds }: Pick<MembershipRecord, 'projectId' | 'requirementIds'>,
): Promise<RequirementRecord[]> {
  const project = await context.loaders.project.load(projectId);
  if (!project) return [];
  return shownRequirements(context, project).filter(({ id }) => requirementIds.includes(id));
}

/**
 * Whether the viewer may see all shares: of a sealed team everybody who may see its money; before, the secretariat and who
 * accepted.
 */
export async function maySeeShares(context: Context, consortiumId: string): Promise<boolean> {
  const { viewer, loaders } = context;
  const consortium = await loaders.consortium.load(consortiumId);
  const project = consortium && (await loaders.project.load(consortium.projectId));
  if (project && consortium.status === 'SEALED') return maySeeMoney(context, project);
  if (hasRole(viewer, 'SECRETARIAT')) return true;
  const all = await loaders.membershipsIn.load(consortiumId);
  return all.some(({ status, companyId }) => status === 'ACCEPTED' && isInside(viewer, companyId));
}

/** Whether the viewer may see a share: that of its own firm, or all of them. */
async function maySeeShare(context: Context, membership: MembershipRecord): Promise<boolean> {
  return (await isParty(context, membership)) || maySeeShares(context, membership.consortiumId);
}

/** What a consortium's shares sum to, basis points; null for those who may not see them. */
export async function shareTotalShown(
  context: Context,
  consortiumId: string,
): Promise<number | null> {
  if (!(await maySeeShares(context, consortiumId))) return null;
  return shareTotal(await context.loaders.membershipsIn.load(consortiumId));
}

/** A membership's share in basis points; null before it is set, and for those who may not see it yet. */
export async function shareShown(
  context: Context,
  membership: MembershipRecord,
): Promise<number | null> {
  return (await maySeeShare(context, membership)) ? membership.share : null;
}

/**
 * A membership's share of the project's budget, won; null while shares or budget are not complete, and for those who
 * may not see the share yet.
 */
export async function shareAmountOf(
  context: Context,
  membership: MembershipRecord,
): Promise<number | null> {
  if (!(await maySeeShare(context, membership))) return null;
  const { loaders } = context;
  const { _id, consortiumId, projectId } = membership;
  const project = await loaders.project.load(projectId);
  const all = await loaders.membershipsIn.load(consortiumId);
  return shareAmounts(all, project?.budget ?? null).get(_id) ?? null;
}

/** What a membership's share comes to of the project's budget before all shares are set; null where `shareShown` is. */
export async function proposedAmountOf(
  context: Context,
  membership: MembershipRecord,
): Promise<number | null> {
  const share = await shareShown(context, membership);
  const project = await context.loaders.project.load(membership.projectId);
  return worthOf(share, project?.budget ?? null);
}

/** Rules whose breach tells of shares. */
const shareRules: ReadonlySet<string> = new Set([
  'SHARE_SET',
  'SHARES_SUM',
  'SHARE_LEAST',
  'SME_SHARE',
]);

/** Every rule that a project and its consortium break now; those about shares for who may see shares, none for who may not see money. */
export async function breachesShown(context: Context, project: ProjectRecord): Promise<Problem[]> {
  if (!(await maySeeMoney(context, project))) return [];
  const breaches = await findBreaches(context, project);
  const { consortiumId } = project;
  if (consortiumId === null || (await maySeeShares(context, consortiumId))) return breaches;
  return breaches.filter(({ rule }) => !shareRules.has(rule ?? ''));
}
