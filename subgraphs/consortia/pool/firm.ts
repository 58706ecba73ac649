/** Firms as this service knows them, kept by facts, and what may be said of them on a day. */
import type { Model } from 'mongoose';

import type { FactRecord } from '#kit/facts.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { problem, type Problem } from '#kit/refusal.ts';
import type { CapabilityMapFact, CompanyFact } from '#schema/facts.ts';
import type { FirmCapability, FirmRecord } from './firm.model.ts';

/** A firm, joined by its id. */
export interface CompanyKey {
  id: string;
}

/** Brings firms up to facts of kinds `company` and `capabilityMap`; never back to an older one, safe to repeat. */
export async function applyFirmFacts(
  firms: Model<FirmRecord>,
  facts: readonly FactRecord[],
): Promise<void> {
  if (facts.length === 0) return;
  const operations = facts.map((fact) => {
    const isCompany = fact.kind === 'company';
    const set = isCompany
      ? { company: fact.state as CompanyFact | null, companyRevision: fact.revision }
      : {
          capabilities: capabilitiesOf(fact.state as CapabilityMapFact | null),
          mapRevision: fact.revision,
        };
    const rest = isCompany
      ? { capabilities: [], mapRevision: 0, seals: 0 }
      : { company: null, companyRevision: 0, seals: 0 };
    const revision = isCompany ? 'companyRevision' : 'mapRevision';
    return {
      updateOne: {
        filter: { _id: fact.key, [revision]: { $lt: fact.revision } },
        update: { $set: set, $setOnInsert: rest },
        upsert: true,
      },
    };
  });
  // The upsert of a state that is not newer meets the record it should leave alone: 11000, and nothing changes.
  await firms.bulkWrite(operations, { ordered: false }).catch((error: unknown) => {
    if (!isDuplicateKey(error)) throw error;
  });
}

/** What a published map says of a firm, the verified level before the declared one. */
export function capabilitiesOf(map: CapabilityMapFact | null): FirmCapability[] {
  return (map?.capabilities ?? []).map(({ technologyId, level, verifiedLevel }) => ({
    technologyId,
    level: verifiedLevel ?? level,
    declaredLevel: level,
    isVerified: verifiedLevel !== null,
  }));
}

/** Whether a firm is restricted from taking part at an instant. */
export function isRestricted(
  company: Pick<CompanyFact, 'restrictedUntil'> | null,
  at: Date,
): boolean {
  return company?.restrictedUntil != null && company.restrictedUntil > at;
}

/** Whether a firm may take part at an instant: approved, and not restricted. */
export function mayTakePart(company: CompanyFact | null, at: Date): boolean {
  return company?.status === 'APPROVED' && !isRestricted(company, at);
}

/** Places in the list of ids that are no approved firm. */
export async function unknownFirms(
  firms: Model<FirmRecord>,
  ids: readonly string[],
): Promise<number[]> {
  if (ids.length === 0) return [];
  const known = await firms
    .find({ _id: { $in: [...ids] }, 'company.status': 'APPROVED' })
    .select({ _id: 1 })
    .lean<{ _id: string }[]>();
  const found = new Set(known.map(({ _id }) => _id));
  return ids.flatMap((id, index) => (found.has(id) ? [] : [index]));
}

/** A firm that is named but that nobody knows as approved. */
export function unknownFirm(id: string, path: string[]): Problem {
  return problem('NOT_FOUND', 'There is no such approved firm.', path, {
    rule: 'COMPANY_IS_KNOWN',
    limit: 'APPROVED',
    found: id.slice(0, 60),
  });
}

/** A firm as people know it, for messages; its id where nothing is told. */
export function firmName(firm: Pick<FirmRecord, '_id' | 'company'> | null, id: string): string {
  return firm?.company?.name.en ?? firm?.company?.name.ko ?? id;
}

/** In one word, why a firm may not take part. */
export function standingOf(company: CompanyFact | null): string {
  if (!company) return 'UNKNOWN';
  return company.status === 'APPROVED' ? 'RESTRICTED' : company.status;
}

/** Schemes of the certificates that are valid on a day, each once. */
export function certificatesOn(
  { certificates }: Pick<CompanyFact, 'certificates'>,
  day: string,
): string[] {
  const valid = certificates.filter(
    ({ validFrom, validTo }) => validFrom <= day && (validTo === null || day <= validTo),
  );
  return [...new Set(valid.map(({ scheme }) => scheme))];
}

/** What a requirement demands of one firm. */
export interface Demand {
  technologyId: string;
  leastLevel: number;
  certificateScheme: string | null;
}

/** Whether a firm's published map and certificates meet a requirement on a day. */
export function meets(
  { company, capabilities }: Pick<FirmRecord, 'company' | 'capabilities'>,
  { technologyId, leastLevel, certificateScheme }: Demand,
  day: string,
): boolean {
  if (!company) return false;
  const isAble = capabilities.some(
    (each) => each.technologyId === technologyId && each.level >= leastLevel,
  );
  return (
    isAble &&
    (certificateScheme === null || certificatesOn(company, day).includes(certificateScheme))
  );
}

/** Whether a firm is restricted from taking part now. */
export async function isRestrictedNow(
  { firm }: { firm: { load(id: string): Promise<FirmRecord | null> } },
  companyId: string,
): Promise<boolean> {
  const found = await firm.load(companyId);
  return isRestricted(found?.company ?? null, new Date());
}
