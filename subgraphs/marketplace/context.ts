import DataLoader from 'dataloader';
import type { Connection, Model } from 'mongoose';

import { accessOf } from '#kit/access.ts';
import { answerModelsOf } from '#kit/answer.ts';
import { factsOf, positionsOf, type FactRecord } from '#kit/facts.ts';
import { knownOf } from '#kit/known.ts';
import type { NodeRecord } from '#kit/tree.ts';
import type { Viewer } from '#kit/viewer.ts';
import { companiesOf, type CompanyRecord } from './company/company.model.ts';
import { listingsOf, type ListingRecord } from './listing/listing.model.ts';
import { marketplacesOf, type MarketplaceRecord } from './marketplace/marketplace.model.ts';
import { reviewsOf, termsOf, type ReviewRecord, type TermsRecord } from './review/review.model.ts';
import { servicesOf, type ServiceRecord } from './service/service.model.ts';
import { countServices } from './service/facets.ts';
import { technologiesOf } from './technology/technology.ts';

/** The collections of this subgraph. */
export interface Models {
  services: Model<ServiceRecord>;
  listings: Model<ListingRecord>;
  marketplaces: Model<MarketplaceRecord>;
  companies: Model<CompanyRecord>;
  technologies: Model<NodeRecord>;
  reviews: Model<ReviewRecord>;
  terms: Model<TermsRecord>;
  facts: Model<FactRecord>;
}

/** Everything a domain function may reach. Made anew for each request. */
export interface Context extends Models {
  viewer: Viewer;
  connection: Connection;
  /** Resolves once everything that others told before the call is known; not within a transaction. */
  heard(): Promise<void>;
  /** How many values a facet shows at most. */
  facetValues: number;
  serviceById: DataLoader<string, ServiceRecord | null>;
  listingById: DataLoader<string, ListingRecord | null>;
  listingsByService: DataLoader<string, ListingRecord[]>;
  reviewById: DataLoader<string, ReviewRecord | null>;
  /** The newest first. */
  reviewsByService: DataLoader<string, ReviewRecord[]>;
  marketplaceByCode: DataLoader<string, MarketplaceRecord | null>;
  serviceCountByMarketplace: DataLoader<string, number>;
}

/** The collections on a connection. */
export function modelsOf(connection: Connection): Models {
  return {
    services: servicesOf(connection),
    listings: listingsOf(connection),
    marketplaces: marketplacesOf(connection),
    companies: companiesOf(connection),
    technologies: technologiesOf(connection),
    reviews: reviewsOf(connection),
    terms: termsOf(connection),
    facts: factsOf(connection),
  };
}

/** Every collection that has to be there before the first transaction. */
export function collectionsOf(connection: Connection): object[] {
  return [
    ...Object.values(modelsOf(connection)),
    ...answerModelsOf(connection),
    positionsOf(connection),
    accessOf(connection),
    knownOf(connection),
  ];
}

/** The context of one request. */
export function createContext(
  connection: Connection,
  viewer: Viewer,
  { facetValues, heard }: Pick<Context, 'facetValues' | 'heard'>,
): Context {
  const models = modelsOf(connection);
  const { services, listings, marketplaces, reviews } = models;
  return {
    ...models,
    viewer,
    connection,
    facetValues,
    heard,
    serviceById: new DataLoader((ids) => inOrder(services, ids)),
    listingById: new DataLoader((ids) => inOrder(listings, ids)),
    listingsByService: new DataLoader(async (ids) => {
      const found = await listings
        .find({ serviceId: { $in: [...ids] } })
        .sort({ serviceId: 1, marketplace: 1 })
        .lean<ListingRecord[]>();
      const byService = Map.groupBy(found, ({ serviceId }) => serviceId);
      return ids.map((id) => byService.get(id) ?? []);
    }),
    reviewById: new DataLoader((ids) => inOrder(reviews, ids)),
    reviewsByService: new DataLoader(async (ids) => {
      const found = await reviews
        .find({ serviceId: { $in: [...ids] } })
        .sort({ serviceId: 1, submittedAt: -1, _id: -1 })
        .lean<ReviewRecord[]>();
      const byService = Map.groupBy(found, ({ serviceId }) => serviceId);
      return ids.map((id) => byService.get(id) ?? []);
    }),
    marketplaceByCode: new DataLoader((codes) => inOrder(marketplaces, codes)),
    serviceCountByMarketplace: new DataLoader((codes) => countServices(services, codes)),
  };
}

/** Records in the order of their ids; null where there is none. */
async function inOrder<Record extends { _id: string }>(
  model: Model<Record>,
  ids: readonly string[],
): Promise<(Record | null)[]> {
  const found = (await model.find({ _id: { $in: [...ids] } } as object).lean()) as Record[];
  const byId = new Map(found.map((record) => [record._id, record]));
  return ids.map((id) => byId.get(id) ?? null);
}
