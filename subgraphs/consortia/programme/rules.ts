/** A programme's rules: data with a validity period. Pure. */
import { problem, type Problem } from '#kit/refusal.ts';
import type { Text } from '#kit/text.ts';
import type { CompanyKind } from '#schema/facts.ts';
import { nameLength, readText, type GivenText } from '../form/wording.ts';
import { ruleFaults } from './soundness.ts';

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

/** A named part of the rules as a client gives it. */
type GivenPart<Part extends { name: Text }> = Omit<Part, 'name'> & { name: GivenText };

/** Rules as a client gives them. */
export type GivenRules = Omit<
  Rules,
  | 'validTo'
  | 'maxMembers'
  | 'membersByKind'
  | 'budgetCap'
  | 'stages'
  | 'documents'
  | 'rubric'
  | 'bonuses'
  | 'maxSectorsPerYear'
  | 'maxRunningPerFirm'
  | 'maxAwardShare'
  | 'reportEveryMonths'
> & {
  reportEveryMonths?: number | null | undefined;
  maxRunningPerFirm?: number | null | undefined;
  maxAwardShare?: number | null | undefined;
  validTo?: string | null | undefined;
  maxMembers?: number | null | undefined;
  membersByKind: { kind: CompanyKind; least: number; most?: number | null | undefined }[];
  budgetCap?: number | null | undefined;
  stages: { code: string; name: GivenText; budgetCap?: number | null | undefined }[];
  documents: GivenPart<DocumentRule>[];
  rubric: GivenPart<Criterion>[];
  bonuses: {
    code: string;
    name: GivenText;
    points: number;
    onceWithinYears?: number | null | undefined;
  }[];
  maxSectorsPerYear?: number | null | undefined;
};

/** Rules as they are kept; every fault is added to `faults`. */
export function readRules(given: GivenRules, path: string[], faults: Problem[]): Rules {
  const named = <Part extends { code: string; name: GivenText }>(list: string, parts: Part[]) =>
    parts.map((part, index) => ({
      ...part,
      name: readText(part.name, nameLength, [...path, list, String(index), 'name'], faults),
    }));
  const rules: Rules = {
    ...given,
    validTo: given.validTo ?? null,
    maxMembers: given.maxMembers ?? null,
    membersByKind: given.membersByKind.map((limit) => ({ ...limit, most: limit.most ?? null })),
    budgetCap: given.budgetCap ?? null,
    stages: named('stages', given.stages).map((stage) => ({
      ...stage,
      budgetCap: stage.budgetCap ?? null,
    })),
    documents: named('documents', given.documents),
    rubric: named('rubric', given.rubric),
    bonuses: named('bonuses', given.bonuses).map((bonus) => ({
      ...bonus,
      onceWithinYears: bonus.onceWithinYears ?? null,
    })),
    maxSectorsPerYear: given.maxSectorsPerYear ?? null,
    maxRunningPerFirm: given.maxRunningPerFirm ?? null,
    maxAwardShare: given.maxAwardShare ?? null,
    reportEveryMonths: given.reportEveryMonths ?? null,
  };
  faults.push(...ruleFaults(rules, path));
  return rules;
}

/** Editions by the day they come into force; periods that overlap are added to `faults`. */
export function orderEditions(
  editions: readonly Rules[],
  path: string[],
  faults: Problem[],
): Rules[] {
  if (editions.length === 0)
    faults.push(
      problem('INVALID', 'A programme has at least one edition of rules.', path, {
        rule: 'EDITIONS_LEAST',
        limit: '1',
        found: '0',
      }),
    );
  const ordered = editions.toSorted((a, b) => (a.validFrom < b.validFrom ? -1 : 1));
  ordered.forEach((edition, place) => {
    const before = ordered[place - 1];
    if (before && (before.validTo === null || before.validTo >= edition.validFrom))
      faults.push(
        problem(
          'INVALID',
          'The periods of two editions overlap.',
          [...path, String(editions.indexOf(edition)), 'validFrom'],
          {
            rule: 'EDITIONS_APART',
            limit: before.validTo ?? 'open',
            found: edition.validFrom,
          },
        ),
      );
  });
  return ordered;
}

/** The edition in force on a day, or null. */
export function rulesOn(editions: readonly Rules[], day: string): Rules | null {
  return (
    editions.find(
      ({ validFrom, validTo }) => validFrom <= day && (validTo === null || day <= validTo),
    ) ?? null
  );
}
