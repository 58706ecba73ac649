/** Which domain function answers which field. No rules here. */
import { answer, attempt } from '#kit/answer.ts';
import { seoulDay } from '#kit/instant.ts';
import { callStatus, findCall, findCalls, openCall } from './call/call.ts';
import { reviseCall } from './call/revise.ts';
import {
  dissolveConsortium,
  findConsortiaOf,
  findConsortium,
  withdrawProject,
} from './consortium/consortium.ts';
import { answerCounter, counterInvitation } from './consortium/counter.ts';
import { inviteProposal } from './consortium/invite-proposal.ts';
import { assignRequirements, inviteCompany } from './consortium/invite.ts';
import {
  acceptInvitation,
  counterShown,
  declineInvitation,
  findInvitations,
  findMembership,
  findMembershipsOf,
  membershipsShown,
  reasonShown,
  requirementsOf,
  shareAmountOf,
  shareShown,
  withdrawMembership,
} from './consortium/membership.ts';
import { findBreaches, sealConsortium } from './consortium/seal.ts';
import { setShares, shareTotal } from './consortium/shares.ts';
import { pointedAt, renewed } from './context.ts';
import {
  approveGate,
  completeProject,
  startProject,
  terminateProject,
} from './delivery/delivery.ts';
import { findAccounts, findLedger, planBudget, recordMoney } from './delivery/money.ts';
import { findConcentration, findPipeline } from './figure/figures.ts';
import { isRestrictedNow } from './pool/firm.ts';
import { importProgrammes } from './programme/import.ts';
import { createProgramme, findProgrammes, reviseProgramme } from './programme/programme.ts';
import { rulesOn } from './programme/rules.ts';
import {
  draftProject,
  findProject,
  findProjects,
  setRequirements,
  shownRequirements,
  updateProject,
} from './project/project.ts';
import { assemble, findAssembliesOf, findAssembly, repairTeam } from './proposal/assemble.ts';
import {
  demandCompanies,
  demandText,
  reasonText,
  shownInfeasibility,
  shownProposals,
  shownRepair,
  shownShortfalls,
} from './proposal/shown.ts';
import {
  contentOf,
  findChecklist,
  findDocuments,
  removeDocument,
  uploadDocument,
} from './submission/document.ts';
import { findSubmission, submitProject, takeBackSubmission } from './submission/submission.ts';
import { decideCall, findCalibration, findRanking, findReviewsOf } from './review/decision.ts';
import { assignReviewers, findReview, findReviewTasks, scoreProject } from './review/review.ts';
import {
  findReviewer,
  findReviewers,
  registerReviewer,
  reviseReviewer,
} from './review/reviewer.ts';
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
    projectPipeline: (_, filter, context) => findPipeline(context, filter),
    awardConcentration: (_, filter, context) => findConcentration(context, filter),
    reviewers: (_, listing, context) => findReviewers(context, listing),
    reviewTasks: (_, listing, context) => findReviewTasks(context, listing),
    invitations: (_, { companyId, ...listing }, context) =>
      findInvitations(context, companyId, listing),
  },
  Mutation: {
    createProgramme: (_, { input }, context) =>
      answer(renewed(context), 'createProgramme', input, async () => ({
        programme: await createProgramme(context, input),
      })),
    reviseProgramme: (_, { input }, context) =>
      answer(renewed(context), 'reviseProgramme', input, async () => ({
        programme: await reviseProgramme(context, input),
      })),
    reviseCall: (_, { input }, context) =>
      answer(renewed(context), 'reviseCall', input, async () => ({
        call: await reviseCall(context, input),
      })),
    openCall: (_, { input }, context) =>
      answer(renewed(context), 'openCall', input, async () => ({
        call: await openCall(context, input),
      })),
    draftProject: (_, { input }, context) =>
      answer(renewed(context), 'draftProject', input, async () => ({
        project: await draftProject(context, input),
      })),
    updateProject: (_, { input }, context) =>
      answer(renewed(context), 'updateProject', input, async () => ({
        project: await updateProject(context, input),
      })),
    withdrawProject: (_, { input }, context) =>
      answer(renewed(context), 'withdrawProject', input, async () => ({
        project: await withdrawProject(context, input),
      })),
    setRequirements: (_, { input }, context) =>
      answer(renewed(context), 'setRequirements', input, async () => ({
        project: await setRequirements(context, input),
      })),
    assemble: (_, { input }, context) =>
      attempt(async () => ({ assembly: await assemble(renewed(context), input) })),
    repairTeam: (_, { input }, context) =>
      attempt(async () => ({ assembly: await repairTeam(renewed(context), input) })),
    inviteProposal: (_, { input }, context) =>
      answer(renewed(context), 'inviteProposal', input, () => inviteProposal(context, input)),
    inviteCompany: (_, { input }, context) =>
      answer(renewed(context), 'inviteCompany', input, async () => ({
        membership: await inviteCompany(context, input),
      })),
    assignRequirements: (_, { input }, context) =>
      answer(renewed(context), 'assignRequirements', input, async () => ({
        membership: await assignRequirements(context, input),
      })),
    counterInvitation: (_, { input }, context) =>
      answer(renewed(context), 'counterInvitation', input, async () => ({
        membership: await counterInvitation(context, input),
      })),
    answerCounter: (_, { input }, context) =>
      answer(renewed(context), 'answerCounter', input, async () => ({
        membership: await answerCounter(context, input),
      })),
    acceptInvitation: (_, { input }, context) =>
      answer(renewed(context), 'acceptInvitation', input, async () => ({
        membership: await acceptInvitation(context, input),
      })),
    declineInvitation: (_, { input }, context) =>
      answer(renewed(context), 'declineInvitation', input, async () => ({
        membership: await declineInvitation(context, input),
      })),
    withdrawMembership: (_, { input }, context) =>
      answer(renewed(context), 'withdrawMembership', input, async () => ({
        membership: await withdrawMembership(context, input),
      })),
    setShares: (_, { input }, context) =>
      answer(renewed(context), 'setShares', input, async () => ({
        consortium: await setShares(context, input),
      })),
    sealConsortium: (_, { input }, context) =>
      answer(renewed(context), 'sealConsortium', input, async () => ({
        consortium: await sealConsortium(context, input),
      })),
    dissolveConsortium: (_, { input }, context) =>
      answer(renewed(context), 'dissolveConsortium', input, async () => ({
        consortium: await dissolveConsortium(context, input),
      })),
    uploadDocument: (_, { input }, context) =>
      answer(renewed(context), 'uploadDocument', input, async () => ({
        document: await uploadDocument(context, input),
      })),
    removeDocument: (_, { input }, context) =>
      answer(renewed(context), 'removeDocument', input, async () => ({
        project: await removeDocument(context, input),
      })),
    submitProject: (_, { input }, context) =>
      answer(renewed(context), 'submitProject', input, () => submitProject(context, input)),
    takeBackSubmission: (_, { input }, context) =>
      answer(renewed(context), 'takeBackSubmission', input, async () => ({
        project: await takeBackSubmission(context, input),
      })),
    registerReviewer: (_, { input }, context) =>
      answer(renewed(context), 'registerReviewer', input, async () => ({
        reviewer: await registerReviewer(context, input),
      })),
    reviseReviewer: (_, { input }, context) =>
      answer(renewed(context), 'reviseReviewer', input, async () => ({
        reviewer: await reviseReviewer(context, input),
      })),
    assignReviewers: (_, { input }, context) =>
      answer(renewed(context), 'assignReviewers', input, () => assignReviewers(context, input)),
    scoreProject: (_, { input }, context) =>
      answer(renewed(context), 'scoreProject', input, async () => ({
        review: await scoreProject(context, input),
      })),
    decideCall: (_, { input }, context) =>
      answer(renewed(context), 'decideCall', input, async () => ({
        call: await decideCall(context, input),
      })),
    startProject: (_, { input }, context) =>
      answer(renewed(context), 'startProject', input, async () => ({
        project: await startProject(context, input),
      })),
    planBudget: (_, { input }, context) =>
      answer(renewed(context), 'planBudget', input, async () => ({
        project: await planBudget(context, input),
      })),
    recordMoney: (_, { input }, context) =>
      answer(renewed(context), 'recordMoney', input, () => recordMoney(context, input)),
    approveGate: (_, { input }, context) =>
      answer(renewed(context), 'approveGate', input, async () => ({
        project: await approveGate(context, input),
      })),
    completeProject: (_, { input }, context) =>
      answer(renewed(context), 'completeProject', input, async () => ({
        project: await completeProject(context, input),
      })),
    terminateProject: (_, { input }, context) =>
      answer(renewed(context), 'terminateProject', input, async () => ({
        project: await terminateProject(context, input),
      })),
    importProgrammes: (_, { input }, context) =>
      answer(renewed(context), 'importProgrammes', input, () => importProgrammes(context, input)),
  },
  Programme: {
    __resolveReference: ({ id }, { loaders }) => loaders.programme.load(id),
    id: ({ _id }) => _id,
    rules: ({ editions }, { on }) => rulesOn(editions, on ?? seoulDay(new Date())),
    calls: ({ _id }, listing, context) =>
      findCalls(context, { ...listing, filter: { programmeId: _id } }),
  },
  ProgrammeRules: {
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
    projects: ({ _id }, listing, context) =>
      findProjects(context, { ...listing, filter: { callId: _id } }),
  },
  PipelineStep: {
    programme: ({ programmeId }, _, { loaders }) =>
      programmeId === null ? null : loaders.programme.load(programmeId),
    sector: (step) => sector(step.sector),
  },
  RankedProject: {
    project: ({ projectId }, _, { loaders }) => pointedAt(loaders.project, projectId),
  },
  MemberAccount: { company: ({ companyId }) => company(companyId) },
  LedgerEntry: {
    id: ({ _id }) => _id,
    company: ({ companyId }) => company(companyId),
  },
  LedgerConnection: { totalCount: ({ count }) => count() },
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
    demandCompanies: ({ demandCompanyIds }) => demandCompanyIds.map(company),
    copiedFrom: ({ copiedFromId }, _, context) =>
      copiedFromId === null ? null : findProject(context, copiedFromId),
    consortium: ({ consortiumId }, _, { loaders }) =>
      consortiumId === null ? null : loaders.consortium.load(consortiumId),
    assemblies: (project, listing, context) => findAssembliesOf(context, project, listing),
    documents: (project, _, context) => findDocuments(context, project),
    checklist: (project, _, context) => findChecklist(context, project),
    submission: (project, _, context) => findSubmission(context, project),
    accounts: (project, _, context) => findAccounts(context, project),
    ledger: (project, listing, context) => findLedger(context, project, listing),
    breaches: (project, _, context) => findBreaches(context, project),
  },
  Document: {
    id: ({ _id }) => _id,
    content: (document, _, context) => contentOf(context, document),
  },
  Submission: { id: ({ _id }) => _id },
  Requirement: {
    technology: ({ technologyId }) => ({ id: technologyId }),
    supply: (requirement, _, { loaders }) => loaders.supply.load(requirement),
  },
  Consortium: {
    __resolveReference: ({ id }, context) => findConsortium(context, id),
    id: ({ _id }) => _id,
    project: ({ projectId }, _, { loaders }) => pointedAt(loaders.project, projectId),
    memberships: (consortium, _, context) => membershipsShown(context, consortium),
    shareTotal: async ({ _id }, _, { loaders }) =>
      shareTotal(await loaders.membershipsIn.load(_id)),
  },
  Membership: {
    __resolveReference: ({ id }, context) => findMembership(context, id),
    id: ({ _id }) => _id,
    consortium: ({ consortiumId }, _, { loaders }) => pointedAt(loaders.consortium, consortiumId),
    company: ({ companyId }) => company(companyId),
    requirements: (membership, _, context) => requirementsOf(context, membership),
    share: (membership, _, context) => shareShown(context, membership),
    shareAmount: (membership, _, context) => shareAmountOf(context, membership),
    counter: (membership, _, context) => counterShown(context, membership),
    replaces: ({ replacesId }, _, context) =>
      replacesId === null ? null : findMembership(context, replacesId),
    reason: (membership, _, context) => reasonShown(context, membership),
    isRestricted: ({ companyId }, _, { loaders }) => isRestrictedNow(loaders, companyId),
  },
  Assembly: {
    __resolveReference: ({ id }, context) => findAssembly(context, id),
    id: ({ _id }) => _id,
    project: ({ projectId }, _, { loaders }) => pointedAt(loaders.project, projectId),
    proposals: (assembly) => shownProposals(assembly),
    repair: (assembly) => shownRepair(assembly),
    infeasibility: (assembly) => shownInfeasibility(assembly),
    shortfalls: (assembly) => shownShortfalls(assembly),
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
