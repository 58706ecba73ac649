/** Progress reports: what a project did, how far it is, what stands in the way. */
import { newId } from '#kit/id.ts';
import { seoulDay } from '#kit/instant.ts';
import { refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { breach } from '../programme/breaches.ts';
import { stateAfter } from '#kit/steps.ts';
import { actingFor } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { holdProject, lookingAfter, projectIn } from '../delivery/oversight.ts';
import { readVerdict } from '../delivery/verdict.ts';
import { changeRevised } from '../form/revised.ts';
import { readText, summaryLength, type GivenText } from '../form/wording.ts';
import { isParticipant } from '../project/audience.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { projectToLead } from '../project/project.ts';
import { projectSteps } from '../project/state.ts';
import type { ReportRecord } from './report.model.ts';
import { reportSteps } from './state.ts';

const reportsLimit = 500;

/** A report as a client gives it. */
export interface GivenReport {
  projectId: string;
  from: string;
  to: string;
  done: number;
  summary: GivenText;
  obstacles?: GivenText | null | undefined;
}

/**
 * Hands in a progress report. An owner or editor of the lead's firm may, while the project runs.
 *
 * @throws {Refusal} NOT_FOUND (projectId), WRONG_STATE (projectId), INVALID (from, to, summary, obstacles),
 * LIMIT_REACHED (projectId)
 */
export async function submitProgressReport(
  context: Context,
  given: GivenReport,
): Promise<ReportRecord> {
  const project = await projectToLead(context, given.projectId, ['projectId']);
  const { userId } = actingFor(context.viewer, project.leadCompanyId, 'EDITOR');
  stateAfter(projectSteps, project.status, 'work', ['projectId']);
  const faults: Problem[] = periodFaults(given, seoulDay(context.arrivedAt));
  const summary = readText(given.summary, { ...summaryLength, least: 2 }, ['summary'], faults);
  const obstacles = readText(given.obstacles ?? {}, summaryLength, ['obstacles'], faults);
  refuseAny(faults);
  // Two reports at one time write the same project: the second's number follows the first's.
  await holdProject(context, project);
  const last = await context.reports
    .findOne({ projectId: project._id })
    .sort({ number: -1 })
    .lean<ReportRecord>();
  const number = (last?.number ?? 0) + 1;
  if (number > reportsLimit)
    throw refusal('LIMIT_REACHED', `A project has up to ${reportsLimit} reports.`, ['projectId'], {
      rule: 'REPORTS_MOST',
      limit: String(reportsLimit),
      found: String(number),
    });
  const record: ReportRecord = {
    _id: newId(),
    projectId: project._id,
    number,
    from: given.from,
    to: given.to,
    done: given.done,
    summary,
    obstacles,
    status: 'SUBMITTED',
    reportedBy: userId,
    reportedAt: context.arrivedAt,
    decidedAt: null,
    verdict: null,
    revision: 1,
  };
  await context.reports.create([record]);
  return record;
}

/** What is wrong with the days of a report. */
export function periodFaults(
  { from, to }: Pick<GivenReport, 'from' | 'to'>,
  today: string,
): Problem[] {
  const faults: Problem[] = [];
  if (to < from)
    faults.push(breach('PERIOD_ORDER', 'The last day is not before the first.', from, to, ['to']));
  if (to > today)
    faults.push(breach('DAY_PAST', 'A report is of days that are over.', today, to, ['to']));
  return faults;
}

/**
 * Accepts a report or returns it with a reason. The secretariat may, or an owner of the lead's firm in a project that
 * no call awarded.
 *
 * @throws {Refusal} NOT_FOUND (reportId), WRONG_STATE (reportId; rules STATE, CONFLICT), STALE (revision), INVALID (verdict)
 */
export async function decideProgressReport(
  context: Context,
  given: {
    reportId: string;
    revision: number;
    accept: boolean;
    verdict?: string | null | undefined;
  },
): Promise<ReportRecord> {
  const path = ['reportId'];
  const report = await context.reports.findById(given.reportId).lean<ReportRecord>();
  if (!report) throw refusal('NOT_FOUND', 'There is no such report.', path);
  await lookingAfter(context, await projectIn(context, report.projectId, path), path);
  const verdict = {
    isYes: given.accept,
    steps: ['accept', 'return'],
    verdict: given.verdict,
  } as const;
  const decision = readVerdict(reportSteps, report.status, verdict, path, context.arrivedAt);
  return changeRevised(context.reports, 'report', report, given.revision, decision);
}

/** A project's reports, newest first, for those who take part and the secretariat; empty for others. */
export function findReports({ viewer, loaders }: Context, project: ProjectRecord) {
  return isParticipant(viewer, project) ? loaders.reportsIn.load(project._id) : [];
}
