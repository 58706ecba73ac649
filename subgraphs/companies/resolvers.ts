/** Which domain function answers which field. No rules here. */
import { answer, attempt } from '#kit/answer.ts';
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
  hasSecondFactor,
  removeSecondFactor,
  startSecondFactor,
} from './account/second-factor.ts';
import { refreshSession, signIn, signOut } from './account/session.ts';
import { findTokenKeys } from './account/token.ts';
import { findMe, maySeeUser, rolesFor, signUp } from './account/user.ts';
import { maySeeInside } from './company/access.ts';
import {
  addCertification,
  certificationsOf,
  confirmCertification,
  isCurrent,
  withdrawCertification,
} from './company/certification.ts';
import { importCompanies } from './company/company-import.ts';
import {
  findCompany,
  findOwn,
  findReferred,
  registerCompany,
  updateCompany,
} from './company/company.ts';
import { mergeCompanies } from './company/merge.ts';
import { reportRevenue } from './company/revenue.ts';
import { restrictCompany, restrictedUntil, reviewCompany } from './company/standing.ts';
import { certificationYears, companyGrowth, revenueYears } from './figure/figure.ts';
import { findMails } from './mail/post.ts';
import {
  acceptMembership,
  changeMember,
  findMemberships,
  inviteMember,
  removeMember,
  transferOwnership,
} from './member/member.ts';
import type { Resolvers } from './schema.generated.ts';
import { inRank } from './member/ownership.ts';
import { emailOfMember, emailOfUser, findContactReads } from './privacy/contact.ts';
import { eraseAccount, exportOwnData } from './privacy/own-data.ts';
import { findSavedSearches, forgetSearch, saveSearch } from './search/saved-search.ts';
import { searchCompanies } from './search/search.ts';
import { addSector, findSectors, renameSector, sectorOf } from './sector/sector.ts';

export const resolvers: Resolvers = {
  Query: {
    me: (_, __, context) => findMe(context),
    company: (_, args, context) => findCompany(context, args),
    companies: (_, { filter, order, first, after }, context) =>
      searchCompanies(context, filter ?? {}, order, { first, after: after ?? null }),
    sectors: (_, __, context) => findSectors(context),
    tokenKeys: (_, __, context) => findTokenKeys(context),
    ownData: (_, __, context) => exportOwnData(context),
    companyGrowth: (_, args, context) => companyGrowth(context, args),
    cloudRevenueYears: (_, { threshold }, context) => revenueYears(context, threshold),
    certificationYears: (_, { scheme }, context) => certificationYears(context, scheme ?? null),
    mailbox: (_, { to, first, after }, context) =>
      findMails(context, to, { first, after: after ?? null }),
  },
  Mutation: {
    signUp: (_, { input }, context) =>
      attempt(async () => ({ user: await signUp(context, input) })),
    signIn: (_, { input }, context) => attempt(() => signIn(context, input)),
    refreshSession: (_, { input }, context) => attempt(() => refreshSession(context, input)),
    signOut: (_, { input }, context) =>
      attempt(async () => ({ ended: await signOut(context, input) })),
    verifyEmail: (_, { input }, context) =>
      attempt(async () => ({ user: await verifyEmail(context, input) })),
    requestEmailVerification: (_, __, context) =>
      attempt(async () => ({ user: await requestEmailVerification(context) })),
    requestPasswordReset: (_, { input }, context) =>
      attempt(async () => ({ accepted: await requestPasswordReset(context, input) })),
    resetPassword: (_, { input }, context) =>
      attempt(async () => ({ user: await resetPassword(context, input) })),
    changePassword: (_, { input }, context) => attempt(() => changePassword(context, input)),
    eraseAccount: (_, { input }, context) =>
      attempt(async () => ({ user: await eraseAccount(context, input) })),
    startSecondFactor: (_, { input }, context) => attempt(() => startSecondFactor(context, input)),
    confirmSecondFactor: (_, { input }, context) =>
      attempt(() => confirmSecondFactor(context, input)),
    removeSecondFactor: (_, { input }, context) =>
      attempt(async () => ({ user: await removeSecondFactor(context, input) })),
    // Neither is answered from a ticket: it would keep a quick digest of the password. Both are safe to repeat.
    provisionUser: (_, { input }, context) =>
      attempt(async () => ({ user: await provisionUser(context, input) })),
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
    reviewCompany: (_, { input }, context) =>
      answer(context, 'reviewCompany', input, async () => ({
        company: await reviewCompany(context, input),
      })),
    mergeCompanies: (_, { input }, context) =>
      answer(context, 'mergeCompanies', input, async () => ({
        company: await mergeCompanies(context, input),
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
    addSector: (_, { input }, context) =>
      answer(context, 'addSector', input, async () => ({
        sector: await addSector(context, input),
      })),
    renameSector: (_, { input }, context) =>
      answer(context, 'renameSector', input, async () => ({
        sector: await renameSector(context, input),
      })),
  },
  SavedSearch: {
    id: ({ _id }) => _id,
    filter: ({ filter }) => JSON.stringify(filter),
  },
  Company: {
    __resolveReference: (reference, context) => findReferred(context, reference),
    id: ({ _id }) => _id,
    sectors: async ({ sectors }, _, { loaders }) =>
      (await Promise.all(sectors.map((code) => loaders.sector.load(code)))).filter(
        (sector) => sector !== null,
      ),
    statusReason: ({ _id, statusReason }, _, { viewer }) =>
      maySeeInside(viewer, _id) ? statusReason : null,
    cloudRevenues: ({ _id, cloudRevenues }, _, { viewer }) =>
      maySeeInside(viewer, _id) ? cloudRevenues : null,
    certifications: (company, { current }) => certificationsOf(company, current),
    restrictedUntil: (company) => restrictedUntil(company),
    mergedInto: ({ mergedIntoId }, _, { loaders }) =>
      mergedIntoId === null ? null : loaders.company.load(mergedIntoId),
    members: async ({ _id }, _, { viewer, loaders }) =>
      maySeeInside(viewer, _id) ? inRank(await loaders.members.load(_id)) : null,
  },
  ContactReadConnection: { totalCount: ({ count }) => count() },
  ContactRead: {
    id: ({ _id }) => _id,
    reader: ({ readerId }, _, { loaders }) => loaders.user.load(readerId),
  },
  MailConnection: { totalCount: ({ count }) => count() },
  Mail: { id: ({ _id }) => _id },
  CompanyConnection: { totalCount: ({ count }) => count(), facets: ({ facets }) => facets() },
  Certification: { id: ({ _id }) => _id, current: (certification) => isCurrent(certification) },
  CompanyMember: {
    id: ({ _id }) => _id,
    company: ({ companyId }, _, context) => findOwn(context, companyId),
    email: (member, _, context) => emailOfMember(context, member),
    user: ({ userId }, _, { loaders }) => (userId === null ? null : loaders.user.load(userId)),
  },
  User: {
    __resolveReference: ({ id }, { loaders }) => loaders.user.load(id),
    id: ({ _id }) => _id,
    email: (user, _, context) => emailOfUser(context, user),
    contactReads: ({ _id }, page, context) =>
      findContactReads(context, _id, { first: page.first, after: page.after ?? null }),
    emailVerified: ({ _id, verifiedAt }, _, { viewer }) =>
      maySeeUser(viewer, _id) ? verifiedAt !== null : null,
    secondFactor: (user, _, { viewer }) =>
      maySeeUser(viewer, user._id) ? hasSecondFactor(user) : null,
    roles: (user, _, { viewer }) => rolesFor(viewer, user),
    savedSearches: ({ _id }, _, context) => findSavedSearches(context, _id),
    memberships: ({ _id }, _, context) =>
      maySeeUser(context.viewer, _id) ? findMemberships(context, _id) : null,
  },
  Sector: {
    __resolveReference: ({ code }, context) => sectorOf(context, code),
    code: ({ _id }) => _id,
  },
};
