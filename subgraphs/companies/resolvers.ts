/** Which domain function answers which field. No rules here. */
import { caseMutations, caseQueries, caseTypes } from './case/resolvers.ts';
import { hasSecondFactor } from './account/second-factor.ts';
import { findTokenKeys } from './account/token.ts';
import { externalProvider } from './account/external.ts';
import { findMe, maySeeUser, rolesFor } from './account/user.ts';
import { maySeeInside } from './company/access.ts';
import { findStanding } from './company/folding.ts';
import { certificationsOf, isCurrent } from './company/certification.ts';
import { findCompany, findOwn, findReferred } from './company/company.ts';
import { logoOf } from './company/logo.ts';
import { restrictedUntil } from './company/standing.ts';
import { contentOf } from './attachment/attachment.ts';
import { cursorOf, followMessages } from './consultation/feed.ts';
import {
  consultationOf,
  findConsultation,
  findConsultations,
  findMessages,
} from './consultation/reading.ts';
import type { ConsultationMessageRecord } from './consultation/consultation.model.ts';
import { companiesOfDouble, findLikelyDoubles } from './double/double.ts';
import { likenessIn } from './double/likeness.ts';
import { certificationYears, companyGrowth, revenueYears } from './figure/figure.ts';
import { findMails } from './mail/post.ts';
import { findMemberships } from './member/member.ts';
import { mutations } from './mutations.ts';
import type { Resolvers } from './schema.generated.ts';
import { inRank } from './member/ownership.ts';
import { emailOfMember, emailOfUser, findContactReads } from './privacy/contact.ts';
import { exportOwnData } from './privacy/own-data.ts';
import { findSanctions } from './sanction/sanction.ts';
import { findSavedSearches } from './search/saved-search.ts';
import { searchCompanies } from './search/search.ts';
import { findSectors, sectorOf } from './sector/sector.ts';
import { findPartnerReviews } from './track/partner-review.ts';
import { trackMutations, trackQueries, trackTypes } from './track/resolvers.ts';

export const resolvers: Resolvers = {
  Query: {
    ...caseQueries,
    ...trackQueries,
    me: (_, __, context) => findMe(context),
    externalProvider: (_, __, context) => externalProvider(context),
    company: (_, args, context) => findCompany(context, args),
    companies: (_, { filter, order, first, after }, context) =>
      searchCompanies(context, filter ?? {}, order, { first, after: after ?? null }),
    sectors: (_, __, context) => findSectors(context),
    tokenKeys: (_, __, context) => findTokenKeys(context),
    ownData: (_, __, context) => exportOwnData(context),
    companyGrowth: (_, args, context) => companyGrowth(context, args),
    cloudRevenueYears: (_, { threshold }, context) => revenueYears(context, threshold),
    certificationYears: (_, { scheme }, context) => certificationYears(context, scheme ?? null),
    consultation: (_, { id }, context) => findConsultation(context, id),
    consultations: (_, { first, after, ...of }, context) =>
      findConsultations(context, of, { first, after: after ?? null }),
    likelyDoubles: (_, { apart, first, after }, context) =>
      findLikelyDoubles(context, apart, { first, after: after ?? null }),
    mailbox: (_, { to, first, after }, context) =>
      findMails(context, to, { first, after: after ?? null }),
  },
  Mutation: { ...mutations, ...caseMutations, ...trackMutations },
  ...caseTypes,
  ...trackTypes,
  Subscription: {
    consultationMessages: {
      subscribe: (_, args, context) => followMessages(context, args),
      resolve: (message: ConsultationMessageRecord) => message,
    },
  },
  Consultation: {
    __resolveReference: ({ id }, context) => findConsultation(context, id),
    id: ({ _id }) => _id,
    lead: ({ leadId }, _, context) => findStanding(context, leadId),
    firm: ({ firmId }, _, context) => findStanding(context, firmId),
    project: ({ projectId }) => (projectId === null ? null : { id: projectId }),
    unreadCount: ({ _id }, _, { loaders }) => loaders.unread.load(_id),
    messages: (consultation, { first, after }, context) =>
      findMessages(context, consultation, { first, after: after ?? null }),
  },
  ConsultationConnection: { totalCount: ({ count }) => count() },
  ConsultationMessageConnection: { totalCount: ({ count }) => count() },
  ConsultationMessage: {
    id: ({ _id }) => _id,
    cursor: (message) => cursorOf(message),
    consultation: ({ consultationId }, _, context) => consultationOf(context, consultationId),
    company: ({ firmId }, _, context) => findStanding(context, firmId),
    author: ({ authorId }, _, { loaders }) => loaders.user.load(authorId),
  },
  Attachment: { id: ({ _id }) => _id, content: (file, _, context) => contentOf(context, file) },
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
    logo: (company, _, context) => logoOf(context, company),
    certifications: (company, { current }) => certificationsOf(company, current),
    restrictedUntil: (company) => restrictedUntil(company),
    sanctions: (company, _, context) => findSanctions(context, company),
    trackRecord: ({ _id }, _, { loaders }) => loaders.trackRecord.load(_id),
    partnerReviews: ({ _id }, { first, after }, context) =>
      findPartnerReviews(context, _id, { first, after: after ?? null }),
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
  LikelyDoubleConnection: { totalCount: ({ count }) => count() },
  ApartMark: { by: ({ byId }, _, { loaders }) => loaders.user.load(byId) },
  LikelyDouble: {
    id: ({ _id }) => _id,
    because: ({ _id }) => likenessIn(_id).because,
    value: ({ _id }) => likenessIn(_id).value,
    companies: (double, _, context) => companiesOfDouble(context, double),
  },
  Lookalike: { company: ({ companyId }, _, context) => findStanding(context, companyId) },
  MailConnection: { totalCount: ({ count }) => count() },
  Mail: { id: ({ _id }) => _id },
  CompanyConnection: {
    totalCount: ({ count }) => count(),
    totalCountEstimated: ({ estimated }) => estimated(),
    facets: ({ facets }) => facets(),
  },
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
    emailVerified: ({ _id, verifiedAt }, _, context) =>
      maySeeUser(context, _id) ? verifiedAt !== null : null,
    hasPassword: ({ _id, passwordHash }, _, context) =>
      maySeeUser(context, _id) ? passwordHash !== null : null,
    secondFactor: (user, _, context) =>
      maySeeUser(context, user._id) ? hasSecondFactor(user) : null,
    roles: (user, _, context) => rolesFor(context, user),
    savedSearches: ({ _id }, _, context) => findSavedSearches(context, _id),
    memberships: ({ _id }, _, context) =>
      maySeeUser(context, _id) ? findMemberships(context, _id) : null,
  },
  Sector: {
    __resolveReference: ({ code }, context) => sectorOf(context, code),
    code: ({ _id }) => _id,
  },
};
