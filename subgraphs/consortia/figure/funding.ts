/** Money that may have been granted twice, as stored. */
import { hasRole, signedInAs } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { ofFamily, readHeirs } from '../pool/merged.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { awardedStatuses } from './awards.ts';
import { duplicatesIn, type DoubledPair, type FundedProject } from './duplicate.ts';
import { within } from '../form/within.ts';

/** Pairs that are shown at once. */
const pairLimit = { least: 1, most: 100 };
const likenessLimit = { least: 0, most: 1 };

/** Money that may have been granted twice: of one project, of one firm, or at all. The secretariat may. */
export async function findFundingDuplicates(
  context: Context,
  given: {
    projectId?: string | null | undefined;
    companyId?: string | null | undefined;
    leastLikeness?: number | null | undefined;
    most?: number | null | undefined;
  },
): Promise<DoubledPair[]> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const { projectId, companyId } = given;
  const leastLikeness = within(given.leastLikeness ?? 0.5, likenessLimit, 'leastLikeness');
  const most = within(given.most ?? 50, pairLimit, 'most');
  const firms = companyId == null ? null : await familiesOfAll(context, [companyId]);
  const looked =
    projectId == null ? await fundedOf(context, firms) : await fundedLike(context, projectId);
  return duplicatesIn(await plannedNow(context, looked), {
    leastLikeness,
    most,
    firms,
    projectId: projectId ?? null,
  });
}

const granted = { status: { $in: awardedStatuses }, callId: { $ne: null } };
const looksAt = { callId: 1, grams: 1, 'requirements.technologyId': 1, plan: 1 };

/** Projects that money is granted to, of one firm or of all. */
function fundedOf(
  { projects }: Context,
  family: readonly string[] | null,
): Promise<FundedProject[]> {
  return projects
    .find({ ...granted, ...(family && { 'plan.companyId': ofFamily(family) }) })
    .select(looksAt)
    .lean<FundedProject[]>();
}

/**
 * A project and those with a firm of its plan that money is granted to; where it waits for its call's decision, those
 * that wait with it too. Empty when there is no such project.
 */
async function fundedLike(context: Context, projectId: string): Promise<FundedProject[]> {
  const project = await context.projects.findById(projectId).lean<ProjectRecord>();
  if (!project) return [];
  const planned = project.plan.map(({ companyId }) => companyId);
  const waiting = { status: 'SUBMITTED' as const, callId: project.callId };
  const others = await context.projects
    .find({
      ...(project.status === 'SUBMITTED' ? { $or: [granted, waiting] } : granted),
      'plan.companyId': { $in: await familiesOfAll(context, planned) },
      _id: { $ne: projectId },
    })
    .select(looksAt)
    .lean<FundedProject[]>();
  return [project, ...others];
}

/** Projects whose plans name firms as they are now. */
async function plannedNow(
  { firms }: Context,
  projects: readonly FundedProject[],
): Promise<FundedProject[]> {
  const heirOf = await readHeirs(
    firms,
    projects.flatMap(({ plan }) => plan.map(({ companyId }) => companyId)),
  );
  return projects.map(({ plan, ...project }) => ({
    ...project,
    plan: plan.map((entry) => ({ ...entry, companyId: heirOf(entry.companyId) })),
  }));
}

/** Every id that stands for one of some firms. */
async function familiesOfAll({ loaders }: Context, ids: readonly string[]): Promise<string[]> {
  const families = await Promise.all(ids.map((id) => loaders.family.load(id)));
  return [...new Set(families.flat())];
}

/** What an award may grant twice, for the secretariat; empty for others. */
export function findDuplicatesOf(context: Context, projectId: string): Promise<DoubledPair[]> {
  return hasRole(context.viewer, 'SECRETARIAT')
    ? findFundingDuplicates(context, { projectId })
    : Promise.resolve([]);
}
