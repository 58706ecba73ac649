/** Whether a programme's rules can hold at all: every fault with its own name, its limit and what was found. Pure. */
import { problem, type Problem } from '#kit/refusal.ts';
import type { Rules } from './rules.ts';

/** Most members of any consortium. */
export const membersLimit = 100;
/** Years that a call may be for. */
export const firstYear = 2000;
export const lastYear = 2100;
/** Form of a sector's code. */
export const sectorForm = /^[a-z0-9][a-z0-9-]{1,59}$/;
/** Form of the code of a stage, document, criterion, bonus and of a programme's kind. */
export const codeForm = /^[A-Z][A-Z0-9_]{1,39}$/;
const stagesLimit = 20;
const partsLimit = 50;
const wholeInBasisPoints = 10_000;

/** A rule that does not hold, and where. */
interface Fault {
  rule: string;
  message: string;
  limit: string | number;
  found: string | number;
  at: readonly (string | number)[];
}

type Check = (holds: boolean, fault: Fault) => void;

/** All that is wrong with rules: INVALID below `path`, each with rule, limit and found. */
export function ruleFaults(rules: Rules, path: readonly string[]): Problem[] {
  const { check, faults } = checking(path);
  checkPeriod(rules, check);
  checkMembers(rules, check);
  checkCourse(rules, check);
  checkSites(rules, check);
  checkKinds(rules, check);
  checkParts(rules, check);
  rules.years.forEach((year, place) =>
    checkRange(check, 'YEAR_RANGE', year, [firstYear, lastYear], ['years', place]),
  );
  return [...faults, ...sectorCodeFaults(rules.sectors, path)];
}

/** For each sector code whether its form is wrong or it comes twice; at `sectors` below `path`. */
export function sectorCodeFaults(sectors: readonly string[], path: readonly string[]): Problem[] {
  const { check, faults } = checking(path);
  checkCodes('sectors', sectors, sectorForm, check);
  return faults;
}

/** What is wrong with the form of a code. */
export function codeFaults(code: string, path: readonly string[]): Problem[] {
  const { check, faults } = checking(path);
  checkForm(code, codeForm, [], check);
  return faults;
}

function checking(path: readonly string[]): { check: Check; faults: Problem[] } {
  const faults: Problem[] = [];
  const check: Check = (holds, { rule, message, limit, found, at }) => {
    if (holds) return;
    const detail = { rule, limit: String(limit), found: String(found) };
    faults.push(problem('INVALID', message, [...path, ...at.map(String)], detail));
  };
  return { check, faults };
}

/** Nothing where a number is not given. */
function checkRange(
  check: Check,
  rule: string,
  found: number | null | undefined,
  [least, most]: readonly [least: number, most: number],
  at: Fault['at'],
): void {
  if (found == null) return;
  const limit = `${least}-${most}`;
  const message = `This is from ${least} to ${most}.`;
  check(found >= least && found <= most, { rule, message, limit, found, at });
}

function checkPeriod({ validFrom, validTo }: Rules, check: Check): void {
  check(validTo === null || validTo >= validFrom, {
    rule: 'PERIOD_ORDER',
    message: 'The last day is before the first.',
    limit: validFrom,
    found: validTo ?? '',
    at: ['validTo'],
  });
}

function checkMembers(rules: Rules, check: Check): void {
  const { minMembers, maxMembers, minDemandMembers, minMemberShare } = rules;
  const most = maxMembers ?? membersLimit;
  check(minMembers >= 1, {
    rule: 'MEMBERS_LEAST',
    message: 'A consortium has at least one member.',
    limit: 1,
    found: minMembers,
    at: ['minMembers'],
  });
  checkRange(check, 'MEMBERS_MOST', maxMembers, [1, membersLimit], ['maxMembers']);
  check(minMembers <= most, {
    rule: 'MEMBERS_ORDER',
    message: 'The least number of members is above the most.',
    limit: most,
    found: minMembers,
    at: ['minMembers'],
  });
  checkRange(check, 'DEMAND_MEMBERS_RANGE', minDemandMembers, [0, most], ['minDemandMembers']);
  const shares = minMemberShare * Math.max(1, minMembers);
  check(shares <= wholeInBasisPoints, {
    rule: 'MEMBER_SHARES_FIT',
    message: 'The least share times the least number of members is above the whole.',
    limit: wholeInBasisPoints,
    found: shares,
    at: ['minMemberShare'],
  });
}

/** Most places that rules may want; a project has no more. */
const sitesLimit = 50;

function checkSites({ siteRegions = [], minSites }: Rules, check: Check): void {
  checkRange(check, 'SITES_RANGE', minSites, [0, sitesLimit], ['minSites']);
  siteRegions.forEach((region, place) => {
    const isFirst = siteRegions.indexOf(region) === place;
    check(isFirst, onceFault(region, ['siteRegions', place]));
  });
}

/** What holds from the call on: sectors, scores, appeals, reports, how much one firm may carry out. */
function checkCourse(rules: Rules, check: Check): void {
  const { maxSectorsPerYear, appealDays, reportEveryMonths, maxRunningPerFirm } = rules;
  check(maxSectorsPerYear === null || maxSectorsPerYear >= 1, {
    rule: 'SECTORS_A_YEAR_LEAST',
    message: 'At least one sector a year may be called.',
    limit: 1,
    found: maxSectorsPerYear ?? '',
    at: ['maxSectorsPerYear'],
  });
  checkRange(check, 'APPEAL_DAYS_RANGE', appealDays, [0, 90], ['appealDays']);
  checkRange(check, 'REPORT_MONTHS_RANGE', reportEveryMonths, [1, 24], ['reportEveryMonths']);
  checkRange(check, 'RUNNING_RANGE', maxRunningPerFirm, [1, 1_000], ['maxRunningPerFirm']);
  checkRange(
    check,
    'OUTLIER_SHARE_RANGE',
    rules.outlierShare,
    [1, wholeInBasisPoints],
    ['outlierShare'],
  );
}

function checkKinds({ membersByKind, maxMembers }: Rules, check: Check): void {
  const all = maxMembers ?? membersLimit;
  const kinds = membersByKind.map(({ kind }) => kind);
  membersByKind.forEach(({ kind, least, most }, place) => {
    const at = ['membersByKind', place];
    check(kinds.indexOf(kind) === place, onceFault(kind, [...at, 'kind']));
    const limit = Math.min(most ?? all, all);
    check(least >= 0 && least <= limit, {
      rule: 'KIND_MEMBERS_ORDER',
      message: 'The least number is from 0 up to the most.',
      limit: `0-${limit}`,
      found: least,
      at: [...at, 'least'],
    });
  });
}

function checkParts(rules: Rules, check: Check): void {
  const lists = [
    ['stages', stagesLimit],
    ['documents', partsLimit],
    ['rubric', partsLimit],
    ['bonuses', partsLimit],
  ] as const;
  for (const [list, limit] of lists) {
    const codes = rules[list].map(({ code }) => code);
    check(codes.length <= limit, {
      rule: 'PARTS_MOST',
      message: `There are up to ${limit}.`,
      limit,
      found: codes.length,
      at: [list],
    });
    checkCodes(list, codes, codeForm, check, 'code');
  }
  for (const list of ['rubric', 'bonuses'] as const)
    rules[list].forEach(({ points }, place) =>
      checkRange(check, 'POINTS_RANGE', points, [1, 1_000], [list, place, 'points']),
    );
  rules.bonuses.forEach(({ onceWithinYears: years }, place) =>
    checkRange(check, 'BONUS_YEARS_RANGE', years, [1, 50], ['bonuses', place, 'onceWithinYears']),
  );
}

function checkCodes(
  list: string,
  codes: readonly string[],
  form: RegExp,
  check: Check,
  field?: string,
): void {
  codes.forEach((code, place) => {
    const at = field === undefined ? [list, place] : [list, place, field];
    checkForm(code, form, at, check);
    check(codes.indexOf(code) === place, onceFault(code, at));
  });
}

function checkForm(code: string, form: RegExp, at: Fault['at'], check: Check): void {
  check(form.test(code), {
    rule: 'CODE_FORM',
    message: form === codeForm ? 'A code is 2 to 40 of A-Z, 0-9 and _.' : 'This is no sector code.',
    limit: form.source,
    found: code,
    at,
  });
}

function onceFault(found: string, at: Fault['at']): Fault {
  return { rule: 'NAMED_ONCE', message: 'Each is named once.', limit: 1, found, at };
}
