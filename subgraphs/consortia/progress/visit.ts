/** Site visits: the secretariat looks at a project where it is carried out. */
import { newId } from '#kit/id.ts';
import { seoulDay } from '#kit/instant.ts';
import { refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { breach } from '../programme/breaches.ts';
import { stateAfter } from '#kit/steps.ts';
import { tidy } from '#kit/text.ts';
import { signedInAs } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { holdProject, impartial, projectIn } from '../delivery/oversight.ts';
import { changeRevised } from '../form/revised.ts';
import { nameLength, readText, summaryLength, type GivenText } from '../form/wording.ts';
import { isParticipant } from '../project/audience.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { projectSteps } from '../project/state.ts';
import { visitSteps } from './state.ts';
import type { VisitRecord } from './visit.model.ts';

const visitorsLength = { least: 2, most: 200 };

/**
 * Plans a site visit of a running project. The secretariat may.
 *
 * @throws {Refusal} NOT_FOUND (projectId), WRONG_STATE (projectId; rules STATE, CONFLICT), INVALID (place, on, visitors)
 */
export async function planSiteVisit(
  context: Context,
  given: { projectId: string; place: GivenText; on: string; visitors: string },
): Promise<VisitRecord> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const project = await projectIn(context, given.projectId, ['projectId']);
  await impartial(context, project, ['projectId']);
  stateAfter(projectSteps, project.status, 'work', ['projectId']);
  const faults: Problem[] = [];
  const place = readText(given.place, nameLength, ['place'], faults);
  const visitors = tidy(given.visitors);
  const { least, most } = visitorsLength;
  if (visitors.length < least || visitors.length > most)
    faults.push(
      breach(
        'TEXT_LENGTH',
        `This has ${least} to ${most} characters.`,
        `${least} to ${most}`,
        visitors.length,
        ['visitors'],
      ),
    );
  if (given.on < seoulDay(context.arrivedAt))
    faults.push(
      breach('DAY_AHEAD', 'This day is over.', seoulDay(context.arrivedAt), given.on, ['on']),
    );
  refuseAny(faults);
  await holdProject(context, project);
  const record: VisitRecord = {
    _id: newId(),
    projectId: project._id,
    place,
    on: given.on,
    visitors,
    status: 'PLANNED',
    findings: null,
    isSatisfactory: null,
    recordedAt: null,
    revision: 1,
  };
  await context.visits.create([record]);
  return record;
}

/**
 * Records what a site visit found, on its day or later. The secretariat may.
 *
 * @throws {Refusal} NOT_FOUND (visitId), WRONG_STATE (visitId; rules STATE, CONFLICT), STALE (revision), INVALID (findings; visitId before its
 * day)
 */
export async function recordSiteVisit(
  context: Context,
  given: { visitId: string; revision: number; findings: GivenText; isSatisfactory: boolean },
): Promise<VisitRecord> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const visit = await visitIn(context, given.visitId);
  const status = stateAfter(visitSteps, visit.status, 'record', ['visitId']);
  const faults: Problem[] = [];
  const findings = readText(given.findings, { ...summaryLength, least: 2 }, ['findings'], faults);
  if (visit.on > seoulDay(context.arrivedAt))
    faults.push(
      breach('VISIT_DAY', 'The visit is still to come.', visit.on, seoulDay(context.arrivedAt), [
        'visitId',
      ]),
    );
  refuseAny(faults);
  const { isSatisfactory } = given;
  const change = { status, findings, isSatisfactory, recordedAt: context.arrivedAt };
  return changeVisit(context, visit, given.revision, change);
}

/**
 * Calls a site visit off. The secretariat may.
 *
 * @throws {Refusal} NOT_FOUND (visitId), WRONG_STATE (visitId; rules STATE, CONFLICT), STALE (revision)
 */
export async function cancelSiteVisit(
  context: Context,
  given: { visitId: string; revision: number },
): Promise<VisitRecord> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const visit = await visitIn(context, given.visitId);
  const status = stateAfter(visitSteps, visit.status, 'cancel', ['visitId']);
  return changeVisit(context, visit, given.revision, { status });
}

async function visitIn(context: Context, id: string): Promise<VisitRecord> {
  const path = ['visitId'];
  const visit = await context.visits.findById(id).lean<VisitRecord>();
  if (!visit) throw refusal('NOT_FOUND', 'There is no such visit.', path);
  await impartial(context, await projectIn(context, visit.projectId, path), path);
  return visit;
}

function changeVisit(
  { visits }: Context,
  visit: VisitRecord,
  revision: number,
  change: Partial<VisitRecord>,
): Promise<VisitRecord> {
  return changeRevised(visits, 'visit', visit, revision, change);
}

/** A project's site visits, the latest first, for those who take part and the secretariat; empty for others. */
export function findVisits({ viewer, loaders }: Context, project: ProjectRecord) {
  return isParticipant(viewer, project) ? loaders.visitsIn.load(project._id) : [];
}
