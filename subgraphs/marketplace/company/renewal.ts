/** What firms tell, and what a new name or a merger means for what they provide. */
import type { Model } from 'mongoose';

import { applyFacts, type FactRecord } from '#kit/facts.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { becameOf, newestOf, renewedKeys, type Renewal } from '#kit/renewal.ts';
import type { CompanyFact } from '#schema/facts.ts';
import type { ReviewRecord } from '../review/review.model.ts';
import { tracesOf } from '../service/service-details.ts';
import type { ServiceRecord } from '../service/service.model.ts';
import { together } from '../service/supplier.ts';
import type { CompanyRecord } from './company.model.ts';

/** Everything that names a firm. */
export interface Collections {
  companies: Model<CompanyRecord>;
  services: Model<ServiceRecord>;
  reviews: Model<ReviewRecord>;
}

/**
 * Brings firms up to what companies tell. What a merged firm provided goes to what it became, and services are found
 * by their provider's new name. The firms come last: when this stops half-way, it begins again and finds what is left.
 */
export async function applyCompanies(
  collections: Collections,
  facts: readonly FactRecord[],
): Promise<void> {
  const renewal = { known: collections.companies, facts };
  const heirs = await moveMerged(collections, renewal);
  const renamed = await renewedKeys(renewal, ({ name }) => [name.ko, name.en]);
  for (const providerId of await providing(collections, [...renamed, ...heirs]))
    await findAgain(collections, providerId, await namesOf(renewal, providerId));
  await applyFacts(collections.companies, facts, providerKept);
}

function providerKept({
  name,
  status,
  restrictedUntil,
  mergedIntoId,
  certificates,
}: CompanyFact): object {
  return { name, status, restrictedUntil, mergedIntoId, certificates };
}

/** Gives what merged firms provided to what they became; returns those. */
async function moveMerged(
  collections: Collections,
  renewal: Renewal<CompanyRecord>,
): Promise<string[]> {
  const { services, reviews } = collections;
  const heirs: string[] = [];
  for (const { key, state } of renewal.facts) {
    const into = (state as CompanyFact | null)?.mergedIntoId;
    if (!into) continue;
    const providerId = await becameOf(renewal, into, (firm) => firm.mergedIntoId);
    for (const { _id } of await services.find({ providerId: key }, { _id: 1 }).lean())
      await moveService(services, _id, providerId);
    await moveSuppliers(services, key, providerId);
    await reviews.updateMany({ providerId: key }, { $set: { providerId } });
    heirs.push(providerId);
  }
  return heirs;
}

/** What a merged firm supplied together with others, it now supplies as what it became. */
async function moveSuppliers(
  services: Model<ServiceRecord>,
  merged: string,
  heir: string,
): Promise<void> {
  const found = services.find({ 'suppliers.companyId': merged }, { suppliers: 1 });
  for (const { _id, suppliers = [] } of await found.lean<ServiceRecord[]>()) {
    const named = suppliers.map(({ companyId, share }) => ({
      companyId: companyId === merged ? heir : companyId,
      share,
    }));
    await services.updateOne({ _id }, { $set: { suppliers: together(named) } });
  }
}

/** Both firms may have had a service of one name: then the one that moves gives up its claim to the name. */
async function moveService(
  services: Model<ServiceRecord>,
  _id: string,
  providerId: string,
): Promise<void> {
  try {
    await services.updateOne({ _id }, { $set: { providerId } });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    await services.updateOne({ _id }, { $set: { providerId, ownName: null } });
  }
}

/** Those of some firms that provide anything. */
async function providing({ services }: Collections, ids: readonly string[]): Promise<string[]> {
  return ids.length === 0
    ? []
    : services.distinct('providerId', { providerId: { $in: [...new Set(ids)] } });
}

/** Computes anew how a provider's services are found. */
async function findAgain(
  { services }: Collections,
  providerId: string,
  names: readonly (string | null)[],
): Promise<void> {
  for await (const service of services.find({ providerId }).lean<ServiceRecord>().cursor())
    await services.updateOne({ _id: service._id }, { $set: tracesOf(service, names) });
}

/** Names of a firm, from what is told now or was told before. */
async function namesOf(renewal: Renewal<CompanyRecord>, id: string): Promise<(string | null)[]> {
  const firm = await newestOf(renewal, id);
  return firm ? [firm.name.ko, firm.name.en] : [];
}
