/** So that the same firms do not win every project: who is left out of a search, by which cap. Pure. */
import type { Rules } from '../programme/rules.ts';

/** What firms have of a programme already. */
export interface Exposure {
  /** Awarded and running projects of each firm in the programme. */
  running: ReadonlyMap<string, number>;
  /** Projects of the programme that were ever awarded to a team with the firm. */
  awards: ReadonlyMap<string, number>;
  /** Projects of the programme that were ever awarded. */
  awardsInAll: number;
  /** Other projects that the firm was proposed to lately. */
  proposed: ReadonlyMap<string, number>;
}

/** Caps of a search; null is none. */
export interface Caps {
  /** Most awarded and running projects of one firm in the programme. */
  running: number | null;
  /** Most part of the programme's awards, basis points; one award alone is no exposure. */
  awardShare: number | null;
  /** A firm that was proposed to this many other projects lately is left out. */
  proposed: number | null;
}

/** A firm that is left out, and why. */
export interface CappedFirm {
  companyId: string;
  rule: 'FIRM_RUNNING_MOST' | 'FIRM_AWARD_SHARE' | 'PROPOSED_LATELY' | 'DECLINED';
  limit: number;
  found: number;
}

/** What the rules of a call and the caller's own wish cap. */
export function capsOf(
  rules: Pick<Rules, 'maxRunningPerFirm' | 'maxAwardShare'> | null,
  proposed: number | null,
): Caps {
  return {
    running: rules?.maxRunningPerFirm ?? null,
    awardShare: rules?.maxAwardShare ?? null,
    proposed,
  };
}

/** The cap that leaves a firm out, the first of those that do; null for a firm that none does. */
export function capOn(companyId: string, exposure: Exposure, caps: Caps): CappedFirm | null {
  const running = exposure.running.get(companyId) ?? 0;
  const share = shareOf(exposure, companyId);
  const proposed = exposure.proposed.get(companyId) ?? 0;
  const tests = [
    { rule: 'FIRM_RUNNING_MOST', limit: caps.running, found: running, most: running + 1 },
    { rule: 'FIRM_AWARD_SHARE', limit: caps.awardShare, found: share, most: share },
    { rule: 'PROPOSED_LATELY', limit: caps.proposed, found: proposed, most: proposed + 1 },
  ] as const;
  for (const { rule, limit, found, most } of tests)
    if (limit !== null && most > limit) return { companyId, rule, limit, found };
  return null;
}

/** What leaves out a firm that has declined the project already; null for any other. */
export function declinedBefore(
  companyId: string,
  declined: ReadonlySet<string>,
): CappedFirm | null {
  return declined.has(companyId) ? { companyId, rule: 'DECLINED', limit: 0, found: 1 } : null;
}

/** The part of the programme's awards that a firm shares in, basis points; none for a single one. */
function shareOf({ awards, awardsInAll }: Exposure, companyId: string): number {
  const own = awards.get(companyId) ?? 0;
  return own > 1 ? Math.floor((own * 10_000) / awardsInAll) : 0;
}
