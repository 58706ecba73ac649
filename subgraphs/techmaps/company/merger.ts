/** When two companies became one: what the one that is gone could do goes over to the one that stays. */
import { transaction } from '#kit/mongo.ts';

import type { CapabilityMapRecord } from '../capability/capability-map.model.ts';
import { inCodeOrder, publishMaps, snapshot, type Publishing } from '../capability/publication.ts';
import type { Claim } from '../capability/capability.model.ts';
import { joined } from '../succession/carry.ts';
import type { CompanyRecord } from './company.model.ts';

/** How many mergers in a row are followed to whoever stays. */
const longestChain = 10;
/** Stands for a person in snapshots that a merger made. */
const merger = 'merger';

/** What one company can do once another became part of it: in what both have, the higher level and all evidence. */
export function united(staying: readonly Claim[], going: readonly Claim[]): Claim[] {
  const claims = new Map(staying.map((claim) => [claim.technologyId, claim]));
  for (const claim of going) {
    const own = claims.get(claim.technologyId);
    claims.set(claim.technologyId, own ? joined(own, claim) : claim);
  }
  return [...claims.values()];
}

/** Hands over what every merged company could do, each in a transaction of its own; safe to repeat. */
export async function handOverMerged(publishing: Publishing): Promise<void> {
  const merged = await publishing.companies
    .find({ mergedIntoId: { $type: 'string' }, handedOver: { $ne: true }, status: 'MERGED' })
    .lean();
  for (const company of merged)
    await transaction(publishing.connection, () => handOver(publishing, company));
}

async function handOver(publishing: Publishing, { _id }: CompanyRecord): Promise<void> {
  const stayingId = await whoStays(publishing, _id);
  // Not told of yet: its fact brings us here again.
  if (stayingId === null) return;
  await publishing.evidenceFiles.updateMany({ companyId: _id }, { $set: { companyId: stayingId } });
  const going = await newestMap(publishing, _id);
  if (going && going.entries.length > 0) {
    const staying = await newestMap(publishing, stayingId);
    await moveCapabilities(publishing, going, staying, stayingId);
    const claims = united(staying?.entries ?? [], going.entries);
    const maps = [
      snapshot(stayingId, (staying?.revision ?? 0) + 1, claims, merger, `merger of ${_id}`),
      snapshot(_id, going.revision + 1, [], merger, `merger into ${stayingId}`),
    ];
    await publishMaps(publishing, await inCodeOrder(publishing, maps));
  }
  await publishing.companies.updateOne({ _id }, { $set: { handedOver: true } });
}

/** The company at the end of a chain of mergers; null while it is not known. */
async function whoStays({ companies }: Publishing, fromId: string): Promise<string | null> {
  let id = fromId;
  for (let step = 0; step < longestChain; step += 1) {
    const company = await companies.findById(id).lean();
    if (!company || company.gone) return null;
    if (company.status !== 'MERGED') return id === fromId ? null : id;
    if (company.mergedIntoId == null) return null;
    id = company.mergedIntoId;
  }
  return null;
}

/** A capability that the staying company does not have stays the same one, with its verification. */
async function moveCapabilities(
  { capabilities }: Publishing,
  going: CapabilityMapRecord,
  staying: CapabilityMapRecord | null,
  stayingId: string,
): Promise<void> {
  const own = new Set(staying?.entries.map(({ technologyId }) => technologyId));
  const moving = going.entries
    .map(({ technologyId }) => technologyId)
    .filter((technologyId) => !own.has(technologyId));
  await capabilities.updateMany(
    { companyId: going.companyId, technologyId: { $in: moving } },
    { $set: { companyId: stayingId }, $inc: { revision: 1 } },
  );
}

async function newestMap(
  { capabilityMaps }: Publishing,
  companyId: string,
): Promise<CapabilityMapRecord | null> {
  return capabilityMaps.findOne({ companyId, newest: true }).lean();
}
