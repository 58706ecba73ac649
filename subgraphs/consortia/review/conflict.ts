/** Conflicts of interest: whose projects somebody never scores or decides on. Pure. */
import { standing, type HeirOf } from '../pool/merged.ts';
import type { NowOf } from '../pool/succession.ts';
import type { Affiliation } from './reviewer.model.ts';

/** How long a firm counts after somebody left it, years. */
const yearsAfter = 2;

/**
 * Firms that somebody belongs to on a day, or left less than two years before, as they are now.
 *
 * @param day calendar day in Asia/Seoul
 */
export function ownFirms(
  affiliations: readonly Affiliation[],
  day: string,
  heirOf: HeirOf,
): Set<string> {
  const year = Number(day.slice(0, 4)) - yearsAfter;
  const since = `${String(year).padStart(4, '0')}${day.slice(4)}`;
  return new Set(
    affiliations
      .filter(({ until }) => until === null || until >= since)
      .map(({ companyId }) => heirOf(companyId)),
  );
}

/** What somebody's interest is looked for in; firms are compared as they are now. */
export interface Interests {
  /** Teams of running projects, company ids. */
  running: readonly (readonly string[])[];
  /** Calendar day in Asia/Seoul. */
  day: string;
  heirOf: HeirOf;
}

/**
 * Whether a reviewer may not score a team: a firm of the reviewer's own is in it, or shares a running project with a
 * firm that is.
 */
export function hasConflict(
  affiliations: readonly Affiliation[],
  team: readonly string[],
  { running, day, heirOf }: Interests,
): boolean {
  const own = ownFirms(affiliations, day, heirOf);
  const parties = standing(team, heirOf);
  if (parties.some((id) => own.has(id))) return true;
  return running.some((members) => {
    const partners = standing(members, heirOf);
    return partners.some((id) => own.has(id)) && partners.some((id) => parties.includes(id));
  });
}

/** How much of what a project needs a reviewer is expert in, 0 to 1, by the requirements' weights; technologies as they are now. */
export function expertise(
  technologyIds: readonly string[],
  requirements: readonly { technologyId: string; weight: number }[],
  nowOf: NowOf,
): number {
  const own = new Set(technologyIds.flatMap(nowOf));
  const whole = requirements.reduce((sum, { weight }) => sum + weight, 0);
  const known = requirements
    .filter(({ technologyId }) => nowOf(technologyId).some((id) => own.has(id)))
    .reduce((sum, { weight }) => sum + weight, 0);
  return whole === 0 ? 0 : known / whole;
}
