/** Who may look after a project that is carried out, and who writes to it. */
import { refusal, refuseAny } from '#kit/refusal.ts';
import { actingFor, signedIn, signedInAs, type SignedIn } from '#kit/viewer.ts';
import type { CallRecord } from '../call/call.model.ts';
import type { Context } from '../context.ts';
import type { StageRule } from '../programme/rules.ts';
import { isParticipant, maySee } from '../project/audience.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { ownInterest, type InterestContext } from '../review/interest.ts';

/**
 * A project as stored, for one who takes part in it or looks after it.
 *
 * @throws {Refusal} NOT_FOUND at `path`
 * @throws {GraphQLError} UNAUTHENTICATED
 */
export async function projectIn(
  { viewer, projects }: Context,
  id: string,
  path: string[],
): Promise<ProjectRecord> {
  signedIn(viewer);
  const project = await projects.findById(id).lean<ProjectRecord>();
  if (!project || !maySee(viewer, project) || !isParticipant(viewer, project))
    throw refusal('NOT_FOUND', 'There is no such project.', path);
  return project;
}

/**
 * Somebody of the secretariat who has no interest in a project: no firm of their own, or that they left less than two years
 * before, carries it out or is to use it.
 *
 * @throws {Refusal} WRONG_STATE at `path` (rule CONFLICT)
 * @throws {GraphQLError} UNAUTHENTICATED, FORBIDDEN
 */
export async function impartial(
  context: InterestContext,
  project: ProjectRecord,
  path: string[],
): Promise<SignedIn> {
  const secretary = signedInAs(context.viewer, 'SECRETARIAT');
  refuseAny(await ownInterest(context, [project], path));
  return secretary;
}

/**
 * The one who decides on what a project hands in: somebody of the secretariat without an interest in it, or an owner of
 * the lead's firm where no call awarded it.
 *
 * @throws {Refusal} WRONG_STATE at `path` (rule CONFLICT)
 * @throws {GraphQLError} UNAUTHENTICATED, FORBIDDEN
 */
export async function lookingAfter(
  context: InterestContext,
  project: ProjectRecord,
  path: string[],
): Promise<SignedIn> {
  return project.callId === null
    ? actingFor(context.viewer, project.leadCompanyId, 'OWNER')
    : impartial(context, project, path);
}

/**
 * Writes a project that something else of it is decided by, so that two such changes meet: one goes first, and the
 * other sees it. The project as it is then.
 */
export async function holdProject(
  { projects }: Pick<Context, 'projects'>,
  { _id }: ProjectRecord,
): Promise<ProjectRecord> {
  const held = await projects
    .findOneAndUpdate({ _id }, { $inc: { documentsTouched: 1 } }, { returnDocument: 'after' })
    .lean<ProjectRecord>();
  if (!held) throw refusal('NOT_FOUND', 'There is no such project.', ['projectId']);
  return held;
}

/** The stages of a project's call, in their order; empty when it has none. */
export async function stagesOf(
  { calls }: Pick<Context, 'calls'>,
  { callId }: ProjectRecord,
): Promise<StageRule[]> {
  const call = callId === null ? null : await calls.findById(callId).lean<CallRecord>();
  return call?.rules.stages ?? [];
}
