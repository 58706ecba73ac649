/** Which domain function answers which field. No rules here. */
import { ownTraces } from '#kit/person.ts';
import { findListing, findListings, nextStatuses, stepsOf } from './listing/listing.ts';
import { findMarketplaces, marketplaceOf } from './marketplace/marketplace.ts';
import { auditsFor, findAuditsDue } from './review/audit.ts';
import { daysUnderReview, stepsShown, targetDays } from './review/review-rules.ts';
import { findReview, findReviews, findReviewsOf, opinionsFor } from './review/review.ts';
import { findFigures } from './review/selection-figures.ts';
import { readTerms } from './review/terms.ts';
import { mutations } from './mutations.ts';
import { traces } from './person/person.ts';
import type { Resolvers } from './schema.generated.ts';
import { countBy } from './service/facets.ts';
import { findService, findServices, findServicesOf } from './service/service.ts';

export const resolvers: Resolvers = {
  Query: {
    service: (_, { id }, context) => findService(context, id),
    services: (_, { filter, ...page }, context) => findServices(context, filter, page),
    serviceReview: (_, { id }, context) => findReview(context, id),
    serviceReviews: (_, { statuses, ...page }, context) => findReviews(context, statuses, page),
    auditsDue: (_, { by, ...page }, context) => findAuditsDue(context, by, page),
    selectionTerms: (_, _args, context) => readTerms(context),
    selectionFigures: (_, { from, to }, context) => findFigures(context, from, to),
    marketplaces: (_, _args, context) => findMarketplaces(context),
  },
  Mutation: mutations,
  ServiceSupplier: { company: ({ companyId }) => ({ id: companyId }) },
  Service: {
    __resolveReference: ({ id }, context) => findService(context, id),
    id: ({ _id }) => _id,
    provider: ({ providerId }) => (providerId === null ? null : { id: providerId }),
    suppliers: ({ suppliers }) => suppliers ?? [],
    sectors: ({ sectors }) => sectors.map((code) => ({ code })),
    technologies: ({ technologies }) => technologies.map((id) => ({ id })),
    listings: (service, _, context) => findListings(context, service),
    audits: (service, _, { viewer }) => auditsFor(viewer, service),
    reviews: ({ _id }, _, context) => findReviewsOf(context, _id),
  },
  ServiceConnection: {
    totalCount: ({ count }) => count(),
    facets: ({ filter }) => filter,
  },
  ServiceFacets: {
    models: (filter, _, context) => countBy(context, filter, 'models'),
    categories: (filter, _, context) => countBy(context, filter, 'categories'),
    sectors: (filter, _, context) => countBy(context, filter, 'sectors'),
    marketplaces: (filter, _, context) => countBy(context, filter, 'listedOn'),
    schemes: (filter, _, context) => countBy(context, filter, 'certifications.scheme'),
  },
  ServiceReview: {
    __resolveReference: ({ id }, context) => findReview(context, id),
    id: ({ _id }) => _id,
    service: ({ serviceId }, _, context) => findService(context, serviceId),
    provider: ({ providerId }) => ({ id: providerId }),
    steps: (review) => stepsShown(review, new Date()),
    opinions: (review, _, { viewer }) => opinionsFor(viewer, review),
    days: ({ steps, endedAt }) => daysUnderReview(steps, endedAt ?? new Date()),
    targetDays: (review) => targetDays(review),
    isLate: ({ endedAt, ...review }) =>
      daysUnderReview(review.steps, endedAt ?? new Date()) > targetDays(review),
  },
  ServiceReviewConnection: { totalCount: ({ count }) => count() },
  SelectionOpinion: {
    reviewer: ({ userId }) => (userId === null ? null : { id: userId }),
  },
  Marketplace: {
    __resolveReference: ({ code }, { marketplaceByCode }) => marketplaceByCode.load(code),
    code: ({ _id }) => _id,
    serviceCount: ({ _id }, _, { serviceCountByMarketplace }) =>
      serviceCountByMarketplace.load(_id),
  },
  MarketplaceListing: {
    __resolveReference: ({ id }, context) => findListing(context, id),
    id: ({ _id }) => _id,
    service: ({ serviceId }, _, context) => findService(context, serviceId),
    marketplace: ({ marketplace }, _, context) => marketplaceOf(context, marketplace),
    steps: (listing, _, context) => stepsOf(context, listing),
    nextStatuses: ({ status }) => [...nextStatuses[status]],
  },
  Company: {
    __resolveReference: ({ id }) => ({ id }),
    services: ({ id }, page, context) => findServicesOf(context, id, page),
  },
  User: {
    __resolveReference: ({ id }) => ({ id }),
    marketplaceData: ({ id }, _, context) => ownTraces(context, traces, id),
  },
  Technology: {
    __resolveReference: ({ id }) => ({ id }),
    services: ({ id }, page, context) => findServices(context, { technologies: [id] }, page),
  },
};
