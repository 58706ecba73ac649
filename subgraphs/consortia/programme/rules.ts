/** A programme's rules: data with a validity period. Pure. */
import type { Text } from '#kit/text.ts';
import type { CompanyKind } from '#schema/facts.ts';

/** Least and most members of a kind. */
export interface KindLimit {
  kind: CompanyKind;
  least: number;
  most: number | null;
}

/** A stage of a project and what it may cost, won. */
export interface StageRule {
  code: string;
  name: Text;
  budgetCap: number | null;
}

/** A document that belongs to a submission. */
export interface DocumentRule {
  code: string;
  name: Text;
  mandatory: boolean;
}

/** What reviewers score, up to `points`. */
export interface Criterion {
  code: string;
  name: Text;
  points: number;
}

/** Points that a project may claim besides its scores. */
export interface BonusRule {
  code: string;
  name: Text;
  points: number;
  /** A lead's firm may claim it once within so many years; null when as often as it likes. */
  onceWithinYears: number | null;
}

/** What a programme demands; a null limit is no limit, an empty list allows all. */
export interface Rules {
  /** Calendar days in Asia/Seoul, inclusive. */
  validFrom: string;
  validTo: string | null;
  leadKinds: CompanyKind[];
  /** Members, the lead included. */
  minMembers: number;
  maxMembers: number | null;
  membersByKind: KindLimit[];
  /** Least part of the members that are SMEs, basis points. */
  minSmeMembers: number;
  /** Least part of the money that goes to SMEs, basis points. */
  minSmeShare: number;
  minDemandMembers: number;
  /** Basis points. */
  minMemberShare: number;
  /** Won. */
  budgetCap: number | null;
  /** Most money for all awards of a call in one sector, won; null or missing (in rules from before there was such a cap): none. */
  sectorCap?: number | null;
  stages: StageRule[];
  /** Least part of a project's whole cost that its members bear, basis points. */
  matchingRatio: number;
  documents: DocumentRule[];
  rubric: Criterion[];
  bonuses: BonusRule[];
  /** Days in which a decision can be appealed against; absent in rules kept before there were appeals: none. */
  appealDays?: number;
  /** Months from one progress report to the next; null or absent (in rules kept before): none are due. */
  reportEveryMonths?: number | null;
  /** Where a project may be carried out, ISO 3166-1 or 3166-2; empty or absent (in rules kept before): anywhere. */
  siteRegions?: string[];
  /** Least number of places where a project is carried out; absent in rules kept before: none need be named. */
  minSites?: number;
  /** Sector codes. */
  sectors: string[];
  maxSectorsPerYear: number | null;
  years: number[];
  /** Most awarded and running projects of one firm; missing in rules from before there was such a cap. */
  maxRunningPerFirm?: number | null;
  /** Most part of the programme's awards that go to teams with one firm, basis points; missing as above. */
  maxAwardShare?: number | null;
  /**
   * How far a review's total lies at most from the mean of the project's others, basis points of the rubric's points, before
   * it is looked at; missing in rules from before there was such a limit: `usualOutlierShare`.
   */
  outlierShare?: number;
}

/** The edition in force on a day, or null. */
export function rulesOn(editions: readonly Rules[], day: string): Rules | null {
  return (
    editions.find(
      ({ validFrom, validTo }) => validFrom <= day && (validTo === null || day <= validTo),
    ) ?? null
  );
}
