/** What a team must fulfil: a client's wishes, the rules of the call and the project, the strictest of each. Pure. */
import { problem, type Problem } from '#kit/refusal.ts';
import type { CompanyKind } from '#schema/facts.ts';
import { kinds, type Constraints, type Quota, type Weights } from '../assembly/types.ts';
import type { KindLimit, Rules } from '../programme/rules.ts';
import { membersLimit } from '../programme/soundness.ts';
import { weightFaults } from './weighing.ts';

/** A quota as a client gives it. */
export interface GivenQuota {
  count?: number | null | undefined;
  share?: number | null | undefined;
}

/** Constraints as a client gives them. */
export interface GivenConstraints {
  anyLead: boolean;
  minPartners?: number | null | undefined;
  maxPartners?: number | null | undefined;
  minSmes?: GivenQuota | null | undefined;
  minOutsideCapital?: GivenQuota | null | undefined;
  regions: { region: string; least: number }[];
  certificates: { scheme: string; least: number }[];
  minKinds?: number | null | undefined;
  membersByKind: { kind: CompanyKind; least: number; most?: number | null | undefined }[];
  budget?: number | null | undefined;
  mustInclude: string[];
  mustExclude: string[];
  conflicts: string[][];
  exposureCap?: number | null | undefined;
  weights?: Weights | null | undefined;
  weightProfileId?: string | null | undefined;
}

/** No wishes. */
export const noWishes: GivenConstraints = {
  anyLead: false,
  regions: [],
  certificates: [],
  membersByKind: [],
  mustInclude: [],
  mustExclude: [],
  conflicts: [],
};

/** Most members where neither the client nor the rules say. */
const defaultMostMembers = 20;
const listLimit = 1_000;

/** What of a project the constraints need. */
export interface Frame {
  leadCompanyId: string;
  /** Won. */
  budget: number | null;
  rules: Rules | null;
}

/** The constraints for the solver; every fault of the wishes is added to `faults`. */
export function readConstraints(
  given: GivenConstraints,
  { leadCompanyId, budget, rules }: Frame,
  faults: Problem[],
): Constraints {
  const check: Check = (holds, message, ...at) => {
    if (!holds) faults.push(problem('INVALID', message, ['constraints', ...at]));
  };
  checkCounts(given, check);
  checkFirms(given, check);
  if (given.weights) faults.push(...weightFaults(given.weights, ['constraints', 'weights']));
  const counts = memberCounts(given, rules);
  faults.push(...rangeFaults(given, counts));
  const smes = smeQuota(given.minSmes ?? null, rules, check);
  const outside = readQuota(given.minOutsideCapital ?? null, 'minOutsideCapital', check);
  return {
    ...counts,
    leadKinds: leadersOf(rules),
    leadId: given.anyLead ? null : leadCompanyId,
    ...(smes && { minSmes: smes }),
    ...(outside && { minOutsideCapital: outside }),
    regions: given.regions,
    certificates: given.certificates.map(({ scheme, least }) => ({ certificate: scheme, least })),
    ...(given.minKinds != null && { minKinds: given.minKinds }),
    membersByKind: kindLimits(given, rules, check),
    budgetWon: smaller(given.budget ?? null, budget),
    mustInclude: demandedIn(given, leadCompanyId),
    mustExclude: given.mustExclude,
    conflicts: given.conflicts.map(([a = '', b = '']) => [a, b] as const),
    exposureCap: given.exposureCap ?? null,
  };
}

/** A firm that a wish names, and where. */
export interface NamedFirm {
  id: string;
  path: string[];
}

/** Every firm that the wishes name, in the order of the input. */
export function firmsNamed(given: GivenConstraints): NamedFirm[] {
  const single = (['mustInclude', 'mustExclude'] as const).flatMap((list) =>
    given[list].map((id, index) => ({ id, path: ['constraints', list, String(index)] })),
  );
  const paired = given.conflicts.flatMap((pair, index) =>
    pair.map((id, place) => ({
      id,
      path: ['constraints', 'conflicts', String(index), String(place)],
    })),
  );
  return [...single, ...paired];
}

/** What is wrong with least and most members together, where each for itself is right. */
function rangeFaults(
  { minPartners, maxPartners }: GivenConstraints,
  counts: ReturnType<typeof memberCounts>,
): Problem[] {
  if (!isMemberCount(minPartners) || !isMemberCount(maxPartners)) return [];
  const { minPartners: least, maxPartners: most } = counts;
  if (least <= most) return [];
  const isLeastWished = minPartners != null && minPartners > most;
  return [
    problem(
      'INVALID',
      `With the rules of the call, there are at least ${least} and at most ${most} members.`,
      ['constraints', isLeastWished ? 'minPartners' : 'maxPartners'],
      {
        rule: 'MEMBERS_RANGE',
        limit: String(isLeastWished ? most : least),
        found: String(isLeastWished ? minPartners : most),
      },
    ),
  ];
}

function isMemberCount(value: number | null | undefined): boolean {
  return value == null || isWithin(value, 1, membersLimit);
}

/** Least and most members: the stricter of wish and rules. */
function memberCounts(
  { minPartners, maxPartners }: GivenConstraints,
  rules: Rules | null,
): Pick<Constraints, 'minPartners' | 'maxPartners'> {
  const ruledLeast = rules?.minMembers ?? 1;
  const ruledMost = rules ? rules.maxMembers : null;
  const least = Math.max(ruledLeast, minPartners ?? 1);
  const usual = ruledMost ?? Math.max(defaultMostMembers, least);
  return {
    minPartners: least,
    maxPartners: Math.min(ruledMost ?? membersLimit, maxPartners ?? usual),
  };
}

/** The smaller of two limits, where null is none. */
function smaller(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

/** Kinds that may lead: the rules' ones, or any. */
function leadersOf(rules: Rules | null): Constraints['leadKinds'] {
  return rules && rules.leadKinds.length > 0 ? rules.leadKinds : kinds;
}

/** Firms that must be in besides the lead; whoever drafted the project stays in where another is to lead. */
function demandedIn({ anyLead, mustInclude }: GivenConstraints, leadCompanyId: string): string[] {
  const others = mustInclude.filter((id) => id !== leadCompanyId);
  return anyLead ? [leadCompanyId, ...others] : others;
}

type Check = (holds: boolean, message: string, ...at: string[]) => void;

function checkCounts(given: GivenConstraints, check: Check): void {
  const { minPartners, maxPartners, minKinds, exposureCap } = given;
  check(isMemberCount(minPartners), 'Members are 1 to 100.', 'minPartners');
  check(isMemberCount(maxPartners), 'Members are 1 to 100.', 'maxPartners');
  check(minKinds == null || isWithin(minKinds, 1, 7), 'Kinds are 1 to 7.', 'minKinds');
  check(
    exposureCap == null || isWithin(exposureCap, 1, 10_000),
    'The cap is 1 to 10,000.',
    'exposureCap',
  );
  for (const list of ['regions', 'certificates'] as const)
    given[list].forEach(({ least }, index) =>
      check(isWithin(least, 1, 100), 'At least 1, up to 100.', list, String(index), 'least'),
    );
}

function checkFirms({ mustInclude, mustExclude, conflicts }: GivenConstraints, check: Check): void {
  check(mustInclude.length <= 100, 'Up to 100 firms must be in.', 'mustInclude');
  check(mustExclude.length <= listLimit, `Up to ${listLimit} firms are out.`, 'mustExclude');
  check(conflicts.length <= listLimit, `There are up to ${listLimit} pairs.`, 'conflicts');
  conflicts.forEach((pair, index) =>
    check(
      pair.length === 2 && pair[0] !== pair[1],
      'A pair has two different firms.',
      'conflicts',
      String(index),
    ),
  );
  mustInclude.forEach((id, index) =>
    check(
      !mustExclude.includes(id),
      'A firm cannot be both in and out.',
      'mustInclude',
      String(index),
    ),
  );
}

function readQuota(given: GivenQuota | null, field: string, check: Check): Quota | null {
  if (!given) return null;
  const { count, share } = given;
  check((count == null) !== (share == null), 'Give either a count or a share.', field);
  check(count == null || isWithin(count, 0, 100), 'A count is 0 to 100.', field, 'count');
  if (count != null) return { count };
  return share == null ? null : { shareBasisPoints: share };
}

/** The wished quota or the rules' one; where both are shares, the larger. */
function smeQuota(given: GivenQuota | null, rules: Rules | null, check: Check): Quota | null {
  const wished = readQuota(given, 'minSmes', check);
  const least = rules?.minSmeMembers ?? 0;
  if (least === 0) return wished;
  check(
    wished === null || !('count' in wished),
    'The rules of the call ask for a share of the members: give a share.',
    'minSmes',
  );
  const wishedShare = wished && 'shareBasisPoints' in wished ? wished.shareBasisPoints : 0;
  return { shareBasisPoints: Math.max(least, wishedShare) };
}

function kindLimits(given: GivenConstraints, rules: Rules | null, check: Check): KindLimit[] {
  const demand: KindLimit[] = rules?.minDemandMembers
    ? [{ kind: 'DEMAND', least: rules.minDemandMembers, most: null }]
    : [];
  const wished = given.membersByKind.map((limit) => ({ ...limit, most: limit.most ?? null }));
  wished.forEach(({ least, most }, index) =>
    check(
      isWithin(least, 0, 100) && (most === null || isWithin(most, least, 100)),
      'The least is 0 up to the most, the most up to 100.',
      'membersByKind',
      String(index),
    ),
  );
  const all = [...(rules?.membersByKind ?? []), ...demand, ...wished];
  return kinds.flatMap((kind) => {
    const limits = all.filter((limit) => limit.kind === kind);
    if (limits.length === 0) return [];
    const mosts = limits.flatMap(({ most }) => (most === null ? [] : [most]));
    const least = Math.max(...limits.map((limit) => limit.least));
    const most = mosts.length > 0 ? Math.min(...mosts) : null;
    check(
      most === null || least <= most,
      `With the rules of the call, at least ${least} and at most ${most} firms are of kind ${kind}.`,
      'membersByKind',
    );
    return [{ kind, least, most }];
  });
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
