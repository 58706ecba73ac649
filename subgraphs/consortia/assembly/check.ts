// Is the job well formed? Every fault at once, each with its path.
import { noLevel, orderOf, type FirmColumns } from './alliance/columns.ts';
import { packed, type PackedProblem } from './alliance/packing.ts';
import type { AssemblyFault } from './failure.ts';
import { limits } from './search/limits.ts';
import { kinds } from './problem.ts';
import type { AssemblyOptions, StatedProblem, Quota, Requirement } from './problem.ts';

type Report = (code: AssemblyFault['code'], path: string, message: string) => void;

/** At most this many faults are reported; a broken list of 100,000 needs no 100,000 messages. */
const mostFaults = 100;

/** Faults of the problem; none where it can be solved. */
export function problemFaults(stated: StatedProblem): AssemblyFault[] {
  const problem = packed(stated);
  const faults: AssemblyFault[] = [];
  const report: Report = (code, path, message) => {
    if (faults.length < mostFaults) faults.push({ code, path: path.split('.'), message });
  };
  checkSizes(problem, report);
  if (faults.length > 0) return faults;
  checkCandidates(problem, report);
  checkCapabilities(problem, report);
  checkRequirements(problem, report);
  checkHistory(problem, report);
  checkConstraints(problem, report);
  checkWeights(problem, report);
  return faults;
}

/** Faults of the options; none where they can be used. */
export function optionFaults(options: AssemblyOptions): AssemblyFault[] {
  const faults: AssemblyFault[] = [];
  const report: Report = (code, path, message) =>
    faults.push({ code, path: ['options', path], message });
  const { alternatives, timeLimitMillis, gap, distance = 0.5, seed = 0 } = options;
  if (!isWhole(alternatives, 0, limits.alternatives))
    report('LIMIT_REACHED', 'alternatives', `Alternatives are 0 to ${limits.alternatives}.`);
  if (!isWhole(timeLimitMillis, 1, 3_600_000))
    report('INVALID', 'timeLimitMillis', 'The time limit is 1 to 3,600,000 milliseconds.');
  if (!isBetween(gap, 0, 1)) report('INVALID', 'gap', 'The gap is 0 to 1.');
  if (!isBetween(distance, 0, 1)) report('INVALID', 'distance', 'The distance is 0 to 1.');
  if (!isWhole(seed, 0, 2_147_483_647)) report('INVALID', 'seed', 'The seed is 0 to 2^31-1.');
  return faults;
}

function checkSizes(problem: StatedProblem, report: Report): void {
  const sizes: [string, number, number][] = [
    ['candidates', problem.candidates.length, limits.candidates],
    ['requirements', problem.requirements.length, limits.requirements],
    ['capabilities', problem.capabilities.length, limits.capabilities],
    ['history', problem.history.length, limits.history],
    ['constraints.conflicts', problem.constraints.conflicts?.length ?? 0, limits.conflicts],
    ['constraints.maxPartners', problem.constraints.maxPartners, limits.partners],
  ];
  for (const [path, found, most] of sizes)
    if (found > most) report('LIMIT_REACHED', path, `At most ${most} ${path}; found ${found}.`);
}

function checkCandidates({ candidates: { columns } }: PackedProblem, report: Report): void {
  for (const place of namedTwice(columns)) {
    const message = `Candidate ${columns.ids[place]} comes twice.`;
    report('DUPLICATE', `candidates.${place}.id`, message);
  }
  for (let place = 0; place < columns.ids.length; place++) {
    const path = `candidates.${place}`;
    if (columns.ids[place] === '') report('INVALID', `${path}.id`, 'A candidate has an id.');
    checkNumbers(columns, place, path, report);
  }
  checkCoded(columns, report);
}

// All places of an id but the first.
function namedTwice(columns: FirmColumns): number[] {
  const order = orderOf(columns);
  const twice: number[] = [];
  let first = -1;
  for (const place of order) {
    const isSame = first >= 0 && columns.ids[first] === columns.ids[place];
    if (isSame) twice.push(Math.max(first, place));
    first = isSame ? Math.min(first, place) : place;
  }
  return twice.toSorted((a, b) => a - b);
}

function checkNumbers(columns: FirmColumns, place: number, path: string, report: Report): void {
  if (!isWhole(columns.capacity[place] ?? 0, 0, 100))
    report('INVALID', `${path}.capacity`, 'Capacity is a whole number, 0 to 100.');
  if (!isBetween(columns.trackRecord[place] ?? 0, 0, 1))
    report('INVALID', `${path}.trackRecord`, 'A track record is 0 to 1.');
  if (!isAmount(columns.entryCostWon[place] ?? 0))
    report('INVALID', `${path}.entryCostWon`, amountMessage);
  if (!isAmount(columns.requirementPriceWon[place] ?? 0))
    report('INVALID', `${path}.requirementPriceWon`, amountMessage);
}

// What many firms have in common is looked at once; where it is wrong, each of them is told.
function checkCoded({ kinds: own, prices }: FirmColumns, report: Report): void {
  const isKnown = own.values.map((each) => each.every((kind) => kinds.includes(kind)));
  const wrongPrices = prices.values.map((list = []) =>
    [...list.keys()].filter((index) => !isAmount(list[index]?.won ?? -1)),
  );
  if (isKnown.every(Boolean) && wrongPrices.every(({ length }) => length === 0)) return;
  for (const [place, code] of own.code.entries()) {
    if (isKnown[code] !== true)
      report('INVALID', `candidates.${place}.kinds`, `A kind is one of ${kinds.join(', ')}.`);
    for (const index of wrongPrices[prices.code[place] ?? -1] ?? [])
      report('INVALID', `candidates.${place}.prices.${index}.won`, amountMessage);
  }
}

function checkCapabilities({ capabilities: { columns } }: PackedProblem, report: Report): void {
  for (let row = 0; row < columns.level.length; row++) {
    const level = columns.level[row] ?? 0;
    const verified = columns.verified[row] ?? noLevel;
    if (level < 1 || level > 9) report('INVALID', `capabilities.${row}.level`, levelMessage);
    if (verified > 9 && verified !== noLevel)
      report('INVALID', `capabilities.${row}.verifiedLevel`, 'A verified level is 0 to 9.');
  }
}

function checkRequirements(problem: StatedProblem, report: Report): void {
  const seen = new Set<string>();
  for (const [index, requirement] of problem.requirements.entries()) {
    const path = `requirements.${index}`;
    if (seen.has(requirement.id))
      report('DUPLICATE', `${path}.id`, `Requirement ${requirement.id} comes twice.`);
    seen.add(requirement.id);
    checkRequirement(requirement, path, report);
  }
}

function checkRequirement(requirement: Requirement, path: string, report: Report): void {
  if (!isLevel(requirement.leastLevel)) report('INVALID', `${path}.leastLevel`, levelMessage);
  if (!isWhole(requirement.must, 0, limits.providers))
    report('INVALID', `${path}.must`, `Providers needed are 0 to ${limits.providers}.`);
  if (!isWhole(requirement.want, Math.max(1, requirement.must), limits.providers))
    report('INVALID', `${path}.want`, 'Providers wanted are at least 1 and at least those needed.');
  if (!(requirement.weight > 0 && requirement.weight <= 1e6))
    report('INVALID', `${path}.weight`, 'A weight is above 0 and at most 1,000,000.');
}

function checkHistory({ history: { columns } }: PackedProblem, report: Report): void {
  for (let row = 0; row < columns.strength.length; row++)
    if (!isBetween(columns.strength[row] ?? 0, 0, 1))
      report('INVALID', `history.${row}.strength`, 'The strength of a history is 0 to 1.');
}

function checkConstraints({ constraints }: StatedProblem, report: Report): void {
  const { minPartners, maxPartners, budgetWon } = constraints;
  if (!isWhole(maxPartners, 1, limits.partners))
    report('INVALID', 'constraints.maxPartners', `Partners are 1 to ${limits.partners}.`);
  if (!isWhole(minPartners, 0, limits.partners))
    report('INVALID', 'constraints.minPartners', `Partners are 0 to ${limits.partners}.`);
  if (budgetWon !== null && !isWhole(budgetWon, 0, Number.MAX_SAFE_INTEGER))
    report('INVALID', 'constraints.budgetWon', 'A budget is a whole number of won, 0 or more.');
  checkQuotas(constraints, report);
}

function checkQuotas(constraints: StatedProblem['constraints'], report: Report): void {
  for (const name of ['minSmes', 'minOutsideCapital'] as const)
    if (!isQuota(constraints[name]))
      report('INVALID', `constraints.${name}`, 'A quota is 0 to 100 firms or 0 to 10,000 points.');
  const counts: [string, readonly (number | null)[]][] = [
    ['regions', (constraints.regions ?? []).map((quota) => quota.least)],
    ['certificates', (constraints.certificates ?? []).map((quota) => quota.least)],
    ['membersByKind', (constraints.membersByKind ?? []).flatMap((q) => [q.least, q.most])],
    ['minKinds', [constraints.minKinds ?? 0]],
  ];
  for (const [name, values] of counts)
    if (values.some((value) => value !== null && !isWhole(value, 0, 100)))
      report('INVALID', `constraints.${name}`, 'A number of firms or kinds is 0 to 100.');
}

function checkWeights(problem: StatedProblem, report: Report): void {
  if (problem.weights) {
    const values = Object.values(problem.weights);
    const isFine = values.every((value) => isBetween(value, 0, 1000));
    const sum = values.reduce((total, value) => total + value, 0);
    if (!isFine || Math.abs(sum - 1000) > 1e-6)
      report('INVALID', 'weights', `Weights are 0 to 1,000 and sum to 1,000; they sum to ${sum}.`);
  }
  const prices = Object.values(problem.violationPrices ?? {});
  if (prices.some((price) => !isBetween(price, 0.01, 1000)))
    report('INVALID', 'violationPrices', 'A price of breaking a rule is 0.01 to 1,000.');
  if (!isBetween(problem.unverifiedCredit ?? 0.5, 0, 1))
    report('INVALID', 'unverifiedCredit', 'The credit for unverified levels is 0 to 1.');
}

const amountMessage = `An amount is a whole number of won, 0 to ${limits.amountWon}.`;
const levelMessage = 'A level is a whole number, 1 to 9.';

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function isBetween(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}

function isQuota(quota: Quota | undefined): boolean {
  if (quota === undefined) return true;
  return 'count' in quota
    ? isWhole(quota.count, 0, 100)
    : isWhole(quota.shareBasisPoints, 0, 10_000);
}

function isAmount(value: number): boolean {
  return isWhole(value, 0, limits.amountWon);
}

function isLevel(value: number): boolean {
  return isWhole(value, 1, 9);
}
