/** Which rules a project or a consortium breaks: all of them, each with its name, its limit and what was found. Pure. */
import { problem, type Problem } from '#kit/refusal.ts';
import { wholeInBasisPoints } from '#kit/won.ts';
import type { CompanyKind, CompanySize } from '#schema/facts.ts';
import type { Rules } from './rules.ts';

/** What of a project the rules look at; money in won. */
export interface Plan {
  sector: string;
  budget: number | null;
  stages: readonly { stage: string; amount: number }[];
  /** What the members bear themselves besides the budget. */
  matching: number;
  /** Codes of the bonuses that it claims. */
  bonuses: readonly string[];
  /** Where it is carried out; absent in projects kept before these were asked for. */
  sites?: readonly { region: string }[] | undefined;
}

/** A member as the rules see it. */
export interface TeamMember {
  role: 'LEAD' | 'PARTNER' | 'DEMAND' | 'ADVISOR';
  kinds: readonly CompanyKind[];
  size: CompanySize;
  /** Basis points; null while not set. */
  share: number | null;
}

/** Sizes that count as small or medium-sized enterprise. */
const smeSizes: ReadonlySet<CompanySize> = new Set(['SME', 'MICRO']);

/** Whether a size counts as small or medium-sized enterprise. */
export function isSme(size: CompanySize): boolean {
  return smeSizes.has(size);
}

/** Rules of the call that the project's own content breaks. */
export function planBreaches(rules: Rules, callSectors: readonly string[], plan: Plan): Problem[] {
  const found: Problem[] = [];
  const allowed = callSectors.length > 0 ? callSectors : rules.sectors;
  if (allowed.length > 0 && !allowed.includes(plan.sector))
    found.push(
      breach('SECTOR', 'The call is not for this sector.', allowed.join(', '), plan.sector, [
        'sector',
      ]),
    );
  found.push(
    ...capBreaches(rules, plan),
    ...matchingBreaches(rules, plan),
    ...siteBreaches(rules, plan),
  );
  plan.bonuses.forEach((bonus, index) => {
    if (!rules.bonuses.some(({ code }) => code === bonus))
      found.push(
        breach(
          'BONUS',
          'The call has no such bonus.',
          rules.bonuses.map(({ code }) => code).join(', '),
          bonus,
          ['bonuses', String(index)],
        ),
      );
  });
  return found;
}

/** A project is carried out where the rules allow; a country stands for its parts too. */
function siteBreaches({ siteRegions = [] }: Rules, { sites = [] }: Plan): Problem[] {
  if (siteRegions.length === 0) return [];
  return sites.flatMap(({ region }, index) => {
    const country = region.slice(0, 2);
    if (siteRegions.includes(region) || siteRegions.includes(country)) return [];
    const path = ['sites', String(index), 'region'];
    return [
      breach(
        'SITE_REGION',
        'The call is not for this region.',
        siteRegions.join(', '),
        region,
        path,
      ),
    ];
  });
}

/** The members' own part is of the whole: budget and matching together. */
function matchingBreaches({ matchingRatio }: Rules, { budget, matching }: Plan): Problem[] {
  if (budget === null) return [];
  const whole = BigInt(budget) + BigInt(matching);
  const borne = BigInt(matching) * BigInt(wholeInBasisPoints);
  if (borne >= BigInt(matchingRatio) * whole) return [];
  const found = whole === 0n ? 0n : borne / whole;
  return [
    breach('MATCHING', 'The members bear too little themselves.', matchingRatio, String(found), [
      'matching',
    ]),
  ];
}

function capBreaches(rules: Rules, { budget, stages }: Plan): Problem[] {
  const found: Problem[] = [];
  const sectorCap = rules.sectorCap ?? null;
  if (sectorCap !== null && budget !== null && budget > sectorCap)
    found.push(
      breach('SECTOR_CAP', 'The budget is above the cap of a sector.', sectorCap, budget, [
        'budget',
      ]),
    );
  if (rules.budgetCap !== null && budget !== null && budget > rules.budgetCap)
    found.push(
      breach('BUDGET_CAP', 'The budget is above the cap.', rules.budgetCap, budget, ['budget']),
    );
  stages.forEach(({ stage, amount }, index) => {
    const rule = rules.stages.find(({ code }) => code === stage);
    const path = ['stages', String(index)];
    if (!rule)
      found.push(
        breach(
          'STAGE',
          'The call has no such stage.',
          rules.stages.map(({ code }) => code).join(', '),
          stage,
          [...path, 'stage'],
        ),
      );
    else if (rule.budgetCap !== null && amount > rule.budgetCap)
      found.push(
        breach('STAGE_CAP', `Stage ${stage} is above its cap.`, rule.budgetCap, amount, [
          ...path,
          'amount',
        ]),
      );
  });
  return [...found, ...orderBreaches(rules, stages)];
}

/**
 * What a plan leaves open that the rules limit: where they cap the money or ask for a matching part, the budget is stated;
 * where they have stages, it is stated by them; where they want places, these are named. A draft may leave it open, a seal
 * may not.
 */
export function openBreaches(rules: Rules, { budget, stages, sites = [] }: Plan): Problem[] {
  const { stages: ruled, minSites = 0 } = rules;
  const found: Problem[] = [];
  if (limitsMoney(rules) && budget === null)
    found.push(
      breach('BUDGET_SET', 'The rules limit the budget; state it.', 'a budget', 'none', ['budget']),
    );
  if (ruled.length > 0 && stages.length === 0)
    found.push(
      breach(
        'STAGES_SET',
        'State the budget by stage.',
        ruled.map(({ code }) => code).join(', '),
        'none',
        ['stages'],
      ),
    );
  if (sites.length < minSites)
    found.push(
      breach('SITES_LEAST', 'Name more places where it is carried out.', minSites, sites.length, [
        'sites',
      ]),
    );
  return found;
}

function limitsMoney({ budgetCap, sectorCap = null, matchingRatio, stages }: Rules): boolean {
  return budgetCap !== null || sectorCap !== null || matchingRatio > 0 || stages.length > 0;
}

/** A project passes its stages in the order of the rules. */
function orderBreaches({ stages: ruled }: Rules, stages: Plan['stages']): Problem[] {
  const known = stages.filter(({ stage }) => ruled.some(({ code }) => code === stage));
  const found = known.map(({ stage }) => stage).join(', ');
  const limit = ruled
    .filter(({ code }) => known.some(({ stage }) => stage === code))
    .map(({ code }) => code)
    .join(', ');
  if (new Set(known.map(({ stage }) => stage)).size < known.length || found === limit) return [];
  return [
    breach('STAGE_ORDER', 'The stages have the order of the rules.', limit, found, ['stages']),
  ];
}

/**
 * Rules that a team breaks by who is in it; shares apart. `members` are those who count: no refusals, nobody gone. Advisers
 * answer for nothing and are no members as the rules count them: nobody meets a least number by them.
 */
export function teamBreaches(rules: Rules | null, members: readonly TeamMember[]): Problem[] {
  const found: Problem[] = [];
  const leads = members.filter(({ role }) => role === 'LEAD');
  if (leads.length !== 1)
    found.push(breach('LEAD_ONE', 'A consortium has exactly one lead.', 1, leads.length));
  if (!rules) return found;
  const mayLead = ({ kinds }: TeamMember) => kinds.some((kind) => rules.leadKinds.includes(kind));
  if (rules.leadKinds.length > 0 && !leads.every(mayLead))
    found.push(
      breach(
        'LEAD_KIND',
        'The lead is not of a kind that may lead.',
        rules.leadKinds.join(', '),
        leads.flatMap(({ kinds }) => kinds).join(', '),
      ),
    );
  const counted = members.filter(({ role }) => role !== 'ADVISOR');
  return [...found, ...countBreaches(rules, counted), ...kindBreaches(rules, counted)];
}

function countBreaches(rules: Rules, members: readonly TeamMember[]): Problem[] {
  const found: Problem[] = [];
  const count = members.length;
  if (count < rules.minMembers)
    found.push(breach('MEMBERS_LEAST', 'There are too few members.', rules.minMembers, count));
  if (rules.maxMembers !== null && count > rules.maxMembers)
    found.push(breach('MEMBERS_MOST', 'There are too many members.', rules.maxMembers, count));
  const demand = members.filter(({ role }) => role === 'DEMAND').length;
  if (demand < rules.minDemandMembers)
    found.push(
      breach('DEMAND_LEAST', 'The demand side is too small.', rules.minDemandMembers, demand),
    );
  const smes = members.filter(({ size }) => isSme(size)).length;
  if (smes * wholeInBasisPoints < rules.minSmeMembers * count)
    found.push(
      breach(
        'SME_MEMBERS',
        'Too few members are small or medium-sized enterprises.',
        rules.minSmeMembers,
        Math.floor((smes * wholeInBasisPoints) / count),
      ),
    );
  return found;
}

function kindBreaches({ membersByKind }: Rules, members: readonly TeamMember[]): Problem[] {
  return membersByKind.flatMap(({ kind, least, most }) => {
    const count = members.filter(({ kinds }) => kinds.includes(kind)).length;
    if (count < least)
      return [breach('KIND_LEAST', `There are too few members of kind ${kind}.`, least, count)];
    if (most !== null && count > most)
      return [breach('KIND_MOST', `There are too many members of kind ${kind}.`, most, count)];
    return [];
  });
}

/** Rules that the shares break, once all are set; advisers have none. */
export function shareBreaches(rules: Rules | null, members: readonly TeamMember[]): Problem[] {
  const sharing = members.filter(({ role }) => role !== 'ADVISOR');
  const total = sharing.reduce((sum, { share }) => sum + (share ?? 0), 0);
  const found: Problem[] = [];
  const unset = sharing.filter(({ share }) => share === null).length;
  if (unset > 0) found.push(breach('SHARE_SET', 'Some members have no share yet.', 0, unset));
  if (total !== wholeInBasisPoints)
    found.push(
      breach('SHARES_SUM', 'Shares sum to exactly 10,000.', wholeInBasisPoints, total, ['shares']),
    );
  if (!rules) return found;
  sharing.forEach(({ share }, index) => {
    if (share !== null && share < rules.minMemberShare)
      found.push(
        breach('SHARE_LEAST', 'A share is below the least.', rules.minMemberShare, share, [
          'shares',
          String(index),
          'share',
        ]),
      );
  });
  const ofSmes = sharing
    .filter(({ size }) => isSme(size))
    .reduce((sum, { share }) => sum + (share ?? 0), 0);
  if (ofSmes < rules.minSmeShare)
    found.push(
      breach(
        'SME_SHARE',
        'Too little goes to small or medium-sized enterprises.',
        rules.minSmeShare,
        ofSmes,
        ['shares'],
      ),
    );
  return found;
}

/** One broken rule. */
export function breach(
  rule: string,
  message: string,
  limit: string | number,
  found: string | number,
  path: string[] = [],
): Problem {
  return problem('INVALID', message, path, { rule, limit: String(limit), found: String(found) });
}
