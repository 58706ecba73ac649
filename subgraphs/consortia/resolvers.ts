/** Which domain function answers which field. No rules here. */
import { ownTraces } from '#kit/person.ts';
import { seoulDay } from '#kit/instant.ts';
import { findAgreements, paperOf, statusOf } from './agreement/agreement.ts';
import { consentsIn, toWithdraw } from './agreement/consent.ts';
import { unsigned } from './agreement/standing.ts';
import { findTemplates } from './agreement/template.ts';
import { findCall, findCalls } from './call/call.ts';
import { callStatus } from './call/state.ts';
import { findConsortiaOf, findConsortium } from './consortium/consortium.ts';
import {
  breachesShown,
  counterShown,
  membershipsShown,
  reasonShown,
  requirementsOf,
  proposedAmountOf,
  shareAmountOf,
  shareShown,
  shareTotalShown,
  statusShown,
} from './consortium/disclosure.ts';
import { findInvitations, findMembership, findMembershipsOf } from './consortium/membership.ts';
import { isOverdue } from './consortium/state.ts';
import { pointedAt } from './context.ts';
import { findAccounts, findLedger } from './delivery/money.ts';
import { findConcentration, findConcentrationByYear } from './figure/awards.ts';
import { findNetwork, findPipeline } from './figure/figures.ts';
import { findDuplicatesOf, findFundingDuplicates } from './figure/funding.ts';
import { isRestrictedNow } from './pool/firm.ts';
import { suppliersOf } from './pool/supply.ts';
import { findProgrammes } from './programme/programme.ts';
import { rulesOn } from './programme/rules.ts';
import {
  findProject,
  findProjects,
  shownDemandCompanies,
  shownRequirements,
} from './project/project.ts';
import { findAssembliesOf, findAssembly } from './proposal/assemble.ts';
import { requirementsToDecide } from './project/succession.ts';
import { budgetShown, matchingShown, stagesShown } from './project/money-shown.ts';
import {
  findRequirementTemplate,
  findRequirementTemplates,
} from './template/requirement-template.ts';
import { findWeightProfiles, reweighAssembly } from './proposal/weight-profile.ts';
import { cursorOf, followAssembly } from './proposal/progress.ts';
import type { AssemblyRecord } from './proposal/assembly.model.ts';
import {
  demandCompanies,
  demandText,
  reasonText,
  shownInfeasibility,
  shownProposals,
  shownRanking,
  shownSolvedAgain,
  shownRepair,
  shownSensitivity,
  shownShortfalls,
} from './proposal/shown.ts';
import { contentOf, findChecklist, findDocuments } from './submission/document.ts';
import { findSubmission } from './submission/submission.ts';
import { usualOutlierShare } from './review/calibration.ts';
import { findCalibration, findRanking, findReviewsOf } from './review/decision.ts';
import { findAppeal, findAppeals, groundsShown } from './review/appeal.ts';
import { appealsUntil } from './review/window.ts';
import { findReview, findReviewTasks } from './review/review.ts';
import { findReviewer, findReviewers } from './review/reviewer.ts';
import { findPlanChanges } from './change/plan-change.ts';
import { findReportDay, findWarnings } from './delivery/warning.ts';
import { dueOf, paidOf } from './delivery/dues.ts';
import { findRecoveries } from './delivery/recovery.ts';
import { findSettlements } from './delivery/settlement.ts';
import {
  deliveredContent,
  findLateMilestones,
  findMilestone,
  findMilestones,
} from './milestone/milestone.ts';
import { daysLate } from './milestone/schedule.ts';
import { findOutcomes } from './outcome/outcome.ts';
import { findPilots } from './pilot/pilot.ts';
import { findReports } from './progress/report.ts';
import { findVisits } from './progress/visit.ts';
import {
  findSources,
  findVersions,
  keptByShown,
  projectOf,
  versionOf,
} from './template/version.ts';
import { mutations } from './mutations.ts';
import { traces } from './person/person.ts';
import type { Resolvers } from './schema.generated.ts';

const sector = (code: string) => ({ code });
const company = (id: string) => ({ id });

export const resolvers: Resolvers = {
  Query: {
    programmes: (_, listing, context) => findProgrammes(context, listing),
    programme: (_, { id }, { loaders }) => loaders.programme.load(id),
    calls: (_, listing, context) => findCalls(context, listing),
    call: (_, { id }, context) => findCall(context, id),
    projects: (_, listing, context) => findProjects(context, listing),
    project: (_, { id }, context) => findProject(context, id),
    consortium: (_, { id }, context) => findConsortium(context, id),
    assembly: (_, { id }, context) => findAssembly(context, id),
    requirementTemplates: (_, listing, context) => findRequirementTemplates(context, listing),
    requirementTemplate: (_, { id }, context) => findRequirementTemplate(context, id),
    weightProfiles: (_, listing, context) => findWeightProfiles(context, listing),
    projectPipeline: (_, filter, context) => findPipeline(context, filter),
    awardConcentration: (_, filter, context) => findConcentration(context, filter),
    awardConcentrationByYear: (_, given, context) => findConcentrationByYear(context, given),
    collaborationNetwork: (_, filter, context) => findNetwork(context, filter),
    fundingDuplicates: (_, filter, context) => findFundingDuplicates(context, filter),
    lateMilestones: (_, listing, context) => findLateMilestones(context, listing),
    reviewers: (_, listing, context) => findReviewers(context, listing),
    reviewTasks: (_, listing, context) => findReviewTasks(context, listing),
    agreementTemplates: (_, listing, context) => findTemplates(context, listing),
    invitations: (_, { companyId, ...listing }, context) =>
      findInvitations(context, companyId, listing),
  },
  Mutation: mutations,
  Subscription: {
    assemblyProgress: {
      subscribe: (_, { assemblyId, after }, context) => followAssembly(context, assemblyId, after),
      resolve: (assembly: AssemblyRecord) => assembly,
    },
  },
  Programme: {
    __resolveReference: ({ id }, { loaders }) => loaders.programme.load(id),
    id: ({ _id }) => _id,
    rules: ({ editions }, { on }) => rulesOn(editions, on ?? seoulDay(new Date())),
    calls: ({ _id }, listing, context) =>
      findCalls(context, { ...listing, filter: { programmeId: _id } }),
  },
  ProgrammeRules: {
    appealDays: ({ appealDays }) => appealDays ?? 0,
    outlierShare: ({ outlierShare }) => outlierShare ?? usualOutlierShare,
    siteRegions: ({ siteRegions }) => siteRegions ?? [],
    minSites: ({ minSites }) => minSites ?? 0,
    sectors: ({ sectors }) => sectors.map(sector),
  },
  Call: {
    __resolveReference: ({ id }, context) => findCall(context, id),
    id: ({ _id }) => _id,
    programme: ({ programmeId }, _, { loaders }) => pointedAt(loaders.programme, programmeId),
    sectors: ({ sectors }) => sectors.map(sector),
    opensOn: ({ opensAt }) => seoulDay(opensAt),
    closesOn: ({ closesAt }) => seoulDay(closesAt),
    status: (call) => callStatus(call, new Date()),
    ranking: (call, _, context) => findRanking(context, call),
    reviews: (call, _, context) => findReviewsOf(context, call),
    calibration: (call, _, context) => findCalibration(context, call),
    appealsUntil: (call) => appealsUntil(call),
    appeals: (call, _, context) => findAppeals(context, call),
    projects: ({ _id }, listing, context) =>
      findProjects(context, { ...listing, filter: { callId: _id } }),
  },
  PipelineStep: {
    programme: ({ programmeId }, _, { loaders }) =>
      programmeId === null ? null : loaders.programme.load(programmeId),
    sector: (step) => sector(step.sector),
  },
  NetworkFirm: { company: ({ companyId }) => company(companyId) },
  NetworkLink: { companies: ({ companyIds }) => companyIds.map(company) },
  FundingDuplicate: {
    company: ({ companyId }) => company(companyId),
    projects: ({ projectIds }, _, { loaders }) =>
      projectIds.map((id) => pointedAt(loaders.project, id)),
  },
  RankedProject: {
    fundingDuplicates: ({ projectId }, _, context) => findDuplicatesOf(context, projectId),
    project: ({ projectId }, _, { loaders }) => pointedAt(loaders.project, projectId),
    breaches: ({ breaches }) => breaches ?? [],
  },
  MemberAccount: { company: ({ companyId }) => company(companyId) },
  LedgerEntry: {
    id: ({ _id }) => _id,
    company: ({ companyId }) => company(companyId),
  },
  LedgerConnection: { totalCount: ({ count }) => count() },
  ProjectAppeal: {
    id: ({ _id }) => _id,
    project: ({ projectId }, _, { loaders }) => pointedAt(loaders.project, projectId),
    grounds: (appeal, _, context) => groundsShown(context, appeal),
  },
  Reviewer: {
    __resolveReference: ({ id }, context) => findReviewer(context, id),
    id: ({ _id }) => _id,
    technologies: ({ technologyIds }) => technologyIds.map((id) => ({ id })),
  },
  ReviewerAffiliation: { company: ({ companyId }) => company(companyId) },
  ProjectReview: {
    __resolveReference: ({ id }, context) => findReview(context, id),
    id: ({ _id }) => _id,
    project: ({ projectId }, _, { loaders }) => pointedAt(loaders.project, projectId),
    reviewer: ({ reviewerId }, _, { loaders }) => pointedAt(loaders.reviewer, reviewerId),
    isSetAside: ({ setAsideBy }) => setAsideBy !== undefined,
    releasedAt: ({ released }) => released?.at ?? null,
    releaseReason: ({ released }) => released?.reason ?? null,
  },
  Project: {
    __resolveReference: ({ id }, context) => findProject(context, id),
    id: ({ _id }) => _id,
    call: ({ callId }, _, { loaders }) => (callId === null ? null : loaders.call.load(callId)),
    programme: ({ programmeId }, _, { loaders }) =>
      programmeId === null ? null : loaders.programme.load(programmeId),
    sector: (project) => sector(project.sector),
    leadCompany: ({ leadCompanyId }) => company(leadCompanyId),
    requirements: (project, _, context) => shownRequirements(context, project),
    requirementsToDecide: (project, _, context) => requirementsToDecide(context, project),
    budget: (project, _, context) => budgetShown(context, project),
    stages: (project, _, context) => stagesShown(context, project),
    matching: (project, _, context) => matchingShown(context, project),
    demandCompanies: (project, _, context) => shownDemandCompanies(context, project),
    copiedFrom: ({ copiedFromId }, _, context) =>
      copiedFromId === null ? null : findProject(context, copiedFromId),
    requirementSources: (project, _, context) => findSources(context, project),
    consortium: ({ consortiumId }, _, { loaders }) =>
      consortiumId === null ? null : loaders.consortium.load(consortiumId),
    assemblies: (project, listing, context) => findAssembliesOf(context, project, listing),
    documents: (project, _, context) => findDocuments(context, project),
    checklist: (project, _, context) => findChecklist(context, project),
    submission: (project, _, context) => findSubmission(context, project),
    appeal: (project, _, context) => findAppeal(context, project),
    accounts: (project, _, context) => findAccounts(context, project),
    ledger: (project, listing, context) => findLedger(context, project, listing),
    milestones: (project, _, context) => findMilestones(context, project),
    planChanges: (project, _, context) => findPlanChanges(context, project),
    progressReports: (project, _, context) => findReports(context, project),
    siteVisits: (project, _, context) => findVisits(context, project),
    pilots: (project, _, context) => findPilots(context, project),
    outcomes: (project, _, context) => findOutcomes(context, project),
    recoveries: (project, _, context) => findRecoveries(context, project),
    settlements: (project, _, context) => [...findSettlements(context, project)],
    reportDueOn: (project, _, context) => findReportDay(context, project),
    warnings: (project, _, context) => findWarnings(context, project),
    isOnTime: ({ finished }) => finished?.onTime ?? null,
    pilotRating: ({ finished }) => finished?.pilotRating ?? null,
    breaches: (project, _, context) => breachesShown(context, project),
  },
  Milestone: {
    __resolveReference: ({ id }, context) => findMilestone(context, id),
    id: ({ _id }) => _id,
    project: ({ projectId }, _, { loaders }) => pointedAt(loaders.project, projectId),
    daysLate: (milestone, _, { arrivedAt }) => daysLate(milestone, arrivedAt),
  },
  MilestoneConnection: { totalCount: ({ count }) => count() },
  DeliveredFile: { content: (file, _, context) => deliveredContent(context, file) },
  PlanChange: { id: ({ _id }) => _id },
  PlannedItem: { company: ({ companyId }) => company(companyId) },
  ProgressReport: { id: ({ _id }) => _id },
  SiteVisit: { id: ({ _id }) => _id },
  Pilot: {
    id: ({ _id }) => _id,
    company: ({ companyId }) => company(companyId),
  },
  Outcome: { id: ({ _id }) => _id },
  OutcomeSupplier: { company: ({ companyId }) => company(companyId) },
  Recovery: {
    id: ({ _id }) => _id,
    due: (recovery) => (recovery.status === 'DEMANDED' ? dueOf(recovery) : 0),
    paid: (recovery) => paidOf(recovery),
    waived: ({ waived }) => waived ?? 0,
    repayments: ({ repayments }) => repayments ?? [],
    company: ({ companyId }) => company(companyId),
  },
  Document: {
    id: ({ _id }) => _id,
    content: (document, _, context) => contentOf(context, document),
  },
  Submission: { id: ({ _id }) => _id },
  Requirement: {
    technology: ({ technologyId }) => ({ id: technologyId }),
    supply: async (requirement, _, { loaders }) => ({
      ...(await loaders.supply.load(requirement)),
      demand: requirement,
    }),
  },
  Supply: {
    companies: ({ demand }, { first }, context) => suppliersOf(context, demand, first ?? 5),
  },
  Consortium: {
    __resolveReference: ({ id }, context) => findConsortium(context, id),
    id: ({ _id }) => _id,
    project: ({ projectId }, _, { loaders }) => pointedAt(loaders.project, projectId),
    memberships: (consortium, _, context) => membershipsShown(context, consortium),
    shareTotal: ({ _id }, _, context) => shareTotalShown(context, _id),
    agreements: (consortium, _, context) => findAgreements(context, consortium),
  },
  Membership: {
    __resolveReference: ({ id }, context) => findMembership(context, id),
    id: ({ _id }) => _id,
    consortium: ({ consortiumId }, _, { loaders }) => pointedAt(loaders.consortium, consortiumId),
    company: ({ companyId }) => company(companyId),
    requirements: (membership, _, context) => requirementsOf(context, membership),
    status: (membership, _, context) => statusShown(context, membership),
    share: (membership, _, context) => shareShown(context, membership),
    shareAmount: (membership, _, context) => shareAmountOf(context, membership),
    proposedAmount: (membership, _, context) => proposedAmountOf(context, membership),
    counter: (membership, _, context) => counterShown(context, membership),
    replaces: ({ replacesId }, _, context) =>
      replacesId === null ? null : findMembership(context, replacesId),
    reason: (membership, _, context) => reasonShown(context, membership),
    isRestricted: ({ companyId }, _, { loaders }) => isRestrictedNow(loaders, companyId),
    isOverdue: (membership, _, { arrivedAt }) => isOverdue(membership, arrivedAt),
  },
  Agreement: {
    id: ({ _id }) => _id,
    status: (agreement, _, context) => statusOf(context, agreement),
    template: ({ templateId }, _, { loaders }) => pointedAt(loaders.template, templateId),
    unsigned: (agreement) => unsigned(agreement).map(company),
    withdrawal: (agreement) => [...consentsIn(agreement, toWithdraw)],
    content: (agreement, _, context) => paperOf(context, agreement),
  },
  AgreementSignature: {
    company: ({ companyId }) => company(companyId),
    signedBy: ({ userId }) => userId,
  },
  MemberConsent: {
    company: ({ companyId }) => company(companyId),
    consentedBy: ({ userId }) => userId,
  },
  AgreementTemplate: { id: ({ _id }) => _id },
  AgreementTemplateConnection: { totalCount: ({ count }) => count() },
  Assembly: {
    __resolveReference: ({ id }, context) => findAssembly(context, id),
    id: ({ _id }) => _id,
    project: ({ projectId }, _, { loaders }) => pointedAt(loaders.project, projectId),
    progress: (assembly) => assembly,
    capped: ({ capped }) =>
      capped.map(({ companyId, ...cap }) => ({ ...cap, company: company(companyId) })),
    sensitivity: (assembly, { change }) => shownSensitivity(assembly, change),
    reweighed: async (assembly, given, context) =>
      shownRanking(assembly, await reweighAssembly(context, assembly, given)),
    solvedAgain: (assembly) => shownSolvedAgain(assembly),
    proposals: (assembly) => shownProposals(assembly),
    repair: (assembly) => shownRepair(assembly),
    infeasibility: (assembly) => shownInfeasibility(assembly),
    shortfalls: (assembly) => shownShortfalls(assembly),
  },
  RequirementTemplate: {
    id: ({ _id }) => _id,
    company: ({ companyId }) => (companyId === null ? null : company(companyId)),
    versions: (template, listing, context) => findVersions(context, template, listing),
  },
  RequirementTemplateVersion: {
    keptBy: (version, _, context) => keptByShown(context, version),
  },
  RequirementTemplateVersionConnection: { totalCount: ({ count }) => count() },
  RequirementSource: {
    version: (source, _, context) => versionOf(context, source),
    project: (source, _, context) => projectOf(context, source),
  },
  RequirementTemplateConnection: { totalCount: ({ count }) => count() },
  WeightProfile: {
    id: ({ _id }) => _id,
    company: ({ companyId }) => (companyId === null ? null : company(companyId)),
  },
  WeightProfileConnection: { totalCount: ({ count }) => count() },
  AssemblyProgress: {
    cursor: (assembly) => cursorOf(assembly),
    assembly: (assembly) => assembly,
    phase: ({ progress }) => progress.phase,
    points: ({ progress }) => progress.points,
    bound: ({ progress }) => progress.bound,
    gap: ({ progress }) => progress.gap,
    elapsedSeconds: ({ progress }) => progress.elapsedMillis / 1_000,
  },
  AssemblyDemand: {
    companies: (demand, _, context) => demandCompanies(context, demand),
    text: (demand, _, context) => demandText(context, demand),
  },
  MemberReason: {
    text: (reason, _, context) => reasonText(context, reason),
  },
  Company: {
    consortia: ({ id }, listing, context) => findConsortiaOf(context, id, listing),
    memberships: ({ id }, listing, context) => findMembershipsOf(context, id, listing),
  },
  User: {
    __resolveReference: ({ id }) => ({ id }),
    consortiaData: ({ id }, _, context) => ownTraces(context, traces, id),
  },
  Technology: {
    demand: ({ id }, _, { loaders }) => loaders.demand.load(id),
  },
  ProgrammeConnection: { totalCount: ({ count }) => count() },
  CallConnection: { totalCount: ({ count }) => count() },
  ProjectConnection: { totalCount: ({ count }) => count() },
  ConsortiumConnection: { totalCount: ({ count }) => count() },
  MembershipConnection: { totalCount: ({ count }) => count() },
  ReviewerConnection: { totalCount: ({ count }) => count() },
  ProjectReviewConnection: { totalCount: ({ count }) => count() },
  AssemblyConnection: { totalCount: ({ count }) => count() },
};
