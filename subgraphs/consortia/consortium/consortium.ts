/** Consortia: the firms that carry out a project together. */
import { newId } from '#kit/id.ts';
import { findPage } from '#kit/page.ts';
import { refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import type { Context } from '../context.ts';
import { pageOf, type Listing } from '../form/listing.ts';
import { ofFamily } from '../pool/merged.ts';
import { maySee, visibleTo } from '../project/audience.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { changeProject, projectToLead } from '../project/project.ts';
import { projectSteps } from '../project/state.ts';
import { stateAfter } from '#kit/steps.ts';
import { readReason, reasonLength } from '../form/wording.ts';
import type { ConsortiumPage, ConsortiumRecord } from './consortium.model.ts';
import type { MembershipRecord } from './membership.model.ts';
import { consortiumSteps } from './state.ts';

/** The consortium, or null when there is none or the viewer may not see its project. */
export async function findConsortium(
  { viewer, loaders }: Context,
  id: string,
): Promise<ConsortiumRecord | null> {
  const consortium = await loaders.consortium.load(id);
  const project = consortium && (await loaders.project.load(consortium.projectId));
  return project && maySee(viewer, project) ? consortium : null;
}

/** Consortia in which a firm takes part, or one that became part of it, and that the viewer may see, newest first. */
export async function findConsortiaOf(
  { viewer, consortia, memberships, loaders }: Context,
  companyId: string,
  listing: Listing,
): Promise<ConsortiumPage> {
  const family = ofFamily(await loaders.family.load(companyId));
  const own = await memberships
    .find({ companyId: family, status: 'ACCEPTED', ...visibleTo(viewer) })
    .select({ consortiumId: 1 })
    .lean<Pick<MembershipRecord, 'consortiumId'>[]>();
  const ids = own.map(({ consortiumId }) => consortiumId);
  return findPage(consortia, { _id: { $in: ids } }, [['_id', -1]], pageOf(listing));
}

/**
 * The project's consortium, formed now with the lead as its first member when there is none.
 *
 * @throws {Refusal} WRONG_STATE at `path` when the project is not a draft or forming
 */
export async function formingConsortium(
  context: Context,
  project: ProjectRecord,
  path: string[],
): Promise<ConsortiumRecord> {
  const status = stateAfter(projectSteps, project.status, 'form', path);
  if (project.consortiumId !== null) {
    const consortium = await readConsortium(context, project.consortiumId, path);
    return changeConsortium(context, consortium, consortium.revision, {
      status: stateAfter(consortiumSteps, consortium.status, 'change', path),
    });
  }
  const now = new Date();
  const consortium: ConsortiumRecord = {
    _id: newId(),
    projectId: project._id,
    status: 'FORMING',
    memberIds: [],
    formedAt: now,
    sealedAt: null,
    reason: null,
    revision: 1,
  };
  const lead = leadPlace(project, consortium._id, now);
  await context.consortia.create([consortium]);
  await context.memberships.create([lead]);
  await changeProject(context, project, project.revision, { status, consortiumId: consortium._id });
  return consortium;
}

/** The place of the firm that drafted a project, the first of its consortium. */
export function leadPlace(
  { _id: projectId, leadCompanyId }: Pick<ProjectRecord, '_id' | 'leadCompanyId'>,
  consortiumId: string,
  now: Date,
): MembershipRecord {
  return {
    _id: newId(),
    consortiumId,
    projectId,
    companyId: leadCompanyId,
    role: 'LEAD',
    requirementIds: [],
    share: null,
    status: 'ACCEPTED',
    standing: true,
    running: true,
    deadline: null,
    invitedAt: now,
    answeredAt: now,
    reason: null,
    counter: null,
    replacesId: null,
    audience: [leadCompanyId],
    revision: 1,
  };
}

/** @throws {Refusal} NOT_FOUND at `path` */
export async function readConsortium(
  { consortia }: Pick<Context, 'consortia'>,
  id: string,
  path: string[],
): Promise<ConsortiumRecord> {
  const consortium = await consortia.findById(id).lean<ConsortiumRecord>();
  if (!consortium) throw refusal('NOT_FOUND', 'There is no such consortium.', path);
  return consortium;
}

/**
 * Stores a change of a consortium read at `revision`. Every change of a membership passes here too, so that it meets a
 * sealing at the same time.
 *
 * @throws {Refusal} STALE (revision)
 */
export async function changeConsortium(
  { consortia }: Pick<Context, 'consortia'>,
  consortium: ConsortiumRecord,
  revision: number,
  change: Partial<ConsortiumRecord>,
): Promise<ConsortiumRecord> {
  const { matchedCount } = await consortia.updateOne(
    { _id: consortium._id, revision },
    { $set: change, $inc: { revision: 1 } },
  );
  if (matchedCount === 0)
    throw refusal('STALE', 'The consortium was changed since it was read.', ['revision']);
  return { ...consortium, ...change, revision: revision + 1 };
}

/** Consortium and project for a change by the lead's firm. */
export async function consortiumToLead(
  context: Context,
  consortiumId: string,
): Promise<{ consortium: ConsortiumRecord; project: ProjectRecord }> {
  const path = ['consortiumId'];
  const consortium = await readConsortium(context, consortiumId, path);
  const project = await projectToLead(context, consortium.projectId, path);
  return { consortium, project };
}

/**
 * Gives up a consortium that is not sealed; its project is a draft again. An owner or editor of the lead's firm may.
 *
 * @throws {Refusal} NOT_FOUND (consortiumId), WRONG_STATE (consortiumId), STALE (revision), INVALID (reason)
 */
export async function dissolveConsortium(
  context: Context,
  given: { consortiumId: string; revision: number; reason: string },
): Promise<ConsortiumRecord> {
  const { consortium, project } = await consortiumToLead(context, given.consortiumId);
  const status = stateAfter(consortiumSteps, consortium.status, 'dissolve', ['consortiumId']);
  const faults: Problem[] = [];
  const reason = readReason(given.reason, reasonLength, ['reason'], faults);
  refuseAny(faults);
  const dissolved = await changeConsortium(context, consortium, given.revision, {
    status,
    reason,
  });
  await endMemberships(context, consortium._id, reason);
  await changeProject(context, project, project.revision, {
    status: stateAfter(projectSteps, project.status, 'disband', ['consortiumId']),
    consortiumId: null,
    audience: [project.leadCompanyId],
  });
  return dissolved;
}

/** Takes everybody who stands out of a consortium that ends. */
export async function endMemberships(
  { memberships }: Context,
  consortiumId: string,
  reason: string | null,
): Promise<void> {
  await memberships.updateMany(
    { consortiumId, standing: true },
    {
      $set: { status: 'WITHDRAWN', answeredAt: new Date(), reason },
      $unset: { standing: 1, running: 1 },
      $inc: { revision: 1 },
    },
  );
}
