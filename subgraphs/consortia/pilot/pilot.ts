/** Pilot users: firms that try what a project makes, and say what they think of it. */
import { newId } from '#kit/id.ts';
import { seoulDay } from '#kit/instant.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { stateAfter } from '#kit/steps.ts';
import { actingFor, isIn, signedIn } from '#kit/viewer.ts';
import type { MembershipRole } from '../consortium/state.ts';
import type { Context } from '../context.ts';
import { holdProject } from '../delivery/oversight.ts';
import { changeRevised } from '../form/revised.ts';
import { nameLength, readText, summaryLength, type GivenText } from '../form/wording.ts';
import { unknownFirm, unknownFirms } from '../pool/firm.ts';
import { breach } from '../programme/breaches.ts';
import { isParticipant } from '../project/audience.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { projectToLead } from '../project/project.ts';
import { projectSteps } from '../project/state.ts';
import type { PilotRecord } from './pilot.model.ts';

/**
 * Takes a firm in as a pilot user of a running project. An owner or editor of the lead's firm may.
 *
 * @throws {Refusal} NOT_FOUND (projectId, companyId), WRONG_STATE (projectId), TAKEN (companyId), INVALID (to, subject;
 * companyId with rule INDEPENDENT: those who make it do not judge it)
 */
export async function enrolPilot(
  context: Context,
  given: {
    projectId: string;
    companyId: string;
    from: string;
    to?: string | null | undefined;
    subject: GivenText;
  },
): Promise<PilotRecord> {
  const project = await projectToLead(context, given.projectId, ['projectId']);
  stateAfter(projectSteps, project.status, 'work', ['projectId']);
  const { companyId, from } = given;
  const to = given.to ?? null;
  const faults: Problem[] = [];
  const [unknown] = await unknownFirms(context.firms, [companyId]);
  if (unknown !== undefined) faults.push(unknownFirm(companyId, ['companyId']));
  if (await isMaker(context, project, companyId))
    faults.push(
      breach('INDEPENDENT', 'A firm that makes it is no pilot user.', 'another firm', companyId, [
        'companyId',
      ]),
    );
  if (to !== null && to < from)
    faults.push(breach('PERIOD_ORDER', 'The last day is not before the first.', from, to, ['to']));
  const subject = readText(given.subject, nameLength, ['subject'], faults);
  refuseAny(faults);
  await holdProject(context, project);
  const record: PilotRecord = {
    _id: newId(),
    projectId: project._id,
    companyId,
    from,
    to,
    subject,
    feedback: null,
    revision: 1,
  };
  await context.pilots.create([record]).catch((error: unknown) => {
    if (!isDuplicateKey(error)) throw error;
    throw refusal('TAKEN', 'This firm is a pilot user already.', ['companyId'], {
      rule: 'PILOT_ONCE',
      limit: '1',
      found: '2',
    });
  });
  return record;
}

const makerRoles: readonly MembershipRole[] = ['LEAD', 'PARTNER'];

/** Whether a firm supplies the project; those on the demand side are its natural pilot users. */
async function isMaker(
  { memberships }: Context,
  { _id }: ProjectRecord,
  companyId: string,
): Promise<boolean> {
  return (
    (await memberships.countDocuments({
      projectId: _id,
      companyId,
      role: { $in: makerRoles },
      standing: true,
    })) > 0
  );
}

/**
 * Says what a pilot user thinks; again until the project is over. An owner or editor of that firm may.
 *
 * @throws {Refusal} NOT_FOUND (pilotId), WRONG_STATE (pilotId), STALE (revision), INVALID (rating, words; pilotId with rule
 * PILOT_BEGUN before its first day)
 */
export async function givePilotFeedback(
  context: Context,
  given: { pilotId: string; revision: number; rating: number; words: GivenText },
): Promise<PilotRecord> {
  const { viewer, pilots, projects, arrivedAt } = context;
  signedIn(viewer);
  const path = ['pilotId'];
  const pilot = await pilots.findById(given.pilotId).lean<PilotRecord>();
  const project = pilot && (await projects.findById(pilot.projectId).lean<ProjectRecord>());
  if (!project) throw refusal('NOT_FOUND', 'There is no such pilot user.', path);
  const { userId } = actingFor(viewer, pilot.companyId, 'EDITOR');
  stateAfter(projectSteps, project.status, 'work', path);
  const faults: Problem[] = [];
  const today = seoulDay(arrivedAt);
  if (pilot.from > today)
    faults.push(breach('PILOT_BEGUN', 'The trial is still to come.', pilot.from, today, path));
  const { rating } = given;
  if (rating < 1 || rating > 5)
    faults.push(breach('RATING', 'A rating is 1 to 5.', '1 to 5', rating, ['rating']));
  const words = readText(given.words, { ...summaryLength, least: 2 }, ['words'], faults);
  refuseAny(faults);
  // Feedback that meets the end of the project: the end counts it, or it is too late.
  await holdProject(context, project);
  const feedback = { rating, words, givenBy: userId, givenAt: arrivedAt };
  return changeRevised(pilots, 'feedback', pilot, given.revision, { feedback });
}

/** Mean of what pilot users say, 1 to 5; null when nobody did. */
export function meanRating(pilots: readonly Pick<PilotRecord, 'feedback'>[]): number | null {
  const ratings = pilots.flatMap(({ feedback }) => feedback?.rating ?? []);
  if (ratings.length === 0) return null;
  return ratings.reduce((sum, rating) => sum + rating, 0) / ratings.length;
}

/** A project's pilot users: all for those who take part and the secretariat, for others their own. */
export async function findPilots(context: Context, project: ProjectRecord): Promise<PilotRecord[]> {
  const { viewer, loaders } = context;
  if (viewer.userId === null) return [];
  const all = await loaders.pilotsIn.load(project._id);
  if (isParticipant(viewer, project)) return all;
  return all.filter(({ companyId }) => isIn(viewer, companyId, 'VIEWER'));
}

/** A project's pilot users as stored. */
export async function pilotsIn(
  { pilots }: Pick<Context, 'pilots'>,
  projectId: string,
): Promise<PilotRecord[]> {
  return pilots.find({ projectId }).lean<PilotRecord[]>();
}
