/** A programme's rules: data with a validity period. Pure. */
import { problem, type Problem } from '#kit/refusal.ts';
import type { Text } from '#kit/text.ts';
import type { CompanyKind } from '#schema/facts.ts';
import { nameLength, readText, type GivenText } from '../form/wording.ts';

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

/** Most members of any consortium. */
export const membersLimit = 100;
const stagesLimit = 20;
const partsLimit = 50;
const appealDaysLimit = 90;
const pointsLimit = 1_000;
/** Years that a call may be for. */
export const firstYear = 2000;
export const lastYear = 2100;
const codeForm = /^[A-Z][A-Z0-9_]{1,39}$/;
/** Form of a sector's code. */
export const sectorForm = /^[a-z0-9][a-z0-9-]{1,59}$/;

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
  const check = (holds: boolean, message: string, ...at: string[]) => {
    if (!holds) faults.push(problem('INVALID', message, [...path, ...at]));
  };
  checkNumbers(rules, check);
  checkKinds(rules, check);
  checkParts(rules, check);
  checkSectors(rules.sectors, check);
  rules.years.forEach((year, index) =>
    check(
      year >= firstYear && year <= lastYear,
      `A year is ${firstYear} to ${lastYear}.`,
      'years',
      String(index),
    ),
  );
  return rules;
}

type Check = (holds: boolean, message: string, ...at: string[]) => void;

function checkNumbers(rules: Rules, check: Check): void {
  const { validFrom, validTo, minMembers, maxMembers, maxSectorsPerYear } = rules;
  const most = maxMembers ?? membersLimit;
  check(validTo === null || validTo >= validFrom, 'The last day is before the first.', 'validTo');
  check(minMembers >= 1, 'A consortium has at least one member.', 'minMembers');
  check(most <= membersLimit, `A consortium has up to ${membersLimit} members.`, 'maxMembers');
  check(minMembers <= most, 'The least number of members is above the most.', 'minMembers');
  check(
    rules.minDemandMembers >= 0 && rules.minDemandMembers <= most,
    'The demand side has from 0 to as many members as the consortium may have.',
    'minDemandMembers',
  );
  check(
    rules.minMemberShare * Math.max(1, minMembers) <= 10_000,
    'The least share times the least number of members is above the whole.',
    'minMemberShare',
  );
  check(
    maxSectorsPerYear === null || maxSectorsPerYear >= 1,
    'At least one sector a year may be called.',
    'maxSectorsPerYear',
  );
  checkCourse(rules, check);
}

/** What holds after the award: appeals, reports, how much one firm may carry out. */
function checkCourse(rules: Rules, check: Check): void {
  const appealDays = rules.appealDays ?? 0;
  check(
    appealDays >= 0 && appealDays <= appealDaysLimit,
    `Days of appeal are 0 to ${appealDaysLimit}.`,
    'appealDays',
  );
  const months = rules.reportEveryMonths ?? null;
  check(
    months === null || (months >= 1 && months <= 24),
    'Reports are 1 to 24 months apart.',
    'reportEveryMonths',
  );
  const running = rules.maxRunningPerFirm ?? null;
  check(
    running === null || (running >= 1 && running <= 1_000),
    'A firm may have 1 to 1,000 projects.',
    'maxRunningPerFirm',
  );
}

function checkKinds({ membersByKind, maxMembers }: Rules, check: Check): void {
  const most = maxMembers ?? membersLimit;
  membersByKind.forEach((limit, index) => {
    const isFirst = membersByKind.findIndex(({ kind }) => kind === limit.kind) === index;
    check(isFirst, 'Each kind is named once.', 'membersByKind', String(index), 'kind');
    check(
      limit.least >= 0 && limit.least <= Math.min(limit.most ?? most, most),
      'The least number is from 0 up to the most.',
      'membersByKind',
      String(index),
      'least',
    );
  });
}

function checkParts(rules: Rules, check: Check): void {
  checkCodes('stages', rules.stages, stagesLimit, check);
  for (const list of ['documents', 'rubric', 'bonuses'] as const)
    checkCodes(list, rules[list], partsLimit, check);
  for (const list of ['rubric', 'bonuses'] as const)
    rules[list].forEach(({ points }, index) =>
      check(
        points >= 1 && points <= pointsLimit,
        `Points are 1 to ${pointsLimit}.`,
        list,
        String(index),
        'points',
      ),
    );
  rules.bonuses.forEach(({ onceWithinYears: years }, index) =>
    check(
      years === null || (years >= 1 && years <= 50),
      'Years are 1 to 50.',
      'bonuses',
      String(index),
      'onceWithinYears',
    ),
  );
}

function checkCodes(
  list: string,
  parts: readonly { code: string }[],
  most: number,
  check: Check,
): void {
  check(parts.length <= most, `There are up to ${most}.`, list);
  parts.forEach(({ code }, index) => {
    const isFirst = parts.findIndex((part) => part.code === code) === index;
    const at = [list, String(index), 'code'];
    check(codeForm.test(code), 'A code is 2 to 40 of A-Z, 0-9 and _.', ...at);
    check(isFirst, 'Each code is used once.', ...at);
  });
}

/** Says for each sector code whether its form is wrong or it comes twice. */
export function checkSectors(sectors: readonly string[], check: Check): void {
  sectors.forEach((code, index) => {
    check(sectorForm.test(code), 'This is no sector code.', 'sectors', String(index));
    check(sectors.indexOf(code) === index, 'Each sector is named once.', 'sectors', String(index));
  });
}

/** Editions by the day they come into force; periods that overlap are added to `faults`. */
export function orderEditions(
  editions: readonly Rules[],
  path: string[],
  faults: Problem[],
): Rules[] {
  if (editions.length === 0)
    faults.push(problem('INVALID', 'A programme has at least one edition of rules.', path));
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
