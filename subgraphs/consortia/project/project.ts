/** Projects: what one consortium proposes and carries out. */
import { publishFacts } from '#kit/facts.ts';
import { newId } from '#kit/id.ts';
import { badInput, findPage } from '#kit/page.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { actingFor, signedIn } from '#kit/viewer.ts';
import type { ProjectFact } from '#schema/facts.ts';
import { callStatus } from '../call/state.ts';
import type { CallRecord } from '../call/call.model.ts';
import type { Context } from '../context.ts';
import { pageOf, type Listing } from '../form/listing.ts';
import type { FirmRecord } from '../pool/firm.model.ts';
import { mayTakePart, unknownFirm, unknownFirms, standingOf } from '../pool/firm.ts';
import { ofFamily } from '../pool/merged.ts';
import { followed } from '../pool/succession.ts';
import { planBreaches, type Plan } from '../programme/breaches.ts';
import { oneSectorFaults } from '../programme/sector.ts';
import { stateAfter } from '#kit/steps.ts';
import { wantedGrams, type GivenText } from '../form/wording.ts';
import { isInside, maySee, publicStatuses, visibleTo } from './audience.ts';
import { readContent, type GivenContent } from './content.ts';
import { openProjectFact } from './open.ts';
import type {
  ProjectPage,
  ProjectRecord,
  RequirementRecord,
  RequirementSourceRecord,
  StageBudget,
} from './project.model.ts';
import { readRequirements, technologyFaults, type GivenRequirement } from './requirement.ts';
import { openStatuses, projectSteps, type ProjectStatus } from './state.ts';

/** Which projects. */
export interface ProjectFilter {
  text?: string | null | undefined;
  status?: ProjectStatus | null | undefined;
  sector?: string | null | undefined;
  programmeId?: string | null | undefined;
  callId?: string | null | undefined;
  leadCompanyId?: string | null | undefined;
}

/**
 * Projects that the viewer may see, newest first.
 *
 * @throws {GraphQLError} BAD_USER_INPUT for a text without two letters in a row
 */
export async function findProjects(
  { viewer, projects, loaders }: Context,
  listing: Listing<ProjectFilter>,
): Promise<ProjectPage> {
  const { text, leadCompanyId: leadId, ...rest } = listing.filter ?? {};
  const wanted = text == null ? null : wantedGrams(text);
  if (text != null && wanted === null) throw badInput('A text has at least two letters in a row.');
  const given = Object.entries(rest).filter(([, value]) => value != null);
  const filter = {
    ...Object.fromEntries(given),
    ...(leadId != null && { leadCompanyId: ofFamily(await loaders.family.load(leadId)) }),
    ...(wanted && { grams: { $all: wanted } }),
    ...visibleTo(viewer),
  };
  return findPage(projects, filter, [['_id', -1]], pageOf(listing));
}

/** The project, or null when there is none or the viewer may not see it. */
export async function findProject(
  { viewer, loaders }: Context,
  id: string,
): Promise<ProjectRecord | null> {
  const project = await loaders.project.load(id);
  return project && maySee(viewer, project) ? project : null;
}

/** A project's requirements; estimated prices only for the lead's firm and the secretariat. */
export function shownRequirements(
  { viewer }: Pick<Context, 'viewer'>,
  { requirements, leadCompanyId }: Pick<ProjectRecord, 'requirements' | 'leadCompanyId'>,
): RequirementRecord[] {
  if (isInside(viewer, leadCompanyId)) return requirements;
  return requirements.map((requirement) => ({ ...requirement, estimatedPrice: null }));
}

/** Firms that are to use what a project makes, without those that nobody knows or that wait for approval. */
export async function shownDemandCompanies(
  { loaders }: Pick<Context, 'loaders'>,
  { demandCompanyIds }: Pick<ProjectRecord, 'demandCompanyIds'>,
): Promise<{ id: string }[]> {
  const firms = await Promise.all(demandCompanyIds.map((id) => loaders.firm.load(id)));
  return firms.flatMap((firm) =>
    firm?.company && firm.company.status !== 'PENDING' ? [{ id: firm._id }] : [],
  );
}

/**
 * The project as it is stored, for a change by the lead's firm.
 *
 * @throws {Refusal} NOT_FOUND at `path`
 * @throws {GraphQLError} UNAUTHENTICATED, FORBIDDEN
 */
export async function projectToLead(
  { viewer, projects }: Context,
  id: string,
  path: string[],
): Promise<ProjectRecord> {
  signedIn(viewer);
  const project = await projects.findById(id).lean<ProjectRecord>();
  if (!project || !maySee(viewer, project))
    throw refusal('NOT_FOUND', 'There is no such project.', path);
  actingFor(viewer, project.leadCompanyId, 'EDITOR');
  return project;
}

/**
 * Stores a change of a project read at `revision`, and tells it: everything once the project is public, only what it requires
 * before.
 *
 * @throws {Refusal} STALE (revision)
 */
export async function changeProject(
  { projects, facts }: Pick<Context, 'projects' | 'facts'>,
  project: ProjectRecord,
  revision: number,
  change: Partial<ProjectRecord>,
  memberIds: string[] = [],
): Promise<ProjectRecord> {
  const { matchedCount } = await projects.updateOne(
    { _id: project._id, revision },
    { $set: change, $inc: { revision: 1 } },
  );
  if (matchedCount === 0)
    throw refusal('STALE', 'The project was changed since it was read.', ['revision']);
  const changed = { ...project, ...change, revision: revision + 1 };
  const isPublic = publicStatuses.includes(changed.status);
  const isOrWasOpen = [project.status, changed.status].some((each) => openStatuses.includes(each));
  // The public one first: whoever follows both knows what the project requires all the time.
  await publishFacts(facts, [
    ...(isPublic
      ? [{ kind: 'project', key: project._id, state: projectFact(changed, memberIds) }]
      : []),
    ...(isOrWasOpen ? [openProjectFact(changed)] : []),
  ]);
  return changed;
}

/** What a public project tells other services. */
export function projectFact(project: ProjectRecord, memberIds: string[]): ProjectFact {
  const { finished, endedAt } = project;
  return {
    title: project.title,
    status: project.status,
    sector: project.sector,
    requirements: project.requirements.map((each) => ({
      technologyId: each.technologyId,
      level: each.leastLevel,
      providers: each.providers,
      mandatory: each.mandatory,
    })),
    memberIds,
    finished: finished && endedAt ? { at: endedAt, ...finished } : null,
  };
}

/** A project as a client gives it. */
export interface GivenProject extends GivenContent {
  callId?: string | null | undefined;
  leadCompanyId: string;
  requirements: readonly GivenRequirement[];
  /** A project whose requirements are taken over where none are given. */
  copyFrom?: string | null | undefined;
}

/**
 * Drafts a project. An owner or editor of the lead's firm may.
 *
 * @throws {Refusal} NOT_FOUND (callId, leadCompanyId, demandCompanyIds/… with rule COMPANY_IS_KNOWN,
 * requirements/…/technologyId), WRONG_STATE (callId before it opens, leadCompanyId when the firm may not take part), EXPIRED (callId), INVALID (every other field; rules SECTOR,
 * BUDGET_CAP, STAGE, STAGE_CAP, STAGE_ORDER, STAGES_SUM, MATCHING, BONUS)
 */
export async function draftProject(context: Context, given: GivenProject): Promise<ProjectRecord> {
  const { userId } = actingFor(context.viewer, given.leadCompanyId, 'EDITOR');
  const now = new Date();
  const faults: Problem[] = [];
  const firm = await context.firms.findById(given.leadCompanyId).lean<FirmRecord>();
  faults.push(...leadFaults(firm, now));
  const call = await callToJoin(context, given.callId ?? null, now, faults);
  const content = readContent(given, faults);
  faults.push(...(await oneSectorFaults(context, given.sector)));
  faults.push(...(await demandFaults(context, given.demandCompanyIds)));
  const source = await projectToCopy(context, given.copyFrom ?? null, faults);
  const copied = await followed(context.technologies, withoutIds(source));
  const taken = given.requirements.length > 0 ? given.requirements : copied;
  const requirements = readRequirements(taken, [], faults);
  faults.push(...(await technologyFaults(context.technologies, requirements)));
  refuseAny([...faults, ...rulesBroken(call, content)]);
  const record: ProjectRecord = {
    _id: newId(),
    ...placeIn(call),
    ...content,
    leadCompanyId: given.leadCompanyId,
    status: 'DRAFT',
    requirements,
    copiedFromId: source?._id ?? null,
    sources: source && given.requirements.length === 0 ? [copyOf(source, userId, now)] : [],
    consortiumId: null,
    audience: [given.leadCompanyId],
    documentsTouched: 0,
    stage: null,
    gates: [],
    plan: [],
    entries: 0,
    startedAt: null,
    endedAt: null,
    endReason: null,
    finished: null,
    settledAt: null,
    draftedBy: userId,
    draftedAt: now,
    sealedAt: null,
    revision: 1,
  };
  await context.projects.create([record]);
  await publishFacts(context.facts, [openProjectFact(record)]);
  return record;
}

/** Which of the firms that are to use a project's result nobody knows as approved. */
async function demandFaults({ firms }: Context, ids: readonly string[]): Promise<Problem[]> {
  const unknown = await unknownFirms(firms, ids);
  return unknown.map((index) => unknownFirm(ids[index] ?? '', ['demandCompanyIds', String(index)]));
}

function placeIn(call: CallRecord | null): Pick<ProjectRecord, 'callId' | 'programmeId'> {
  return call
    ? { callId: call._id, programmeId: call.programmeId }
    : { callId: null, programmeId: null };
}

function rulesBroken(call: CallRecord | null, content: Plan): Problem[] {
  return call ? planBreaches(call.rules, call.sectors, content) : [];
}

async function projectToCopy(
  { viewer, projects }: Context,
  id: string | null,
  faults: Problem[],
): Promise<ProjectRecord | null> {
  if (id === null) return null;
  const project = await projects.findById(id).lean<ProjectRecord>();
  if (project && maySee(viewer, project)) return project;
  faults.push(problem('NOT_FOUND', 'There is no such project.', ['copyFrom']));
  return null;
}

function copyOf({ _id }: ProjectRecord, copiedBy: string, copiedAt: Date): RequirementSourceRecord {
  return { templateId: null, version: null, projectId: _id, copiedBy, copiedAt };
}

/** A project's requirements for another one: with ids of their own, and without prices, which were for this one. */
function withoutIds(project: ProjectRecord | null): GivenRequirement[] {
  return (project?.requirements ?? []).map((each) => ({ ...each, id: null, estimatedPrice: null }));
}

function leadFaults(firm: FirmRecord | null, now: Date): Problem[] {
  const path = ['leadCompanyId'];
  if (!firm?.company) return [problem('NOT_FOUND', 'There is no such firm.', path)];
  if (mayTakePart(firm.company, now)) return [];
  return [
    problem('WRONG_STATE', 'This firm may not take part now.', path, {
      rule: 'LEAD_FIT',
      limit: 'APPROVED',
      found: standingOf(firm.company),
    }),
  ];
}

async function callToJoin(
  { calls }: Context,
  id: string | null,
  now: Date,
  faults: Problem[],
): Promise<CallRecord | null> {
  if (id === null) return null;
  const call = await calls.findById(id).lean<CallRecord>();
  const status = call && callStatus(call, now);
  if (status === null) faults.push(problem('NOT_FOUND', 'There is no such call.', ['callId']));
  if (call && status === 'SCHEDULED')
    faults.push(
      problem('WRONG_STATE', 'This call is not open yet.', ['callId'], {
        rule: 'OPENS',
        limit: call.opensAt.toISOString(),
        found: now.toISOString(),
      }),
    );
  if (call && status === 'CLOSED')
    faults.push(
      problem('EXPIRED', 'This call is closed.', ['callId'], {
        rule: 'CLOSES',
        limit: call.closesAt.toISOString(),
        found: now.toISOString(),
      }),
    );
  return call;
}

/** A change of a project as a client gives it; what is left out stays. */
export interface GivenProjectChange {
  id: string;
  revision: number;
  title?: GivenText | null | undefined;
  summary?: GivenText | null | undefined;
  sector?: string | null | undefined;
  budget?: number | null | undefined;
  stages?: StageBudget[] | null | undefined;
  matching?: number | null | undefined;
  bonuses?: string[] | null | undefined;
  sites?: GivenContent['sites'] | null | undefined;
  demandCompanyIds?: string[] | null | undefined;
}

/**
 * Changes a project that is not sealed yet. An owner or editor of the lead's firm may.
 *
 * @throws {Refusal} NOT_FOUND (id, demandCompanyIds/… with rule COMPANY_IS_KNOWN), WRONG_STATE (id), STALE (revision),
 * INVALID (as `draftProject`)
 */
export async function updateProject(
  context: Context,
  given: GivenProjectChange,
): Promise<ProjectRecord> {
  const project = await projectToLead(context, given.id, ['id']);
  const status = stateAfter(projectSteps, project.status, 'edit', ['id']);
  const faults: Problem[] = [];
  const content = readContent(merged(project, given), faults);
  faults.push(...(await oneSectorFaults(context, given.sector)));
  faults.push(...(await demandFaults(context, given.demandCompanyIds ?? [])));
  const call = project.callId === null ? null : await context.loaders.call.load(project.callId);
  refuseAny([...faults, ...rulesBroken(call, content)]);
  return changeProject(context, project, given.revision, { ...content, status });
}

/** A project's content with what a change gives in place of what was. */
function merged(project: ProjectRecord, given: GivenProjectChange): GivenContent {
  const fields = [
    'title',
    'summary',
    'sector',
    'budget',
    'stages',
    'matching',
    'bonuses',
    'sites',
    'demandCompanyIds',
  ] as const;
  const changes = Object.fromEntries(
    fields.flatMap((field) => (given[field] == null ? [] : [[field, given[field]]])),
  ) as Partial<GivenContent>;
  // New stages bring their own sum.
  const budget = given.budget ?? (given.stages ? null : project.budget);
  return { ...project, ...changes, budget };
}

/**
 * Replaces all requirements of a project that is not sealed yet. An owner or editor of the lead's firm may.
 *
 * @throws {Refusal} NOT_FOUND (projectId, requirements/…/id, requirements/…/technologyId), WRONG_STATE (projectId),
 * STALE (revision), INVALID (requirements/…)
 */
export async function setRequirements(
  context: Context,
  given: { projectId: string; revision: number; requirements: readonly GivenRequirement[] },
): Promise<ProjectRecord> {
  const project = await projectToLead(context, given.projectId, ['projectId']);
  const status = stateAfter(projectSteps, project.status, 'edit', ['projectId']);
  const faults: Problem[] = [];
  const known = project.requirements.map(({ id }) => id);
  const requirements = readRequirements(given.requirements, known, faults);
  faults.push(...(await technologyFaults(context.technologies, requirements)));
  refuseAny(faults);
  return changeProject(context, project, given.revision, { requirements, status });
}
