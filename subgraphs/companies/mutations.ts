/** Which use case carries out which mutation. No rules here. */
import { answer, attempt } from '#kit/answer.ts';
import { confirmExternally } from './account/confirmation.ts';
import { finishExternalSignIn, startExternalSignIn } from './account/external.ts';
import { provisionUser } from './account/provision.ts';
import {
  changePassword,
  requestEmailVerification,
  requestPasswordReset,
  resetPassword,
  verifyEmail,
} from './account/recovery.ts';
import {
  confirmSecondFactor,
  removeSecondFactor,
  startSecondFactor,
} from './account/second-factor.ts';
import { refreshSession, signIn, signOut } from './account/session.ts';
import { signUp } from './account/sign-up.ts';
import {
  addCertification,
  confirmCertification,
  withdrawCertification,
} from './company/certification.ts';
import { importCompanies } from './company/company-import.ts';
import { registerCompany, updateCompany } from './company/company.ts';
import { setCompanyLogo } from './company/logo.ts';
import { mergeCompanies } from './company/merge.ts';
import { reportRevenue } from './company/revenue.ts';
import { restrictCompany, reviewCompany } from './company/standing.ts';
import {
  closeConsultation,
  openConsultation,
  writeToConsultation,
} from './consultation/consultation.ts';
import { readConsultation } from './consultation/reading.ts';
import { compareAgain, keepApart } from './double/apart.ts';
import {
  acceptMembership,
  changeMember,
  inviteMember,
  removeMember,
  transferOwnership,
} from './member/member.ts';
import { eraseAccount } from './privacy/own-data.ts';
import { forgetSearch, saveSearch } from './search/saved-search.ts';
import { addSector, renameSector } from './sector/sector.ts';
import type { MutationResolvers } from './schema.generated.ts';

export const mutations: MutationResolvers = {
  signUp: (_, { input }, context) =>
    attempt(input, async () => ({ accepted: await signUp(context, input) })),
  signIn: (_, { input }, context) => attempt(input, () => signIn(context, input)),
  startExternalSignIn: (_, { input }, context) =>
    attempt(input, () => startExternalSignIn(context, input)),
  finishExternalSignIn: (_, { input }, context) =>
    attempt(input, () => finishExternalSignIn(context, input)),
  confirmExternally: (_, { input }, context) =>
    attempt(input, () => confirmExternally(context, input)),
  refreshSession: (_, { input }, context) => attempt(input, () => refreshSession(context, input)),
  signOut: (_, { input }, context) =>
    attempt(input, async () => ({ ended: await signOut(context, input) })),
  verifyEmail: (_, { input }, context) =>
    attempt(input, async () => ({ user: await verifyEmail(context, input) })),
  requestEmailVerification: (_, { input }, context) =>
    attempt(input, async () => ({ accepted: await requestEmailVerification(context, input) })),
  requestPasswordReset: (_, { input }, context) =>
    attempt(input, async () => ({ accepted: await requestPasswordReset(context, input) })),
  resetPassword: (_, { input }, context) =>
    attempt(input, async () => ({ user: await resetPassword(context, input) })),
  changePassword: (_, { input }, context) => attempt(input, () => changePassword(context, input)),
  eraseAccount: (_, { input }, context) =>
    attempt(input, async () => ({ user: await eraseAccount(context, input) })),
  startSecondFactor: (_, { input }, context) =>
    attempt(input, () => startSecondFactor(context, input)),
  confirmSecondFactor: (_, { input }, context) =>
    attempt(input, () => confirmSecondFactor(context, input)),
  removeSecondFactor: (_, { input }, context) =>
    attempt(input, async () => ({ user: await removeSecondFactor(context, input) })),
  // Neither is answered from a ticket: it would keep a quick digest of the password. Both are safe to repeat.
  provisionUser: (_, { input }, context) =>
    attempt(input, async () => ({ user: await provisionUser(context, input) })),
  importCompanies: (_, { input }, context) =>
    answer(context, 'importCompanies', input, () => importCompanies(context, input)),
  registerCompany: (_, { input }, context) =>
    answer(context, 'registerCompany', input, async () => ({
      company: await registerCompany(context, input),
    })),
  updateCompany: (_, { input }, context) =>
    answer(context, 'updateCompany', input, async () => ({
      company: await updateCompany(context, input),
    })),
  setCompanyLogo: (_, { input }, context) =>
    answer(context, 'setCompanyLogo', input, async () => ({
      company: await setCompanyLogo(context, input),
    })),
  reviewCompany: (_, { input }, context) =>
    answer(context, 'reviewCompany', input, async () => ({
      company: await reviewCompany(context, input),
    })),
  mergeCompanies: (_, { input }, context) =>
    answer(context, 'mergeCompanies', input, async () => ({
      company: await mergeCompanies(context, input),
    })),
  keepApart: (_, { input }, context) =>
    answer(context, 'keepApart', input, async () => ({
      double: await keepApart(context, input),
    })),
  compareAgain: (_, { input }, context) =>
    answer(context, 'compareAgain', input, async () => ({
      double: await compareAgain(context, input),
    })),
  reportRevenue: (_, { input }, context) =>
    answer(context, 'reportRevenue', input, async () => ({
      company: await reportRevenue(context, input),
    })),
  restrictCompany: (_, { input }, context) =>
    answer(context, 'restrictCompany', input, async () => ({
      company: await restrictCompany(context, input),
    })),
  inviteMember: (_, { input }, context) =>
    answer(context, 'inviteMember', input, async () => ({
      member: await inviteMember(context, input),
    })),
  acceptMembership: (_, { input }, context) =>
    answer(context, 'acceptMembership', input, async () => ({
      member: await acceptMembership(context, input),
    })),
  changeMember: (_, { input }, context) =>
    answer(context, 'changeMember', input, async () => ({
      member: await changeMember(context, input),
    })),
  transferOwnership: (_, { input }, context) =>
    answer(context, 'transferOwnership', input, async () => ({
      member: await transferOwnership(context, input),
    })),
  removeMember: (_, { input }, context) =>
    answer(context, 'removeMember', input, async () => ({
      company: await removeMember(context, input),
    })),
  addCertification: (_, { input }, context) =>
    answer(context, 'addCertification', input, () => addCertification(context, input)),
  confirmCertification: (_, { input }, context) =>
    answer(context, 'confirmCertification', input, () => confirmCertification(context, input)),
  withdrawCertification: (_, { input }, context) =>
    answer(context, 'withdrawCertification', input, () => withdrawCertification(context, input)),
  saveSearch: (_, { input }, context) =>
    answer(context, 'saveSearch', input, async () => ({
      savedSearch: await saveSearch(context, input),
    })),
  forgetSearch: (_, { input }, context) =>
    answer(context, 'forgetSearch', input, async () => ({
      id: await forgetSearch(context, input),
    })),
  openConsultation: (_, { input }, context) =>
    answer(context, 'openConsultation', input, async () => ({
      consultation: await openConsultation(context, input),
    })),
  writeToConsultation: (_, { input }, context) =>
    answer(context, 'writeToConsultation', input, () => writeToConsultation(context, input)),
  closeConsultation: (_, { input }, context) =>
    answer(context, 'closeConsultation', input, async () => ({
      consultation: await closeConsultation(context, input),
    })),
  readConsultation: (_, { input }, context) =>
    answer(context, 'readConsultation', input, async () => ({
      consultation: await readConsultation(context, input),
    })),
  addSector: (_, { input }, context) =>
    answer(context, 'addSector', input, async () => ({
      sector: await addSector(context, input),
    })),
  renameSector: (_, { input }, context) =>
    answer(context, 'renameSector', input, async () => ({
      sector: await renameSector(context, input),
    })),
};
