/** Handing a project in to its call, and taking it back. */
import { createHash } from 'node:crypto';

import { newId } from '#kit/id.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { seoulDay } from '#kit/instant.ts';
import { signedIn } from '#kit/viewer.ts';
import type { CallRecord } from '../call/call.model.ts';
import { callState, callSteps } from '../call/state.ts';
import { readTeam, sealBreaches } from '../consortium/seal.ts';
import type { MembershipRecord } from '../consortium/membership.model.ts';
import type { Context } from '../context.ts';
import { ofFamily } from '../pool/merged.ts';
import { breach } from '../programme/breaches.ts';
import type { BonusRule, Rules } from '../programme/rules.ts';
import { isParticipant } from '../project/audience.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { changeProject, projectToLead } from '../project/project.ts';
import { projectSteps } from '../project/state.ts';
import { stateAfter } from '#kit/steps.ts';
import type { DocumentRecord } from './document.model.ts';
import type { SubmissionRecord } from './submission.model.ts';

/** What came of a submission. */
export interface Submitted {
  project: ProjectRecord;
  submission: SubmissionRecord;
}

/** Which project, and the revision it was read at. */
export interface GivenSubmission {
  projectId: string;
  revision: number;
}

/**
 * Hands a sealed project in to its call. What arrived before the call closed is in, however long it took to look at. An
 * owner or editor of the lead's firm may.
 *
 * @throws {Refusal} NOT_FOUND (projectId), WRONG_STATE (projectId), EXPIRED (projectId), STALE (revision), INVALID for
 * every rule that does not hold (DOCUMENT, BONUS_ONCE and those of a seal)
 */
export async function submitProject(context: Context, given: GivenSubmission): Promise<Submitted> {
  const { userId } = signedIn(context.viewer);
  const project = await projectToLead(context, given.projectId, ['projectId']);
  const status = stateAfter(projectSteps, project.status, 'submit', ['projectId']);
  const call = await openCallOf(context, project);
  const documents = await context.documents
    .find({ projectId: project._id })
    .sort({ code: 1 })
    .lean<DocumentRecord[]>();
  const team = await readTeam(context, { _id: project.consortiumId ?? '' }, project);
  const earlier = await context.submissions
    .find({
      leadCompanyId: ofFamily(await context.loaders.family.load(project.leadCompanyId)),
      programmeId: call.programmeId,
    })
    .lean<SubmissionRecord[]>();
  const now = context.arrivedAt;
  refuseAny([
    ...sealBreaches(team, now, seoulDay(now)),
    ...documentBreaches(call.rules, documents),
    ...bonusBreaches(call.rules.bonuses, project.bonuses, earlier, now),
  ]);
  const submission: SubmissionRecord = {
    _id: newId(),
    projectId: project._id,
    callId: call._id,
    programmeId: call.programmeId,
    leadCompanyId: project.leadCompanyId,
    number: await nextNumber(context, call),
    submittedAt: now,
    submittedBy: userId,
    hash: submissionHash(project, team.memberships, documents, now),
    documents: documents.map(({ code, fileName, sha256 }) => ({ code, fileName, sha256 })),
    bonuses: project.bonuses,
    takenBackAt: null,
  };
  await context.submissions.create([submission]);
  const changed = await changeProject(
    context,
    project,
    given.revision,
    { status },
    await memberIdsOf(context, project),
  );
  return { project: changed, submission };
}

/** The project's call, which must have been open when the request arrived. */
async function openCallOf(
  { calls, arrivedAt }: Context,
  project: ProjectRecord,
): Promise<CallRecord> {
  const path = ['projectId'];
  const call = project.callId && (await calls.findById(project.callId).lean<CallRecord>());
  if (!call)
    throw refusal('WRONG_STATE', 'A free project is not submitted.', path, {
      rule: 'UNDER_A_CALL',
      limit: 'a call',
      found: 'none',
    });
  // A decided call takes nothing more, however early it arrived.
  if (callSteps.submit[callState(call, arrivedAt)]) return call;
  throw refusal('EXPIRED', 'The call is closed.', path, {
    rule: 'CLOSES',
    limit: call.closesAt.toISOString(),
    found: arrivedAt.toISOString(),
  });
}

/** Firms of the project's sealed consortium, lead first. */
export async function memberIdsOf(
  { consortia }: Pick<Context, 'consortia'>,
  { consortiumId }: Pick<ProjectRecord, 'consortiumId'>,
): Promise<string[]> {
  if (consortiumId === null) return [];
  const consortium = await consortia.findById(consortiumId).lean<{ memberIds: string[] }>();
  return consortium?.memberIds ?? [];
}

async function nextNumber({ calls }: Context, call: CallRecord): Promise<number> {
  const counted = await calls
    .findOneAndUpdate({ _id: call._id }, { $inc: { submissions: 1 } }, { returnDocument: 'after' })
    .lean<CallRecord>();
  return counted?.submissions ?? 1;
}

/** Documents that the rules ask for and that are missing. */
export function documentBreaches(
  rules: Pick<Rules, 'documents'>,
  documents: readonly Pick<DocumentRecord, 'code'>[],
): Problem[] {
  return rules.documents
    .filter(({ code, mandatory }) => mandatory && !documents.some((each) => each.code === code))
    .map(({ code, name }) =>
      breach('DOCUMENT', `A document is missing: ${name.en ?? name.ko}.`, code, 'none', [
        'documents',
        code,
      ]),
    );
}

/** Bonuses that the lead's firm claimed in the programme too short a time ago; what was taken back does not count. */
export function bonusBreaches(
  rules: readonly BonusRule[],
  claimed: readonly string[],
  earlier: readonly Pick<SubmissionRecord, 'bonuses' | 'submittedAt' | 'takenBackAt'>[],
  now: Date,
): Problem[] {
  return claimed.flatMap((bonus, index) => {
    const years = rules.find(({ code }) => code === bonus)?.onceWithinYears ?? null;
    if (years === null) return [];
    const since = new Date(now);
    since.setUTCFullYear(since.getUTCFullYear() - years);
    const last = earlier.find(
      ({ bonuses, submittedAt, takenBackAt }) =>
        takenBackAt === null && submittedAt > since && bonuses.includes(bonus),
    );
    if (!last) return [];
    return [
      problem('INVALID', 'The firm claimed this bonus before.', ['bonuses', String(index)], {
        rule: 'BONUS_ONCE',
        limit: `${years} years`,
        found: last.submittedAt.toISOString(),
      }),
    ];
  });
}

/** SHA-256 of everything that is submitted, in one fixed order. */
export function submissionHash(
  project: ProjectRecord,
  memberships: readonly MembershipRecord[],
  documents: readonly Pick<DocumentRecord, 'code' | 'sha256'>[],
  submittedAt: Date,
): string {
  const { _id, callId, title, summary, sector, requirements, sites, demandCompanyIds } = project;
  const { budget, stages, matching, bonuses } = project;
  const members = memberships
    .filter(({ standing }) => standing)
    .map(({ companyId, role, share, requirementIds }) => [companyId, role, share, requirementIds]);
  const files = documents.map(({ code, sha256 }) => [code, sha256]);
  const content = { title, summary, sector, requirements, sites, demandCompanyIds };
  const money = { budget, stages, matching, bonuses };
  return createHash('sha256')
    .update(JSON.stringify([_id, callId, content, money, members, files, submittedAt]))
    .digest('hex');
}

/**
 * Takes a submission back before its call closes; it may be submitted again. An owner or editor of the lead's firm may.
 *
 * @throws {Refusal} NOT_FOUND (projectId), WRONG_STATE (projectId), EXPIRED (projectId), STALE (revision)
 */
export async function takeBackSubmission(
  context: Context,
  given: GivenSubmission,
): Promise<ProjectRecord> {
  const project = await projectToLead(context, given.projectId, ['projectId']);
  const status = stateAfter(projectSteps, project.status, 'takeBack', ['projectId']);
  await openCallOf(context, project);
  await context.submissions.updateMany(
    { projectId: project._id, takenBackAt: null },
    { $set: { takenBackAt: context.arrivedAt } },
  );
  return changeProject(
    context,
    project,
    given.revision,
    { status },
    await memberIdsOf(context, project),
  );
}

/** The receipt of a project's submission, for those who take part and the secretariat. */
export async function findSubmission(
  { viewer, loaders }: Context,
  project: ProjectRecord,
): Promise<SubmissionRecord | null> {
  return isParticipant(viewer, project) ? loaders.submission.load(project._id) : null;
}
