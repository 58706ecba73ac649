/**
 * Who may ask for each root field, walked over the whole schema: a field without a row fails. What a record's own state
 * decides beyond this (whose company, whose project) is held by the tests of each subgraph.
 */
import { readFileSync } from 'node:fs';

import {
  getNamedType,
  GraphQLObjectType,
  isNonNullType,
  isObjectType,
  type ExecutionResult,
  type GraphQLArgument,
  type GraphQLField,
} from 'graphql';

import { createLog } from '#kit/log.ts';
import { platformRoles, type PlatformRole, type Viewer } from '#kit/viewer.ts';
import { readSupergraph } from '../gateway/supergraph.ts';
import type { Platform } from '../infra/platform.ts';
import { leastOf } from './least.ts';
import { startTestPlatform } from './platform.ts';
import { someone, user } from './service.ts';

/** Everybody, everybody who is signed in, or only these platform roles. */
type Gate = 'ANYONE' | 'SIGNED_IN' | PlatformRole[];

const gates: Record<string, Gate> = {
  'Query.agreementTemplates': 'SIGNED_IN',
  'Query.anonymousCase': 'ANYONE',
  'Query.assembly': 'SIGNED_IN',
  'Query.auditsDue': ['SECRETARIAT'],
  'Query.awardConcentration': 'ANYONE',
  'Query.awardConcentrationByYear': 'ANYONE',
  'Query.call': 'ANYONE',
  'Query.calls': 'ANYONE',
  'Query.capabilities': 'ANYONE',
  'Query.capabilityComparison': 'ANYONE',
  'Query.capabilityTable': ['SECRETARIAT', 'OPERATOR'],
  'Query.casesAgainst': 'SIGNED_IN',
  'Query.certificationYears': ['SECRETARIAT'],
  'Query.cloudRevenueYears': ['SECRETARIAT'],
  'Query.collaborationNetwork': 'ANYONE',
  'Query.companies': 'ANYONE',
  'Query.company': 'ANYONE',
  'Query.companyGrowth': 'ANYONE',
  'Query.consortium': 'ANYONE',
  'Query.consultation': 'SIGNED_IN',
  'Query.consultations': 'SIGNED_IN',
  'Query.event': 'ANYONE',
  'Query.evidenceContent': 'SIGNED_IN',
  'Query.eventCalendar': 'ANYONE',
  'Query.eventFeed': 'ANYONE',
  'Query.events': 'ANYONE',
  'Query.externalProvider': 'ANYONE',
  'Query.fundingDuplicates': ['SECRETARIAT'],
  'Query.inbox': 'SIGNED_IN',
  'Query.invitations': 'SIGNED_IN',
  'Query.lateMilestones': ['SECRETARIAT'],
  'Query.likelyDoubles': ['SECRETARIAT'],
  'Query.mailbox': ['OPERATOR'],
  'Query.marketplaces': 'ANYONE',
  'Query.me': 'ANYONE',
  'Query.misconductCase': 'SIGNED_IN',
  'Query.misconductCases': ['SECRETARIAT'],
  'Query.ownData': 'SIGNED_IN',
  'Query.ownReports': 'SIGNED_IN',
  'Query.ownSeats': 'SIGNED_IN',
  'Query.programme': 'ANYONE',
  'Query.programmes': 'ANYONE',
  'Query.project': 'ANYONE',
  'Query.projectPipeline': ['SECRETARIAT'],
  'Query.projects': 'ANYONE',
  'Query.readinessLevels': 'ANYONE',
  'Query.recentNews': 'ANYONE',
  'Query.requirementTemplate': 'SIGNED_IN',
  'Query.requirementTemplates': 'SIGNED_IN',
  'Query.reviewTasks': 'SIGNED_IN',
  'Query.reviewers': ['SECRETARIAT'],
  'Query.savedCalendar': 'ANYONE',
  'Query.savedFeed': 'ANYONE',
  'Query.savedFilters': 'SIGNED_IN',
  'Query.sectors': 'ANYONE',
  'Query.selectionFigures': 'ANYONE',
  'Query.selectionTerms': 'ANYONE',
  'Query.service': 'ANYONE',
  'Query.serviceReview': 'ANYONE',
  'Query.serviceReviews': ['REVIEWER', 'SECRETARIAT'],
  'Query.services': 'ANYONE',
  'Query.soleSuppliers': 'ANYONE',
  'Query.supply': 'ANYONE',
  'Query.supplyGrid': 'ANYONE',
  'Query.tableTemplate': 'ANYONE',
  'Query.techMap': 'ANYONE',
  'Query.techMaps': 'ANYONE',
  'Query.technologies': 'ANYONE',
  'Query.technology': 'ANYONE',
  'Query.technologyGaps': 'ANYONE',
  'Query.technologyTable': 'ANYONE',
  'Query.trustTerms': 'ANYONE',
  'Query.watches': 'SIGNED_IN',
  'Query.weightProfiles': 'SIGNED_IN',
  'Query.writtenReviews': 'SIGNED_IN',
  'Mutation.acceptInvitation': 'SIGNED_IN',
  'Mutation.acceptMembership': 'SIGNED_IN',
  'Mutation.addCertification': 'SIGNED_IN',
  'Mutation.addListing': 'SIGNED_IN',
  'Mutation.addSector': ['SECRETARIAT'],
  'Mutation.addTechnology': ['SECRETARIAT'],
  'Mutation.advanceCase': ['SECRETARIAT'],
  'Mutation.advanceListing': 'SIGNED_IN',
  'Mutation.announceEvent': 'SIGNED_IN',
  'Mutation.announceSeries': 'SIGNED_IN',
  'Mutation.answerCharge': 'SIGNED_IN',
  'Mutation.answerCounter': 'SIGNED_IN',
  'Mutation.answerPartnerReview': 'SIGNED_IN',
  'Mutation.appealCase': 'SIGNED_IN',
  'Mutation.approveGate': ['SECRETARIAT'],
  'Mutation.assemble': 'SIGNED_IN',
  'Mutation.assignRequirements': 'SIGNED_IN',
  'Mutation.assignReviewers': ['SECRETARIAT'],
  'Mutation.attendEvent': 'SIGNED_IN',
  'Mutation.auditService': ['SECRETARIAT'],
  'Mutation.bounceRepayment': ['SECRETARIAT'],
  'Mutation.callHearing': ['SECRETARIAT'],
  'Mutation.cancelAssembly': 'SIGNED_IN',
  'Mutation.cancelEvent': 'SIGNED_IN',
  'Mutation.cancelSeries': 'SIGNED_IN',
  'Mutation.cancelSiteVisit': ['SECRETARIAT'],
  'Mutation.changeEvent': 'SIGNED_IN',
  'Mutation.changeMember': 'SIGNED_IN',
  'Mutation.changePartnerReview': 'SIGNED_IN',
  'Mutation.changePassword': 'SIGNED_IN',
  'Mutation.changeSavedFilter': 'SIGNED_IN',
  'Mutation.changeSelectionTerms': ['SECRETARIAT'],
  'Mutation.changeSeries': 'SIGNED_IN',
  'Mutation.changeTrustTerms': ['SECRETARIAT'],
  'Mutation.checkServiceReview': ['SECRETARIAT'],
  'Mutation.closeConsultation': 'SIGNED_IN',
  'Mutation.closeRecovery': ['SECRETARIAT'],
  'Mutation.completeProject': 'SIGNED_IN',
  'Mutation.completeServiceReview': 'SIGNED_IN',
  'Mutation.compareAgain': ['SECRETARIAT'],
  'Mutation.confirmCertification': ['SECRETARIAT'],
  'Mutation.confirmExternally': 'SIGNED_IN',
  'Mutation.confirmSecondFactor': 'SIGNED_IN',
  'Mutation.consentToReopening': 'SIGNED_IN',
  'Mutation.consentToWithdrawal': 'SIGNED_IN',
  'Mutation.copyRequirements': 'SIGNED_IN',
  'Mutation.counterInvitation': 'SIGNED_IN',
  'Mutation.createProgramme': ['SECRETARIAT'],
  'Mutation.createRequirementTemplate': 'SIGNED_IN',
  'Mutation.createTechMap': ['SECRETARIAT', 'OPERATOR'],
  'Mutation.createWeightProfile': 'SIGNED_IN',
  'Mutation.decideCall': ['SECRETARIAT'],
  'Mutation.decideCase': ['SECRETARIAT'],
  'Mutation.decideCaseAppeal': ['SECRETARIAT'],
  'Mutation.decideMilestone': 'SIGNED_IN',
  'Mutation.decidePlanChange': 'SIGNED_IN',
  'Mutation.decideProgressReport': 'SIGNED_IN',
  'Mutation.decideProjectAppeal': ['SECRETARIAT'],
  'Mutation.decideRequirement': 'SIGNED_IN',
  'Mutation.decideServiceReview': ['SECRETARIAT'],
  'Mutation.declineInvitation': 'SIGNED_IN',
  'Mutation.deliverMilestone': 'SIGNED_IN',
  'Mutation.demandRecovery': ['SECRETARIAT'],
  'Mutation.discardCapabilityDraft': 'SIGNED_IN',
  'Mutation.dissolveConsortium': 'SIGNED_IN',
  'Mutation.draftCapabilities': 'SIGNED_IN',
  'Mutation.draftProject': 'SIGNED_IN',
  'Mutation.draftService': 'SIGNED_IN',
  'Mutation.draftTechMapVersion': ['SECRETARIAT', 'OPERATOR'],
  'Mutation.drawUpAgreement': 'SIGNED_IN',
  'Mutation.enrolPilot': 'SIGNED_IN',
  'Mutation.eraseAccount': 'SIGNED_IN',
  'Mutation.fileProjectAppeal': 'SIGNED_IN',
  'Mutation.finishExternalSignIn': 'ANYONE',
  'Mutation.forgetSearch': 'SIGNED_IN',
  'Mutation.givePilotFeedback': 'SIGNED_IN',
  'Mutation.giveServiceOpinion': ['REVIEWER'],
  'Mutation.handOverOutcome': 'SIGNED_IN',
  'Mutation.importCapabilities': ['OPERATOR', 'SECRETARIAT'],
  'Mutation.importCapabilityTable': ['OPERATOR', 'SECRETARIAT'],
  'Mutation.importCompanies': ['OPERATOR', 'SECRETARIAT'],
  'Mutation.importEvents': ['OPERATOR', 'SECRETARIAT'],
  'Mutation.importMarketplaces': ['OPERATOR', 'SECRETARIAT'],
  'Mutation.importProgrammes': ['OPERATOR', 'SECRETARIAT'],
  'Mutation.importServices': ['OPERATOR', 'SECRETARIAT'],
  'Mutation.importTechnologies': ['OPERATOR', 'SECRETARIAT'],
  'Mutation.importTechnologyTable': ['OPERATOR', 'SECRETARIAT'],
  'Mutation.inviteCompany': 'SIGNED_IN',
  'Mutation.inviteMember': 'SIGNED_IN',
  'Mutation.inviteProposal': 'SIGNED_IN',
  'Mutation.keepApart': ['SECRETARIAT'],
  'Mutation.leaveEvent': 'SIGNED_IN',
  'Mutation.listService': 'SIGNED_IN',
  'Mutation.mergeCompanies': ['SECRETARIAT'],
  'Mutation.moveTechnology': ['SECRETARIAT'],
  'Mutation.openCall': ['SECRETARIAT'],
  'Mutation.openConsultation': 'SIGNED_IN',
  'Mutation.planBudget': 'SIGNED_IN',
  'Mutation.planSiteVisit': ['SECRETARIAT'],
  'Mutation.proposePlanChange': 'SIGNED_IN',
  'Mutation.provisionUser': ['OPERATOR'],
  'Mutation.publishAgreementTemplate': ['SECRETARIAT'],
  'Mutation.publishCapabilities': 'SIGNED_IN',
  'Mutation.publishTechMapVersion': ['SECRETARIAT'],
  'Mutation.readConsultation': 'SIGNED_IN',
  'Mutation.readInbox': 'SIGNED_IN',
  'Mutation.recordMoney': 'SIGNED_IN',
  'Mutation.recordRecovery': ['SECRETARIAT'],
  'Mutation.recordSiteVisit': ['SECRETARIAT'],
  'Mutation.refreshSession': 'ANYONE',
  'Mutation.registerCompany': 'SIGNED_IN',
  'Mutation.registerOutcome': 'SIGNED_IN',
  'Mutation.registerReviewer': ['SECRETARIAT'],
  'Mutation.removeDocument': 'SIGNED_IN',
  'Mutation.removeMember': 'SIGNED_IN',
  'Mutation.removeRequirementTemplate': 'SIGNED_IN',
  'Mutation.removeSavedFilter': 'SIGNED_IN',
  'Mutation.removeSecondFactor': 'SIGNED_IN',
  'Mutation.removeTechnology': ['SECRETARIAT'],
  'Mutation.removeWeightProfile': 'SIGNED_IN',
  'Mutation.renameSector': ['SECRETARIAT'],
  'Mutation.renewFilterSecret': 'SIGNED_IN',
  'Mutation.repairTeam': 'SIGNED_IN',
  'Mutation.reportAnonymously': 'ANYONE',
  'Mutation.releaseReview': ['REVIEWER', 'SECRETARIAT'],
  'Mutation.reportMisconduct': 'SIGNED_IN',
  'Mutation.reportRevenue': 'SIGNED_IN',
  'Mutation.requestEmailVerification': 'ANYONE',
  'Mutation.requestPasswordReset': 'ANYONE',
  'Mutation.resetPassword': 'ANYONE',
  'Mutation.restrictCompany': ['SECRETARIAT'],
  'Mutation.reviewCompany': ['SECRETARIAT'],
  'Mutation.reviewTechMapVersion': ['SECRETARIAT'],
  'Mutation.reviseCall': ['SECRETARIAT'],
  'Mutation.reviseProgramme': ['SECRETARIAT'],
  'Mutation.reviseRequirementTemplate': 'SIGNED_IN',
  'Mutation.reviseReviewer': ['SECRETARIAT'],
  'Mutation.reviseWeightProfile': 'SIGNED_IN',
  'Mutation.revokeWithdrawalConsent': 'SIGNED_IN',
  'Mutation.saveFilter': 'SIGNED_IN',
  'Mutation.saveSearch': 'SIGNED_IN',
  'Mutation.scoreProject': ['REVIEWER'],
  'Mutation.sealConsortium': 'SIGNED_IN',
  'Mutation.setCompanyLogo': 'SIGNED_IN',
  'Mutation.setMilestones': 'SIGNED_IN',
  'Mutation.setRequirements': 'SIGNED_IN',
  'Mutation.setShares': 'SIGNED_IN',
  'Mutation.setSuccession': ['SECRETARIAT'],
  'Mutation.settleProject': 'SIGNED_IN',
  'Mutation.settleProjectAppeal': ['SECRETARIAT'],
  'Mutation.signAgreement': 'SIGNED_IN',
  'Mutation.signIn': 'ANYONE',
  'Mutation.signOut': 'ANYONE',
  'Mutation.signUp': 'ANYONE',
  'Mutation.startAssembly': 'SIGNED_IN',
  'Mutation.startExternalSignIn': 'ANYONE',
  'Mutation.startProject': 'SIGNED_IN',
  'Mutation.startSecondFactor': 'SIGNED_IN',
  'Mutation.submitProgressReport': 'SIGNED_IN',
  'Mutation.submitProject': 'SIGNED_IN',
  'Mutation.submitService': 'SIGNED_IN',
  'Mutation.takeBackSubmission': 'SIGNED_IN',
  'Mutation.terminateProject': ['SECRETARIAT'],
  'Mutation.transferOwnership': 'SIGNED_IN',
  'Mutation.unwatch': 'SIGNED_IN',
  'Mutation.updateCompany': 'SIGNED_IN',
  'Mutation.updateProject': 'SIGNED_IN',
  'Mutation.updateService': 'SIGNED_IN',
  'Mutation.updateTechMap': ['SECRETARIAT'],
  'Mutation.updateTechnology': ['SECRETARIAT'],
  'Mutation.uploadDeliverable': 'SIGNED_IN',
  'Mutation.uploadDocument': 'SIGNED_IN',
  'Mutation.uploadEvidence': 'SIGNED_IN',
  'Mutation.verifyCapability': ['REVIEWER', 'SECRETARIAT'],
  'Mutation.verifyEmail': 'ANYONE',
  'Mutation.watch': 'SIGNED_IN',
  'Mutation.withdrawCertification': 'SIGNED_IN',
  'Mutation.withdrawMembership': 'SIGNED_IN',
  'Mutation.withdrawPlanChange': 'SIGNED_IN',
  'Mutation.withdrawProject': 'SIGNED_IN',
  'Mutation.withdrawProjectAppeal': 'SIGNED_IN',
  'Mutation.withdrawReopeningConsent': 'SIGNED_IN',
  'Mutation.withdrawService': 'SIGNED_IN',
  'Mutation.withdrawServiceReview': 'SIGNED_IN',
  'Mutation.writeAnonymously': 'ANYONE',
  'Mutation.writePartnerReview': 'SIGNED_IN',
  'Mutation.writeToCase': 'SIGNED_IN',
  'Mutation.writeToConsultation': 'SIGNED_IN',
  'Subscription.assemblyProgress': 'SIGNED_IN',
  'Subscription.consultationMessages': 'SIGNED_IN',
  'Subscription.eventAnnounced': 'ANYONE',
};

const sdl = readFileSync(new URL('../schema/supergraph.graphql', import.meta.url), 'utf8');
const { apiSchema: api } = await readSupergraph(sdl, 'APOLLO', createLog('test', 'silent'));
const fields = ['Query', 'Mutation', 'Subscription'].flatMap((root) => {
  const type = api.getType(root);
  return isObjectType(type)
    ? Object.values(type.getFields()).map((field) => ({
        root,
        field,
        name: `${root}.${field.name}`,
      }))
    : [];
});

/** One viewer for each role; the company roles are in a company that none of the asked records belongs to. */
const viewers: Record<string, Viewer> = {
  VISITOR: someone,
  USER: user('u-user'),
  OWNER: user('u-owner', { companies: { 'c-own': 'OWNER' } }),
  EDITOR: user('u-editor', { companies: { 'c-own': 'EDITOR' } }),
  VIEWER: user('u-viewer', { companies: { 'c-own': 'VIEWER' } }),
  REVIEWER: user('u-reviewer', { roles: ['REVIEWER'] }),
  SECRETARIAT: user('u-secretariat', { roles: ['SECRETARIAT'] }),
  OPERATOR: user('u-operator', { roles: ['OPERATOR'] }),
};

let platform: Platform;

beforeAll(async () => {
  platform = await startTestPlatform();
});

afterAll(() => platform.stop());

it('has a row for every root field, and no row for a field that is gone', () => {
  expect(Object.keys(gates).toSorted()).toEqual(fields.map(({ name }) => name).toSorted());
});

const cases = fields.flatMap(({ root, field, name }) =>
  Object.entries(viewers).map(([role, viewer]) => ({ root, field, name, role, viewer })),
);

it.each(cases)('$name answers $role as its row says', async ({ root, field, name, viewer }) => {
  const gate = gates[name] ?? [];
  const codes = codesOf(await ask(root, field, viewer));
  expect(outcome(codes, gate)).toBe(expected(viewer, gate));
});

type Outcome = 'UNAUTHENTICATED' | 'FORBIDDEN' | 'ADMITTED';

/** Behind a gate for everybody who is signed in, FORBIDDEN is the record's own word about this very viewer. */
function outcome(codes: unknown[], gate: Gate): Outcome {
  if (codes.includes('UNAUTHENTICATED')) return 'UNAUTHENTICATED';
  return codes.includes('FORBIDDEN') && gate !== 'SIGNED_IN' ? 'FORBIDDEN' : 'ADMITTED';
}

function expected(viewer: Viewer, gate: Gate): Outcome {
  if (gate === 'ANYONE') return 'ADMITTED';
  if (viewer.userId === null) return 'UNAUTHENTICATED';
  const admitted = gate === 'SIGNED_IN' || gate.some((role) => viewer.roles.includes(role));
  return admitted ? 'ADMITTED' : 'FORBIDDEN';
}

it('never carries out what a stranger asks of a company, a project or a consortium', async () => {
  const strangers = [viewers['USER'], viewers['OWNER']].filter((viewer) => viewer !== undefined);
  const own = new Set(['Mutation.registerCompany', 'Mutation.saveSearch', 'Mutation.unwatch']);
  for (const { root, field, name } of fields) {
    if (root !== 'Mutation' || gates[name] !== 'SIGNED_IN' || own.has(name)) continue;
    for (const viewer of strangers) {
      const result = await ask(root, field, viewer);
      const problems =
        (result.data?.[field.name] as { problems?: unknown[] } | null)?.problems ?? [];
      expect([name, codesOf(result).length + problems.length]).not.toEqual([name, 0]);
    }
  }
});

function codesOf({ errors = [] }: ExecutionResult): unknown[] {
  return errors.map(({ extensions }) => extensions['code']);
}

/** Asks for a field with the least arguments that its types allow. */
async function ask(
  root: string,
  field: GraphQLField<unknown, unknown>,
  viewer: Viewer,
): Promise<ExecutionResult> {
  const required = field.args.filter(
    ({ type, defaultValue }) => isNonNullType(type) && defaultValue === undefined,
  );
  const variables = Object.fromEntries(required.map((arg) => [arg.name, leastOf(arg.type)]));
  const request = { query: documentOf(root, field, required), variables };
  if (root !== 'Subscription') return platform.execute(request, viewer);
  const feed = await platform.subscribe(request, viewer);
  if (!('next' in feed)) return feed;
  await feed.return?.();
  return {};
}

function documentOf(
  root: string,
  field: GraphQLField<unknown, unknown>,
  args: readonly GraphQLArgument[],
): string {
  const declared = args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const given = args.map(({ name }) => `${name}: $${name}`).join(', ');
  const type = getNamedType(field.type);
  const selected = !(type instanceof GraphQLObjectType)
    ? ''
    : 'problems' in type.getFields()
      ? '{ problems { code } }'
      : '{ __typename }';
  const call = args.length > 0 ? `(${given})` : '';
  return `${root.toLowerCase()} ${declared ? `(${declared})` : ''} { ${field.name}${call} ${selected} }`;
}

it('knows every role of the platform', () => {
  const roles = Object.values(viewers).flatMap((viewer) => viewer.roles);
  expect(roles.toSorted()).toEqual([...platformRoles].toSorted());
});
