/** Conflicts of interest: whose projects a reviewer never scores. Pure. */
import type { Affiliation } from './reviewer.model.ts';

/** How long a firm counts after a reviewer left it, years. */
const yearsAfter = 2;

/** Firms that a reviewer belongs to on a day, or left less than two years before. */
export function ownFirms(affiliations: readonly Affiliation[], day: string): Set<string> {
  const year = Number(day.slice(0, 4)) - yearsAfter;
  const since = `${String(year).padStart(4, '0')}${day.slice(4)}`;
  return new Set(
    affiliations
      .filter(({ until }) => until === null || until >= since)
      .map(({ companyId }) => companyId),
  );
}

/**
 * Whether a reviewer may not score a team: a firm of the reviewer's own is in it, or shares a running project with a
 * firm that is.
 *
 * @param running teams of running projects, company ids
 * @param day calendar day in Asia/Seoul
 */
export function hasConflict(
  affiliations: readonly Affiliation[],
  team: readonly string[],
  running: readonly (readonly string[])[],
  day: string,
): boolean {
  const own = ownFirms(affiliations, day);
  if (team.some((id) => own.has(id))) return true;
  return running.some(
    (members) => members.some((id) => own.has(id)) && members.some((id) => team.includes(id)),
  );
}

/** How much of what a project needs a reviewer is expert in, 0 to 1, by the requirements' weights. */
export function expertise(
  technologyIds: readonly string[],
  requirements: readonly { technologyId: string; weight: number }[],
): number {
  const whole = requirements.reduce((sum, { weight }) => sum + weight, 0);
  const known = requirements
    .filter(({ technologyId }) => technologyIds.includes(technologyId))
    .reduce((sum, { weight }) => sum + weight, 0);
  return whole === 0 ? 0 : known / whole;
}
