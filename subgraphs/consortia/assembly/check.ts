// Is the job well formed? Every fault at once, each with its path.
import type { AssemblyFault } from './failure.ts';
import { limits } from './search/limits.ts';
import { kinds } from './types.ts';
import type { AssemblyOptions, StatedProblem, Candidate, Quota, Requirement } from './types.ts';

type Report = (code: AssemblyFault['code'], path: string, message: string) => void;

/** At most this many faults are reported; a broken list of 100,000 needs no 100,000 messages. */
const mostFaults = 100;

/** Faults of the problem; none where it can be solved. */
export function problemFaults(problem: StatedProblem): AssemblyFault[] {
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

function checkCandidates(problem: StatedProblem, report: Report): void {
  const seen = new Set<string>();
  for (const [index, candidate] of problem.candidates.entries()) {
    const path = `candidates.${index}`;
    if (candidate.id === '') report('INVALID', `${path}.id`, 'A candidate has an id.');
    if (seen.has(candidate.id))
      report('DUPLICATE', `${path}.id`, `Candidate ${candidate.id} comes twice.`);
    seen.add(candidate.id);
    checkNumbers(candidate, path, report);
  }
}

function checkNumbers(candidate: Candidate, path: string, report: Report): void {
  if (!isWhole(candidate.capacity, 0, 100))
    report('INVALID', `${path}.capacity`, 'Capacity is a whole number, 0 to 100.');
  if (!isBetween(candidate.trackRecord, 0, 1))
    report('INVALID', `${path}.trackRecord`, 'A track record is 0 to 1.');
  if (!isAmount(candidate.entryCostWon)) report('INVALID', `${path}.entryCostWon`, amountMessage);
  if (!isAmount(candidate.requirementPriceWon))
    report('INVALID', `${path}.requirementPriceWon`, amountMessage);
  if (!candidate.kinds.every((kind) => kinds.includes(kind)))
    report('INVALID', `${path}.kinds`, `A kind is one of ${kinds.join(', ')}.`);
  for (const [index, price] of (candidate.prices ?? []).entries())
    if (!isAmount(price.won)) report('INVALID', `${path}.prices.${index}.won`, amountMessage);
}

function checkCapabilities(problem: StatedProblem, report: Report): void {
  let index = -1;
  for (const capability of problem.capabilities) {
    index++;
    if (!isLevel(capability.level)) report('INVALID', `capabilities.${index}.level`, levelMessage);
    if (capability.verifiedLevel !== null && !isWhole(capability.verifiedLevel, 0, 9))
      report('INVALID', `capabilities.${index}.verifiedLevel`, 'A verified level is 0 to 9.');
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

function checkHistory(problem: StatedProblem, report: Report): void {
  let index = -1;
  for (const edge of problem.history) {
    index++;
    if (!isBetween(edge.strength, 0, 1))
      report('INVALID', `history.${index}.strength`, 'The strength of a history is 0 to 1.');
  }
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
