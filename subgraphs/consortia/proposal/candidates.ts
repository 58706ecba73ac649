/** The pool of a search: firms as the solver sees them on a day. Pure. */
import type { Candidate, Capability, History, Requirement } from '../assembly/problem.ts';
import type { CompanyFact } from '#schema/facts.ts';
import type { FirmRecord } from '../pool/firm.model.ts';
import { certificatesOn, isRestricted } from '../pool/firm.ts';
import { isSme } from '../programme/breaches.ts';
import type { RequirementRecord } from '../project/project.model.ts';

/** What a search reads of a firm. */
export type PoolFirm = Pick<FirmRecord, '_id' | 'capabilities'> & {
  company: Pick<CompanyFact, (typeof readOfCompany)[number]> | null;
};

/** Fields of a firm's own facts that a search reads. */
export const readOfCompany = [
  'kinds',
  'size',
  'region',
  'status',
  'capacity',
  'affiliateGroup',
  'certificates',
  'restrictedUntil',
] as const;

/** What is known of firms besides their own facts, by company id. */
export interface Standing {
  /** Requirements that the firm carries in running projects. */
  used: ReadonlyMap<string, number>;
  /** Projects finished and ended early. */
  results: ReadonlyMap<string, { completed: number; terminated: number }>;
  /** Other projects that the firm was proposed to lately. */
  proposedLately: ReadonlyMap<string, number>;
}

/** Seoul, Incheon and Gyeonggi. */
const capitalArea: ReadonlySet<string> = new Set(['KR-11', 'KR-28', 'KR-41']);
/** What the solver takes as the most a firm can carry. */
const capacityLimit = 100;

/** A firm as a candidate at an instant; null for one that is not an approved member. */
export function candidateOf(
  firm: PoolFirm,
  { used, results, proposedLately }: Standing,
  prices: NonNullable<Candidate['prices']>,
  now: Date,
  day: string,
): Candidate | null {
  const { _id: id, company } = firm;
  if (company?.status !== 'APPROVED') return null;
  const capacity = Math.max(0, company.capacity - (used.get(id) ?? 0));
  const region = company.region ?? '';
  return {
    id,
    kinds: company.kinds,
    isSme: isSme(company.size),
    region,
    isOutsideCapital: region.startsWith('KR-') && !capitalArea.has(region),
    certificates: certificatesOn(company, day),
    affiliateGroup: company.affiliateGroup,
    capacity: Math.min(capacityLimit, capacity),
    entryCostWon: 0,
    requirementPriceWon: 0,
    prices,
    trackRecord: trackRecord(results.get(id)),
    isAvailable: capacity > 0,
    isSanctioned: isRestricted(company, now),
    proposedLately: proposedLately.get(id) ?? 0,
  };
}

/** What one provider of each requirement is expected to cost: the same for all firms, and so one list for all. */
export function pricesOf(
  requirements: readonly RequirementRecord[],
): NonNullable<Candidate['prices']> {
  return requirements.flatMap(({ id: requirementId, estimatedPrice }) =>
    estimatedPrice === null ? [] : [{ requirementId, won: estimatedPrice }],
  );
}

/**
 * Past performance, 0 to 1: the part of projects that were finished, by the rule of succession, so that a firm without
 * a past stands at one half and one project does not decide everything.
 */
export function trackRecord(
  result: { completed: number; terminated: number } = { completed: 0, terminated: 0 },
): number {
  return (result.completed + 1) / (result.completed + result.terminated + 2);
}

/** A firm's capabilities in the wanted technologies, as the solver takes them. */
export function wantedCapabilities(
  { _id: candidateId, capabilities }: Pick<FirmRecord, '_id' | 'capabilities'>,
  technologyIds: ReadonlySet<string>,
): Capability[] {
  return capabilities
    .filter(({ technologyId }) => technologyIds.has(technologyId))
    .map(({ technologyId, declaredLevel, level, isVerified }) => ({
      candidateId,
      technologyId,
      level: declaredLevel,
      verifiedLevel: isVerified ? level : null,
    }));
}

/** A requirement as the solver takes it: an optional one needs nobody. */
export function wantedOf(requirement: RequirementRecord): Requirement {
  return {
    id: requirement.id,
    technologyId: requirement.technologyId,
    leastLevel: requirement.leastLevel,
    must: requirement.mandatory ? requirement.providers : 0,
    want: requirement.wishedProviders,
    weight: requirement.weight,
    certificate: requirement.certificateScheme,
  };
}

/** Who has worked with whom: once is half of what there is to know of each other, twice three quarters, and so on. */
export function historyOf(
  teams: readonly (readonly string[])[],
  isHere: (id: string) => boolean,
): History[] {
  const times = new Map<string, number>();
  for (const team of teams) {
    const known = team.filter(isHere).toSorted();
    known.forEach((a, index) => {
      for (const b of known.slice(index + 1)) {
        const pair = JSON.stringify([a, b]);
        times.set(pair, (times.get(pair) ?? 0) + 1);
      }
    });
  }
  return [...times].map(([pair, count]) => {
    const [a, b] = JSON.parse(pair) as [string, string];
    return { a, b, strength: 1 - 2 ** -count };
  });
}
