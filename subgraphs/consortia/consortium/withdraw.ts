/** Taking a project back before it is handed in: its consortium ends with it. */
import { publishFacts } from '#kit/facts.ts';
import { refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { stateAfter } from '#kit/steps.ts';
import { actingFor, hasRole, isIn, signedIn } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { impartial } from '../delivery/oversight.ts';
import { readReason, reasonLength } from '../form/wording.ts';
import { everybody, maySee } from '../project/audience.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { changeProject } from '../project/project.ts';
import { projectSteps } from '../project/state.ts';
import { changeConsortium, endMemberships, readConsortium } from './consortium.ts';
import { consortiumSteps } from './state.ts';

/**
 * Takes a project back that is not submitted, for good; its consortium ends with it. Before the seal an owner or editor
 * of the lead's firm may. Afterwards it takes the consent of every member (`consentToWithdrawal`), or the secretariat,
 * for a reason that is kept.
 *
 * @throws {Refusal} NOT_FOUND (projectId), WRONG_STATE (projectId; rules STATE, CONFLICT, ALL_CONSENT), STALE
 * (revision), INVALID (reason)
 */
export async function withdrawProject(
  context: Context,
  given: { projectId: string; revision: number; reason: string },
): Promise<ProjectRecord> {
  const { viewer, projects } = context;
  signedIn(viewer);
  const path = ['projectId'];
  const project = await projects.findById(given.projectId).lean<ProjectRecord>();
  if (!project || !maySee(viewer, project))
    throw refusal('NOT_FOUND', 'There is no such project.', path);
  const step = await stepOf(context, project, path);
  stateAfter(projectSteps, project.status, step, path);
  const faults: Problem[] = [];
  const reason = readReason(given.reason, reasonLength, ['reason'], faults) ?? '';
  refuseAny(faults);
  return endProject(context, project, given.revision, step, reason, path);
}

/** What the viewer does by taking a project back: the lead one that is not sealed, the secretariat one that is. */
async function stepOf(
  context: Context,
  project: ProjectRecord,
  path: string[],
): Promise<'withdraw' | 'abandon'> {
  const { viewer } = context;
  const { leadCompanyId, status } = project;
  const isLead = isIn(viewer, leadCompanyId, 'EDITOR');
  if (hasRole(viewer, 'SECRETARIAT') && !isLead) {
    await impartial(context, project, path);
    return 'abandon';
  }
  actingFor(viewer, leadCompanyId, 'EDITOR');
  if (status !== 'SEALED') return 'withdraw';
  throw refusal('WRONG_STATE', 'A sealed project is taken back by all of its members.', path, {
    rule: 'ALL_CONSENT',
    limit: 'the consent of every member',
    found: 'the lead alone',
  });
}

/**
 * Ends a project and its consortium; nobody but its own firms and the secretariat sees it any more.
 *
 * @throws {Refusal} WRONG_STATE at `path`, STALE (revision)
 */
export async function endProject(
  context: Context,
  project: ProjectRecord,
  revision: number,
  step: 'withdraw' | 'abandon',
  reason: string,
  path: string[],
): Promise<ProjectRecord> {
  const status = stateAfter(projectSteps, project.status, step, path);
  if (project.consortiumId !== null) {
    const consortium = await readConsortium(context, project.consortiumId, path);
    const ended = stateAfter(consortiumSteps, consortium.status, 'end', path);
    await changeConsortium(context, consortium, consortium.revision, { status: ended, reason });
    await endMemberships(context, consortium._id, reason);
  }
  const withdrawn = await changeProject(context, project, revision, {
    status,
    endReason: reason,
    endedAt: context.arrivedAt,
    audience: project.audience.filter((key) => key !== everybody),
  });
  await context.memberships.updateMany(
    { projectId: project._id },
    { $pull: { audience: everybody } },
  );
  // Whoever followed it as a public project is told that it is gone.
  if (project.sealedAt !== null)
    await publishFacts(context.facts, [{ kind: 'project', key: project._id, state: null }]);
  return withdrawn;
}
