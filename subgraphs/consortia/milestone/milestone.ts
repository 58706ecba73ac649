/** Milestones: what a project brings by which day. */
import { refuseUnclean } from '#kit/file-store.ts';
import { newId } from '#kit/id.ts';
import { seoulDay } from '#kit/instant.ts';
import { readGiven } from '#kit/media.ts';
import { findPage } from '#kit/page.ts';
import { refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { stateAfter } from '#kit/steps.ts';
import { actingFor, signedInAs } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { refuseUnapproved } from '../delivery/money.ts';
import { holdProject, lookingAfter, projectIn, stagesOf } from '../delivery/oversight.ts';
import { readVerdict } from '../delivery/verdict.ts';
import { pageOf, type Listing } from '../form/listing.ts';
import { within } from '../form/within.ts';
import { readReason, reasonLength } from '../form/wording.ts';
import { breach } from '../programme/breaches.ts';
import { isParticipant } from '../project/audience.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { changeProject, projectToLead } from '../project/project.ts';
import { projectSteps } from '../project/state.ts';
import { memberIdsOf } from '../submission/submission.ts';
import type { MilestonePage, MilestoneRecord } from './milestone.model.ts';
import { readSchedule, type GivenMilestone, type PlannedMilestone } from './schedule.ts';
import { milestoneSteps, openStatuses } from './state.ts';

/**
 * Replaces a project's milestones; what was delivered stays. An owner or editor of the lead's firm may; once a project
 * under a call runs, a change of its plan is to be approved instead.
 *
 * @throws {Refusal} NOT_FOUND (projectId, milestones/…/id), WRONG_STATE (projectId; rule CHANGE_APPROVED), STALE
 * (revision), INVALID (milestones/…), LIMIT_REACHED (milestones)
 */
export async function setMilestones(
  context: Context,
  given: { projectId: string; revision: number; milestones: readonly GivenMilestone[] },
): Promise<ProjectRecord> {
  const project = await projectToLead(context, given.projectId, ['projectId']);
  const status = stateAfter(projectSteps, project.status, 'plan', ['projectId']);
  refuseUnapproved(project);
  const faults: Problem[] = [];
  const planned = await scheduleIn(context, project, given.milestones, faults);
  refuseAny(faults);
  const memberIds = await memberIdsOf(context, project);
  const changed = await changeProject(context, project, given.revision, { status }, memberIds);
  await keepSchedule(context, changed, planned);
  return changed;
}

/** A schedule read against the project's stages and what is there; faults are added. */
export async function scheduleIn(
  context: Context,
  project: ProjectRecord,
  given: readonly GivenMilestone[],
  faults: Problem[],
): Promise<PlannedMilestone[]> {
  const stages = await stagesOf(context, project);
  const there = await milestonesIn(context, project._id);
  return readSchedule(
    given,
    stages.map(({ code }) => code),
    there,
    faults,
  );
}

/** Puts a schedule in place of the one before. */
export async function keepSchedule(
  context: Context,
  project: ProjectRecord,
  planned: readonly PlannedMilestone[],
): Promise<void> {
  const { milestones } = context;
  const there = new Map((await milestonesIn(context, project._id)).map((each) => [each._id, each]));
  const kept = planned.map((each) => milestoneFrom(each, there.get(each.id ?? ''), project));
  await milestones.deleteMany({ projectId: project._id });
  if (kept.length > 0) await milestones.insertMany(kept);
}

function milestoneFrom(
  { id, deliverables, ...plan }: PlannedMilestone,
  before: MilestoneRecord | undefined,
  project: ProjectRecord,
): MilestoneRecord {
  const fileOf = (code: string) =>
    before?.deliverables.find((each) => each.code === code)?.file ?? null;
  const status = before?.status ?? 'PLANNED';
  return {
    deliveredAt: null,
    note: null,
    decidedAt: null,
    verdict: null,
    ...before,
    _id: id ?? newId(),
    projectId: project._id,
    ...plan,
    deliverables: deliverables.map((each) => ({ ...each, file: fileOf(each.code) })),
    status,
    ...(project.status === 'RUNNING' && openStatuses.includes(status) && { awaited: true }),
    revision: (before?.revision ?? 0) + 1,
  };
}

/** A milestone and its project, for one who takes part. */
async function milestoneIn(context: Context, id: string) {
  const path = ['milestoneId'];
  const milestone = await context.milestones.findById(id).lean<MilestoneRecord>();
  if (!milestone) throw refusal('NOT_FOUND', 'There is no such milestone.', path);
  const project = await projectIn(context, milestone.projectId, path);
  return { milestone, project };
}

/** A milestone in a running project, for an editor of the lead's firm or of a member. */
async function milestoneToBring(context: Context, id: string) {
  const { milestone, project } = await milestoneIn(context, id);
  const { viewer } = context;
  const memberIds = await memberIdsOf(context, project);
  const own = viewer.companies.find(
    ({ companyId, role }) => role !== 'VIEWER' && memberIds.includes(companyId),
  );
  const user = actingFor(viewer, own?.companyId ?? project.leadCompanyId, 'EDITOR');
  stateAfter(projectSteps, project.status, 'work', ['milestoneId']);
  return { milestone, project, user };
}

/** Stores a change of a milestone read at `revision`. */
async function changeMilestone(
  { milestones }: Context,
  milestone: MilestoneRecord,
  revision: number,
  change: Partial<MilestoneRecord>,
): Promise<MilestoneRecord> {
  const { awaited: _, ...rest } = { ...milestone, ...change, revision: revision + 1 };
  const changed: MilestoneRecord = {
    ...rest,
    ...(openStatuses.includes(rest.status) && { awaited: true }),
  };
  const { matchedCount } = await milestones.replaceOne({ _id: milestone._id, revision }, changed);
  if (matchedCount === 0)
    throw refusal('STALE', 'The milestone was changed since it was read.', ['revision']);
  return changed;
}

/**
 * Stores the file of a deliverable, in place of the one before. An owner or editor of a member's firm may, while the
 * project runs and the milestone is not delivered.
 *
 * @throws {Refusal} NOT_FOUND (milestoneId, code), WRONG_STATE (milestoneId; content with rule SCANNER_AWAY), STALE (revision), INVALID (fileName,
 * content; rules SIZE, MEDIA_TYPE, SCAN)
 */
export async function uploadDeliverable(
  context: Context,
  given: { milestoneId: string; revision: number; code: string; fileName: string; content: string },
): Promise<MilestoneRecord> {
  const { store, config, arrivedAt, log } = context;
  const { milestone, user } = await milestoneToBring(context, given.milestoneId);
  const status = stateAfter(milestoneSteps, milestone.status, 'file', ['milestoneId']);
  if (!milestone.deliverables.some(({ code }) => code === given.code))
    throw refusal('NOT_FOUND', 'The milestone has no such deliverable.', ['code']);
  const { file, faults } = readGiven(given, config.DOCUMENT_BYTES);
  refuseAny(faults);
  await refuseUnclean(store, file.bytes, ['content'], log);
  const kept = {
    fileName: file.name,
    mediaType: file.mediaType,
    size: file.bytes.length,
    sha256: await store.put(file.bytes),
    uploadedBy: user.userId,
    uploadedAt: arrivedAt,
  };
  const deliverables = milestone.deliverables.map((each) =>
    each.code === given.code ? { ...each, file: kept } : each,
  );
  return changeMilestone(context, milestone, given.revision, { deliverables, status });
}

/**
 * Hands a milestone in, with a file for each of its deliverables. An owner or editor of a member's firm may.
 *
 * @throws {Refusal} NOT_FOUND (milestoneId), WRONG_STATE (milestoneId), STALE (revision), INVALID (note; milestoneId
 * with rule DELIVERABLES)
 */
export async function deliverMilestone(
  context: Context,
  given: { milestoneId: string; revision: number; note?: string | null | undefined },
): Promise<MilestoneRecord> {
  const { milestone } = await milestoneToBring(context, given.milestoneId);
  const status = stateAfter(milestoneSteps, milestone.status, 'deliver', ['milestoneId']);
  const faults: Problem[] = milestone.deliverables
    .filter(({ file }) => file === null)
    .map(({ code }) =>
      breach('DELIVERABLES', `There is no file for ${code}.`, code, 'none', ['milestoneId']),
    );
  const note = readReason(given.note, { ...reasonLength, least: 0 }, ['note'], faults);
  refuseAny(faults);
  const deliveredAt = context.arrivedAt;
  return changeMilestone(context, milestone, given.revision, { status, note, deliveredAt });
}

/**
 * Accepts a milestone that was handed in, or returns it with a reason. The secretariat may, or an owner of the lead's
 * firm in a project that no call awarded.
 *
 * @throws {Refusal} NOT_FOUND (milestoneId), WRONG_STATE (milestoneId; rules STATE, CONFLICT), STALE (revision), INVALID (verdict)
 */
export async function decideMilestone(
  context: Context,
  given: {
    milestoneId: string;
    revision: number;
    accept: boolean;
    verdict?: string | null | undefined;
  },
): Promise<MilestoneRecord> {
  const { milestone, project } = await milestoneIn(context, given.milestoneId);
  const path = ['milestoneId'];
  await lookingAfter(context, project, path);
  stateAfter(projectSteps, project.status, 'work', path);
  const verdict = {
    isYes: given.accept,
    steps: ['accept', 'return'],
    verdict: given.verdict,
  } as const;
  const decision = readVerdict(milestoneSteps, milestone.status, verdict, path, context.arrivedAt);
  await holdProject(context, project);
  return changeMilestone(context, milestone, given.revision, decision);
}

/** A project's milestones as stored, by their day. */
export function milestonesIn(
  { milestones }: Pick<Context, 'milestones'>,
  projectId: string,
): Promise<MilestoneRecord[]> {
  return milestones.find({ projectId }).sort({ dueOn: 1, _id: 1 }).lean<MilestoneRecord[]>();
}

/** Milestones of a project that begins are waited for; those of one that is over are not. */
export async function awaitMilestones(
  { milestones }: Context,
  projectId: string,
  isRunning: boolean,
): Promise<void> {
  if (isRunning)
    await milestones.updateMany(
      { projectId, status: { $in: openStatuses } },
      { $set: { awaited: true } },
    );
  else await milestones.updateMany({ projectId, awaited: true }, { $unset: { awaited: 1 } });
}

/** The milestone, or null when there is none or the viewer does not take part. */
export async function findMilestone(
  { viewer, milestones, loaders }: Context,
  id: string,
): Promise<MilestoneRecord | null> {
  const milestone = await milestones.findById(id).lean<MilestoneRecord>();
  const project = milestone && (await loaders.project.load(milestone.projectId));
  return project && isParticipant(viewer, project) ? milestone : null;
}

/** A project's milestones, for those who take part and the secretariat; empty for others. */
export function findMilestones(context: Context, project: ProjectRecord) {
  return isParticipant(context.viewer, project)
    ? context.loaders.milestonesIn.load(project._id)
    : [];
}

/** The bytes of a delivered file in base64. */
export async function deliveredContent(
  { store }: Context,
  { sha256 }: { sha256: string },
): Promise<string> {
  return (await store.get(sha256)).toString('base64');
}

/** Days ahead that may be asked for. */
const daysAhead = { least: 0, most: 366 };

/** Milestones of running projects that are due within so many days or late, the latest first. The secretariat may. */
export function findLateMilestones(
  { viewer, milestones, arrivedAt }: Context,
  { withinDays, ...listing }: Listing & { withinDays?: number | null | undefined },
): Promise<MilestonePage> {
  signedInAs(viewer, 'SECRETARIAT');
  const days = within(withinDays ?? 0, daysAhead, 'withinDays');
  const until = seoulDay(new Date(arrivedAt.getTime() + days * 86_400_000));
  const due = days === 0 ? { $lt: until } : { $lte: until };
  const order = [
    ['dueOn', 1],
    ['_id', 1],
  ] as const;
  return findPage(milestones, { awaited: true, dueOn: due }, order, pageOf(listing));
}
