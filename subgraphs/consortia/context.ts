import DataLoader from 'dataloader';
import type { Connection, Model, QueryFilter } from 'mongoose';

import { factsOf, type FactRecord } from '#kit/facts.ts';
import type { Log } from '#kit/log.ts';
import type { Viewer } from '#kit/viewer.ts';
import { agreementsOf, type AgreementRecord } from './agreement/agreement.model.ts';
import { templatesOf, type TemplateRecord } from './agreement/template.model.ts';
import { callsOf, type CallRecord } from './call/call.model.ts';
import type { ConsortiaConfig } from './config.ts';
import { consortiaOf, type ConsortiumRecord } from './consortium/consortium.model.ts';
import { membershipsOf, type MembershipRecord } from './consortium/membership.model.ts';
import { planChangesOf, type PlanChangeRecord } from './change/plan-change.model.ts';
import { ledgerOf, type LedgerRecord } from './delivery/ledger.model.ts';
import { recoveriesOf, type RecoveryRecord } from './delivery/recovery.model.ts';
import { milestonesOf, type MilestoneRecord } from './milestone/milestone.model.ts';
import { outcomesOf, type OutcomeRecord } from './outcome/outcome.model.ts';
import { pilotsOf, type PilotRecord } from './pilot/pilot.model.ts';
import { demandOf, type TechnologyDemand } from './pool/demand.ts';
import type { Demand } from './pool/firm.ts';
import { firmsOf, type FirmRecord } from './pool/firm.model.ts';
import { familiesOf } from './pool/merged.ts';
import { readSuppliers, supplyOf, type Naming, type Supply } from './pool/supply.ts';
import { technologiesOf, type TechnologyRecord } from './pool/technology.model.ts';
import { reportsOf, type ReportRecord } from './progress/report.model.ts';
import { visitsOf, type VisitRecord } from './progress/visit.model.ts';
import { programmesOf, type ProgrammeRecord } from './programme/programme.model.ts';
import { projectsOf, type ProjectRecord } from './project/project.model.ts';
import { assembliesOf, type AssemblyRecord } from './proposal/assembly.model.ts';
import type { SolverQueue } from './proposal/queue.ts';
import type { Searches } from './proposal/search.ts';
import {
  requirementTemplateVersionsOf,
  type RequirementTemplateVersionRecord,
} from './template/requirement-template-version.model.ts';
import {
  requirementTemplatesOf,
  type RequirementTemplateRecord,
} from './template/requirement-template.model.ts';
import { weightProfilesOf, type WeightProfileRecord } from './proposal/weight-profile.model.ts';
import { appealsOf, type AppealRecord } from './review/appeal.model.ts';
import { reviewersOf, type ReviewerRecord } from './review/reviewer.model.ts';
import { reviewsOf, type ReviewRecord } from './review/review.model.ts';
import { documentsOf, type DocumentRecord } from './submission/document.model.ts';
import type { DocumentStore } from '#kit/file-store.ts';
import { submissionsOf, type SubmissionRecord } from './submission/submission.model.ts';

/** Everything a domain function may reach. Made anew for each request. */
export interface Context {
  viewer: Viewer;
  connection: Connection;
  config: ConsortiaConfig;
  programmes: Model<ProgrammeRecord>;
  calls: Model<CallRecord>;
  projects: Model<ProjectRecord>;
  consortia: Model<ConsortiumRecord>;
  memberships: Model<MembershipRecord>;
  agreements: Model<AgreementRecord>;
  templates: Model<TemplateRecord>;
  assemblies: Model<AssemblyRecord>;
  weightProfiles: Model<WeightProfileRecord>;
  requirementTemplates: Model<RequirementTemplateRecord>;
  requirementTemplateVersions: Model<RequirementTemplateVersionRecord>;
  firms: Model<FirmRecord>;
  technologies: Model<TechnologyRecord>;
  documents: Model<DocumentRecord>;
  submissions: Model<SubmissionRecord>;
  ledger: Model<LedgerRecord>;
  recoveries: Model<RecoveryRecord>;
  milestones: Model<MilestoneRecord>;
  planChanges: Model<PlanChangeRecord>;
  reports: Model<ReportRecord>;
  visits: Model<VisitRecord>;
  pilots: Model<PilotRecord>;
  outcomes: Model<OutcomeRecord>;
  reviewers: Model<ReviewerRecord>;
  reviews: Model<ReviewRecord>;
  appeals: Model<AppealRecord>;
  facts: Model<FactRecord>;
  /** Where the bytes of documents lie. */
  store: DocumentStore;
  /** Where an outage is written down that somebody is told of in words. */
  log: Log;
  /** When the request arrived: what decides at a deadline. */
  arrivedAt: Date;
  /** Where searches for teams wait for their turn. */
  solver: SolverQueue;
  /** The searches that this process carries out. */
  searches: Searches;
  loaders: Loaders;
}

/** What stays from request to request. */
export type House = Pick<
  Context,
  'connection' | 'config' | 'solver' | 'searches' | 'store' | 'log'
>;

/** Look-ups of one request, each made once and many at a time. */
export interface Loaders {
  programme: DataLoader<string, ProgrammeRecord | null>;
  call: DataLoader<string, CallRecord | null>;
  project: DataLoader<string, ProjectRecord | null>;
  consortium: DataLoader<string, ConsortiumRecord | null>;
  membership: DataLoader<string, MembershipRecord | null>;
  /** Every membership of a consortium, the lead first, then in the order of invitation. */
  membershipsIn: DataLoader<string, MembershipRecord[]>;
  /** A consortium's agreements, newest first. */
  agreementsIn: DataLoader<string, AgreementRecord[]>;
  template: DataLoader<string, TemplateRecord | null>;
  requirementTemplateVersion: DataLoader<string, RequirementTemplateVersionRecord | null>;
  firm: DataLoader<string, FirmRecord | null>;
  /** Every id that stands for a firm, its own among them: firms are merged. */
  family: DataLoader<string, string[]>;
  technology: DataLoader<string, TechnologyRecord | null>;
  supply: DataLoader<Demand, Supply, string>;
  suppliers: DataLoader<Naming, { id: string }[], string>;
  demand: DataLoader<string, TechnologyDemand>;
  reviewer: DataLoader<string, ReviewerRecord | null>;
  /** A call's reviews. */
  reviewsIn: DataLoader<string, ReviewRecord[]>;
  /** A call's appeals in the order they came. */
  appealsIn: DataLoader<string, AppealRecord[]>;
  /** Users who review a project. */
  reviewingUsers: DataLoader<string, string[]>;
  /** A project's documents by code. */
  documentsIn: DataLoader<string, DocumentRecord[]>;
  /** A project's milestones by their day. */
  milestonesIn: DataLoader<string, MilestoneRecord[]>;
  /** Changes of a project's plan, newest first. */
  planChangesIn: DataLoader<string, PlanChangeRecord[]>;
  /** A project's progress reports, newest first. */
  reportsIn: DataLoader<string, ReportRecord[]>;
  /** Visits of a project's sites, the latest first. */
  visitsIn: DataLoader<string, VisitRecord[]>;
  /** A project's pilot users. */
  pilotsIn: DataLoader<string, PilotRecord[]>;
  /** Services that came out of a project. */
  outcomesIn: DataLoader<string, OutcomeRecord[]>;
  /** Money demanded back in a project. */
  recoveriesIn: DataLoader<string, RecoveryRecord[]>;
  /** A project's submission that was not taken back. */
  submission: DataLoader<string, SubmissionRecord | null>;
}

/** The models of a connection. */
export function modelsOf(connection: Connection) {
  return {
    programmes: programmesOf(connection),
    calls: callsOf(connection),
    projects: projectsOf(connection),
    consortia: consortiaOf(connection),
    memberships: membershipsOf(connection),
    agreements: agreementsOf(connection),
    templates: templatesOf(connection),
    assemblies: assembliesOf(connection),
    weightProfiles: weightProfilesOf(connection),
    requirementTemplates: requirementTemplatesOf(connection),
    requirementTemplateVersions: requirementTemplateVersionsOf(connection),
    firms: firmsOf(connection),
    technologies: technologiesOf(connection),
    documents: documentsOf(connection),
    submissions: submissionsOf(connection),
    ledger: ledgerOf(connection),
    recoveries: recoveriesOf(connection),
    milestones: milestonesOf(connection),
    planChanges: planChangesOf(connection),
    reports: reportsOf(connection),
    visits: visitsOf(connection),
    pilots: pilotsOf(connection),
    outcomes: outcomesOf(connection),
    reviewers: reviewersOf(connection),
    reviews: reviewsOf(connection),
    appeals: appealsOf(connection),
    facts: factsOf(connection),
  };
}

/** What a request of this viewer, that arrived then, may reach. */
export function createContext(house: House, viewer: Viewer, arrivedAt: Date): Context {
  const models = modelsOf(house.connection);
  return { ...house, viewer, arrivedAt, ...models, loaders: createLoaders(models) };
}

/** The same context with nothing looked up yet: what a mutation changed is read again. */
export function renewed(context: Context): Context {
  context.loaders = createLoaders(modelsOf(context.connection));
  return context;
}

function createLoaders(models: ReturnType<typeof modelsOf>): Loaders {
  return {
    programme: byId(models.programmes),
    call: byId(models.calls),
    project: byId(models.projects),
    consortium: byId(models.consortia),
    membership: byId(models.memberships),
    membershipsIn: new DataLoader(async (ids) => {
      const found = await models.memberships
        .find({ consortiumId: { $in: [...ids] } })
        .sort({ consortiumId: 1, _id: 1 })
        .lean<MembershipRecord[]>();
      const ordered = found.toSorted(
        (a, b) => Number(b.role === 'LEAD') - Number(a.role === 'LEAD'),
      );
      const groups = Map.groupBy(ordered, ({ consortiumId }) => consortiumId);
      return ids.map((id) => groups.get(id) ?? []);
    }),
    agreementsIn: new DataLoader(async (ids) => {
      const found = await models.agreements
        .find({ consortiumId: { $in: [...ids] } })
        .sort({ consortiumId: 1, number: -1 })
        .lean<AgreementRecord[]>();
      const groups = Map.groupBy(found, ({ consortiumId }) => consortiumId);
      return ids.map((id) => groups.get(id) ?? []);
    }),
    template: byId(models.templates),
    requirementTemplateVersion: byId(models.requirementTemplateVersions),
    firm: byId(models.firms),
    family: new DataLoader(async (ids) => {
      const found = await familiesOf(models.firms, ids);
      return ids.map((id) => found.get(id) ?? [id]);
    }),
    technology: byId(models.technologies),
    supply: new DataLoader<Demand, Supply, string>(
      (demands) => supplyOf(models, demands, new Date()),
      {
        cacheKeyFn: ({ technologyId, leastLevel, certificateScheme }) =>
          JSON.stringify([technologyId, leastLevel, certificateScheme]),
      },
    ),
    suppliers: new DataLoader<Naming, { id: string }[], string>(
      (namings) => readSuppliers(models, namings, new Date()),
      {
        cacheKeyFn: ({ technologyId, leastLevel, certificateScheme, first }) =>
          JSON.stringify([technologyId, leastLevel, certificateScheme, first]),
      },
    ),
    demand: new DataLoader((ids) => demandOf(models, ids)),
    reviewer: byId(models.reviewers),
    reviewsIn: new DataLoader(async (ids) => {
      const found = await models.reviews
        .find({ callId: { $in: [...ids] } })
        .sort({ callId: 1, _id: 1 })
        .lean<ReviewRecord[]>();
      const groups = Map.groupBy(found, ({ callId }) => callId);
      return ids.map((id) => groups.get(id) ?? []);
    }),
    appealsIn: new DataLoader(async (ids) => {
      const found = await models.appeals
        .find({ callId: { $in: [...ids] } })
        .sort({ callId: 1, _id: 1 })
        .lean<AppealRecord[]>();
      const groups = Map.groupBy(found, ({ callId }) => callId);
      return ids.map((id) => groups.get(id) ?? []);
    }),
    reviewingUsers: new DataLoader(async (ids) => {
      const found = await models.reviews
        .find({ projectId: { $in: [...ids] }, status: { $ne: 'RELEASED' } })
        .select({ projectId: 1, userId: 1 })
        .lean<Pick<ReviewRecord, 'projectId' | 'userId'>[]>();
      const groups = Map.groupBy(found, ({ projectId }) => projectId);
      return ids.map((id) => (groups.get(id) ?? []).map(({ userId }) => userId));
    }),
    documentsIn: inProject(models.documents, { code: 1 }),
    milestonesIn: inProject(models.milestones, { dueOn: 1, _id: 1 }),
    planChangesIn: inProject(models.planChanges, { _id: -1 }),
    reportsIn: inProject(models.reports, { number: -1 }),
    visitsIn: inProject(models.visits, { on: -1, _id: -1 }),
    pilotsIn: inProject(models.pilots, { companyId: 1 }),
    outcomesIn: inProject(models.outcomes, { _id: 1 }),
    recoveriesIn: inProject(models.recoveries, { _id: 1 }),
    submission: new DataLoader(async (ids) => {
      const found = await models.submissions
        .find({ projectId: { $in: [...ids] }, takenBackAt: null })
        .lean<SubmissionRecord[]>();
      return ids.map((id) => found.find(({ projectId }) => projectId === id) ?? null);
    }),
  };
}

/**
 * What a record of ours points at.
 *
 * @throws when it is not there: a fault of the data, not of the request
 */
export async function pointedAt<Record>(
  loader: DataLoader<string, Record | null>,
  id: string,
): Promise<Record> {
  const record = await loader.load(id);
  if (record === null) throw new Error(`Nothing is stored under ${id}, which a record points at.`);
  return record;
}

function byId<Record extends { _id: string }>(
  model: Model<Record>,
): DataLoader<string, Record | null> {
  return new DataLoader(async (ids: readonly string[]) => {
    const found = await model.find({ _id: { $in: [...ids] } } as object).lean<Record[]>();
    const records = new Map(found.map((record) => [record._id, record]));
    return ids.map((id) => records.get(id) ?? null);
  });
}

/** Everything of a kind that belongs to a project, in order. */
function inProject<Record extends { projectId: string }>(
  model: Model<Record>,
  order: { [field: string]: 1 | -1 },
): DataLoader<string, Record[]> {
  return new DataLoader(async (ids) => {
    const found = (await model
      .find({ projectId: { $in: [...ids] } } as QueryFilter<Record>)
      .sort({ projectId: 1, ...order })
      .lean()) as Record[];
    const groups = Map.groupBy(found, ({ projectId }) => projectId);
    return ids.map((id) => groups.get(id) ?? []);
  });
}
