/** What a team must fulfil: a client's wishes, the rules of the call and the project, the strictest of each. Pure. */
import { problem, type Problem } from '#kit/refusal.ts';
import { kinds, type Constraints, type Quota } from '../assembly/problem.ts';
import { breach } from '../programme/breaches.ts';
import type { KindLimit, Rules } from '../programme/rules.ts';
import { membersLimit } from '../programme/soundness.ts';
import { isMemberCount, wishFaults, type GivenConstraints, type GivenQuota } from './wishes.ts';

/** Most members where neither the client nor the rules say. */
const defaultMostMembers = 20;

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
  faults.push(...wishFaults(given));
  const counts = memberCounts(given, rules);
  faults.push(...rangeFaults(given, counts));
  const smes = smeQuota(given.minSmes ?? null, rules, faults);
  const outside = readQuota(given.minOutsideCapital ?? null);
  return {
    ...counts,
    leadKinds: leadersOf(rules),
    leadId: given.anyLead ? null : leadCompanyId,
    ...(smes && { minSmes: smes }),
    ...(outside && { minOutsideCapital: outside }),
    regions: given.regions,
    certificates: given.certificates.map(({ scheme, least }) => ({ certificate: scheme, least })),
    ...(given.minKinds != null && { minKinds: given.minKinds }),
    membersByKind: kindLimits(given, rules, faults),
    budgetWon: smaller(given.budget ?? null, budget),
    mustInclude: demandedIn(given, leadCompanyId),
    mustExclude: given.mustExclude,
    conflicts: given.conflicts.map(([a = '', b = '']) => [a, b] as const),
    exposureCap: given.exposureCap ?? null,
  };
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

function readQuota(given: GivenQuota | null): Quota | null {
  if (given?.count != null) return { count: given.count };
  return given?.share == null ? null : { shareBasisPoints: given.share };
}

/** The wished quota or the rules' one; where both are shares, the larger. */
function smeQuota(given: GivenQuota | null, rules: Rules | null, faults: Problem[]): Quota | null {
  const wished = readQuota(given);
  const least = rules?.minSmeMembers ?? 0;
  if (least === 0) return wished;
  if (wished !== null && 'count' in wished)
    faults.push(
      breach(
        'SME_SHARE',
        'The rules of the call ask for a share of the members: give a share.',
        least,
        wished.count,
        ['constraints', 'minSmes'],
      ),
    );
  const wishedShare = wished && 'shareBasisPoints' in wished ? wished.shareBasisPoints : 0;
  return { shareBasisPoints: Math.max(least, wishedShare) };
}

/** The strictest limits of each kind, of the rules and of the wishes. */
function kindLimits(given: GivenConstraints, rules: Rules | null, faults: Problem[]): KindLimit[] {
  const demand: KindLimit[] = rules?.minDemandMembers
    ? [{ kind: 'DEMAND', least: rules.minDemandMembers, most: null }]
    : [];
  const wished = given.membersByKind.map((limit) => ({ ...limit, most: limit.most ?? null }));
  const all = [...(rules?.membersByKind ?? []), ...demand, ...wished];
  return kinds.flatMap((kind) => {
    const limits = all.filter((limit) => limit.kind === kind);
    if (limits.length === 0) return [];
    const mosts = limits.flatMap(({ most }) => (most === null ? [] : [most]));
    const least = Math.max(...limits.map((limit) => limit.least));
    const most = mosts.length > 0 ? Math.min(...mosts) : null;
    // A single wish that contradicts itself is told by itself.
    if (most !== null && least > most && limits.length > 1)
      faults.push(
        breach(
          'KIND_RANGE',
          `With the rules of the call, at least ${least} and at most ${most} firms are of kind ${kind}.`,
          most,
          least,
          ['constraints', 'membersByKind'],
        ),
      );
    return [{ kind, least, most }];
  });
}
