/** Which use case carries out which mutation. No rules here. */
import { answer, attemptDeed } from '#kit/answer.ts';
import { consentToWithdrawal, revokeWithdrawalConsent } from './agreement/abandon.ts';
import { drawUpAgreement } from './agreement/agreement.ts';
import { consentToReopening, withdrawReopeningConsent } from './agreement/reopen.ts';
import { signAgreement } from './agreement/sign.ts';
import { publishTemplate } from './agreement/template.ts';
import { openCall } from './call/call.ts';
import { reviseCall } from './call/revise.ts';
import { dissolveConsortium } from './consortium/consortium.ts';
import { answerCounter, counterInvitation } from './consortium/counter.ts';
import { inviteProposal } from './consortium/invite-proposal.ts';
import { assignRequirements, inviteCompany } from './consortium/invite.ts';
import {
  acceptInvitation,
  declineInvitation,
  withdrawMembership,
} from './consortium/membership.ts';
import { sealConsortium } from './consortium/seal.ts';
import { setShares } from './consortium/shares.ts';
import { withdrawProject } from './consortium/withdraw.ts';
import { renewed } from './context.ts';
import {
  approveGate,
  completeProject,
  startProject,
  terminateProject,
} from './delivery/delivery.ts';
import { planBudget, recordMoney } from './delivery/money.ts';
import { importProgrammes } from './programme/import.ts';
import { createProgramme, reviseProgramme } from './programme/programme.ts';
import { decideRequirement } from './project/succession.ts';
import { copyRequirements } from './template/copy.ts';
import {
  createRequirementTemplate,
  removeRequirementTemplate,
  reviseRequirementTemplate,
} from './template/requirement-template.ts';
import { draftProject, setRequirements, updateProject } from './project/project.ts';
import { assemble, cancelAssembly, repairTeam, startAssembly } from './proposal/assemble.ts';
import {
  createWeightProfile,
  removeWeightProfile,
  reviseWeightProfile,
} from './proposal/weight-profile.ts';
import { removeDocument, uploadDocument } from './submission/document.ts';
import { submitProject, takeBackSubmission } from './submission/submission.ts';
import { decideCall } from './review/decision.ts';
import { fileAppeal, withdrawAppeal } from './review/appeal.ts';
import { decideAppeal, settleAppeal } from './review/appeal-decision.ts';
import { assignReviewers } from './review/assigning.ts';
import { releaseReview } from './review/release.ts';
import { scoreProject } from './review/review.ts';
import { registerReviewer, reviseReviewer } from './review/reviewer.ts';
import { decidePlanChange, proposePlanChange, withdrawPlanChange } from './change/plan-change.ts';
import { bounceRepayment, closeRecovery, demandRecovery } from './delivery/recovery.ts';
import { settleProject } from './delivery/settlement.ts';
import {
  decideMilestone,
  deliverMilestone,
  setMilestones,
  uploadDeliverable,
} from './milestone/milestone.ts';
import { handOverOutcome, registerOutcome } from './outcome/outcome.ts';
import { enrolPilot, givePilotFeedback } from './pilot/pilot.ts';
import { decideProgressReport, submitProgressReport } from './progress/report.ts';
import { cancelSiteVisit, planSiteVisit, recordSiteVisit } from './progress/visit.ts';
import type { MutationResolvers } from './schema.generated.ts';

export const mutations: MutationResolvers = {
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
    attemptDeed(context, 'assemble', input, async () => ({
      assembly: await assemble(renewed(context), input),
    })),
  startAssembly: (_, { input }, context) =>
    attemptDeed(context, 'startAssembly', input, async () => ({
      assembly: await startAssembly(renewed(context), input),
    })),
  createRequirementTemplate: (_, { input }, context) =>
    answer(renewed(context), 'createRequirementTemplate', input, async () => ({
      template: await createRequirementTemplate(context, input),
    })),
  reviseRequirementTemplate: (_, { input }, context) =>
    answer(renewed(context), 'reviseRequirementTemplate', input, async () => ({
      template: await reviseRequirementTemplate(context, input),
    })),
  removeRequirementTemplate: (_, { input }, context) =>
    answer(renewed(context), 'removeRequirementTemplate', input, async () => ({
      removedId: await removeRequirementTemplate(context, input),
    })),
  copyRequirements: (_, { input }, context) =>
    answer(renewed(context), 'copyRequirements', input, async () => ({
      project: await copyRequirements(context, input),
    })),
  decideRequirement: (_, { input }, context) =>
    answer(renewed(context), 'decideRequirement', input, async () => ({
      project: await decideRequirement(context, input),
    })),
  createWeightProfile: (_, { input }, context) =>
    answer(renewed(context), 'createWeightProfile', input, async () => ({
      profile: await createWeightProfile(context, input),
    })),
  reviseWeightProfile: (_, { input }, context) =>
    answer(renewed(context), 'reviseWeightProfile', input, async () => ({
      profile: await reviseWeightProfile(context, input),
    })),
  removeWeightProfile: (_, { input }, context) =>
    answer(renewed(context), 'removeWeightProfile', input, async () => ({
      removedId: await removeWeightProfile(context, input),
    })),
  cancelAssembly: (_, { input }, context) =>
    answer(renewed(context), 'cancelAssembly', input, async () => ({
      assembly: await cancelAssembly(context, input),
    })),
  repairTeam: (_, { input }, context) =>
    attemptDeed(context, 'repairTeam', input, async () => ({
      assembly: await repairTeam(renewed(context), input),
    })),
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
  publishAgreementTemplate: (_, { input }, context) =>
    answer(renewed(context), 'publishAgreementTemplate', input, async () => ({
      template: await publishTemplate(context, input),
    })),
  drawUpAgreement: (_, { input }, context) =>
    answer(renewed(context), 'drawUpAgreement', input, async () => ({
      agreement: await drawUpAgreement(context, input),
    })),
  signAgreement: (_, { input }, context) =>
    answer(renewed(context), 'signAgreement', input, async () => ({
      agreement: await signAgreement(context, input),
    })),
  consentToReopening: (_, { input }, context) =>
    answer(renewed(context), 'consentToReopening', input, async () => ({
      consortium: await consentToReopening(context, input),
    })),
  withdrawReopeningConsent: (_, { input }, context) =>
    answer(renewed(context), 'withdrawReopeningConsent', input, async () => ({
      consortium: await withdrawReopeningConsent(context, input),
    })),
  consentToWithdrawal: (_, { input }, context) =>
    answer(renewed(context), 'consentToWithdrawal', input, async () => ({
      project: await consentToWithdrawal(context, input),
    })),
  revokeWithdrawalConsent: (_, { input }, context) =>
    answer(renewed(context), 'revokeWithdrawalConsent', input, async () => ({
      project: await revokeWithdrawalConsent(context, input),
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
  releaseReview: (_, { input }, context) =>
    answer(renewed(context), 'releaseReview', input, async () => ({
      review: await releaseReview(context, input),
    })),
  decideCall: (_, { input }, context) =>
    answer(renewed(context), 'decideCall', input, async () => ({
      call: await decideCall(context, input),
    })),
  fileProjectAppeal: (_, { input }, context) =>
    answer(renewed(context), 'fileProjectAppeal', input, async () => ({
      appeal: await fileAppeal(context, input),
    })),
  withdrawProjectAppeal: (_, { input }, context) =>
    answer(renewed(context), 'withdrawProjectAppeal', input, async () => ({
      appeal: await withdrawAppeal(context, input),
    })),
  decideProjectAppeal: (_, { input }, context) =>
    answer(renewed(context), 'decideProjectAppeal', input, async () => ({
      appeal: await decideAppeal(context, input),
    })),
  settleProjectAppeal: (_, { input }, context) =>
    answer(renewed(context), 'settleProjectAppeal', input, async () => ({
      appeal: await settleAppeal(context, input),
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
  setMilestones: (_, { input }, context) =>
    answer(renewed(context), 'setMilestones', input, async () => ({
      project: await setMilestones(context, input),
    })),
  uploadDeliverable: (_, { input }, context) =>
    answer(renewed(context), 'uploadDeliverable', input, async () => ({
      milestone: await uploadDeliverable(context, input),
    })),
  deliverMilestone: (_, { input }, context) =>
    answer(renewed(context), 'deliverMilestone', input, async () => ({
      milestone: await deliverMilestone(context, input),
    })),
  decideMilestone: (_, { input }, context) =>
    answer(renewed(context), 'decideMilestone', input, async () => ({
      milestone: await decideMilestone(context, input),
    })),
  proposePlanChange: (_, { input }, context) =>
    answer(renewed(context), 'proposePlanChange', input, async () => ({
      change: await proposePlanChange(context, input),
    })),
  decidePlanChange: (_, { input }, context) =>
    answer(renewed(context), 'decidePlanChange', input, async () => ({
      change: await decidePlanChange(context, input),
    })),
  withdrawPlanChange: (_, { input }, context) =>
    answer(renewed(context), 'withdrawPlanChange', input, async () => ({
      change: await withdrawPlanChange(context, input),
    })),
  submitProgressReport: (_, { input }, context) =>
    answer(renewed(context), 'submitProgressReport', input, async () => ({
      report: await submitProgressReport(context, input),
    })),
  decideProgressReport: (_, { input }, context) =>
    answer(renewed(context), 'decideProgressReport', input, async () => ({
      report: await decideProgressReport(context, input),
    })),
  planSiteVisit: (_, { input }, context) =>
    answer(renewed(context), 'planSiteVisit', input, async () => ({
      visit: await planSiteVisit(context, input),
    })),
  recordSiteVisit: (_, { input }, context) =>
    answer(renewed(context), 'recordSiteVisit', input, async () => ({
      visit: await recordSiteVisit(context, input),
    })),
  cancelSiteVisit: (_, { input }, context) =>
    answer(renewed(context), 'cancelSiteVisit', input, async () => ({
      visit: await cancelSiteVisit(context, input),
    })),
  enrolPilot: (_, { input }, context) =>
    answer(renewed(context), 'enrolPilot', input, async () => ({
      pilot: await enrolPilot(context, input),
    })),
  givePilotFeedback: (_, { input }, context) =>
    answer(renewed(context), 'givePilotFeedback', input, async () => ({
      pilot: await givePilotFeedback(context, input),
    })),
  registerOutcome: (_, { input }, context) =>
    answer(renewed(context), 'registerOutcome', input, async () => ({
      outcome: await registerOutcome(context, input),
    })),
  handOverOutcome: (_, { input }, context) =>
    answer(renewed(context), 'handOverOutcome', input, async () => ({
      outcome: await handOverOutcome(context, input),
    })),
  demandRecovery: (_, { input }, context) =>
    answer(renewed(context), 'demandRecovery', input, async () => ({
      recovery: await demandRecovery(context, input),
    })),
  closeRecovery: (_, { input }, context) =>
    answer(renewed(context), 'closeRecovery', input, async () => ({
      recovery: await closeRecovery(context, input),
    })),
  bounceRepayment: (_, { input }, context) =>
    answer(renewed(context), 'bounceRepayment', input, async () => ({
      recovery: await bounceRepayment(context, input),
    })),
  settleProject: (_, { input }, context) =>
    answer(renewed(context), 'settleProject', input, async () => ({
      project: await settleProject(context, input),
    })),
  importProgrammes: (_, { input }, context) =>
    answer(renewed(context), 'importProgrammes', input, () => importProgrammes(context, input)),
};
