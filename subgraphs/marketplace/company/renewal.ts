/** What firms tell, and what a new name or a merger means for what they provide. */
import type { Model } from 'mongoose';

import { applyFacts, type FactRecord } from '#kit/facts.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import type { CompanyFact } from '#schema/facts.ts';
import type { ReviewRecord } from '../review/review.model.ts';
import { tracesOf } from '../service/service-details.ts';
import type { ServiceRecord } from '../service/service.model.ts';
import type { CompanyRecord } from './company.model.ts';

/** Everything that names a firm. */
export interface Collections {
  companies: Model<CompanyRecord>;
  services: Model<ServiceRecord>;
  reviews: Model<ReviewRecord>;
}

const mostMergers = 10;

/**
 * Brings firms up to what companies tell. What a merged firm provided goes to what it became, and services are found
 * by their provider's new name. The firms come last: when this stops half-way, it begins again and finds what is left.
 */
export async function applyCompanies(
  collections: Collections,
  facts: readonly FactRecord[],
): Promise<void> {
  const heirs = await moveMerged(collections, facts);
  const renamed = await findRenamed(collections, facts);
  for (const providerId of await providing(collections, [...renamed, ...heirs]))
    await findAgain(collections, providerId, await namesOf(collections, facts, providerId));
  await applyFacts(
    collections.companies,
    facts.map((fact) => ({ ...fact, state: providerState(fact.state as CompanyFact | null) })),
  );
}

function providerState(fact: CompanyFact | null): object | null {
  if (!fact) return null;
  const { name, status, restrictedUntil, mergedIntoId, certificates } = fact;
  return { name, status, restrictedUntil, mergedIntoId, certificates };
}

/** Gives what merged firms provided to what they became; returns those. */
async function moveMerged(
  collections: Collections,
  facts: readonly FactRecord[],
): Promise<string[]> {
  const { services, reviews } = collections;
  const heirs: string[] = [];
  for (const { key, state } of facts) {
    const into = (state as CompanyFact | null)?.mergedIntoId;
    if (!into) continue;
    const providerId = await becameOf(collections, facts, into);
    for (const { _id } of await services.find({ providerId: key }, { _id: 1 }).lean())
      await moveService(services, _id, providerId);
    await reviews.updateMany({ providerId: key }, { $set: { providerId } });
    heirs.push(providerId);
  }
  return heirs;
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

/** What a merged firm became, over as many mergers as there were. */
async function becameOf(
  { companies }: Pick<Collections, 'companies'>,
  facts: readonly FactRecord[],
  firstId: string,
): Promise<string> {
  const told = new Map(facts.map(({ key, state }) => [key, state as CompanyFact | null]));
  let id = firstId;
  for (let hops = 0; hops < mostMergers; hops += 1) {
    const known = told.get(id) ?? (await companies.findById(id).lean<CompanyRecord | null>());
    if (!known?.mergedIntoId) return id;
    id = known.mergedIntoId;
  }
  return id;
}

/** Names of a firm, from what is told now or was told before. */
async function namesOf(
  { companies }: Pick<Collections, 'companies'>,
  facts: readonly FactRecord[],
  id: string,
): Promise<(string | null)[]> {
  const told = facts.find(({ key }) => key === id)?.state as CompanyFact | null | undefined;
  const name = (told ?? (await companies.findById(id).lean<CompanyRecord | null>()))?.name;
  return name ? [name.ko, name.en] : [];
}

/** Firms whose name is another than it was. */
async function findRenamed(
  { companies }: Pick<Collections, 'companies'>,
  facts: readonly FactRecord[],
): Promise<string[]> {
  const ids = facts.map(({ key }) => key);
  const known = await companies.find({ _id: { $in: ids } }).lean<CompanyRecord[]>();
  const before = new Map(known.map(({ _id, name }) => [_id, JSON.stringify([name.ko, name.en])]));
  return facts.flatMap(({ key, state }) => {
    const name = (state as CompanyFact | null)?.name;
    return name && before.get(key) !== JSON.stringify([name.ko, name.en]) ? [key] : [];
  });
}
