/** Which domain function answers which field. No rules here. */
import { answer } from '#kit/answer.ts';
import {
  addListing,
  advanceListing,
  findListing,
  findListings,
  nextStatuses,
  stepsOf,
} from './listing/listing.ts';
import { findMarketplaces, importMarketplaces, marketplaceOf } from './marketplace/marketplace.ts';
import type { Resolvers } from './schema.generated.ts';
import { countBy } from './service/facets.ts';
import { importServices } from './service/service-import.ts';
import {
  draftService,
  findService,
  findServices,
  findServicesOf,
  listService,
  updateService,
  withdrawService,
} from './service/service.ts';

export const resolvers: Resolvers = {
  Query: {
    service: (_, { id }, context) => findService(context, id),
    services: (_, { filter, ...page }, context) => findServices(context, filter, page),
    marketplaces: (_, _args, context) => findMarketplaces(context),
  },
  Mutation: {
    draftService: (_, { input }, context) =>
      answer(context, 'draftService', input, async () => ({
        service: await draftService(context, input),
      })),
    updateService: (_, { input }, context) =>
      answer(context, 'updateService', input, async () => ({
        service: await updateService(context, input),
      })),
    listService: (_, { input }, context) =>
      answer(context, 'listService', input, async () => ({
        service: await listService(context, input),
      })),
    withdrawService: (_, { input }, context) =>
      answer(context, 'withdrawService', input, async () => ({
        service: await withdrawService(context, input),
      })),
    addListing: (_, { input }, context) =>
      answer(context, 'addListing', input, async () => ({
        listing: await addListing(context, input),
      })),
    advanceListing: (_, { input }, context) =>
      answer(context, 'advanceListing', input, async () => ({
        listing: await advanceListing(context, input),
      })),
    importServices: async (_, { input }, context) => {
      await context.heard();
      return answer(context, 'importServices', input, () => importServices(context, input));
    },
    importMarketplaces: (_, { input }, context) =>
      answer(context, 'importMarketplaces', input, () => importMarketplaces(context, input)),
  },
  Service: {
    __resolveReference: ({ id }, context) => findService(context, id),
    id: ({ _id }) => _id,
    provider: ({ providerId }) => (providerId === null ? null : { id: providerId }),
    sectors: ({ sectors }) => sectors.map((code) => ({ code })),
    technologies: ({ technologies }) => technologies.map((id) => ({ id })),
    listings: (service, _, context) => findListings(context, service),
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
  Technology: {
    __resolveReference: ({ id }) => ({ id }),
    services: ({ id }, page, context) => findServices(context, { technologies: [id] }, page),
  },
};
